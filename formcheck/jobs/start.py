"""Starts a worker behind locked doors: `python -m formcheck.jobs.start NAME`; `confined` says why so early.

A worker keeps its network only where database, media or messages lie on another machine. The processes that
look at videos never have one.
"""

from __future__ import annotations

import sys

from formcheck import confined
from formcheck.store.settings import from_environment


def main(name: str) -> None:
    """Lock the doors, then work."""
    settings = from_environment()
    if not (settings.database or settings.media or settings.queue):
        confined.leave_network()
    confined.limit_memory(settings.memory_mb)
    from formcheck.jobs import worker

    worker.main(name)


if __name__ == "__main__":
    main(sys.argv[1])
