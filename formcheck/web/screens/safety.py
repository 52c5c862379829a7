"""The safety questions that stand before everything else, in own words (biomechanics section 5)."""

from __future__ import annotations

import streamlit as st

from formcheck.store import people
from formcheck.store.people import ASK_AGAIN_S
from formcheck.web.visitor import Visitor
from formcheck.words import DISCLAIMER

GO, EASY, CLEARED, DOCTOR, EMERGENCY = "go", "easy", "cleared", "doctor", "emergency"
PASSING = (GO, EASY, CLEARED)
STEP = "safety_step"

EMERGENCY_SIGNS = """
- numbness or tingling around the genitals, the buttocks or the inner thighs
- new trouble passing urine, or no control over bladder or bowel
- new weakness, numbness or pain in both legs
- back pain since a serious accident or fall
- chest pain together with back pain
"""

WARNING_SIGNS = """
- back pain with fever, feeling unwell, or losing weight without wanting to
- cancer, now or in the past
- pain at night or at rest that nothing eases, or that is getting steadily worse
- brittle bones, long use of steroids, or a fall when you are over 50
- a weak immune system, injected drugs, a recent infection or a procedure at the spine
- a new lump or a changed shape of the back; pain high between the shoulder blades
- a leg that is numb or weak and getting worse
- spine surgery within a year, or a known fracture or slipped vertebra
- pregnancy or a recent birth
- heart disease, chest pain or fainting with effort, or high blood pressure that is not under control
- you are under 16 and no adult is with you
"""

EASY_SIGNS = """
- pain of 5 or more out of 10 right now
- back pain for the first time in your life, for less than six weeks
- pain that runs down a leg below the knee
"""

EMERGENCY_WORDS = (
    "**Do not exercise. Get emergency care now.** What you describe can mean that nerves are being "
    "damaged, or that something else is seriously wrong, and hours can matter. Call your emergency "
    "number or go to an emergency department."
)
DOCTOR_WORDS = (
    "**See a doctor before you train with this.** What you describe is usually harmless, but it has to be "
    "looked at before you put weight on your back."
)
EASY_WORDS = (
    "Go easy today: planks, and squats or hip hinges without weight. Stop when pain grows by 2 points or "
    "more, spreads down a leg, tingles, or you get dizzy. If it is still worse the next day, do less."
)


def passed(who: Visitor) -> bool:
    """Whether the answers of this person are there, recent enough, and let them go on."""
    answer = people.safety(who.store, who.person_id)
    return answer is not None and answer.outcome in PASSING and STEP not in st.session_state


def advice(who: Visitor) -> str:
    """What the answers mean for today's training, "" for nothing special."""
    answer = people.safety(who.store, who.person_id)
    return EASY_WORDS if answer is not None and answer.outcome == EASY else ""


def ask(who: Visitor) -> None:
    """The questions, one screen after the other, or what to do instead of training."""
    answer = people.safety(who.store, who.person_id)
    st.title("Before your first set")
    if answer is not None and answer.outcome == EMERGENCY and STEP not in st.session_state:
        _stop(EMERGENCY_WORDS)
    elif answer is not None and answer.outcome == DOCTOR and STEP not in st.session_state:
        _doctor(who)
    else:
        (_first, _second, _third)[st.session_state.get(STEP, 0)](who)
    st.caption(
        f"{DISCLAIMER} Your answers stay on this machine. You are asked again after "
        f"{ASK_AGAIN_S / 86400 / 30:.0f} months, and can change them under You."
    )


def again() -> None:
    """Start the questions anew."""
    st.session_state[STEP] = 0


def _first(who: Visitor) -> None:
    st.write("Three short questions. Do you have **any of these**?")
    st.markdown(EMERGENCY_SIGNS)
    _choice(who, "None of these", 1, "At least one of these", EMERGENCY, {"emergency": True})


def _second(who: Visitor) -> None:
    st.write("Is **any of these** true for you?")
    st.markdown(WARNING_SIGNS)
    _choice(who, "None of these", 2, "At least one of these", DOCTOR, {"emergency": False, "warning": True})


def _third(who: Visitor) -> None:
    st.write("And is **any of these** true **today**?")
    st.markdown(EASY_SIGNS)
    answers = {"emergency": False, "warning": False}
    with st.container(horizontal=True):
        st.button("None of these", on_click=_keep, args=(who, GO, {**answers, "easy": False}))
        st.button("At least one of these", on_click=_keep, args=(who, EASY, {**answers, "easy": True}))


def _choice(who: Visitor, no: str, step: int, yes: str, outcome: str, answers: dict[str, bool]) -> None:
    with st.container(horizontal=True):
        st.button(no, on_click=_go_to, args=(step,))
        st.button(yes, on_click=_keep, args=(who, outcome, answers))


def _go_to(step: int) -> None:
    st.session_state[STEP] = step


def _keep(who: Visitor, outcome: str, answers: dict[str, bool]) -> None:
    people.answer_safety(who.store, who.person_id, outcome, dict(answers))
    st.session_state.pop(STEP, None)


def _doctor(who: Visitor) -> None:
    st.warning(DOCTOR_WORDS)
    agreed = {"emergency": False, "warning": True, "doctor_agreed": True}
    with st.container(horizontal=True):
        st.button("A doctor has said that I may train", on_click=_keep, args=(who, CLEARED, agreed))
        st.button("Answer again", on_click=again)


def _stop(words: str) -> None:
    st.error(words)
    st.button("That was a mistake, or it is over: answer again", on_click=again)
