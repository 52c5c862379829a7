"""The browser's half of live mode without a browser: its modules fit together, its socket loses nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ASSETS = Path(__file__).resolve().parents[1] / "formcheck" / "web" / "assets"

ENGINE = """
import { Link } from %(link)s;
globalThis.location = { href: "http://localhost/live" };
const heard = [], told = [], errors = [];
let next = 0, drop = -1, up = true, sockets = 0;
globalThis.WebSocket = class {
  static OPEN = 1;
  constructor(url) {
    Object.assign(this, { url: String(url), readyState: 0, bufferedAmount: 0 });
    sockets++;
    setTimeout(() => { if (up) { this.readyState = 1; this.onopen(); } else this.cut(); }, 1);
  }
  say(message) {
    const data = JSON.stringify(message);
    setTimeout(() => { if (this.readyState === 1) this.onmessage({ data }); }, 2);
  }
  cut() { this.readyState = 3; this.onclose(); }
  close() { this.readyState = 3; }
  send(data) {
    if (this.readyState !== 1) throw new Error("sent into a closed socket");
    if (typeof data === "string") {
      const said = JSON.parse(data);
      if (said.type !== "hello") return heard.push(said.type);
      told.push(said);
      return this.say({ type: "welcome", session: "s", next_seq: next });
    }
    const seq = new DataView(data).getUint32(0, true);
    if (seq === drop) { drop = -1; return this.cut(); } // it is lost on its way
    if (seq > next) return this.say({ type: "error", words: "gap", next_seq: next });
    if (seq === next) { heard.push(seq); next++; }
    this.say({ type: "state", seq: next - 1 });
  }
};
const frame = (seq) => { const b = new ArrayBuffer(8); new DataView(b).setUint32(0, seq, true); return b; };
const on = { state() {}, done() {}, error: (e) => errors.push(e), up() {} };
const link = new Link({ exercise: "squat" }, on);
const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));
%(play)s
link.close();
console.log(JSON.stringify({ heard, told, errors, sockets, kept: link.kept.length, url: link.socket.url }));
process.exit(0);
"""


def node(script: str) -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs node")
    done = subprocess.run(
        [found, "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def played(play: str) -> dict[str, Any]:
    """What the engine of a test heard while frames and words were given to a link."""
    link = json.dumps((ASSETS / "live_link.js").as_uri())
    answer: dict[str, Any] = json.loads(node(ENGINE % {"link": link, "play": play}))
    return answer


def test_every_module_finds_what_it_imports() -> None:
    modules = [path.as_uri() for path in sorted(ASSETS.glob("live*.js"))]
    assert len(modules) > 8
    node(f"globalThis.self = globalThis; for (const one of {json.dumps(modules)}) await import(one);")


def test_frames_arrive_in_order_and_are_forgotten_when_seen() -> None:
    out = played("for (let i = 0; i < 40; i++) { link.frame(i, frame(i)); await wait(2); } await wait(50);")
    assert out["heard"] == list(range(40))
    assert (out["kept"], out["sockets"], out["errors"]) == (0, 1, [])
    assert out["url"] == "ws://localhost/live/ws"


def test_what_a_broken_socket_swallowed_is_sent_again() -> None:
    out = played(
        "await wait(10); drop = 7;"
        "for (let i = 0; i < 40; i++) { link.frame(i, frame(i)); await wait(3); } await wait(700);"
    )
    assert out["heard"] == list(range(40))
    assert [hello["session"] for hello in out["told"]] == [None, "s"]
    assert out["kept"] == 0


def test_words_said_in_a_break_follow_the_frames_before_them() -> None:
    out = played(
        "for (let i = 0; i < 5; i++) link.frame(i, frame(i)); await wait(30);"
        "up = false; link.socket.cut();"
        "for (let i = 5; i < 9; i++) link.frame(i, frame(i)); link.say({ type: 'stop' });"
        "link.frame(9, frame(9)); await wait(400); up = true; await wait(1500);"
    )
    assert out["heard"] == [0, 1, 2, 3, 4, 5, 6, 7, 8, "stop", 9]


def test_a_gap_is_filled_once_and_then_given_up() -> None:
    begin = "await wait(10); link.frame(0, frame(0)); await wait(10);"
    end = "link.frame(1, frame(1)); await wait(60);"
    filled = played(f"{begin} next = 0; link.kept.unshift({{ seq: 0, packet: frame(0) }}); {end}")
    assert filled["errors"] == []
    assert filled["heard"][-2:] == [0, 1]
    endless = played(f"{begin} next = -5; {end}")  # the engine wants what is no longer there
    assert [error["words"] for error in endless["errors"]] == ["gap"]


VOICE = """
import { Voice } from %(voice)s;
const out = { waiting: [], tones: 0 };
const part = () => ({ connect: (to) => to, start() { out.tones++; }, stop() {}, frequency: {},
  gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} } });
