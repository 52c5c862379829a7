"""The deadlift: from the floor (conventional, sumo) or from the top (Romanian).

Cut by the height of the shoulders. From the floor a rep is up, lockout, down; it counts when the lockout is
reached, whether or not the bar is lowered. The Romanian variant starts and ends standing.
"""

from dataclasses import replace

from formcheck.exercise import (
    ANY, FRONT, FRONT_ON, SIDE, SQUARE,
    Exercise, Fault, Limit, Measure,
    acceleration,
    at,
    beyond_standing,
    change,
    departure,
    level,
    onset,
    seconds_back,
    while_bent,
)  # fmt: skip
from formcheck.remedy import hands_over_midfoot, no_acceleration, trunk_as_at
from formcheck.reps import Guard, RepRule, Reps

BREAK, PULL, LOCKOUT, LOWERING, BOTTOM, TOP = "break", "pull", "lockout", "lowering", "bottom", "top"
FLOOR, ROMANIAN = "conventional", "romanian"

FROM_FLOOR = RepRule(
    on="shoulder_height", sense=-1, stir=0.04, reach=0.16, home=0.75, needs="away",
    phases=(BREAK, PULL, LOCKOUT, LOWERING, LOWERING), rest=BOTTOM, shortest_s=0.6, longest_s=20.0, leads="hip_height",
    guards=(
        Guard("trunk_inclination", -40, 40, "did not reach the lockout", attempt=True),
        Guard("shoulder_height", 0.55, 1.2, "did not stand up"),
    ),
)  # fmt: skip
FROM_TOP = replace(
    FROM_FLOOR, sense=1, needs="back", phases=(LOWERING, LOWERING, BOTTOM, BREAK, PULL), rest=TOP, leads="",
    guards=(Guard("shoulder_height", 0.55, 1.2, "did not stand up", event="end"),),
)  # fmt: skip

