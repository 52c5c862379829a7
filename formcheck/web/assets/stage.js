// A picture with the drawing over it: a <video>, or a clock of our own where the video is not kept.
import { draw, flagAt, rowAt, timeInside } from "./scene.js";

/** Runs like a <video> without pictures: currentTime, play, pause, playbackRate, and the same events. */
class Clock extends EventTarget {
  constructor(duration) {
    super();
    Object.assign(this, { duration, paused: true, playbackRate: 1, _time: 0, readyState: 4 });
  }
  get currentTime() { return this._time; }
  set currentTime(time) {
    this._time = Math.min(Math.max(time, 0), this.duration);
    queueMicrotask(() => this.dispatchEvent(new Event("seeked")));
  }
  play() {
    this.paused = false;
    this.dispatchEvent(new Event("play"));
    let last = performance.now();
    const tick = (now) => {
      if (this.paused) return;
      this._time += ((now - last) / 1000) * this.playbackRate;
      last = now;
      if (this._time >= this.duration) { this._time = this.duration; this.pause(); }
      this.dispatchEvent(new Event("timeupdate"));
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    return Promise.resolve();
  }
  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}

export class Stage {
  /** root: the element to fill; shows `scene` over the video behind `url` (null: the drawing alone). */
  constructor(root, scene, url, onTime) {
    this.scene = scene;
    this.onTime = onTime;
    this.flagAt = (time) => flagAt(scene, time); // the flag to draw at a moment
    this.show = { skeleton: true, angle: true, back: true };
    this.canvas = Object.assign(document.createElement("canvas"), { className: "drawing" });
    root.style.aspectRatio = `${scene.size[0]} / ${scene.size[1]}`;
    if (url) {
      this.media = Object.assign(document.createElement("video"), {
        src: url, muted: true, playsInline: true, preload: "auto", disablePictureInPicture: true,
      });
      this.media.setAttribute("aria-label", "Video of the set");
      root.append(this.media);
    } else {
      const last = scene.times[scene.times.length - 1] ?? 0;
      this.media = new Clock(last);
    }
    root.append(this.canvas);
    this.row = 0;
    this.ended = false;
    this._watch = new ResizeObserver(() => this._fit(root));
    this._watch.observe(root);
    for (const name of ["seeked", "loadeddata", "timeupdate"]) this.media.addEventListener(name, () => this._shown());
    this._frames();
  }

  get time() { return this.media.currentTime; }

  /** Seek to a moment; the picture shown is that of the nearest row. */
  seek(time) { this.toRow(rowAt(this.scene, time)); }

  toRow(row) {
    const r = Math.min(Math.max(row, 0), this.scene.times.length - 1);
    this.row = r;
    this.media.currentTime = timeInside(this.scene, r);
    this.redraw();
  }

  toggle() { this.media.paused ? this.media.play().catch(() => {}) : this.media.pause(); }

  destroy() {
    this.ended = true;
    this._watch.disconnect();
    this.media.pause();
    if (this.media.removeAttribute) { this.media.removeAttribute("src"); this.media.load(); }
  }

  redraw() {
    const { width, height } = this.canvas, ctx = this.canvas.getContext("2d");
    ctx.clearRect(0, 0, width, height);
    if (!(this.media instanceof HTMLVideoElement)) {
      ctx.fillStyle = "#20282b";
      ctx.fillRect(0, 0, width, height);
    }
    if (!this.scene.times.length) return;
    const time = this.scene.times[this.row];
    draw(ctx, this.scene, this.row, this.flagAt(time), this.show, width / this.scene.size[0]);
    this.onTime?.(time, this.row);
  }

  _fit(root) {
    const ratio = window.devicePixelRatio || 1, box = root.getBoundingClientRect();
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.redraw();
  }

  /** Follow the frames that the video really shows, where the browser tells them. */
  _frames() {
    if (!this.media.requestVideoFrameCallback) return;
    const next = (_, frame) => {
      if (this.ended) return;
      this._at(frame.mediaTime);
      this.media.requestVideoFrameCallback(next);
    };
    this.media.requestVideoFrameCallback(next);
  }

  _shown() {
    if (!this.media.requestVideoFrameCallback) this._at(this.media.currentTime);
  }

  _at(time) {
    this.row = rowAt(this.scene, time);
    this.redraw();
  }
}
