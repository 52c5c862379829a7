"""Waiting has an end, and a caller that was asleep has not been waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from formcheck.patience import Patience


def test_patience_that_lasts_is_not_lost() -> None:
    with Patience(60, lambda: pytest.fail("gave up")) as patience:
        pass
    assert not patience.lost


def test_patience_is_lost_once() -> None:
    given_up = threading.Event()
    with Patience(0.5, given_up.set) as patience:
        assert given_up.wait(5)
    assert patience.lost


def test_a_stopped_program_keeps_its_patience() -> None:
    code = (
        "import time; from formcheck.patience import Patience\n"
        "with Patience(3, lambda: None) as p:\n"
        "    print('ready', flush=True); input()\n"
        "print(p.lost, flush=True)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(3.5)
    os.kill(child.pid, signal.SIGCONT)
    time.sleep(0.2)
    assert child.communicate("\n", timeout=30)[0] == "False\n"
