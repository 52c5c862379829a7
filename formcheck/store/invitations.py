"""Links that let somebody in once: the first admin, an invited trainer or client, a forgotten password."""

from __future__ import annotations

import time

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from formcheck.store import Store, accounts, audit, people
from formcheck.store.accounts import AccountError
from formcheck.store.models import Account, Coaching, OneTimeLink, Person, SignIn
from formcheck.store.tokens import hashed, new_token

OWNER, INVITE, RESET = "owner", "invite", "reset"
LASTS_S = 7 * 86400
RESET_S = 86400
MOST_OPEN = 100  # unused links of one person
SPENT = "This link was used before or is too old; ask for a new one."


class LinkError(AccountError):
    """The link lets nobody in (any more)."""


def owner_link(store: Store) -> str | None:
    """The token with which the first admin makes their account; None when there are accounts."""
    if accounts.any_there(store):
        return None
    token = new_token()
    with store.begin() as session:
        session.execute(delete(OneTimeLink).where(OneTimeLink.kind == OWNER))
        session.add(OneTimeLink(token_sha256=hashed(token), kind=OWNER, expires_s=time.time() + LASTS_S))
    return token


def invite(store: Store, maker_id: str, *, trainer: bool, email: str | None = None) -> str:
    """Invite a client of one's own (a trainer does) or a trainer (an admin does); returns the token.

    email: if given, only an account with this address can be made. Raises AccountError.
    """
    maker = accounts.of(store, maker_id)
    if maker is None or not (maker.admin if trainer else maker.trainer):
        raise AccountError("Only an admin invites trainers, and only a trainer invites clients.")
    address = accounts.checked_email(email) if email and email.strip() else None
    token = new_token()
    with store.begin() as session:
        if len(_open(session, maker_id)) >= MOST_OPEN:
            raise AccountError("Too many invitations are open; withdraw some first.")
        session.add(
            OneTimeLink(
                token_sha256=hashed(token), kind=INVITE, made_by=maker_id, email=address, trainer=trainer,
                expires_s=time.time() + LASTS_S,
            )
        )  # fmt: skip
        audit.note(session, maker_id, None, audit.INVITED, "a trainer" if trainer else "a client")
    return token


def reset_link(store: Store, maker_id: str, person_id: str) -> str:
    """A link for a new password: an admin's for anybody, a trainer's for their clients. Raises AccountError.

    A trainer's link must not open the door to an admin's or another trainer's account.
    """
    with store.begin() as session:
        maker, account = session.get(Account, maker_id), session.get(Account, person_id)
        coached = session.get(Coaching, (maker_id, person_id)) is not None
        simple = account is not None and not account.admin and not account.trainer
        if maker is None or account is None or not (maker.admin or (maker.trainer and coached and simple)):
            raise AccountError("Only an admin or their trainer gives somebody a new password.")
        token = new_token()
        session.execute(delete(OneTimeLink).where(OneTimeLink.for_id == person_id))
        session.add(
            OneTimeLink(
                token_sha256=hashed(token), kind=RESET, made_by=maker_id, for_id=person_id,
                email=account.email, expires_s=time.time() + RESET_S,
            )
        )  # fmt: skip
        audit.note(session, maker_id, person_id, audit.RESET_MADE)
        return token


def look(store: Store, token: str, *kinds: str) -> OneTimeLink:
    """The link as it stands, unused; detached. kinds: which it may be, any if none. Raises LinkError."""
    with store.begin() as session:
        link = session.get(OneTimeLink, hashed(token))
        if link is None or link.used_s is not None or link.expires_s < time.time():
            raise LinkError(SPENT)
        if kinds and link.kind not in kinds:
            raise LinkError(SPENT)
        session.expunge(link)
        return link


def join(store: Store, token: str, email: str, name: str, password: str | None, trains: bool = False) -> str:
    """Use a link of the first admin or of an invitation: make the account; returns the person's id.

    trains: whether the first admin is a trainer as well. Raises LinkError and AccountError, and leaves the
    link unused then.
    """
    with store.begin() as session:
        link = _spend(session, token, (OWNER, INVITE))
        if link.email is not None and link.email != accounts.checked_email(email):
            raise AccountError(f"This invitation is for {link.email}; use that address.")
        owner = link.kind == OWNER
        if owner and session.scalar(select(Account.person_id).limit(1)) is not None:
            raise LinkError(SPENT)
        before = session.get(Person, people.LOCAL) if owner else None
        account = accounts.create(
            session, email, name, password, person=before,
            admin=owner, trainer=trains if owner else link.trainer,
        )  # fmt: skip
        if link.made_by is not None and not link.trainer:
            session.add(Coaching(trainer_id=link.made_by, client_id=account.person_id))
        audit.note(session, account.person_id, account.person_id, audit.JOINED, account.role)
        return account.person_id


def accept(store: Store, token: str, person_id: str) -> None:
    """Use a trainer's invitation with the account one has already: the maker is a trainer of this person too.

    Raises LinkError and AccountError, and leaves the link unused then.
    """
    with store.begin() as session:
        link, account = _spend(session, token, (INVITE,)), session.get_one(Account, person_id)
        if link.trainer or link.made_by is None or link.made_by == person_id:
            raise AccountError("This invitation is for a new account; sign out first.")
        if link.email is not None and link.email != account.email:
            raise AccountError(f"This invitation is for {link.email}; sign in with that address.")
        if session.get(Coaching, (link.made_by, person_id)) is None:
            session.add(Coaching(trainer_id=link.made_by, client_id=person_id))
        audit.note(session, person_id, person_id, audit.JOINED, "with one more trainer")


def renew(store: Store, token: str, password: str) -> str:
    """Use a link for a new password: every sign-in ends; returns the person's id. Raises as `join`."""
    with store.begin() as session:
        link = _spend(session, token, (RESET,))
        assert link.for_id is not None
        accounts.set_password(session, link.for_id, password)
        session.execute(delete(SignIn).where(SignIn.person_id == link.for_id))
        audit.note(session, link.for_id, link.for_id, audit.NEW_PASSWORD)
        return link.for_id


def open_ones(store: Store, maker_id: str) -> list[OneTimeLink]:
    """The invitations of a person that nobody has used yet; detached, to read only."""
    with store.begin() as session:
        found = _open(session, maker_id)
        session.expunge_all()
        return found


def withdraw(store: Store, maker_id: str, token_sha256: str) -> None:
    """Make an invitation useless."""
    with store.begin() as session:
        session.execute(
            delete(OneTimeLink).where(
                OneTimeLink.token_sha256 == token_sha256, OneTimeLink.made_by == maker_id
            )
        )


def _open(session: Session, maker_id: str) -> list[OneTimeLink]:
    return list(
        session.scalars(
            select(OneTimeLink)
            .where(
                OneTimeLink.made_by == maker_id, OneTimeLink.kind == INVITE,
                OneTimeLink.used_s.is_(None), OneTimeLink.expires_s > time.time(),
            )
            .order_by(OneTimeLink.created_s.desc())
        )
    )  # fmt: skip


def _spend(session: Session, token: str, kinds: tuple[str, ...]) -> OneTimeLink:
    """Take the link for good, in one conditional write, so that two at once cannot both use it."""
    key = hashed(token)
    done = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_sha256 == key, OneTimeLink.used_s.is_(None),
            OneTimeLink.expires_s > time.time(), OneTimeLink.kind.in_(kinds),
        )
        .values(used_s=time.time())
    )  # fmt: skip
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise LinkError(SPENT)
    return session.get_one(OneTimeLink, key)
