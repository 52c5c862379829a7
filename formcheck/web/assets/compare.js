// Two reps side by side, frozen at the same phase: of one set, or of two. One slider moves both.
import { clock, loadScene } from "./scene.js";
import { Stage } from "./stage.js";

const STEPS = 1000, PLAY_S = 6; // of the slider; seconds for one slow pass through the rep
const compared = new WeakMap();

export default function mount({ parentElement, data }) {
  const key = JSON.stringify(data.sides.map((side) => side.scene));
  let pair = compared.get(parentElement);
  if (!pair || pair.key !== key) {
    pair?.destroy();
    pair = new Pair(parentElement, data, key);
    compared.set(parentElement, pair);
  } else {
    pair.choose(data);
  }
  return () => {
    if (parentElement.isConnected && parentElement.host?.isConnected) return;
    pair.destroy();
    compared.delete(parentElement);
  };
}

const make = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className, ...more });

/** Moments that both reps share, as (name, time in the one, time in the other), in order. */
export function anchors(a, b) {
  const names = (cut) => cut.phases.map((p) => p.name).join();
  if (a.phases.length && names(a) === names(b)) {
    const shared = a.phases.map((p, i) => [p.name, p.start, b.phases[i].start]);
    return [...shared, ["end", a.end, b.end]];
  }
  const both = [["start", a.start, b.start]];
  if (a.turn !== null && b.turn !== null) both.push([a.kind === "rep" ? "turn" : "middle", a.turn, b.turn]);
  return [...both, ["end", a.end, b.end]];
}

class Pair {
  constructor(parent, data, key) {
    this.key = key;
    this.root = make("div", "pair", { tabIndex: 0 });
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", "Two reps side by side; arrow keys move both");
    parent.querySelector(".pair")?.remove();
    parent.append(this.root);
    this.note = make("p", "note", { textContent: "Loading …" });
    this.root.append(this.note);
    this.stages = [];
    this.ready = Promise.all(data.sides.map((side) => loadScene(side.scene)))
      .then((scenes) => this._build(scenes, data))
      .catch((error) => { this.note.textContent = error.message; });
  }

  choose(data) {
    this.ready.then(() => this.stages.length && this._cuts(data));
  }

  destroy() {
    this.playing = false;
    this.stages.forEach((stage) => stage.destroy());
    this.root.remove();
  }

  _build(scenes, data) {
    this.note.remove();
    this.scenes = scenes;
    const row = make("div", "row");
    this.titles = [];
    scenes.forEach((scene, i) => {
      const side = make("figure", "side"), title = make("figcaption", ""), frame = make("div", "stage");
      const fitted = make("div", "fitted");
      fitted.style.maxWidth = `calc(60vh * ${scene.size[0] / scene.size[1]})`;
      fitted.append(frame);
      side.append(title, fitted);
      row.append(side);
      this.titles.push(title);
      this.stages.push(new Stage(frame, scene, data.sides[i].video, null));
    });
    this.slider = make("input", "scrub", { type: "range", min: 0, max: STEPS, value: 0 });
    this.slider.setAttribute("aria-label", "Moment of both reps");
    this.slider.addEventListener("input", () => { this.playing = false; this._show(this.slider.value / STEPS); });
    this.bar = make("div", "controls");
    this.root.append(row, this.slider, this.bar);
    this.root.addEventListener("keydown", (event) => this._key(event));
    this._cuts(data);
  }

  /** Take the two reps that the page chose; start at the moment it names, or at the turn. */
  _cuts(data) {
    this.cuts = data.sides.map((side, i) => this.scenes[i].cuts.find((c) => c.index === side.cut) ?? this.scenes[i].cuts[0]);
    if (this.cuts.some((cut) => !cut)) {
      this.bar.replaceChildren(make("p", "note", { textContent: "There is nothing to compare in one of them." }));
      return;
    }
    this.moments = anchors(...this.cuts);
    this.titles.forEach((title, i) => { title.textContent = data.sides[i].title; });
    this._buttons();
    const at = data.at ?? null;
    this._show(at === null ? this._shareOf(Math.max(0, this.moments.findIndex((m) => m[0] === "turn" || m[0] === "bottom"))) : this._shareAt(at));
  }

  _buttons() {
    this.play = make("button", "main", { type: "button", textContent: "▶", onclick: () => this._toggle() });
    this.play.setAttribute("aria-label", "Play both slowly");
    const jumps = this.moments.map(([name], i) => make("button", "", {
      type: "button", textContent: name, onclick: () => { this.playing = false; this._show(this._shareOf(i)); },
    }));
    this.bar.replaceChildren(this.play, ...jumps);
  }

  /** Share of the slider at the n-th shared moment: each phase gets room by how long it lasts in the first. */
  _shareOf(n) {
    const first = this.moments[0][1], last = this.moments[this.moments.length - 1][1];
    return (this.moments[n][1] - first) / (last - first || 1);
  }

  /** Share of the slider at a moment of the second rep. */
  _shareAt(time) {
    const m = this.moments;
    let n = m.findIndex((moment) => moment[2] > time);
    n = n < 1 ? (n === 0 ? 1 : m.length - 1) : n;
    const [, a0, b0] = m[n - 1], [, a1, b1] = m[n];
    const inside = Math.min(Math.max((time - b0) / (b1 - b0 || 1), 0), 1);
    return (a0 + inside * (a1 - a0) - m[0][1]) / (m[m.length - 1][1] - m[0][1] || 1);
  }

  _show(share) {
    this.share = Math.min(Math.max(share, 0), 1);
    this.slider.value = Math.round(this.share * STEPS);
    const m = this.moments, time = m[0][1] + this.share * (m[m.length - 1][1] - m[0][1]);
    let n = m.findIndex((moment) => moment[1] > time);
    n = n < 1 ? m.length - 1 : n;
    const [, a0, b0] = m[n - 1], [, a1, b1] = m[n];
    const inside = (time - a0) / (a1 - a0 || 1);
    [time, b0 + inside * (b1 - b0)].forEach((t, i) => this.stages[i].seek(t));
    this.slider.setAttribute("aria-valuetext", `${m[n - 1][0]}, ${clock(this.stages[0].time)}`);
  }

  _toggle() {
    this.playing = !this.playing;
    this.play.textContent = this.playing ? "❚❚" : "▶";
    if (!this.playing) return;
    if (this.share >= 1) this._show(0);
    let last = performance.now();
    const step = (now) => {
      if (!this.playing || !this.root.isConnected) { this.playing = false; this.play.textContent = "▶"; return; }
      if (this.stages.every((stage) => !stage.media.seeking)) { // the pictures keep up, however slow they are
        this._show(this.share + Math.min(now - last, 100) / 1000 / PLAY_S);
        last = now;
      }
      if (this.share >= 1) this.playing = false;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  _key(event) {
    if (event.target === this.slider || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -0.01, ArrowRight: 0.01 }[event.key];
    if (by) { this.playing = false; this._show(this.share + by); event.preventDefault(); }
    if (event.key === " " && !event.target.matches("button")) { this._toggle(); event.preventDefault(); }
  }
}
