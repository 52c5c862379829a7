"""From a performance to pictures, and from pictures to a video file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from synthetic.body import Array
from synthetic.camera import Camera, View
from synthetic.clothing import Figure
from synthetic.gear import placed
from synthetic.motion import Instant
from synthetic.pose import Posed
from synthetic.render import SUPER, Image, Shadow, Surface, develop, draw, join, shade
from synthetic.scene import Room, backdrop, furniture, shadowed


class Film:
    """Draws instants of one clip. gear is the bar at the origin, or None; still: what stands on the floor."""

    def __init__(
        self,
        figure: Figure,
        gear: Surface | None,
        room: Room,
        camera: Camera,
        seed: int,
        still: Surface | None = None,
    ) -> None:
        self.figure, self.gear, self.room, self.camera, self.seed = figure, gear, room, camera, seed
        self.light = room.lamps(camera)
        self.things = furniture(room, camera)
        self.still = still
        self.kept: tuple[View, Array, Array] | None = None

    def picture(self, index: int, posed: Posed | None, instant: Instant | None, view: View) -> Image:
        """One frame, RGB."""
        moving = []
        if posed is not None:
            skin = posed.skin(self.figure.points, self.figure.weights)
            moving.append(Surface(skin, self.figure.triangles, self.figure.colours))
        if self.gear is not None and instant is not None and instant.bar is not None:
            moving.append(placed(self.gear, instant.bar, instant.bar_tilt_deg))
        if self.still is not None:
            moving.append(self.still)
        everything = moving + ([self.things] if self.things is not None else [])
        room, places = self._backdrop(view)
        picture = room.copy()
        if everything:
            self._put(everything, moving, view, picture, places)
        return develop(
            picture, self.camera.noise, self.camera.exposure, np.random.default_rng([self.seed, index])
        )

    def _put(
        self, everything: list[Surface], moving: list[Surface], view: View, picture: Array, places: Array
    ) -> None:
        surface = join(everything)
        shadow = Shadow(self.light, np.array([0.0, 0.7, 0.0]))
        shadow.cast(join(moving) if moving else surface)
        on_floor = ~np.isnan(places[..., 0])
        shadowed(picture, places, self.room, shadow.share(places[on_floor], 5))
        screen = view.project(surface.vertices)
        screen[:, :2] *= SUPER
        draw(surface, shade(surface, self.light, shadow), screen, picture)

    def _backdrop(self, view: View) -> tuple[Array, Array]:
        """The empty room from this view; kept while the camera stands still."""
        if self.kept is None or not np.array_equal(self.kept[0].axes, view.axes):
            self.kept = (view, *backdrop(self.room, self.camera, view))
        return self.kept[1], self.kept[2]


def write(path: Path, frames: Iterator[Image], camera: Camera) -> None:
    """Encode as H.264. One thread: the same pictures always give the same file."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(camera.fps).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = camera.width, camera.height, "yuv420p"
        stream.options = {"crf": str(camera.crf), "preset": "medium", "threads": "1"}
        for image in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode())
