"""The published JSON Schema describes exactly what `Report.to_dict` gives."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files

import factories
import jsonschema
import pytest

from formcheck.analysis import examine
from formcheck.options import Options
from formcheck.report import (
    Cut,
    Finding,
    Load,
    LoadUnseen,
    Phase,
    Price,
    Report,
    SegmentLoad,
    Unseen,
)

SCHEMA = json.loads(files("formcheck").joinpath("report.schema.json").read_text())


def validate(data: object) -> None:
    jsonschema.validate(data, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "report",
    [
        factories.report(),
        factories.report(factories.finding(), factories.finding(None, "CAM102", "warn")),
        factories.report(exercise="none", segments=(), findings=(), unseen=(), view="unknown", yaw_deg=None),
        examine(factories.squatting()).report,
        examine(factories.squatting(), Options.of(height_m=1.78, mass_kg=80.0, load_kg=60.0)).report,
        factories.report(load=factories.load()),
    ],
    ids=["clean", "findings", "none", "examined", "loaded", "load"],
)
def test_reports_are_valid(report: Report) -> None:
    validate(json.loads(json.dumps(report.to_dict())))
    assert Report.from_dict(report.to_dict()).to_dict() == report.to_dict()
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


@pytest.mark.parametrize(
    ("kind", "part"), [(Report, SCHEMA)] + [(k, SCHEMA["$defs"][n]) for k, n in (
        (Cut, "segment"), (Phase, "phase"), (Finding, "finding"), (Unseen, "unseen"),
        (Load, "load"), (SegmentLoad, "segment_load"), (Price, "price"), (LoadUnseen, "load_unseen"))],
    ids=lambda v: getattr(v, "__name__", ""),
)  # fmt: skip
def test_every_field_is_described_and_required(kind: type, part: dict[str, object]) -> None:
    names = {f.name for f in fields(kind)}
    assert set(part["properties"]) == names
    assert set(part["required"]) == names


@pytest.mark.parametrize("change", [{"schema": 1}, {"exercise": "curl"}, {"extra": 1}, {"view": "top"}])
def test_other_reports_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({**factories.report().to_dict(), **change})
