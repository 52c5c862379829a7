"""Writing files so that a reader sees the whole new file or none of it, and nothing half-written stays.

What is being made is hidden (`.formcheck-...`) and held by a lock that the system lets go of when the program
ends, however it ends. So what nobody holds was left by a program that was killed, and the next one to write
there removes it. Windows has no such locks: there it stays.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from formcheck.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

HIDDEN = ".formcheck-"


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; renamed onto it if the block succeeds, deleted if it fails.

    Raises OutputError when the folder cannot be written or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear(path.parent)
        temporary, held = _begun(path.parent, path.suffix)
    except OSError as e:
        raise OutputError(
            f"Cannot write {path.name} into {path.parent} ({e.strerror}); choose a folder you may write to."
        ) from e
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as e:
        raise OutputError(
            f"Cannot write {path} ({e.strerror or e}); free some disk space and try again."
        ) from e
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
        if held is not None:
            os.close(held)


def atomic_write(path: Path, data: bytes | str) -> None:
    """Write bytes, or text as UTF-8, whole or not at all. Raises OutputError."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


@contextmanager
def hidden_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder inside another, gone at the end of the block whatever happens. Raises OSError."""
    clear(folder)
    made, held = _begun(folder)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if held is not None:
            os.close(held)


def clear(folder: Path) -> None:
    """Remove what programs that were killed have left half-written in a folder."""
    if fcntl is None:
        return
    for left in folder.glob(f"{HIDDEN}*"):
        with suppress(OSError):  # held by a program that lives, gone by now, or not ours to remove
            handle = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink()
            finally:
                os.close(handle)


def _begun(folder: Path, suffix: str | None = None) -> tuple[Path, int | None]:
    """A new hidden file, or without a suffix a folder, and the handle that holds it, where one can."""
    while True:
        if suffix is None:
            name = tempfile.mkdtemp(prefix=HIDDEN, dir=folder)
            handle = os.open(name, os.O_RDONLY) if fcntl else None
        else:
            handle, name = tempfile.mkstemp(prefix=HIDDEN, suffix=suffix, dir=folder)
        if fcntl is None:
            if handle is not None:
                os.close(handle)
            return Path(name), None
        assert handle is not None
        with suppress(OSError):  # a file system without locks: then nobody clears up either
            fcntl.flock(handle, fcntl.LOCK_EX)
        if Path(name).exists():  # else it was cleared before it was held
            return Path(name), handle
        os.close(handle)
