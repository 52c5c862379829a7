"""What the person told formcheck about themselves, and how to change it."""

from __future__ import annotations

import streamlit as st

from formcheck.lifter import HEIGHT_M, LOAD_KG, MASS_KG, POUND_KG, SEXES
from formcheck.store import notices, people
from formcheck.web import links, wording
from formcheck.web.screens import client_work, safety
from formcheck.web.server import server
from formcheck.web.visitor import Visitor

UNSAID = "rather not say"
WHAT_FOR = (
    "All optional. Your **height** gives speeds and distances in metres and centimetres; your **body "
    "weight** and the **load** give an estimate of the load on your lower back. Nothing leaves this machine."
)


def show(who: Visitor) -> None:
    """The page."""
    st.title("You")
    st.write(WHAT_FOR)
    if _profile(who):
        st.success("Saved. It counts for the sets you check from now on.")
    st.header("Safety questions")
    st.write(safety.advice(who) or "Your answers do not keep you from training.")
    st.button("Answer them again", on_click=safety.again)
    client_work.stated(who)
    _forget(who)
    if who.account is not None and server().mailer is not None:
        _mails(who, who.account.mails)
    if who.account is None:
        links.leave("/queue", "How the analyses are doing")


def _forget(who: Visitor) -> None:
    with st.popover("Forget what I said about myself"):
        st.write(
            "Your height, weights, sex and every answer to the safety questions will be gone for good; you "
            "are asked again before the next set. Sets that are there keep the numbers they were judged by."
        )
        st.button("Forget it", type="primary", on_click=people.forget, args=(who.store, who.person_id))


def _mails(who: Visitor, now: bool) -> None:
    st.header("Mails")
    wanted = st.checkbox("Write to me when something is new; there is only a link in it", now)
    if wanted != now:
        notices.choose(who.store, who.person_id, wanted)


def first(who: Visitor) -> None:
    """The same questions, once, before the first set."""
    st.title("A few numbers, if you like")
    st.write(WHAT_FOR)
    skip = {"asked": True}
    st.button("Not now", on_click=people.update_profile, args=(who.store, who.person_id), kwargs=skip)
    if _profile(who):
        st.rerun()


def _profile(who: Visitor) -> bool:
    """The form; whether it was just saved."""
    old = who.profile()
    left, right = st.columns(2)
    length = left.segmented_control("Height in", ["cm", "ft"], default=old.length_unit, required=True)
    weight = right.segmented_control("Weight in", ["kg", "lb"], default=old.mass_unit, required=True)
    with st.form("profile"):
        height_m = _height(old.height_m, length or "cm")
        factor = POUND_KG if weight == "lb" else 1.0
        mass = _number(f"Body weight ({weight})", old.mass_kg, factor, *MASS_KG)
        load = _number(f"Usual load on the bar ({weight})", old.load_kg, factor, *LOAD_KG)
        sexes = [UNSAID, *SEXES]
        sex = st.selectbox(
            "Sex", sexes, index=sexes.index(old.sex or UNSAID),
            help="Only for how body weight is spread over trunk and limbs.",
        )  # fmt: skip
        saved = st.form_submit_button("Save", type="primary")
    if saved:
        people.update_profile(
            who.store, who.person_id, height_m=height_m, mass_kg=mass, load_kg=load,
            length_unit=length or "cm", mass_unit=weight or "kg", asked=True,
            sex=None if sex == UNSAID else sex,
        )  # fmt: skip
    return saved


def _height(height_m: float | None, unit: str) -> float | None:
    """A field for the height, or two for feet and inches; metres."""
    if unit == "cm":
        value = None if height_m is None else float(round(100 * height_m))  # float, as its limits are
        cm = st.number_input(
            "Height (cm)", 100 * HEIGHT_M[0], 100 * HEIGHT_M[1], value, step=1.0, format="%g"
        )
        return None if cm is None else cm / 100
    inches = None if height_m is None else round(100 * height_m / wording.CM_PER_INCH)
    left, right = st.columns(2)
    feet = left.number_input(
        "Height (feet)", 3, 8, None if inches is None else inches // wording.INCHES_PER_FOOT
    )
    rest = right.number_input("and inches", 0, 11, 0 if inches is None else inches % wording.INCHES_PER_FOOT)
    return None if feet is None else (feet * wording.INCHES_PER_FOOT + rest) * wording.CM_PER_INCH / 100


def _number(label: str, value: float | None, factor: float, low: float, high: float) -> float | None:
    """A field in the person's unit; kilograms."""
    shown = None if value is None else round(value / factor, 1)
    typed = st.number_input(label, low / factor, high / factor, shown, step=1.0, format="%g")
    return None if typed is None else typed * factor
