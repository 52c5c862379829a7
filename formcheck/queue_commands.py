"""Commands around the queue: `worker`, `jobs`, and `check` and `judge` for folders."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formcheck.errors import ConfigError, presentable
from formcheck.exits import CLEAN, COULD_NOT_RUN, FOUND
from formcheck.words import printable

if TYPE_CHECKING:
    from formcheck.config import Settings
    from formcheck.jobs.batch import Line, Wish
    from formcheck.jobs.inputs import Inputs
    from formcheck.jobs.overview import Overview
    from formcheck.store.settings import AppSettings


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The words of `worker` and `jobs`."""
    worker = commands.add_parser("worker", help="take jobs off the queue of an app on another machine")
    worker.add_argument(
        "--workers", type=whole, metavar="N", help="processes; not given: FORMCHECK_WORKERS, or 1"
    )
    worker.set_defaults(run=_worker)
    jobs = commands.add_parser("jobs", help="how the queue is doing: length, times, failures, workers")
    jobs.add_argument("--format", choices=("text", "json"), default="text")
    jobs.add_argument(
        "--judge-all", action="store_true", help="queue judging every set again, after a rule has changed"
    )
    jobs.set_defaults(run=_jobs)


def whole(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on is needed, got {text!r}")
    return number


def workers(text: str) -> int | str:
    """How many processes, or the address of a queue whose workers do it."""
    if text.startswith(("postgresql://", "postgres://")):
        return text
    try:
        return whole(text)
    except argparse.ArgumentTypeError as e:
        raise argparse.ArgumentTypeError(
            f"a whole number or an address like postgresql://user@host/name is needed, got {text!r}"
        ) from e


def is_batch(args: argparse.Namespace) -> bool:
    """Whether `check` or `judge` was given a folder, or workers elsewhere."""
    return isinstance(args.workers, str) or any(path.is_dir() for path in args.inputs)


# ---- commands ---------------------------------------------------------------------------------------


def _worker(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from formcheck.jobs.supervisor import Supervisor
    from formcheck.store import Store

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    settings = _app_settings()
    if args.workers or not settings.workers:
        settings = replace(settings, workers=args.workers or 1)
    store = Store.of(settings)
    supervisor = Supervisor(store, settings, keeps=False)
    supervisor.start()
    where = "this machine's folder" if not settings.database else "the database"
    _say(f"{settings.workers} worker(s) take jobs from {where}; Ctrl-C stops them")
    try:
        threading.Event().wait()
    finally:
        supervisor.stop()
        store.close()
    return CLEAN


def _jobs(args: argparse.Namespace) -> int:
    from formcheck.jobs import overview
    from formcheck.jobs.transport import Transport
    from formcheck.store import Store

    settings = _app_settings()
    store = Store.of(settings)
    if args.judge_all:
        count = overview.judge_all(store)
        Transport(store.folder, settings.messages).send()
        _say(f"{count} set(s) are to be judged again")
    now = overview.overview(store)
    store.close()
    if args.format == "json":
        print(json.dumps(now.to_dict()))
    else:
        print("\n".join(_words(now)))
    return CLEAN


def check_folder(args: argparse.Namespace, settings: Settings) -> int:
    """`check` for a folder: every video in it, a line each, and a table at the end."""
    from formcheck.jobs.batch import Wish
    from formcheck.jobs.inputs import Videos

    source, out = _one_folder(args, "videos")
    if args.start or args.end:
        raise ConfigError("--from and --to are for one video; a folder is checked whole.")
    if settings.model is not None:
        os.environ["FORMCHECK_MODEL"] = str(settings.model)
    wish = Wish(settings.options, overlay=args.overlay, hide_faces=args.hide_faces)
    return _through_a_queue(args, Videos(source), out, wish, "video(s)")


def judge_folder(args: argparse.Namespace, settings: Settings) -> int:
    """`judge` for a folder: the poses of every report folder in it, as `check_folder` does."""
    from formcheck.jobs.batch import Wish
    from formcheck.jobs.inputs import Tracks

    source, out = _one_folder(args, "reports")
    return _through_a_queue(args, Tracks(source), out, Wish(settings.options, overlay=False), "set(s)")


def _through_a_queue(args: argparse.Namespace, inputs: Inputs, out: Path, wish: Wish, what: str) -> int:
    from formcheck.jobs import batch

    paths = inputs.below(out)
    if isinstance(args.workers, str):
        there = batch.cluster_queue(out, _app_settings(args.workers))
    else:
        there = batch.own_queue(out, args.workers or os.cpu_count() or 1, poses=inputs.looks)
    code, began_s = CLEAN, time.monotonic()
    with there as (store, wake):
        work = batch.Batch(store, wake, inputs, out, wish)
        for n, line in enumerate(work.run(paths), start=1):
            _tell(line, n, len(paths), out, args.format)
            code = max(code, COULD_NOT_RUN if line.error else FOUND if line.faults else CLEAN)
    _say(f"{len(paths)} {what} in {time.monotonic() - began_s:.0f} s; see {out / batch.SUMMARY}")
    return code


# ---- pieces -----------------------------------------------------------------------------------------


def _one_folder(args: argparse.Namespace, of: str) -> tuple[Path, Path]:
    """What is worked on and where the reports go. Raises ConfigError for more or less than one folder."""
    if len(args.inputs) != 1 or not args.inputs[0].is_dir():
        raise ConfigError(f"Give one folder of {of}, and nothing beside it.")
    if args.output is None:
        raise ConfigError("Say with -o where the reports of a folder are to go.")
    return args.inputs[0], args.output


def _app_settings(database: str = "") -> AppSettings:
    from formcheck.store.settings import from_environment

    return from_environment(os.environ | ({"FORMCHECK_DATABASE": database} if database else {}))


def _tell(line: Line, n: int, of: int, out: Path, form: str) -> None:
    if form == "json":
        report: dict[str, Any] | None = None
        if not line.error:
            report = json.loads((out / line.folder / "report.json").read_text(encoding="utf-8"))
        print(json.dumps({"video": line.video, "error": line.error or None, "report": report}), flush=True)
        return
    what = presentable(line.error or line.headline)
    print(f"{n}/{of} {printable(line.video)}  {what}", flush=True)


def _words(now: Overview) -> list[str]:
    """The overview for people."""
    lines = [
        f"waiting   {now.waiting} for somebody, {now.waiting_when_free} when there is time; "
        f"the oldest for {now.oldest_wait_s:.0f} s",
        f"workers   {now.workers} on {len(now.machines)} machine(s)"
        + "".join(f"; {m.name}: {m.workers}" for m in now.machines),
        f"running   {len(now.running)}",
    ]
    lines += [
        f"  {r.kind:8} {100 * r.share:3.0f} %  {r.for_s:6.0f} s  attempt {r.attempt}  {r.worker}  {r.stage}"
        for r in now.running
    ]
    lines.append("last day  kind      done   waited (median, 95 %)     worked (median, 95 %)")
    lines += [
        f"          {s.kind:8} {s.done:5}   {s.waited_s:8.1f} s {s.waited_95_s:8.1f} s   "
        f"{s.worked_s:8.1f} s {s.worked_95_s:8.1f} s"
        for s in now.spent
    ]
    lines.append(f"failed    {now.failed} in the last day")
    lines += [
        f"  {time.strftime('%Y-%m-%d %H:%M', time.localtime(f.ended_s))}  {f.kind}  "
        f"attempt {f.attempts}  {presentable(f.why)}"
        for f in now.failures
    ]
    return lines


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
