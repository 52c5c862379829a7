"""Files are written whole or not at all, also when the program is killed while it writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.files import atomic_path, atomic_write, hidden_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from formcheck.files import atomic_path
with atomic_path(Path(sys.argv[1])) as temporary:
    temporary.write_text("half of the n")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_kill_in_mid_write_keeps_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    atomic_write(path, "the old report")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=60)
    assert done.returncode == -9
    assert path.read_text() == "the old report"
    atomic_write(path, "the new report")
    assert path.read_text() == "the new report"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"], "what the killed one left is gone"


@pytest.mark.skipif(sys.platform == "win32", reason="no locks")
def test_what_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "long.mp4") as long, hidden_folder(tmp_path) as workshop:
        (workshop / "half").touch()
        atomic_write(tmp_path / "short.json", "{}")
        assert long.exists()
        assert (workshop / "half").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["long.mp4", "short.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="no locks")
def test_a_folder_of_a_killed_program_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / ".formcheck-killed"
    left.mkdir()
    (left / "report.json").write_text("half")
    with hidden_folder(tmp_path):
        assert not left.exists()
    assert list(tmp_path.iterdir()) == []
