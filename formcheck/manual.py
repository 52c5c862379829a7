"""The manual, written from the declarations: an exercise or a fault becomes Markdown.

The command line, docs/rules.md, docs/signals.md and the app all show this text, so a limit has one source:
the exercise file. `python -m formcheck.manual` writes both pages; a test fails when they are stale.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from formcheck.errors import ConfigError
from formcheck.exercise import Exercise, Fault, Limit
from formcheck.exercises import EXERCISES
from formcheck.exercises.filming import FILMING, FilmingProblem
from formcheck.files import atomic_write
from formcheck.report import Finding
from formcheck.signals import SIGNALS
from formcheck.words import DISCLAIMER, listed, with_unit

SEVERITY = {1: "worth knowing", 2: "change it next set", 3: "stop and change it now"}
MADE = "<!-- Written by `python -m formcheck.manual` from the declarations in formcheck/. Do not edit. -->"


class Documented(Protocol):
    """What a fault of the lifting and a problem of the filming have in common."""

    @property
    def code(self) -> str:
        """Letters of the exercise (CAM for the filming) and a number."""

    @property
    def name(self) -> str:
        """What one sees, in a few words with hyphens."""

    @property
    def title(self) -> str:
        """The name as a headline."""

    @property
    def severity(self) -> int:
        """1 to 3, see SEVERITY."""

    @property
    def see(self) -> str:
        """What one sees."""

    @property
    def why(self) -> str:
        """Why it matters."""

    @property
    def cue(self) -> str:
        """What to do about it, in one sentence."""

    @property
    def source(self) -> str:
        """Where the limits come from."""

    @property
    def cannot_tell(self) -> str:
        """What this finding does not say."""


@dataclass(frozen=True)
class Unknown:
    """A fault that a report names and this version does not know: only what the report says about it."""

    code: str
    name: str
    severity: int = 1
    cue: str = ""
    see: str = "This version of formcheck does not know this fault; only its numbers can be shown."
    why: str = "Update formcheck to read about it."
    source: str = "Not known to this version."
    cannot_tell: str = "Not known to this version."

    @property
    def title(self) -> str:
        """The code, and the name where there is one."""
        return f"{self.code} {self.name.replace('-', ' ')}".strip()


def documented(code: str, finding: Finding | None = None) -> Documented:
    """The fault of this code; what the finding says about it where this version does not know it."""
    known = every_fault().get(code)
    if known is not None:
        return known
    return Unknown(code, finding.name, finding.severity, finding.cue) if finding else Unknown(code, "")


def every_fault() -> dict[str, Documented]:
    """Code -> fault, for all exercises and the filming, in the order of the manual."""
    lifting: list[Documented] = [fault for exercise in EXERCISES.values() for fault in exercise.faults]
    return {fault.code: fault for fault in (*lifting, *FILMING)}


def find(code_or_name: str) -> Documented:
    """The fault with this code or name, in any case. Raises ConfigError that names the nearest."""
    wanted = code_or_name.strip().lower()
    faults = every_fault()
    for fault in faults.values():
        if wanted in (fault.code.lower(), fault.name.lower()):
            return fault
    names = [*faults, *(f.name for f in faults.values())]
    raise ConfigError(f"There is no fault {code_or_name!r}{nearest(code_or_name, names)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: did you mean X?, or where the list is."""
    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    return f"; did you mean {names[near[0]]}?" if near else "; 'formcheck rules' lists them all."


def explain(what: str) -> str:
    """The manual page of a fault (code or name) or of an exercise (name). Raises ConfigError."""
    if what.lower() in EXERCISES:
        return exercise_page(EXERCISES[what.lower()])
    return fault_page(find(what))


# ---- pages ------------------------------------------------------------------------------------------


def fault_page(fault: Documented, heading: str = "#") -> str:
    """All sections of one fault, the limits too where it has any."""
    sections = (
        ("What one sees", fault.see),
        ("Why it matters", fault.why),
        ("Limits", limit_lines(fault)),
        ("Cue", fault.cue),
        ("Price", price_sentence(fault)),
        ("Source of the limits", fault.source),
        ("What it cannot tell", fault.cannot_tell),
    )
    body = "\n\n".join(f"**{title}.**{_gap(text)}{text}" for title, text in sections if text)
    severity = f"`{fault.name}`, severity {fault.severity} ({SEVERITY[fault.severity]})"
    return f"{heading} {fault.code} {fault.title}\n\n{severity}\n\n{body}\n"


def limit_lines(fault: Documented) -> str:
    """The limits of a fault: quantity, warn and fault level, phase, view, and for how long."""
    if not isinstance(fault, Fault):
        return " ".join(limit_sentences(fault))
    *limits, gate = limit_sentences(fault)
    lines = "\n".join(f"- {limit}" for limit in limits)
    return "\n\n".join(part for part in (_together(fault), lines, gate) if part)


