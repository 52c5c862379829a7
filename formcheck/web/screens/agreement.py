"""The consent that is asked before anything of a person of a team is stored."""

from __future__ import annotations

import streamlit as st

from formcheck.store import accounts, consent, erasure
from formcheck.store.models import DROPPED, OWN
from formcheck.web import wording
from formcheck.web.server import server
from formcheck.web.visitor import Visitor

STORED = (
    "**What is stored.** The videos that you upload, and what is worked out from them: where your joints are "
    "in each picture, the angles, the report. What you type in: height, weight, loads, and your answers to "
    "the safety questions. When and with which browser you signed in. It stays on the server of your team; "
    "nothing goes to anybody else, and no other service is asked."
)
RIGHTS = (
    "**Your choices.** You can keep the video to yourself, have it deleted as soon as it was checked, or "
    "have faces made unrecognisable. You see who opened what and when. You can take everything out, delete "
    "single sets or everything, and take this consent back at any time; from then on nobody else sees "
    "anything of yours. All of it under Privacy."
)


def ask(who: Visitor) -> None:
    """The page: the text and one button. It leads on to the safety questions."""
    st.title("Is that all right with you?")
    text(who)
    st.button("Yes, I agree", type="primary", on_click=consent.give, args=(who.store, who.person_id))
    st.caption(f"Version {consent.VERSION} of this text. Without your consent nothing of you can be checked.")


def text(who: Visitor) -> None:
    """The text (version 1), with who and how long in this person's case. A change needs a new version."""
    st.markdown(STORED)
    st.markdown(f"**Who sees it.** {_seers(who)}")
    st.markdown(f"**How long.** {keeping(who)}")
    st.markdown(RIGHTS)


def keeping(who: Visitor) -> str:
    """How long sets are kept, in a sentence."""
    days = erasure.shortest(who.profile().keep_days, server().settings.keep_days)
    if days is None:
        return "Until you delete it."
    return f"Each set is deleted {days} days after you uploaded it, video and report alike."


def _seers(who: Visitor) -> str:
    names = [wording.plain(trainer.person.name) for trainer in accounts.trainers(who.store, who.person_id)]
    if not names:
        return "Only you. Whoever runs the server could read its disk."
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    pictures = "" if who.profile().video_use not in (OWN, DROPPED) else ", without the video"
    return (
        f"You and {listed}{pictures}. Admins of the team manage accounts and do not see your sets. "
        "Whoever runs the server could read its disk."
    )
