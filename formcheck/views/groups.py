"""The findings of a set, one group a fault, worst first. The first group's cue is the one cue of the set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.judge import limits_of
from formcheck.manual import Documented, documented, limit_sentences
from formcheck.options import Options
from formcheck.report import Cut, Finding, LoadUnseen, Report, Unseen
from formcheck.words import clock, counted, listed, readable, span, with_unit

LOAD_TITLE = "Load on the low back"


@dataclass(frozen=True)
class Group:
    """All findings of one fault in time order, with the words that explain it."""

    fault: Documented
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Finding:
        """The finding that is farthest past its limit; a fault before any warning."""
        return max(self.findings, key=lambda f: (f.verdict == "fault", abs(f.value - f.limit)))


def by_fault(findings: Iterable[Finding]) -> list[Group]:
    """Groups, worst first: faults before warnings, then severity, then in how many reps."""
    found: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: f.start_s):
        found.setdefault(finding.code, []).append(finding)
    groups = [Group(documented(code, same[0]), tuple(same)) for code, same in found.items()]
    return sorted(
        groups, key=lambda g: (g.worst.verdict != "fault", -g.fault.severity, -len(g.findings), g.fault.code)
    )


def as_judged(report: Report, fault: Documented) -> Documented:
    """A fault with the limits it was judged by, which the user may have chosen."""
    chosen = report.made_with.get("limits")
    if not isinstance(fault, Fault) or not isinstance(chosen, Mapping):
        return fault
    options = Options(limits={code: (warn, worst) for code, (warn, worst) in chosen.items()})
    return replace(fault, limits=limits_of(fault, options))


def limits_said(report: Report, fault: Documented) -> list[str]:
    """Sentences about the limits that a fault was judged by, and under which conditions."""
    return limit_sentences(as_judged(report, fault))


def other_limits(report: Report) -> list[str]:
    """A sentence for each fault that was judged by other limits than the standard ones: which, and why."""
    chosen, exercise = report.made_with.get("limits") or {}, EXERCISES.get(report.exercise)
    reasons = report.made_with.get("adjusted") or {}
    faults = exercise.faults if exercise else ()
    return [_other(f, chosen[f.code], reasons.get(f.code)) for f in faults if f.code in chosen]


def _other(fault: Fault, levels: Sequence[float | None], reason: Mapping[str, str] | None) -> str:
    unit, standard = fault.limits[0].unit, (fault.limits[0].warn, fault.limits[0].fault)
    said = f"{fault.title}: {_levels(levels, unit)} instead of {_levels(standard, unit)}"
    if reason is None:
        return f"{said}, as chosen for this set."
    why = reason["why"].rstrip(".")
    return f"{said}, adjusted for this person by {reason['by']} on {reason['on']}: {why}."


def _levels(levels: Sequence[float | None], unit: str) -> str:
    names = zip(("warning at", "fault at"), levels, strict=True)
    return ", ".join(f"{name} {with_unit(level, unit)}" for name, level in names if level is not None)


def filming(report: Report) -> list[Group]:
    """Groups of the filming problems."""
    return by_fault(f for f in report.findings if f.code.startswith("CAM"))


def headline(report: Report) -> str:
    """What the set came to, in one sentence."""
    if report.exercise == "none":
        return "None of the four exercises was recognised, so nothing was judged."
    done = _done(report)
    groups = by_fault(report.faults)
    if not report.counted:
        return f"{done}; nothing to judge." if not groups else f"{done}; {_found(groups)}."
    if groups:
        return f"{done}; {_found(groups)}."
    return f"{done}; no fault was seen in what could be judged."


def name_of(report: Report) -> str:
    """Exercise and variant in words: squat, Romanian deadlift, forearm plank."""
    if report.exercise == "none":
        return "none of the four exercises"
    variant = report.variant.capitalize() if report.variant == "romanian" else report.variant
    return f"{variant} {report.exercise}".strip()


def filmed_from(report: Report) -> str:
    """The view in words, "" when nobody was seen."""
    turned = {"side": "the side", "front": "the front", "back": "behind", "oblique": "an angle"}
    return f"filmed from {turned[report.view]}" if report.view in turned else ""


BACKS = {
    "hinge": "your own hinge without a load",
    "standing": "your own standing",
    "usual": "what is usual; start with a slow hinge without a load, arms crossed, to know it better",
}
"""What the outline of the back can be compared with."""


def back_compared(report: Report) -> str:
    """What the back was compared with and how sure that is; "" where the outline was not judged."""
    back = report.made_with.get("back")
    if not back:
        return ""
    return f"Back (± {with_unit(back['error_deg'], 'deg')}) compared with {BACKS[back['compared_with']]}."


def labels(report: Report) -> dict[int, str]:
    """Segment index -> its name for people: rep 2 is the second that counts, attempts lie between them."""
    named: dict[int, str] = {}
    done = 0
    for cut in sorted(report.segments, key=lambda c: c.start_s):
        done += cut.counted
        between = f"after {cut.kind} {done}" if done else "at the start"
        named[cut.index] = f"{cut.kind} {done}" if cut.counted else f"attempt {between}"
    return named


def label_of(report: Report, segment: int | None) -> str:
    """The label of the segment with this index; "video" for a finding about no segment."""
    return "video" if segment is None else labels(report)[segment]


def extra_measures(cut: Cut) -> dict[str, float]:
    """The measures that the tempo does not say already."""
    said = {"duration_s", *(f"{p.name}_s".replace("-", "_") for p in cut.phases)}
    return {name: value for name, value in cut.measures.items() if name not in said}


def tempo(cut: Cut) -> str:
    """Seconds in every phase: down 1.3 s, bottom 0.2 s, up 1.1 s."""
    return ", ".join(f"{readable(p.name)} {p.end_s - p.start_s:.1f} s" for p in cut.phases)


def seen_at(report: Report, finding: Finding) -> str:
    """Where and how much: rep 2 at 0:04.3, 14° (limit 12°)."""
    if finding.segment is None:
        return f"{span(finding.start_s, finding.end_s)}: {against(finding)}"
    return f"{label_of(report, finding.segment)} at {clock(finding.start_s)}: {against(finding)}"


def against(finding: Finding) -> str:
    """Value against limit: 3.4 % of height (limit 2.0 %), or with a known error 24° ± 6° (limit 15°)."""
    limit = with_unit(finding.limit, finding.unit).partition(" of ")[0]
    error = f" ± {with_unit(finding.error, finding.unit)}" if finding.error else ""
    return f"{with_unit(finding.value, finding.unit)}{error} (limit {limit})"


def not_judged(report: Report) -> list[tuple[str, str]]:
    """(which faults, why and where) for what could not be judged; faults with the same reason together.

    Where there are counted reps, what could not be judged in other attempts is left out.
    """
    judged = {c.index for c in report.counted}
    named: list[tuple[str, Unseen | LoadUnseen]] = [(documented(u.code).title, u) for u in report.unseen]
    named += [(LOAD_TITLE, u) for u in (report.load.unseen if report.load else ())]
    together: dict[str, list[str]] = {}
    for title, unseen in named:
        if judged and unseen.segments and not judged & set(unseen.segments):
            continue
        together.setdefault(_where(report, unseen), []).append(title)
    return [(listed(titles), why) for why, titles in together.items()]


def _where(report: Report, unseen: Unseen | LoadUnseen) -> str:
    """The reason, with the reps it holds for where it does not hold for all that count."""
    if not unseen.segments or set(unseen.segments) >= {c.index for c in report.counted}:
        return unseen.why
    named = labels(report)
    return f"{unseen.why} ({listed(named[i] for i in unseen.segments)})"


def _done(report: Report) -> str:
    kind = report.segments[0].kind if report.segments else "hold" if report.exercise == "plank" else "rep"
    done = counted(len(report.counted), kind) if report.counted else f"no {kind}s counted"
    if kind == "hold" and report.counted:
        seconds = sum(c.end_s - c.start_s for c in report.counted)
        done = f"{done} of {seconds:.0f} s" if len(report.counted) == 1 else f"{done}, {seconds:.0f} s in all"
    return f"{name_of(report).capitalize()}: {done}"


def _found(groups: list[Group]) -> str:
    faults = sum(g.worst.verdict == "fault" for g in groups)
    warnings = len(groups) - faults
    return listed(counted(n, word) for n, word in ((faults, "fault"), (warnings, "warning")) if n)
