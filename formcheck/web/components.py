"""The two pieces of the pages that run in the browser: the uploader and the review player.

Their code lies in `assets/` and comes from this server's own route, so that the content security policy
needs no exception and no build step is needed; what Streamlit mounts is only a loader.
"""

from __future__ import annotations

from collections.abc import Callable
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
    css = (ASSETS / f"{name}.css").read_text(encoding="utf-8")
    return st.components.v2.component(f"formcheck_{name}", js=LOADER.format(name=name), css=css)


_uploader = _component("uploader")
_player = _component("player")


def uploader(options: dict[str, Any], on_uploaded: Callable[[], None]) -> None:
    """Choose and send videos. options go with each; on_uploaded is called when some have become sets."""
    _uploader(key="uploader", data={"options": options}, on_uploaded_change=on_uploaded)


def player(key: str, scene: str, video: str | None, seek: dict[str, float] | None) -> None:
    """The review player of one set. scene, video: addresses; seek: {t: seconds, n: how many-th jump}."""
    _player(key=key, data={"scene": scene, "video": video, "seek": seek})
