"""What people and programs get to see of a set: text, HTML, captions, tables, overlay video, TRC and MOT.

A view reads a report, the signals and the track. It judges nothing and changes nothing.
"""
