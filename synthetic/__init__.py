"""Rendered lifters with exact truth: `python -m synthetic render SCENARIO -o DIR`.

Beside formcheck, never imported by it. A scenario (scenarios/*.toml) names a body, an exercise with chosen
angles and faults, a room and a camera; out come a video and a truth.json. The same scenario gives the same
pixels. World axes: metres, X to the lifter's left, Y up, Z where the lifter faces, origin on the floor.
"""
