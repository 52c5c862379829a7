"""The direction of imports, who may import what, and how large a file may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "formcheck"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "exits", "version", "words", "patience", "confined"),
    ("files", "arrays", "decode", "geometry", "anthropometry", "ahead"),
    ("lifter",),
    ("pose", "options", "spine_load", "agreement"),
    ("model_bundle", "video", "back", "body", "smoothing", "takes", "swaps", "chunks", "kept", "people"),
    (
        "landmarker",
        "sink",
        "silhouette",
        "signals",
        "segments",
        "postures",
        "load_uncertainty",
        "playback",
        "web_build",
    ),
    ("remedy", "reps", "holds", "unloaded"),
    ("own_back",),
    ("estimator", "calibration", "report", "watching"),
    ("inference",),
    ("exercise",),
    ("exercises",),
    ("recognise", "measures", "judge", "outcome"),
    ("load_assumptions",),
    ("take_load",),
    ("set_load",),
    ("compose",),
    ("analysis",),
    ("manual",),
    ("config", "views", "info", "progress", "live"),
    ("store",),
    ("jobs",),
    ("queue_commands",),
    ("web", "cli"),
    ("__main__", "__init__"),
)
"""Lower layers first. A module imports from its own layer or a lower one, never from a higher one."""

HEAVY = {
    "mediapipe": {"landmarker", "model_bundle", "estimator"},
    "cv2": {"sink", "landmarker", "estimator", "silhouette", "views"},
    "av": {"video", "sink", "info", "playback"},
    "streamlit": {"web"},
    "starlette": {"web"},
    "sqlalchemy": {"store", "jobs", "web"},
    "alembic": {"store"},
    "obstore": {"store"},
    "argon2": {"store"},
    "huey": {"jobs"},
    "reportlab": {"views"},
    "pandas": {"report", "views", "web"},
}
"""Package -> the modules that may import it."""

LONGEST_FILE, LONGEST_EXERCISE = 300, 240  # lines of code


def module(path: Path) -> str:
    """Name of the top-level module or sub-package a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Every module that a file imports, at the top or inside functions."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text()
    prose: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            prose |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), start=1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and i not in prose for i, line in lines
    )


def layer(name: str) -> int:
    found = [i for i, names in enumerate(LAYERS) if name in names]
    assert found, f"formcheck.{name} has no place in LAYERS yet; enter it where it belongs"
    return found[0]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    own = module(path)
    for name in imports(path):
        if name.startswith("formcheck.") and own != "__init__":
            other = name.split(".")[1]
            assert layer(other) <= layer(own), f"{own} must not import {other}"


@pytest.mark.parametrize("package", HEAVY)
def test_only_the_edge_imports_heavy_packages(package: str) -> None:
    users = {module(p) for p in FILES if any(n.split(".")[0] == package for n in imports(p))}
    assert users <= HEAVY[package]


def test_no_exercise_imports_another() -> None:
    for path in (PACKAGE / "exercises").glob("*.py"):
        if path.stem != "__init__":
            assert not [n for n in imports(path) if n.startswith("formcheck.exercises.")], path


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_small(path: Path) -> None:
    most = LONGEST_EXERCISE if path.parent.name == "exercises" else LONGEST_FILE
    assert code_lines(path) <= most


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_functions_stay_small(path: Path) -> None:
    if path.parent.name == "versions":
        pytest.skip("a migration lists tables; it is a record, not a program")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, node.name


@pytest.mark.parametrize(
    "words", [["--version"], ["explain", "SQ101"], ["rules"], ["judge", "no-such-file.npz"]], ids=" ".join
)
def test_light_commands_load_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom formcheck.cli import main\n"
        f"try: main({words!r})\nexcept SystemExit: pass\n"
        "sys.exit(' '.join({'mediapipe', 'cv2', 'av', 'streamlit', 'pandas'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr


def test_importing_formcheck_does_nothing_heavy() -> None:
    code = "import sys, formcheck\nsys.exit(' '.join({'mediapipe', 'cv2', 'av'} & set(sys.modules)) or None)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there_and_the_version_needs_none_of_them() -> None:
    code = (
        "import sys, formcheck\n"
        "assert 'numpy' not in sys.modules\n"
        "assert set(formcheck.__all__) <= set(dir(formcheck))\n"
        "for name in formcheck.__all__: getattr(formcheck, name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
