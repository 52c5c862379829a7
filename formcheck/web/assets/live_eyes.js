// From the camera's pictures to the worker and back. While the worker is busy the latest picture waits, and a
// newer one takes its place: pictures are left out, never queued.

const SMOOTH = 0.1; // weight of the newest picture in what is shown as speed
const LOADING_MS = 120_000;

/**
 * @typedef {{seq: number, time: number, points: Float32Array | null, packet: ArrayBuffer, lag: number}} Seen
 * time: seconds since the first picture, by the camera's clock; points: as in live_wire.js; packet: for the
 * engine; lag: ms from the camera to here
 */

export class Eyes {
  /**
   * @param {{build: string, model: string}} addresses of MediaPipe's web build and of the pose model
   * @param {(seen: Seen) => void} onSeen
   * @param {(reason: string) => void} onFailed
   */
  constructor(addresses, onSeen, onFailed) {
    Object.assign(this, { onSeen, onFailed, next: 0, busy: true, waiting: null, paused: false, lag: 0, gap: 0 });
    this.worker = new Worker(new URL("/assets/live_worker.js", location.origin), { type: "module" });
    this.worker.onmessage = ({ data }) => this._said(data);
    this.worker.onerror = (event) => this._fail(event.message ?? "the worker does not start");
    this.late = setTimeout(() => this._fail("it took too long to load"), LOADING_MS);
    const [build, model] = [addresses.build, addresses.model].map((path) => new URL(path, location.origin).href);
    this.worker.postMessage({ kind: "load", build, model });
  }

  /** Pictures a second that are analysed. */
  get rate() { return this.gap ? 1000 / this.gap : 0; }

  /** Seconds since the first picture; null before it. */
  at(now) { return this.began === undefined ? null : (now - this.began) / 1000; }

  /** Follow what this <video> shows from now on. */
  watch(video) {
    this.video = video;
    const again = () => video.requestVideoFrameCallback((now, about) => {
      if (this.video !== video) return;
      this._offer(video, about.captureTime ?? now);
      again();
    });
    again();
  }

  /** Begin anew with seq 0 and time 0, for another session. What is under way belongs to the old one. */
  restart() {
    Object.assign(this, { next: 0, began: undefined, stale: this.busy });
  }

  /** Look no more, until `watch` or `paused = false`; times go on. */
  pause() {
    this.paused = true;
    this._forget();
  }

  close() {
    clearTimeout(this.late);
    this.video = null;
    this._forget();
    this.worker.terminate();
  }

  _fail(reason) {
    this.close();
    this.onFailed(reason);
  }

  _offer(video, taken) {
    if (this.paused || taken <= (this.last ?? -1)) return;
    this._forget();
    this.waiting = { taken, frame: new VideoFrame(video, { timestamp: Math.round(taken * 1000) }) };
    this._send();
  }

  _send() {
    if (!this.waiting || this.busy) return;
    const { frame, taken } = this.waiting;
    this.waiting = null;
    this.busy = true;
    this.last = taken;
    this.began ??= taken;
    this.worker.postMessage({ kind: "frame", frame, seq: this.next++, time: this.at(taken), taken }, [frame]);
  }

  _forget() {
    this.waiting?.frame.close();
    this.waiting = null;
  }

  _said(data) {
    if (data.kind === "failed") return this._fail(data.reason);
    this.busy = false;
    if (data.kind === "ready") clearTimeout(this.late);
    else this._seen(data);
    this._send();
  }

  _seen({ seq, time, points, packet }) {
    if (this.stale) {
      this.stale = false;
      return;
    }
    const now = performance.now(), lag = now - this.last;
    this.lag += (this.lag ? SMOOTH : 1) * (lag - this.lag);
    if (this.previous) this.gap += (this.gap ? SMOOTH : 1) * (now - this.previous - this.gap);
    this.previous = now;
    this.onSeen({ seq, time, points, packet, lag });
  }
}
