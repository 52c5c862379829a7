"""The WebSocket of live sets, `/live/ws`: frames in, cues out (docs/live.md has the protocol).

The guard has looked at host, origin and cookie before a socket gets here. A session belongs to one person and
outlives a dropped socket for some minutes. The engine works in threads, so that nobody waits for somebody
else's frame; frames of one session are taken one after the other.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from formcheck.errors import ConfigError, FormcheckError, LiveError
from formcheck.exercises import EXERCISES
from formcheck.jobs import live_intake
from formcheck.jobs.supervisor import Supervisor
from formcheck.live.session import GapError, LiveSession
from formcheck.live.wire import LARGEST_FRAME
from formcheck.store import Store, access
from formcheck.web import guard

HELLO_S = 10.0  # for the first message
KEEP_S = 300.0  # a session without a socket is kept this long
MOST_OF_ONE, MOST = 3, 40  # sessions of a person, and of all; a person's oldest without a socket goes first
RATE, BURST = 200.0, 400.0  # messages a second taken, more wait; a socket that comes back sends many at once
SMALLEST_SIDE, LARGEST_SIDE = 16, 8192  # pixels of a camera's picture
LOST = "This live session is over or was lost with a restart of formcheck; a new one begins."
FULL = "Too many live sessions are open; close other tabs, or wait a few minutes."
NOT_UNDERSTOOD = "The page and the server do not understand each other; reload the page."
log = logging.getLogger(__name__)


@dataclass
class Held:
    """A session, whose it is, and the socket it talks through. socket: counts up with every new one."""

    id: str
    owner_id: str
    session: LiveSession
    wish: live_intake.LiveWish
    socket: int = 0
    connected: bool = True
    seen_s: float = field(default_factory=time.monotonic)
    done: dict[str, Any] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class LiveSocket:
    """All live sessions of this server, and their route."""

    def __init__(self, store: Store, supervisor: Supervisor) -> None:
        self._store, self._supervisor = store, supervisor
        self._held: dict[str, Held] = {}
        self._waiting: set[asyncio.Task[None]] = set()

    def routes(self) -> list[WebSocketRoute]:
        """What is answered where."""
        return [WebSocketRoute("/live/ws", self._serve)]

    def close(self) -> None:
        """Save the sets that are going on; the server stops."""
        for held in self._held.values():
            self._finish(held)
        self._held.clear()

    async def _serve(self, socket: WebSocket) -> None:
        owner = await asyncio.to_thread(guard.person_of, socket)
        if owner is None or not await asyncio.to_thread(self._may_store, owner):
            await socket.close(1008)
            return
        await socket.accept()
        held, mine = None, 0
        try:
            hello = await asyncio.wait_for(socket.receive(), HELLO_S)
            held = await self._enter(owner, hello)
            mine = held.socket
            await self._welcome(socket, held)
            await self._converse(socket, held, mine)
        except TimeoutError:
            await _refuse(socket, NOT_UNDERSTOOD)
        except RefusedError as e:
            await _refuse(socket, str(e), lost=e.lost)
        except (WebSocketDisconnect, RuntimeError):  # it went away while something was sent to it
            log.debug("a live socket closed")
        finally:
            if held is not None and held.socket == mine:
                self._let_go(held)

    def _may_store(self, owner: str) -> bool:
        with self._store.begin() as session:
            return access.may_store(session, owner)

    # ---- beginning ------------------------------------------------------------------------------------

    async def _enter(self, owner: str, message: Any) -> Held:
        """The session that the first message asks for. Raises RefusedError."""
        hello = _json(message)
        if hello.get("type") != "hello":
            raise RefusedError(NOT_UNDERSTOOD)
        wanted = hello.get("session")
        held = self._again(owner, wanted) if wanted is not None else await self._new(owner, hello)
        held.socket += 1
        held.connected = True
        return held

    async def _welcome(self, socket: WebSocket, held: Held) -> None:
        welcome = {"type": "welcome", "session": held.id, "next_seq": held.session.next_seq}
        await socket.send_json(welcome)
        await socket.send_json(held.session.state())
        if held.done is not None:
            await socket.send_json(held.done)

    def _again(self, owner: str, wanted: object) -> Held:
        held = self._held.get(str(wanted))
        if held is None or held.owner_id != owner:
            raise RefusedError(LOST, lost=True)
        return held

    async def _new(self, owner: str, hello: dict[str, Any]) -> Held:
        try:
            wish = wish_of(hello)
            options = await asyncio.to_thread(live_intake.options_for, self._store, owner, wish)
        except FormcheckError as e:
            raise RefusedError(str(e)) from e
        await self._make_room(owner)
        session = LiveSession(wish.size, options, hinge=hello.get("hinge") is True)
        held = Held(secrets.token_urlsafe(16), owner, session, wish)
        self._held[held.id] = held
        return held

    async def _make_room(self, owner: str) -> None:
        own = [held for held in self._held.values() if held.owner_id == owner]
        idle = sorted((held for held in own if not held.connected), key=lambda held: held.seen_s)
        if len(own) >= MOST_OF_ONE and idle:
            await self._expire(idle[0])
            own.remove(idle[0])
        if len(own) >= MOST_OF_ONE or len(self._held) >= MOST:
            raise RefusedError(FULL)

    # ---- going on -------------------------------------------------------------------------------------

    async def _converse(self, socket: WebSocket, held: Held, mine: int) -> None:
        """Take messages until the socket closes, or another one takes over its session."""
        allowance = Allowance()
        while held.socket == mine:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await allowance.spend()
            async with held.turn:
                if held.socket == mine:
                    await self._answer(socket, held, message)
        await socket.close()

    async def _answer(self, socket: WebSocket, held: Held, message: Any) -> None:
        session, data = held.session, message.get("bytes")
        try:
            if data is not None:
                await asyncio.to_thread(session.push, data)
            else:
                await asyncio.to_thread(_command(session, _json(message)))
        except GapError as e:
            await socket.send_json({"type": "error", "words": str(e), "next_seq": session.next_seq})
            return
        except LiveError as e:
            raise RefusedError(str(e)) from e
        await socket.send_json(session.state())
        if session.stage == "done" and held.done is None:
            await asyncio.to_thread(self._finish, held)
            await socket.send_json(held.done)

    # ---- ending ---------------------------------------------------------------------------------------

    def _let_go(self, held: Held) -> None:
        """The socket of a session is gone; wait for another one, but not for ever."""
        held.connected, held.seen_s = False, time.monotonic()
        task = asyncio.get_running_loop().create_task(self._wait(held, held.socket))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _wait(self, held: Held, socket: int) -> None:
        await asyncio.sleep(KEEP_S)
        if held.socket == socket and not held.connected:
            await self._expire(held)

    async def _expire(self, held: Held) -> None:
        self._held.pop(held.id, None)
        async with held.turn:
            await asyncio.to_thread(self._finish, held)

    def _finish(self, held: Held) -> None:
        """End a session; its set, if it came to one, is saved and queued to be judged."""
        if held.done is not None:
            return
        session = held.session
        session.stop()
        done = {"type": "done", "set": None, "exercise": "", "words": session.why}
        if session.result is not None:
            set_id, job_id = live_intake.take(self._store, held.owner_id, session.result, held.wish)
            self._supervisor.send(job_id)
            done |= {"set": set_id, "exercise": session.result.report.exercise}
        session.result = None
        held.done = done


class RefusedError(Exception):
    """A sentence for the user, after which the socket is closed; lost: a new session may be begun."""

    def __init__(self, sentence: str, *, lost: bool = False) -> None:
        super().__init__(sentence)
        self.lost = lost


class Allowance:
    """How many messages are taken at once and a second; whoever sends more waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._left, self._at_s = clock, BURST, clock()

    async def spend(self, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Take one message's worth, after a wait where there is none left."""
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._at_s) * RATE) - 1
        self._at_s = now
        if self._left < 0:
            await wait(-self._left / RATE)


