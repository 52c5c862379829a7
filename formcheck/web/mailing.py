"""Mails through SMTP: that something is new, with a link; and links that somebody made for somebody else.

Nothing about a body, no name and no picture is ever in one. A mail that cannot be sent is tried again later
and stands in the log; nobody waits for it.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from formcheck.errors import ConfigError
from formcheck.store import Store, notices
from formcheck.store.notices import ANSWERS, COMMENTS, SETS, Letter
from formcheck.store.settings import AppSettings

LOOK_S = 15.0  # between two looks for what is to be sent
GAP_S = 600.0  # nobody gets two mails of a kind sooner than this
TIMEOUT_S = 20.0
HERE = ("localhost", "127.0.0.1", "::1")
WORDS = {
    SETS: ("New sets to review", "New sets are waiting in your inbox.", "/inbox"),
    COMMENTS: ("New comments on your sets", "Your trainer has written to you.", "/history"),
    ANSWERS: ("New answers", "A client has answered you.", "/inbox"),
}
STOP = "You can turn these mails off in formcheck, on the page You."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mailer:
    """A mail server: smtps:// is encrypted from the start, smtp:// by STARTTLS unless it is this machine."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str
    url: str

    @staticmethod
    def of(settings: AppSettings) -> Mailer | None:
        """The configured one; None for none. Raises ConfigError."""
        if not settings.smtp:
            return None
        parts, port = _address(settings.smtp)
        if not settings.url or "@" not in settings.mail_from:
            raise ConfigError(
                "Mails need FORMCHECK_URL, for their links, and FORMCHECK_MAIL_FROM, the sender's address."
            )
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise ConfigError(
                "FORMCHECK_SMTP must hold a user and a password of plain letters, digits and signs (ASCII); "
                "choose others at the mail server."
            )
        tls = parts.scheme == "smtps"
        return Mailer(
            parts.hostname or "", port or (465 if tls else 587), tls, user, password, settings.mail_from,
            settings.url,
        )  # fmt: skip

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one mail. Raises OSError or smtplib.SMTPException (which is one)."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, to, f"{subject} · formcheck"
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        with self._connected() as server:
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        if self.host not in HERE:
            server.starttls(context=context)
        return server

    def news(self, letter: Letter) -> None:
        """Tell somebody that something is new. Raises as `send`."""
        subject, sentence, path = WORDS[letter.kind]
        self.send(letter.email, subject, f"{sentence}\n\n{self.url}{path}\n\n{STOP}\n")

    def link(self, to: str, subject: str, path: str) -> None:
        """Send somebody a link that was made for them, in the background; it is kept nowhere."""
        text = f"{subject}:\n\n{self.url}{path}\n\nIt works once. If you did not expect it, leave it.\n"

        def run() -> None:
            try:
                self.send(to, subject, text)
            except OSError as e:
                log.warning("a link could not be mailed: %s", e)

        threading.Thread(target=run, name="mail", daemon=True).start()


def _address(smtp: str) -> tuple[SplitResult, int | None]:
    """A mail server's address in parts, and its port. Raises ConfigError."""
    try:
        parts = urlsplit(smtp)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ConfigError("FORMCHECK_SMTP must be like smtps://user:password@mail.example.com.")
    return parts, port


@dataclass(frozen=True)
class Postman:
    """Sends the notices that are due."""

    store: Store
    mailer: Mailer
    gap_s: float = GAP_S

    def deliver(self) -> int:
        """Send what is due now; returns how many went out."""
        sent = 0
        for letter in notices.claim(self.store, self.gap_s):
            try:
                self.mailer.news(letter)
                sent += 1
            except OSError as e:
                log.warning("a mail could not be sent and is tried again later: %s", e)
                notices.failed(self.store, letter)
        return sent
