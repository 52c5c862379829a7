"""Throw thousands of damaged, absurd and hostile inputs at formcheck, and see what it makes of them.

    python benchmarks/fuzz.py [--seed N] [--share 0.1] [--only KIND] [--write docs/reliability.md]

Every case is made from a seed, its kind and its number, so that a defect can be repeated. It runs in a
process of its own with a limit of time and of memory, and ends in one of two ways that are right: an answer
that holds (see `JUDGES`), or a FormcheckError of one short sentence. Cases with a known end must meet it.
Anything else is a defect: another exception, a warning, a crash, a hang, too much memory, a wrong answer.
Prints a table; exits with 1 when there is a defect.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import fuzz_app, fuzz_files, fuzz_videos
from benchmarks.fuzz_judges import JUDGES
from benchmarks.fuzz_kinds import Kind, Made
from formcheck.errors import FormcheckError

LONGEST_SENTENCE = 500  # characters, the name of the file included
MEMORY_MB = {
    "video": 1500, "track": 800, "report": 400, "settings": 400, "bundle": 400, "upload": 400,
    "command": 1500,
}  # fmt: skip
"""Resident memory that a case may take, by what is called, with the 150 of python and the libraries."""
LIBRARIES_MB = 150
ADDRESSES_MB = 24_000  # hard limit of the address space, so that a terabyte is refused and not tried
SECONDS = {
    "video": 30, "track": 30, "report": 10, "settings": 10, "bundle": 30, "upload": 30, "command": 400,
}  # fmt: skip
BEGIN, END = "<!-- fuzz:begin -->", "<!-- fuzz:end -->"


@dataclass(frozen=True)
class Outcome:
    """How one case ended: right, refused or defect; seconds, peak resident memory in MB, what was said."""

    kind: Kind
    number: int
    end: str
    said: str
    seconds: float
    memory_mb: float


def outcomes(kinds: list[Kind], seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Run every case. share: of the cases of each kind, at least one."""
    for kind in kinds:
        print(f"{kind.stage}: {kind.name}", file=sys.stderr, flush=True)
        for number in range(max(1, round(kind.cases * share))):
            with tempfile.TemporaryDirectory(dir=folder) as place:
                made = kind.make(Random(f"{seed} {kind.name} {number}"), Path(place))
                yield trial(kind, number, made)


def trial(kind: Kind, number: int, made: Made) -> Outcome:
    """Look at one input in a process of its own."""
    began, (ours, theirs) = time.monotonic(), os.pipe()
    inherited_mb = _resident_mb()
    pid = os.fork()
    if not pid:
        os.close(ours)
        _child(theirs, kind, made)
    os.close(theirs)
    heard = _heard(ours, began + SECONDS[kind.stage])
    seconds = time.monotonic() - began
    if heard is None:
        os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    memory_mb = usage.ru_maxrss / 1024 - max(0.0, inherited_mb - LIBRARIES_MB)
    end, said = _judged(kind, made, heard, os.waitstatus_to_exitcode(status), memory_mb)
    return Outcome(kind, number, end, said, seconds, memory_mb)


def _resident_mb() -> float:
    """What this process holds now; a forked child begins with it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _child(pipe: int, kind: Kind, made: Made) -> None:
    """Look, say how it ended, and leave without ado."""
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES_MB << 20, ADDRESSES_MB << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.write(pipe, json.dumps(_looked(JUDGES[kind.stage], made)).encode()[:8000])
    finally:
        os._exit(0)


def _looked(judge: Callable[[Made], str], made: Made) -> tuple[str, str]:
    warnings.simplefilter("error")
    try:
        return "right", judge(made)
    except FormcheckError as e:
        return "refused", str(e)[:4000]
    except BaseException as e:
        where = e.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        spot = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else "?"
        return "defect", f"{type(e).__name__} at {spot}: {str(e)[:300]}"


def _heard(pipe: int, until: float) -> bytes | None:
    """What the child wrote before it closed the pipe; None when time ran out."""
    parts = []
    with os.fdopen(pipe, "rb", buffering=0) as file:
        while select.select([file], [], [], max(0.0, until - time.monotonic()))[0]:
            part = file.read(65536)
            if not part:
                return b"".join(parts)
            parts.append(part)
    return None


def _judged(kind: Kind, made: Made, heard: bytes | None, code: int, memory_mb: float) -> tuple[str, str]:
    if heard is None:
        return "defect", f"no answer within {SECONDS[kind.stage]} s"
    if code or not heard:
        return "defect", f"the process died with {code}"
    end, said = json.loads(heard)
    if memory_mb > MEMORY_MB[kind.stage]:
        return "defect", f"{memory_mb:.0f} MB, more than {MEMORY_MB[kind.stage]} ({end}: {said})"
    if end == "refused" and (len(said) > LONGEST_SENTENCE or not said.endswith((".", "?"))):
        return "defect", f"not a short sentence: {said}"
    if end != "defect" and made.want not in ("either", end):
        return "defect", f"{made.want} was expected, not {end}: {said}"
    return end, said


# ---- the table --------------------------------------------------------------------------------------


def table(results: list[Outcome], seed: int) -> str:
    """The figures in Markdown: a row a kind."""
    rows: dict[Kind, list[Outcome]] = defaultdict(list)
    for r in results:
        rows[r.kind].append(r)
    lines = [
        f"`benchmarks/fuzz.py --seed {seed}`: {len(results)} cases.",
        "",
        "| read as | kind | cases | right answer | one sentence | defects | slowest, s | peak memory, MB |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(kind.stage, kind.name, of) for kind, of in rows.items()),
        _row("**all**", "", results),
    ]
    return "\n".join(lines) + "\n"


def _row(stage: str, name: str, of: list[Outcome]) -> str:
    right, refused, defect = (sum(r.end == end for r in of) for end in ("right", "refused", "defect"))
    slowest, peak = max(r.seconds for r in of), max(r.memory_mb for r in of)
    return f"| {stage} | {name} | {len(of)} | {right} | {refused} | {defect} | {slowest:.1f} | {peak:.0f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="of the cases of each kind")
    parser.add_argument("--only", default="", help="kinds whose name or stage begins so")
    parser.add_argument("--write", type=Path, help="put the table between the marks in this page")
    args = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        kinds = [k for of in (fuzz_videos, fuzz_files, fuzz_app) for k in of.kinds(Path(folder))]
        kinds = [k for k in kinds if k.name.startswith(args.only) or k.stage.startswith(args.only)]
        for r in outcomes(kinds, args.seed, args.share, Path(folder)):
            results.append(r)
            if r.end == "defect":
                print(f"DEFECT {r.kind.stage} {r.kind.name} {r.number}: {r.said}", flush=True)
    text = table(results, args.seed)
    print(text)
    if args.write:
        page = args.write.read_text()
        head, rest = page.split(BEGIN)
        args.write.write_text(f"{head}{BEGIN}\n{text}{END}{rest.split(END)[1]}")
    return int(any(r.end == "defect" for r in results))


if __name__ == "__main__":
    sys.exit(main())
