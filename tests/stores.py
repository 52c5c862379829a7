"""A fresh store for a test: in its folder, or on the servers that the team tests have started."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import obstore

from formcheck.store import Store
from formcheck.store.models import Base
from formcheck.store.settings import AppSettings

SERVER, BUCKET, QUEUE = "FORMCHECK_TEST_DATABASE", "FORMCHECK_TEST_MEDIA", "FORMCHECK_TEST_QUEUE"
"""Addresses: a PostgreSQL server with a migrated database `ready`, a bucket, what carries messages."""
ON_SERVERS = SERVER in os.environ


def settings(folder: Path, **changes: Any) -> AppSettings:
    """Settings of a store of its own, with everything in this folder or on the servers."""
    if not ON_SERVERS:
        return AppSettings(folder, **changes)
    import psycopg

    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(f"{os.environ[SERVER]}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE ready".encode())
    return AppSettings(
        folder, database=f"{os.environ[SERVER]}/{name}", media=f"{os.environ[BUCKET]}/{name}",
        queue=os.environ.get(QUEUE, ""), **changes,
    )  # fmt: skip


def fresh(folder: Path) -> Store:
    """An empty store, in this folder or on the servers."""
    return Store.of(settings(folder))


def remains(store: Store) -> bytes:
    """All that is kept: the files of this machine, byte by byte; on servers also every row and object."""
    kept = [path.read_bytes() for path in store.folder.rglob("*") if path.is_file()]
    if store.media.folder is None:
        kept += [store.media.get(key) for key in objects(store)]
        with store.engine.connect() as connection:
            for table in Base.metadata.tables.values():
                kept += [repr(tuple(row)).encode() for row in connection.execute(table.select())]
    return b"".join(kept)


def objects(store: Store) -> list[str]:
    """The key of every object."""
    return [str(entry["path"]) for batch in obstore.list(store.media.objects) for entry in batch]
