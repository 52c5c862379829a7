"""Calibrate and measure the outline of the back on rendered lifters with known flexion of the spine.

    python benchmarks/back_outline.py [--cache build/back_outline] [--fit] [--write docs/accuracy.md]

Renders the clips of back_clips.py (kept in the cache; about half an hour on one core), fits the model by
leaving out one body at a time, and prints what each reference is worth: error by camera angle, clothes, body
and exercise, how often a flexion of so many degrees is flagged, and how often there is a reading at all.
Seven fresh bodies, in shirts of other colours, are never fitted to; the model of all the others reads them.
--fit writes formcheck/back_model.json from all bodies but these, with the errors of the bodies left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from back_clips import BODIES, FPS, Setting, drawn, make, settings, touching

from formcheck import back
from formcheck.back import BackReference
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.model_bundle import find_model
from formcheck.own_back import HINGE_SEEN, errors
from formcheck.pose import Pose, PoseTrack
from formcheck.silhouette import outline
from formcheck.unloaded import UPRIGHT_DEG

Array = np.ndarray
ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "formcheck" / "back_model.json"
BEGIN, END = "<!-- outline:begin -->", "<!-- outline:end -->"
RIDGE = 3.0
AHEAD_DEG = 15.0  # clips further from side-on are not fitted to
READINGS = {"whole": (1.0, 1.0), "lumbar": (1.0, 0.0), "thoracic": (0.0, 1.0)}
"""Reading -> shares of lumbar and thoracic flexion in it."""


@dataclass
class Clip:
    """A clip as formcheck sees it: outline (T, 41) laid out, postures, and the truth; features (T, 30)."""

    setting: Setting
    part: Array
    truth: Array
    laid: Array
    postures: list[back.Posture]
    features: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def trunk(self) -> Array:
        """(T,) inclination of the trunk, degrees."""
        return np.array([p.trunk for p in self.postures])

    def rows(self, *parts: str) -> Array:
        """Frames of some parts of the clip that have a reading."""
        return np.isin(self.part, parts) & np.isfinite(self.features).all(axis=1)

    def describe(self, mean: Array, spread: Array) -> None:
        """Fill in the features, the smooth curve completed by what is usual."""
        nothing = np.full(back.ORDER + 1, np.nan)
        curves = (
            back.coefficients(row, mean, spread) if back.enough(row, posture.trunk) else nothing
            for row, posture in zip(self.laid, self.postures, strict=True)
        )
        self.features = np.array([back.features(c, p) for c, p in zip(curves, self.postures, strict=True)])

    def stands(self) -> Array:
        """Frames of standing that have a reading: quiet, or with crossed arms at the ends of the hinge."""
        crossed = self.setting.body not in BODIES and not self.setting.on_hips
        return self.rows("stand") | (self.rows("hinge") & crossed & (self.trunk < UPRIGHT_DEG))

    def compared(self) -> list[Array]:
        """Features minus those of the own standing, and minus those of the own hinge equally inclined."""
        stand, hinge = self.stands(), self.rows("hinge")
        out = [self.features - np.median(self.features[stand], axis=0)] if stand.any() else []
        if self.hinges():
            own = own_curve("hinge", self.trunk[hinge], self.features[hinge])
            out.append(self.features - own(self.trunk))
        return out

    def hinges(self) -> bool:
        """Whether so much of the unloaded hinge has a reading that it is a reference."""
        hinge = self.rows("hinge")
        return bool(hinge.sum() > HINGE_SEEN * (self.part == "hinge").sum() and hinge.any())

    def bottoms(self) -> Array:
        """Frames at the bottom of a toe-touch that have a reading."""
        true = self.flexion("whole")
        return self.rows("touch") & (true > 0.97 * true.max())

    def full_bend_seen(self) -> bool:
        """Whether standing and the bottom of a toe-touch have readings."""
        return bool(self.bottoms().sum() >= OVER and self.stands().any())

    def flexion(self, reading: str) -> Array:
        """True flexion, degrees."""
        lumbar, thoracic = READINGS[reading]
        return lumbar * self.truth[:, 2] + thoracic * self.truth[:, 3]


def load(setting: Setting, cache: Path) -> Clip:
    """A clip from the cache, its masks reduced to outlines again."""
    data = np.load(cache / f"{setting.name}.npz")
    size = (int(data["size"][0]), int(data["size"][1]))
    poses = []
    for i, (points, seen, mask) in enumerate(zip(data["points"], data["seen"], data["mask"], strict=True)):
        profile = outline(mask.astype(np.float32) / 255, points, seen, size) if data["found"][i] else None
        poses.append(Pose(i / FPS, points, seen, size, back=profile))
    calibration = calibrate(PoseTrack.stack(poses))
    assert calibration is not None
    backs = [Body(pose, calibration.reference).back for pose in poses]
    laid = np.array([b.outline() for b in backs])
    return Clip(setting, data["part"], data["truth"], laid, [b.posture for b in backs])


# ---- fitting ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """Usual outlines and the weights of the readings, from some clips."""

    mean: Array
    spread: Array
    weights: dict[str, Array]


def usual(clips: Iterable[Clip]) -> tuple[Array, Array]:
    """Mean and covariance of the coefficients of outlines that are seen whole."""
    whole = np.concatenate([c.laid[np.isfinite(c.laid).all(axis=1)] for c in clips])
    found = whole @ np.linalg.pinv(back.BASIS).T
    return found.mean(axis=0), np.cov(found.T)


def fit(clips: list[Clip]) -> Fit:
    """Ridge regression of true flexion on the features, compared with the own standing and the own hinge, as
    readings are used; no offset. Trained on postures, hinges and toe-touches.
    """
    mean, spread = usual(clips)
    for c in clips:
        c.describe(mean, spread)
    x, y = [], {name: [] for name in READINGS}
    for c in clips:
        rows = c.rows(c.setting.kind, "hinge", "touch")
        for compared in c.compared():
            x.append(compared[rows])
            for name in READINGS:
                y[name].append(c.flexion(name)[rows])
    z = np.concatenate(x)
    scale = np.sqrt((z**2).mean(axis=0))
    z /= scale
    normal = z.T @ z + RIDGE * np.eye(z.shape[1])
    weights = {name: np.linalg.solve(normal, z.T @ np.concatenate(y[name])) / scale for name in READINGS}
    return Fit(mean, spread, weights)


# ---- measuring --------------------------------------------------------------------------------------

OVER = 3  # frames a reading is averaged over: a quarter of a second, as a state must last to be judged
SQUARE_DEG = 10.0  # within this the targets hold


@dataclass(frozen=True)
class Reading:
    """What was read of a clip whose body was left out of the fit: reading -> degrees (T,), uncompared."""

    clip: Clip
    values: dict[str, Array]

    def error(self, against: str, reading: str = "whole") -> Array:
        """Reading minus truth over a quarter of a second, compared with standing, hinge, usual or itself."""
        c, value = self.clip, self.values[reading]
        wrong = (value - c.flexion(reading))[c.rows(c.setting.kind)]
        if against == "change":  # between two moments of the clip: both err
            wrong = np.sqrt(2) * (wrong - wrong.mean())
        elif against != "usual":
            rest = c.stands() if against == "standing" else c.rows("hinge")
            if not rest.any() or (against == "hinge" and not c.hinges()):
                return np.zeros(0)
            curve = own_curve(against, c.trunk[rest], value[rest])
            wrong = wrong - curve(c.trunk)[c.rows(c.setting.kind)]
        return np.convolve(wrong, np.ones(OVER) / OVER, "valid") if len(wrong) >= OVER else np.zeros(0)


def own_curve(against: str, trunk: Array, value: Array) -> Callable[[Array], Array]:
    """The lifter's own reading (or each feature) without a fault as a function of trunk inclination."""
    if against == "standing":
        return lambda at: np.full(len(at), np.median(value))
    terms = np.polyfit(trunk / 50, value, 2)

    def curve(at: Array) -> Array:
        t = np.clip(at, trunk.min(), trunk.max()) / 50
        return np.column_stack([t * t, t, np.ones(len(t))]) @ terms

    return curve


