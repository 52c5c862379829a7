"""The load on the low back in words and rows: for comparing a lifter's own reps, never a verdict.

No sentence here says safe or unsafe, and no number is set against a limit: none is known that would hold.
"""

from __future__ import annotations

from formcheck.report import Load, Pair, Report, SegmentLoad
from formcheck.views.groups import labels
from formcheck.words import clock, listed

CAVEAT = (
    "A model, for comparing your own reps: turning force good to 20 %, squeezing force to 30 %, and no line "
    "between enough and too much. The squeezing force is an estimate; strong spines of trained people carry "
    "far more."
)
PLANK_CAVEAT = "A model, for comparing your own holds: good to 20 %, and no line between enough and too much."
MEANING = "Turning force bends the low back forward, and its muscles hold against it: weight times distance."
PLANK_MEANING = (
    "In a plank it is the other way round: the weight hollows the back, and the belly muscles hold."
)
ALIKE_PCT = 5.0  # reps closer than this are alike: two degrees of trunk make as much (engineering choice)


def summary(report: Report) -> str:
    """The set in one sentence; "" when there is nothing to say."""
    load = report.load
    counted = _counted(report)
    if load is None or not counted:
        return ""
    hardest = max(counted, key=lambda s: s.percent_of_lowest or 0.0)
    if report.exercise == "plank":
        return f"{_capital(_plank(hardest))}."
    named = labels(report)
    easiest = min(counted, key=lambda s: s.percent_of_lowest or 0.0)
    more = (hardest.percent_of_lowest or 100.0) - 100.0
    if len(counted) == 1:
        compared = "one rep has nothing to be compared with" if load.basis == "relative" else ""
    elif more < ALIKE_PCT:
        compared = f"all {len(counted)} reps load it alike"
    else:
        than = f"{more:.0f} % more than {named[easiest.segment]}, the easiest"
        compared = f"{named[hardest.segment]} was the hardest, {than}"
    return f"{_capital('; '.join(part for part in (compared, _forces(hardest)) if part))}."


def hint(report: Report) -> str:
    """What to give for more; "" when everything was given."""
    if report.load is None:
        return ""
    given = report.load.lifter
    no_load = report.exercise != "plank" and given.get("load_kg") is None
    missing = [
        words for words, key in (("height", "height_m"), ("body mass", "mass_kg")) if given.get(key) is None
    ]
    if missing:
        missing += ["load"] if no_load else []
        alone = "; so far the body alone is counted" if no_load else ""
        return f"Give {listed(missing)} for numbers in newton metres{alone}."
    return "No load was given: the body alone is counted." if no_load else ""


def caveat(report: Report) -> str:
    """What the numbers are good for."""
    return PLANK_CAVEAT if report.exercise == "plank" else CAVEAT


def assumed(load: Load) -> str:
    """What the numbers rest on, as one paragraph."""
    return " ".join(load.assumed)


def price_of(report: Report, code: str) -> str:
    """What a fault cost: 16 % more turning force than with ..., notable; in rep 2 (36 Nm). Or ""."""
    found = [
        (segment.segment, price)
        for segment in (report.load.segments if report.load else ())
        for price in segment.prices
        if price.code == code
    ]
    if not found:
        return ""
    named = labels(report)
    segment, worst = max(found, key=lambda pair: pair[1].moment_pct)
    if worst.moment_pct < 1:
        return f"no more turning force than with {worst.without}"
    least = min(price.moment_pct for _, price in found)
    share = f"{worst.moment_pct:.0f} %"
    if least < worst.moment_pct - 1:
        share = f"{max(least, 0):.0f} to {share}"
    newtons = "" if worst.moment_nm is None else f" ({worst.moment_nm:.0f} Nm)"
    most = f"most in {named[segment]}{newtons}" if len(found) > 1 else f"in {named[segment]}{newtons}"
    return f"{share} more turning force than with {worst.without}, {worst.size}; {most}"


def table(report: Report) -> tuple[tuple[str, ...], tuple[tuple[bool, tuple[str, ...]], ...]]:
    """Column heads, and (counted, cells) for every rep or hold; columns without any cell are left out."""
    if report.load is None:
        return (), ()
    named = labels(report)
    counts = {cut.index: cut.counted for cut in report.segments}
    cells = [(named[s.segment], *_cells(s, report)) for s in report.load.segments]
    used = [i for i, name in enumerate(HEAD) if any(row[i] for row in cells)]
    rows = (tuple(row[i] for i in used) for row in cells)
    counted = (counts[s.segment] for s in report.load.segments)
    return tuple(HEAD[i] for i in used), tuple(zip(counted, rows, strict=True))


HEAD = (
    "set", "peak at", "turning force", "of the easiest", "with inertia", "squeezing force", "on the arms",
    "dose",
)  # fmt: skip


def kilonewtons(pair: Pair) -> str:
    """A range of forces, to half a kilonewton: 4 to 6 kN."""
    low, high = (round(force / 500) / 2 for force in pair)
    return f"{low:g} to {high:g} kN" if low != high else f"{low:g} kN"


def _cells(s: SegmentLoad, report: Report) -> tuple[str, ...]:
    """The cells of HEAD but the first, "" where not known."""
    one_hold = report.exercise == "plank" and len(report.counted) < 2
    return (
        clock(s.peak_s),
        "" if s.moment_nm is None else f"{s.moment_nm:.0f} Nm{_range(s.moment_range_nm)}",
        "" if s.percent_of_lowest is None or one_hold else f"{s.percent_of_lowest:.0f} %",
        "" if s.dynamic_moment_nm is None else f"{s.dynamic_moment_nm:.0f} Nm",
        "" if s.compression_range_n is None else kilonewtons(s.compression_range_n),
        "" if s.hands_share_pct is None else f"{s.hands_share_pct:.0f} % of weight",
        "" if s.dose_nm_s is None else f"{s.dose_nm_s:.0f} Nm·s",
    )


def _forces(s: SegmentLoad) -> str:
    """261 Nm of turning force (210 to 313), up to 291 with the load's inertia, squeezing it with ..."""
    if s.moment_nm is None:
        return ""
    moving = s.dynamic_moment_nm
    inertia = f", up to {moving:.0f} with the load's inertia" if moving and moving > s.moment_nm + 0.5 else ""
    squeeze = s.compression_range_n
    squeezed = f", squeezing it with about {kilonewtons(squeeze)}" if squeeze else ""
    between = (
        "" if s.moment_range_nm is None else f" ({s.moment_range_nm[0]:.0f} to {s.moment_range_nm[1]:.0f})"
    )
    return f"{s.moment_nm:.0f} Nm of turning force{between}{inertia}{squeezed}"


def _plank(s: SegmentLoad) -> str:
    force = (
        ""
        if s.moment_nm is None
        else f"{s.moment_nm:.0f} Nm of turning force{_range(s.moment_range_nm)} hollow the back; "
    )
    share = "" if s.hands_share_pct is None else f"{s.hands_share_pct:.0f} % of body weight rests on the arms"
    return f"{force}{share}"


def _range(pair: Pair | None) -> str:
    return "" if pair is None else f" ({pair[0]:.0f} to {pair[1]:.0f})"


def _counted(report: Report) -> list[SegmentLoad]:
    counts = {cut.index for cut in report.counted}
    return [s for s in (report.load.segments if report.load else ()) if s.segment in counts]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
