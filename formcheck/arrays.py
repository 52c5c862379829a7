"""Reading arrays from an .npz of which nothing is believed.

Sizes are added up from the archive's directory before anything is unpacked, and what an array says about its
shape must fit the bytes that are there, before memory is set aside for it. No pickle is ever opened.
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 512 * 2**20  # unpacked, all arrays together: about three hours of poses at 60 a second
MOST_ARRAYS = 64  # in one file
PLAIN = "fiuU"  # kinds of number that are read, and text
DAMAGED = (
    EOFError, KeyError, NotImplementedError, OverflowError, RuntimeError, SyntaxError, ValueError,
    struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the readers of .zip and .npy raise when the file is not what it claims to be."""


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Every array of an .npz by its name. Raises ValueError for any other file, and OSError."""
    if path.exists() and not path.is_file():
        raise ValueError("not a file")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ARRAYS or sum(e.file_size for e in entries) > MOST_BYTES:
                raise ValueError(f"more than {MOST_ARRAYS} arrays or {MOST_BYTES} bytes")
            return {e.filename.removesuffix(".npy"): _array(unpacked(archive, e)) for e in entries}
    except DAMAGED as e:
        raise ValueError(f"no sound arrays ({type(e).__name__}: {e})") from e


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, never more than its directory says: `archive.read` may unpack 2 GB first."""
    with archive.open(entry) as file:
        return file.read(entry.file_size)


def _array(data: bytes) -> NDArray[Any]:
    """The array in the bytes of an .npy file."""
    file = io.BytesIO(data)
    major, _ = np.lib.format.read_magic(file)
    if major != 1:
        raise ValueError(f"version {major} of the .npy format")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.kind not in PLAIN or dtype.itemsize == 0 or dtype.shape:
        raise ValueError(f"values of the type {dtype}")
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise ValueError(f"a shape of {shape} in {len(data)} bytes")
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if by_columns else "C")
