"""Opening the store: database, migrations, media."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Double, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql.functions import FunctionElement

from formcheck.errors import ConfigError, OutputError
from formcheck.store import review_models  # noqa: F401 (its tables belong to the same schema)
from formcheck.store.media import Media
from formcheck.store.settings import AppSettings

DATABASE = "formcheck.sqlite"
BUSY_MS = 30_000  # how long a write waits for another one
FORGOTTEN_MS = 60_000  # a transaction of a machine that is gone holds its rows no longer than this
CONNECT_S = 10
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 4_120_131_108  # the key of PostgreSQL's advisory lock: one process migrates, the others wait


class clock(FunctionElement[float]):  # noqa: N801 (written like the SQL functions it stands beside)
    """Seconds since 1970 by the clock of the database, so that machines need not agree on the time."""

    type = Double()
    inherit_cache = True


@compiles(clock, "sqlite")
def _clock_of_sqlite(*_: object, **__: object) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock, "postgresql")
def _clock_of_postgresql(*_: object, **__: object) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


@dataclass(frozen=True)
class Store:
    """Database and media; folder: what this machine keeps itself, all of it when no addresses are given."""

    folder: Path
    media: Media
    engine: Engine
    sessions: sessionmaker[Session]

    @staticmethod
    def open(folder: Path, *, database: str = "", media: str = "", migrate: bool = True) -> Store:
        """The store in this folder or at these addresses, made if it is not there.

        migrate: bring the tables to the newest version; workers leave that to whoever started them.
        Raises OutputError when that cannot be, ConfigError for a wrong address.
        """
        _make(folder)
        engine = _engine(folder, database)
        try:
            if migrate:
                _upgrade(engine)
        except OperationalError as e:
            raise OutputError(_cannot(folder, engine, e)) from e
        objects = Media.in_bucket(media) if media else Media.in_folder(folder / "media")
        return Store(folder, objects, engine, sessionmaker(engine))

    @staticmethod
    def of(settings: AppSettings, *, migrate: bool = True) -> Store:
        """The store that the settings name; as `open`."""
        return Store.open(settings.folder, database=settings.database, media=settings.media, migrate=migrate)

    def begin(self) -> AbstractContextManager[Session]:
        """A session that commits at the end of the block, or rolls back on an error."""
        return self.sessions.begin()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def shred(self) -> None:
        """After deleting: nothing of it stays in the write-ahead log (secure_delete zeroed the pages).

        SQLite only; PostgreSQL reuses the space of deleted rows after its next vacuum (docs/deploy.md).
        """
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "uploads").mkdir(exist_ok=True)
    except OSError as e:
        raise OutputError(
            f"Cannot keep sets in {folder} ({e.strerror}); set FORMCHECK_DATA to a folder you may write to."
        ) from e


def _engine(folder: Path, database: str) -> Engine:
    if not database:
        engine = create_engine(f"sqlite:///{folder / DATABASE}")
    else:
        try:
            url = make_url(database).set(drivername="postgresql+psycopg")
            engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_S})
        except ArgumentError as e:
            raise ConfigError("FORMCHECK_DATABASE must be like postgresql://user@host/name.") from e
        except ImportError as e:
            raise ConfigError('PostgreSQL needs one more package: pip install "formcheck[postgres]"') from e
    event.listen(engine, "connect", _prepare)
    return engine


def _cannot(folder: Path, engine: Engine, error: OperationalError) -> str:
    if engine.dialect.name == "sqlite":
        return f"Cannot keep sets in {folder} ({error}); set FORMCHECK_DATA to a folder you may write to."
    where = engine.url.render_as_string(hide_password=True)
    return f"The database at {where} does not answer ({error.orig}); start it, or correct FORMCHECK_DATABASE."


def _prepare(connection: Any, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        return
    connection.execute(f"SET idle_in_transaction_session_timeout = {FORGOTTEN_MS}")
    connection.execute(f"SET lock_timeout = {BUSY_MS}")
    connection.commit()


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _alone(engine) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as e:
            raise OutputError(
                "The database was made by a newer formcheck than this one; update formcheck on this machine."
            ) from e


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no other process migrates the same database."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        yield connection
