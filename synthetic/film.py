"""From a performance to pictures, and from pictures to a video file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, radians, tan
from pathlib import Path

import av
import cv2
import numpy as np

from synthetic.bystanders import Bystander
from synthetic.camera import Camera, View, steady
from synthetic.clothing import Figure
from synthetic.gear import placed
from synthetic.motion import Instant
from synthetic.pose import Posed
from synthetic.render import (
    FLOOR_HALF_M,
    GRAIN_SLACK,
    Image,
    Light3,
    Shadow,
    Surface,
    develop,
    draw,
    grain,
    join,
    shade,
)
from synthetic.scene import Layer, Room, backdrop, shade_floor

BLUR_STEPS = 5  # moments a smeared picture is made of
SHAKE_SDS = 4  # a hand strays up to this many standard deviations


class Film:
    """Draws instants of one clip.

    gear: the pieces the lifter holds, at the origin; still: what stands on the floor; others: bystanders.
    """

    def __init__(
        self,
        figure: Figure,
        gear: Sequence[Surface],
        room: Room,
        camera: Camera,
        seed: int,
        still: Surface | None = None,
        others: Sequence[Bystander] = (),
    ) -> None:
        self.figure, self.gear, self.room, self.camera, self.seed = figure, gear, room, camera, seed
        self.light, self.still, self.others = room.lamps(camera), still, others
        self.centre = np.array([0.0, 0.0, camera.ahead_m])
        self.shadow = Shadow(self.light, self.centre)
        self.base = steady(camera)
        most = radians(SHAKE_SDS * camera.shake)
        self.margin = ceil(self.base.focal * tan(most) + max(camera.width, camera.height) / 2 * most)
        self.empty = backdrop(room, camera, self.base, self.margin)
        chance = np.random.default_rng([seed, 11])
        self.grain = grain((camera.width, camera.height), chance) * np.float32(camera.noise)
        self.lens = None if (m := self.base.lens_map()) is None else [a.astype(np.float32) for a in m]

    def picture(
        self,
        index: int,
        posed: Posed | None,
        instant: Instant | None,
        view: View,
        following: tuple[Posed | None, Instant | None, View] | None = None,
    ) -> Image:
        """One frame, RGB. following: the next moment, towards which an open shutter smears the picture."""
        now = self._surfaces(index, posed, instant)
        if not self.camera.shutter or following is None:
            return self._developed(index, self._exposed(now, view))
        after = self._surfaces(index + 1, *following[:2])
        steps = [self.camera.shutter * k / BLUR_STEPS for k in range(BLUR_STEPS)]
        light = [self._exposed(_between(now, after, s), _view_between(view, following[2], s)) for s in steps]
        return self._developed(index, np.mean(light, axis=0, dtype=np.float32))

    def _exposed(self, moving: list[Surface], view: View) -> Light3:
        """What the sensor sees in a moment, linear light."""
        layer = self._backdrop(view)
        if not moving:
            return layer[..., :3].copy()
        surface = join(moving)
        self.shadow.cast(surface)
        floor = self.shadow.floor(surface)
        shade_floor(layer, view.place, view.axes, view.focal, floor, FLOOR_HALF_M, self.centre)
        picture = np.ascontiguousarray(layer[..., :3])
        lit = shade(surface, self.light, self.shadow)
        draw(view.project(surface.vertices), surface.triangles, lit, picture)
        return picture

    def _developed(self, index: int, light: Light3) -> Image:
        """The 8-bit picture of frame `index`: through the lens, with the frame's noise."""
        if self.lens is not None:
            light = cv2.remap(light, *self.lens, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        x, y = np.random.default_rng([self.seed, index]).integers(0, GRAIN_SLACK, 2)
        noise = self.grain[y : y + self.camera.height, x : x + self.camera.width]
        return develop(light, self.camera.exposure, noise)

    def _surfaces(self, index: int, posed: Posed | None, instant: Instant | None) -> list[Surface]:
        """Everything that moves or stands near the lifter."""
        out = [b.surface(index / self.camera.fps) for b in self.others]
        if posed is not None:
            skin = posed.skin(self.figure.points, self.figure.weights)
            out.append(Surface(skin, self.figure.triangles, self.figure.colours))
        if instant is not None:
            out += [placed(s, *at) for s, at in zip(self.gear, instant.pieces(), strict=False)]
        return out + ([self.still] if self.still is not None else [])

    def _backdrop(self, view: View) -> Layer:
        """A copy of the empty room from this view, which only turns: it is warped, not drawn again."""
        if not self.margin:
            return self.empty.copy()
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        turn = self.base.turned_to(view, self.margin)
        return np.asarray(cv2.warpPerspective(self.empty, turn, view.size, flags=flags))


def _between(now: list[Surface], after: list[Surface], share: float) -> list[Surface]:
    return [
        Surface(a.vertices + share * (b.vertices - a.vertices), a.triangles, a.colours)
        for a, b in zip(now, after, strict=True)
    ]


def _view_between(now: View, after: View, share: float) -> View:
    """The camera on its small turn to the next frame."""
    axes = now.axes + share * (after.axes - now.axes)
    return replace(now, axes=axes / np.linalg.norm(axes, axis=1, keepdims=True))


def write(path: Path, frames: Iterator[Image], camera: Camera) -> None:
    """Encode as H.264. One thread: the same pictures always give the same file."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(camera.fps).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = camera.width, camera.height, "yuv420p"
        stream.options = {"crf": str(camera.crf), "preset": "medium", "threads": "1"}
        for image in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode())