def limit_sentences(fault: Documented) -> list[str]:
    """One sentence a limit, the last one says under which conditions they hold."""
    if isinstance(fault, FilmingProblem):
        side = "above" if fault.more_is_worse else "below"
        return [f"Reported {side} {with_unit(fault.warn, fault.unit)}."]
    if isinstance(fault, Fault):
        return [*map(_limit, fault.limits), _gate(fault)]
    return ["Its limits are not known to this version."]


def price_sentence(fault: Documented) -> str:
    """How the fault's price is worked out; "" where a moment does not show it."""
    remedy = fault.price if isinstance(fault, Fault) else None
    words = "" if remedy is None else remedy.words
    return words and f"The turning force on the low back, against the same rep with {words}."


def exercise_page(exercise: Exercise, heading: str = "#") -> str:
    """How to film an exercise, what is measured, and its faults in a table."""
    rows = "\n".join(
        f"| {f.code} | {f.title} | {f.severity} | {f.view.name} | {f.cue} |" for f in exercise.faults
    )
    variants = "".join(f"- *{name}*: {words}\n" for name, words in exercise.variants.items())
    measures = "".join(f"- `{m.name}`: {m.watch.words}\n" for m in exercise.measures)
    parts = (
        f"{heading} {exercise.title}",
        exercise.about,
        f"**Film it.** {exercise.film_it}",
        f"**Variants.**\n\n{variants}" if variants else "",
        f"**Measured in every {_segment_word(exercise)}.**\n\n{measures}" if measures else "",
        f"| code | fault | severity | view | cue |\n|---|---|---|---|---|\n{rows}" if rows else "",
    )
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def rules_list() -> str:
    """One line a fault: code, name, title; for the terminal."""
    faults = every_fault().values()
    wide = max(len(f.name) for f in faults)
    return "\n".join(f"{f.code:<7} {f.name:<{wide}}  {f.title}" for f in faults) + "\n"


def rules_page() -> str:
    """docs/rules.md: every exercise with every fault, then the filming."""
    parts = [
        "# Rules",
        MADE,
        "A warning is worth changing; a fault is past the second limit. A limit counts only when the value "
        "is past it by more than twice the noise of the landmarks. What could not be seen is reported as "
        "not judged, never as fine.",
        DISCLAIMER,
    ]
    for exercise in EXERCISES.values():
        parts.append(exercise_page(exercise, "##"))
        parts += [fault_page(fault, "###") for fault in exercise.faults]
    parts.append("## Filming")
    parts.append("Problems of the video itself. They say what keeps faults from being judged.")
    parts += [fault_page(problem, "###") for problem in FILMING]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def signals_page() -> str:
    """docs/signals.md: every signal with its unit and meaning."""
    rows = "\n".join(f"| `{s.name}` | {s.unit} | {' '.join(s.doc.split())} |" for s in SIGNALS.values())
    about = (
        "The columns of signals.csv. H is the lifter's standing height; deg are degrees; an empty cell "
        "means not seen. Columns that begin with `low_back_` are explained in [spine_load.md](spine_load.md)."
    )
    return f"# Signals\n\n{MADE}\n\n{about}\n\n| signal | unit | meaning |\n|---|---|---|\n{rows}\n"


def _gap(text: str) -> str:
    """A list stands below its title, a sentence behind it."""
    return "\n\n" if "\n" in text else " "


# ---- sentences --------------------------------------------------------------------------------------


def _limit(limit: Limit) -> str:
    word = "above" if limit.more_is_worse else "below"
    warn = f"warning {word} {with_unit(limit.warn, limit.unit)}"
    if limit.fault is None:
        return f"{limit.watch.words}: {warn}, never more than a warning"
    return f"{limit.watch.words}: {warn}, fault {word} {with_unit(limit.fault, limit.unit)}"


def _together(fault: Fault) -> str:
    return "All of these must be broken." if len(fault.limits) > 1 else ""


def _gate(fault: Fault) -> str:
    """Phases, view, duration and frame rate under which the fault is judged, as one sentence."""
    sustained = any(limit.watch.sustained for limit in fault.limits)
    phase = "phase" if len(fault.during) == 1 else "phases"
    conditions = (
        f"in the {phase} {listed(fault.during)}" if fault.during else "in all phases",
        f"for at least {with_unit(fault.for_s, 's')}" if sustained else "",
        f"filmed from the {fault.view.name}" if fault.view.name != "any" else "filmed from any side",
        f"from about {fault.min_fps:.0f} frames a second on" if fault.min_fps else "",
        f"only as {listed(fault.variants)}" if fault.variants else "",
    )
    return f"Judged {', '.join(c for c in conditions if c)}."


def _segment_word(exercise: Exercise) -> str:
    return "hold" if exercise.name == "plank" else "rep"


def write_docs(folder: Path) -> tuple[Path, Path]:
    """Write rules.md and signals.md into the folder; returns both paths."""
    rules, signals = folder / "rules.md", folder / "signals.md"
    atomic_write(rules, rules_page())
    atomic_write(signals, signals_page())
    return rules, signals


if __name__ == "__main__":
    write_docs(Path("docs"))