DEADLIFT = Exercise(
    name="deadlift",
    title="Deadlift",
    about="The bar is lifted to the thighs by straightening hips and knees, with straight arms.",
    film_it="Phone at hip height, 3 to 4 m away, side on, feet and plates in the picture. Start with a slow hinge without a load, arms crossed.",
    view=SIDE,
    cut=lambda variant: Reps(FROM_TOP if variant == ROMANIAN else FROM_FLOOR),
    variants={FLOOR: "from the floor", ROMANIAN: "Romanian, from the top"},
    measures=(
        Measure("trunk_at_bottom_deg", at("trunk_inclination", "bottom")),
        Measure("knee_at_bottom_deg", at("knee_angle", "bottom")),
        Measure("hip_at_lockout_deg", at("hip_angle", "top")),
    ),
    faults=(
        Fault(
            code="DL102", name="bar-drifts-away", title="The bar drifts away", severity=3,
            see="The bar moves forward, away from the legs.",
            why="Turning force is weight times distance: 10 cm at 100 kg is 98 Nm more on the low back.",
            cue="Drag the bar up your legs.",
            source="The bar moves mainly vertically in championship lifts; 3 and 5 % of stature are 8 to 11 % and "
                   "15 to 20 % more moment (computed). Straight pulls read up to 3 (rendered lifters): 4 and 6.",
            cannot_tell="The bar itself: it is taken to be where the hands are.",
            limits=(Limit(change("grip_forward", "start"), 4, 6, "%H"),),
            view=SIDE, during=(BREAK, PULL, LOWERING),
            price=hands_over_midfoot(),
        ),
        Fault(
            code="DL106", name="bar-far-from-legs", title="The bar is far from the legs", severity=3,
            see="There is a gap between the bar and the legs.",
            why="Turning force is weight times distance: 10 cm at 100 kg is 98 Nm more on the low back.",
            cue="Drag the bar up your legs.",
            source="Engineering choice: 4 % of stature is touching, correct lifts read up to 11 on real footage.",
            cannot_tell="The bar itself: it is taken to be where the hands are. Plates may hide the leg.",
            limits=(Limit(level("bar_from_leg"), 12, 15, "%H"),),
            view=SIDE, during=(BREAK, PULL, LOWERING),
            price=hands_over_midfoot(),
        ),
        Fault(
            code="DL103", name="hips-shoot-up", title="Hips shoot up first", severity=3,
            see="The knees straighten early; the hips rise and the trunk tips forward before the bar has moved far.",
            why="What the legs do not lift, the back has to.",
            cue="Push the floor away; chest and hips together.", say="Push the floor away.",
            source="One of three faults in a labelled deadlift data set; 5 and 10 degrees: coaching bands, computed.",
            cannot_tell="Whether the start was too low or the legs gave in.",
            limits=(Limit(change("trunk_inclination", "start"), 5, 10, "deg"),),
            view=SIDE, during=(BREAK,), variants=(FLOOR,),
            price=trunk_as_at("start"),
        ),
        Fault(
            code="DL104", name="leans-back-at-lockout", title="Leaning back at the lockout", severity=2,
            see="At the top the trunk leans back behind its standing position.",
            why="In a hollow back the small joints of the spine take part of the load; it adds nothing to the lift.",
            cue="Stand tall, squeeze the glutes, stop at vertical.", say="Stand tall, stop at vertical.",
            source="Facet load in lordosis: Adams & Hutton; 5 and 10 degrees: coaching bands and trunk noise.",
            cannot_tell="Hips pushed forward from a real arch. If you were first seen standing at a lockout, that is "
                        "what the others are compared with.",
            limits=(Limit(beyond_standing("trunk_inclination"), -5, -10, "deg", more_is_worse=False),),
            view=SIDE, during=(PULL, LOCKOUT, TOP), for_s=0.2,
        ),
        Fault(
            code="DL101", name="back-rounds", title="The back rounds in the lift", severity=3,
            see="The back is rounder than at the start of the same rep.",
            why="The more a back is bent under load, the more its ligaments and discs carry instead of its muscles; whether that harms is not known.",
            cue="Brace, chest tall, or take less weight.", say="Brace, chest tall.",
            source="Good lifts bend too (Bengtsson 2022); 10 and 20 degrees are an engineering choice; sensors on the skin resolve 1 to 8 (Aasa 2019). A flag passes them by more than the measured error.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic: it sees the outline of the whole back, clothes included.",
            limits=(Limit(while_bent(change("back_curve", "bottom")), 10, 20, "deg"),),
            view=SQUARE, during=(BREAK, PULL), for_s=0.25,
        ),
        Fault(
            code="DL107", name="back-is-round", title="Round back", severity=3,
            see="When the bar starts to rise, the back is rounder than one bent without a load: yours if you showed it, else the usual.",
            why="The more a back is bent under load, the more its ligaments and discs carry instead of its muscles; whether that harms is not known.",
            cue="Set the back before you pull: chest out, brace, or take less weight.", say="Set your back before you pull.",
            source="15 and 25 degrees over the own back without load: engineering choice; a flag passes them by more than the measured error; expected flexion when bending from Bengtsson 2022.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic: it sees the outline of the whole back, clothes included.",
            limits=(Limit(onset("back_rounding", BREAK), 15, 25, "deg"),),
            view=SQUARE, during=(BREAK,),
        ),
        Fault(
            code="DL109", name="near-full-bend", title="Close to your full bend", severity=3,
            see="When the bar starts to rise, the back is bent almost as far as it goes in your own toe-touch.",
            why="Near the end of the way the ligaments and discs carry most of the bending, and the muscles lose strength; whether that harms is not known.",
            cue="Set the back before you pull: chest out, brace, or take less weight.", say="Set your back, chest out.",
            source="Passive tissue takes over past half of the range (Adams & Dolan 1991, from memory); lifts of trained people use 50 to 80 % of it; 70 and 85 %: engineering choice. A flag passes them by more than the measured error.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic; a toe-touch that was held back makes it read too much.",
            limits=(Limit(onset("full_flexion_share", BREAK), 70, 85, "%"),),
            view=SQUARE, during=(BREAK,),
        ),
        Fault(
            code="DL108", name="over-arched", title="The back is over-arched", severity=2,
            see="When the bar starts to rise, the back is far more hollow than yours is without a load.",
            why="In a hollow back the small joints of the spine take part of the load; it adds nothing to the lift.",
            cue="Ribs down, brace the belly.",
            source="Facet load in lordosis: Adams & Hutton; 20 and 30 degrees: engineering choice, wider than for rounding, as good lifters bend over with hardly any flexion.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic: it sees the outline of the whole back, clothes included.",
            limits=(Limit(onset("back_rounding", BREAK), -20, -30, "deg", more_is_worse=False),),
            view=SQUARE, during=(BREAK,),
        ),
        Fault(
            code="DL105", name="head-cranes", title="Head far from neutral", severity=1,
            see="The head is tipped far back or down for more than a second.",
            why="Information only: it says little about the low back.",
            cue="Let the head follow the trunk.",
            source="Coaching bands are 25 and 40 degrees; lifters with good form on real footage read up to 50.",
            cannot_tell="Anything about the neck's joints.",
            limits=(Limit(departure("neck_angle", "start"), 55, None, "deg"),),
            view=SIDE, for_s=1.0,
        ),
        Fault(
            code="DL201", name="hips-too-low", title="Hips too low at the start", severity=1,
            see="The start looks like a squat: knees far bent, trunk upright.",
            why="The bar has to swing round the knees, and the pull does not start where it was set up.",
            cue="Hips up until the shins almost touch the bar, shoulders just over it.", say="Hips a little higher.",
            source="Skilled lifters start at knee 124+-9 and trunk 66+-10 degrees (Escamilla 2000); "
                   "2 and 3 standard deviations; both are needed, as plates often hide the shin.",
            cannot_tell="Harm: it is a norm of powerlifters.",
            limits=(
                Limit(at("knee_angle", "start"), 105, 95, "deg", more_is_worse=False),
                Limit(at("trunk_inclination", "start"), 46, 36, "deg", more_is_worse=False),
            ),
            view=SIDE, variants=(FLOOR,),
        ),
        Fault(
            code="DL202", name="stiff-legged-start", title="Start with straight legs", severity=1,
            see="The knees are almost straight when the bar leaves the floor.",
            why="A longer lever for the back.",
            cue="Bend the knees to the bar.",
            source="Skilled lifters start at a knee angle of 124+-9 degrees (Escamilla 2000); 2 standard deviations.",
            cannot_tell="Whether it is meant so, as in a stiff-legged or Romanian deadlift.",
            limits=(Limit(at("knee_angle", "start"), 145, None, "deg"),),
            view=SIDE, variants=(FLOOR,),
        ),
        Fault(
            code="DL203", name="arms-bend", title="Arms bend early", severity=1,
            see="The elbows bend during the pull.",
            why="A sign of yanking; the slack is wasted.",
            cue="Arms are ropes.",
            source="Engineering choice: 15 and 25 degrees.",
            cannot_tell="Elbows hidden behind the plates.",
            limits=(Limit(change("elbow_angle", "bottom"), -15, -25, "deg", more_is_worse=False),),
            view=SIDE, during=(BREAK, PULL),
        ),
        Fault(
            code="DL301", name="jerks-the-bar", title="Jerk off the floor", severity=2,
            see="The bar leaves the floor with a jerk.",
            why="0.3 g is 15 to 22 % more moment, 0.5 g 26 to 36 %.",
            cue="Squeeze the bar off the floor; pull the slack out first.", say="Squeeze the bar off the floor.",
            source="Dynamic against static moments: McGill & Norman 1985, Buseck 1988; 0.3 and 0.5 g computed. Calm pulls of 0.1 to "
                   "0.2 g read up to 0.5 (rendered lifters): 0.5 and 0.8.",
            cannot_tell="Anything at fewer than 50 frames a second, where noise is as large as a jerk.",
            limits=(Limit(acceleration("grip_height", "bottom", 0.1, 0.3), 0.5, 0.8, "g"),),
            view=ANY, min_fps=50,
            price=no_acceleration(),
        ),
        Fault(
            code="DL302", name="drops-the-bar", title="Lowered without control", severity=2,
            see="The way down takes less than a second.",
            why="The back bends under load faster than it can hold.",
            cue="Hinge it down.",
            source="Engineering choice: 0.8 and 0.5 s.",
            cannot_tell="A drop that is meant.",
            limits=(Limit(seconds_back("shoulder_height"), 0.8, 0.5, "s", more_is_worse=False),),
            view=ANY, during=(LOWERING,), variants=(FLOOR,),
        ),
        Fault(
            code="DL303", name="not-locked-out", title="Not locked out", severity=1,
            see="At the top the hips are still bent.",
            why="Information only: the rep is not finished.",
            cue="Stand all the way up.",
            source="Coaching practice says 165 degrees; 160 allows for the landmark error of the hip (footage).",
            cannot_tell="A lifter whose hips read bent when standing.",
            limits=(Limit(at("hip_angle", "top"), 160, None, "deg", more_is_worse=False),),
            view=SIDE,
        ),
        Fault(
            code="DL401", name="bar-tilts", title="Bar tilts", severity=2,
            see="One end of the bar rises before the other.",
            why="An uneven pull bends the spine sideways.",
            cue="Squeeze both hands evenly; stand in the middle.", say="Squeeze both hands evenly.",
            source="4 and 8 degrees: coaching bands.",
            cannot_tell="A camera that is not level.",
            limits=(Limit(departure("hands_tilt", "bottom"), 4, 8, "deg"),),
            view=FRONT, during=(BREAK, PULL, LOWERING),
        ),
        Fault(
            code="DL402", name="shifts-to-one-side", title="Shift to one side", severity=2,
            see="The hips move to one side of the feet.",
            why="5 cm to the side under 100 kg bends the spine sideways with about 49 Nm.",
            cue="Push both feet evenly.",
            source="Coaching bands are 8 and 15 % of stance width; straight hips read 5 with the camera 5 degrees off the front, "
                   "19 at 20 degrees (rendered lifters): 12, and never more than a warning.",
            cannot_tell="A difference in leg length; hips that go back past a camera that is not straight in front.",
            limits=(Limit(departure("lateral_shift", "bottom"), 12, None, "%"),),
            view=FRONT_ON, during=(BREAK, PULL, LOWERING),
        ),
    ),
)  # fmt: skip
