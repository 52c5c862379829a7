"""`python -m synthetic`: all samples; `list`; `render SCENARIO -o DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from synthetic.body import MissingDataError
from synthetic.scenario import ScenarioError, load, names
from synthetic.studio import render

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m synthetic", description="Render lifters with exact truth."
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("list", help="the scenarios there are")
    one = commands.add_parser("render", help="render scenarios")
    one.add_argument("scenario", nargs="+", help="name of a sample, or a .toml file")
    one.add_argument("-o", "--out", type=Path, default=Path(), help="folder to write into")
    options = parser.parse_args(arguments)
    try:
        if options.command == "list":
            for name in names():
                sys.stdout.write(f"{name:24} {load(name).about}\n")
            return 0
        wanted, folder = (options.scenario, options.out) if options.command else (names(), SAMPLES)
        for name in wanted:
            video, _ = render(load(name), folder)
            sys.stdout.write(f"{video}\n")
    except (ScenarioError, MissingDataError) as e:
        sys.stderr.write(f"{e}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
