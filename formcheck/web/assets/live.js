// Live mode: from the press on Begin to the saved set. The engine on the server decides the stages, counts and
// cues; here are the camera, the pose model, the screen, the voice and the recording.
import { Camera, failure, unfit } from "./live_camera.js";
import { Eyes } from "./live_eyes.js";
import { Link } from "./live_link.js";
import { Recorder } from "./live_recorder.js";
import { Screen, make } from "./live_screen.js";
import { handOver } from "./live_sending.js";
import { Voice } from "./live_voice.js";
import * as words from "./live_words.js";

const AGAIN_MS = 2000; // between tries to get a lost camera back
const READ_MS = 6000; // how long a sentence stays that nobody can do anything about
const SAY_CHECK_MS = 1500, REPEAT_CHECK_MS = 8000; // a red check is said when it stays, and again when it stays long
const LATE_S = 1.5; // the engine has so much yet to look at: what it says now is of the past, and only STOP is heard
const lives = new WeakMap();

/** Called by Streamlit at first and after every rerun: makes it once, then only passes on what is chosen. */
export default function mount({ parentElement, data, setTriggerValue }) {
  let live = lives.get(parentElement);
  if (!live) {
    live = new Live(parentElement, data);
    lives.set(parentElement, live);
  }
  live.update(data, (over) => setTriggerValue("over", over));
  return () => {
    if (parentElement.isConnected && parentElement.host?.isConnected) return;
    live.close();
    lives.delete(parentElement);
  };
}

export class Live {
  constructor(parent) {
    parent.querySelector(".live")?.remove();
    this.root = make("div", "live");
    parent.append(this.root);
    this.switches = { speech: true, sound: true };
    this.voice = new Voice(this.switches);
    this._onVisible = () => this.visible(!document.hidden);
  }

  /** data: {build, model, missing, exercise, hinge, record, load_kg, load_at, speech, sound}; tell: to the page, once. */
  update(data, tell) {
    Object.assign(this, { data, tell });
    if (this.running) return;
    Object.assign(this.switches, { speech: data.speech, sound: data.sound });
    this.invite();
  }

  // ---- before ---------------------------------------------------------------------------------------

  /** The Begin button, and why it is not there, what went wrong, or how the last set ended. */
  invite() {
    this.root.classList.remove("on");
    const never = unfit(), said = never || this.problem || this.ended, parts = [];
    const className = never || this.problem ? "problem" : "ended";
    if (said) parts.push(make("p", className, { textContent: said, role: "alert" }));
    if (!never) parts.push(make("button", "begin", {
      type: "button", textContent: this.problem ? "Try again" : "Begin", onclick: () => this.begin(),
    }));
    this.root.replaceChildren(...parts);
    delete this.root.dataset.stage;
  }

  async begin() {
    Object.assign(this, { running: true, ending: false, problem: "", ended: "", recordings: [], state: null,
      sounded: null, troubles: new Set() });
    this.voice.wake();
    this.root.classList.add("on");
    this.root.requestFullscreen?.().catch(() => {}); // it fills the page anyway
    const on = { end: () => this.end(), now: () => this.link?.say({ type: "start" }),
      choose: (id) => this.choose(id), flip: (what) => this.flip(what) };
    this.screen = new Screen(this.root, on, this.switches);
    this.screen.stage("loading");
    this.camera = new Camera(() => this.lost(), () => this.devices());
    try {
      await this.look(null);
    } catch (error) {
      this.fail(failure(error));
      return;
    }
    document.addEventListener("visibilitychange", this._onVisible);
    this.screen.video.addEventListener("resize", () => this.resized());
    this.stayAwake();
    this.eyes = new Eyes(this.data, (seen) => this.seen(seen), (why) => this.fail(`${words.NO_BUILD} (${why}); ` +
      "record the set and upload it instead."));
    this.eyes.watch(this.screen.video);
    if (this.data.record && !Recorder.possible()) this.remark("unrecorded");
    this.connect();
  }

