// One judged set as the server sends it (formcheck/views/player.py), and how it is drawn over the picture.
// Points are canvas-wise: x right, y down, in pixels of the displayed video; NaN means not seen.

const UNSEEN = -32768;
const NEAR_S = 0.02; // times in the report are rounded; the nearest picture may lie just outside
const FLAG_S = 1; // a flag stays at least this long, so that it can be read
const SAME_VALUE = 0.2; // an angle this much off the judged number is another quantity: not written
const COLOURS = { "": "#40e0d0", warn: "#ffbe28", fault: "#ff6054" };

function numbers(base64, Kind) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Kind(bytes.buffer);
}

async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error("The drawing of this set cannot be loaded; reload the page.");
  return answer.json();
}

/** The scene behind a URL, or in a file that carries it; throws an Error with a sentence for the user. */
export async function loadScene(source) {
  const raw = typeof source === "string" ? await fetched(source) : source;
  const times = numbers(raw.times, Float64Array);
  const near = new Array(times.length).fill(null);
  for (const take of raw.takes) near.fill(take.near, take.first, take.last + 1);
  const angles = {};
  for (const [name, a] of Object.entries(raw.angles)) {
    angles[name] = { ...a, points: numbers(a.points, Int16Array), values: numbers(a.values, Float32Array) };
  }
  const curves = raw.curves.map((c) => ({ ...c, values: numbers(c.values, Float32Array) }));
  return { ...raw, times, near, angles, curves, joints: numbers(raw.joints, Int16Array),
    back: raw.back ? edgesOf(raw.back) : null };
}

/** The edges of the back by row: where in `points` they begin. */
function edgesOf(back) {
  const size = 2 * back.count * 2;
  const starts = new Map(Array.from(numbers(back.rows, Int32Array), (row, i) => [row, i * size]));
  return { count: back.count, starts, points: numbers(back.points, Int16Array) };
}

/** The row whose time is nearest. */
export function rowAt(scene, time) {
  const t = scene.times;
  let low = 0, high = t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low > 0 && time - t[low - 1] <= t[low] - time ? low - 1 : low;
}

/** Where to seek so that exactly this row's picture shows: the middle of its time on screen. */
export function timeInside(scene, row) {
  const t = scene.times;
  const step = row + 1 < t.length ? t[row + 1] - t[row] : 0.02;
  return t[row] + Math.min(step / 2, 0.02);
}

export const covers = (flag, time) =>
  flag.start - NEAR_S <= time && time <= Math.max(flag.end, flag.start + FLAG_S);
export const middle = (flag) => (flag.start + flag.end) / 2;

export function flagAt(scene, time) {
  const now = scene.flags.filter((flag) => covers(flag, time));
  const worst = (f) => (f.verdict === "fault" ? 1 : 0);
  return now.sort((a, b) => worst(b) - worst(a) || b.start - a.start)[0] ?? null;
}

export function cutAt(scene, time) {
  return scene.cuts.find((c) => c.start - NEAR_S <= time && time <= c.end + NEAR_S) ?? null;
}

