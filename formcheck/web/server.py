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

from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, people
from formcheck.store.settings import AppSettings, from_environment
from formcheck.web import frontend, live_assets
from formcheck.web.archive_routes import ArchiveRoutes
from formcheck.web.frontend import Frontend
from formcheck.web.guard import Guard, Identity
from formcheck.web.live_socket import LiveSocket
from formcheck.web.media_routes import MediaRoutes
from formcheck.web.uploads import Uploads

SCRIPT = Path(__file__).parent / "main.py"


@dataclass(frozen=True)
class Server:
    """What pages and routes share: the store, the settings, the workers, who asks, and live sets."""

    settings: AppSettings
    store: Store
    supervisor: Supervisor
    identity: Identity
    live: LiveSocket


@cache
def server() -> Server:
    """The one server of this process, opened when first needed. Raises FormcheckError."""
    settings = from_environment()
    store = Store.of(settings)
    if not settings.team:
        people.local(store)
    supervisor = Supervisor(store, settings)
    live = LiveSocket(store, supervisor)
    return Server(settings, store, supervisor, Identity(store, settings.team), live)


def routes() -> list[BaseRoute]:
    """The app's own routes, beside Streamlit's."""
    one = server()
    return [
        *Uploads(one.store, one.settings, one.supervisor).routes(),
        *MediaRoutes(one.store).routes(),
        *ArchiveRoutes(one.store).routes(),
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
    one = server()
    one.supervisor.start()
    await asyncio.to_thread(_warm)
    yield
    one.live.close()
    one.supervisor.stop()
    one.store.close()


def _warm() -> None:
    """Load what the pages need, so that nobody waits for it later."""
    frontend.warm()
    import formcheck.web.main  # noqa: F401

    inspect.stack()  # Streamlit's first title does that; the first time takes as long as a page may
