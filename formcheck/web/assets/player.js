// The review player: video with the drawing over it, timeline of reps and flags, curves. One set.
import { clock, covers, cutAt, flagAt, loadScene, middle } from "./scene.js";
import { Stage } from "./stage.js";
import { Plot } from "./plot.js";
import { Notes } from "./notes.js";

const SPEEDS = [1, 0.5, 0.25, 0.1];
const ANYWHERE = [" ", "n", "p", "y", "x", "c", "t", "k", ",", "."]; // keys that work wherever the focus is
const TAKES_KEYS = "input, textarea, select, [contenteditable], [role=combobox], [role=slider], [role=dialog]";
const players = new WeakMap();

/** Called by Streamlit at first and after every rerun: makes the player once, then passes the seeks on. */
export default function mount({ parentElement, data, setTriggerValue }) {
  let player = players.get(parentElement);
  if (!player || player.url !== data.scene) {
    player?.destroy();
    player = new Player(parentElement, data, () => setTriggerValue?.("changed", Date.now()));
    players.set(parentElement, player);
  }
  player.update(data);
  return () => {
    if (parentElement.isConnected && parentElement.host?.isConnected) return;
    player.destroy();
    players.delete(parentElement);
  };
}

const make = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className, ...more });

class Player {
  constructor(parent, data, changed) {
    this.changed = changed;
    this.url = data.scene;
    this.seeks = data.seek?.n ?? 0;
    this.root = make("div", "player", { tabIndex: 0 });
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Review player. Space plays, arrow keys step one picture.");
    parent.querySelector(".player")?.remove();
    parent.append(this.root);
    this.note = make("p", "note", { textContent: "Loading the set …" });
    this.root.append(this.note);
    this.ready = loadScene(data.scene)
      .then((scene) => this._build(scene, data))
      .catch((error) => { this.note.textContent = error.message; });
  }

  /** What a rerun of the page may bring: what was said, and a moment to jump to, counted so that each is done once. */
  update(data) {
    const seek = data.seek;
    this.ready.then(() => {
      if (data.review) this.notes?.update(data.review);
      if (!this.stage || !seek || seek.n === this.seeks) return;
      this.seeks = seek.n;
      this.stage.media.pause();
      this.stage.seek(seek.t);
      this.root.scrollIntoView({ block: "nearest", behavior: "smooth" });
    });
  }

  destroy() {
    this.stage?.destroy();
    this.notes?.destroy();
    document.removeEventListener("keydown", this.anywhere);
    this.plots?.forEach((plot) => plot.destroy());
    this.root.remove();
  }

  _build(scene, data) {
    if (this.root.isConnected === false) return;
    this.scene = scene;
    this.flags = [...scene.flags].sort((a, b) => middle(a) - middle(b));
    this.flag = this.flags[0] ?? null; // the one gone to: several may be there at a moment
    this.note.remove();
    const frame = (this.frame = make("div", "stage"));
    const fitted = make("div", "fitted");
    fitted.style.maxWidth = `calc(50vh * ${scene.size[0] / scene.size[1]})`;
    fitted.append(frame);
    this.status = make("p", "status");
    this.status.setAttribute("aria-live", "off");
    this.timeline = this._timeline();
    this.tools = make("div", "tools");
    this.below = make("div", "below");
    this.root.append(fitted, this.below, this.status, this.timeline, this._controls(), this.tools);
    this.stage = new Stage(frame, scene, data.video, (time, row) => this._moved(time, row));
    this.stage.flagAt = (time) => this.flagAt(time);
    frame.addEventListener("click", () => { this.root.focus({ preventScroll: true }); this.stage.toggle(); });
    for (const name of ["play", "pause", "ended"]) this.stage.media.addEventListener(name, () => this._playing());
    this.stage.media.addEventListener("error", () => {
      this.status.textContent = "This browser cannot play the video; the drawing and the report are below.";
    });
    this.root.addEventListener("keydown", (event) => this._key(event));
    const plots = make("div", "plots");
    this.root.append(plots, this._help(data.review));
    this.plots = scene.curves.map((curve) => new Plot(plots, scene, curve, (time) => this._jump(time)));
    if (data.review) this._review(data.review);
    const first = data.seek?.t ?? this.flag?.start ?? scene.cuts[0]?.start ?? 0;
    if (scene.times.length) this.stage.seek(first);
  }

  /** Comments and marks; the keys then work wherever nothing else takes them. */
  _review(about) {
    this.notes = new Notes(this, about, this.changed);
    this.anywhere = (event) => {
      const on = event.composedPath()[0];
      if (event.defaultPrevented || !ANYWHERE.includes(event.key) || on.closest?.(TAKES_KEYS)) return;
      if (event.key !== " " || !on.closest?.("button, a, summary")) this._key(event);
    };
    document.addEventListener("keydown", this.anywhere);
  }

