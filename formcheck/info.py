"""What is installed here: versions, pose model, decoder. For bug reports, and to see clashing packages."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from formcheck.errors import ModelError
from formcheck.version import __version__

PACKAGES = (
    "mediapipe",
    "opencv-python",
    "opencv-contrib-python",
    "av",
    "numpy",
    "pandas",
    "jinja2",
    "streamlit",
)


def lines() -> list[str]:
    """One fact a line, warnings last."""
    facts = [
        f"formcheck {__version__}",
        f"python {platform.python_version()}",
        f"platform {platform.platform()}",
    ]
    facts += [f"{name} {installed(name) or 'not installed'}" for name in PACKAGES]
    return [*facts, _decoder(), _model(), _web_build(), *warnings()]


def warnings() -> list[str]:
    """What is known to go wrong with these versions."""
    plain, contrib = installed("opencv-python"), installed("opencv-contrib-python")
    if plain and contrib and plain != contrib:
        return [
            f"WARNING opencv-python {plain} and opencv-contrib-python {contrib} write the same files; "
            "install one version of both: pip install --force-reinstall "
            f"opencv-python=={contrib} opencv-contrib-python=={contrib}"
        ]
    return []


def installed(package: str) -> str:
    """The version of an installed package, "" if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _decoder() -> str:
    try:
        import av
    except ImportError as e:
        return f"decoder none ({e})"
    codec = ".".join(map(str, av.library_versions["libavcodec"]))
    return f"decoder FFmpeg {av.ffmpeg_version_info}, libavcodec {codec}"


def _model() -> str:
    try:
        from formcheck.model_bundle import find_model

        path = Path(find_model())
    except (ModelError, ImportError) as e:
        return f"model none ({e})"
    return f"model {path}, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _web_build() -> str:
    from formcheck import web_build

    try:
        return f"web build {web_build.find()}"
    except ModelError as e:
        return f"web build none ({e})"
