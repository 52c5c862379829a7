"""Archives of sets and uploads that nobody meant: the kinds of cases for what reaches the app."""

from __future__ import annotations

import copy
import json
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from benchmarks.fuzz_files import STRANGE, squatting
from benchmarks.fuzz_kinds import DAMAGE, Kind, Made
from formcheck.analysis import examine
from formcheck.errors import FormcheckError
from formcheck.store import Store, archive, people, sets
from formcheck.store.models import Job, LiftSet, Upload
from formcheck.store.settings import AppSettings

SAMPLE = Path(__file__).resolve().parents[1] / "sample_videos" / "squat_good.mp4"
NAMES = (
    "../../evil", "sets/../evil", "/etc/passwd", "sets/a/../../../evil", "sets/a/b/c", "sets/a/.", "sets/a/..",
    "sets/a/" + "n" * 300, "sets/a/\x01", "sets/a/x\\..\\y", "sets/b/pose.npz", "sets/a/\u202egpj.mp4", "formcheck.json",
)  # fmt: skip
LARGEST_MB = 1  # upload that is taken


def kinds(folder: Path) -> list[Kind]:
    """Every kind of case that reaches the app."""
    index, packed = _index(), folder / "sets.zip"
    _write(packed, index)
    data = packed.read_bytes()
    clip = SAMPLE.read_bytes()
    return [
        *(Kind("bundle", change.__name__, 40, partial(_damaged, data, change)) for change in DAMAGE),
        Kind("bundle", "values", 150, partial(valued, index)),
        Kind("bundle", "index bytes", 40, partial(index_bytes, index)),
        Kind("bundle", "names", 30, partial(named, index)),
        Kind("bundle", "bombs", 6, partial(bombed, index)),
        *(Kind("upload", change.__name__, 20, partial(_damaged, clip, change)) for change in DAMAGE),
        *(Kind("upload", f"archive, {c.__name__}", 10, partial(_damaged, data, c)) for c in DAMAGE),
        Kind("upload", "requests", 120, partial(requested, clip)),
    ]


def _index() -> dict[str, Any]:
    """What `archive.write` writes for one set."""
    entry = {
        "id": "a", "name": "squat", "created_s": 1.7e9, "video": "video.mp4", "playback": None,
        "wanted": {"exercise": "squat", "limits": {"SQ101": [8.0, 14.0]}, "hinge_s": [0.5, 1.5], "overlay": True},
        "lifter": {"height_m": 1.8, "load_kg": 60.0}, "exercise": "squat", "headline": "Fine",
        "report": examine(squatting()).report.to_dict(), "judged_s": 1.7e9,
        "marks": [{"code": "SQ101", "segment": 0, "right": True, "flagged": True}],
    }  # fmt: skip
    return {"schema": archive.SCHEMA, "sets": [entry]}


def _write(path: Path, index: object, more: dict[str, bytes] | None = None) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(archive.INDEX, index if isinstance(index, bytes) else json.dumps(index))
        for name, data in {"sets/a/video.mp4": b"film" * 500, "sets/a/pose.npz": b"pose", **(more or {})}.items():
            out.writestr(name, data)


def _damaged(data: bytes, change: Callable[[Random, bytes], bytes], rng: Random, place: Path) -> Made:
    (place / "in").write_bytes(change(rng, data))
    return Made(place / "in")


def valued(index: dict[str, Any], rng: Random, place: Path) -> Made:
    """One value somewhere in the index is another one, or not there."""
    changed = copy.deepcopy(index)
    spots: list[tuple[Any, Any]] = []
    _walk(changed, spots)
    holder, key = rng.choice([s for s in spots if "report" not in str(s[1])] if rng.random() < 0.8 else spots)
    if rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = rng.choice(STRANGE)
    _write(place / "in", changed)
    return Made(place / "in")


def _walk(value: Any, spots: list[tuple[Any, Any]], depth: int = 0) -> None:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        spots.append((value, key))
        if not (key == "report" and depth):
            _walk(value[key], spots, depth + 1)


def index_bytes(index: dict[str, Any], rng: Random, place: Path) -> Made:
    """The index is damaged, the .zip around it is not."""
    _write(place / "in", rng.choice(DAMAGE)(rng, json.dumps(index).encode()))
    return Made(place / "in")


def named(index: dict[str, Any], rng: Random, place: Path) -> Made:
    """Files whose names lead elsewhere: nothing may be written there."""
    some = {name: b"x" for name in rng.sample(NAMES, 3) if name != archive.INDEX}
    _write(place / "in", index, some)
    return Made(place / "in")


