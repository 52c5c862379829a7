"""Signing in through an identity provider (OIDC), with Streamlit's own login: its `[auth]` section in
`secrets.toml`, its routes `/auth/login` and `/oauth2callback`, its signed cookie.

That cookie is only a message here: who comes back with a fresh one, and a verified e-mail address that an
account or an invitation knows, gets a sign-in of formcheck, which can be revoked. The cookie is taken away.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

FRESH_S = 600.0  # from the provider's answer to the sign-in here; older ones let nobody in again
DEFAULT = "default"  # Streamlit's name for a provider without one
LOGIN, CALLBACK = "/auth/login", "/oauth2callback"


@dataclass(frozen=True)
class Claim:
    """What a provider vouches for: a verified address, and a name for people to read."""

    email: str
    name: str


def providers() -> dict[str, str]:
    """The providers that are set up: name -> what the button calls it. Empty without Authlib."""
    from streamlit.auth_util import get_secrets_auth_section

    section: Mapping[str, object] = get_secrets_auth_section()
    if not section or importlib.util.find_spec("authlib") is None:
        return {}
    named = [name for name, value in section.items() if isinstance(value, Mapping)]
    return {name: name.capitalize() for name in named} or {DEFAULT: "your organisation's account"}


def begin(provider: str) -> str:
    """The address that sends a browser to the provider."""
    from streamlit.auth_util import encode_provider_token

    return f"{LOGIN}?{urlencode({'provider': encode_provider_token(provider)})}"


def claim(request: Request) -> Claim | None:
    """What the provider has just said about who asks; None without a fresh answer and a verified address."""
    said = _said(request)
    issued, email = said.get("iat"), said.get("email")
    fresh = isinstance(issued, int | float) and abs(time.time() - issued) < FRESH_S
    if not fresh or said.get("email_verified") not in (True, "true") or not isinstance(email, str):
        return None
    return Claim(email, str(said.get("name") or email.partition("@")[0]))


def returned(request: Request) -> bool:
    """Whether the browser holds an answer of a provider, good or not."""
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    return USER_COOKIE_NAME in request.cookies


def forget(request: Request, answer: Response) -> None:
    """Take the provider's answer from the browser: it counts once."""
    from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

    for name in request.cookies:
        if name.startswith((USER_COOKIE_NAME, TOKENS_COOKIE_NAME)):
            answer.delete_cookie(name, path="/")


def _said(request: Request) -> dict[str, object]:
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    def one(name: str) -> bytes | None:
        value = request.cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value.encode("latin-1")) if value else None

    content = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    try:
        said = json.loads(content) if content else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
