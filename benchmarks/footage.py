"""Score formcheck on a folder of real clips with hand-made truth.

    python benchmarks/footage.py FOLDER [--cache DIR] [--write docs/accuracy.md]

FOLDER holds videos and a manifest.json: a list of objects with file, exercise, reps (or null), faults, tier.
Pose tracks are kept in the cache folder (default build/footage), so that a second run takes seconds.
Prints a table; exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from formcheck.analysis import examine
from formcheck.estimator import track_of
from formcheck.exercises import EXERCISES
from formcheck.pose import PoseTrack
from formcheck.report import Report

KNOWN_FAULTS = {
    "bar_too_far": "DL106",
    "heels_lift": "SQ201",
    "excessive_forward_lean": "SQ102",
    "hips_far_too_high": "PL102",
    "rounded_back": "DL107",
}
"""Fault names of the manifest -> codes. Names not listed here have no fault in formcheck yet."""

OUTLINE = {"back_curve", "back_rounding", "pelvic_tangent"}
NOT_BENT_OVER = ("seated", "renegade")  # rows that are none of the four exercises
BEGIN, END = "<!-- footage:begin -->", "<!-- footage:end -->"


@dataclass(frozen=True)
class Score:
    """One clip against its truth."""

    clip: dict[str, Any]
    report: Report

    @property
    def wanted(self) -> str:
        """The exercise formcheck should say."""
        words = self.clip["exercise"].split("(")[0] + self.clip["exercise"]
        if words.startswith("none") or any(w in words for w in NOT_BENT_OVER):
            return "none"
        return next((e for e in ("squat", "deadlift", "plank", "row") if e in words), "none")

    @property
    def wanted_reps(self) -> int | None:
        """Reps to count; None where the truth gives none (holds)."""
        if self.wanted == "none":
            return 0
        return None if self.wanted == "plank" else self.clip["reps"]

    @property
    def reps(self) -> int:
        """Reps counted."""
        return sum(s.kind == "rep" for s in self.report.counted)

    @property
    def off(self) -> int:
        """How many reps too many or too few."""
        return 0 if self.wanted_reps is None else self.reps - self.wanted_reps

    @property
    def expected(self) -> set[str]:
        """Codes that should be found."""
        return {KNOWN_FAULTS[f] for f in self.clip["faults"] if f in KNOWN_FAULTS}

    def codes(self, verdict: str) -> set[str]:
        """Codes of the lifting found with a verdict."""
        return {f.code for f in self.report.faults if f.verdict == verdict}

    @property
    def found(self) -> set[str]:
        """Expected codes that were found, as warning or fault."""
        return self.expected & (self.codes("fault") | self.codes("warn"))

    @property
    def backs(self) -> tuple[int, int]:
        """Reps in which at least one fault of the outline of the back was judged, and all reps."""
        variant, faults = self.report.variant, EXERCISES[self.report.exercise].faults
        about = {f.code for f in faults if f.signals & OUTLINE and (not f.variants or variant in f.variants)}
        reps = {s.index for s in self.report.counted if s.kind == "rep"}
        unseen = {u.code: set(u.segments) for u in self.report.unseen if u.code in about}
        hidden = {i for i in reps if all(i in unseen.get(code, set()) for code in about)}
        return len(reps - hidden), len(reps)

    @property
    def row(self) -> str:
        """A line of the Markdown table."""
        extra = sorted(self.codes("fault") - self.expected)
        warned = sorted(self.codes("warn") - self.codes("fault") - self.expected)
        reps = "" if self.wanted_reps is None else f"{self.reps} / {self.wanted_reps}"
        holds = [f"{s.end_s - s.start_s:.1f} s" for s in self.report.counted if s.kind == "hold"]
        cells = (
            self.clip["file"], self.clip["tier"], f"{self.report.exercise} {self.report.variant}".strip()
            + ("" if self.report.exercise == self.wanted else f" (wanted {self.wanted})"),
            reps or ", ".join(holds), ", ".join(self.clip["faults"]), ", ".join(sorted(self.found)),
            ", ".join(extra), ", ".join(warned),
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"


def track(video: Path, cache: Path) -> PoseTrack:
    """The pose track of a clip, from the cache if it is of the same bytes."""
    digest = hashlib.sha256(video.read_bytes()).hexdigest()[:16]
    kept = cache / f"{video.stem}-{digest}.npz"
    if not kept.is_file():
        track_of(video).save(kept)
    return PoseTrack.load(kept)


def summary(scores: list[Score]) -> tuple[list[str], bool]:
    """The totals against their targets, and whether all are met."""
    graded = [s for s in scores if s.clip["tier"][0] in "AB"]
    counted = [s for s in graded if s.wanted_reps is not None]
    exact = sum(s.off == 0 for s in counted) / len(counted)
    worst = max((abs(s.off) for s in counted), default=0)
    known = sum(s.report.exercise == s.wanted for s in graded) / len(graded)
    clean = [s for s in graded if s.clip["tier"].startswith("A") and not s.clip["faults"]]
    alarms = [s.clip["file"] for s in clean if s.codes("fault")]
    negatives = [s for s in graded if s.wanted == "none"]
    loud = [s.clip["file"] for s in negatives if s.report.counted or s.report.faults]
    expected = sum(len(s.expected) for s in graded)
    found = sum(len(s.found) for s in graded)
    rows = [
        ("reps exact, tiers A and B", f"{exact:.0%} of {len(counted)}", "at least 90 %", exact >= 0.9),
        ("farthest off", f"{worst} reps", "at most 1", worst <= 1),
        ("exercise recognised", f"{known:.0%} of {len(graded)}", "at least 95 %", known >= 0.95),
        ("FAULT on a clean tier A clip", ", ".join(alarms) or "none", "none", not alarms),
        ("counted or flagged on a negative", ", ".join(loud) or "none", "none", not loud),
        ("expected faults found", f"{found} of {expected}", "all", found == expected),
    ]
    side = [s.backs for s in graded if re.match(r"side\b(?!/)", s.clip["view"]) and s.reps]
    read, all_reps = (sum(counts) for counts in zip(*side, strict=True))
    seen = read / max(all_reps, 1)
    name = "reps filmed from the side whose back is read"
    rows.append((name, f"{seen:.0%} of {all_reps}", "at least 80 %", seen >= 0.8))
    lines = ["| | measured | target | |", "|---|---|---|---|"]
    lines += [f"| {a} | {b} | {c} | {'met' if ok else 'missed'} |" for a, b, c, ok in rows]
    return lines, all(row[3] for row in rows)


def main() -> int:
    """Run, print, write; 0 when every target is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("build/footage"))
    parser.add_argument("--write", type=Path, help="Markdown page whose table is replaced")
    args = parser.parse_args()
    clips = json.loads((args.folder / "manifest.json").read_text())
    scores = []
    for clip in clips:
        print(clip["file"], file=sys.stderr, flush=True)
        scores.append(Score(clip, examine(track(args.folder / clip["file"], args.cache)).report))
    lines, met = summary(scores)
    lines += [
        "",
        "| clip | tier | exercise | reps / truth, hold | true faults | found | other | warnings |",
    ]
    lines += ["|---|---|---|---|---|---|---|---|", *(s.row for s in scores)]
    table = "\n".join(lines)
    print(table)
    if args.write:
        page = args.write.read_text()
        head, tail = page.split(BEGIN)[0], page.split(END)[1]
        args.write.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
