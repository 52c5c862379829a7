"""Signing in through an identity provider: Streamlit's own login in a running app, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import team
from oidc_provider import Provider
from playwright.sync_api import Browser, Page, expect

from browser_tests.browsing import settled
from formcheck.store import accounts, invitations
from team_tests.test_access_in_browser import Team, newcomer

INVITED = {"email": "new@example.com", "email_verified": True, "name": "New One"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    one = Provider()
    yield one
    one.shutdown()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Team]:
    served = Team(tmp_path_factory.mktemp("oidc") / "data")
    place = served.folder.parent / ".streamlit"
    place.mkdir()
    section = provider.section(served.url)
    studio = section.pop("studio")
    lines = ["[auth]", *_toml(section), "[auth.studio]", *_toml(studio)]
    (place / "secrets.toml").write_text("\n".join(lines))
    served.start()
    yield served
    served.stop()


def _toml(values: dict[str, str]) -> list[str]:
    return [f'{name} = "{value}"' for name, value in values.items()]


def invitation(app: Team) -> str:
    with app.store() as store:
        trainer = team.member(store, "kim", trainer=True)
        return f"{app.url}/join/{invitations.invite(store, trainer, trainer=False)}"


def shut_out(page: Page, app: Team) -> None:
    """Neither page nor file of the app is there for this browser."""
    assert page.request.get(f"{app.url}/api/signed-in").status == 401
    page.goto(f"{app.url}/history")
    page.wait_for_url("**/sign-in*")


def test_the_invited_person_joins_signs_out_and_signs_in_again(app, provider, chromium: Browser) -> None:
    provider.claims = dict(INVITED)
    page = newcomer(chromium)
    page.goto(invitation(app))
    page.get_by_role("link", name="Join with Studio").click()
    page.get_by_text("Is that all right with you?").wait_for()
    with app.store() as store:
        (account,) = [a for a in accounts.everybody(store) if a.email == INVITED["email"]]
        assert (account.person.name, account.password_hash) == ("New One", None)
    page.get_by_role("button", name="Yes, I agree").click()
    page.get_by_text("bladder").wait_for()

    page.goto(f"{app.url}/privacy")
    settled(page)
    page.get_by_text("Sign out new@example.com").click()
    page.wait_for_url("**/sign-in")
    shut_out(page, app)

    page.get_by_role("link", name="Sign in with Studio").click()
    page.get_by_text("bladder").wait_for()
    assert page.request.get(f"{app.url}/api/signed-in").status < 300


def at_the_door(app, chromium: Browser) -> Page:
    """Somebody new who has come back from the provider."""
    page = newcomer(chromium)
    page.goto(app.url)
    page.get_by_role("link", name="Sign in with Studio").click()
    return page


def test_somebody_uninvited_is_refused_in_words(app, provider, chromium: Browser) -> None:
    provider.claims = {"email": "stranger@example.com", "email_verified": True, "name": "Stranger"}
    page = at_the_door(app, chromium)
    expect(page.get_by_text("no account for stranger@example.com")).to_be_visible()
    shut_out(page, app)
    with app.store() as store:
        assert "stranger@example.com" not in {a.email for a in accounts.everybody(store)}


def test_an_address_that_the_provider_has_not_verified_is_refused_in_words(
    app, provider, chromium: Browser
) -> None:
    with app.store() as store:
        team.member(store, "client")
    provider.claims = {"email": "client@example.com", "email_verified": False, "name": "Not Them"}
    page = at_the_door(app, chromium)
    expect(page.get_by_text("did not vouch for your e-mail address")).to_be_visible()
    shut_out(page, app)
