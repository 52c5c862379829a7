// Lines, angles and free strokes over the picture. Points are shares of its width and height, y down.
const INK = "#ff3df2", EDGE = "rgba(0,0,0,.55)", NEEDS = { line: 2, angle: 3 };
const FINE = 0.004; // shares: points of a free stroke lie at least this far apart
const MOST = { strokes: 40, points: 400 };

/** A canvas over a stage that shows strokes and takes new ones. size: of the picture in its own pixels. */
export class Ink {
  constructor(frame, size) {
    this.size = size;
    this.canvas = Object.assign(document.createElement("canvas"), { className: "ink" });
    frame.append(this.canvas);
    this.strokes = [];
    this.tool = null;
    this.open = null; // the stroke that is being drawn
    this._watch = new ResizeObserver(() => this._fit());
    this._watch.observe(frame);
    this.canvas.addEventListener("click", (event) => event.stopPropagation());
    this.canvas.addEventListener("pointerdown", (event) => this._down(event));
    this.canvas.addEventListener("pointermove", (event) => this._move(event));
    this.canvas.addEventListener("pointerup", (event) => this._up(event));
  }

  destroy() { this._watch.disconnect(); }

  show(strokes) {
    this.strokes = strokes;
    this.open = null;
    this.redraw();
  }

  /** Draw with this tool from now on; null: only show. */
  take(tool) {
    this.tool = tool;
    this.open = null;
    this.canvas.classList.toggle("drawing-now", tool !== null);
    this.redraw();
  }

  undo() {
    if (this.open) this.open = null;
    else this.strokes = this.strokes.slice(0, -1);
    this.redraw();
  }

  redraw() {
    const ctx = this.canvas.getContext("2d"), { width, height } = this.canvas;
    ctx.clearRect(0, 0, width, height);
    for (const stroke of this.open ? [...this.strokes, this.open] : this.strokes) this._draw(ctx, stroke);
  }

  _fit() {
    const box = this.canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.redraw();
  }

  _at(event) {
    const box = this.canvas.getBoundingClientRect(), inside = (x) => Math.round(1e4 * Math.min(Math.max(x, 0), 1)) / 1e4;
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  }

  /** A line is pressed, drawn, let go; an angle begins as its first arm and gets its second with a click. */
  _down(event) {
    if (!this.tool || this.strokes.length >= MOST.strokes) return;
    event.preventDefault();
    this.canvas.setPointerCapture?.(event.pointerId);
    const at = this._at(event);
    if (this.open?.kind === "angle" && this.open.points.length === 3) this.open.points[2] = at;
    else this.open = { kind: this.tool, points: this.tool === "free" ? [at] : [at, at] };
    this.redraw();
  }

  _move(event) {
    if (!this.open) return;
    const at = this._at(event), points = this.open.points, last = points[points.length - 1];
    if (this.open.kind !== "free") points[points.length - 1] = at;
    else if (points.length < MOST.points && Math.hypot(at[0] - last[0], at[1] - last[1]) > FINE) points.push(at);
    this.redraw();
  }

  _up(event) {
    const open = this.open;
    if (!open) return;
    const at = this._at(event);
    if (open.kind === "angle" && open.points.length === 2) {
      open.points.push(at); // the corner stands; the second arm follows the pointer until the next press
      return;
    }
    this.open = null;
    const [a, b] = open.points;
    if (open.points.length >= (NEEDS[open.kind] ?? 2) && (a[0] !== b[0] || a[1] !== b[1])) this.strokes = [...this.strokes, open];
    this.redraw();
  }

  _draw(ctx, { kind, points }) {
    const { width, height } = this.canvas, at = ([x, y]) => [x * width, y * height];
    const line = Math.max(3, 0.006 * Math.max(width, height));
    ctx.lineCap = ctx.lineJoin = "round";
    for (const [colour, wide] of [[EDGE, 1.8 * line], [INK, line]]) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = wide;
      ctx.beginPath();
      points.forEach((p, i) => (i ? ctx.lineTo(...at(p)) : ctx.moveTo(...at(p))));
      ctx.stroke();
    }
    if (kind === "angle" && points.length === 3) this._degrees(ctx, points.map(at), line);
  }

  _degrees(ctx, [a, corner, b], line) {
    const size = Math.max(15, 5 * line), words = `${Math.round(degrees(a, corner, b))}°`;
    const middle = [0, 1].map((i) => 0.35 * (a[i] + b[i]) + 0.3 * corner[i]);
    ctx.font = `700 ${size}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineWidth = size / 4;
    ctx.strokeStyle = "rgba(0,0,0,.8)";
    ctx.strokeText(words, ...middle);
    ctx.fillStyle = "#fff";
    ctx.fillText(words, ...middle);
  }
}

/** The angle at a corner, 0..180; the canvas has the picture's own proportions. */
export function degrees(a, corner, b) {
  const to = (p) => Math.atan2(p[1] - corner[1], p[0] - corner[0]);
  const turn = Math.abs(to(a) - to(b)) % (2 * Math.PI);
  return (180 / Math.PI) * Math.min(turn, 2 * Math.PI - turn);
}
