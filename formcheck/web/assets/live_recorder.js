// The recording made beside the live set.

const KINDS = ["video/mp4;codecs=avc1.42E01E", "video/mp4;codecs=avc1", "video/webm;codecs=vp9", "video/webm"];
const BITS = 4_000_000; // a second: a lifter fills a good part of the picture
const PIECE_MS = 1000;

export class Recorder {
  /** Begin. at: seconds since the first picture of the session. */
  constructor(stream, at) {
    const kind = KINDS.find((k) => MediaRecorder.isTypeSupported(k));
    this.at = at;
    this.parts = [];
    this.recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: BITS });
    this.recorder.ondataavailable = ({ data }) => { if (data.size) this.parts.push(data); };
    this.ended = new Promise((resolve) => { this.recorder.onstop = resolve; });
    this.began = performance.now();
    this.recorder.start(PIECE_MS);
  }

  static possible() { return typeof MediaRecorder === "function" && KINDS.some((k) => MediaRecorder.isTypeSupported(k)); }

  /** End; what was recorded. It ends by itself where the camera goes away. */
  async stop() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.ended;
    this.seconds ??= (performance.now() - this.began) / 1000;
    return new Blob(this.parts, { type: this.recorder.mimeType.split(";")[0] });
  }
}