def left_out(clips: list[Clip]) -> list[Reading]:
    """Readings of every clip, by a model that has not seen its body."""
    out = []
    for body in dict.fromkeys("unseen" if c.setting.unseen else c.setting.body for c in clips):
        trained = fit([c for c in clips if c.setting.body != body and trains(c)])
        for c in (c for c in clips if body in (c.setting.body, "unseen" * c.setting.unseen)):
            c.describe(trained.mean, trained.spread)
            out.append(Reading(c, {name: c.features @ w for name, w in trained.weights.items()}))
    middle = np.concatenate([r.error("usual") for r in out if trains(r.clip)]).mean()
    for r in out:
        r.values["whole"] -= middle
    return out


def trains(clip: Clip) -> bool:
    """Planks have no standing; far from side-on the outline is that of another part of the body."""
    s = clip.setting
    return s.kind != "plank" and abs(s.yaw_deg) <= AHEAD_DEG and not s.unseen


def rmse(errors: Iterable[Array]) -> float:
    """Root mean square of all errors together; NaN when there are none."""
    e = np.concatenate([*errors, np.zeros(0)])
    return float(np.sqrt((e**2).mean())) if len(e) else float("nan")


def full_errors(readings: list[Reading]) -> Array:
    """Read minus true share of the own full flexion, in degrees of the range that was read."""
    wrong = []
    for r in readings:
        c, value, true = r.clip, r.values["whole"], r.clip.flexion("whole")
        bottom = c.bottoms()
        if not c.full_bend_seen():
            continue
        stood, bent = np.median(value[c.stands()]), np.median(value[bottom])
        share = (value - stood) / (bent - stood) - true / true[bottom].mean()
        error = share[c.rows(c.setting.kind)] * (bent - stood)
        wrong.append(np.convolve(error, np.ones(OVER) / OVER, "valid"))
    return np.concatenate(wrong)


