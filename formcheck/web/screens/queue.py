"""The queue, for whoever runs the app: how long it is, how long things take, what failed, who works."""

from __future__ import annotations

import streamlit as st

from formcheck.jobs import overview
from formcheck.jobs.overview import Overview
from formcheck.store import access
from formcheck.web import wording
from formcheck.web.server import server
from formcheck.web.visitor import Visitor

LOOK_S = 5.0
NO_WORKER = "No worker is running, so nothing is checked. Start one: formcheck worker."


def may_see(who: Visitor) -> bool:
    """Whether this person runs the app: an admin of the team, or whoever has it on their own machine."""
    if who.account is None:
        return True
    with who.store.begin() as session:
        return access.may_manage(session, who.person_id)


def show(who: Visitor) -> None:
    """The page."""
    st.title("Queue")
    if not may_see(who):
        st.info("Only an admin sees the queue.")
        return
    st.fragment(_now, run_every=LOOK_S)(who)
    st.header("After a rule has changed")
    st.caption("Every set is judged again from its poses, when nobody waits for anything else.")
    if st.button("Judge every set again"):
        count = overview.judge_all(who.store)
        server().supervisor.send("")
        st.success(f"{count} sets are to be judged again." if count else "All of them wait for it already.")


def _now(who: Visitor) -> None:
    if not may_see(who):  # the page may have been open for long
        return
    now = overview.overview(who.store)
    _numbers(now)
    if not now.workers:
        st.warning(NO_WORKER)
    if now.running:
        st.header("At work")
        st.dataframe(
            [
                {
                    "what": r.kind, "done": f"{100 * r.share:.0f} %", "since": wording.span(r.for_s),
                    "attempt": r.attempt, "worker": r.worker, "stage": r.stage,
                }
                for r in now.running
            ],
            hide_index=True,
        )  # fmt: skip
    if now.spent:
        st.header("The last day")
        st.dataframe(
            [
                {
                    "what": s.kind, "done": s.done,
                    "waited, median": wording.span(s.waited_s), "95 %": wording.span(s.waited_95_s),
                    "took, median": wording.span(s.worked_s), "95 % ": wording.span(s.worked_95_s),
                }
                for s in now.spent
            ],
            hide_index=True,
        )  # fmt: skip
    _failures(now)


def _numbers(now: Overview) -> None:
    cells = st.columns(4)
    cells[0].metric("Waiting", now.waiting, help="for somebody")
    cells[1].metric("When there is time", now.waiting_when_free)
    cells[2].metric("Longest wait", wording.span(now.oldest_wait_s))
    cells[3].metric("Workers", now.workers)
    if now.machines:
        st.caption(" · ".join(f"{wording.plain(m.name)}: {m.workers}" for m in now.machines))


def _failures(now: Overview) -> None:
    st.header("Failures")
    if not now.failures:
        st.markdown("None.")
        return
    st.caption(f"{now.failed} in the last day; the newest first. Whose videos they were is left out.")
    st.dataframe(
        [
            {"when": wording.day(f.ended_s), "what": f.kind, "attempts": f.attempts, "why": f.why}
            for f in now.failures
        ],
        hide_index=True,
    )
