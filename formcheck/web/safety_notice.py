"""The safety notice that stands before the first set of a session. In plain words, not a questionnaire."""

from __future__ import annotations

import streamlit as st

from formcheck.words import DISCLAIMER

UNDERSTOOD = "safety_understood"

EMERGENCY = """
Do not exercise, and get emergency care now, if you have:

- numbness or tingling around the genitals, the buttocks or the inner thighs
- new trouble passing urine, or no control over bladder or bowel
- new weakness, numbness or pain in both legs
- back pain after a serious accident or fall
- chest pain together with back pain
"""

DOCTOR = """
Ask a doctor before you train with this, if any of these is true:

- back pain with fever, feeling unwell, or losing weight without wanting to
- cancer, now or in the past
- pain at night or at rest that nothing eases, or that is getting steadily worse
- brittle bones, long use of steroids, or a fall when you are over 50
- a weak immune system, injected drugs, a recent infection or procedure at the spine
- a new lump or a changed shape of the back; pain high between the shoulder blades
- a leg that is numb or weak and getting worse
- spine surgery within a year, or a known fracture or slipped vertebra
- pregnancy or a recent birth
- heart disease, chest pain or fainting with effort, or high blood pressure that is not under control
- you are under 16 and no adult is with you
"""

TRAINING = (
    "While training, stop when pain grows, spreads down a leg, tingles, or you get dizzy. "
    "If it is still worse the next day, do less."
)


def understood() -> bool:
    """Whether the notice was confirmed in this session; shows it until then."""
    if st.session_state.get(UNDERSTOOD):
        return True
    st.subheader("Before your first set")
    st.error(EMERGENCY)
    st.warning(DOCTOR)
    st.write(TRAINING)
    st.write(DISCLAIMER)
    if st.button("None of this is true for me, or a doctor has said yes", type="primary"):
        st.session_state[UNDERSTOOD] = True
        st.rerun()
    return False
