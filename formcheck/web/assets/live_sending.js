// The recording on its way to the server, in pieces like any video.
import { make } from "./live_screen.js";
import { NOT_SENT, SENDING } from "./live_words.js";
import { ask, retried } from "./uploader.js";

/**
 * Send a recording, as often as the person likes to try.
 * @param {HTMLElement} root shows how far it is
 * @param {Blob} blob
 * @param {object} about goes with it
 * @param {(answer: object | null) => void} onOver with the server's answer; null: the person goes on without it
 */
export async function handOver(root, blob, about, onOver) {
  const button = (textContent, onclick) => make("button", "", { type: "button", textContent, onclick });
  const box = make("div", "after"), bar = make("progress", "sending", { max: 1, value: 0 });
  const line = make("p", "", { textContent: `${SENDING} (${(blob.size / 2 ** 20).toFixed(0)} MB) …` });
  bar.setAttribute("aria-label", SENDING);
  const stop = new AbortController();
  box.append(line, bar, button("Go on without the recording", () => { stop.abort(); onOver(null); }));
  root.append(box);
  try {
    const answer = await send(blob, about, stop.signal, (share) => { bar.value = share; });
    if (!stop.signal.aborted) onOver(answer);
  } catch (error) {
    line.textContent = error.sentence ?? NOT_SENT;
    bar.replaceWith(button("Try again", () => {
      box.remove();
      handOver(root, blob, about, onOver);
    }));
  }
}

async function send(blob, about, signal, onShare) {
  const name = `live.${blob.type.includes("mp4") ? "mp4" : "webm"}`;
  const { id, piece } = await retried(() => ask("POST", "/api/uploads", { name, size: blob.size }, signal));
  for (let sent = 0; sent < blob.size; onShare(sent / blob.size)) {
    sent = await retried(() => put(id, sent, blob.slice(sent, sent + piece), signal));
  }
  return retried(() => ask("POST", `/api/uploads/${id}/done`, about, signal));
}

/** One piece; how much the server has afterwards, which may be more when an answer was lost. */
async function put(id, offset, piece, signal) {
  try {
    return (await ask("PUT", `/api/uploads/${id}?offset=${offset}`, piece, signal)).received;
  } catch (error) {
    if (error.status === 409) return error.received;
    throw error;
  }
}
