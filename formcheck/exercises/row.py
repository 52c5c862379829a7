"""The bent-over row: the trunk stays inclined, only the arms move.

Cut by how far the arm is stretched, while the trunk is inclined: hanging, pull, top, return.
"""

from formcheck.exercise import (
    SIDE,
    SQUARE,
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
    since_first,
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
    film_it="Phone at hip height, 3 m away, side on, whole body and the bar in the picture. Start with a slow hinge without a load, arms crossed.",
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
            cue="Freeze the torso, move only the arms.", say="Freeze the torso.",
            source="Coaching bands are 8 and 15 degrees; a still trunk reads up to 9 (rendered lifters), as the shoulder's "
                   "landmark goes up with the elbow: 12 and 20.",
            cannot_tell="A load effect: a more upright trunk has less static moment.",
            limits=(Limit(change("trunk_inclination", "start"), -12, -20, "deg", more_is_worse=False),),
            view=SIDE, during=(PULL, TOP),
        ),
        Fault(
            code="RW102", name="hips-do-the-lifting", title="The body lifts, not the arms", severity=2,
            see="The shoulders rise with the bar.",
            why="Momentum does the work, and the back takes the peak when the swing is stopped.",
            cue="Freeze the torso, move only the arms.", say="Only the arms move.",
            source="Engineering choice: a quarter and two fifths of the bar's travel.",
            cannot_tell="Shrugging from swinging.",
            limits=(Limit(share_of_travel("shoulder_height", "grip_height"), 0.25, 0.40, "of the bar's travel"),),
            view=SIDE,
        ),
        Fault(
            code="RW103", name="torso-too-upright", title="Torso rather upright", severity=1,
            see="The trunk is closer to standing than to level.",
            why="Information only: it becomes a shrug, with less of the work you came for; the back load is lower.",
            cue="Hinge further, or choose a supported row.", say="Hinge further.",
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
            source="A bar of 40 % of body weight balances 6 % of stature in front of the midfoot, and reads 5 to 10 (rendered "
                   "lifters): 10, and never more than a warning.",
            cannot_tell="The bar itself: it is taken to be where the hands are.",
            limits=(Limit(at("grip_forward", "start"), 10, None, "%H"),),
            view=SQUARE,
            price=hands_over_midfoot(),
        ),
        Fault(
            code="RW105", name="twists", title="Twisting", severity=2,
            see="One shoulder turns up during the pull.",
            why="The spine turns while it is bent and loaded.",
            cue="Keep both shoulders level with the floor.", say="Both shoulders level.",
            source="One-arm rows challenge the trunk in torsion (Fenwick 2009); 15 and 25 degrees: engineering choice.",
            cannot_tell="Turning of the low back; most of it is the upper back.",
            limits=(Limit(departure("twist", "start"), 15, 25, "deg"),),
            view=TURNED, during=(PULL, TOP),
        ),
        Fault(
            code="RW106", name="head-cranes", title="Head far from neutral", severity=1,
            see="The head is tipped far back or down for more than a second.",
            why="Information only: it says little about the low back.",
            cue="Look at the floor a metre ahead.", say="Look a metre ahead.",
            source="Coaching bands are 25 and 40 degrees; lifters with good form on real footage read up to 50.",
            cannot_tell="Anything about the neck's joints.",
            limits=(Limit(departure("neck_angle", "start"), 55, None, "deg"),),
            view=SIDE, for_s=1.0,
        ),
        Fault(
            code="RW107", name="back-is-round", title="Round back", severity=3,
            see="With hanging arms the back is rounder than one bent without a load: yours if you showed it, else the usual.",
            why="The more a back is bent under load, the more its ligaments and discs carry instead of its muscles; whether that harms is not known.",
            cue="Set the back before each rep: chest out, brace.", say="Chest out, brace.",
            source="15 and 25 degrees over the own back without load: engineering choice; a flag passes them by more than the measured error; expected flexion when bending from Bengtsson 2022.",
            cannot_tell="The back at the top of the pull, where the elbows cover it; lumbar from thoracic; what happens at a disc.",
            limits=(Limit(at("back_rounding", "start"), 15, 25, "deg"),),
            view=SQUARE,
        ),
        Fault(
            code="RW109", name="near-full-bend", title="Close to your full bend", severity=3,
            see="With hanging arms the back is bent almost as far as it goes in your own toe-touch.",
            why="Near the end of the way the ligaments and discs carry most of the bending, and the muscles lose strength; whether that harms is not known.",
            cue="Set the back before each rep: chest out, brace.", say="Chest out, brace.",
            source="Passive tissue takes over past half of the range (Adams & Dolan 1991, from memory); lifts of trained people use 50 to 80 % of it; 70 and 85 %: engineering choice. A flag passes them by more than the measured error.",
            cannot_tell="What happens at a disc, whether it hurts, or lumbar from thoracic; a toe-touch that was held back makes it read too much.",
            limits=(Limit(at("full_flexion_share", "start"), 70, 85, "%"),),
            view=SQUARE,
        ),
        Fault(
            code="RW108", name="back-gives-way", title="The back rounds over the set", severity=2,
            see="With hanging arms the back is rounder than at the start of the first rep.",
            why="The more a back is bent under load, the more its ligaments and discs carry instead of its muscles; whether that harms is not known.",
            cue="Reset the brace each rep; end the set when it does not hold.", say="Reset the brace.",
            source="12 and 20 degrees since the first rep: engineering choice; a flag passes them by more than the measured error.",
            cannot_tell="The back at the top of the pull, where the elbows cover it; lumbar from thoracic; what happens at a disc.",
            limits=(Limit(since_first("back_curve", "start"), 12, 20, "deg"),),
            view=SQUARE,
        ),
        Fault(
            code="RW201", name="knees-bounce", title="Knees bounce", severity=1,
            see="The knees bend and straighten with every pull.",
            why="Momentum does the work.",
            cue="Lock the legs in place.",
            source="Engineering choice: 15 and 25 degrees; the hips must move too, 2.5 and 3 % of stature, as a plate before a "
                   "still knee makes it read 10 to 40 degrees (rendered lifters).",
            cannot_tell="Small bounces of knees hidden behind plates.",
            limits=(
                Limit(swing("knee_angle"), 15, 25, "deg"),
                Limit(swing("hip_height"), 0.025, 0.03, "H"),
            ),
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
