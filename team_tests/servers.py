"""PostgreSQL, an S3-compatible server (SeaweedFS) and Redis, each started for a test and gone after it.

PostgreSQL comes from the system (Debian: apt-get install postgresql), the other two from PyPI (extra `team`).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

KEY, SECRET, BUCKET = "team-tests", "only-for-tests", "formcheck"
START_S = 30.0
USER = "formcheck"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Where a program is: beside this Python, on the path, or in PostgreSQL's own folder."""
    beside = Path(sys.executable).parent / name
    places = [beside, *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    found = next((str(p) for p in places if p.exists()), None) or shutil.which(name)
    assert found, f"{name} is missing: apt-get install postgresql, and pip install -e '.[team]'"
    return found


class Server(ABC):
    """A server process in a folder: start, kill, start again with what it had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What runs."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be used."""

    def environment(self) -> dict[str, str]:
        """What it runs with, beside what is there."""
        return {}

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        self._process = subprocess.Popen(
            self.command(), stdout=log, stderr=log, cwd=self.folder, env=os.environ | self.environment(),
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + START_S
        while not self.answers():
            assert self._process.poll() is None, f"{self.command()[0]} ended; see {log.name}"
            assert time.monotonic() < deadline, f"{self.command()[0]} does not answer; see {log.name}"
            time.sleep(0.1)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait()
            self._process = None


class Postgres(Server):
    """A PostgreSQL cluster of its own; by another user when this is root, whom it refuses."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir()
        self._as = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run(
            [*self._as, program("initdb"), "-D", str(folder), "-U", USER, "-A", "trust", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The address of the server, without a database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """What runs: no socket file, enough connections for a test suite, nothing forced to disk."""
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
                   "max_connections": 500, "shared_buffers": "64MB", "fsync": "off"}  # fmt: skip
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [*self._as, program("postgres"), "-D", str(self.folder), *given]

    def answers(self) -> bool:
        """Whether a connection is taken."""
        import psycopg

        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it at once, without writing anything down: its log brings everything back."""
        super().kill(how)


class Bucket(Server):
    """SeaweedFS with one bucket."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir()
        self._ports = {f"{name}.port{kind}": free_port() for name in ("master", "volume", "filer", "s3")
                       for kind in ("", ".grpc")}  # fmt: skip
        self._ports["s3.port"] = self.port

    @property
    def variables(self) -> dict[str, str]:
        """What a client needs to know."""
        return {
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", "AWS_ALLOW_HTTP": "true",
        }  # fmt: skip

    def environment(self) -> dict[str, str]:
        """The key it takes."""
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    def command(self) -> list[str]:
        """What runs: the smallest set-up there is, without its web pages."""
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        return [
            program("weed"), "mini", f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            f"-bucket={BUCKET}", "-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0",
            f"-admin.port={free_port()}", f"-admin.port.grpc={free_port()}", *ports,
        ]  # fmt: skip

    def answers(self) -> bool:
        """Whether something can be stored."""
        import obstore
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        given = {name.lower(): value for name, value in self.variables.items()}
        try:
            client = S3Store(BUCKET, config=given, retry_config={"max_retries": 0})  # type: ignore[arg-type]
            obstore.put(client, "probe", b"")
        except BaseError:
            return False
        return True


class Redis(Server):
    """Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folder.mkdir()

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """What runs."""
        return [program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]

    def answers(self) -> bool:
        """Whether it says so."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
