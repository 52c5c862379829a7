"""Slows down whoever guesses passwords: after some failures an account, an address, or both wait.

The limits are engineering choices: five guesses from one address at one account as in web.md's survey of
other programs would be: few enough that guessing is hopeless, many enough for a bad day.
"""

from __future__ import annotations

import time

from sqlalchemy import delete, func, select

from formcheck.store import Store
from formcheck.store.models import FailedSignIn
from formcheck.store.tokens import hashed

WINDOW_S = 15 * 60.0
MOST_HERE, MOST_ACCOUNT, MOST_ADDRESS = 5, 25, 40  # one address at one account; from anywhere; at anything


def wait_s(store: Store, email: str, address: str) -> float:
    """Seconds until the next attempt is allowed; 0 when it is allowed now."""
    now, longest = time.time(), 0.0
    with store.begin() as session:
        for key, most in _keys(email, address):
            times = session.scalars(
                select(FailedSignIn.failed_s)
                .where(FailedSignIn.key_sha256 == key, FailedSignIn.failed_s > now - WINDOW_S)
                .order_by(FailedSignIn.failed_s.desc())
                .limit(most)
            ).all()
            if len(times) == most:
                longest = max(longest, times[-1] + WINDOW_S - now)
    return longest


def failed(store: Store, email: str, address: str) -> bool:
    """Count one failure; whether it is the one that locks."""
    now = time.time()
    with store.begin() as session:
        session.execute(delete(FailedSignIn).where(FailedSignIn.failed_s < now - WINDOW_S))
        session.add_all(FailedSignIn(key_sha256=key) for key, _ in _keys(email, address))
        here = _keys(email, address)[0][0]
        number = session.scalar(
            select(func.count()).select_from(FailedSignIn).where(FailedSignIn.key_sha256 == here)
        )
    return number == MOST_HERE


def forgive(store: Store, email: str, address: str) -> None:
    """Forget the failures of this address at this account: the right password was given."""
    with store.begin() as session:
        session.execute(delete(FailedSignIn).where(FailedSignIn.key_sha256 == _keys(email, address)[0][0]))


def _keys(email: str, address: str) -> tuple[tuple[str, int], ...]:
    account = email.strip().lower()
    return (
        (hashed(f"both {account} {address}"), MOST_HERE),
        (hashed(f"account {account}"), MOST_ACCOUNT),
        (hashed(f"address {address}"), MOST_ADDRESS),
    )
