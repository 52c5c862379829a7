"""Opening the store: database, migrations, media."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from formcheck.errors import OutputError
from formcheck.store.media import Media

DATABASE = "formcheck.sqlite"
BUSY_MS = 30_000  # how long a write waits for another one
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Store:
    """Database and media of one data folder."""

    folder: Path
    media: Media
    engine: Engine
    sessions: sessionmaker[Session]

    @staticmethod
    def open(folder: Path, *, migrate: bool = True) -> Store:
        """The store in this folder, made if it is not there. Raises OutputError when that cannot be.

        migrate: bring the tables to the newest version; workers leave that to whoever started them.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / "uploads").mkdir(exist_ok=True)
            engine = create_engine(f"sqlite:///{folder / DATABASE}")
            event.listen(engine, "connect", _prepare)
            if migrate:
                _upgrade(engine)
        except (OSError, OperationalError) as e:
            raise OutputError(
                f"Cannot keep sets in {folder} ({getattr(e, 'strerror', None) or e}); "
                "set FORMCHECK_DATA to a folder you may write to."
            ) from e
        return Store(folder, Media.in_folder(folder / "media"), engine, sessionmaker(engine))

    def begin(self) -> AbstractContextManager[Session]:
        """A session that commits at the end of the block, or rolls back on an error."""
        return self.sessions.begin()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def shred(self) -> None:
        """After deleting: nothing of it stays in the write-ahead log (secure_delete zeroed the pages)."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _prepare(connection: Any, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
