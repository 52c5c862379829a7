"""What whoever runs the app may set: where it keeps its data, and how much one upload may be.

Environment variables, so that a service file or a container can set them; docs/design.md lists them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from formcheck.errors import ConfigError

MAX_UPLOAD_MB = 2048
MAX_MINUTES = 15  # web.md D: longer is not a set
POSTGRES, REDIS, BUCKETS = ("postgresql", "postgres"), ("redis", "rediss"), ("s3",)
MEMORY_MB = 4096  # of one process of an analysis; 30 s of 1080p take 0.9 GB (engineering choice)
WORKERS = 1  # one analysis already uses two cores: finding poses, and making a copy to play


@dataclass(frozen=True)
class AppSettings:
    """folder: where all data is; hosts: names under which the app may be opened besides this machine's.

    database, media, queue: addresses, when they are not in the folder: postgresql://user@host/name,
    s3://bucket/prefix, and redis://host/0 or a database that carries the messages.

    team: whether people sign in; url: the address they open, as in https://form.example.com; keep_days: sets
    older than this are deleted, None never; proxies: addresses whose word is taken for who is asking;
    memory_mb: of one process of an analysis; smtp: a mail server, as in smtps://user:password@host, and
    mail_from: the sender; without it no mail is sent.
    """

    folder: Path
    max_upload_mb: int = MAX_UPLOAD_MB
    max_minutes: float = MAX_MINUTES
    workers: int = WORKERS
    hosts: tuple[str, ...] = ()
    team: bool = False
    url: str = ""
    keep_days: int | None = None
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    database: str = ""
    media: str = ""
    queue: str = ""
    memory_mb: int = MEMORY_MB
    smtp: str = ""
    mail_from: str = ""

    @property
    def messages(self) -> str:
        """The address of what carries the messages: the database's if there is one; empty for the folder."""
        return self.queue or self.database


def from_environment(environment: Mapping[str, str] | None = None) -> AppSettings:
    """Settings from FORMCHECK_DATA, _MAX_UPLOAD_MB and the like (docs/design.md). Raises ConfigError."""
    given = os.environ if environment is None else environment
    folder = given.get("FORMCHECK_DATA") or platformdirs.user_data_dir("formcheck", appauthor=False)
    url = given.get("FORMCHECK_URL", "").strip().rstrip("/")
    host = _host_of(url)
    keep = int(_number(given, "FORMCHECK_KEEP_DAYS", 1)) if given.get("FORMCHECK_KEEP_DAYS") else None
    return AppSettings(
        Path(folder).expanduser().absolute(),
        int(_number(given, "FORMCHECK_MAX_UPLOAD_MB", MAX_UPLOAD_MB)),
        _number(given, "FORMCHECK_MAX_MINUTES", MAX_MINUTES),
        _workers(given),
        (*_names(given, "FORMCHECK_HOSTS"), *([host] if host else [])),
        team=_yes(given, "FORMCHECK_TEAM"),
        url=url,
        keep_days=keep,
        proxies=_names(given, "FORMCHECK_PROXIES") or AppSettings.proxies,
        database=_address(given, "FORMCHECK_DATABASE", POSTGRES),
        media=_address(given, "FORMCHECK_MEDIA", BUCKETS),
        queue=_address(given, "FORMCHECK_QUEUE", (*POSTGRES, *REDIS)),
        memory_mb=int(_number(given, "FORMCHECK_MEMORY_MB", MEMORY_MB)),
        smtp=given.get("FORMCHECK_SMTP", "").strip(),
        mail_from=given.get("FORMCHECK_MAIL_FROM", "").strip(),
    )


def to_environment(settings: AppSettings) -> dict[str, str]:
    """The same as variables, for a process of its own: a command line would show passwords to others."""
    return {
        "FORMCHECK_DATA": str(settings.folder), "FORMCHECK_MAX_MINUTES": str(settings.max_minutes),
        "FORMCHECK_DATABASE": settings.database, "FORMCHECK_MEDIA": settings.media,
        "FORMCHECK_QUEUE": settings.queue, "FORMCHECK_WORKERS": str(settings.workers),
        "FORMCHECK_MEMORY_MB": str(settings.memory_mb),
    }  # fmt: skip


def _address(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    text = given.get(name, "").strip()
    if text and not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ConfigError(f"{name} must begin with {' or '.join(f'{s}://' for s in schemes)}.")
    return text


def _workers(given: Mapping[str, str]) -> int:
    if given.get("FORMCHECK_WORKERS", "").strip() == "0":
        return 0  # other machines do the work
    return int(_number(given, "FORMCHECK_WORKERS", WORKERS))


def _names(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in given.get(name, "").split(",") if part.strip())


def _yes(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "").strip().lower()
    if text not in ("", "0", "no", "1", "yes"):
        raise ConfigError(f"{name} must be 1 or 0, got {text!r}.")
    return text in ("1", "yes")


def _host_of(url: str) -> str:
    """The name in the public address; empty for none. Raises ConfigError."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path):
        raise ConfigError(f"FORMCHECK_URL must be like https://form.example.com, got {url!r}.")
    return parts.hostname or ""


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    text = given.get(name, "").strip()
    try:
        number = float(text) if text else float(default)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ConfigError(f"{name} must be a number above 0, got {text!r}.")
    return number
