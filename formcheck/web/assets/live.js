// Live mode: from the press on Begin to the saved set. The engine on the server decides the stages, counts and
// cues; here are the camera, the pose model, the screen, the voice and the recording.
import { Camera, failure, unfit } from "./live_camera.js";
import { Eyes } from "./live_eyes.js";
import { Link } from "./live_link.js";
import { Recorder, send } from "./live_recorder.js";
import { Screen, make } from "./live_screen.js";
import { Voice } from "./live_voice.js";
import * as words from "./live_words.js";

const AGAIN_MS = 2000; // between tries to get a lost camera back
const SAY_CHECK_MS = 1500, REPEAT_CHECK_MS = 8000; // a red check is said when it stays, and again when it stays long
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

class Live {
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
    Object.assign(this, { running: true, ending: false, problem: "", ended: "", recordings: [], state: null });
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
    this.connect();
  }

  connect() {
    this.link?.close();
    const { exercise, hinge, record, load_kg, load_at } = this.data, { videoWidth, videoHeight } = this.screen.video;
    this.shape = videoWidth > videoHeight;
    const hello = { exercise, hinge, record, load_kg, load_at, size: [videoWidth, videoHeight], fps: Math.round(this.camera.fps) };
    this.link = new Link(hello, {
      state: (state) => this.told(state), done: (message) => this.done(message),
      error: (message) => this.refused(message), up: (is) => this.notice(is ? "" : words.OFFLINE),
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
    const before = this.state ?? { stage: "", reps: 0, cue: null, stop: false };
    this.state = state;
    if (this.ending) return;
    this.screen.show(state);
    if (state.stage !== before.stage) this.entered(state);
    if (state.stage !== before.stage || state.words !== before.words) this.instruct(state);
    if (state.stage === "setup") this.advise(state.checks ?? []);
    if (state.stage === "countdown" && state.countdown !== before.countdown) this.voice.tone("tick");
    if (state.reps > (before.reps ?? 0)) this.voice.tone("rep");
    if (state.stop && !before.stop) {
      this.voice.tone("stop");
      this.voice.say(`Stop. ${state.cue?.words ?? ""}`);
    } else if (state.cue && (state.cue.code !== before.cue?.code || state.cue.frame_s !== before.cue?.frame_s)) {
      this.voice.say(state.cue.words);
    }
  }

  entered({ stage }) {
    if (stage !== "setup" && this.data.record && !this.recording && stage !== "done") this.record();
    if (stage === "set") this.voice.tone("go");
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
    this.voice.say(words.LOST);
    this.anew();
    this.notice(words.LOST);
  }

  flip(what) {
    this.switches[what] = !this.switches[what];
  }

  notice(said) {
    this.screen.say(said);
  }

  record() {
    if (!Recorder.possible()) {
      this.notice(words.NO_RECORDING);
      return;
    }
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
    } catch (error) {
      this.notice(failure(error));
      this.lost();
    }
  }

  lost() {
    this.screen.draw(null);
    if (!this.gone) this.link?.say({ type: "camera", state: "lost" });
    this.gone = true;
    this.notice(words.CAMERA_LOST);
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
    this.notice("");
    if (this.recording) this.record(); // the old recording ended with the old stream
  }

  visible(is) {
    if (this.ending) return;
    this.link?.say({ type: "hidden", hidden: !is });
    if (is) {
      this.eyes.paused = false;
      this.notice(this.gone ? words.CAMERA_LOST : "");
      this.stayAwake();
    } else {
      this.eyes.pause();
      this.notice(words.HIDDEN);
      this.voice.say(words.HIDDEN);
    }
  }

  /** A phone was turned: nothing has begun yet, or the set stays as it is. */
  resized() {
    this.screen.fit();
    const { videoWidth, videoHeight } = this.screen.video;
    if (videoWidth > videoHeight === this.shape) return this.notice("");
    if (!this.state || this.state.stage === "setup") this.anew();
    else this.notice(words.TURNED);
  }

  /** Another session with the same camera and model. */
  anew() {
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
    if (longest?.blob.size) await this.hand(set, longest);
    else this.leave(set);
  }

  /** Send the recording, as often as the person likes to try. */
  async hand(set, { blob, at }) {
    const about = { live_set: set, live_offset_s: at, exercise: this.data.exercise,
      load_kg: this.data.load_kg, load_at: this.data.load_at };
    const bar = make("progress", "sending", { max: 1, value: 0 });
    bar.setAttribute("aria-label", words.SENDING);
    const without = () => this.leave(set);
    const box = make("div", "after");
    const line = make("p", "", { textContent: `${words.SENDING} (${(blob.size / 2 ** 20).toFixed(0)} MB) …` });
    box.append(line, bar, make("button", "", { type: "button", textContent: "Go on without the recording", onclick: without }));
    this.root.append(box);
    try {
      const answer = await send(blob, about, (share) => { bar.value = share; });
      this.leave(answer.set ?? set);
    } catch (error) {
      line.textContent = error.sentence ?? words.NOT_SENT;
      bar.remove();
      box.append(make("button", "", { type: "button", textContent: "Try again", onclick: () => { box.remove(); this.hand(set, { blob, at }); } }));
    }
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
