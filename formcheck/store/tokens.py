"""Random tokens that let their holder in; the database knows only their hashes."""

from __future__ import annotations

import hashlib
import re
import secrets

BYTES = 32
TOKEN = re.compile(r"[\w-]{43}")
"""What a token looks like: 32 random bytes in base64."""


def new_token() -> str:
    """A fresh random token."""
    return secrets.token_urlsafe(BYTES)


def hashed(token: str) -> str:
    """What is kept of a token or another key: enough random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
