"""The manual: every exercise and fault, from the same declarations that judge."""

from __future__ import annotations

import json
from functools import cache

import streamlit as st

from formcheck.exercises import EXERCISES
from formcheck.exercises.filming import FILMING
from formcheck.manual import Documented, fault_page
from formcheck.web.media_routes import ASSETS
from formcheck.web.visitor import Visitor

FILMING_TITLE = "Filming"


def show(_: Visitor) -> None:
    """The page."""
    st.title("Manual")
    st.write("What formcheck looks for, why, and what it cannot tell. Nothing here is a diagnosis.")
    titles = {name: e.title for name, e in EXERCISES.items()} | {FILMING_TITLE: FILMING_TITLE}
    name = st.segmented_control(
        "Exercise", list(titles), default=next(iter(titles)), format_func=lambda n: titles[n], required=True
    )
    if name in EXERCISES:
        exercise = EXERCISES[name]
        st.header(exercise.title)
        _picture(exercise.name)
        st.write(exercise.about)
        st.markdown(f"**Film it.** {exercise.film_it}")
        _faults(exercise.faults)
    else:
        st.header(FILMING_TITLE)
        _faults(FILMING)


def _faults(faults: tuple[Documented, ...]) -> None:
    for fault in faults:
        with st.expander(f"{fault.title}"):
            _picture(fault.code)
            st.markdown(fault_page(fault, "####"))


def _picture(name: str) -> None:
    """The rendered picture of a fault or an exercise; a test sees to it that each has one."""
    if name in captions():
        st.image(ASSETS / f"manual-{name}.webp", caption=captions()[name], alt=captions()[name])


@cache
def captions() -> dict[str, str]:
    """Fault code or name of an exercise -> what its picture shows."""
    found: dict[str, str] = json.loads((ASSETS / "manual.json").read_text(encoding="utf-8"))
    return found
