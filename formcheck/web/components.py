"""The pieces of the pages that run in the browser: uploader, review player, comparison, live mode.

Their code lies in `assets/` and comes from this server's own route, so that the content security policy
needs no exception and no build step is needed; what Streamlit mounts is only a loader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from formcheck.web.media_routes import ASSETS

LOADER = """
const module = import(new URL("/assets/{name}.js", window.location.origin).href);
export default function(component) {{
  let end = null, over = false;
  module.then((m) => {{ end = m.default(component); if (over) end(); }});
  return () => {{ over = true; if (end) end(); }};
}}
"""


def _component(name: str) -> Callable[..., Any]:
    style = ASSETS / f"{name}.css"
    css = style.read_text(encoding="utf-8") if style.exists() else None
    return st.components.v2.component(f"formcheck_{name}", js=LOADER.format(name=name), css=css)


_uploader = _component("uploader")
_player = _component("player")
_compare = _component("compare")
_live = _component("live")
_signed_in = _component("signed_in")


@dataclass(frozen=True)
class Side:
    """One half of a comparison: addresses of scene and video, which rep or hold, and what to call it."""

    scene: str
    video: str | None
    cut: int
    title: str


VIDEOS, ARCHIVES = "video/*,.mkv,.avi,.mov,.mp4,.webm,.m4v", ".zip"


def uploader(words: str, accept: str, options: dict[str, Any]) -> None:
    """Choose and send files; the page runs again when some have arrived. options go with each."""
    data = {"words": words, "accept": accept, "options": options}
    _uploader(key=f"uploader-{accept}", data=data, on_uploaded_change=lambda: None)


def player(
    key: str, scene: str, video: str | None, seek: dict[str, float] | None, review: dict[str, Any]
) -> None:
    """The review player of one set; the page runs again when something was said in it.

    scene, video: addresses; seek: {t: seconds, n: how many-th jump}; review: see `screens.talk.about`.
    """
    data = {"scene": scene, "video": video, "seek": seek, "review": review}
    _player(key=key, data=data, on_changed_change=lambda: None)


def compare(key: str, first: Side, second: Side, at_s: float | None = None) -> None:
    """Two reps side by side in the same phase. at_s: the moment of the second one to begin with."""
    _compare(key=key, data={"sides": [asdict(first), asdict(second)], "at": at_s})


def live(data: dict[str, Any]) -> dict[str, Any] | None:
    """Live mode, see `assets/live.js` for its data; {set: id} once when a set is over."""
    over: dict[str, Any] | None = _live(key="live", data=data, on_over_change=lambda: None).over
    return over


def signed_in() -> None:
    """Nothing to see: leads to the sign-in page soon after the sign-in has ended."""
    _signed_in(key="signed-in", height=1)
