// The recording made beside the live set, sent afterwards in pieces like any video.
import { ask, retried } from "./uploader.js";

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

/**
 * Send a recording; resolves to what the server answers. Throws an Error, with a sentence if the server refused.
 * @param {Blob} blob
 * @param {object} about goes with it
 * @param {(share: number) => void} onShare
 */
export async function send(blob, about, onShare) {
  const name = `live.${blob.type.includes("mp4") ? "mp4" : "webm"}`;
  const { id, piece } = await retried(() => ask("POST", "/api/uploads", { name, size: blob.size }));
  for (let sent = 0; sent < blob.size; onShare(sent / blob.size)) {
    sent = await retried(() => put(id, sent, blob.slice(sent, sent + piece)));
  }
  return retried(() => ask("POST", `/api/uploads/${id}/done`, about));
}

/** One piece; how much the server has afterwards, which may be more when an answer was lost. */
async function put(id, offset, piece) {
  try {
    return (await ask("PUT", `/api/uploads/${id}?offset=${offset}`, piece)).received;
  } catch (error) {
    if (error.status === 409) return error.received;
    throw error;
  }
}
