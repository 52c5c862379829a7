"""The lifter: what people write is understood, what cannot be is refused with the range and the unit."""

from __future__ import annotations

from pathlib import Path

import pytest
import stick

from formcheck import config
from formcheck.cli import main
from formcheck.errors import ConfigError
from formcheck.lifter import Lifter, height_m, kilograms
from formcheck.options import Options


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("178", 1.78),
        ("1,78 m", 1.78),
        ("5ft10in", 1.778),
        ("5'10\"", 1.778),
        ("5 ft 10.5 in", 1.791),
        ("6ft", 1.829),
    ],
)
def test_heights(text: str, metres: float) -> None:
    assert height_m(text) == pytest.approx(metres, abs=5e-4)


@pytest.mark.parametrize(
    ("text", "kg"),
    [("100", 100), (100, 100), ("100kg", 100), ("102,5 kg", 102.5), ("225lb", 102.06), ("225 lbs", 102.06)],
)
def test_masses(text: object, kg: float) -> None:
    assert kilograms(text) == pytest.approx(kg, abs=5e-3)


@pytest.mark.parametrize("text", ["heavy", "", "12stone", "1e3kg", "nan", "100 g", "kg"])
def test_what_is_no_mass(text: str) -> None:
    with pytest.raises(ConfigError, match="such as 100, 100 kg or 225 lb"):
        kilograms(text)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"height_m": 17.0}, r"17 m .*0\.9 to 2\.5 m"),
        ({"mass_kg": -3.0}, "-3 kg .*20 to 350 kg"),
        ({"load_kg": 900.0}, "900 kg .*0 to 600 kg"),
        ({"load_kg": float("nan")}, "0 to 600 kg"),
        ({"sex": "other"}, "male, female"),
        ({"load_at": "head"}, "high-bar"),
    ],
)
def test_what_no_lifter_is(given: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Lifter(**given)  # type: ignore[arg-type]


def test_the_settings_know_the_lifter(tmp_path: Path) -> None:
    path = tmp_path / "formcheck.toml"
    path.write_text(
        'height_m = "5ft10in"\nmass_kg = 80\nsex = "male"\nload_kg = "225 lb"\nload_at = "low-bar"\n'
    )
    lifter = config.load(path).options.lifter
    assert (lifter.mass_kg, lifter.sex, lifter.load_at) == (80.0, "male", "low-bar")
    assert lifter.load_kg == pytest.approx(102.06, abs=5e-3)
    said = config.with_choices(config.load(path), lifter={"load_kg": "60kg", "mass_kg": None}).options.lifter
    assert (said.load_kg, said.mass_kg, said.height_m) == (60.0, 80.0, pytest.approx(1.778))


def test_options_know_the_lifter_by_name() -> None:
    options = Options.of(exercise="squat", height_m=1.8, load_kg=60.0)
    assert options == Options(exercise="squat", lifter=Lifter(height_m=1.8, load_kg=60.0))
    assert options.height_m == 1.8


@pytest.mark.parametrize(
    "flags", [["--height", "17"], ["--mass", "-3"], ["--load", "900"], ["--load", "heavy"]]
)
def test_the_command_line_refuses_in_one_sentence(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick.squat(reps=1).save(tmp_path / "pose.npz")
    assert main(["judge", str(tmp_path / "pose.npz"), *flags, "-o", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("formcheck: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_saved_track_is_weighed_without_its_video(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick.squat(reps=2, leans_forward=22).save(tmp_path / "pose.npz")
    out = tmp_path / "out"
    words = ["--exercise", "squat", "--height", "178", "--mass", "80kg", "--load", "176lb", "-o", str(out)]
    assert main(["judge", str(tmp_path / "pose.npz"), *words]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "Nm of turning force" in text
    assert "Price: " in text
    assert "low_back_moment_nm" in (out / "segments.csv").read_text().splitlines()[0]
    assert "low_back_compression_high_n" in (out / "signals.csv").read_text().splitlines()[0]
    assert "price_moment_pct" in (out / "findings.csv").read_text().splitlines()[0]
    assert "Load on the low back" in (out / "report.html").read_text()
