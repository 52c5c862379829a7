"""Videos and results as objects with keys such as `sets/<id>/pose.npz`, in a folder or a bucket (obstore)."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from formcheck.errors import ConfigError

STAGING = "staging"
PIECE = 8 * 2**20  # bytes: of a part of a large object on its way into a bucket
OUT_PIECE = 2**18  # bytes at a time on the way out
RETRY_S = 20.0  # a bucket that does not answer for so long is away; then the work is put off (jobs.worker)
ANSWER_S = 30.0  # for one request; a part of 8 MiB comes through in that at 0.3 MB/s
MediaAwayError = BaseError
"""The bucket does not answer, or not as it should. A missing object is a FileNotFoundError instead."""


@dataclass(frozen=True)
class Stored:
    """An object as it lies there: bytes, and a tag that changes with its content."""

    size: int
    tag: str


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

    @staticmethod
    def in_bucket(address: str) -> Media:
        """Objects in a bucket, s3://name/prefix; keys, region and endpoint from the usual AWS_ variables.

        Raises ConfigError when they make no sense.
        """
        from datetime import timedelta

        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        try:
            objects = S3Store.from_url(
                address,
                client_options={"timeout": timedelta(seconds=ANSWER_S), "allow_http": plain},
                retry_config={"max_retries": 6, "retry_timeout": timedelta(seconds=RETRY_S)},
            )
        except (BaseError, ValueError) as e:
            raise ConfigError(f"FORMCHECK_MEDIA cannot be used: {e}") from e
        return Media(objects, None)

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
        self._send(key, path)
        path.unlink()

    @contextmanager
    def staged(self, files: Mapping[str, Path]) -> Iterator[Callable[[], None]]:
        """Get files ready to become the objects of these keys; what is yielded puts them there, quickly.

        So that the slow way into a bucket lies before the transaction which ends a job, and not inside it.
        """
        if self.folder is not None:
            yield partial(self._adopt_all, files)
            return
        place = f"{STAGING}/{secrets.token_hex(8)}"
        waiting = {key: f"{place}/{i}" for i, key in enumerate(files)}
        try:
            for key, path in files.items():
                self._send(waiting[key], path)
            yield partial(self._copy_all, waiting)
        finally:
            with suppress(BaseError):  # what stays is swept later
                self.delete(place)

    def get(self, key: str) -> bytes:
        """All bytes of an object. Raises FileNotFoundError."""
        return bytes(obstore.get(self.objects, key).bytes())

    def find(self, key: str) -> Stored | None:
        """Size and tag of an object, None when there is none."""
        try:
            head = obstore.head(self.objects, key)
        except FileNotFoundError:
            return None
        return Stored(head["size"], head["e_tag"] or f'"{head["last_modified"].timestamp():.6f}"')

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes [start, end) of an object, a little at a time."""
        if start < end:
            answer = await obstore.get_async(self.objects, key, options={"range": (start, end)})
            async for piece in answer.stream(min_chunk_size=OUT_PIECE):
                yield bytes(piece)

    def names(self, prefix: str) -> set[str]:
        """The file names right under a prefix; empty when there is nothing."""
        listed = obstore.list_with_delimiter(self.objects, prefix)["objects"]
        paths = [str(entry["path"]).rpartition("/") for entry in listed]
        return {name for parent, _, name in paths if parent == prefix}  # some servers list the prefix itself

    @contextmanager
    def local(self, key: str, scratch: Path) -> Iterator[Path]:
        """The object as a file of this machine, for readers that need a path; do not write to it."""
        if self.folder is not None:
            yield self.folder / key
            return
        copy = scratch / key.rpartition("/")[2]
        self.fetch(key, copy)
        try:
            yield copy
        finally:
            copy.unlink()

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into a file, a little at a time. Raises FileNotFoundError."""
        answer = obstore.get(self.objects, key)
        with path.open("wb") as file:
            for chunk in answer.stream():
                file.write(bytes(chunk))

    def remove(self, key: str) -> None:
        """Remove one object, if it is there."""
        with suppress(FileNotFoundError):
            obstore.delete(self.objects, key)

    def delete(self, prefix: str) -> None:
        """Remove every object under a prefix, really."""
        for batch in obstore.list(self.objects, prefix):
            for entry in batch:
                self.remove(str(entry["path"]))
        if self.folder is not None:
            with suppress(FileNotFoundError):
                shutil.rmtree(self.folder / prefix)

    def older(self, prefix: str, age_s: float) -> set[str]:
        """What lies right under a prefix (`sets/<id>`) and has had no change for this long."""
        changed: dict[str, float] = {}
        for batch in obstore.list(self.objects, prefix):
            for entry in batch:
                place = "/".join(str(entry["path"]).split("/")[:2])
                changed[place] = max(changed.get(place, 0.0), entry["last_modified"].timestamp())
        return {place for place, at_s in changed.items() if at_s < time.time() - age_s}

    def _adopt_all(self, files: Mapping[str, Path]) -> None:
        for key, path in files.items():
            if path.exists():  # not when this is the second try of a transaction
                self.adopt(key, path)

    def _copy_all(self, waiting: Mapping[str, str]) -> None:
        for key, staged in waiting.items():
            obstore.copy(self.objects, staged, key)

    def _send(self, key: str, path: Path) -> None:
        """A file into the bucket, in parts when it is large; it is there whole or not at all."""
        with path.open("rb") as file:
            obstore.put(self.objects, key, file, chunk_size=PIECE)
