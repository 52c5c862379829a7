"""The squat: bodyweight, goblet or with a bar on the back.

Cut by the height of the hips: standing, down, bottom, up. Depth is reported, not judged: deep squats are
not shown to be worse for the back (Hartmann 2013).
"""

from formcheck.exercise import (
    ANY,
    FRONT,
    FRONT_ON,
    SIDE,
    SQUARE,
    Exercise,
    Fault,
    Limit,
    Measure,
    View,
    acceleration,
    at,
    beyond_standing,
    change,
    departure,
    difference,
    from_standing,
    level,
    seconds_out,
    tuck,
)  # fmt: skip
from formcheck.remedy import bar_back_as_at, no_acceleration, trunk_as_at, trunk_at_limit
from formcheck.reps import Guard, RepRule, Reps

DESCENT, BOTTOM, DRIVE, RISE, TOP = "descent", "bottom", "drive", "rise", "top"
HEELS_FROM = View("side or oblique", 0, 55, "film from the side")

CUT = RepRule(
    on="hip_height", sense=1, stir=0.035, reach=0.07, home=0.75, needs="back",
    phases=(DESCENT, DESCENT, BOTTOM, DRIVE, RISE), rest=TOP, shortest_s=0.5, longest_s=12.0,
    guards=(
        Guard("trunk_inclination", -30, 80, "bent over rather than squatted"),
        Guard("hip_over_knee", -1.0, 0.215, "the knees stayed straight"),
        Guard("hip_height", 0.33, 1.0, "did not stand up", event="end"),
    ),
)  # fmt: skip

