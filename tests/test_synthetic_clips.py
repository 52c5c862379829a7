"""Scenarios, pictures and truth of rendered lifters: bad files say so, the same file, the same pixels."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'synthetic' is not installed (make test installs it)")
pytest.importorskip("scipy", reason="the extra 'synthetic' is not installed (make test installs it)")

import synthetic
from synthetic.__main__ import main
from synthetic.body import MissingDataError, data_dir
from synthetic.camera import Camera, steady
from synthetic.scenario import FOLDER, ScenarioError, load, names, parse
from synthetic.studio import perform, render

try:
    data_dir()
except MissingDataError as e:
    pytest.skip(str(e), allow_module_level=True)

SCHEMA = json.loads((Path(synthetic.__file__).parent / "truth.schema.json").read_text())
SMALL: dict[str, Any] = {"width": 120, "height": 160, "fps": 6.0}
QUICK = {"stand_s": 0.3, "down_s": 0.6, "up_s": 0.6, "rest_s": 0.3}


def small(exercise: str = "squat", **table: Any) -> dict[str, Any]:
    camera = SMALL | table.pop("camera", {})
    return {"exercise": exercise, "tempo": QUICK, "camera": camera} | table


@pytest.mark.parametrize("name", names())
def test_truth_of_every_sample_keeps_to_the_schema(name: str) -> None:
    scenario = load(name)
    scenario = replace(scenario, camera=replace(scenario.camera, fps=4.0))
    truth = json.loads(json.dumps(perform(scenario).truth()))
    jsonschema.validate(truth, SCHEMA)
    frames = len(truth["times_s"])
    assert {len(j["px"]) for j in truth["joints"].values()} == {frames}
    assert {len(a) for a in truth["angles_deg"].values()} == {frames}
    assert [r["faults"] for r in truth["reps"]] == (
        [] if scenario.exercise == "talk" else [r.present() for r in scenario.reps]
    )


def test_the_same_scenario_gives_the_same_file(tmp_path: Path) -> None:
    scenario = parse(
        "same", small(room={"people": 1}, camera={"shake": 0.2, "distortion": 0.05, "shutter": 0.5})
    )
    first, second = (render(scenario, tmp_path / k) for k in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    other = render(parse("other", small(camera={"shake": 0.2})), tmp_path)
    assert other[0].read_bytes() != first[0].read_bytes()


def test_the_lifter_is_where_the_truth_says() -> None:
    take = perform(
        parse("there", small(camera={"width": 240, "height": 320, "noise": 0.0, "distortion": 0.1}))
    )
    film = take.film()
    i = len(take.posed) // 2
    args = take.performance.instants[i], take.shot[i]
    with_lifter, empty = film.picture(i, take.posed[i], *args), film.picture(i, None, None, args[1])
    changed = np.abs(with_lifter.astype(int) - empty).max(axis=2) > 25
    rows, columns = np.nonzero(changed)
    joints = np.array([j["px"][i] for j in take.truth()["joints"].values()])
    assert joints[:, 0].min() > columns.min() - 3
    assert joints[:, 0].max() < columns.max() + 3
    assert 320 - joints[:, 1].max() > rows.min() - 3
    assert 320 - joints[:, 1].min() < rows.max() + 3
    inside = [changed[int(320 - y), int(x)] for x, y in joints[: 2 * 6]]
    assert np.mean(inside) > 0.8


def test_a_shutter_smears_what_moves_and_leaves_the_room() -> None:
    frames = []
    for shutter in (0.0, 0.9):
        take = perform(parse("smear", small(camera={"shutter": shutter, "noise": 0.0})))
        moments = list(zip(take.posed, take.performance.instants, take.shot, strict=True))
        frames.append(take.film().picture(3, *moments[3], following=moments[4]))
    assert (frames[0][:10] == frames[1][:10]).all()
    assert (frames[0] != frames[1]).any()


def test_the_lens_draws_corners_in_and_is_inverted_exactly() -> None:
    view = steady(Camera(distortion=0.1))
    x, y = view.lens_map() or pytest.fail("no map")
    assert x[0, 0] == pytest.approx(0, abs=0.1)
    assert y[-1, -1] == pytest.approx(view.size[1] - 1, abs=0.15)
    where = np.array([0.1, 1.2, 0.4])
    pinhole = view.project(where[None])[0]
    lens = view.pixels_up(where[None])[0]
    col, row = lens[0] - 0.5, view.size[1] - lens[1] - 0.5
    assert x[round(row), round(col)] + 0.5 == pytest.approx(pinhole[0], abs=0.8)
    assert y[round(row), round(col)] + 0.5 == pytest.approx(pinhole[1], abs=0.8)


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "exercise must be one of squat"),
    ({"exercise": "bench"}, "exercise must be one of squat"),
    ({"exercise": "squat", "style": "sumo"}, "style must be one of bodyweight"),
    ({"exercise": "squat", "speed": 3}, "unknown keys speed"),
    ({"exercise": "squat", "reps": 0}, "reps must be between 1 and 30, not 0"),
    ({"exercise": "squat", "reps": "two"}, "reps must be between"),
    ({"exercise": "squat", "fault": [{"reps": [2], "lean_deg": 3}]}, "there is no rep 2; the set has 1"),
    ({"exercise": "squat", "fault": [{"slouch": 3}]}, r"\[fault\] knows .*not slouch"),
    ({"exercise": "squat", "fault": [{"lean_deg": "much"}]}, "lean_deg must be like 0.0, not 'much'"),
    ({"exercise": "squat", "camera": {"fps": 1000}}, "camera.fps must be between 5 and 120, not 1000"),
    ({"exercise": "squat", "camera": {"side": "top"}}, "side must be one of left, right, not 'top'"),
    ({"exercise": "squat", "camera": 3}, r"\[camera\] must be a table"),
    ({"exercise": "squat", "body": {"sex": "robot"}}, "sex must be one of female, male"),
    ({"exercise": "squat", "options": {"hold_s": 3}}, "options of a squat are stance_m"),
    ({"exercise": "squat", "options": {"hinge": 1}}, "options of a squat are stance_m"),
    ({"exercise": "deadlift", "options": {"hinge": 0.5}}, "hinge must be one of 0, 1, not 0.5"),
    ({"exercise": "deadlift", "style": "romanian", "options": {"toe_touch": 1}}, "no hinge, no toe_touch"),
    ({"exercise": "squat", "plate_cm": 20}, "plate_cm must be one of 28, 35, 45"),
    ({"exercise": "squat", "outfit": {"shirt": [1, 0]}}, "shirt must be like"),
]


@pytest.mark.parametrize(("table", "words"), BAD)
def test_a_bad_scenario_says_what_is_wrong(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse("bad", table)


def test_the_command_line_lists_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == set(names())
    assert main(["render", "nothing", "-o", str(tmp_path)]) == 2
    assert "There is no scenario nothing" in capsys.readouterr().err
    broken = tmp_path / "broken.toml"
    broken.write_text("exercise = ")
    assert main(["render", str(broken), "-o", str(tmp_path)]) == 2
    assert "broken.toml is not valid TOML" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.mp4"))


def test_every_sample_says_what_it_shows() -> None:
    for path in FOLDER.glob("*.toml"):
        assert load(path.stem).about, path.name
