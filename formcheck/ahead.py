"""Stages of work that overlap: `ahead` runs one in a thread of its own, a few items before its taker.

    with ahead(decoded(video), 4) as frames, ahead(watched(frames), 4) as sightings:
        for sighting in sightings: ...

An error in the stage is raised where its items are taken. Leaving the block early stops the stage at its next
item and waits for it, also when it stands before a full buffer; whatever it had open is closed by then.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


@contextmanager
def ahead(items: Iterable[T], most: float) -> Iterator[Iterator[T]]:
    """The items, made in another thread, at most so many before they are taken."""
    buffer: _Buffer[T] = _Buffer(most)
    thread = threading.Thread(target=_fill, args=(buffer, items), daemon=True)
    thread.start()
    try:
        yield buffer.taken()
    finally:
        if not sys.is_finalizing():  # then threads stand still for good, and one could be waited for forever
            buffer.stop()
            thread.join()


def _fill(buffer: _Buffer[T], items: Iterable[T]) -> None:
    failure: BaseException | None = None
    walk = iter(items)
    try:
        for item in walk:
            if not buffer.put(item):
                break
    except BaseException as e:  # raised again where the items are taken
        failure = e
    close: Callable[[], None] = getattr(walk, "close", lambda: None)  # a generator's `with` blocks end here
    close()
    buffer.end(failure)


class _Buffer(Generic[T]):
    """Items on their way from one thread to another."""

    def __init__(self, most: float) -> None:
        self._items: deque[T] = deque()
        self._most = most
        self._changed = threading.Condition()
        self._stopped = self._ended = False
        self._failure: BaseException | None = None

    def put(self, item: T) -> bool:
        """Add an item as soon as there is room; False when nobody wants it any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._most)
            if not self._stopped:
                self._items.append(item)
                self._changed.notify_all()
            return not self._stopped

    def end(self, failure: BaseException | None) -> None:
        """No more items will come, because of a failure if there is one."""
        with self._changed:
            self._ended, self._failure = True, failure
            self._changed.notify_all()

    def stop(self) -> None:
        """No more items will be taken."""
        with self._changed:
            self._stopped = True
            self._items.clear()
            self._changed.notify_all()

    def taken(self) -> Iterator[T]:
        """The items in their order, as they come."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or bool(self._items))
                if not self._items:
                    if self._failure is not None:
                        raise self._failure
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