SQUAT = Exercise(
    name="squat",
    title="Squat",
    about="Hips and knees bend together until the thighs are about level, then straighten again.",
    film_it="Phone at hip height, 3 m away, side on, whole body and the bar in the picture from start to end. Start with a second of quiet standing.",
    view=SIDE,
    cut=lambda variant: Reps(CUT),
    measures=(
        Measure("thigh_at_bottom_deg", at("thigh_angle", "turn")),
        Measure("trunk_at_bottom_deg", at("trunk_inclination", "turn")),
        Measure("knee_at_bottom_deg", at("knee_angle", "turn")),
    ),
    faults=(
        Fault(
            code="SQ101", name="hips-shoot-up", title="Hips shoot up", severity=3,
            see="Out of the bottom the hips rise faster than the chest, and the trunk tips forward.",
            why="The trunk is flattest just when the bar is slowest: 7 degrees more lean is about 16 % more "
                "turning force on the low back, 12 degrees about 26 %.",
            cue="Lead with the chest; hips and shoulders up together.", say="Chest and hips together.",
            source="Some extra lean in the sticking region is normal (Larsen 2021, doi 10.3389/fspor.2021.691459); "
                   "7 and 12 degrees from the computed moment and coaching practice.",
            cannot_tell="Why it happens: weak legs, habit or balance.",
            limits=(Limit(change("trunk_inclination", "turn"), 7, 12, "deg"),),
            view=SIDE, during=(DRIVE,),
            price=trunk_as_at("bottom"),
        ),
        Fault(
            code="SQ102", name="leans-forward", title="Too much forward lean", severity=2,
            see="At the bottom the trunk leans far more than the shins.",
            why="Trunk lean is what most changes the load on the low back in a squat (Cappozzo 1985).",
            cue="Sit between your heels, chest up; try small plates under the heels.", say="Chest up, sit between your heels.",
            source="Trunk about parallel to the shins (Myer 2014); bands 45/55 and 15/25 degrees from coaching "
                   "practice; both must be broken, because long thighs need more lean.",
            cannot_tell="Whether the lean suits your proportions. A low bar needs about 10 degrees more.",
            limits=(
                Limit(at("trunk_inclination", "turn"), 45, 55, "deg"),
                Limit(difference("trunk_inclination", "shank_inclination", "turn"), 15, 25, "deg"),
            ),
            view=SIDE,
            price=trunk_at_limit(),
        ),
        Fault(
            code="SQ103", name="leans-back-at-top", title="Leaning back at the top", severity=1,
            see="At the end of the rep the trunk leans back behind its standing position.",
            why="In a hollow back the small joints of the spine take part of the load; it adds nothing to the lift.",
            cue="Stand tall, squeeze the glutes, stop at vertical.", say="Stand tall, stop at vertical.",
            source="Facet load in lordosis: Adams & Hutton; 5 and 10 degrees: coaching bands and trunk noise.",
            cannot_tell="Hips pushed forward from a real arch of the low back.",
            limits=(Limit(beyond_standing("trunk_inclination"), -5, -10, "deg", more_is_worse=False),),
            view=SIDE, during=(RISE, TOP), for_s=0.2,
        ),
        Fault(
            code="SQ104", name="bar-drifts-forward", title="Bar drifts forward", severity=2,
            see="The bar moves in front of the middle of the foot on the way.",
            why="Turning force is weight times distance: 5 cm is about 8 to 11 % more on the low back.",
            cue="Keep the bar over the middle of your foot.", say="Bar over the middle foot.",
            source="3 and 5 % of stature from the computed moment; no published norm.",
            cannot_tell="The bar itself: its place is estimated from the shoulders, and only while the hands are there.",
            limits=(Limit(change("shoulder_bar_forward", "start"), 3, 5, "%H"),),
            view=SIDE, during=(DESCENT, BOTTOM, DRIVE, RISE),
            price=bar_back_as_at("start"),
        ),
        Fault(
            code="SQ106", name="back-rounds", title="The back rounds on the way up", severity=3,
            see="Out of the bottom the back is rounder than at the bottom.",
            why="The more a back is bent under load, the more its ligaments and discs carry instead of its muscles; whether that harms is not known.",
            cue="Brace, chest tall, or take less weight.", say="Brace, chest tall.",
            source="Good lifts bend too (Bengtsson 2022); 10 and 20 degrees are an engineering choice; sensors on the skin resolve 1 to 8 (Aasa 2019). A flag passes them by more than the measured error.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic: it sees the outline of the whole back, clothes included.",
            limits=(Limit(change("back_curve", "turn"), 10, 20, "deg"),),
            view=SQUARE, during=(DRIVE,), for_s=0.25,
        ),
        Fault(
            code="SQ107", name="back-is-round", title="Round back", severity=3,
            see="At the bottom the back is rounder than one bent without a load: yours if you showed it, else the usual.",
            why="The more a back is bent under load, the more its ligaments and discs carry instead of its muscles; whether that harms is not known.",
            cue="Go only as deep as the back stays quiet.", say="Not so deep, back quiet.",
            source="20 and 30 degrees over the own back without load: engineering choice; wider than for deadlifts, as good squats flex by 13 to 26 degrees (McKean 2010) and deep ones read 4 too round.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic: it sees the outline of the whole back, clothes and the bulk of the buttocks included.",
            limits=(Limit(level("back_rounding"), 20, 30, "deg"),),
            view=SQUARE, during=(BOTTOM,), for_s=0.25, own_back=True,
        ),
        Fault(
            code="SQ109", name="near-full-bend", title="Close to your full bend", severity=3,
            see="At the bottom the back is bent almost as far as it goes in your own toe-touch.",
            why="Near the end of the way the ligaments and discs carry most of the bending, and the muscles lose strength; whether that harms is not known.",
            cue="Go only as deep as the back stays quiet.", say="Not so deep, back quiet.",
            source="Passive tissue takes over past half of the range (Adams & Dolan 1991, from memory); lifts of trained people use 50 to 80 % of it; 70 and 85 %: engineering choice. A flag passes them by more than the measured error.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic; a toe-touch that was held back makes it read too much.",
            limits=(Limit(level("full_flexion_share"), 70, 85, "%"),),
            view=SQUARE, during=(BOTTOM,), for_s=0.25,
        ),
        Fault(
            code="SQ108", name="butt-wink", title="Possible butt wink", severity=1,
            see="At the bottom the pelvis may tuck under.",
            why="The low back bends under the load at the deepest point; half of all lifters do it a little, and nobody knows whether it matters.",
            cue="Stop a little higher, where the back stays quiet.", say="Stop a little higher.",
            source="People see it from 34 degrees on (Falk 2021); 10 degrees: engineering choice. Never a fault: what is seen may be the buttocks.",
            cannot_tell="A turn of the pelvis from the bulk of the buttocks; harmless from not.",
            limits=(Limit(tuck("pelvic_tangent", "hip_height", "trunk_inclination"), 10, None, "deg"),),
            view=SQUARE,
        ),
        Fault(
            code="SQ201", name="heels-lift", title="Heels lift", severity=2,
            see="The heels leave the floor.",
            why="The weight goes to the toes and the bar with it, forward of the low back.",
            cue="Whole foot down.",
            source="2 and 3.5 % of stature (engineering choice), plus 0.7 for the rise that flat feet read at the bottom "
                   "of a squat, on rendered and on real lifters.",
            cannot_tell="A shift of weight without a lift, or one heel only: both must be seen to rise.",
            limits=(Limit(from_standing("heel_rise"), 2.7, 4.2, "%H"),),
            view=HEELS_FROM, for_s=0.3,
        ),
        Fault(
            code="SQ202", name="knees-cave-in", title="Knees cave in", severity=1,
            see="From the front the knees move inside the line from hip to ankle.",
            why="Mainly a matter for the knee; it also keeps the hips from doing their share.",
            cue="Knees over the middle toes.",
            source="2D projection angle agrees with 3D at r 0.64 to 0.78 (Gwynne & Curran 2014); 10 and 17 degrees "
                   "from their spread; knee gap 0.85 and 0.70 of its start from coaching practice.",
            cannot_tell="The knee's position in depth.",
            limits=(
                Limit(change("knee_valgus", "start"), 10, 17, "deg"),
                Limit(change("knee_gap", "start"), -0.15, -0.30, "of ankle gap", more_is_worse=False),
            ),
            view=FRONT, during=(BOTTOM, DRIVE, RISE),
        ),
        Fault(
            code="SQ301", name="dives-down", title="Dropping into the bottom", severity=2,
            see="The way down takes less than a second.",
            why="The faster the turn at the bottom, the higher the peak on the low back.",
            cue="Take two seconds down.",
            source="Peak moment grows with speed (Buseck 1988). A way down of a second is read as 0.8, of 1.6 seconds as 1.1, as its slow "
                   "ends are not seen to move (rendered lifters): 0.8 s; the fault is at 0.4 s, as correct quick reps take 0.5 (footage).",
            cannot_tell="Whether the clip was sped up.",
            limits=(Limit(seconds_out("hip_height"), 0.8, 0.4, "s", more_is_worse=False),),
            view=ANY, during=(DESCENT,),
        ),
        Fault(
            code="SQ302", name="bounces", title="Bouncing out of the bottom", severity=2,
            see="The turn at the bottom is a jerk.",
            why="Half a g of upward acceleration adds half the load's weight for a moment.",
            cue="Slow the last hand's breadth down, then drive.", say="Slow into the bottom.",
            source="Static and dynamic moments: McGill & Norman 1985; 0.5 and 0.8 g are an engineering choice, plus the 0.15 that "
                   "a calm turn is read too high (rendered lifters; a good set on footage reads up to 0.6).",
            cannot_tell="Anything at fewer than 50 frames a second, where noise is as large as a jerk.",
            limits=(Limit(acceleration("shoulder_height", "turn", 0.3, 0.3), 0.65, 0.95, "g"),),
            view=ANY, min_fps=50,
            price=no_acceleration(),
        ),
        Fault(
            code="SQ401", name="shifts-to-one-side", title="Shift to one side", severity=2,
            see="The hips move to one side of the feet.",
            why="5 cm to the side under 100 kg bends the spine sideways with about 49 Nm.",
            cue="Push both feet evenly.",
            source="Coaching bands are 8 and 15 % of stance width; straight hips read 5 with the camera 5 degrees off the front, "
                   "19 at 20 degrees (rendered lifters): 12, and never more than a warning.",
            cannot_tell="A difference in leg length; hips that go back past a camera that is not straight in front.",
            limits=(Limit(departure("lateral_shift", "start"), 12, None, "%"),),
            view=FRONT_ON, during=(BOTTOM, DRIVE, RISE),
        ),
        Fault(
            code="SQ402", name="shoulders-tilt", title="Shoulders tilt", severity=2,
            see="One shoulder sinks below the other.",
            why="A tilted bar bends the spine sideways.",
            cue="Keep the bar level.",
            source="5 and 8 degrees: coaching bands.",
            cannot_tell="A camera that is not level.",
            limits=(Limit(departure("shoulder_tilt", "start"), 5, 8, "deg"),),
            view=FRONT, during=(BOTTOM, DRIVE, RISE),
        ),
        Fault(
            code="SQ105", name="head-cranes", title="Head far from neutral", severity=1,
            see="The head is tipped far back or down for more than a second.",
            why="Information only: it says little about the low back.",
            cue="Look at a spot on the floor two metres ahead.", say="Look two metres ahead.",
            source="Coaching bands are 25 and 40 degrees; lifters with good form on real footage read up to 50.",
            cannot_tell="Anything about the neck's joints.",
            limits=(Limit(departure("neck_angle", "start"), 55, None, "deg"),),
            view=SIDE, for_s=1.0,
        ),
    ),
)  # fmt: skip
