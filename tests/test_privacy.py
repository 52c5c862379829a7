"""Nothing leaves the machine: the inference process is watched while it works.

mediapipe sends usage metrics to its maker unless it is kept from it (see `landmarker.py`). strace sees every
connection and every name look-up of the process and its threads.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import MakeClip

from formcheck.landmarker import DEAD_PROXY, keep_metrics_home

ROOT = Path(__file__).resolve().parents[1]
WATCHED_S = 9.0  # unhindered, mediapipe 1.2.2 looks its maker's name up within the first few seconds
LOOKUP_PORT, LOOKUP_SOCKET = 53, "io.systemd.Resolve"
WORK = """
import sys, time
from pathlib import Path
from formcheck.estimator import PoseEstimation, watch
long, short, model = (Path(a) for a in sys.argv[1:4])
end = time.monotonic() + float(sys.argv[4])
with PoseEstimation(long, model=model) as estimation:
    for pose in estimation:
        if time.monotonic() > end: break
    else:
        sys.exit("the clip is too short to watch")
print(len(watch(short, model=model)))
"""
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
PORT = re.compile(r"sin6?_port=htons\((\d+)\)")


def egress(trace: str) -> list[str]:
    """Lines of an strace that look a name up or send something to another machine."""
    found = []
    for line in trace.splitlines():
        addresses = [a or b for a, b in ADDRESS.findall(line)]
        away = any(not (a.startswith("127.") or a in ("::1", "0.0.0.0", "::")) for a in addresses)
        if away or str(LOOKUP_PORT) in PORT.findall(line) or LOOKUP_SOCKET in line:
            found.append(line)
    return found


def watched(words: list[str], log: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python under strace; skips where that is not possible."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed, and nothing else sees what a process sends")
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    command = [strace, "-f", "--seccomp-bpf", "-qq", "-e", calls, "-o", str(log)]
    done = subprocess.run(
        [*command, sys.executable, *words],
        capture_output=True, text=True, cwd=ROOT, timeout=180, check=False, env=os.environ | environment,
    )  # fmt: skip
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip(f"strace may not watch processes here: {done.stderr.strip()[:200]}")
    return done


def test_the_watcher_sees_a_lookup_and_a_connection(tmp_path: Path) -> None:
    """Otherwise the next test would prove nothing."""
    code = (
        "import socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.connect(('192.0.2.1', 4242))\n"  # reserved for documentation; nothing is sent
        "s.connect(('127.0.0.1', 53))\n"
        "s.connect(('127.0.0.1', 9))\n"
    )
    done = watched(["-c", code], tmp_path / "trace")
    assert done.returncode == 0, done.stderr
    found = egress((tmp_path / "trace").read_text())
    assert len(found) == 2
    assert "192.0.2.1" in found[0]
    assert "htons(53)" in found[1]


def test_inference_sends_nothing(make_clip: MakeClip, model: Path, tmp_path: Path) -> None:
    allowed = os.environ.get("FORMCHECK_MEDIAPIPE_METRICS", "")
    long = make_clip("long.mp4", range(0, 1_200_000, 40), keys_every=250)
    short = make_clip("short.mp4")
    words = ["-c", WORK, str(long), str(short), str(model), str(WATCHED_S)]
    done = watched(words, tmp_path / "trace", FORMCHECK_MEDIAPIPE_METRICS=allowed)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["25"]
    assert egress((tmp_path / "trace").read_text()) == []


ANALYSIS = """
import shutil, sys, time
from pathlib import Path
from formcheck.jobs import intake
from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, people, sets
from formcheck.store.settings import AppSettings
folder, video = Path(sys.argv[1]), Path(sys.argv[2])
store = Store.open(folder)
me = people.local(store)
set_id, job_id = intake.take(store, me, "set.mp4", Path(shutil.copy(video, folder / "copy.mp4")))
supervisor = Supervisor(store, AppSettings(folder))
supervisor.start()
end = time.monotonic() + 150
while (job := sets.find(store, set_id, me).jobs[-1]).state in ("queued", "running"):
    assert time.monotonic() < end, job.stage
    time.sleep(0.1)
supervisor.stop()
print(job.state, job.error or "")
"""


def test_an_analysis_of_the_app_sends_nothing(model: Path, tmp_path: Path) -> None:
    """From the queued job to the written report: supervisor, worker, and the processes of the estimator."""
    words = ["-c", ANALYSIS, str(tmp_path / "data"), str(ROOT / "sample_videos" / "squat_good.mp4")]
    done = watched(words, tmp_path / "trace", PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["done"]
    assert egress((tmp_path / "trace").read_text()) == []


# ---- the switch -------------------------------------------------------------------------------------

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
NAMES = [*PROXIES, *(n.upper() for n in PROXIES)]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Proxy variables as somebody has set them; put back afterwards."""
    for name in NAMES:
        monkeypatch.setenv(name, "http://proxy.example:3128")
    monkeypatch.delenv("FORMCHECK_MEDIAPIPE_METRICS", raising=False)
    return monkeypatch


@pytest.mark.parametrize("value", [None, "", "no", "0", "ALLOW"])
def test_the_dead_proxy_is_the_default(environment: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        environment.setenv("FORMCHECK_MEDIAPIPE_METRICS", value)
    keep_metrics_home()
    assert {os.environ.get(n) for n in NAMES if "no_" not in n.lower()} == {DEAD_PROXY}
    assert "no_proxy" not in os.environ
    assert "NO_PROXY" not in os.environ


def test_metrics_may_be_allowed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FORMCHECK_MEDIAPIPE_METRICS", "allow")
    keep_metrics_home()
    assert {os.environ[n] for n in NAMES} == {"http://proxy.example:3128"}


def test_the_callers_own_connections_are_left_alone(make_clip: MakeClip, model: Path) -> None:
    from formcheck.estimator import watch

    before = {n: os.environ.get(n) for n in NAMES}
    watch(make_clip(), model=model)
    assert {n: os.environ.get(n) for n in NAMES} == before
