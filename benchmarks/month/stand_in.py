"""A worker whose analysis is a stand-in: `python benchmarks/month/stand_in.py NAME`, started by a supervisor.

Everything else is formcheck's own: claim, lease, heartbeat, scratch, media, the transaction that ends a job.
The stand-in reads the video, waits a little, and writes a result that says by how many jobs it was written.
A video that begins with `poison` kills the worker.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from formcheck.jobs import work, worker
from formcheck.store.models import LiftSet

POISON = b"poison"
FEWEST_S, MOST_S = 0.005, 0.03
RESULT = "report.json"


def stand_in(bench: work.Bench) -> None:
    lift = bench.lift()
    with bench.media(lift.video or "") as video:
        content = video.read_bytes()
    if content.startswith(POISON):
        os.kill(os.getpid(), signal.SIGKILL)
    for share in (0.3, 0.6, 0.9):
        time.sleep(random.uniform(FEWEST_S, MOST_S) / 3)
        bench.tell(share, "At it")
    result = Path(bench.scratch) / RESULT
    result.write_bytes(content)

    def write(lift: LiftSet) -> None:
        before = lift.report or {"times": 0}
        lift.report = {"times": before["times"] + 1}
        lift.judged_s = time.time()

    work._finish(bench, [result], write)


if __name__ == "__main__":
    worker.do = stand_in
    worker.main(sys.argv[1])