def write_model(clips: list[Clip], readings: list[Reading]) -> None:
    """The model from all bodies, with the errors of bodies left out."""
    trained = fit([c for c in clips if trains(c)])
    left = [r for r in readings if trains(r.clip) and abs(r.clip.setting.yaw_deg) <= SQUARE_DEG]
    never = [r for r in readings if r.clip.setting.unseen]
    measured = {
        against: {
            name: round(max(rmse(r.error(against, name) for r in some) for some in (left, never)), 1)
            for name in READINGS
        }
        for against in ("usual", "standing", "hinge", "change")
    }
    measured["full"] = {"whole": round(rmse([full_errors(readings)]), 1)}
    offsets = {}
    for name in READINGS:
        wrong = []
        for c in filter(trains, clips):
            wrong.append((c.features @ trained.weights[name] - c.flexion(name))[c.rows(c.setting.kind)])
        offsets[name] = -float(np.concatenate(wrong).mean())
    weights = {}
    for name, values in trained.weights.items():
        parts = back.Weights.of(values)
        weights[name] = {key: rounded(getattr(parts, key), 3) for key in back.WEIGHTS}
        weights[name]["offset"] = round(offsets[name], 2)
    made = {
        "made_by": "benchmarks/back_outline.py --fit", "clips": len(clips), "errors": measured,
        "weights": weights, "mean": rounded(trained.mean, 5),
        "spread": [rounded(row, 7) for row in trained.spread],
    }  # fmt: skip
    MODEL.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def rounded(values: Array, digits: int) -> list[float]:
    """Plain numbers."""
    return [round(float(v), digits) for v in values]


# ---- the page ---------------------------------------------------------------------------------------

REFERENCES = {
    "hinge": "own hinge", "standing": "own standing", "change": "between two moments", "usual": "none",
}  # fmt: skip
FULL = 80.0  # degrees of flexion in a rendered toe-touch
TRUE_DEG = (0, 10, 15, 20, 25, 30, 35, 40, 50)
HIDDEN = (0.15, 0.21, 0.3)
A2 = (15.0, 25.0)  # warn and fault limits of "rounder than your own"


def groups(readings: list[Reading]) -> list[tuple[str, list[Reading]]]:
    """What is told apart in the table of errors."""

    def some(kind: str, wanted: Callable[[Setting], bool], unseen: bool = False) -> list[Reading]:
        all_of = ((r, r.clip.setting) for r in readings)
        return [r for r, s in all_of if s.kind == kind and s.unseen == unseen and wanted(s)]

    def square(s: Setting) -> bool:
        return abs(s.yaw_deg) <= SQUARE_DEG

    out = [
        ("deadlift postures, within 10 degrees of side-on", some("lift", square)),
        ("the same, bodies and shirts never fitted to", some("lift", square, unseen=True)),
    ]
    for low, high in ((-30, -25), (-20, -15), (-10, -5), (0, 0), (5, 10), (15, 20), (25, 30)):
        name = f"camera {low:+d}" + ("" if low == high else f" to {high:+d}")
        out.append((name, some("lift", lambda s, a=low, b=high: a <= round(s.yaw_deg / 5) * 5 <= b)))  # type: ignore[misc]
    for fit in ("tight", "normal", "loose"):
        out.append((f"{fit} shirt", some("lift", lambda s, f=fit: square(s) and s.fit == f)))  # type: ignore[misc]
    for body in BODIES:
        out.append((body, some("lift", lambda s, b=body: square(s) and s.body == b)))  # type: ignore[misc]
    out.append(("bodies by chance", some("lift", lambda s: square(s) and s.body not in BODIES)))
    out += [
        ("squats", some("squat", square)),
        ("the same, never fitted to", some("squat", square, unseen=True)),
    ]
    return [*out, ("planks, side-on", some("plank", square))]


