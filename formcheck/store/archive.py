"""A person's sets as one .zip, and back: everything of every set, readable without formcheck.

formcheck.json            schema; one entry a set: name, date, options, lifter, report, marks
person.json               everything else that is stored of the person; only to read
sets/<id>/<file>          video, pose.npz, report.html, tables, ...
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.arrays import DAMAGED, unpacked
from formcheck.errors import FormcheckError, TrackError
from formcheck.report import Report
from formcheck.store import Store, accounts, audit, consent, people, sets, signins
from formcheck.store.models import Base, FlagMark, LiftSet

SCHEMA = 1
INDEX, PERSON = "formcheck.json", "person.json"
KEPT = (
    "name",
    "created_s",
    "video",
    "playback",
    "wanted",
    "lifter",
    "exercise",
    "headline",
    "report",
    "judged_s",
)
MOST_FILES, MOST_BYTES = 100_000, 200 * 2**30  # of an archive that is taken in
MOST_LOG = 100_000  # entries
SECRETS = ("password_hash", "token_sha256")
MOST_INDEX_BYTES = 2**28  # unpacked: some ten thousand reports
NOT_OURS = "This is not an archive of formcheck sets; choose the .zip that History made."


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


def read(store: Store, person_id: str, path: Path, scratch: Path) -> int:
    """Take in every set of an archive as new sets of this person; returns how many.

    Raises TrackError with a sentence when it is no such archive, and takes in nothing then.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files, index_file = archive.infolist(), archive.getinfo(INDEX)
            too_long = index_file.file_size > MOST_INDEX_BYTES
            if too_long or len(files) > MOST_FILES or sum(i.file_size for i in files) > MOST_BYTES:
                raise TrackError("This archive is too large to be taken in; split it.")
            index = json.loads(unpacked(archive, index_file))
            if index["schema"] != SCHEMA:
                raise TrackError("This archive comes from another version of formcheck; update formcheck.")
            entries = [(entry, list(_members(archive, entry["id"]))) for entry in index["sets"]]
            for entry, _ in entries:
                Report.from_dict(entry["report"])
            for entry, members in entries:
                _take(store, person_id, archive, entry, members, scratch)
            return len(entries)
    except FormcheckError:
        raise
    except (*DAMAGED, TypeError, OSError, RecursionError) as e:
        raise TrackError(NOT_OURS) from e


def _person(store: Store, person_id: str) -> dict[str, Any]:
    """Profile, answers, account, trainers, consents, sign-ins and log: what the tables hold of a person."""
    account, answer = accounts.of(store, person_id), people.safety(store, person_id)
    return {
        "profile": _columns(people.profile(store, person_id)),
        "safety": _columns(answer) if answer else None,
        "account": _columns(account) if account else None,
        "trainers": [trainer.person.name for trainer in accounts.trainers(store, person_id)],
        "consents": [_columns(one) for one in consent.history(store, person_id)],
        "sign_ins": [_columns(one) for one in signins.of_person(store, person_id)],
        "log": [_columns(one) for one in audit.about(store, person_id, most=MOST_LOG)],
    }


def _columns(row: Base) -> dict[str, Any]:
    """A row as JSON values, without what only lets people in."""
    names = [column.key for column in row.__table__.columns]
    return {name: getattr(row, name) for name in names if name not in SECRETS}


def _entry(lift: LiftSet) -> dict[str, Any]:
    marks = [
        {"code": m.code, "segment": m.segment, "right": m.right, "flagged": m.flagged}
        for m in lift.marks
        if m.person_id == lift.owner_id
    ]
    return {"id": lift.id, **{name: getattr(lift, name) for name in KEPT}, "marks": marks}


def _members(archive: zipfile.ZipFile, set_id: str) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The files of one set: (name, entry); only plain names right under its folder."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if path.parts[:-1] == ("sets", set_id) and not info.is_dir() and path.name not in ("", ".", ".."):
            yield path.name, info


def _take(
    store: Store, person_id: str, archive: zipfile.ZipFile, entry: dict[str, Any],
    members: list[tuple[str, zipfile.ZipInfo]], scratch: Path,
) -> None:  # fmt: skip
    names = {name for name, _ in members}
    with store.begin() as session:
        lift = LiftSet(owner_id=person_id, **{name: entry[name] for name in KEPT})
        lift.video = lift.video if lift.video in names else None
        lift.playback = lift.playback if lift.playback in names else None
        session.add(lift)
        session.flush()
        session.add_all(FlagMark(set_id=lift.id, person_id=person_id, **mark) for mark in entry["marks"])
        for name, info in members:
            copy = scratch / "member"
            with archive.open(info) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            store.media.adopt(sets.key(lift.id, name), copy)
