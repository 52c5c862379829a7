"""A person's sets as one .zip, and back: everything of every set, readable without formcheck.

formcheck.json            schema; one entry a set: name, date, options, lifter, report, marks
person.json               everything else that is stored of the person; only to read
sets/<id>/<file>          video, pose.npz, report.html, tables, ...
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.arrays import DAMAGED, unpacked
from formcheck.decode import decode
from formcheck.errors import FormcheckError, TrackError
from formcheck.options import Options
from formcheck.report import Report
from formcheck.store import Store, accounts, audit, coaching, comments, consent, people, sets, signins
from formcheck.store.models import Base, FlagMark, LiftSet, new_id
from formcheck.words import printable

SCHEMA = 1
INDEX, PERSON = "formcheck.json", "person.json"
KEPT = (
    "name", "created_s", "video", "playback", "wanted", "lifter", "exercise", "headline", "report",
    "judged_s",
)  # fmt: skip
MOST_FILES, MOST_BYTES = 100_000, 200 * 2**30  # of an archive that is taken in
MOST_LOG = 100_000  # entries
SECRETS = ("password_hash", "token_sha256")
MOST_INDEX_BYTES = 2**28  # unpacked: some ten thousand reports
MOST_TIMES = 30  # unpacked over packed: videos do not shrink, tables to a tenth; a bomb to a thousandth
OPTIONS = {f.name for f in fields(Options)}  # a set's wishes hold more than these
NOT_OURS = "This is not an archive of formcheck sets; choose the .zip that History made."


@dataclass(frozen=True)
class Mark:
    """What somebody said about a flag, as in `FlagMark`."""

    code: str
    segment: int
    right: bool
    flagged: bool = True


@dataclass(frozen=True)
class Entry:
    """A set in the index, as in `LiftSet`."""

    id: str
    name: str
    created_s: float
    video: str | None
    playback: str | None
    wanted: Mapping[str, Any]
    lifter: Mapping[str, Any]
    exercise: str | None
    headline: str | None
    report: Mapping[str, Any]
    judged_s: float | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class TakenIn:
    """How many sets of an archive came in, and how many were there already."""

    new: int
    there: int


Members = list[tuple[str, zipfile.ZipInfo]]


def write(store: Store, person_id: str, path: Path) -> int:
    """Write every set of a person; returns how many."""
    lifts = [lift for lift in sets.of_person(store, person_id) if lift.report is not None]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as out:
        entries = [_entry(lift) for lift in lifts]
        out.writestr(INDEX, json.dumps({"schema": SCHEMA, "sets": entries}, indent=1))
        out.writestr(PERSON, json.dumps(_person(store, person_id), indent=1))
        for lift in lifts:
            for name in sorted(store.media.names(sets.folder_of(lift.id))):
                key = sets.key(lift.id, name)
                with store.media.local(key, path.parent) as file:
                    out.write(file, key)
    return len(lifts)


def read(store: Store, person_id: str, path: Path, scratch: Path) -> TakenIn:
    """Take in the sets of an archive that this person does not have as new sets of theirs.

    Raises TrackError with a sentence when it is no such archive, and takes in nothing then.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            index = _index(archive)
            new = _unknown(index, sets.of_person(store, person_id))
            entries = [(entry, list(_members(archive, entry.id))) for entry in new]
            _take_all(store, person_id, archive, entries, scratch)
            return TakenIn(len(new), len(index) - len(new))
    except FormcheckError:
        raise
    except (*DAMAGED, TypeError, OSError, RecursionError) as e:
        raise TrackError(NOT_OURS) from e


def _person(store: Store, person_id: str) -> dict[str, Any]:
    """Profile, account, trainers, consents, sign-ins, log, limits, comments: what the tables hold of them."""
    account, answer = accounts.of(store, person_id), people.safety(store, person_id)
    return {
        "profile": _columns(people.profile(store, person_id)),
        "safety": _columns(answer) if answer else None,
        "account": _columns(account) if account else None,
        "trainers": [trainer.person.name for trainer in accounts.trainers(store, person_id)],
        "consents": [_columns(one) for one in consent.history(store, person_id)],
        "sign_ins": [_columns(one) for one in signins.of_person(store, person_id)],
        "log": [_columns(one) for one in audit.about(store, person_id, most=MOST_LOG)],
        "limits": [_columns(one) for one in coaching.adjusted(store, person_id, person_id)],
        "comments": [_columns(one) for one in comments.on_sets_of(store, person_id)],
    }


