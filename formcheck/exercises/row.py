"""The bent-over row: the trunk stays inclined, only the arms move.

Cut by how far the arm is stretched, while the trunk is inclined: hanging, pull, top, return.
"""

from formcheck.exercise import (
    SIDE,
    TURNED,
    Exercise,
    Fault,
    Limit,
    Measure,
    at,
    change,
    departure,
    median,
    share_of_travel,
    speed,
    swing,
)  # fmt: skip
from formcheck.remedy import hands_over_midfoot, no_acceleration
from formcheck.reps import Guard, RepRule, Reps

PULL, TOP, RETURN, HANG = "pull", "top", "return", "hang"

CUT = RepRule(
    on="arm_reach", sense=1, stir=0.06, reach=0.13, home=0.7, needs="back",
    phases=(PULL, PULL, TOP, RETURN, RETURN), rest=HANG, shortest_s=0.5, longest_s=10.0,
    guards=(
        Guard("trunk_inclination", 25, 120, "not bent over", event="start"),
        Guard("body_incline", 40, 90, "not standing", event="start"),
        Guard("hip_height", 0.25, 1.0, "not standing", event="start"),
        Guard("hand_under_shoulder", 0.2, 1.0, "arms not hanging", event="start"),
        Guard("trunk_inclination", 25, 120, "not bent over", event="end"),
    ),
)  # fmt: skip

ROW = Exercise(
    name="row",
    title="Bent-over row",
    about="Bent over with a still trunk, the bar or dumbbells are pulled to the belly and lowered again.",
    film_it="Phone at hip height, 3 m away, side on, whole body and the bar in the picture.",
    view=SIDE,
    cut=lambda variant: Reps(CUT),
    measures=(
        Measure("trunk_median_deg", median("trunk_inclination")),
        Measure("trunk_at_start_deg", at("trunk_inclination", "start")),
        Measure("elbow_at_top_deg", at("elbow_angle", "turn")),
    ),
    faults=(
        Fault(
            code="RW101", name="torso-rises", title="Torso rises", severity=2,
            see="The trunk swings up during the pull.",
            why="Momentum does the work, and the back takes the peak when the swing is stopped.",
            cue="Freeze the torso, move only the arms.",
            source="Coaching bands; 8 degrees is twice the trunk's noise (engineering choice).",
            cannot_tell="A load effect: a more upright trunk has less static moment.",
            limits=(Limit(change("trunk_inclination", "start"), -8, -15, "deg", more_is_worse=False),),
            view=SIDE, during=(PULL, TOP),
        ),
        Fault(
            code="RW102", name="hips-do-the-lifting", title="The body lifts, not the arms", severity=2,
            see="The shoulders rise with the bar.",
            why="Momentum does the work, and the back takes the peak when the swing is stopped.",
            cue="Freeze the torso, move only the arms.",
            source="Engineering choice: a quarter and two fifths of the bar's travel.",
            cannot_tell="Shrugging from swinging.",
            limits=(Limit(share_of_travel("shoulder_height", "grip_height"), 0.25, 0.40, "of the bar's travel"),),
            view=SIDE,
        ),
        Fault(
            code="RW103", name="torso-too-upright", title="Torso rather upright", severity=1,
            see="The trunk is closer to standing than to level.",
            why="Information only: it becomes a shrug, with less of the work you came for; the back load is lower.",
            cue="Hinge further, or choose a supported row.",
            source="0 to 45 degrees above the horizontal: coaching pages.",
            cannot_tell="Whether you stand up on purpose to spare your back.",
            limits=(Limit(median("trunk_inclination"), 45, None, "deg", more_is_worse=False),),
            view=SIDE,
        ),
        Fault(
            code="RW104", name="bar-hangs-forward", title="Bar hangs far forward", severity=2,
            see="At arm's length the bar hangs in front of the feet.",
            why="Turning force is weight times distance.",
            cue="Bar close to the thighs.",
            source="4 and 7 % of stature: wider than in a deadlift, as the arms hang from the shoulders.",
            cannot_tell="The bar itself: it is taken to be where the hands are.",
            limits=(Limit(at("grip_forward", "start"), 4, 7, "%H"),),
            view=SIDE,
            price=hands_over_midfoot(),
        ),
        Fault(
            code="RW105", name="twists", title="Twisting", severity=2,
            see="One shoulder turns up during the pull.",
            why="The spine turns while it is bent and loaded.",
            cue="Keep both shoulders level with the floor.",
            source="One-arm rows challenge the trunk in torsion (Fenwick 2009); 15 and 25 degrees: engineering choice.",
            cannot_tell="Turning of the low back; most of it is the upper back.",
            limits=(Limit(departure("twist", "start"), 15, 25, "deg"),),
            view=TURNED, during=(PULL, TOP),
        ),
        Fault(
            code="RW106", name="head-cranes", title="Head far from neutral", severity=1,
            see="The head is tipped far back or down for more than a second.",
            why="Information only: it says little about the low back.",
            cue="Look at the floor a metre ahead.",
            source="Coaching bands are 25 and 40 degrees; lifters with good form on real footage read up to 50.",
            cannot_tell="Anything about the neck's joints.",
            limits=(Limit(departure("neck_angle", "start"), 55, None, "deg"),),
            view=SIDE, for_s=1.0,
        ),
        Fault(
            code="RW201", name="knees-bounce", title="Knees bounce", severity=1,
            see="The knees bend and straighten with every pull.",
            why="Momentum does the work.",
            cue="Lock the legs in place.",
            source="Engineering choice: 15 and 25 degrees.",
            cannot_tell="Knees hidden behind plates.",
            limits=(Limit(swing("knee_angle"), 15, 25, "deg"),),
            view=SIDE,
        ),
        Fault(
            code="RW301", name="jerks", title="Jerky pull", severity=2,
            see="The trunk jerks up at the start of the pull.",
            why="Peak load on the back grows with the speed of the trunk.",
            cue="Pull smoothly, one second up.",
            source="McGill & Norman 1985, Buseck 1988; 40 and 80 degrees a second: engineering choice.",
            cannot_tell="How fast the bar itself moved.",
            limits=(Limit(speed("trunk_inclination"), 40, 80, "deg/s"),),
            view=SIDE, during=(PULL,),
            price=no_acceleration(),
        ),
    ),
)  # fmt: skip