def error_table(readings: list[Reading]) -> list[str]:
    """RMSE (bias) of whole flexion against each reference, lumbar against standing, and coverage."""
    lines = [
        "| | clips | " + " | ".join(REFERENCES.values()) + " | lumbar, own standing | frames read |",
        "|---" * (len(REFERENCES) + 4) + "|",
    ]
    for name, some in groups(readings):
        cells = [spread([r.error(a) for r in some]) for a in REFERENCES]
        cells.append(spread([r.error("standing", "lumbar") for r in some]))
        cells.append(f"{coverage(some):.0%}")
        lines.append(f"| {name} | {len(some)} | " + " | ".join(cells) + " |")
    return lines


def spread(errors: list[Array]) -> str:
    """RMSE (bias), empty when there is none."""
    e = np.concatenate([*errors, np.zeros(0)])
    return f"{rmse(errors):.1f} ({e.mean():+.1f})" if len(e) else ""


def by_direction(readings: list[Reading]) -> str:
    """Error against the own hinge and share of the frames read, while the trunk goes down and rises."""
    cells = []
    for name, way in (("goes down", 1), ("rises", -1)):
        wrong, read = [], []
        for r in readings:
            c = r.clip
            rows = c.rows(c.setting.kind)
            turning = way * np.gradient(c.trunk) > 0
            read.append(rows[turning & (c.part == c.setting.kind)])
            error = r.error("hinge")
            if len(error):
                wrong.append(error[turning[rows][OVER // 2 :][: len(error)]])
        cells.append(
            f"while the trunk {name} {spread(wrong)}, {np.concatenate(read).mean():.0%} of the frames read"
        )
    return "; ".join(cells)


def coverage(readings: list[Reading]) -> float:
    """Share of the frames that have a reading."""
    rows = [r.clip.part == r.clip.setting.kind for r in readings]
    read = sum(int(r.clip.rows(r.clip.setting.kind).sum()) for r in readings)
    return read / max(sum(int(m.sum()) for m in rows), 1)


def squarely(readings: list[Reading]) -> list[Reading]:
    """Deadlift postures filmed within 10 degrees of side-on, the bodies never fitted to included."""
    all_of = ((r, r.clip.setting) for r in readings)
    return [r for r, s in all_of if s.kind == "lift" and abs(s.yaw_deg) <= SQUARE_DEG]


def windows(readings: list[Reading], against: str) -> tuple[Array, Array]:
    """True and read flexion, averaged over a quarter of a second."""
    true, read = [], []
    for r in readings:
        error = r.error(against)
        rows = r.clip.rows(r.clip.setting.kind)
        if len(error):
            true.append(np.convolve(r.clip.flexion("whole")[rows], np.ones(OVER) / OVER, "valid"))
            read.append(true[-1] + error)
    return np.concatenate(true), np.concatenate(read)


def detection_table(readings: list[Reading]) -> list[str]:
    """How often so many degrees over the own back are flagged, with the own hinge and with standing only."""
    square = squarely(readings)
    lines = [
        "| true flexion over the own back | " + " | ".join(f"{d}" for d in TRUE_DEG) + " |",
        "|---" * (len(TRUE_DEG) + 1) + "|",
    ]
    for against in ("hinge", "standing"):
        true, read = windows(square, against)
        error = errors(BackReference(against), 0.0)["back_rounding"]
        for verdict, limit in zip(("warning", "fault"), A2, strict=True):
            flagged = read > limit + error
            shares = [flagged[np.abs(true - d) <= 2.5].mean() for d in TRUE_DEG]
            cells = " | ".join(f"{s:.0%}" for s in shares)
            lines.append(f"| {verdict} or worse, {REFERENCES[against]} (± {error:.0f}) | {cells} |")
    return lines


def told_apart(readings: list[Reading], low: float, high: float) -> str:
    """Of pairs of moments of one clip, so far apart in truth, how many are read in the right order."""
    right = pairs = 0
    for r in readings:
        true, read = windows([r], "change") if len(r.error("change")) else (np.zeros(0), np.zeros(0))
        a, b = read[np.abs(true - low) <= 3], read[np.abs(true - high) <= 3]
        right += int((a[:, None] < b[None, :]).sum())
        pairs += len(a) * len(b)
    return f"{right} of {pairs}"


def hidden_cost(clips: list[Clip], wide: float) -> float:
    """RMS change of the reading in degrees when so much of the trunk is hidden in one piece, anywhere."""
    usual_back = back.model()
    weights = usual_back.weights["whole"].on_curve(back.Posture(60, 80, 60, 0))
    count = round(wide / (back.GRID[1] - back.GRID[0]))
    changes = []
    for c in clips:
        for i, row in enumerate(c.laid[::6]):
            if np.isfinite(row).all():
                first = 8 + (7 * i) % (22 - count)
                holed = row.copy()
                holed[first : first + count] = np.nan
                whole, filled = (
                    back.coefficients(r, usual_back.mean, usual_back.spread) @ weights for r in (row, holed)
                )
                changes.append(filled - whole)
    return rmse([np.array(changes)])


def hinges_read(readings: list[Reading]) -> str:
    """How much of an unloaded hinge has a reading, by where the hands are."""
    ways = {"arms crossed": [], "arms hanging": [], "hands on the hips": []}
    for r in readings:
        s, hinge = r.clip.setting, r.clip.part == "hinge"
        way = "arms hanging" if s.body in BODIES else "hands on the hips" if s.on_hips else "arms crossed"
        if hinge.any() and abs(s.yaw_deg) <= SQUARE_DEG:
            ways[way].append(r.clip.rows("hinge")[hinge])
    return ", ".join(f"{way} {np.concatenate(rows).mean():.0%}" for way, rows in ways.items() if rows)


def page(readings: list[Reading]) -> str:
    """The Markdown that goes into docs/accuracy.md."""
    square = squarely(readings)
    pairs = ((0, 15), (0, 30), (15, 45))
    apart = ", ".join(f"{a} and {b} degrees {told_apart(square, a, b)}" for a, b in pairs)
    return "\n\n".join([
        f"{len(readings)} clips of {len({r.clip.setting.body for r in readings})} bodies. RMSE (bias) in "
        "degrees of whole flexion, read over a quarter of a second, against each reference; the body was "
        "left out of the fit.",
        "\n".join(error_table(readings)),
        f"Frames of the unloaded hinge that have a reading: {hinges_read(readings)}.",
        f"Deadlift postures against the own hinge, by direction: {by_direction(square)}.",
        "Share of the own full flexion, compared with standing and a toe-touch: ± "
        f"{100 * rmse([full_errors(readings)]) / FULL:.0f} % of it, in "
        f"{sum(r.clip.full_bend_seen() for r in readings)} clips in which both are seen.",
        f"Moments of one clip read in the right order: {apart}.",
        "An arm that hides so much of the trunk in one piece changes the reading by: "
        + ", ".join(f"{w:.2f}: {hidden_cost([r.clip for r in square], w):.1f}" for w in HIDDEN)
        + " degrees.",
        "\n".join(detection_table(readings)),
    ])  # fmt: skip


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=Path("build/back_outline"))
    parser.add_argument("--fit", action="store_true", help=f"write {MODEL.name}")
    parser.add_argument("--write", type=Path, help="Markdown page whose table is replaced")
    args = parser.parse_args()
    wanted = settings() + touching() + drawn()
    for setting in wanted:
        make(setting, find_model(None), args.cache)
        print(setting.name, file=sys.stderr, flush=True)
    clips = [load(setting, args.cache) for setting in wanted]
    readings = left_out(clips)
    if args.fit:
        write_model(clips, readings)
    table = page(readings)
    print(table)
    if args.write:
        text = args.write.read_text(encoding="utf-8")
        made = f"{text.split(BEGIN)[0]}{BEGIN}\n{table}\n{END}{text.split(END)[1]}"
        args.write.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
