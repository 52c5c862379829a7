"""Score formcheck on rendered lifters whose every angle and fault is known.

    python benchmarks/synthetic.py [--set good faults held-out robust] [--cache DIR] [--workers N]
                                   [--write docs/accuracy.md]

Renders a matrix of clips (one thing varied at a time, faults by size, a random mix held out), runs the real
pipeline over them, and compares poses with the true joints and findings with the faults put in; then disturbs
some of the clips. Clips and poses are kept in the cache, so the run can be stopped and taken up again.
Needs the extra "synthetic" and the body model (make samples installs both). Exits with 1 when a base clip is
miscounted or gets a FAULT, or too much changes under a disturbance.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rendered import matrix, robustness
from benchmarks.rendered.clips import Cache, every
from benchmarks.rendered.measure import Score, score
from benchmarks.rendered.page import TARGET, page

BEGIN, END = "<!-- synthetic:begin -->", "<!-- synthetic:end -->"
SETS = {"good": matrix.good, "faults": matrix.faulty, "held-out": matrix.held_out}


def main() -> int:
    """Run the matrix, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", nargs="+", choices=(*SETS, "robust"), default=(*SETS, "robust"))
    parser.add_argument("--cache", type=Path, default=Path("build/synthetic"))
    parser.add_argument("--stale", action="store_true", help="take clips and poses that older code made")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path, help="Markdown page whose part between the markers is replaced")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    cache = Cache(args.cache, args.stale)
    cases = [c for name, of in SETS.items() if name in args.set for c in of()]
    scores = list(every(score, cases, cache, args.workers))
    disturbed = robustness.cases() if "robust" in args.set else []
    trials = list(every(robustness.trial, disturbed, cache, args.workers))
    text = page(scores, trials)
    print(text)
    if args.write:
        old = args.write.read_text(encoding="utf-8")
        args.write.write_text(
            f"{old.split(BEGIN)[0]}{BEGIN}\n{text}\n{END}{old.split(END)[1]}", encoding="utf-8"
        )
    return 1 if _wrong(scores) or _shaken(trials) else 0


def _wrong(scores: list[Score]) -> bool:
    """Whether a base clip was miscounted or flagged."""
    return any(s.miscounted or s.faults for s in scores if s.case.group == "base")


def _shaken(trials: list[robustness.Trial]) -> bool:
    """Whether disturbances changed more than they may."""
    still = [not robustness.changes(t, name) for t in trials for name in t.reports]
    return bool(still) and sum(still) < TARGET * len(still)


if __name__ == "__main__":
    sys.exit(main())
