"""Messages that there is work, through Huey. Losing one loses nothing: the table is asked again."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from huey import SqliteHuey

NAME = "messages.sqlite"


class Transport:
    """Carries job ids to whichever worker takes them first."""

    def __init__(self, folder: Path) -> None:
        self._huey = SqliteHuey("formcheck", filename=str(folder / NAME), timeout=30)
        self._task = self._huey.task(name="work")(_nothing)

    def send(self, job_id: str) -> None:
        """Say that this job is queued."""
        self._huey.enqueue(self._task.s(job_id))

    def receive(self) -> str | None:
        """The next job id, None when there is none; taken out of the queue."""
        message = self._huey.dequeue()
        return None if message is None else cast("str", message.args[0])

    @property
    def empty(self) -> bool:
        """Whether no message is waiting."""
        return int(self._huey.pending_count()) == 0


def _nothing(job_id: str) -> None:
    """The worker acts on the id itself, under a claim; Huey never calls this."""
