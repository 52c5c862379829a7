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
from synthetic.gear import PLATE_RADII_M, barbell, blocks, dumbbell, kettlebell
from synthetic.motion import Performance
from synthetic.pose import Posed, Poser
from synthetic.render import Image, Surface
from synthetic.scenario import Scenario
from synthetic.truth import gather

GEAR: dict[tuple[str, str], Callable[[int], list[Surface]]] = {
    ("squat", "goblet"): lambda plate_cm: [kettlebell()],
    ("squat", "barbell"): lambda plate_cm: [barbell(plate_cm)],
    ("deadlift", "conventional"): lambda plate_cm: [barbell(plate_cm)],
    ("deadlift", "romanian"): lambda plate_cm: [barbell(plate_cm)],
    ("row", "barbell"): lambda plate_cm: [barbell(plate_cm)],
    ("row", "dumbbells"): lambda plate_cm: [dumbbell(), dumbbell()],
}
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
        make = GEAR.get(s.way)
        gear = make(s.plate_cm) if make else []
        figure, others = dress(self.poser.body, s.outfit), bystanders(s.room, s.camera)
        return Film(figure, gear, s.room, s.camera, s.seed, self._blocks(), others)

    def _blocks(self) -> Surface | None:
        """What plates smaller than 45 cm lie on before a deadlift."""
        s = self.scenario
        low = self.performance.instants[0].bar
        if s.way != ("deadlift", "conventional") or low is None:
            return None
        gap = float(low[1]) - PLATE_RADII_M[s.plate_cm]
        return blocks(gap, float(low[2])) if gap > 0.01 else None

    def pictures(self) -> Iterator[Image]:
        """The frames, RGB."""
        film = self.film()
        moments = list(zip(self.posed, self.performance.instants, self.shot, strict=True))
        for i, moment in enumerate(moments):
            yield film.picture(i, *moment, following=moments[min(i + 1, len(moments) - 1)])


def perform(scenario: Scenario) -> Take:
    """Move the body through the scenario."""
    poser = Poser(build(scenario.body), SOLE_M)
    options = dict(scenario.options) | {"plate_cm": float(scenario.plate_cm)}
    move = PERFORMERS[scenario.exercise]
    performance = move(poser, scenario.tempo, scenario.reps, scenario.camera.fps, options, scenario.way[1])
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
