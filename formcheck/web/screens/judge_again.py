"""Judge a set again with other limits, load or as another exercise: from its track, without the video."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.store import coaching, sets
from formcheck.store.models import FINAL, LiftSet
from formcheck.web.screens import fields
from formcheck.web.visitor import Visitor
from formcheck.words import UNIT_WORDS

LOOK_S = 0.7
Levels = tuple[float, float | None]


def show(who: Visitor, lift: LiftSet) -> None:
    """The form, folded away; while it is being judged, a line that says so."""
    running = any(job.kind == "judge" and job.state not in FINAL for job in lift.jobs)
    st.fragment(_wait, run_every=LOOK_S if running else None)(who, lift.id, running)
    with st.expander("Judge it again: another exercise, load or limits"):
        _form(who, lift, running)


def _wait(who: Visitor, set_id: str, running: bool) -> None:
    lift = sets.find(who.store, set_id, who.person_id)
    jobs = [job for job in lift.jobs if job.kind == "judge"] if lift else []
    active = bool(jobs) and jobs[-1].state not in FINAL
    if active:
        st.progress(jobs[-1].share, "Judging again")
    elif jobs and jobs[-1].error:
        st.error(jobs[-1].error)
    if active != running:
        st.rerun()


def _form(who: Visitor, lift: LiftSet, running: bool) -> None:
    old, standard = coaching.options(who.store, lift), coaching.own_levels(who.store, lift.owner_id)
    with st.form(f"again-{lift.id}", border=False):
        left, right = st.columns(2)
        exercise = fields.exercise(left, old.exercise, f"again-exercise-{lift.id}")
        load_kg = fields.load(right, old.lifter.load_kg, who.profile().mass_unit, f"again-load-{lift.id}")
        load_at = fields.load_place(st.container(), old.lifter.load_at, f"again-place-{lift.id}")
        st.write("Limits. Leave a field as it is to keep the standard one.")
        judged = EXERCISES.get(lift.exercise or "")
        faults = [f for f in judged.faults if f.limits] if judged else []
        limits = {f.code: _levels(lift, f, old) for f in faults}
        if st.form_submit_button("Judge again", disabled=running):
            lifter = replace(old.lifter, load_kg=load_kg, load_at=load_at)
            chosen = {f.code: limits[f.code] for f in faults if limits[f.code] != standard[f.code]}
            _start(who, lift, replace(old, exercise=exercise, lifter=lifter, limits=chosen, adjusted={}))


def _levels(lift: LiftSet, fault: Fault, old: Options) -> Levels:
    """Two fields of one fault: warning and fault level."""
    first = fault.limits[0]
    warn, worst = old.limits.get(fault.code, (first.warn, first.fault))
    unit = UNIT_WORDS.get(first.unit, f" {first.unit}").strip()
    side = "above" if first.more_is_worse else "below"
    st.markdown(f"**{fault.title}** ({first.watch.words})")
    left, right = st.columns(2)
    key = f"{lift.id}-{fault.code}"
    new_warn = left.number_input(f"warning {side} {unit}", value=float(warn), format="%g", key=f"warn-{key}")
    if worst is None:
        return new_warn, None
    new_worst = right.number_input(
        f"fault {side} {unit}", value=float(worst), format="%g", key=f"fault-{key}"
    )
    return new_warn, new_worst


def _start(who: Visitor, lift: LiftSet, options: Options) -> None:
    faults = {f.code: f for e in EXERCISES.values() for f in e.faults}
    for code, (warn, worst) in options.limits.items():
        more = faults[code].limits[0].more_is_worse
        if worst is not None and (worst > warn) != more:
            st.error(
                f"{faults[code].title}: the fault level must lie {'above' if more else 'below'} the warning."
            )
            return
    sets.want(who.store, lift.id, who.person_id, options)
    who.start(lift, "judge")
    st.rerun()