def bombed(index: dict[str, Any], rng: Random, place: Path) -> Made:
    """A file that unpacks to a thousand times its size."""
    _write(place / "in", index, {"sets/a/player.json": bytes(rng.randrange(50, 300) << 20)})
    return Made(place / "in", "refused")


def requested(clip: bytes, rng: Random, place: Path) -> Made:
    """Strange values in the requests of an upload whose file is sound: their JSON lies beside the file."""
    (place / "in").write_bytes(clip)
    asked = {
        "begin": {"name": "a.mp4", "size": len(clip)}, "offset": 0,
        "done": {"exercise": "squat", "load_kg": 60, "load_at": "hands"},
    }  # fmt: skip
    part = rng.choice(("begin", "offset", "done", "done"))
    strange = rng.choice(STRANGE)
    if part == "offset" or rng.random() < 0.1:
        asked[part] = strange
    else:
        asked[part] = {**asked[part], rng.choice(list(asked[part])): strange}
    (place / "asked.json").write_text(json.dumps(asked))
    return Made(place / "in")


# ---- what a right answer is --------------------------------------------------------------------------


def taken_in(made: Made) -> str:
    """Sets that can be shown and judged again, or nothing at all; never a file elsewhere."""
    from formcheck.views.text import text

    store, scratch = Store.open(made.path.parent / "data"), made.path.parent / "scratch"
    scratch.mkdir()
    me = people.local(store)
    try:
        archive.read(store, me, made.path, scratch)
    except FormcheckError:
        assert not sets.of_person(store, me)
        assert not _files(store), _files(store)
        raise
    lifts = sets.of_person(store, me)
    for lift in lifts:
        report = sets.report_of(lift)
        assert report is not None
        text(report)
        sets.options_of(lift)
    expected = {f"sets/{lift.id}" for lift in lifts}
    assert all(any(name.startswith(e) for e in expected) for name in _files(store)), _files(store)
    assert {p.name for p in made.path.parent.iterdir()} == {"in", "data", "scratch"}
    return f"{len(lifts)} sets"


def _files(store: Store) -> list[str]:
    assert store.media.folder is not None
    return [str(p.relative_to(store.media.folder)) for p in store.media.folder.rglob("*") if p.is_file()]


def uploaded(made: Made) -> str:
    """Over HTTP: a set with a job, or an answer with one sentence; no answer is a server's error."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    from formcheck.web import guard
    from formcheck.web.guard import Guard, Identity
    from formcheck.web.uploads import Uploads

    with warnings.catch_warnings(action="ignore"):  # of the client, which is not what is tried here
        from starlette.testclient import TestClient
    store = Store.open(made.path.parent / "data")
    people.local(store)
    workers: Any = SimpleNamespace(send=lambda _: None)
    routes = Uploads(store, AppSettings(store.folder, max_upload_mb=LARGEST_MB), workers).routes()
    app = Starlette(routes=routes, middleware=[Middleware(Guard, identity=Identity(store, team=False), hosts=())])
    client = TestClient(app)
    client.get("/", headers={"accept": "text/html"})
    answer = _sent(client, made, {guard.ASK: "1"})
    with store.begin() as session:
        lifts, jobs = (len(session.scalars(select(kind)).all()) for kind in (LiftSet, Job))
        uploads = {u.id for u in session.scalars(select(Upload))}
    assert {p.name for p in (store.folder / "uploads").iterdir()} == uploads
    assert answer.status_code < 500, (answer.status_code, answer.text)
    if answer.status_code >= 400:
        assert not lifts, "refused, and yet there is a set"
        raise FormcheckError(str(answer.json()["error"]))
    assert lifts >= jobs
    return f"{lifts} sets"


def _sent(client: Any, made: Made, headers: dict[str, str]) -> Any:
    data, beside = made.path.read_bytes(), made.path.parent / "asked.json"
    asked = {"begin": {"name": "a.mp4", "size": len(data)}, "offset": 0, "done": {"exercise": "squat"}}
    asked |= json.loads(beside.read_text()) if beside.exists() else {}

    def body(value: object) -> bytes:
        return json.dumps(value).encode()

    begun = client.post("/api/uploads", content=body(asked["begin"]), headers=headers)
    if begun.status_code >= 400:
        return begun
    url = f"/api/uploads/{begun.json()['id']}"
    put = client.put(url, params={"offset": str(asked["offset"])}, content=data, headers=headers)
    if put.status_code >= 400:
        return put
    return client.post(f"{url}/done", content=body(asked["done"]), headers=headers)