  connect() {
    this.link?.close();
    const { exercise, hinge, record, load_kg, load_at } = this.data, { videoWidth, videoHeight } = this.screen.video;
    this.shape = videoWidth > videoHeight;
    const hello = { exercise, hinge, record, load_kg, load_at, size: [videoWidth, videoHeight], fps: Math.round(this.camera.fps) };
    this.link = new Link(hello, {
      state: (state) => this.told(state), done: (message) => this.done(message),
      error: (message) => this.refused(message), up: (is) => this.trouble("offline", !is),
    });
  }

  // ---- during ---------------------------------------------------------------------------------------

  seen({ seq, points, packet, lag }) {
    if (this.ending) return;
    this.screen.draw(points);
    this.link.frame(seq, packet);
    this.screen.measure({ rate: this.eyes.rate, lag, rtt: this.link.rtt });
  }

  /** The engine's view of things. */
  told(state) {
    const before = this.state?.stage;
    this.state = state;
    if (this.ending || !this.link) return;
    this.screen.show(state);
    if (state.stage !== before) this.entered(state);
    const halt = state.stop && !this.sounded?.stop;
    if (!halt && this.link.kept.length > LATE_S * this.eyes.rate) return; // it catches up after a break
    this.sound(state, this.sounded ?? { stage: "", reps: 0, cue: null, stop: false });
    this.sounded = state;
  }

  /** What is heard of a state; before: the last one that was heard. */
  sound(state, before) {
    if (state.stage === "set" && before.stage !== "set") this.voice.tone("go");
    if (state.stage !== before.stage || state.words !== before.words) this.instruct(state);
    if (state.stage === "setup") this.advise(state.checks ?? []);
    if (state.stage === "countdown" && state.countdown !== before.countdown) this.voice.tone("tick");
    if (state.reps > (before.reps ?? 0)) this.voice.tone("rep");
    if (state.stop && !before.stop) this.voice.tone("stop");
    if (state.cue && (state.cue.code !== before.cue?.code || state.cue.frame_s !== before.cue?.frame_s)) {
      this.voice.say(state.cue.words);
    }
  }

  entered({ stage }) {
    if (stage !== "setup" && stage !== "done" && this.data.record && !this.recording) this.record();
  }

  /** What to do now, aloud: in the engine's words, or in those of the stage. */
  instruct({ stage, words: said }) {
    this.voice.say(said || words.STAGES[stage]?.[1]);
  }

  /** Whoever stands far away hears what is still red. */
  advise(checks) {
    const red = checks.find(({ ok }) => ok === false)?.words ?? "", now = performance.now();
    if (red !== this.red?.words) this.red = { words: red, since: now, said: -Infinity };
    if (red && now - this.red.since >= SAY_CHECK_MS && now - this.red.said >= REPEAT_CHECK_MS) {
      this.red.said = now;
      this.voice.say(red);
    }
  }

  /** The engine does not go on. A session that it no longer knows begins anew by itself. */
  refused({ lost, words: said }) {
    if (!lost) return this.fail(said);
    this.anew();
    this.remark("lost");
  }

  flip(what) {
    this.switches[what] = !this.switches[what];
    if (!this.switches.speech) this.voice.hush();
  }

  /** Something is wrong, or no longer; the most pressing one is shown. */
  trouble(name, is) {
    if (is) this.troubles.add(name);
    else this.troubles.delete(name);
    const worst = Object.keys(words.TROUBLES).find((one) => this.troubles.has(one));
    this.screen.say(words.TROUBLES[worst] ?? "");
  }

  /** Something to know, said and shown for a moment. */
  remark(name) {
    this.voice.say(words.TROUBLES[name]);
    this.trouble(name, true);
    setTimeout(() => this.trouble(name, false), READ_MS);
  }

  record() {
    if (!Recorder.possible()) return;
    this.recording = new Recorder(this.camera.stream, this.eyes.at(performance.now()) ?? 0);
    this.recordings.push(this.recording);
  }

  // ---- what may happen meanwhile --------------------------------------------------------------------

  /** Open a camera and show it; null: any. */
  async look(id) {
    const stream = await this.camera.open(id);
    await this.screen.play(stream, this.camera.mirrored);
    this.screen.offer(await Camera.all(), this.camera.id);
  }