export function clock(time) {
  const tenths = Math.round(Math.max(time, 0) * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
}

function point(array, at, unit) {
  const x = array[at], y = array[at + 1];
  return x === UNSEEN || y === UNSEEN ? null : [x * unit, y * unit];
}

/** Draw skeleton, angle and back of one row. `scale`: canvas pixels a video pixel. */
export function draw(ctx, scene, row, flag, show, scale) {
  const line = Math.max(2, (0.0045 * Math.max(ctx.canvas.width, ctx.canvas.height)));
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  if (show.skeleton) skeleton(ctx, scene, row, scale, line);
  if (show.back && scene.back) back(ctx, scene, row, flag, scale, line);
  if (show.angle && !flag?.back) angle(ctx, scene, row, flag, scale, line);
}

function skeleton(ctx, scene, row, scale, line) {
  const near = scene.near[row], at = (j) => point(scene.joints, (row * 33 + j) * 2, scene.unit);
  const side = (j) => (j > 10 ? (j % 2 ? "left" : "right") : j === 0 ? "both" : null);
  const strong = (j) => near === null || near === "both" || side(j) === near;
  const bones = scene.bones.map(([a, b]) => [at(a), at(b), strong(a) && strong(b)]).filter(([a, b]) => a && b);
  for (const bright of [false, true]) {
    ctx.strokeStyle = bright ? "#ffffff" : "rgba(190,200,204,.65)";
    ctx.lineWidth = bright ? line : 0.6 * line;
    ctx.beginPath();
    for (const [a, b, is] of bones) if (is === bright) {
      ctx.moveTo(a[0] * scale, a[1] * scale);
      ctx.lineTo(b[0] * scale, b[1] * scale);
    }
    ctx.stroke();
  }
  ctx.fillStyle = "#ffffff";
  for (const [a, b, is] of bones) if (is) for (const p of [a, b]) {
    ctx.beginPath();
    ctx.arc(p[0] * scale, p[1] * scale, 1.1 * line, 0, 7);
    ctx.fill();
  }
}

/** While the back is judged: its measured edge, the lifter's own dashed, and the gap between them tinted. */
function back(ctx, scene, row, flag, scale, line) {
  const { points, count, starts } = scene.back, start = starts.get(row);
  if (start === undefined) return;
  const edge = (at) => Array.from({ length: count }, (_, k) => point(points, start + (at * count + k) * 2, scene.unit))
    .map((p) => p && p.map((x) => x * scale));
  const measured = edge(0), own = edge(1), colour = COLOURS[flag?.back ? flag.verdict : ""];
  if (![...measured, ...own].every(Boolean)) return;
  ctx.fillStyle = `${colour}59`;
  path(ctx, [...measured, ...own.reverse()]);
  ctx.fill();
  ctx.setLineDash([2.5 * line, 2.5 * line]);
  ctx.strokeStyle = "#ffffff";
  ctx.lineWidth = line;
  path(ctx, own);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.4 * line;
  path(ctx, measured);
  ctx.stroke();
}

function path(ctx, corners) {
  ctx.beginPath();
  for (const corner of corners) ctx.lineTo(...corner);
}

function angle(ctx, scene, row, flag, scale, line) {
  const name = flag?.signal || scene.main, a = scene.angles[name];
  if (!a) return;
  const lines = a.imagined.length, colour = COLOURS[flag?.verdict ?? ""];
  for (let k = 0; k < lines; k++) {
    const at = ((row * lines + k) * 3) * 2;
    const [v, tip, second] = [0, 2, 4].map((d) => point(a.points, at + d, scene.unit)?.map((x) => x * scale));
    if (!v || !tip || !second) continue;
    stroke(ctx, v, tip, colour, 1.5 * line, []);
    stroke(ctx, v, second, colour, 1.5 * line, a.imagined[k] ? [2.5 * line, 2.5 * line] : []);
    let label = tip;
    if (a.arc[k]) label = arc(ctx, v, tip, second, colour, line);
    if (k === 0) value(ctx, a, row, flag, label, colour);
  }
}

function stroke(ctx, from, to, colour, width, dash) {
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** The arc from one arm to the other, the short way; returns where its value belongs. */
function arc(ctx, v, tip, second, colour, line) {
  const to = ([x, y]) => Math.atan2(y - v[1], x - v[0]), far = ([x, y]) => Math.hypot(x - v[0], y - v[1]);
  const radius = 0.4 * Math.min(far(tip), far(second)), start = to(second);
  let sweep = to(tip) - start;
  sweep -= 2 * Math.PI * Math.round(sweep / (2 * Math.PI));
  ctx.strokeStyle = colour;
  ctx.lineWidth = line;
  ctx.beginPath();
  ctx.arc(v[0], v[1], radius, start, start + sweep, sweep < 0);
  ctx.stroke();
  const middle = start + sweep / 2;
  return [v[0] + 1.7 * radius * Math.cos(middle), v[1] + 1.7 * radius * Math.sin(middle)];
}

function value(ctx, a, row, flag, [x, y], colour) {
  const number = a.values[row];
  const other = flag && Math.abs(number - flag.value) > SAME_VALUE * Math.max(Math.abs(flag.value), 1);
  if (other || Number.isNaN(number)) return;
  const size = Math.max(13, 0.034 * Math.min(ctx.canvas.width, ctx.canvas.height));
  const digits = a.unit === "°" ? 0 : 1;
  const words = `${number.toFixed(digits)}${a.unit}`.replace("-", "\u2212");
  ctx.font = `700 ${size}px system-ui, sans-serif`;
  const width = ctx.measureText(words).width;
  x = Math.min(Math.max(x, 0.6 * width), ctx.canvas.width - 0.6 * width);
  ctx.fillStyle = "rgba(18,24,26,.78)";
  ctx.beginPath();
  ctx.roundRect(x - width / 2 - 0.35 * size, y - 0.72 * size, width + 0.7 * size, 1.44 * size, 0.3 * size);
  ctx.fill();
  ctx.fillStyle = colour;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(words, x, y);
}
