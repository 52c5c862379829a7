"""How far formcheck goes: the numbers of docs/scale.md.

python benchmarks/scale.py throughput            # sets an hour with 1 and 2 workers on this machine
python benchmarks/scale.py throughput --phone --most 4
python benchmarks/scale.py month                 # a month of load with faults, on SQLite and a folder
python benchmarks/scale.py month --servers       # the same on PostgreSQL and a bucket (extra `team`)
python benchmarks/scale.py month --servers --write docs/scale.md    # and put its table into the page
python benchmarks/scale.py studio                # what so many clients need, from the measured numbers
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

import av

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.month import simulation
from formcheck.jobs import intake
from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, people, sets
from formcheck.store.models import DONE, FINAL
from formcheck.store.settings import AppSettings

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
AWAY_S = 6.0  # how long a database or a bucket stays away in the month
PRICE_CORE_HOUR, PRICE_GB_MONTH = 0.04, 0.023  # US dollars, assumptions: see docs/scale.md
PHONE = (1080, 1440)
SHARE_BUSY = 0.5  # of the day's sets come in the busiest 4 hours


def throughput(args: argparse.Namespace) -> None:
    """Check videos with 1 and 2 workers: time, processor time, and bytes kept."""
    with tempfile.TemporaryDirectory(prefix="formcheck-scale-") as name:
        videos = sorted(args.videos.glob("*.mp4"))[: args.most]
        if args.phone:
            videos = [_as_phones_write(video, Path(name) / f"{video.stem}.mov") for video in videos]
        for workers in (1, 2):
            folder = Path(name) / str(workers)
            folder.mkdir()
            print(json.dumps(_checked(folder, videos, workers)), flush=True)


def _as_phones_write(video: Path, copy: Path) -> Path:
    """The same pictures in HEVC, 1080 pixels wide: slower to decode, and browsers need a copy of it."""
    with av.open(str(video)) as source, av.open(str(copy), "w") as target:
        pictures = source.streams.video[0]
        out = target.add_stream("libx265", rate=pictures.average_rate, options={"preset": "ultrafast"})
        out.width, out.height = PHONE if pictures.width < pictures.height else PHONE[::-1]
        out.pix_fmt = "yuv420p"
        for frame in source.decode(pictures):
            target.mux(out.encode(frame.reformat(out.width, out.height, "yuv420p")))
        target.mux(out.encode(None))
    return copy


def _checked(folder: Path, videos: list[Path], workers: int) -> dict[str, float]:
    settings = AppSettings(folder / "data", workers=workers)
    store = Store.of(settings)
    owner, seconds = people.local(store), sum(_seconds(video) for video in videos)
    for video in videos:
        copy = folder / video.name
        shutil.copyfile(video, copy)
        intake.take(store, owner, video.name, copy)
    before, began_s = _spent_s(), time.monotonic()
    machine = Supervisor(store, settings)
    machine.start()
    while any(job.state not in FINAL for lift in sets.of_person(store, owner) for job in lift.jobs):
        time.sleep(0.5)
    wall_s = time.monotonic() - began_s
    machine.stop()
    lifts = sets.of_person(store, owner)
    assert all(job.state == DONE for lift in lifts for job in lift.jobs), "a check failed"
    kept = sum(p.stat().st_size for p in (folder / "data" / "media").rglob("*") if p.is_file())
    sent = sum(video.stat().st_size for video in videos)
    store.close()
    return {
        "workers": workers, "videos": len(videos), "video_s": round(seconds, 1), "wall_s": round(wall_s, 1),
        "core_s": round(_spent_s() - before, 1),
        "core_s_per_video_s": round((_spent_s() - before) / seconds, 3),
        "sets_an_hour": round(3600 * len(videos) / wall_s), "uploaded_mb": round(sent / 1e6, 2),
        "results_kb_a_set": round((kept - sent) / 1e3 / len(videos)), "load_average": os.getloadavg()[0],
    }  # fmt: skip


def _seconds(video: Path) -> float:
    from formcheck.video import VideoFile

    with VideoFile(video) as opened:
        return opened.info.duration_s or 0.0


def _spent_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def month(args: argparse.Namespace) -> None:
    """A month of load, and what became of it."""
    random.seed(args.seed)
    count = args.clients * args.sets
    with tempfile.TemporaryDirectory(prefix="formcheck-month-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if args.servers:
            tally = _month_on_servers(folder, args.days, count)
        else:
            tally = simulation.run(
                AppSettings(folder / "data", workers=4), args.days, count, 1,
                {"nothing": lambda _: None, "worker killed": simulation.kill_a_worker,
                 "all workers killed": _kill_all},
            )  # fmt: skip
    print(json.dumps({"clients": args.clients, "servers": args.servers, **asdict(tally)}, indent=1))
    assert tally.lost == tally.twice == tally.wrong == 0, "something was lost or done twice"
    assert tally.failed == tally.poisoned, "something failed that need not"
    if args.write:
        begin, end = (f"<!-- month{'-servers' if args.servers else ''}:{at} -->" for at in ("begin", "end"))
        head, _, rest = args.write.read_text().partition(begin)
        table = _month_table(tally, args)
        args.write.write_text(f"{head}{begin}\n{table}\n{end}{rest.partition(end)[2]}")


def _month_table(tally: simulation.Tally, args: argparse.Namespace) -> str:
    where = "SQLite and a folder, 4 workers"
    if args.servers:
        where = "PostgreSQL and SeaweedFS, 2 machines of 2 workers"
    faults = ", ".join(f"{days} {name}" for name, days in tally.faults.items())
    waits = ", ".join(f"{s:.1f} s" for s in (tally.wait_median_s, tally.wait_95_s, tally.wait_most_s))
    rows = {
        where: f"{args.days} days, {args.clients} clients, {args.sets} sets a client and day",
        "---": "---",
        "days by what broke": faults,
        "sets sent, done, failed": f"{tally.sets:,}, {tally.done:,}, {tally.failed}",
        "poisoned": tally.poisoned,
        "lost, done twice, wrong result": f"{tally.lost}, {tally.twice}, {tally.wrong}",
        "done again after breaking off": tally.repeated,
        "tries refused and repeated": tally.refused,
        "waiting: median, 95 %, longest": waits,
        "it took": f"{tally.took_s:.0f} s: {tally.sets / tally.took_s:.0f} sets a second",
        "load average at the end": f"{os.getloadavg()[1]:.0f}",
    }
    return "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _kill_all(machines: list[Supervisor]) -> None:
    for machine in machines:
        for pid in machine.pids():
            os.kill(pid, signal.SIGKILL)


def _month_on_servers(folder: Path, days: int, count: int) -> simulation.Tally:
    from team_tests.servers import BUCKET, Bucket, Postgres, Server

    database, bucket = Postgres(folder / "pg"), Bucket(folder / "s3")

    def away(server: Server) -> simulation.Fault:
        def act(_: list[Supervisor]) -> None:
            server.kill()
            threading.Timer(AWAY_S, server.start).start()

        return act

    for server in (database, bucket):
        server.start()
    os.environ |= bucket.variables
    settings = AppSettings(
        folder / "data", workers=2, database=f"{database.url}/postgres", media=f"s3://{BUCKET}/month"
    )
    try:
        return simulation.run(
            settings, days, count, 2,
            {"nothing": lambda _: None, "worker killed": simulation.kill_a_worker,
             "database restarted": away(database), "bucket away": away(bucket),
             "all workers killed": _kill_all},
        )  # fmt: skip
    finally:
        for server in (database, bucket):
            server.kill(signal.SIGKILL)


def studio(args: argparse.Namespace) -> None:
    """Machines, storage and money for so many clients, from what was measured."""
    day = args.clients * args.sets
    core_s = day * args.set_s * args.core_s_per_video_s
    busy_cores = SHARE_BUSY * core_s / (4 * 3600)
    gb_a_day = day * (args.set_mb + args.results_mb) / 1000
    kept_gb = gb_a_day * args.keep_days
    minutes = day * args.set_s / 60
    print(json.dumps({
        "sets_a_day": day, "video_minutes_a_day": round(minutes),
        "core_hours_a_day": round(core_s / 3600, 1), "cores_in_the_busiest_hours": round(busy_cores, 1),
        "dollars_a_minute_of_video": round(args.core_s_per_video_s * 60 / 3600 * PRICE_CORE_HOUR, 5),
        "dollars_a_month_work": round(30 * core_s / 3600 * PRICE_CORE_HOUR),
        "gb_a_day": round(gb_a_day), "kept_tb": round(kept_gb / 1000, 2),
        "dollars_a_month_storage": round(kept_gb * PRICE_GB_MONTH),
    }, indent=1))  # fmt: skip


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("throughput")
    one.add_argument("--videos", type=Path, default=SAMPLES)
    one.add_argument("--most", type=int, default=100, help="how many of the videos")
    one.add_argument("--phone", action="store_true", help="in HEVC and 1080x1440, as phones write them")
    one.set_defaults(run=throughput)
    two = commands.add_parser("month")
    two.add_argument("--servers", action="store_true")
    two.add_argument("--days", type=int, default=30)
    two.add_argument("--clients", type=int, default=20)
    two.add_argument("--sets", type=int, default=20)
    two.add_argument("--seed", type=int, default=1)
    two.add_argument("--write", type=Path, help="put the table between the marks in this page")
    two.set_defaults(run=month)
    three = commands.add_parser("studio")
    three.add_argument("--clients", type=int, default=1000)
    three.add_argument("--sets", type=int, default=20, help="a client a day")
    three.add_argument("--set-s", type=float, default=45.0)
    three.add_argument("--set-mb", type=float, default=60.0)
    three.add_argument("--results-mb", type=float, default=6.0)
    three.add_argument("--core-s-per-video-s", type=float, default=1.27)
    three.add_argument("--keep-days", type=int, default=30)
    three.set_defaults(run=studio)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
