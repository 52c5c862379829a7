"""What whoever runs the app may set: where it keeps its data, and how much one upload may be.

Environment variables, so that a service file or a container can set them; docs/design.md lists them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from formcheck.errors import ConfigError

MAX_UPLOAD_MB = 2048
MAX_MINUTES = 15  # web.md D: longer is not a set
WORKERS = 1  # one analysis already uses two cores: finding poses, and making a copy to play


@dataclass(frozen=True)
class AppSettings:
    """folder: where all data is; hosts: names under which the app may be opened besides this machine's."""

    folder: Path
    max_upload_mb: int = MAX_UPLOAD_MB
    max_minutes: float = MAX_MINUTES
    workers: int = WORKERS
    hosts: tuple[str, ...] = ()


def from_environment(environment: Mapping[str, str] | None = None) -> AppSettings:
    """Settings from FORMCHECK_DATA, _MAX_UPLOAD_MB, _MAX_MINUTES, _WORKERS, _HOSTS. Raises ConfigError."""
    given = os.environ if environment is None else environment
    folder = given.get("FORMCHECK_DATA") or platformdirs.user_data_dir("formcheck", appauthor=False)
    return AppSettings(
        Path(folder).expanduser().absolute(),
        int(_number(given, "FORMCHECK_MAX_UPLOAD_MB", MAX_UPLOAD_MB)),
        _number(given, "FORMCHECK_MAX_MINUTES", MAX_MINUTES),
        int(_number(given, "FORMCHECK_WORKERS", WORKERS)),
        tuple(name.strip() for name in given.get("FORMCHECK_HOSTS", "").split(",") if name.strip()),
    )


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    text = given.get(name, "").strip()
    try:
        number = float(text) if text else float(default)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ConfigError(f"{name} must be a number above 0, got {text!r}.")
    return number
