"""The plank, on the forearms or on straight arms: one line from shoulders to ankles, held.

Cut as a hold: the body near level, the hands under the shoulders, the hips still.
"""

from formcheck.exercise import (
    SIDE,
    SQUARE,
    TURNED,
    Exercise,
    Fault,
    Limit,
    Measure,
    drift,
    drift_size,
    level,
    median,
    tilt,
)  # fmt: skip
from formcheck.holds import HoldRule, Holds

HOLD = "hold"
FOREARM, HIGH = "forearm", "high"

CUT = HoldRule(
    gates={
        "body_incline": (-20, 40),
        "trunk_inclination": (50, 160),
        "hand_under_shoulder": (0.10, 0.45),
        "shoulder_stack": (0, 0.17),  # a camera at hip height of somebody standing sees 0.15 (rendered lifters)
        "elbow_under_shoulder": (0.07, 0.30),
        "hip_over_hand": (0.055, 1.0),  # hips on the floor 0.05 (footage), sagging by 22 degrees 0.06 (rendered lifters)
        "knee_angle": (120, 180),
        "body_line": (-35, 180),
    },
    still={"hip_height": 0.06, "body_line": 12, "knee_angle": 15},
    settle_s=2.0, leave_s=1.0, phase=HOLD, breaks=("elbow_under_shoulder",),
)  # fmt: skip

PLANK = Exercise(
    name="plank",
    title="Plank",
    about="The body is held in one line on forearms or hands and toes.",
    film_it="Phone low, at the height of the hips, 3 m away, side on, head to heels in the picture.",
    view=SIDE,
    cut=lambda variant: Holds(CUT),
    variants={FOREARM: "on the forearms", HIGH: "on straight arms"},
    measures=(
        Measure("body_line_median_deg", median("body_line")),
        Measure("knee_median_deg", median("knee_angle")),
    ),
    faults=(
        Fault(
            code="PL101", name="hips-sag", title="Hips sag", severity=3,
            see="The hips hang below the line from shoulders to ankles.",
            why="The low back hollows: its joints and ligaments take over from the belly muscles.",
            cue="Tuck the tailbone, squeeze the glutes.", say="Squeeze the glutes.",
            source="Mechanism: Adams & Hutton; 8 and 15 degrees: published bands and twice the noise.",
            cannot_tell="A low back that sags while the hips stay in line: that is PL107.",
            limits=(Limit(level("body_line"), -8, -15, "deg", more_is_worse=False),),
            view=SIDE, for_s=1.0,
        ),
        Fault(
            code="PL102", name="hips-too-high", title="Hips too high", severity=1,
            see="The hips stick up above the line from shoulders to ankles.",
            why="Easier, not harmful: the belly has less to do.",
            cue="Lower the hips to one line.",
            source="Coaching practice says 12 and 20 degrees; correct planks read up to 25 on real footage, so the "
                   "limits here are 20 and 35.",
            cannot_tell="A hip landmark that sits high: MediaPipe reads planks a few degrees too high.",
            limits=(Limit(level("body_line"), 20, 35, "deg"),),
            view=SIDE, for_s=1.0,
        ),
        Fault(
            code="PL103", name="hips-sink", title="Hips sink as you tire", severity=2,
            see="The hips are lower than in the first five seconds.",
            why="Control is going; a good set ends here.",
            cue="Good set, stop here.",
            source="Tests end when form breaks (Strand 2014); 5 and 10 degrees: coaching bands.",
            cannot_tell="Shifting on purpose.",
            limits=(Limit(drift("body_line", 5.0), -5, -10, "deg", more_is_worse=False),),
            view=SIDE, for_s=2.0,
        ),
        Fault(
            code="PL104", name="head-drops", title="Head drops or cranes", severity=1,
            see="The head moves far from where it was at the start.",
            why="Low stakes: the neck tires.",
            cue="Look at the floor a hand ahead.", say="Look at the floor.",
            source="Engineering choice: 25 and 40 degrees.",
            cannot_tell="Anything about the neck's joints.",
            limits=(Limit(drift_size("neck_angle", 2.0), 25, 40, "deg"),),
            view=SIDE, for_s=2.0,
        ),
        Fault(
            code="PL105", name="shoulders-not-stacked", title="Shoulders not over the elbows", severity=1,
            see="The upper arms slant.",
            why="A longer lever for belly and shoulders.",
            cue="Stack the shoulders over the elbows.", say="Shoulders over the elbows.",
            source="Elbows directly below the shoulders (Chase 2014); 15 and 25 degrees: engineering choice.",
            cannot_tell="A long-lever plank that is meant so.",
            limits=(Limit(tilt("upper_arm_tilt"), 15, 25, "deg"),),
            view=SIDE, for_s=1.0, variants=(FOREARM,),
        ),
        Fault(
            code="PL106", name="shoulders-not-over-hands", title="Shoulders not over the hands", severity=1,
            see="The arms slant.",
            why="A longer lever for belly and shoulders.",
            cue="Stack the shoulders over the hands.", say="Shoulders over the hands.",
            source="As for the forearm plank; 12 and 20 degrees: engineering choice.",
            cannot_tell="A long-lever plank that is meant so.",
            limits=(Limit(tilt("arm_tilt"), 12, 20, "deg"),),
            view=SIDE, for_s=1.0, variants=(HIGH,),
        ),
        Fault(
            code="PL107", name="low-back-sags", title="The low back sags", severity=2,
            see="The low back is more hollow than in the first five seconds, whatever the hips do.",
            why="In a hollow back the small joints of the spine take part of the load; it adds nothing to the lift.",
            cue="Tuck the tailbone, squeeze the glutes.", say="Tuck the tailbone.",
            source="10 and 20 degrees: engineering choice; a flag passes them by more than the measured error.",
            cannot_tell="A back that sags from the first moment on; lumbar and thoracic are told apart only roughly.",
            limits=(Limit(drift("lumbar_curve", 5.0), -10, -20, "deg", more_is_worse=False),),
            view=SQUARE, for_s=1.0,
        ),
        Fault(
            code="PL108", name="back-rounds", title="The back rounds as you tire", severity=1,
            see="The back is rounder than in the first five seconds.",
            why="Easier, not harmful: the belly lets the back hang in its ligaments.",
            cue="Push the floor away, ribs down.",
            source="12 and 20 degrees: engineering choice; a flag passes them by more than the measured error.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic: it sees the outline of the whole back, clothes included.",
            limits=(Limit(drift("back_curve", 5.0), 12, 20, "deg"),),
            view=SQUARE, for_s=1.0,
        ),
        Fault(
            code="PL201", name="knees-bent", title="Knees bent", severity=1,
            see="The knees are bent.",
            why="Bent knees hide a line that is not there.",
            cue="Straighten the legs, or put the knees down on purpose.", say="Straighten the legs.",
            source="Published plank criterion: 170 degrees; 165 and 150 allow for noise.",
            cannot_tell="A kneeling plank, which is a good easier version.",
            limits=(Limit(level("knee_angle"), 165, 150, "deg", more_is_worse=False),),
            view=SIDE, for_s=1.0,
        ),
        Fault(
            code="PL401", name="hips-twist", title="Hips twist", severity=2,
            see="One hip is lower than the other, against the shoulders.",
            why="The spine is turned while it holds.",
            cue="Hips level.",
            source="Engineering choice: 5 and 10 degrees.",
            cannot_tell="A camera that is not level is taken out by comparing with the shoulders.",
            limits=(Limit(drift_size("twist", 2.0), 5, 10, "deg"),),
            view=TURNED, for_s=1.0,
        ),
    ),
)  # fmt: skip