def wish_of(hello: dict[str, Any]) -> live_intake.LiveWish:
    """What the first message asks for. Raises ConfigError."""
    size, exercise, load = hello.get("size"), hello.get("exercise", "auto"), hello.get("load_kg")
    numbers = size if isinstance(size, list) and len(size) == 2 else [0, 0]
    if not all(isinstance(v, int) and SMALLEST_SIDE <= v <= LARGEST_SIDE for v in numbers):
        raise ConfigError("The camera gives pictures of a size that cannot be; choose another camera.")
    if exercise != "auto" and exercise not in EXERCISES:
        raise ConfigError(f"There is no exercise {exercise!r}; choose auto, {', '.join(EXERCISES)}.")
    load_kg = float(load) if isinstance(load, int | float) else None
    return live_intake.LiveWish((numbers[0], numbers[1]), exercise, load_kg, hello.get("load_at"))


def _command(session: LiveSession, asked: dict[str, Any]) -> Callable[[], object]:
    """What a text message has the session do."""
    commands: dict[object, Callable[[], object]] = {
        "start": session.start,
        "stop": session.stop,
        "hidden": session.state,  # nothing: frames stop coming, and the engine bridges or ends what is open
        "camera": session.state,
    }
    if asked.get("type") not in commands:
        raise LiveError(NOT_UNDERSTOOD)
    return commands[asked["type"]]


def _json(message: Any) -> dict[str, Any]:
    """The object in a text message. Raises RefusedError."""
    text = message.get("text")
    try:
        content = json.loads(text) if text is not None and len(text) <= LARGEST_FRAME else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise RefusedError(NOT_UNDERSTOOD)
    return content


async def _refuse(socket: WebSocket, words: str, *, lost: bool = False) -> None:
    await socket.send_json({"type": "error", "words": words, "fatal": True, "lost": lost})
    await socket.close(1008)
