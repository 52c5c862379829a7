"""Accounts of a team: made through an invitation, opened with a password or through OIDC."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.errors import ConfigError
from formcheck.store import Store, lockout
from formcheck.store.models import Account, Coaching, Person

SHORTEST, LONGEST = 10, 200  # of a password; engineering choice: length instead of odd characters
LONGEST_EMAIL, LONGEST_NAME = 254, 80
SIGNED_IN = "signed in"  # stands for the address where somebody is in already
_hasher = PasswordHasher()


class AccountError(ConfigError):
    """An account cannot be made or changed like this; the sentence is for the one who asked."""


def any_there(store: Store) -> bool:
    """Whether this store belongs to a team."""
    with store.begin() as session:
        return session.scalar(select(Account.person_id).limit(1)) is not None


def create(
    session: Session, email: str, name: str, password: str | None, *,
    admin: bool = False, trainer: bool = False, person: Person | None = None,
) -> Account:  # fmt: skip
    """A new account; for a new person unless one is given. Raises AccountError."""
    address, called = checked_email(email), name.strip()[:LONGEST_NAME]
    if not called:
        raise AccountError("Say how you want to be called.")
    secret = None if password is None else hash_password(password, address)
    if session.scalar(select(Account).where(Account.email == address)) is not None:
        raise AccountError("There is already an account with this e-mail address; sign in instead.")
    person = person or Person()
    person.name = called
    session.add(person)
    session.flush()
    account = Account(
        person_id=person.id, person=person, email=address, password_hash=secret, admin=admin, trainer=trainer
    )
    session.add(account)
    session.flush()
    return account


def of(store: Store, person_id: str) -> Account | None:
    """The account of a person, with the person; detached, to read only."""
    with store.begin() as session:
        account = session.get(Account, person_id)
        session.expunge_all()
        return account


def everybody(store: Store) -> list[Account]:
    """Every account with its person, by name; detached, to read only."""
    with store.begin() as session:
        found = list(session.scalars(select(Account).join(Account.person).order_by(Person.name)))
        session.expunge_all()
        return found


def with_password(store: Store, email: str, password: str) -> Account | None:
    """The open account that this address and password open; None otherwise, after the same time."""
    with store.begin() as session:
        account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
        session.expunge_all()
    known = account is not None and account.password_hash is not None and not account.closed
    fits = _fits(account.password_hash if account and known else None, password[:LONGEST])
    return account if known and fits else None


def checked(store: Store, email: str, password: str) -> bool:
    """Whether somebody who is signed in knows the password too; failures count as at the door."""
    if lockout.wait_s(store, email, SIGNED_IN):
        return False
    if with_password(store, email, password) is None:
        lockout.failed(store, email, SIGNED_IN)
        return False
    return True


def with_email(store: Store, email: str) -> Account | None:
    """The open account of an address that somebody else has verified (OIDC)."""
    with store.begin() as session:
        account = session.scalar(
            select(Account).where(Account.email == email.strip().lower(), Account.closed.is_(False))
        )
        session.expunge_all()
        return account


def set_password(session: Session, person_id: str, password: str) -> None:
    """Change the password. Raises AccountError when it is too weak."""
    account = session.get_one(Account, person_id)
    account.password_hash = hash_password(password, account.email)


def change(store: Store, person_id: str, *, admin: bool, trainer: bool, closed: bool) -> None:
    """Change what an account may do. Raises AccountError when no open admin would be left."""
    with store.begin() as session:
        account = session.get_one(Account, person_id)
        account.admin, account.trainer, account.closed = admin, trainer, closed
        session.flush()
        refuse_without_admin(session)


def refuse_without_admin(session: Session, leaving: str | None = None) -> None:
    """Raise AccountError when nobody could manage the team any more. leaving: who is about to go."""
    admins = select(Account).where(Account.admin, Account.closed.is_(False), Account.person_id != leaving)
    if session.scalar(admins.limit(1)) is None:
        raise AccountError("The last admin cannot go; make somebody else admin first.")


def clients(store: Store, trainer_id: str) -> list[Account]:
    """The clients of a trainer with their persons, by name; detached, to read only."""
    with store.begin() as session:
        found = list(
            session.scalars(
                select(Account)
                .join(Coaching, Coaching.client_id == Account.person_id)
                .join(Account.person)
                .where(Coaching.trainer_id == trainer_id)
                .order_by(Person.name)
            )
        )
        session.expunge_all()
        return found


def trainers(store: Store, client_id: str) -> list[Account]:
    """The trainers of a client with their persons; detached, to read only."""
    with store.begin() as session:
        found = list(
            session.scalars(
                select(Account)
                .join(Coaching, Coaching.trainer_id == Account.person_id)
                .where(Coaching.client_id == client_id)
            )
        )
        session.expunge_all()
        return found


def part(store: Store, trainer_id: str, client_id: str) -> None:
    """End the work of a trainer with a client: from now on the trainer sees nothing of theirs."""
    with store.begin() as session:
        coaching = session.get(Coaching, (trainer_id, client_id))
        if coaching is not None:
            session.delete(coaching)


def checked_email(email: str) -> str:
    """The address in lower case. Raises AccountError when it cannot be one."""
    address = email.strip().lower()
    name, _, host = address.rpartition("@")
    if not name or "." not in host or len(address) > LONGEST_EMAIL or any(c.isspace() for c in address):
        raise AccountError("This is not an e-mail address; write it like name@example.com.")
    return address


def hash_password(password: str, email: str) -> str:
    """The argon2id hash of a new password. Raises AccountError when it is too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"A password needs {SHORTEST} to {LONGEST} characters; three words are good.")
    if password.lower() in (email, email.partition("@")[0]) or len(set(password)) < 4:
        raise AccountError("This password is too easy to guess; three words are good.")
    return _hasher.hash(password)


def _fits(known: str | None, password: str) -> bool:
    """Whether the password fits the hash; the same work is done where there is no hash."""
    try:
        return _hasher.verify(known or _nobody(), password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody at all")
