"""Messages that there is work, through Huey. They only wake a worker; what the work is says the jobs table.

So a lost message costs a moment, one too many costs nothing, and the messages hold nothing to be trusted:
Huey's own would be pickles, which whoever can write to the queue could use to run code in the workers.
"""

from __future__ import annotations

import importlib.util
import logging
import threading
from pathlib import Path
from typing import Any

from formcheck.errors import ConfigError

NAME = "messages.sqlite"
QUEUE = "formcheck"
LOOK_S = 0.25  # between two looks into SQLite, which wakes nobody
ASK_S = 2.0  # the jobs table is asked again after this long, message or not
WORK = b"work"
CLIENTS = {"redis": ("redis", "redis"), "postgresql": ("psycopg", "postgres")}
"""Begin of an address -> package that speaks to it, and formcheck's extra that brings it."""
log = logging.getLogger(__name__)


class Transport:
    """Wakes workers. address: of a Redis or PostgreSQL server; empty for a file in the folder."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self._folder, self._address = folder, address.replace("postgres://", "postgresql://", 1)
        self._opened: Any = None
        for scheme, (package, extra) in CLIENTS.items():
            if self._address.startswith(scheme) and importlib.util.find_spec(package) is None:
                raise ConfigError(f'This queue needs one more package: pip install "formcheck[{extra}]"')

    def send(self) -> None:
        """Say that there is a job. A carrier that is away only costs time, so that is no error."""
        try:
            self._messages().enqueue(WORK)
        except Exception as e:  # of whichever client it is
            log.warning("no worker could be woken (%s); they look by themselves", e)

    def wait(self, stopping: threading.Event) -> None:
        """Return when there may be work, at the latest after `ASK_S`, or when it is time to stop."""
        try:
            messages = self._messages()
            if self._address:
                messages.dequeue()
                return
            for _ in range(round(ASK_S / LOOK_S)):
                if messages.dequeue() is not None or stopping.wait(LOOK_S):
                    return
        except Exception as e:  # of whichever client it is
            log.warning("the messages cannot be read (%s); looking every %g s", e, ASK_S)
            stopping.wait(ASK_S)

    def _messages(self) -> Any:
        """Huey's storage, opened when first needed: it may be away when this process starts."""
        from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

        if self._opened is None:
            if not self._address:
                self._opened = SqliteStorage(QUEUE, filename=str(self._folder / NAME), timeout=30)
            elif self._address.startswith("redis"):
                self._opened = RedisStorage(QUEUE, url=self._address, read_timeout=ASK_S)
            else:
                self._opened = PostgresStorage(QUEUE, dsn=self._address, read_timeout=ASK_S)
        return self._opened
