// The pose model in a worker of its own: pictures in, joints and the bytes for the engine out.
import { JOINTS, code, pack } from "./live_wire.js";

const LONGEST = 640; // pixels of the analysed picture's longer side: more than the model can use
const SCOUT_MS = 2000; // between looks for other people, as in formcheck/landmarker.py
const MOST_PEOPLE = 4, SAME_PERSON = 0.5;
const PROBE = 5; // pictures on each of processor and graphics card before the faster one is chosen
const GREY = 64; // brightness is read from this many pixels a side
const NO_CARD = /swiftshader|llvmpipe|software|basic render/i;

let make = null; // (delegate, mode, people) -> a landmarker
let tracker = null, scout = null, scouted = -Infinity, people = 0, last = -1;
let canvas = null, pencil = null, trial = null;

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "load") await load(data);
    else look(data);
  } catch (error) {
    self.postMessage({ kind: "failed", reason: String(error?.message ?? error) });
  } finally {
    data.frame?.close();
  }
};

/** Load the model. data: {build: address of the web build's folder, model: of the pose model}. */
async function load({ build, model }) {
  const vision = await import(new URL("vision_bundle.mjs", build).href);
  const wasm = new URL("vision_wasm_module_internal", build).href;
  const { default: factory } = await import(`${wasm}.js`);
  const answer = await fetch(model);
  if (!answer.ok) throw new Error(`the pose model: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  make = (delegate, runningMode, numPoses) => {
    self.ModuleFactory = factory; // each landmarker uses it up, and a module is not loaded a second time
    return vision.PoseLandmarker.createFromOptions({ wasmBinaryPath: `${wasm}.wasm` }, {
      baseOptions: { modelAssetBuffer: bytes.slice(), delegate }, runningMode, numPoses,
      outputSegmentationMasks: runningMode === "VIDEO",
    });
  };
  tracker = await make("CPU", "VIDEO", 1);
  scout = await make("CPU", "IMAGE", MOST_PEOPLE);
  if (graphicsCard()) trial = { delegate: "CPU", times: { CPU: [], GPU: [] }, other: null };
  self.postMessage({ kind: "ready" });
}

/** Analyse one picture. data: {frame, seq, time: seconds of the session, taken: ms that only ever grow}. */
function look({ frame, seq, time, taken }) {
  const started = performance.now();
  const picture = pixels(frame);
  last = Math.max(last + 1, Math.round(taken));
  let points = null, mask = null;
  tracker.detectForVideo(picture, last, (result) => {
    if (!result.landmarks.length) return;
    points = table(result.landmarks[0]);
    const seen = result.segmentationMasks?.[0];
    if (seen) mask = code(seen.getAsFloat32Array(), seen.width, seen.height);
  });
  const ms = performance.now() - started;
  if (started - scouted >= SCOUT_MS) {
    scouted = started;
    people = count(picture);
  }
  const packet = pack(seq, time, points ? Math.max(people, 1) : people, brightness(picture), points, mask);
  self.postMessage({ kind: "seen", seq, time, points, packet, ms }, [packet]);
  if (trial) probe(ms);
}

/** The picture in pixels, no larger than the model can use. */
function pixels(frame) {
  const w = frame.displayWidth ?? frame.width, h = frame.displayHeight ?? frame.height;
  const scale = Math.min(1, LONGEST / Math.max(w, h));
  const width = Math.round(w * scale), height = Math.round(h * scale);
  if (canvas?.width !== width || canvas?.height !== height) {
    canvas = new OffscreenCanvas(width, height);
    pencil = canvas.getContext("2d", { willReadFrequently: true });
  }
  pencil.drawImage(frame, 0, 0, width, height);
  return pencil.getImageData(0, 0, width, height);
}

function table(landmarks) {
  const points = new Float32Array(JOINTS * 4);
  landmarks.forEach((p, i) => points.set([p.x, p.y, p.z, p.visibility], 4 * i));
  return points;
}

function brightness({ data, width, height }) {
  let sum = 0;
  for (let j = 0; j < GREY; j++) for (let i = 0; i < GREY; i++) {
    const at = 4 * (Math.floor(((j + 0.5) * height) / GREY) * width + Math.floor(((i + 0.5) * width) / GREY));
    sum += data[at] + data[at + 1] + data[at + 2];
  }
  return sum / (3 * 255 * GREY * GREY);
}

/** How many people are in the picture, each once: the scout may see one twice. */
function count(picture) {
  const found = [];
  for (const landmarks of scout.detect(picture).landmarks) {
    const xs = landmarks.map((p) => p.x), ys = landmarks.map((p) => p.y);
    const trunk = [11, 12, 23, 24], mean = (values) => trunk.reduce((sum, j) => sum + values[j], 0) / 4;
    const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    const one = { x: mean(xs), y: mean(ys), size };
    if (!found.some((p) => Math.hypot(p.x - one.x, p.y - one.y) < SAME_PERSON * p.size)) found.push(one);
  }
  return found.length;
}

// ---- is the graphics card faster? -------------------------------------------------------------------

/** Whether there is a real one: one that is only imitated takes more than a second a picture. */
function graphicsCard() {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2"), names = gl?.getExtension("WEBGL_debug_renderer_info");
  return Boolean(gl) && !NO_CARD.test(String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

/** Some pictures on the processor, some on the graphics card; then the faster one goes on alone. */
function probe(ms) {
  const { times, delegate } = trial;
  times[delegate].push(ms);
  if (times[delegate].length <= PROBE) return; // the first one warms up and does not count
  if (delegate === "CPU") {
    const waiting = trial;
    trial = null;
    make("GPU", "VIDEO", 1).then((card) => {
      trial = { ...waiting, delegate: "GPU", other: tracker };
      tracker = card;
    }, () => {}); // no graphics card that the model runs on: the processor goes on
    return;
  }
  const median = (values) => values.slice(1).sort((a, b) => a - b)[PROBE >> 1];
  const better = median(times.GPU) < median(times.CPU);
  (better ? trial.other : tracker).close();
  if (!better) tracker = trial.other;
  trial = null;
}
