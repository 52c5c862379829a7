"""Form fields that several pages share: which exercise, how heavy, and where the load is."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from formcheck.exercises import EXERCISES
from formcheck.lifter import LOAD_KG, POUND_KG, LoadAt

PLACES: dict[LoadAt | None, str] = {
    None: "Where it usually is",
    "high-bar": "Bar on the back, high on the shoulders",
    "low-bar": "Bar on the back, lower, on the shoulder blades",
    "goblet": "Held in front of the chest",
    "hands": "In the hands, arms hanging",
    "none": "No load",
}
"""`Lifter.load_at` -> what the person reads; None leaves it to the exercise."""


def exercise(where: DeltaGenerator, chosen: str, key: str) -> str:
    """A field for the exercise; "auto" to have it recognised."""
    titles = {"auto": "Recognise it", **{e.name: e.title for e in EXERCISES.values()}}
    names = list(titles)
    return where.selectbox(
        "Exercise", names, index=names.index(chosen), format_func=lambda name: titles[name], key=key
    )


def load(where: DeltaGenerator, kg: float | None, unit: str, key: str) -> float | None:
    """A field for the load in the person's unit; kilograms, None when it is left empty."""
    factor = POUND_KG if unit == "lb" else 1.0
    typed = where.number_input(
        f"Load in {unit} (optional)", step=2.5, format="%g", key=key,
        min_value=LOAD_KG[0], max_value=LOAD_KG[1] / factor, value=round(kg / factor, 1) if kg else None,
        help="Bar and plates together. Kept with the set, so that your history compares like with like.",
    )  # fmt: skip
    return None if typed is None else typed * factor


def load_place(where: DeltaGenerator, chosen: LoadAt | None, key: str) -> LoadAt | None:
    """A field for where the load is."""
    places = list(PLACES)
    return where.selectbox(
        "Where is the load?", places, index=places.index(chosen), format_func=lambda at: PLACES[at], key=key,
        help="Usually on the back in a squat and in the hands in a deadlift or row. It only matters for the "
        "estimate of the load on your low back.",
    )  # fmt: skip
