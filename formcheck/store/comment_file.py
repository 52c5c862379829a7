"""Comments that somebody without an account wrote into a single-file set and saved: read with no trust."""

from __future__ import annotations

import json
from typing import Any

from formcheck.errors import TrackError
from formcheck.store.comments import MOST, Draft

SCHEMA = 1
MOST_BYTES = 8 * 2**20
NOT_OURS = "This is not a file of comments from formcheck; choose the one that was saved from the set's page."
OTHER_SET = "These comments are about another set; open that one and bring them in there."
OTHER_VERSION = "This file comes from another version of formcheck; update formcheck."


def read(data: bytes, set_id: str) -> tuple[str, list[Draft]]:
    """The author's name and the comments. Raises TrackError with one sentence; then nothing is taken in."""
    if len(data) > MOST_BYTES:
        raise TrackError("This file of comments is too large to be taken in.")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as e:
        raise TrackError(NOT_OURS) from e
    if not isinstance(whole, dict) or "formcheck_comments" not in whole:
        raise TrackError(NOT_OURS)
    if whole["formcheck_comments"] != SCHEMA:
        raise TrackError(OTHER_VERSION)
    if whole.get("set") != set_id:
        raise TrackError(OTHER_SET)
    return _author(whole.get("author")), _drafts(whole.get("comments"))


def _author(name: Any) -> str:
    if not isinstance(name, str) or len(name) > 200:
        raise TrackError(NOT_OURS)
    return name


def _drafts(found: Any) -> list[Draft]:
    if not isinstance(found, list) or not found or len(found) > MOST:
        raise TrackError(NOT_OURS)
    if not all(isinstance(one, dict) for one in found):
        raise TrackError(NOT_OURS)
    return [Draft.of({**one, "reply_to": None}) for one in found]
