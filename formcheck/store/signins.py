"""Sign-ins: from the token in a browser's cookie to a person of a team, until it ends or is revoked."""

from __future__ import annotations

import time

from sqlalchemy import delete, select

from formcheck.store import Store
from formcheck.store.models import Account, SignIn
from formcheck.store.tokens import hashed, new_token

LASTS_S = 30 * 86400  # after the last visit (engineering choice)
NOTE_S = 300.0  # how exactly the last visit is known
LONGEST_BROWSER = 60


def begin(store: Store, person_id: str, browser: str) -> str:
    """A new sign-in; returns the token for the cookie. browser: what the list of sign-ins calls it."""
    token, now = new_token(), time.time()
    with store.begin() as session:
        session.execute(delete(SignIn).where(SignIn.expires_s < now))
        session.add(
            SignIn(
                token_sha256=hashed(token),
                person_id=person_id,
                browser=browser[:LONGEST_BROWSER],
                expires_s=now + LASTS_S,
            )
        )
    return token


def person_of(store: Store, token: str | None) -> str | None:
    """Who is signed in with this token; None when nobody is, or no longer, or the account was closed."""
    if not token:
        return None
    now = time.time()
    with store.begin() as session:
        one = session.get(SignIn, hashed(token))
        if one is None or one.expires_s < now:
            return None
        account = session.get(Account, one.person_id)
        if account is None or account.closed:
            return None
        if now - one.seen_s > NOTE_S:
            one.seen_s, one.expires_s = now, now + LASTS_S
        return one.person_id


def of_person(store: Store, person_id: str) -> list[SignIn]:
    """Where a person is signed in, the latest visit first; detached, to read only."""
    with store.begin() as session:
        found = list(
            session.scalars(
                select(SignIn)
                .where(SignIn.person_id == person_id, SignIn.expires_s > time.time())
                .order_by(SignIn.seen_s.desc())
            )
        )
        session.expunge_all()
        return found


def end(store: Store, token: str) -> None:
    """Sign out."""
    with store.begin() as session:
        session.execute(delete(SignIn).where(SignIn.token_sha256 == hashed(token)))


def revoke(store: Store, person_id: str, token_sha256: str) -> None:
    """End one of a person's sign-ins."""
    with store.begin() as session:
        session.execute(
            delete(SignIn).where(SignIn.token_sha256 == token_sha256, SignIn.person_id == person_id)
        )


def revoke_all(store: Store, person_id: str, but: str | None = None) -> None:
    """End every sign-in of a person, except the one with this token."""
    spared = hashed(but) if but else ""
    with store.begin() as session:
        session.execute(delete(SignIn).where(SignIn.person_id == person_id, SignIn.token_sha256 != spared))