globalThis.window = globalThis;
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
globalThis.speechSynthesis = {
  cancel() { out.waiting = []; },
  speak({ text }) { if (text) out.waiting.push(text); },
};
globalThis.AudioContext = class {
  currentTime = 0; resume() {} close() {}
  createOscillator() { return part(); } createGain() { return part(); }
};
const switches = { speech: true, sound: true }, voice = new Voice(switches);
voice.wake();
%(play)s
console.log(JSON.stringify(out));
"""


def voiced(play: str) -> dict[str, Any]:
    """What waits to be said, and how many tones were started, by a browser that has said nothing yet."""
    voice = json.dumps((ASSETS / "live_voice.js").as_uri())
    answer: dict[str, Any] = json.loads(node(VOICE % {"voice": voice, "play": play}))
    return answer


def test_a_newer_cue_replaces_one_that_waits() -> None:
    said = voiced("voice.say('Chest up'); voice.say('Knees out'); voice.tone('rep');")
    assert said == {"waiting": ["Knees out"], "tones": 1}


def test_voice_and_tones_are_switched_off_each_for_itself() -> None:
    say = "voice.say('Chest up'); voice.tone('rep');"
    assert voiced(f"switches.speech = false; {say}") == {"waiting": [], "tones": 1}
    assert voiced(f"switches.sound = false; {say}") == {"waiting": ["Chest up"], "tones": 0}
    assert voiced(f"{say} voice.hush();")["waiting"] == [], "switched off in mid-sentence"


TELLS = """
globalThis.window = globalThis; globalThis.self = globalThis;
const { Live } = await import(%(live)s);
const heard = [], live = Object.create(Live.prototype);
const voice = { say: (words) => words && heard.push(words), tone: (name) => heard.push(name), hush() {} };
const link = { kept: [] }, eyes = { rate: 20 };
Object.assign(live, { voice, screen: { show() {} }, data: {}, link, eyes, state: null, sounded: null });
const tell = (behind, more) => {
  live.link.kept.length = behind;
  live.told({ stage: "set", words: "", reps: 0, cue: null, stop: false, ...more });
};
const cue = (words, frame_s) => ({ code: words, words, frame_s });
%(play)s
console.log(JSON.stringify(heard));
"""


def heard(play: str) -> list[str]:
    """Tones and words that a page lets hear of what the engine tells it."""
    live = json.dumps((ASSETS / "live.js").as_uri())
    answer: list[str] = json.loads(node(TELLS % {"live": live, "play": play}))
    return answer


def test_what_is_of_the_past_is_not_said() -> None:
    late = "tell(0); for (let i = 1; i < 5; i++) tell(200 - i, { reps: i, cue: cue(`old ${i}`, i) });"
    assert heard(late) == ["go", "Go."]
    assert heard(f"{late} tell(1, {{ reps: 5, cue: cue('new', 9) }});") == ["go", "Go.", "rep", "new"]


def test_stop_is_said_however_late_and_once() -> None:
    halt = "{ stop: true, cue: cue('Stop. Put the weight down.', 4) }"
    stop = ["go", "Go.", "stop", "Stop. Put the weight down."]
    assert heard(f"tell(0); tell(200, {halt}); tell(100, {halt}); tell(0, {halt});") == stop
