"""Writing files so that a reader sees the whole new file or none of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from formcheck.errors import OutputError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; renamed onto it if the block succeeds, deleted if it fails.

    Raises OutputError when the folder cannot be written or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as e:
        raise OutputError(
            f"Cannot write {path.name} into {path.parent} ({e.strerror}); choose a folder you may write to."
        ) from e
    temporary = Path(name)
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


def atomic_write(path: Path, data: bytes | str) -> None:
    """Write bytes, or text as UTF-8, whole or not at all. Raises OutputError."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)