def _columns(row: Base) -> dict[str, Any]:
    """A row as JSON values, without what only lets people in."""
    names = [column.key for column in row.__table__.columns]
    return {name: getattr(row, name) for name in names if name not in SECRETS}


def _index(archive: zipfile.ZipFile) -> list[Entry]:
    """The sets that an archive says it holds, each value of its type."""
    files, index_file = archive.infolist(), archive.getinfo(INDEX)
    packed, whole = (sum(getattr(i, size) for i in files) for size in ("compress_size", "file_size"))
    too_long = index_file.file_size > MOST_INDEX_BYTES
    if too_long or len(files) > MOST_FILES or whole > min(MOST_BYTES, MOST_TIMES * packed):
        raise TrackError("This archive is too large to be taken in; split it.")
    index = json.loads(unpacked(archive, index_file))
    if index["schema"] != SCHEMA:
        raise TrackError("This archive comes from another version of formcheck; update formcheck.")
    entries = [decode(Entry, entry) for entry in index["sets"]]
    for entry in entries:
        Report.from_dict(entry.report)
        judged_by = {name: value for name, value in entry.wanted.items() if name in OPTIONS}
        decode(Options, {**judged_by, "lifter": entry.lifter})
    return entries


def _unknown(entries: list[Entry], lifts: list[LiftSet]) -> list[Entry]:
    """The entries that are none of these sets, nor came in as one of them before.

    What came in has an id of its own, but the moment it was first taken and its video's name do not change,
    whatever is judged again or renamed since.
    """
    ids = {lift.id for lift in lifts}
    moments = {(lift.created_s, lift.report["source"]) for lift in lifts if lift.report}
    return [e for e in entries if e.id not in ids and (e.created_s, e.report["source"]) not in moments]


def _entry(lift: LiftSet) -> dict[str, Any]:
    marks = [
        {"code": m.code, "segment": m.segment, "right": m.right, "flagged": m.flagged}
        for m in lift.marks
        if m.person_id == lift.owner_id
    ]
    return {"id": lift.id, **{name: getattr(lift, name) for name in KEPT}, "marks": marks}


PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""Names of files that formcheck gives; a strange one could not be listed in its folder, nor deleted."""


def _members(archive: zipfile.ZipFile, set_id: str) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The files of one set: (name, entry); only plain names right under its folder."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if path.parts[:-1] == ("sets", set_id) and not info.is_dir() and PLAIN_NAME.fullmatch(path.name):
            yield path.name, info


def _take_all(
    store: Store, person_id: str, archive: zipfile.ZipFile, entries: list[tuple[Entry, Members]],
    scratch: Path,
) -> None:  # fmt: skip
    """Make a set of every entry, or of none when something in the archive turns out to be damaged."""
    lifts = [_lift(person_id, entry, {name for name, _ in members}) for entry, members in entries]
    try:
        for lift, (_, members) in zip(lifts, entries, strict=True):
            for name, info in members:
                copy = scratch / "member"
                with archive.open(info) as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target)
                store.media.adopt(sets.key(lift.id, name), copy)
        with store.begin() as session:
            session.add_all(lifts)
    except BaseException:
        for lift in lifts:
            store.media.delete(sets.folder_of(lift.id))
        raise


def _lift(person_id: str, entry: Entry, names: set[str]) -> LiftSet:
    kept = {name: getattr(entry, name) for name in KEPT}
    kept |= {name: dict(getattr(entry, name)) for name in ("wanted", "lifter", "report")}
    kept |= {name: kept[name] if kept[name] in names else None for name in ("video", "playback")}
    kept["name"] = printable(entry.name)
    marks = {(m.code, m.segment): FlagMark(person_id=person_id, **asdict(m)) for m in entry.marks}
    return LiftSet(id=new_id(), owner_id=person_id, marks=list(marks.values()), **kept)
