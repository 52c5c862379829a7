// What people say about a set, on the player: right or wrong for each flag, comments with drawings.
import { clock, cutAt } from "./scene.js";
import { Ink } from "./ink.js";

const NEAR_S = 0.3; // a comment's drawing shows this long before and after its moment
const TOOLS = [["line", "Line"], ["angle", "Angle"], ["free", "Free"]];
const make = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className, ...more });
const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
export const flagKey = (code, segment) => `${code}/${segment ?? -1}`;

/** Posts to this server; throws an Error with the sentence it answers. */
async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST", credentials: "same-origin", body: JSON.stringify(body),
    headers: { "content-type": "application/json", "x-formcheck": "1" },
  }).catch(() => { throw new Error("The server cannot be reached; try again."); });
  if (!answer.ok) throw new Error((await answer.text()) || "This could not be kept; try again.");
}

export class Notes {
  /**
   * player: the review player; about: { comments, marks, faults, templates, marking, address } or, without a
   * server, `write(kind, body)` in place of an address; changed: called after something was kept.
   */
  constructor(player, about, changed) {
    Object.assign(this, { player, about, changed, scene: player.scene, stage: player.stage });
    this.ink = new Ink(player.frame, this.scene.size);
    this.bar = make("div", "actions review");
    this.editor = make("form", "editor", { hidden: true });
    this.error = make("p", "error", { hidden: true });
    this.error.setAttribute("role", "alert");
    this.lane = make("div", "talk");
    player.timeline.append(this.lane);
    player.below.append(this.editor, this.error);
    player.tools.append(this.bar);
    this._buttons();
    this._form();
    this.update(about);
  }

  destroy() { this.ink.destroy(); }

  update(about) {
    Object.assign(this.about, about);
    this._markers();
    this.moved(this.scene.times[this.stage.row] ?? 0);
  }

  /** Called with every picture: the drawing of a comment at this moment, the marks of the flag here. */
  moved(time) {
    const flag = this.player.flagAt(time);
    const said = flag ? this.about.marks?.[flagKey(flag.code, flag.segment)] : undefined;
    for (const [button, right] of this.verdicts ?? []) {
      button.disabled = !flag;
      button.setAttribute("aria-pressed", String(said === right));
    }
    if (!this.editor.hidden) return;
    const here = this.about.comments.filter((c) => c.at !== null && Math.abs(c.at - time) <= NEAR_S);
    const nearest = here.sort((a, b) => Math.abs(a.at - time) - Math.abs(b.at - time))[0];
    this.ink.show(nearest?.strokes ?? []);
    this.words.textContent = nearest ? `${nearest.author}: ${nearest.text}` : "";
  }

  /** What a key does; false when it does nothing. */
  key(key) {
    const acts = { c: () => this._open() };
    if (this.about.marking) Object.assign(acts, { y: () => this._mark(true), x: () => this._mark(false) });
    if (this.kept) acts.t = () => { this._open(); this.kept.focus(); };
    if (!acts[key]) return false;
    acts[key]();
    return true;
  }

  _buttons() {
    const button = (words, label, act) => {
      const made = make("button", "", { type: "button", textContent: words, title: label, onclick: act });
      this.bar.append(made);
      return made;
    };
    if (this.about.marking && this.scene.flags.length) {
      this.verdicts = [
        [button("✓ Right", "The flag at this moment is right (key y)", () => this._mark(true)), true],
        [button("✗ Wrong", "The flag at this moment is wrong (key x)", () => this._mark(false)), false],
      ];
    }
    button("Comment or draw", "Comment on this moment (key c)", () => this._open());
    if (this.about.marking && this.about.faults?.length) this.bar.append(this._missed());
    this.words = make("p", "saying");
    this.words.setAttribute("aria-live", "off");
    this.player.tools.append(this.words);
  }

  /** A fault that formcheck did not flag in the rep on the screen. */
  _missed() {
    const choice = make("select", "missed");
    choice.setAttribute("aria-label", "A fault that was missed in this rep");
    choice.append(make("option", "", { value: "", textContent: "Missed in this rep …" }));
    for (const { code, title } of this.about.faults) choice.append(make("option", "", { value: code, textContent: title }));
    choice.addEventListener("change", () => {
      const cut = cutAt(this.scene, this._now()), code = choice.value;
      choice.value = "";
      if (!code) return;
      if (!cut) this._say("Go to a rep first.");
      else this._keep("marks", { code, segment: cut.index, right: false, flagged: false });
    });
    return choice;
  }

