"""The exit codes of the command line: what a script or CI reads."""

CLEAN, FOUND, COULD_NOT_RUN, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143
