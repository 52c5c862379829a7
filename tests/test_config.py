"""formcheck.toml and the choices of the command line: what is right is taken, what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck import config
from formcheck.errors import ConfigError


def load(tmp_path: Path, text: str) -> config.Settings:
    path = tmp_path / "formcheck.toml"
    path.write_text(text)
    return config.load(path)


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        'exercise = "squat"\nselect = ["SQ1", "sq201"]\nignore = "CAM"\nheight_m = 1.78\n'
        'model = "heavy.task"\n[limits]\nSQ101 = [8, 14]\nSQ102 = 50\n',
    )
    options = settings.options
    assert (options.exercise, options.height_m, settings.model) == ("squat", 1.78, Path("heavy.task"))
    assert (options.select, options.ignore) == (("SQ1", "SQ201"), ("CAM",))
    assert dict(options.limits) == {"SQ101": (8.0, 14.0), "SQ102": (50.0, None)}


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load() == config.Settings()


def test_the_file_of_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "formcheck.toml").write_text('exercise = "plank"')
    assert config.load().options.exercise == "plank"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('exercize = "squat"', "did you mean exercise?"),
        ("colour = 1", "choose from exercise"),
        ('exercise = "sqat"', "did you mean squat?"),
        ('select = ["SQ1O1"]', "did you mean SQ101?"),
        ("select = 5", "list of fault codes"),
        ("[limits]\nSQ999 = 5", "SQ999"),
        ("[limits]\nSQ101 = [14, 8]", "must lie above"),
        ("[limits]\nSQ101 = [8, 8]", "must lie above"),
        ("[limits]\nSQ103 = [-5, -2]", "must lie below"),
        ("[limits]\nSQ101 = [1, 2, 3]", "got 3"),
        ('[limits]\nSQ101 = "high"', "number"),
        ("[limits]\nSQ101 = true", "number"),
        ("[limits]\nSQ101 = inf", "finite"),
        ("[limits]\nCAM102 = 5", "--ignore CAM102"),
        ("limits = 5", "table"),
        ("height_m = 17.8", "not believable"),
        ("model = 5", "path"),
        ("exercise =", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("?", r"\?")):
        load(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"other\.toml"):
        config.load(tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SQ101=8,14", ("SQ101", (8.0, 14.0))),
        ("sq101 = 8", ("SQ101", (8.0, None))),
        ("SQ103=-6,-12", ("SQ103", (-6.0, -12.0))),
    ],
)
def test_limits_of_the_command_line(text: str, expected: tuple[str, tuple[float, float | None]]) -> None:
    assert config.parse_limit(text) == expected


@pytest.mark.parametrize("text", ["SQ101", "SQ101=", "SQ101=a", "SQ101=1,2,3", "=5"])
def test_a_wrong_limit_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        config.parse_limit(text)


@pytest.mark.parametrize("text", ["178", "178cm", "178 cm", "1.78", "1.78m", "1,78 m", 1.78])
def test_heights_in_metres_and_centimetres(text: object) -> None:
    assert config.height_m(text) == pytest.approx(1.78)


@pytest.mark.parametrize("text", ["tall", "", "17", "0", "-178", "nan"])
def test_unbelievable_heights(text: str) -> None:
    with pytest.raises(ConfigError):
        config.height_m(text)


def test_the_command_line_stands_over_the_file(tmp_path: Path) -> None:
    old = load(tmp_path, 'exercise = "squat"\nignore = ["CAM"]\n[limits]\nSQ101 = [8, 14]\nSQ102 = 50\n')
    new = config.with_choices(old, exercise="row", limits=["SQ101=9,15"], lifter={"height_m": "180"})
    assert new.options.exercise == "row"
    assert new.options.ignore == ("CAM",)
    assert new.options.height_m == 1.8
    assert dict(new.options.limits) == {"SQ101": (9.0, 15.0), "SQ102": (50.0, None)}


def test_saying_nothing_changes_nothing(tmp_path: Path) -> None:
    old = load(tmp_path, 'exercise = "squat"\nselect = ["SQ"]\nheight_m = 1.9\nmodel = "a.task"')
    assert config.with_choices(old) == old


def test_the_unloaded_hinge_is_a_stretch_of_time() -> None:
    assert config.with_choices(config.Settings(), hinge="0:02-0:08.5").options.hinge_s == (2.0, 8.5)
    assert config.with_choices(config.Settings(), toe_touch="9-14").options.toe_touch_s == (9.0, 14.0)
    for wrong in ("2", "8-2", "a-b"):
        with pytest.raises(ConfigError):
            config.with_choices(config.Settings(), hinge=wrong)


@pytest.mark.parametrize(
    "text", ["load_kg = " + "9" * 5000, "load_kg = 0x" + "f" * 9000, "select = " + "[" * 3000 + "]" * 3000]
)
def test_what_python_cannot_hold_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "f.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"f\.toml is not valid TOML"):
        config.load(tmp_path / "f.toml")


def test_a_limit_beyond_every_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(f"[limits]\nSQ101 = {'9' * 400}")
    with pytest.raises(ConfigError, match="A number is needed"):
        config.load(tmp_path / "f.toml")


def test_only_a_file_of_a_believable_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text("#" * (2**20 + 1))
    with pytest.raises(ConfigError, match="too large for a settings file"):
        config.load(tmp_path / "f.toml")
    with pytest.raises(ConfigError, match="is not a file"):
        config.load(tmp_path)