  _mark(right) {
    const flag = this.player.flagAt(this._now());
    if (!flag) return this._say("There is no flag at this moment; go to one first (key n).");
    const key = flagKey(flag.code, flag.segment), next = this.about.marks?.[key] === right ? null : right;
    this.about.marks = { ...this.about.marks, [key]: next ?? undefined };
    this.moved(this._now());
    return this._keep("marks", { code: flag.code, segment: flag.segment, right: next, flagged: true });
  }

  _form() {
    this.text = make("textarea", "", { rows: 3, maxLength: 2000, placeholder: "What should they see or do?" });
    this.text.setAttribute("aria-label", "Comment");
    const row = make("div", "actions"), button = (words, act, type = "button") => {
      const made = make("button", "", { type, textContent: words, onclick: act });
      row.append(made);
      return made;
    };
    this.tools = TOOLS.map(([tool, words]) => [tool, button(words, () => this._tool(tool))]);
    button("Undo", () => this.ink.undo());
    if (this.about.templates?.length) row.append((this.kept = this._templates()));
    button("Cancel", () => this._close());
    button("Keep", null, "submit").className = "main";
    this.title = make("p", "where");
    this.editor.append(this.title, this.text, row);
    this.editor.addEventListener("submit", (event) => { event.preventDefault(); this._save(); });
    this.editor.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this._close();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this._save(); }
    });
  }

  _templates() {
    const choice = make("select", "");
    choice.setAttribute("aria-label", "A sentence kept for this");
    choice.append(make("option", "", { value: "", textContent: "Kept sentence …" }));
    this.about.templates.forEach((text, i) => choice.append(make("option", "", { value: i, textContent: `${i + 1} · ${text.slice(0, 60)}` })));
    const take = (i) => {
      const text = this.about.templates[i];
      if (text) this.text.value = [this.text.value.trim(), text].filter(Boolean).join(" ");
      choice.value = "";
      this.text.focus();
    };
    choice.addEventListener("change", () => { if (choice.value !== "") take(+choice.value); });
    choice.addEventListener("keydown", (event) => {
      if (!/^[1-9]$/.test(event.key)) return;
      event.preventDefault();
      take(+event.key - 1);
    });
    return choice;
  }

  _tool(tool) {
    const next = this.ink.tool === tool ? null : tool;
    this.ink.take(next);
    for (const [name, button] of this.tools) button.setAttribute("aria-pressed", String(name === next));
  }

  _open() {
    this.stage.media.pause();
    this._say("");
    if (this.editor.hidden) {
      this.at = this._now();
      this.draftKey = randomKey(); // the same for every try to send it
      this.ink.show([]);
      const cut = cutAt(this.scene, this.at);
      this.cut = cut?.index ?? null;
      this.title.textContent = `At ${clock(this.at)}${cut ? `, ${cut.label}` : ""}`;
      this.editor.hidden = false;
    }
    this.text.focus({ preventScroll: true });
    this.player.frame.scrollIntoView({ block: "start" });
  }

  _close() {
    this.editor.hidden = true;
    this.text.value = "";
    this._tool(null);
    this.ink.show([]);
    this.moved(this._now());
    this.player.root.focus({ preventScroll: true });
  }

  async _save() {
    const body = { key: this.draftKey, at_s: this.at, segment: this.cut, text: this.text.value, strokes: this.ink.strokes };
    if (!body.text.trim() && !body.strokes.length) return this._say("Write or draw something first.");
    if (await this._keep("comments", body)) this._close();
  }

  async _keep(kind, body) {
    try {
      await (this.about.write ? this.about.write(kind, body) : post(`${this.about.address}/${kind}`, body));
    } catch (error) {
      this._say(error.message);
      return false;
    }
    this._say("");
    this.changed?.();
    return true;
  }

  _say(words) {
    this.error.textContent = words;
    this.error.hidden = !words;
  }

  _now() { return this.scene.times[this.stage.row] ?? 0; }

  _markers() {
    const { times } = this.scene, t0 = times[0] ?? 0, whole = (times[times.length - 1] ?? 1) - t0 || 1;
    this.lane.replaceChildren(...this.about.comments.filter((c) => c.at !== null).map((c) => {
      const words = `${c.author}, ${clock(c.at)}: ${c.text}`;
      const mark = make("button", c.done ? "bubble done" : "bubble", { type: "button", title: words, onclick: () => this.player.jump(c.at) });
      mark.setAttribute("aria-label", `Go to the comment of ${words}`);
      mark.style.left = `${(100 * (c.at - t0)) / whole}%`;
      return mark;
    }));
    this.lane.hidden = !this.lane.childElementCount;
  }
}
