"""`formcheck serve`: the app as one command, and who may be let at it from where."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

from formcheck.errors import ConfigError, FormcheckError, presentable
from formcheck.exits import COULD_NOT_RUN
from formcheck.store import invitations
from formcheck.web.server import Server

ALONE = (
    "formcheck listens on {address}, where other machines reach it, but nobody has to sign in. "
    "Let it listen on 127.0.0.1, or run it for a team: formcheck serve --team."
)
CONFIG: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "server.maxUploadSize": 500,
    "server.showEmailPrompt": False,
    "server.fileWatcherType": "none",
    "client.toolbarMode": "minimal",
    "theme.primaryColor": "#0b6e69",
    "theme.headingFontSizes": ["2.25rem", "1.75rem", "1.5rem", "1.25rem", "1rem", "0.875rem"],
}
"""What .streamlit/config.toml sets for `streamlit run app.py`; a test compares the two."""


def run(host: str, port: int, *, browser: bool) -> None:
    """Serve until stopped. Raises FormcheckError before anything is answered."""
    import streamlit as st

    from formcheck.web import server

    refuse_strangers(host, team=server.server().settings.team)
    app = st.App(
        server.SCRIPT, routes=server.routes(), middleware=server.middleware(), lifespan=server.lifespan
    )
    app.run(config={**CONFIG, "server.address": host, "server.port": port, "server.headless": not browser})


def ready_or_exit() -> None:
    """For `streamlit run`: end with a sentence where the app cannot be served."""
    from streamlit import config

    from formcheck.web.server import server

    try:
        refuse_strangers(str(config.get_option("server.address") or ""), team=server().settings.team)
    except FormcheckError as e:
        sys.stderr.write(f"formcheck: {presentable(str(e))}\n")
        sys.exit(COULD_NOT_RUN)


def refuse_strangers(address: str, *, team: bool) -> None:
    """Raise ConfigError when other machines could reach an app in which nobody signs in."""
    if not team and not loopback(address):
        raise ConfigError(ALONE.format(address=address or "every address"))


def loopback(address: str) -> bool:
    """Whether only this machine reaches what listens on this address; "" is every address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


CLEAR = (
    "Other machines reach this app without HTTPS: passwords and videos travel where others can read them. "
    "docs/team.md says how to put HTTPS before it.\n"
)


def announce(one: Server, address: str, port: int) -> None:
    """Tell whoever starts a team for the first time how to become its admin, and what is not safe."""
    if not loopback(address) and not one.settings.url.startswith("https:"):
        sys.stderr.write(CLEAR)
    token = invitations.owner_link(one.store)
    if token is None:
        return
    base = one.settings.url or f"http://{address if loopback(address) else 'localhost'}:{port}"
    sys.stderr.write(
        "\nThere is no account yet. Open this link to make the admin's; it works once, for 7 days, until "
        f"the next start:\n\n  {base}/join/{token}\n\n"
    )
    sys.stderr.flush()
