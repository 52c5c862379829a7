"""Show one set to somebody else: a link for a guest, or a single file, whose comments come back as a file."""

from __future__ import annotations

import time

import streamlit as st

from formcheck.errors import TrackError
from formcheck.store import access, comment_file, comments, guests, people
from formcheck.store.models import LiftSet
from formcheck.web import links, wording
from formcheck.web.visitor import Visitor

MADE = "guest_link"
DAYS = (1, 7, 30, 90)
ONE_FILE = (
    "Everything about this set in one file, for somebody without formcheck: they open it in any browser, "
    "write comments, save them as a file and send that back. Whoever has the file can look at it for ever."
)


def show(who: Visitor, lift: LiftSet) -> None:
    """The part of the review page, folded away."""
    with st.expander("Show it to somebody else"):
        _one_file(who, lift)
        if who.account is not None:
            _guests(who, lift)


def _one_file(who: Visitor, lift: LiftSet) -> None:
    st.write(ONE_FILE)
    with who.store.begin() as session:
        video = guests.pictures_possible(session, who.person_id, lift)
    if not video:
        st.caption("It holds the skeleton, not the video.")
    st.markdown(f"[Save as one file](/api/sets/{lift.id}/page.html)")
    given = st.file_uploader(
        "Bring in comments that came back", type="json", key=f"file-{lift.id}", max_upload_size=8
    )
    if given is not None and st.button("Bring them in"):
        try:
            author, drafts = comment_file.read(given.getvalue(), lift.id)
            number = comments.take_in(who.store, who.person_id, lift.id, author, drafts)
        except TrackError as e:
            st.error(str(e))
            return
        st.success(f"{number} new comments are here." if number else "They were here already.")


def _guests(who: Visitor, lift: LiftSet) -> None:
    st.divider()
    if who.owns(lift):
        _let_trainers(who)
    with who.store.begin() as session:
        allowed = access.may_show(session, who.person_id, lift)
        pictures = guests.pictures_possible(session, who.person_id, lift)
    if not allowed:
        st.caption("A guest link needs the client's permission; they give it on this page of theirs.")
        return
    _make(who, lift, pictures=pictures)
    for link in guests.open_ones(who.store, who.person_id, lift.id):
        with st.container(horizontal=True, vertical_alignment="center"):
            days = max(1, round((link.expires_s - time.time()) / guests.DAY_S))
            opened = f"last opened {wording.day(link.opened_s)}" if link.opened_s else "not opened yet"
            st.markdown(f"{wording.plain(link.note or 'A guest')} · for {days} more days · {opened}")
            st.button("Take it back", key=f"guest-{link.token_sha256}", on_click=guests.revoke,
                      args=(who.store, who.person_id, link.token_sha256))  # fmt: skip


def _let_trainers(who: Visitor) -> None:
    now = who.profile().trainer_may_show
    lets = st.checkbox("My trainers may make guest links to my sets", now, key="trainer-may-show")
    if lets != now:
        people.update_profile(who.store, who.person_id, trainer_may_show=lets)


def _days(number: int) -> str:
    return f"{number} day{'s' if number > 1 else ''}"


def _make(who: Visitor, lift: LiftSet, *, pictures: bool) -> None:
    with st.form(f"guest-{lift.id}", border=False):
        st.write("A link that shows this set, and nothing else, to whoever has it. Nobody can write with it.")
        left, right = st.columns(2)
        note = left.text_input("For whom (only you see this)", max_chars=80)
        days = right.selectbox(
            "Good for", DAYS, index=1, format_func=_days
        )
        video = st.checkbox("With the video", pictures, disabled=not pictures)
        if st.form_submit_button("Make a guest link"):
            try:
                token = guests.make(
                    who.store, who.person_id, lift.id, days, pictures=video and pictures, note=note
                )
            except TrackError as e:
                st.error(str(e))
                return
            st.success("It is shown only now; copy it.")
            st.code(links.public(f"/g/{token}"), language=None, wrap_lines=True)
