"""Signing in and out, joining with an invitation, a new password: plain pages that work without scripts.

    /sign-in        e-mail and password
    /sign-out       ends the sign-in of this browser
    /api/signed-in  nothing, for whoever is still signed in; the guard refuses everybody else
    .../with/NAME   the same through an identity provider
    /join/TOKEN     makes the account of an invitation, or of the first admin
    /reset/TOKEN    sets a new password
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from formcheck.store import Store, accounts, audit, invitations, lockout, signins
from formcheck.store.accounts import SHORTEST, AccountError
from formcheck.store.invitations import LinkError
from formcheck.store.models import OneTimeLink
from formcheck.store.settings import AppSettings
from formcheck.store.tokens import TOKEN
from formcheck.views.templates import template
from formcheck.web import guard, oidc
from formcheck.web.bodies import body_of

JOINING = (invitations.OWNER, invitations.INVITE)
MOST_FORM = 8192  # bytes
AT_ONCE = 2  # passwords hashed at a time: each takes 64 MB and a core
WRONG = "E-mail address or password is wrong."
FOREIGN = "This form did not come from formcheck's own page; open the page again."
UNVERIFIED = "Your provider did not vouch for your e-mail address just now; try again, or use a password."
NO_PROVIDER = "There is no such way to sign in here."
INVITED = "formcheck_join"  # cookie that holds an invitation while somebody is at their provider
FORGOTTEN = "Forgotten your password? Ask your trainer or the admin for a link to set a new one."
PASSWORD_HINT = f"At least {SHORTEST} characters. Three words are easy to remember and hard to guess."


@dataclass(frozen=True)
class Field:
    """One field of a form; fill: what a browser may fill in by itself."""

    name: str
    label: str
    kind: str = "text"
    fill: str = "off"
    value: str = ""
    hint: str = ""
    fixed: bool = False


class Doors:
    """The routes, over one store."""

    def __init__(self, store: Store, settings: AppSettings) -> None:
        self._store, self._settings = store, settings
        self._hashing = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[Route]:
        """What is answered where; nothing without a team."""
        if not self._settings.team:
            return []
        return [
            Route(guard.SIGN_IN, self._sign_in_page, methods=["GET"]),
            Route(guard.SIGN_IN, self._sign_in, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["GET"]),
            Route("/api/signed-in", lambda _: Response(status_code=204), methods=["GET"]),
            Route("/join/{token}", self._join_page, methods=["GET"]),
            Route("/join/{token}", self._join, methods=["POST"]),
            Route("/sign-in/with/{provider}", self._with_provider, methods=["GET"]),
            Route("/join/{token}/with/{provider}", self._with_provider, methods=["GET"]),
            Route("/reset/{token}", self._reset_page, methods=["GET"]),
            Route("/reset/{token}", self._reset, methods=["POST"]),
        ]

    # ---- signing in and out -------------------------------------------------------------------------

    async def _sign_in_page(self, request: Request) -> Response:
        if guard.person_of(request) is not None:
            return _to(_next(request))
        if oidc.providers() and oidc.returned(request):
            return await asyncio.to_thread(self._from_provider, request)
        return _sign_in_page()

    async def _sign_in(self, request: Request) -> Response:
        form = await _form(request)
        email, password = form.get("email", ""), form.get("password", "")
        address = _address(request, self._settings.proxies)
        if not guard.from_own_form(request):
            return _sign_in_page(email, FOREIGN, 403)
        if seconds := lockout.wait_s(self._store, email, address):
            return _sign_in_page(email, _too_often(seconds), 429)
        async with self._hashing:
            account = await asyncio.to_thread(accounts.with_password, self._store, email, password)
        if account is None:
            await asyncio.to_thread(self._note_failure, email, address)
            return _sign_in_page(email, WRONG, 401)
        lockout.forgive(self._store, email, address)
        return self.admit(request, account.person_id, _next(request))

    def admit(self, request: Request, person_id: str, to: str = "/") -> Response:
        """Sign this browser in; always with a new token, so that nobody can have planted one."""
        token = signins.begin(self._store, person_id, browser_words(request.headers.get("user-agent", "")))
        with self._store.begin() as session:
            audit.note(session, person_id, person_id, audit.SIGNED_IN)
        answer = _to(to)
        secure = self._settings.url.startswith("https:") or request.url.scheme == "https"
        guard.set_cookie(answer.headers, token, secure=secure)
        return answer

    def _note_failure(self, email: str, address: str) -> None:
        if lockout.failed(self._store, email, address):
            account = accounts.with_email(self._store, email)
            if account is not None:
                with self._store.begin() as session:
                    audit.note(session, None, account.person_id, audit.LOCKED, "after wrong passwords")

    async def _sign_out(self, request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _page(title="Sign out", error=FOREIGN, status=403)
        token = guard.token_of(request)
        if token is not None:
            signins.end(self._store, token)
        answer = _to(guard.SIGN_IN)
        guard.clear_cookie(answer.headers)
        return answer

    # ---- through an identity provider ---------------------------------------------------------------

    async def _with_provider(self, request: Request) -> Response:
        """Send the browser to its provider; an invitation waits in a cookie until it comes back."""
        provider, token = request.path_params["provider"], request.path_params.get("token")
        if provider not in oidc.providers():
            return _page(title="Sign in", error=NO_PROVIDER, links=[(guard.SIGN_IN, "Sign in")], status=404)
        answer = _to(oidc.begin(provider))
        if token is not None and TOKEN.fullmatch(token):
            answer.set_cookie(INVITED, token, 600, path=guard.SIGN_IN, httponly=True, samesite="lax")
        return answer

    def _from_provider(self, request: Request) -> Response:
        """Somebody is back from a provider: sign them in, or make the account of their invitation."""
        claim, invited = oidc.claim(request), request.cookies.get(INVITED)
        account = accounts.with_email(self._store, claim.email) if claim else None
        try:
            if claim is None:
                raise AccountError(UNVERIFIED)
            if account is not None:
                answer = self.admit(request, account.person_id)
            elif invited:
                person_id = invitations.join(self._store, invited, claim.email, claim.name, None)
                answer = self.admit(request, person_id)
            else:
                raise AccountError(f"There is no account for {claim.email}; ask for an invitation.")
        except AccountError as e:
            answer = _sign_in_page(error=str(e), status=403)
        oidc.forget(request, answer)
        answer.delete_cookie(INVITED, path=guard.SIGN_IN)
        return answer

    # ---- joining ------------------------------------------------------------------------------------

    async def _join_page(self, request: Request) -> Response:
        try:
            link = invitations.look(self._store, request.path_params["token"], *JOINING)
        except LinkError as e:
            return _spent(str(e))
        person_id = guard.person_of(request)
        return self._accept_page(request, link) if person_id else self._join_form(request, link)

    def _join_form(self, request: Request, link: OneTimeLink, error: str = "", **given: str) -> Response:
        owner = link.kind == invitations.OWNER
        fields = [
            Field("name", "Your name, as others see it", fill="name", value=given.get("name", "")),
            Field(
                "email", "E-mail address", "email", "username",
                value=link.email or given.get("email", ""), fixed=link.email is not None,
            ),
            Field("password", "Password", "password", "new-password", hint=PASSWORD_HINT),
        ]  # fmt: skip
        if owner:
            fields.append(Field("trains", "I train clients myself", "checkbox", value="1"))
        title = "Set up your team" if owner else f"Join as {'a trainer' if link.trainer else 'a client'}"
        return _page(
            title=title, words=self._welcome(link), error=error, fields=fields, button="Make my account",
            action=request.url.path, status=400 if error else 200,
            links=_provider_links(f"{request.url.path}/with/", "Join"),
        )  # fmt: skip

    def _welcome(self, link: OneTimeLink) -> str:
        if link.kind == invitations.OWNER:
            return "You become the admin: you invite trainers, and trainers invite their clients."
        maker = accounts.of(self._store, link.made_by) if link.made_by else None
        who = maker.person.name if maker else "The admin"
        if link.trainer:
            return f"{who} invites you. You will invite your own clients and see only theirs."
        return f"{who} invites you and will see the sets that you check here, as far as you allow."

    def _accept_page(self, request: Request, link: OneTimeLink, error: str = "") -> Response:
        """For somebody who has an account already and is signed in."""
        return _page(
            title="One more trainer?", words=self._welcome(link), error=error, action=request.url.path,
            fields=[Field("agree", "Yes, show this trainer my sets too", "checkbox")], button="Go on",
            status=400 if error else 200,
        )  # fmt: skip

    async def _join(self, request: Request) -> Response:
        token, form = request.path_params["token"], await _form(request)
        try:
            link = invitations.look(self._store, token, *JOINING)
        except LinkError as e:
            return _spent(str(e))
        if not guard.from_own_form(request):
            return _page(title="Join", error=FOREIGN, status=403)
        person_id = guard.person_of(request)
        try:
            if person_id is not None:
                if form.get("agree"):
                    await asyncio.to_thread(invitations.accept, self._store, token, person_id)
                return _to("/")
            async with self._hashing:
                person_id = await asyncio.to_thread(
                    invitations.join, self._store, token, form.get("email", ""), form.get("name", ""),
                    form.get("password", ""), bool(form.get("trains")),
                )  # fmt: skip
        except LinkError as e:
            return _spent(str(e))
        except AccountError as e:
            if person_id is not None:
                return self._accept_page(request, link, str(e))
            return self._join_form(
                request, link, str(e), name=form.get("name", ""), email=form.get("email", "")
            )
        return self.admit(request, person_id)

    # ---- a new password -----------------------------------------------------------------------------

    async def _reset_page(self, request: Request) -> Response:
        try:
            link = invitations.look(self._store, request.path_params["token"], invitations.RESET)
        except LinkError as e:
            return _spent(str(e))
        return _reset_form(request, link)

    async def _reset(self, request: Request) -> Response:
        token, form = request.path_params["token"], await _form(request)
        try:
            link = invitations.look(self._store, token, invitations.RESET)
            if not guard.from_own_form(request):
                return _reset_form(request, link, FOREIGN)
            async with self._hashing:
                person_id = await asyncio.to_thread(
                    invitations.renew, self._store, token, form.get("password", "")
                )
        except LinkError as e:
            return _spent(str(e))
        except AccountError as e:
            return _reset_form(request, link, str(e))
        return self.admit(request, person_id)


def browser_words(agent: str) -> str:
    """What a list of sign-ins calls a browser: Firefox on Android."""
    programs = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome",
                "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
               "Mac OS": "Mac", "Linux": "Linux"}  # fmt: skip
    program = next((words for key, words in programs.items() if key in agent), "A browser")
    system = next((words for key, words in systems.items() if key in agent), "")
    return f"{program} on {system}" if system else program


def _sign_in_page(email: str = "", error: str = "", status: int = 200) -> Response:
    fields = [
        Field("email", "E-mail address", "email", "username", value=email),
        Field("password", "Password", "password", "current-password"),
    ]
    return _page(
        status, title="Sign in", error=error, fields=fields, button="Sign in", small=FORGOTTEN,
        links=_provider_links("/sign-in/with/", "Sign in"),
    )  # fmt: skip


def _provider_links(before: str, verb: str) -> list[tuple[str, str]]:
    return [(f"{before}{quote(name)}", f"{verb} with {words}") for name, words in oidc.providers().items()]


def _reset_form(request: Request, link: OneTimeLink, error: str = "") -> Response:
    fields = [
        Field("email", "E-mail address", "email", "username", value=link.email or "", fixed=True),
        Field("password", "New password", "password", "new-password", hint=PASSWORD_HINT),
    ]
    return _page(
        title="Set a new password", words="Every browser that is signed in now will be signed out.",
        error=error, fields=fields, button="Set it", action=request.url.path, status=400 if error else 200,
    )  # fmt: skip


def _spent(sentence: str) -> Response:
    return _page(
        title="This link does not work", words=sentence, links=[(guard.SIGN_IN, "Sign in")], status=410
    )


def _too_often(seconds: float) -> str:
    return f"Too many wrong passwords; try again in {math.ceil(seconds / 60)} minutes."


def _next(request: Request) -> str:
    """Where to go afterwards: only ever a page of this server."""
    wanted = request.query_params.get("next", "/")
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if safe and not parts.netloc and not parts.scheme else "/"


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


def _address(request: Request, proxies: tuple[str, ...]) -> str:
    """The address of who asks; through a proxy of one's own, what that proxy says."""
    peer = request.client.host if request.client else ""
    said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return said if said and peer in proxies else peer


async def _form(request: Request) -> dict[str, str]:
    body = await body_of(request, MOST_FORM) or b""
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _page(status: int = 200, **values: Any) -> Response:
    blank = {"words": "", "error": "", "fields": [], "button": "", "action": "", "links": [], "small": ""}
    html = template("formcheck.web", "templates", "door.html.j2").render({**blank, **values})
    return HTMLResponse(html, status, {"cache-control": "no-store"})
