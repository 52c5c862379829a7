// A curve over time on a canvas: reps shaded, limits dashed, flags coloured, a cursor, and a click that seeks.
import { clock } from "./scene.js";

const LEFT = 44, RIGHT = 8, TOP = 8, BOTTOM = 20;

export class Plot {
  constructor(root, scene, curve, onSeek) {
    Object.assign(this, { scene, curve, time: 0 });
    const figure = document.createElement("figure");
    figure.className = "plot";
    const title = Object.assign(document.createElement("figcaption"), { textContent: curve.title });
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${curve.title} over time; click to jump`);
    this.now = Object.assign(document.createElement("span"), { className: "value" });
    title.append(this.now);
    figure.append(title, this.canvas);
    root.append(figure);
    const seek = (event) => {
      const box = this.canvas.getBoundingClientRect();
      onSeek(this._time((event.clientX - box.left)));
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.canvas.addEventListener("pointermove", (event) => event.buttons && seek(event));
    this._range();
    this._watch = new ResizeObserver(() => this._fit());
    this._watch.observe(this.canvas);
  }

  cursor(time, row) {
    this.time = time;
    const value = this.curve.values[row];
    const fine = Math.abs(this.high - this.low) < 5 ? 2 : this.curve.unit === "°" ? 0 : 1;
    const seen = value !== undefined && !Number.isNaN(value);
    this.now.textContent = seen ? ` ${value.toFixed(fine)}${this.curve.unit}`.replace("-", "\u2212") : "";
    this._draw();
  }

  destroy() { this._watch.disconnect(); }

  _range() {
    const seen = [...this.curve.values].filter((v) => !Number.isNaN(v));
    seen.push(...this.curve.dots.map(([, v]) => v), ...this.curve.limits.map(([, v]) => v));
    const low = Math.min(...seen), high = Math.max(...seen), room = 0.08 * (high - low) || 1;
    Object.assign(this, { low: low - room, high: high + room, empty: !seen.length });
  }

  _fit() {
    const ratio = window.devicePixelRatio || 1, box = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this._draw();
  }

  _time(x) {
    const t = this.scene.times, width = this.canvas.getBoundingClientRect().width;
    const share = Math.min(Math.max((x - LEFT) / (width - LEFT - RIGHT), 0), 1);
    return t[0] + share * (t[t.length - 1] - t[0]);
  }

  _draw() {
    const ctx = this.canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    const width = this.canvas.width / ratio, height = this.canvas.height / ratio;
    if (!width || !this.scene.times.length || this.empty) return;
    const style = getComputedStyle(this.canvas), ink = style.color;
    const t = this.scene.times, t0 = t[0], span = t[t.length - 1] - t0 || 1;
    const x = (time) => LEFT + ((time - t0) / span) * (width - LEFT - RIGHT);
    const y = (v) => height - BOTTOM - ((v - this.low) / (this.high - this.low)) * (height - TOP - BOTTOM);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    this._bands(ctx, x, height);
    this._axes(ctx, x, y, width, height, ink);
    this._curve(ctx, x, y);
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(x(this.time), TOP);
    ctx.lineTo(x(this.time), height - BOTTOM);
    ctx.stroke();
  }

  _bands(ctx, x, height) {
    for (const cut of this.scene.cuts) {
      ctx.fillStyle = cut.counted ? "rgba(11,110,105,.13)" : "rgba(128,128,128,.13)";
      ctx.fillRect(x(cut.start), TOP, x(cut.end) - x(cut.start), height - TOP - BOTTOM);
    }
    for (const flag of this.scene.flags.filter((f) => f.code === this.curve.code)) {
      ctx.fillStyle = flag.verdict === "fault" ? "rgba(200,45,35,.32)" : "rgba(220,150,0,.34)";
      ctx.fillRect(x(flag.start), TOP, Math.max(3, x(flag.end) - x(flag.start)), height - TOP - BOTTOM);
    }
  }

  _axes(ctx, x, y, width, height, ink) {
    ctx.font = "11px system-ui, sans-serif";
    ctx.fillStyle = ink;
    ctx.strokeStyle = "rgba(128,128,128,.35)";
    ctx.lineWidth = 1;
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    const step = round((this.high - this.low) / 3);
    for (let v = Math.ceil(this.low / step) * step; v <= this.high; v += step) {
      ctx.beginPath();
      ctx.moveTo(LEFT, y(v));
      ctx.lineTo(width - RIGHT, y(v));
      ctx.stroke();
      ctx.fillText(`${+v.toFixed(3)}${this.curve.unit === "°" ? "°" : ""}`.replace("-", "\u2212"), LEFT - 5, y(v));
    }
    ctx.textAlign = "center";
    ctx.textBaseline = "top";
    const t = this.scene.times, every = round((t[t.length - 1] - t[0]) / Math.max(2, width / 90));
    for (let s = Math.ceil(t[0] / every) * every; s <= t[t.length - 1]; s += every) {
      ctx.fillText(clock(s), x(s), height - BOTTOM + 5);
    }
  }

  _curve(ctx, x, y) {
    const { values, limits, dots } = this.curve, t = this.scene.times;
    for (const [name, level] of limits) {
      ctx.strokeStyle = name === "fault" ? "#c92d23" : "#c78500";
      ctx.setLineDash([5, 4]);
      ctx.beginPath();
      ctx.moveTo(x(t[0]), y(level));
      ctx.lineTo(x(t[t.length - 1]), y(level));
      ctx.stroke();
    }
    ctx.setLineDash([]);
    ctx.strokeStyle = ctx.fillStyle = "#2f7fc4";
    ctx.lineWidth = 1.8;
    ctx.beginPath();
    let drawing = false;
    for (let i = 0; i < t.length; i++) {
      if (Number.isNaN(values[i])) drawing = false;
      else if (drawing) ctx.lineTo(x(t[i]), y(values[i]));
      else { ctx.moveTo(x(t[i]), y(values[i])); drawing = true; }
    }
    ctx.stroke();
    for (const [time, v] of dots) {
      ctx.beginPath();
      ctx.arc(x(time), y(v), 4, 0, 7);
      ctx.fill();
    }
  }
}

function round(rough) {
  const size = 10 ** Math.floor(Math.log10(rough || 1));
  return size * [1, 2, 5, 10].find((m) => m * size >= rough);
}