  async choose(id) {
    try {
      await this.look(id);
      this.returned();
    } catch {
      this.lost();
    }
  }

  lost() {
    this.screen.draw(null);
    if (!this.gone) this.link?.say({ type: "camera", state: "lost" });
    this.gone = true;
    this.trouble("camera", true);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.devices(), AGAIN_MS);
  }

  /** Other cameras are there, or it is time to look whether one is. */
  async devices() {
    const cameras = await Camera.all();
    if (!this.running || this.ending) return;
    this.screen.offer(cameras, this.camera.id);
    if (!this.gone || this.returning) return;
    this.returning = true;
    try {
      await this.look(cameras.some(({ id }) => id === this.camera.id) ? this.camera.id : null);
      this.returned();
    } catch {
      this.lost(); // and again in a moment
    } finally {
      this.returning = false;
    }
  }

  returned() {
    clearTimeout(this.retry);
    if (this.gone) {
      this.link?.say({ type: "camera", state: "back" });
      this.voice.say(words.CAMERA_BACK);
    }
    this.gone = false;
    this.trouble("camera", false);
    if (this.recording) this.record(); // the old recording ended with the old stream
  }

  visible(is) {
    if (this.ending) return;
    this.link?.say({ type: "hidden", hidden: !is });
    this.trouble("hidden", !is);
    if (is) {
      this.eyes.paused = false;
      this.stayAwake();
    } else {
      this.eyes.pause();
      this.voice.say(words.TROUBLES.hidden);
    }
  }

  /** A phone was turned: nothing has begun yet, or the set stays as it is. */
  resized() {
    this.screen.fit();
    const { videoWidth, videoHeight } = this.screen.video;
    const turned = videoWidth > videoHeight !== this.shape;
    if (turned && (!this.state || this.state.stage === "setup")) this.anew();
    else this.trouble("turned", turned);
  }

  /** Another session with the same camera and model; what was recorded belongs to the old one. */
  anew() {
    this.recordings.forEach((one) => one.stop());
    Object.assign(this, { recordings: [], recording: null, state: null, sounded: null });
    this.eyes.restart();
    this.connect();
  }

  async stayAwake() {
    try {
      this.awake = await navigator.wakeLock?.request("screen");
    } catch {
      this.awake = null; // a phone that saves power says no: its screen may go dark
    }
  }

  // ---- the end --------------------------------------------------------------------------------------

  end() {
    if (!this.state) return this.leave();
    this.link.say({ type: "stop" });
    this.screen.stage("done", words.ENDING);
  }

  async done({ set, words: said }) {
    this.ending = true;
    const recordings = this.recordings;
    const blobs = await Promise.all(recordings.map((one) => one.stop()));
    this.rest();
    if (!set) {
      this.ended = said;
      return this.leave();
    }
    this.screen.stage("done", said);
    this.voice.say(said || words.STAGES.done[1]);
    const longest = blobs.map((blob, i) => ({ blob, at: recordings[i].at })).sort((a, b) => b.blob.size - a.blob.size)[0];
    if (!longest?.blob.size) return this.leave(set);
    const { exercise, load_kg, load_at } = this.data;
    const about = { live_set: set, live_offset_s: longest.at, exercise, load_kg, load_at };
    handOver(this.root, longest.blob, about, (answer) => this.leave(answer?.set ?? set));
  }

  /** Back to the page, which says what went wrong. */
  fail(said) {
    this.problem = said;
    this.leave();
  }

  /** Back to the page, which opens the set if there is one. */
  leave(set = null) {
    if (!this.running) return;
    this.rest();
    this.running = false;
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    this.invite();
    if (set) this.tell({ set });
  }

  /** Let go of camera, model, socket. */
  rest() {
    clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this._onVisible);
    this.link?.close();
    this.eyes?.close();
    this.camera?.close();
    this.awake?.release().catch(() => {});
    Object.assign(this, { eyes: null, link: null, recording: null, gone: false });
  }

  close() {
    this.running = false;
    this.rest();
    this.voice.close();
    this.root.remove();
  }
}
