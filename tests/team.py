"""A team for tests: people with accounts, signed in, a trainer and their client."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Delete, delete

from formcheck.store import Store, accounts, consent, signins
from formcheck.store.models import Account, Coaching, FailedSignIn, Person

PASSWORD = "three plain words"


def person(store: Store) -> str:
    """Somebody without an account."""
    with store.begin() as session:
        somebody = Person()
        session.add(somebody)
        session.flush()
        return somebody.id


@cache
def password_hash() -> str:
    return accounts.hash_password(PASSWORD, "x@example.com")


def member(
    store: Store, name: str, *, admin: bool = False, trainer: bool = False, of: str = "", agreed: bool = True
) -> str:
    """Somebody with an account, name@example.com. of: the trainer of this client."""
    with store.begin() as session:
        account = accounts.create(
            session, f"{name}@example.com", name.title(), None, admin=admin, trainer=trainer
        )
        session.get_one(Account, account.person_id).password_hash = password_hash()
        if of:
            session.add(Coaching(trainer_id=of, client_id=account.person_id))
        person_id = account.person_id
    if agreed:
        consent.give(store, person_id)
    return person_id


def token(store: Store, person_id: str) -> str:
    """A browser in which somebody is signed in."""
    return signins.begin(store, person_id, "a test")


def no_failures() -> Delete:
    """Forgets every wrong password."""
    return delete(FailedSignIn)
