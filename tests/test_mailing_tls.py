"""Mails over TLS, by STARTTLS and from the start, to a real server with a certificate made for the test."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from formcheck.store.settings import AppSettings
from formcheck.web.mailing import Mailer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

NAME, OTHER = "mail.example.com", "other.example.com"
USER, PASSWORD = "form", "a:b@c/d e"
URL = "https://form.example.com"


@dataclass
class Received:
    """What a server got: mails with whether they were encrypted, and passwords."""

    mails: list[bool] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (its name)
        self.mails.append(server.transport.get_extra_info("cipher") is not None)
        return "250 kept"

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, said: Any) -> AuthResult:
        assert isinstance(said, LoginPassword)
        self.logins.append((said.login.decode(), said.password.decode()))
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD))


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server's name leads to this machine."""
    real = socket.getaddrinfo

    def found(host: Any, *args: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host in (NAME, OTHER) else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def certificate(folder: Path, name: str = NAME) -> Path:
    """A key and a certificate that it has signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(pem))
    return path


@dataclass
class Post:
    """A server that is running: what it received, and where it is."""

    received: Received
    port: int
    scheme: str

    def mailer(self, folder: Path, name: str = NAME) -> Mailer:
        address = f"{self.scheme}://{USER}:a%3Ab%40c%2Fd%20e@{name}:{self.port}"
        made = Mailer.of(AppSettings(folder, url=URL, smtp=address, mail_from="form@example.com"))
        assert made is not None
        return made


@pytest.fixture(params=["smtp", "smtps"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    """A server that takes mails from those who log in, over TLS only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    tls = {"ssl_context": context, "auth_require_tls": False}
    if request.param == "smtp":
        tls = {"tls_context": context, "require_starttls": True}
    yield from running(Received(), request.param, **tls)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Post]:
    """A server that knows no TLS, and would take passwords in the clear."""
    yield from running(Received(), "smtp", auth_require_tls=False)


def running(received: Received, scheme: str, **how: Any) -> Iterator[Post]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        received, hostname="127.0.0.1", port=port, authenticator=received.log_in, auth_required=True, **how
    )
    controller.start()
    yield Post(received, port, scheme)
    controller.stop()


def test_a_mail_goes_out_encrypted_after_logging_in(post: Post, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{NAME}.pem"))
    post.mailer(tmp_path).send("kim@example.com", "New sets to review", "A link.")
    assert post.received.mails == [True]
    assert post.received.logins == [(USER, PASSWORD)]


def test_nobody_is_told_a_password_whose_certificate_is_unknown(post: Post, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        post.mailer(tmp_path).send("kim@example.com", "New sets to review", "A link.")
    assert post.received == Received()


def test_nor_one_whose_certificate_is_for_another_name(post: Post, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{NAME}.pem"))
    with pytest.raises(ssl.SSLCertVerificationError, match=OTHER):
        post.mailer(tmp_path, OTHER).send("kim@example.com", "New sets to review", "A link.")
    assert post.received == Received()


def test_a_server_without_tls_gets_neither_password_nor_mail(bare: Post, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="STARTTLS"):
        bare.mailer(tmp_path).send("kim@example.com", "New sets to review", "A link.")
    assert bare.received == Received()