  _timeline() {
    const { cuts, flags, times } = this.scene, t0 = times[0] ?? 0;
    const span = (times[times.length - 1] ?? 1) - t0 || 1;
    const place = (start, end) => `left:${(100 * (start - t0)) / span}%;width:${(100 * (end - start)) / span}%`;
    const line = make("div", "timeline");
    const lane = make("div", "lane");
    for (const cut of cuts) {
      const words = cut.counted ? cut.label : `not counted: ${cut.note}`;
      const band = make("button", cut.counted ? "cut" : "cut uncounted", {
        type: "button", textContent: cut.label.replace(/^rep /, ""), title: words, onclick: () => this._jump(cut.start),
      });
      band.setAttribute("aria-label", `Go to ${words}`);
      band.style = place(cut.start, cut.end);
      lane.append(band);
    }
    for (const flag of flags) {
      const mark = make("button", `flag ${flag.verdict}`, {
        type: "button", title: `${flag.title}: ${flag.against}`, onclick: () => this._goTo(flag),
      });
      mark.setAttribute("aria-label", `Go to ${flag.title}, ${clock(flag.start)}`);
      mark.style = place(flag.start, flag.end);
      lane.append(mark);
    }
    this.scrub = make("input", "scrub", { type: "range", min: 0, max: Math.max(times.length - 1, 0), step: 1, value: 0 });
    this.scrub.setAttribute("aria-label", "Moment of the video");
    this.scrub.addEventListener("input", () => { this.stage.media.pause(); this.stage.toRow(+this.scrub.value); });
    line.append(lane, this.scrub);
    return line;
  }

  _controls() {
    const bar = make("div", "controls");
    const button = (words, label, act) => {
      const made = make("button", "", { type: "button", textContent: words, title: label, onclick: act });
      made.setAttribute("aria-label", label);
      bar.append(made);
      return made;
    };
    button("‹ Flag", "Back to the flag before", () => this._flag(-1)).hidden = !this.scene.flags.length;
    button("−1", "One picture back", () => this._step(-1));
    this.playButton = button("▶", "Play", () => this.stage.toggle());
    this.playButton.className = "main";
    button("+1", "One picture on", () => this._step(1));
    button("Flag ›", "On to the next flag", () => this._flag(1)).hidden = !this.scene.flags.length;
    this.speed = make("select", "");
    this.speed.setAttribute("aria-label", "Speed");
    for (const speed of SPEEDS) this.speed.append(make("option", "", { value: speed, textContent: `${speed}×` }));
    this.speed.addEventListener("change", () => { this.stage.media.playbackRate = +this.speed.value; });
    bar.append(this.speed, this._switches());
    return bar;
  }

  _switches() {
    const group = make("span", "switches");
    const has = { skeleton: true, angle: Object.keys(this.scene.angles).length > 0, back: Boolean(this.scene.back) };
    const words = { skeleton: "Skeleton", angle: "Angle", back: "Back" };
    for (const name of Object.keys(words)) {
      if (!has[name]) continue;
      const label = make("label", "");
      const box = make("input", "", { type: "checkbox", checked: true });
      box.addEventListener("change", () => { this.stage.show[name] = box.checked; this.stage.redraw(); });
      label.append(box, ` ${words[name]}`);
      group.append(label);
    }
    return group;
  }

  _help(review) {
    const help = make("p", "help");
    help.textContent = "Keys: space plays, ← → one picture, n and p the next flag and the one before, 1 to 4 the speed.";
    if (review) help.textContent += review.marking ? " y the flag is right, x it is wrong, c comments." : " c comments.";
    if (review?.templates?.length) help.textContent += " t and a number: a kept sentence.";
    return help;
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, textarea")) return;
    const onButton = event.target.matches("button, input[type=checkbox]");
    const acts = {
      ArrowLeft: () => (event.shiftKey ? this._flag(-1) : this._step(-1)),
      ArrowRight: () => (event.shiftKey ? this._flag(1) : this._step(1)),
      n: () => this._flag(1), p: () => this._flag(-1),
      ",": () => this._step(-1), ".": () => this._step(1), k: () => this.stage.toggle(),
      Home: () => this.stage.toRow(0), End: () => this.stage.toRow(this.scene.times.length - 1),
    };
    if (!onButton) acts[" "] = () => this.stage.toggle();
    SPEEDS.forEach((speed, i) => {
      acts[String(i + 1)] = () => { this.speed.value = speed; this.stage.media.playbackRate = speed; };
    });
    const act = acts[event.key];
    if (!act && !this.notes?.key(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    act?.();
  }

  _step(by) {
    this.stage.media.pause();
    this.stage.toRow(this.stage.row + by);
  }

  jump(time) { this._jump(time); }

  _jump(time) {
    this.stage.media.pause();
    this.stage.seek(time);
  }

  _flag(by) {
    const now = this.scene.times[this.stage.row];
    const here = this.flag && covers(this.flag, now);
    const next = here ? this.flags[this.flags.indexOf(this.flag) + by]
      : by > 0 ? this.flags.find((f) => middle(f) > now) : this.flags.findLast((f) => middle(f) < now);
    if (next) this._goTo(next);
  }

  _goTo(flag) {
    this.flag = flag;
    this._jump(middle(flag));
  }

  /** The flag that a mark is about: the one gone to while it lasts, else the gravest at this moment. */
  flagAt(time) {
    return this.flag && covers(this.flag, time) ? this.flag : flagAt(this.scene, time);
  }

  _playing() {
    const paused = this.stage.media.paused;
    this.playButton.textContent = paused ? "▶" : "❚❚";
    this.playButton.setAttribute("aria-label", paused ? "Play" : "Pause");
  }

  _moved(time, row) {
    this.scrub.value = row;
    this.plots?.forEach((plot) => plot.cursor(time, row));
    const cut = cutAt(this.scene, time), flag = this.flagAt(time);
    const phase = cut?.phases.find((p) => time <= p.end + 0.001)?.name;
    this.notes?.moved(time);
    const where = [clock(time), cut?.label, phase].filter(Boolean).join(" · ");
    this.status.replaceChildren(make("span", "where", { textContent: where }));
    if (flag) {
      const words = `${flag.title}: ${flag.against}`;
      this.status.append(make("span", `said ${flag.verdict}`, { textContent: words }));
    }
  }
}
