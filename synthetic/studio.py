"""Renders a scenario: video and truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthetic import deadlift, plank, row, squat, talk
from synthetic.body import build
from synthetic.bystanders import bystanders
from synthetic.camera import View, views
from synthetic.clothing import SOLE_M, dress
from synthetic.film import Film, write
from synthetic.gear import PLATE_RADII_M, barbell, blocks
from synthetic.motion import Performance
from synthetic.pose import Posed, Poser
from synthetic.render import Image
from synthetic.scenario import Scenario
from synthetic.truth import gather

PERFORMERS: dict[str, Callable[..., Performance]] = {
    m.__name__.rpartition(".")[2]: m.perform for m in (squat, deadlift, row, plank, talk)
}


@dataclass(frozen=True)
class Take:
    """A performed scenario before anything is drawn: one posture and one camera view a frame."""

    scenario: Scenario
    poser: Poser
    performance: Performance
    posed: list[Posed]
    shot: list[View]

    def truth(self) -> dict[str, Any]:
        """The truth as JSON values."""
        return gather(self.scenario, self.performance, self.posed, self.shot)

    def film(self) -> Film:
        """The one who draws it."""
        s = self.scenario
        gear = [barbell(s.plate_cm)] if s.gear == "barbell" else []
        rest = [i.bar for i in self.performance.instants if i.bar is not None]
        gap = min((b[1] for b in rest), default=0.0) - PLATE_RADII_M[s.plate_cm]
        still = blocks(gap, float(rest[0][2])) if s.exercise == "deadlift" and gap > 0.01 else None
        others = bystanders(s.room, s.camera)
        return Film(dress(self.poser.body, s.outfit), gear, s.room, s.camera, s.seed, still, others)

    def pictures(self) -> Iterator[Image]:
        """The frames, RGB."""
        film = self.film()
        for i, (posed, instant, view) in enumerate(
            zip(self.posed, self.performance.instants, self.shot, strict=True)
        ):
            yield film.picture(i, posed, instant, view)


def perform(scenario: Scenario) -> Take:
    """Move the body through the scenario."""
    poser = Poser(build(scenario.body), SOLE_M)
    options = dict(scenario.options) | {"plate_cm": float(scenario.plate_cm)}
    performance = PERFORMERS[scenario.exercise](
        poser, scenario.tempo, scenario.reps, scenario.camera.fps, options
    )
    posed = [poser.solve(i.stance) for i in performance.instants]
    return Take(scenario, poser, performance, posed, views(scenario.camera, len(posed), scenario.seed))


def render(scenario: Scenario, folder: Path) -> tuple[Path, Path]:
    """Write NAME.mp4 and NAME.truth.json; returns both paths."""
    take = perform(scenario)
    folder.mkdir(parents=True, exist_ok=True)
    video, truth = folder / f"{scenario.name}.mp4", folder / f"{scenario.name}.truth.json"
    write(video, take.pictures(), scenario.camera)
    truth.write_text(json.dumps(take.truth(), separators=(",", ":")) + "\n", encoding="utf-8")
    return video, truth
