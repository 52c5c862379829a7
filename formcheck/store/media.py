"""Videos and results as objects with keys such as `sets/<id>/pose.npz`, in a folder or a bucket (obstore)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore


@dataclass(frozen=True)
class Media:
    """Objects by key. folder: where they lie when they lie in a folder; a bucket has none."""

    objects: ObjectStore
    folder: Path | None

    @staticmethod
    def in_folder(folder: Path) -> Media:
        """Objects in a folder of this machine, made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Media(LocalStore(folder), folder)

    def put(self, key: str, data: bytes) -> None:
        """Store these bytes, whole or not at all."""
        obstore.put(self.objects, key, data)

    def adopt(self, key: str, path: Path) -> None:
        """Take over a file of this machine; it is gone from its old place afterwards."""
        if self.folder is not None:
            target = self.folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
            return
        with path.open("rb") as file:
            obstore.put(self.objects, key, file)
        path.unlink()

    def get(self, key: str) -> bytes:
        """All bytes of an object. Raises FileNotFoundError."""
        return bytes(obstore.get(self.objects, key).bytes())

    def names(self, prefix: str) -> set[str]:
        """The file names right under a prefix; empty when there is nothing."""
        listed = obstore.list_with_delimiter(self.objects, prefix)["objects"]
        return {str(entry["path"]).rpartition("/")[2] for entry in listed}

    @contextmanager
    def local(self, key: str, scratch: Path) -> Iterator[Path]:
        """The object as a file of this machine, for readers that need a path; do not write to it."""
        if self.folder is not None:
            yield self.folder / key
            return
        copy = scratch / key.rpartition("/")[2]
        with copy.open("wb") as file:
            for chunk in obstore.get(self.objects, key).stream():
                file.write(bytes(chunk))
        try:
            yield copy
        finally:
            copy.unlink()

    def remove(self, key: str) -> None:
        """Remove one object, if it is there."""
        with suppress(FileNotFoundError):
            obstore.delete(self.objects, key)

    def delete(self, prefix: str) -> None:
        """Remove every object under a prefix, really."""
        for batch in obstore.list(self.objects, prefix):
            for entry in batch:
                obstore.delete(self.objects, str(entry["path"]))
        if self.folder is not None:
            with suppress(FileNotFoundError):
                shutil.rmtree(self.folder / prefix)
