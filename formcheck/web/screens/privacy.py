"""What is kept of a person of a team, who sees it and who did, and how to end it."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from formcheck.store import accounts, audit, consent, erasure, people, sets, signins
from formcheck.store.accounts import AccountError
from formcheck.store.models import DROPPED, OWN, SHARED, Account, AuditEntry
from formcheck.store.tokens import hashed
from formcheck.web import links, wording
from formcheck.web.screens import agreement
from formcheck.web.server import server
from formcheck.web.visitor import Visitor, token

USES = {
    SHARED: "My trainer sees my videos",
    OWN: "My trainer sees only a moving skeleton; the videos are mine alone",
    DROPPED: "Nobody keeps my videos: each is deleted as soon as it was checked",
}
DAYS = (30, 90, 180, 365, 730)
SAVED = "privacy_saved"


def show(who: Visitor) -> None:
    """The page."""
    st.title("Privacy")
    account = who.account
    assert account is not None
    links.leave("/sign-out", f"Sign out {account.email}")
    _choices(who)
    _log(who)
    _browsers(who)
    _password(who, account)
    _consent(who)
    _ending(who, account)


# ---- what others see, and how long -------------------------------------------------------------------


def _choices(who: Visitor) -> None:
    st.header("What others see, and how long")
    profile = who.profile()
    with st.form("choices"):
        use = st.radio("Videos", list(USES), index=list(USES).index(profile.video_use), format_func=USES.get)
        blur = st.toggle("Make my face unrecognisable in reports and overlay videos", profile.blur_faces)
        options = [None, *DAYS]
        chosen = profile.keep_days if profile.keep_days in options else None
        days = st.selectbox(
            "Delete my sets", options, index=options.index(chosen), format_func=_after,
            help="Video, report and everything else of a set, counted from the day you uploaded it.",
        )  # fmt: skip
        st.caption("If nobody is to keep your videos, those that are here now are deleted as well, for good.")
        if st.form_submit_button("Save", type="primary"):
            _save(who, use or SHARED, blur, days)
            st.session_state[SAVED] = True
            st.rerun()
    if st.session_state.pop(SAVED, False):
        st.success("Saved. Reports that have to be made anew will be there in a moment.")


def _after(days: int | None) -> str:
    if days is not None:
        return f"after {days} days"
    limit = server().settings.keep_days
    return "only when I delete them" if limit is None else f"after {limit} days, as your team has it"


def _save(who: Visitor, use: str, blur: bool, days: int | None) -> None:
    """Keep the choices; whatever was exported under the old ones is made anew."""
    old = who.profile()
    people.update_profile(who.store, who.person_id, video_use=use, blur_faces=blur, keep_days=days)
    with who.store.begin() as session:
        what = f"{USES[use]}; faces {'hidden' if blur else 'shown'}; {_after(days)}"
        audit.note(session, who.person_id, who.person_id, audit.CHOSE, what)
    stale: list[str] = []
    if use == DROPPED and old.video_use != DROPPED:
        stale = erasure.drop_videos(who.store, who.person_id)
    elif blur != old.blur_faces:
        stale = [lift.id for lift in sets.of_person(who.store, who.person_id) if lift.report]
    for lift in sets.of_person(who.store, who.person_id):
        if lift.id in stale:
            who.start(lift, "judge")
    erasure.sweep(who.store, server().settings.keep_days)


# ---- who looked, and from where one is signed in -----------------------------------------------------


def _log(who: Visitor) -> None:
    st.header("Who opened what")
    entries = audit.about(who.store, who.person_id)
    if entries:
        st.dataframe(rows(entries), hide_index=True)
    else:
        st.write("Nobody but you.")


def rows(entries: list[AuditEntry]) -> list[dict[str, object]]:
    """Log entries as rows of a table."""
    return [
        {"When": datetime.fromtimestamp(e.at_s), "Who": e.actor, "Did": e.action, "What": e.what}
        for e in entries
    ]


def _browsers(who: Visitor) -> None:
    st.header("Where you are signed in")
    here = hashed(token() or "")
    for one in signins.of_person(who.store, who.person_id):
        with st.container(horizontal=True, vertical_alignment="center"):
            mine = " (this one)" if one.token_sha256 == here else ""
            st.markdown(f"{wording.plain(one.browser)}{mine}, last seen {wording.day(one.seen_s)}")
            if not mine:
                st.button(
                    "Sign it out", key=f"out-{one.token_sha256}", on_click=signins.revoke,
                    args=(who.store, who.person_id, one.token_sha256),
                )  # fmt: skip
    st.button("Sign out everywhere else", on_click=_out_everywhere, args=(who, token()))


def _out_everywhere(who: Visitor, here: str | None) -> None:
    signins.revoke_all(who.store, who.person_id, but=here)
    with who.store.begin() as session:
        audit.note(session, who.person_id, who.person_id, audit.SIGNED_OUT_ALL)


def _password(who: Visitor, account: Account) -> None:
    with st.expander("Change my password"), st.form("password", clear_on_submit=True):
        old = st.text_input("Password until now", type="password", autocomplete="current-password")
        new = st.text_input("New password", type="password", autocomplete="new-password")
        if st.form_submit_button("Change it"):
            _change_password(who, account, old, new)


def _change_password(who: Visitor, account: Account, old: str, new: str) -> None:
    if account.password_hash is not None and not accounts.checked(who.store, account.email, old):
        st.error("The password until now is wrong, or was wrong too often; nothing is changed.")
        return
    try:
        with who.store.begin() as session:
            accounts.set_password(session, who.person_id, new)
            audit.note(session, who.person_id, who.person_id, audit.NEW_PASSWORD)
    except AccountError as e:
        st.error(str(e))
        return
    signins.revoke_all(who.store, who.person_id, but=token())
    st.success("Changed. Every other browser is signed out.")


# ---- consent, and the end ---------------------------------------------------------------------------


def _consent(who: Visitor) -> None:
    st.header("Your consent")
    given = consent.history(who.store, who.person_id)
    if not consent.given(who.store, who.person_id):
        st.write("You have not agreed, or took it back: nobody else sees anything of yours.")
        return
    st.write(f"You agreed to version {given[0].version} on {wording.day(given[0].given_s)}.")
    with st.expander("Read it again"):
        agreement.text(who)
    with st.popover("Take it back"):
        st.write(
            "From now on nobody else sees anything of yours, and nothing new is checked. What is there stays "
            "until you delete it or its time is over."
        )
        st.button(
            "Take my consent back", type="primary", on_click=consent.revoke, args=(who.store, who.person_id)
        )


def _ending(who: Visitor, account: Account) -> None:
    st.header("Take it with you, or delete it")
    st.markdown("[Everything of mine as one .zip](/api/archive): videos, reports, and what else is stored.")
    with st.popover("Delete me and everything of mine"):
        st.write(
            "Your account, every set with its video and report, your numbers and your log will be gone for "
            "good."
        )
        sure = st.checkbox(f"Yes, delete {account.email} and everything that belongs to it")
        if st.button("Delete everything", type="primary", disabled=not sure):
            try:
                erasure.erase(who.store, who.person_id, who.person_id)
            except AccountError as e:
                st.error(str(e))
            else:
                st.rerun()
