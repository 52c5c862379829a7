"""A pytest plugin (`-p team_tests.cluster`): PostgreSQL, a bucket and Redis run while the tests do.

With it the store and job tests of `tests/` run on these servers instead of SQLite and a folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from team_tests.servers import BUCKET, Bucket, Postgres, Redis, Server

running: list[Server] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers, say where they are, and migrate the database that is copied for each test."""
    folder = Path(tempfile.mkdtemp(prefix="formcheck-team-"))
    folder.chmod(0o755)
    config.add_cleanup(lambda: _stop(folder))
    database, bucket, redis = Postgres(folder / "pg"), Bucket(folder / "s3"), Redis(folder / "redis")
    for server in (database, bucket, redis):
        server.start()
        running.append(server)
    os.environ |= bucket.variables | {
        "FORMCHECK_TEST_DATABASE": database.url, "FORMCHECK_TEST_MEDIA": f"s3://{BUCKET}",
    }  # fmt: skip
    if os.environ.get("FORMCHECK_TEST_MESSAGES") == "redis":
        os.environ["FORMCHECK_TEST_QUEUE"] = redis.url
    import psycopg

    from formcheck.store import Store

    with psycopg.connect(f"{database.url}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE ready")
    Store.open(folder / "data", database=f"{database.url}/ready", media=f"s3://{BUCKET}").close()


def _stop(folder: Path) -> None:
    for server in running:
        server.kill(signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
