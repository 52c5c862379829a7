"""Files are written whole or not at all, also when the program is killed while it writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.files import atomic_write

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
