"""The app's pages without a browser: opening them, what they say, and their buttons."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from formcheck.web import server as server_module

KINDS = (
    "title", "header", "subheader", "markdown", "success", "error", "warning", "info", "caption", "text",
    "code",
)  # fmt: skip
IMPORTS = "from formcheck.web.visitor import visitor\nfrom formcheck.web.screens import {screen}\n"


def opened(script: str = "", **query: str) -> AppTest:
    """The whole app as it opens at an address, or what a script shows."""
    if script:
        app = AppTest.from_string(script, default_timeout=30)
    else:
        app = AppTest.from_file(str(server_module.SCRIPT), default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def one_screen(screen: str, call: str = "show") -> str:
    """A script that shows one screen alone, to the visitor."""
    return f"{IMPORTS.format(screen=screen)}{screen}.{call}(visitor())"


def words(app: AppTest) -> str:
    """All that is to be read."""
    return "\n".join(str(part.value) for kind in KINDS for part in app.get(kind))


def button(app: AppTest, label: str) -> Any:
    """The first button whose label has these words."""
    return next(b for b in app.button if label in b.label)
