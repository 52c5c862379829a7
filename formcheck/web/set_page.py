"""A page about one set outside the app: what a guest sees, and the same as one file that needs no server."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from formcheck.report import Report
from formcheck.store.models import LiftSet
from formcheck.store.review_models import Comment
from formcheck.views.groups import (
    back_compared,
    by_fault,
    filmed_from,
    headline,
    labels,
    not_judged,
    other_limits,
    seen_at,
)
from formcheck.views.templates import template
from formcheck.web import wording
from formcheck.web.media_routes import ASSETS, MIME
from formcheck.web.one_script import one_script
from formcheck.words import DISCLAIMER, clock


@dataclass(frozen=True)
class Shown:
    """One set for a page. whose: the owner's name, "" where it is nobody's business."""

    lift: LiftSet
    report: Report
    comments: Sequence[Comment]
    whose: str = ""


def guest_page(shown: Shown, base: str, video: str | None) -> str:
    """Read only; scene and video come from below `base`."""
    data = {"scene": f"{base}/player.json", "video": video, "review": None, "seek": None}
    return _render(shown, {"data": data, "writes": False})


def single_file(shown: Shown, scene: dict[str, Any], video: bytes | None) -> str:
    """Everything in one file that asks nobody for anything; comments written in it are saved as a file."""
    others = _for_player(shown.comments)
    review = {"comments": others, "marks": {}, "faults": [], "templates": [], "marking": False}
    about = {
        "data": {"scene": scene, "video": None, "review": review, "seek": None},
        "writes": True, "others": others, "set": shown.lift.id,
        "kind": MIME.get(Path(shown.lift.playback or "").suffix, "video/mp4"),
    }  # fmt: skip
    script = one_script("set_page")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:; "
        "media-src blob:; base-uri 'none'; form-action 'none'"
    )
    packed = base64.b64encode(video).decode() if video is not None else ""
    return _render(shown, about, policy=policy, script=script, video=packed)


def _render(
    shown: Shown, about: dict[str, Any], *, policy: str = "", script: str = "", video: str = ""
) -> str:
    report, lift = shown.report, shown.lift
    said = [line for line in (back_compared(report), *other_limits(report)) if line]
    heading = (shown.whose, wording.day(lift.created_s), filmed_from(report))
    return template("formcheck.web", "templates", "set.html.j2").render(
        headline=headline(report),
        about=" · ".join(part for part in heading if part),
        said=said,
        groups=by_fault(report.faults),
        seen_at=lambda finding: seen_at(report, finding),
        unseen=not_judged(report),
        comments=[_listed(report, c) for c in shown.comments],
        disclaimer=DISCLAIMER,
        style=Markup((ASSETS / "player.css").read_text(encoding="utf-8")),
        data=Markup(_as_data(about)),
        writes=about["writes"],
        policy=policy,
        script=Markup(script),
        video=Markup(video),
    )


def _as_data(about: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(about, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _for_player(comments: Sequence[Comment]) -> list[dict[str, Any]]:
    return [
        {"at": c.at_s, "author": c.author, "text": c.text, "strokes": c.strokes, "done": c.done_s is not None}
        for c in comments
        if c.reply_to is None
    ]


def _listed(report: Report, comment: Comment) -> dict[str, str]:
    named = labels(report).get(comment.segment) if comment.segment is not None else None
    where = " · ".join(w for w in (clock(comment.at_s) if comment.at_s is not None else "", named or "") if w)
    return {"author": comment.author, "where": where, "text": comment.text}
