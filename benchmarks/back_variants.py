"""What other ways of reading the outline of the back would give: the table in docs/back_outline.md.

    python benchmarks/back_variants.py [--cache build/back_outline] [--write docs/back_outline.md]

Needs the clips of back_outline.py; takes about two minutes. Side-on clips in normal shirts, one of each
body, each variant fitted and measured alike, leaving one body out at a time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import back_outline as bench
from back_clips import FPS, settings

from formcheck import back
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.pose import Pose, PoseTrack
from formcheck.silhouette import outline

Array = np.ndarray
Refine = Callable[[Array, Array], Array]
BEGIN, END = "<!-- variants:begin -->", "<!-- variants:end -->"
SNAP_PX, BAND_PX = 4, 6


def plain(mask: Array, image: Array) -> Array:
    """The model's own mask."""
    return mask


def whole_pixels(mask: Array, image: Array) -> Array:
    """The mask cut at one half: no sub-pixel edge."""
    return (mask >= 0.5).astype(np.float32)


def snapped(mask: Array, image: Array) -> Array:
    """The edge moved to the strongest edge of the picture near it: a watershed from both sides."""
    markers = np.zeros(mask.shape, dtype=np.int32)
    kernel = np.ones((2 * SNAP_PX + 1, 2 * SNAP_PX + 1), dtype=np.uint8)
    solid = (mask >= 0.5).astype(np.uint8)
    markers[cv2.erode(solid, kernel) > 0] = 1
    markers[cv2.dilate(solid, kernel) == 0] = 2
    cv2.watershed(image, markers)
    return cv2.GaussianBlur((markers == 1).astype(np.float32), (0, 0), 0.7)


def guided(mask: Array, image: Array) -> Array:
    """A guided filter of radius 6 pulls the soft edge to that of the picture."""
    return np.clip(cv2.ximgproc.guidedFilter(image, mask, BAND_PX, 1e-4 * 255**2), 0, 1)


def grabcut(mask: Array, image: Array) -> Array:
    """GrabCut in a narrow band about the edge."""
    kernel = np.ones((2 * BAND_PX + 1, 2 * BAND_PX + 1), dtype=np.uint8)
    solid = (mask >= 0.5).astype(np.uint8)
    labels = np.where(solid > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode(solid, kernel) > 0] = cv2.GC_FGD
    labels[cv2.dilate(solid, kernel) == 0] = cv2.GC_BGD
    x, y, w, h = cv2.boundingRect(cv2.dilate(solid, kernel))
    part = np.s_[y : y + h, x : x + w]
    found = labels[part].copy()
    cv2.grabCut(image[part], found, None, np.zeros((1, 65)), np.zeros((1, 65)), 1, cv2.GC_INIT_WITH_MASK)
    labels[part] = found
    inside = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return cv2.GaussianBlur(inside, (0, 0), 0.7)


def load(setting: bench.Setting, cache: Path, refine: Refine, stretched: bool) -> bench.Clip:
    """A clip whose masks are refined first; stretched: laid out by each frame's own hip-shoulder distance."""
    data = np.load(cache / f"{setting.name}.npz")
    size = (int(data["size"][0]), int(data["size"][1]))
    ends = np.cumsum(data["picture_sizes"])
    poses = []
    for i, (points, seen, mask) in enumerate(zip(data["points"], data["seen"], data["mask"], strict=True)):
        image = cv2.imdecode(data["pictures"][ends[i] - data["picture_sizes"][i] : ends[i]], cv2.IMREAD_COLOR)
        profile = outline(refine(mask.astype(np.float32) / 255, image), points, seen, size)
        poses.append(Pose(i / FPS, points, seen, size, back=profile))
    calibration = calibrate(PoseTrack.stack(poses))
    assert calibration is not None
    backs = [Body(pose, calibration.reference).back for pose in poses]
    for b in backs if stretched else []:
        b.stretch = 1.0
    laid = np.array([b.outline() for b in backs])
    return bench.Clip(setting, data["part"], data["truth"], laid, [b.posture for b in backs])


def quadratic(clips: list[bench.Clip]) -> list[bench.Reading]:
    """The curvature of one parabola instead of the learned weights: what the first probe used."""
    shown = (back.GRID >= -1.0) & (back.GRID <= -0.1)
    bends = []
    for c in clips:
        fits = [np.polyfit(back.GRID[shown], row[shown], 2)[0] if np.isfinite(row[shown]).all() else np.nan
                for row in c.laid]  # fmt: skip
        bends.append(-2 * np.array(fits))
        c.features = np.repeat(bends[-1][:, None], back.ORDER + 1, axis=1)
    out = []
    for c, bend in zip(clips, bends, strict=True):
        others = [(d, b) for d, b in zip(clips, bends, strict=True) if d.setting.body != c.setting.body]
        x = np.concatenate([(b - np.median(b[d.rows("stand")]))[d.rows(d.setting.kind)] for d, b in others])
        y = np.concatenate([d.flexion("whole")[d.rows(d.setting.kind)] for d, _ in others])
        out.append(bench.Reading(c, {"whole": np.polyval(np.polyfit(x, y, 1), bend)}))
    return out


def line(name: str, readings: list[bench.Reading], over: int, ms: float) -> str:
    """A row of the table."""
    bench.OVER = over
    cells = [bench.spread([r.error(a) for r in readings]) for a in ("hinge", "standing", "change")]
    return f"| {name} | {' | '.join(cells)} | {bench.coverage(readings):.0%} | {ms:.1f} |"


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=Path("build/back_outline"))
    parser.add_argument("--write", type=Path, help="Markdown page whose table is replaced")
    args = parser.parse_args()
    chosen = [s for s in settings() if s.kind == "lift" and s.yaw_deg == 0 and s.fit == "normal"]
    lines = [
        "| | own hinge | own standing | between two moments | frames read | ms a frame |",
        "|---" * 6 + "|",
    ]
    kept: list[bench.Clip] = []
    for name, refine, stretched in (
        ("as it is: mask with bilinear crossing, smooth curve, learned weights", plain, False),
        ("mask cut at whole pixels", whole_pixels, False),
        ("snapped to the strongest edge of the picture (watershed)", snapped, False),
        ("guided filter on the mask", guided, False),
        ("GrabCut in a band", grabcut, False),
        ("laid out between each frame's own hip and shoulder landmarks", plain, True),
    ):
        start = time.perf_counter()
        clips = [load(s, args.cache, refine, stretched) for s in chosen]
        ms = 1000 * (time.perf_counter() - start) / sum(len(c.part) for c in clips)
        kept = kept or clips
        lines.append(line(name, bench.left_out(clips), 3, ms))
        print(lines[-1], flush=True)
    for frames, name in ((1, "read in one picture only"), (5, "averaged over 0.4 s")):
        lines.append(line(name, bench.left_out(kept), frames, 0.0))
    lines.append(line("one parabola instead of learned weights", quadratic(kept), 3, 0.0))
    print("\n".join(lines[-3:]))
    if args.write:
        text = args.write.read_text(encoding="utf-8")
        made = f"{text.split(BEGIN)[0]}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{text.split(END)[1]}"
        args.write.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
