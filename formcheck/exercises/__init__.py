"""The exercises formcheck knows, one declarative file each. Add a file, add its name here, add its tests."""

from formcheck.exercise import Exercise
from formcheck.exercises.deadlift import DEADLIFT
from formcheck.exercises.plank import PLANK
from formcheck.exercises.row import ROW
from formcheck.exercises.squat import SQUAT

EXERCISES: dict[str, Exercise] = {e.name: e for e in (SQUAT, DEADLIFT, ROW, PLANK)}
