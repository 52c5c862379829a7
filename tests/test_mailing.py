"""Mails through a real SMTP server on this machine: what is in them, who gets them, what a failure does."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import team
from aiosmtpd.controller import Controller

from formcheck.errors import ConfigError
from formcheck.store import Store, notices
from formcheck.store.settings import AppSettings
from formcheck.web.mailing import Mailer, Postman

URL = "https://form.example.com"


class Box:
    """Keeps what arrives; refuses everything while `closed`."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.closed = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (its name)
        if self.closed:
            return "451 try again later"
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    kept = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


def mailer(port: int, folder: Path) -> Mailer:
    settings = AppSettings(
        folder, team=True, url=URL, smtp=f"smtp://127.0.0.1:{port}", mail_from="form@example.com"
    )
    made = Mailer.of(settings)
    assert made is not None
    return made


def test_a_mail_holds_a_link_and_nothing_about_anybody(tmp_path: Path, box: tuple[Box, int]) -> None:
    kept, port = box
    store = Store.open(tmp_path / "data")
    kim = team.member(store, "kim", trainer=True)
    anna = team.member(store, "anna", of=kim)
    postman = Postman(store, mailer(port, tmp_path))
    assert postman.deliver() == 0
    for _ in range(3):
        with store.begin() as session:
            notices.trainers(session, anna, notices.SETS)
            notices.due(session, anna, notices.COMMENTS)
    assert postman.deliver() == 2
    assert postman.deliver() == 0
    assert sorted(to for to, _ in kept.mails) == [["anna@example.com"], ["kim@example.com"]]
    for to, mail in kept.mails:
        text = mail.get_content()
        assert mail["From"] == "form@example.com"
        assert not mail.is_multipart()
        assert f"{URL}{'/inbox' if to == ['kim@example.com'] else '/history'}" in text
        assert not any(word in text + mail["Subject"] for word in ("Anna", "anna", "quat", "fault", "kg"))


def test_a_mail_that_fails_is_tried_again_and_stops_nothing(tmp_path: Path, box: tuple[Box, int]) -> None:
    kept, port = box
    store = Store.open(tmp_path / "data")
    kim = team.member(store, "kim", trainer=True)
    with store.begin() as session:
        notices.due(session, kim, notices.SETS)
    kept.closed = True
    postman = Postman(store, mailer(port, tmp_path), gap_s=-1.0)
    assert postman.deliver() == 0
    kept.closed = False
    assert postman.deliver() == 1
    with store.begin() as session:
        notices.due(session, kim, notices.SETS)
    nobody = Postman(store, mailer(9, tmp_path), gap_s=-1.0)  # nothing listens there
    for _ in range(notices.MOST_TRIES + 1):
        assert nobody.deliver() == 0
    assert postman.deliver() == 0  # given up


def test_a_link_is_mailed_in_the_background(tmp_path: Path, box: tuple[Box, int]) -> None:
    kept, port = box
    mailer(port, tmp_path).link("new@example.com", "Your invitation to formcheck", "/join/TOKEN")
    mailer(9, tmp_path).link("new@example.com", "Lost", "/join/LOST")
    until = time.monotonic() + 10
    while not kept.mails and time.monotonic() < until:
        time.sleep(0.02)
    ((to, mail),) = kept.mails
    assert to == ["new@example.com"]
    assert f"{URL}/join/TOKEN" in mail.get_content()


def test_no_mail_without_configuration_and_a_sentence_for_a_wrong_one(tmp_path: Path) -> None:
    assert Mailer.of(AppSettings(tmp_path, team=True, url=URL)) is None
    for wrong in (
        {"smtp": "mail.example.com", "mail_from": "a@example.com"},
        {"smtp": "smtps://mail.example.com"},
        {"smtp": "smtps://mail.example.com:post", "mail_from": "a@example.com"},
        {"smtp": "smtps://me:secr%C3%A9t@mail.example.com", "mail_from": "a@example.com"},
        {"smtp": "smtps://mail.example.com", "mail_from": "a@example.com", "url": ""},
    ):
        with pytest.raises(ConfigError):
            Mailer.of(AppSettings(tmp_path, **{"team": True, "url": URL, **wrong}))
    made = Mailer.of(
        AppSettings(tmp_path, url=URL, smtp="smtps://me:a%40b@mail.example.com", mail_from="a@b.c")
    )
    assert made is not None
    assert (made.host, made.port, made.tls, made.user, made.password) == (
        "mail.example.com", 465, True, "me", "a@b",
    )  # fmt: skip
