"""The command line: text for people or JSON Lines on stdout, progress on stderr.

Exit codes: 0 nothing found, 1 at least one finding about the lifting, 2 something could not be run, 130
interrupted. Filming problems (CAM codes) alone do not make a 1: they say what could not be judged, not that
the lifting was wrong. With several videos formcheck goes on after one that cannot be read.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from formcheck import config, manual, queue_commands
from formcheck.errors import FormcheckError, presentable
from formcheck.exercises import EXERCISES
from formcheck.exits import CLEAN, COULD_NOT_RUN, FOUND, INTERRUPTED, TERMINATED
from formcheck.lifter import LOAD_PLACES, SEXES
from formcheck.pose import PoseTrack
from formcheck.progress import Progress
from formcheck.report import Report
from formcheck.version import __version__
from formcheck.words import printable

if TYPE_CHECKING:
    from formcheck.analysis import Examination

TrackOf = Callable[[Path], PoseTrack]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    args = _parser().parse_args(argv)
    with suppress(ValueError):  # not in the main thread: whoever runs us there handles signals
        signal.signal(signal.SIGTERM, _stop)
    try:
        return int(args.run(args))
    except FormcheckError as e:
        return _complain(str(e))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of stdout went away, as in `formcheck rules | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception as e:
        if os.environ.get("FORMCHECK_DEBUG"):
            raise
        return _complain(
            f"Unexpected {type(e).__name__}: {e}; FORMCHECK_DEBUG=1 shows where. Please report it."
        )


# ---- commands ---------------------------------------------------------------------------------------


def _check(args: argparse.Namespace) -> int:
    from formcheck import model_bundle
    from formcheck.video import parse_time

    settings = _settings(args)
    if queue_commands.is_batch(args):
        return queue_commands.check_folder(args, settings)
    start_s = parse_time(args.start) if args.start else None
    end_s = parse_time(args.end) if args.end else None
    model = model_bundle.ready(settings.model, lambda line: print(line, file=sys.stderr, flush=True))

    def track(video: Path) -> PoseTrack:
        from formcheck.estimator import track_of

        with Progress(f"Watching {video.name}") as progress:
            return track_of(
                video, start_s=start_s, end_s=end_s, model=model, progress=progress, workers=args.workers
            )

    return _each(args, settings, track)


def _judge(args: argparse.Namespace) -> int:
    settings = _settings(args)
    if queue_commands.is_batch(args):
        return queue_commands.judge_folder(args, settings)
    return _each(args, settings, PoseTrack.load)


def _each(args: argparse.Namespace, settings: config.Settings, track: TrackOf) -> int:
    """Examine every input; go on after a bad one, and end with the gravest exit code."""
    folders = _folders(args.inputs, args.output)
    code = CLEAN
    for i, (source, folder) in enumerate(zip(args.inputs, folders, strict=True)):
        try:
            report = _examine(source, folder, args, settings, track)
        except FormcheckError as e:
            code = _complain(str(e))
            continue
        if args.format == "text" and i:
            print()
        print(_shown(report, args.format), end="", flush=True)
        code = max(code, FOUND if report.faults else CLEAN)
    return code


def _examine(
    source: Path, folder: Path | None, args: argparse.Namespace, settings: config.Settings, track: TrackOf
) -> Report:
    from formcheck.analysis import examine

    if folder is not None:
        from formcheck.views.folder import prepare

        prepare(folder)
    poses = track(source)
    examination = examine(poses, settings.options, _source_name(source, poses))
    if folder is not None:
        _write(folder, source, poses, examination, args, settings.options.height_m)
    return examination.report


def _write(
    folder: Path, source: Path, poses: PoseTrack, examination: Examination, args: argparse.Namespace,
    height_m: float | None,
) -> None:  # fmt: skip
    from formcheck.views.folder import key_frames, write_folder

    is_video = args.command == "check"
    with Progress(f"Writing {folder}") as progress:
        hide = is_video and args.hide_faces
        frames = key_frames(source, poses, examination, hide_faces=hide) if is_video else {}
        overlay_of = source if is_video and args.overlay else None
        write_folder(
            folder,
            poses,
            examination,
            frames=frames,
            overlay_of=overlay_of,
            height_m=height_m,
            progress=progress,
            hide_faces=hide,
        )
    print(f"Written to {printable(str(folder))}", file=sys.stderr)


def _explain(args: argparse.Namespace) -> int:
    print(manual.explain(args.what), end="")
    return CLEAN


def _rules(args: argparse.Namespace) -> int:
    print(manual.rules_list(), end="")
    return CLEAN


def _info(args: argparse.Namespace) -> int:
    from formcheck import info

    print("\n".join(info.lines()))
    return CLEAN


def _serve(args: argparse.Namespace) -> int:
    given = {"DATA": args.data, "TEAM": "1" if args.team else None, "URL": args.url}
    os.environ.update({f"FORMCHECK_{name}": str(value) for name, value in given.items() if value})
    from formcheck.web import serve

    serve.run(args.host, args.port, browser=args.browser and not args.team)
    return CLEAN


# ---- pieces -----------------------------------------------------------------------------------------


def _settings(args: argparse.Namespace) -> config.Settings:
    return config.with_choices(
        config.load(args.config), exercise=args.exercise, select=args.select, ignore=args.ignore,
        limits=args.limit, lifter={key: getattr(args, key) for key in config.LIFTER_KEYS},
        hinge=args.hinge, toe_touch=args.toe_touch, model=getattr(args, "model", None),
    )  # fmt: skip


def _folders(inputs: Sequence[Path], output: Path | None) -> list[Path | None]:
    """The folder of each input: -o itself for one, a folder of its own inside it for several."""
    if output is None or len(inputs) == 1:
        return [output] * len(inputs)
    names: list[str] = []
    for path in inputs:
        taken = names.count(path.stem) + sum(n.startswith(f"{path.stem}-") for n in names)
        names.append(f"{path.stem}-{taken + 1}" if path.stem in names else path.stem)
    return [output / name for name in names]


def _source_name(source: Path, track: PoseTrack) -> str:
    """The name of the video, also when its track is judged again."""
    return str(track.meta.get("source") or source.name)


def _shown(report: Report, form: str) -> str:
    if form == "json":
        return json.dumps(report.to_dict(), allow_nan=False) + "\n"
    from formcheck.views.text import text

    return text(report)


def _complain(sentence: str) -> int:
    print(f"formcheck: {presentable(sentence)}", file=sys.stderr, flush=True)
    return COULD_NOT_RUN


def _stop(signum: int, frame: FrameType | None) -> None:
    """Leave through every `finally`, so that nothing half-written stays."""
    sys.exit(TERMINATED)


# ---- the words of the command line ------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="formcheck",
        description="Finds the faults that load the spine in videos of squats, deadlifts, rows and planks.",
        epilog="Exit codes: 0 nothing found, 1 findings about the lifting, 2 could not run. "
        "formcheck is not a medical device; no flag does not mean safe.",
    )
    parser.add_argument("--version", action="version", version=f"formcheck {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(commands)
    _add_judge(commands)
    queue_commands.add(commands)
    explain = commands.add_parser("explain", help="tell all about a fault or an exercise")
    explain.add_argument("what", metavar="CODE", help="code or name of a fault, or an exercise")
    explain.set_defaults(run=_explain)
    commands.add_parser("rules", help="list every fault").set_defaults(run=_rules)
    _add_serve(commands)
    commands.add_parser("info", help="versions and model, for bug reports").set_defaults(run=_info)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="open the app in the browser, for yourself or for a team")
    serve.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (127.0.0.1)"
    )
    serve.add_argument("--port", type=int, default=8501, help="8501")
    serve.add_argument("--data", type=Path, metavar="FOLDER", help="where everything is kept")
    serve.add_argument("--team", action="store_true", help="people sign in: trainers, and clients of theirs")
    serve.add_argument("--url", help="the address that people open, as in https://form.example.com")
    serve.add_argument("--no-browser", dest="browser", action="store_false", help="open no browser window")
    serve.set_defaults(run=_serve)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser("check", help="check videos of a set")
    check.add_argument("inputs", nargs="+", type=Path, metavar="VIDEO", help="one set each; or a folder")
    _add_common(check)
    check.add_argument("--from", dest="start", metavar="T", help="where to start, in seconds or hh:mm:ss")
    check.add_argument("--to", dest="end", metavar="T", help="where to end, in seconds or hh:mm:ss")
    check.add_argument("--model", type=Path, metavar="PATH", help="another pose_landmarker .task file")
    check.add_argument(
        "--workers", type=queue_commands.workers, metavar="N|ADDRESS",
        help="processes at a time, for the chunks of a long video or the videos of a folder; not given: one "
        "a core. Or the database of a cluster, whose workers take the videos of a folder",
    )  # fmt: skip
    check.add_argument("--no-overlay", dest="overlay", action="store_false", help="write no overlay.mp4")
    check.add_argument(
        "--hide-faces",
        action="store_true",
        help="make the lifter's face unrecognisable in all that is written",
    )
    check.set_defaults(run=_check)


def _add_judge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    judge = commands.add_parser("judge", help="judge pose tracks of earlier checks again, without the video")
    add = judge.add_argument
    add("inputs", nargs="+", type=Path, metavar="POSE.NPZ", help="of earlier checks; or a folder of them")
    _add_common(judge)
    add(
        "--workers", type=queue_commands.workers, metavar="N|ADDRESS",
        help="processes at a time for a folder, not given: one a core; or the database of a cluster",
    )  # fmt: skip
    judge.set_defaults(run=_judge)


def _add_common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--exercise", metavar="NAME", help=f"auto (the default), {', '.join(EXERCISES)}")
    add("--format", choices=("text", "json"), default="text", help="json: one object a video, one a line")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="write report, overlay, tables; several: one folder each",
    )
    _add_lifter(parser)
    add("--limit", action="append", default=[], metavar="CODE=WARN[,FAULT]", help="another limit for a fault")
    add("--select", action="append", default=[], metavar="CODES", help="only these faults: SQ101,DL or SQ1")
    add("--ignore", action="append", default=[], metavar="CODES", help="not these faults")
    add("--hinge", metavar="FROM-TO", help="your slow hinge without a load, to compare with")
    add("--toe-touch", metavar="FROM-TO", help="your slow toe-touch with empty hands: your full bend")
    add("--config", type=Path, metavar="FILE", help=f"settings, instead of {config.FILE_NAME} in this folder")


def _add_lifter(parser: argparse.ArgumentParser) -> None:
    """Who lifts what, for speeds in metres a second and for the load on the low back."""
    add = parser.add_argument_group("the lifter, for speeds and the load on the low back").add_argument
    add("--height", dest="height_m", metavar="CM", help="standing height: 178, 1.78m or 5ft10in")
    add("--mass", dest="mass_kg", metavar="KG", help="body mass: 80, 80kg or 176lb")
    add("--sex", choices=SEXES, help="for the proportions of the body; not given: the mean of both")
    add("--load", dest="load_kg", metavar="KG", help="bar and plates together: 100, 100kg or 225lb")
    add("--load-at", choices=LOAD_PLACES, help="where the load is; not given: by the exercise")
