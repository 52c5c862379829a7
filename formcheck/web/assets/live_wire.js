// One analysed frame as bytes: what goes over the socket (formcheck/live reads it; docs/live.md describes it).

export const JOINTS = 33;
const HEAD = 16, POINTS = JOINTS * 4 * 4, CROP = 16;
const LEVELS = 15; // the mask's values 0..1 become 0..15
const LONGEST_RUN = 15, LONGEST_LONG_RUN = 65535;

/**
 * @typedef {{width: number, height: number, x: number, y: number, w: number, h: number, code: Uint8Array}} Mask
 * a grid over the whole picture, and the run-length coded values of the part of it that is not empty
 */

/**
 * The bytes of a frame.
 * @param {number} seq 0, 1, 2 ... in a session
 * @param {number} time seconds since the session began, by the camera's clock
 * @param {number} people how many were seen
 * @param {number} brightness mean of the picture, 0..1
 * @param {Float32Array | null} points 33 times x, y (shares of the picture, y down), z, visibility; null: nobody
 * @param {Mask | null} mask
 * @returns {ArrayBuffer}
 */
export function pack(seq, time, people, brightness, points, mask) {
  const code = mask?.code ?? new Uint8Array(0);
  const buffer = new ArrayBuffer(HEAD + POINTS + CROP + code.length), view = new DataView(buffer);
  view.setUint32(0, seq, true);
  view.setFloat64(4, time, true);
  view.setUint8(12, Math.min(people, 255));
  view.setUint8(13, Math.round(255 * Math.min(Math.max(brightness, 0), 1)));
  for (let i = 0; i < JOINTS * 4; i++) view.setFloat32(HEAD + 4 * i, points ? points[i] : NaN, true);
  const { width = 0, height = 0, x = 0, y = 0, w = 0, h = 0 } = mask ?? {};
  [width, height, x, y, w, h].forEach((value, i) => view.setUint16(HEAD + POINTS + 2 * i, value, true));
  view.setUint32(HEAD + POINTS + 12, code.length, true);
  new Uint8Array(buffer, HEAD + POINTS + CROP).set(code);
  return buffer;
}

/**
 * A mask on half the grid, cut to where somebody is, in runs. A run is one byte, level and length in four bits
 * each; length 0 says that it follows in two bytes, the lower first. Runs go on from row to row.
 * @param {Float32Array} values row by row, 0..1
 * @param {number} wide @param {number} high of the grid of `values`
 * @returns {Mask | null} null where it is empty
 */
export function code(values, wide, high) {
  const width = wide >> 1, height = high >> 1, levels = new Uint8Array(width * height);
  let left = width, right = -1, top = height, bottom = -1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, i = 2 * y * wide; x < width; x++, i += 2, at++) {
      const sum = values[i] + values[i + 1] + values[i + wide] + values[i + wide + 1];
      const level = (sum * (LEVELS / 4) + 0.5) | 0;
      if (!level) continue;
      levels[at] = level > LEVELS ? LEVELS : level;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (right < 0) return null;
  const w = right - left + 1, h = bottom - top + 1;
  return { width, height, x: left, y: top, w, h, code: runs(levels, width, left, top, w, h) };
}

/** The runs of a part of a grid of levels. */
function runs(levels, width, left, top, w, h) {
  const out = new Uint8Array(3 * w * h); // the worst case; what is used is copied
  let used = 0, level = levels[top * width + left], length = 0;
  const close = () => {
    if (length <= LONGEST_RUN) out[used++] = (level << 4) | length;
    else {
      out[used++] = level << 4;
      out[used++] = length & 255;
      out[used++] = length >> 8;
    }
    length = 0;
  };
  for (let y = top; y < top + h; y++) {
    for (let at = y * width + left, end = at + w; at < end; at++) {
      if (levels[at] !== level || length === LONGEST_LONG_RUN) {
        close();
        level = levels[at];
      }
      length++;
    }
  }
  close();
  return out.slice(0, used);
}
