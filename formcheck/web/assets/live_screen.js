// What is seen during a live set: the camera's picture, large enough words to be read from three metres.
import { skeleton } from "./live_draw.js";
import { CHECKS, PHASES, STAGES, clock } from "./live_words.js";

export const make = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className, ...more });

const MARKS = { true: "✓", false: "✗", null: "…" };

export class Screen {
  /**
   * @param {HTMLElement} root
   * @param {{end: () => void, now: () => void, choose: (id: string) => void, flip: (what: string) => void}} on
   * @param {{speech: boolean, sound: boolean}} switches
   */
  constructor(root, on, switches) {
    this.root = root;
    this.video = make("video", "picture", { muted: true, playsInline: true, autoplay: true });
    this.video.setAttribute("aria-label", "What the camera sees");
    this.canvas = make("canvas", "picture");
    this.top = make("div", "top");
    this.count = make("div", "count");
    this.phase = make("div", "phase");
    const counter = make("div", "counter");
    counter.append(this.count, this.phase);
    this.title = make("p", "title");
    this.number = make("div", "number");
    this.checks = make("ul", "checks");
    this.cue = make("p", "cue");
    for (const part of [this.title, this.cue]) part.setAttribute("role", "status");
    this.notice = make("p", "notice", { hidden: true });
    this.notice.setAttribute("role", "alert");
    this.halt = make("div", "halt", { hidden: true });
    this.halt.append(make("strong", "", { textContent: "STOP" }), this.haltWords = make("span", ""));
    this.speed = make("span", "speed");
    this._bar(on, switches);
    root.replaceChildren(this.video, this.canvas, counter, this.title, this.number, this.checks, this.cue, this.halt,
      this.notice, this.top);
  }

  _bar(on, switches) {
    const button = (words, act, className = "") => make("button", className, { type: "button", textContent: words, onclick: act });
    this.cameras = make("select", "", { onchange: () => on.choose(this.cameras.value), hidden: true });
    this.cameras.setAttribute("aria-label", "Camera");
    const toggles = [["speech", "Voice"], ["sound", "Tones"]].map(([what, name]) => {
      const toggle = button(name, () => { on.flip(what); toggle.setAttribute("aria-pressed", String(switches[what])); });
      toggle.setAttribute("aria-pressed", String(switches[what]));
      return toggle;
    });
    this.now = button("Start now", on.now);
    this.end = button("End the set", on.end, "end");
    this.top.append(this.speed, this.cameras, ...toggles, this.now, this.end);
  }

  /** Offer these cameras, [{id, name}]; with one alone there is nothing to choose. */
  offer(cameras, chosen) {
    this.cameras.replaceChildren(...cameras.map(({ id, name }) => make("option", "", { value: id, textContent: name })));
    this.cameras.value = chosen ?? "";
    this.cameras.hidden = cameras.length < 2;
  }

  /** Show the stream; resolves when its size is known. */
  async play(stream, mirrored) {
    this.video.srcObject = stream;
    this.root.classList.toggle("mirrored", mirrored);
    await this.video.play();
    this.fit();
  }

  fit() {
    this.canvas.width = this.video.videoWidth;
    this.canvas.height = this.video.videoHeight;
  }

  draw(points) { skeleton(this.canvas, points); }

  /** What the engine says. See docs/live.md for its messages. */
  show(state) {
    const red = state.stage === "setup" && state.checks?.find(({ ok }) => ok === false);
    this.stage(state.stage, red?.words || state.words);
    this.number.textContent = state.stage === "countdown" ? String(state.countdown ?? "") : "";
    const set = state.stage === "set" || state.stage === "done";
    const hold = state.hold_s !== null && state.hold_s !== undefined && !state.reps;
    this.count.textContent = !set ? "" : hold ? clock(state.hold_s) : String(state.reps ?? 0);
    this.phase.textContent = set ? PHASES[state.phase] ?? state.phase ?? "" : "";
    this._checks(set ? [] : state.checks ?? []);
    this.cue.textContent = state.cue?.words ?? "";
    Object.assign(this.cue.dataset, { severity: state.cue?.severity ?? "", code: state.cue?.code ?? "" });
    this.halt.hidden = !state.stop;
    this.haltWords.textContent = state.stop ? state.cue?.words ?? "" : "";
    this.now.hidden = set || state.stage === "countdown";
  }

  stage(name, words) {
    this.root.dataset.stage = name;
    this.title.textContent = words || STAGES[name]?.[0] || "";
  }

  /** Each turns green by itself; what to do about the first red one is the title. */
  _checks(checks) {
    this.checks.replaceChildren(...checks.map(({ key, ok, words }) => {
      const item = make("li", "", { title: words });
      item.dataset.ok = String(ok);
      item.append(make("span", "mark", { textContent: MARKS[ok] ?? "…", ariaHidden: "true" }), CHECKS[key] ?? key);
      return item;
    }));
  }

  /** A sentence over everything; "" takes it away. */
  say(words) {
    this.notice.textContent = words;
    this.notice.hidden = !words;
  }

  /** How fast it goes, small; also as data for whoever measures. rate: pictures a second; lag, rtt: ms. */
  measure({ rate, lag, rtt }) {
    this.speed.textContent = rate ? `${rate.toFixed(0)} pictures a second, ${lag.toFixed(0)} ms` : "";
    Object.assign(this.root.dataset, { rate: rate.toFixed(1), lag: lag.toFixed(0), rtt: rtt.toFixed(0) });
  }
}
