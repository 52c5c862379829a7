"""The app as a server: Streamlit's pages, the routes for videos, the guard around both, and the workers."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from formcheck.errors import ConfigError
from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, accounts, erasure, people
from formcheck.store.settings import AppSettings, from_environment
from formcheck.web import frontend, live_assets
from formcheck.web.archive_routes import ArchiveRoutes
from formcheck.web.doors import Doors
from formcheck.web.frontend import Frontend
from formcheck.web.guard import Guard, Identity
from formcheck.web.guest_routes import GuestRoutes
from formcheck.web.live_socket import LiveSocket
from formcheck.web.mailing import LOOK_S, Mailer, Postman
from formcheck.web.media_routes import MediaRoutes
from formcheck.web.recurring import Recurring
from formcheck.web.review_routes import ReviewRoutes
from formcheck.web.uploads import Uploads

TEAMS = (
    "The data in {folder} belong to a team, so nobody is let in without signing in; run formcheck serve "
    "--team, or set FORMCHECK_DATA to another folder."
)
SWEEP_S = 600.0  # between two looks for what is past its time
SCRIPT = Path(__file__).parent / "main.py"


@dataclass(frozen=True)
class Server:
    """What pages and routes share: store, settings, workers, who asks, live sets, and the mail if any."""

    settings: AppSettings
    store: Store
    supervisor: Supervisor
    identity: Identity
    live: LiveSocket
    mailer: Mailer | None


@cache
def server() -> Server:
    """The one server of this process, opened when first needed. Raises FormcheckError."""
    settings = from_environment()
    store = Store.of(settings)
    if not settings.team:
        if accounts.any_there(store):
            raise ConfigError(TEAMS.format(folder=settings.folder))
        people.local(store)
    supervisor = Supervisor(store, settings)
    live = LiveSocket(store, supervisor)
    identity, mailer = Identity(store, settings.team), Mailer.of(settings) if settings.team else None
    return Server(settings, store, supervisor, identity, live, mailer)


def routes() -> list[BaseRoute]:
    """The app's own routes, beside Streamlit's."""
    one = server()
    return [
        *Doors(one.store, one.settings).routes(),
        *Uploads(one.store, one.settings, one.supervisor).routes(),
        *MediaRoutes(one.store).routes(),
        *ArchiveRoutes(one.store).routes(),
        *ReviewRoutes(one.store).routes(),
        *GuestRoutes(one.store).routes(),
        *live_assets.routes(),
        *one.live.routes(),
    ]


def middleware() -> list[Middleware]:
    """What stands before every request."""
    one = server()
    guard = Middleware(Guard, identity=one.identity, hosts=one.settings.hosts, url=one.settings.url)
    return [guard, Middleware(Frontend)]


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Workers run while the app runs. Nobody is answered before the pages are loaded: it is quick then."""
    from streamlit import config

    from formcheck.web import serve

    one, address = server(), str(config.get_option("server.address") or "")
    serve.refuse_strangers(address, team=one.settings.team)
    if one.settings.team:
        serve.announce(one, address, int(config.get_option("server.port")))
    sweeping = Recurring(
        "sweeper", lambda: erasure.sweep(one.store, one.settings.keep_days), SWEEP_S,
        "sets past their time could not be deleted", at_once=True,
    )  # fmt: skip
    sweeping.start()
    one.supervisor.start()
    postman = one.mailer and Recurring(
        "postman", Postman(one.store, one.mailer).deliver, LOOK_S, "mails could not be sent"
    )
    if postman:
        postman.start()
    await asyncio.to_thread(_warm)
    yield
    sweeping.stop()
    if postman:
        postman.stop(1.0)  # not waiting for a mail server that does not answer
    one.live.close()
    one.supervisor.stop()
    one.store.close()


def _warm() -> None:
    """Load what the pages need, so that nobody waits for it later."""
    frontend.warm()
    import formcheck.web.main  # noqa: F401

    inspect.stack()  # Streamlit's first title does that; the first time takes as long as a page may
