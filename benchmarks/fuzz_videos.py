"""Videos that nobody should have to decode: the kinds of cases, each made from a random generator."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import shutil
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random

import av
import numpy as np

from benchmarks.fuzz_kinds import DAMAGE, WORDS, Kind, Made, overwritten

SAMPLES = Path(__file__).resolve().parent.parent / "sample_videos"
FORMATS: dict[str, tuple[str, str, str]] = {
    "a.mp4": ("mp4", "libx264", "yuv420p"), "a.mov": ("mov", "mpeg4", "yuv420p"),
    "a.mkv": ("matroska", "libx264", "yuv420p"), "a.webm": ("webm", "libvpx", "yuv420p"),
    "b.mkv": ("matroska", "mjpeg", "yuvj420p"), "a.avi": ("avi", "mpeg4", "yuv420p"),
    "a.ts": ("mpegts", "libx264", "yuv420p"), "a.flv": ("flv", "flv", "yuv420p"),
    "a.ogv": ("ogg", "libvpx", "yuv420p"), "a.mpg": ("mpeg", "mpeg2video", "yuv420p"),
}  # fmt: skip
"""name -> container, codec, pixel format of the small clips that are damaged."""
DEEP = (
    ("libx264", "yuv420p10le"), ("ffv1", "yuv444p16le"), ("ffv1", "gray16le"), ("png", "rgb48be"),
    ("png", "rgba64be"), ("png", "gray16be"), ("ffv1", "bgr0"), ("png", "monob"), ("rawvideo", "yuyv422"),
)  # fmt: skip
PICTURES = 30
CHUNKS = "10,000 small chunks"
COMMANDS = {CHUNKS: 1, "names and links": 20}  # how often the whole command is tried, if not three times
STEP_MS = 40
NAMES = (
    "it's.mp4", 'say "squat".mp4', "two\nlines.mp4", "tab\there.mp4", "-o.mp4", "--help", "file:a.mp4",
    "http:set.mp4", "%03d.mp4", "a|b.mp4", "concat:a.mp4", "$(reboot).mp4", "; ls.mp4", " .mp4", "ü日本語🏋.mp4",
    "\x1b[31mred.mp4", "\x07bell.mp4", os.fsdecode(b"\xff\xfe.mp4"), "x" * 250 + ".mp4", "set", ".mp4",
    "a\\b.mp4", "subfile,,start,0,end,9,,:a.mp4", "data:video.mp4", "pipe:0", "-", "~root.mp4", "*.mp4", "\u202egnp.mp4",
)  # fmt: skip
PLAYLISTS = (
    "#EXTM3U\n#EXTINF:5,\n{}\n", "ffconcat version 1.0\nfile '{}'\n",
    '<?xml version="1.0"?><MPD><BaseURL>{}</BaseURL></MPD>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}"/></svg>', "v=0\r\nm=video 5004 RTP/AVP 96\r\n{}",
    "[playlist]\nFile1={}\n", "<html><video src='{}'></video>", "{}",
)  # fmt: skip
Bytes = Callable[[Random, bytes], bytes]


def kinds(folder: Path) -> list[Kind]:
    """Every kind of video case; the clips they start from are made in this folder first."""
    bases = small_clips(folder)
    many = cache(lambda: many_chunks(folder))
    decoded = [
        *(Kind("video", change.__name__, 110, _damaged(bases, change)) for change in DAMAGE),
        Kind("video", "header overwritten", 160, _header(bases)),
        Kind("video", "re-muxed", 60, _remuxed(bases)),
        Kind("video", "sizes in the header", 90, _claimed_size(bases)),
        Kind("video", "odd sizes", 40, odd_size),
        Kind("video", "16 and 10 bit", 30, deep),
        Kind("video", "rates", 60, rates),
        Kind("video", "time stamps overwritten", 90, _times(bases)),
        Kind("video", "5 s of black", 15, black),
        Kind("video", CHUNKS, 15, lambda rng, place: chunked(rng, place, many())),
        Kind("video", "size changes midway", 25, joined),
        Kind("video", "archives and bombs", 70, archives),
        Kind("video", "playlists", 40, _playlists(bases)),
        Kind("video", "only a beginning", 100, only_a_beginning),
        Kind("video", "names and links", 70, _named(bases)),
    ]
    commands = [Kind("command", f"check, {k.name}", COMMANDS.get(k.name, 3), _command(k)) for k in decoded]
    return decoded + commands


def _command(kind: Kind) -> Callable[[Random, Path], Made]:
    """The same videos, handed to the whole command. Most show nobody: a sentence is right too."""

    def make(rng: Random, place: Path) -> Made:
        made = kind.make(rng, place)
        return Made(made.path, "either" if made.want == "right" else made.want, command=("check",))

    return make


# ---- clips ------------------------------------------------------------------------------------------


def picture(width: int, height: int, number: int) -> np.ndarray:
    """A slanted ramp that moves, so that no two pictures are alike."""
    ramp = np.arange(width)[None, :] + np.arange(height)[:, None] + 7 * number
    return np.repeat((ramp % 256).astype(np.uint8)[..., None], 3, axis=2)


def encode(
    path: Path, pts: Iterable[int] = range(0, PICTURES * STEP_MS, STEP_MS), *, size: tuple[int, int] = (96, 64),
    container: str = "mp4", codec: str = "libx264", pix_fmt: str = "yuv420p", base: Fraction = Fraction(1, 1000),
    options: dict[str, str] | None = None, muxer: dict[str, str] | None = None, light: int | None = None,
) -> Path:  # fmt: skip
    """Write a clip whose pictures have these times, in units of `base`. light: one grey for all of it."""
    clocked = codec.startswith(("mpeg", "flv"))
    with av.open(str(path), "w", format=container, options=muxer or {}) as out:
        stream = out.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.codec_context.time_base = Fraction(1, 25) if clocked else base
        for i, time in enumerate(pts):
            image = picture(*size, i) if light is None else np.full((size[1], size[0], 3), light, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pix_fmt)
            frame.time_base = stream.codec_context.time_base
            frame.pts = i if clocked else time
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def small_clips(folder: Path) -> list[Path]:
    """One clip of every format that formcheck reads, and two of the samples."""
    made = [encode(folder / n, container=c, codec=k, pix_fmt=p) for n, (c, k, p) in FORMATS.items()]
    return [*made, SAMPLES / "plank_good.mp4", SAMPLES / "plank_sags.mp4"]


def many_chunks(folder: Path) -> list[Path]:
    """Ten thousand pictures, each in a fragment or cluster of its own."""
    how = {"size": (16, 16), "codec": "mpeg4", "options": {"g": "1"}}
    fragments = {"movflags": "frag_every_frame+empty_moov"}
    return [
        encode(folder / "c.mp4", range(10_000), muxer=fragments, **how),
        encode(
            folder / "c.mkv", range(10_000), container="matroska", muxer={"cluster_time_limit": "1"}, **how
        ),
    ]


def copied(source: Path, path: Path, container: str, pts: Callable[[int], int] = lambda t: t) -> Path:
    """The same pictures, not encoded again, in another container."""
    with av.open(str(source)) as old, av.open(str(path), "w", format=container) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return path


# ---- kinds ------------------------------------------------------------------------------------------


def _write(place: Path, name: str, data: bytes) -> Path:
    path = place / name
    path.write_bytes(data)
    return path


def _damaged(bases: list[Path], change: Bytes) -> Callable[[Random, Path], Made]:
    def make(rng: Random, place: Path) -> Made:
        base = rng.choice(bases)
        return Made(_write(place, base.name, change(rng, base.read_bytes())))

    return make


def _header(bases: list[Path]) -> Callable[[Random, Path], Made]:
    """Numbers of the index: the moov box of an MP4, the first bytes of anything else."""

    def make(rng: Random, place: Path) -> Made:
        base = rng.choice(bases)
        data = base.read_bytes()
        at = max(0, data.find(b"moov"))
        end = len(data) if at else 400
        return Made(_write(place, base.name, overwritten(rng, data, at, end)))

    return make


def _remuxed(bases: list[Path]) -> Callable[[Random, Path], Made]:
    containers = ("mp4", "mov", "matroska", "mpegts")

    def make(rng: Random, place: Path) -> Made:
        base = next(b for b in rng.sample(bases, len(bases)) if b.name in ("a.mp4", "plank_good.mp4", "a.ts"))
        name = rng.choice(("a.mp4", "a.mov", "a.mkv", "a.avi", "a.txt", "a"))
        path = copied(base, place / name, rng.choice(containers))
        return Made(path, "right", 210 if base.name.startswith("plank") else PICTURES)

    return make


def _claimed_size(bases: list[Path]) -> Callable[[Random, Path], Made]:
    """Width and height of the track and of the sample description replaced, in MP4 and MOV."""
    sides = (0, 1, 2, 16, 8192, 8193, 10_000, 32_767, 65_535)

    def make(rng: Random, place: Path) -> Made:
        base = rng.choice([b for b in bases if b.suffix in (".mp4", ".mov")])
        data = bytearray(base.read_bytes())
        size = struct.pack(">HH", rng.choice(sides), rng.choice(sides))
        for fourcc in (b"avc1", b"mp4v"):
            at = data.find(fourcc, data.find(b"stsd"))
            if at > 0:
                data[at + 28 : at + 32] = size
        if rng.random() < 0.5:
            at = data.index(b"tkhd") + 4
            data[at + 76 : at + 84] = struct.pack(">II", rng.choice(WORDS), rng.choice(WORDS))
        return Made(_write(place, base.name, bytes(data)))

    return make


def odd_size(rng: Random, place: Path) -> Made:
    """Pictures one pixel wide or ten thousand long, really encoded."""
    size = rng.choice(
        [(1, 10_000), (10_000, 1), (2, 8192), (8192, 2), (1, 1), (3, 5), (8191, 17), (8194, 64)]
    )
    codec, pix_fmt = rng.choice([("png", "rgb24"), ("mjpeg", "yuvj420p"), ("rawvideo", "rgb24")])
    path = encode(
        place / "a.mov", range(0, 200, 40), size=size, container="mov", codec=codec, pix_fmt=pix_fmt
    )
    if max(size) > 8192:
        return Made(path, "refused")
    return Made(path, "either")


def deep(rng: Random, place: Path) -> Made:
    """More or fewer bits a pixel than eight."""
    codec, pix_fmt = rng.choice(DEEP)
    size = (rng.randrange(16, 200, 2), rng.randrange(16, 200, 2))
    name, container = ("a.mov", "mov") if codec in ("png", "rawvideo") else ("a.mkv", "matroska")
    path = encode(place / name, size=size, container=container, codec=codec, pix_fmt=pix_fmt)
    return Made(path, "right", PICTURES)


def rates(rng: Random, place: Path) -> Made:
    """A million pictures a second, one a month, and steps that follow no rhythm."""
    step = rng.choice((1, 10, 1000, 10**6, 10**9, 0))
    pts = [i * step if step else sum(rng.sample(range(1, 99), 5)) + 500 * i for i in range(PICTURES)]
    base = Fraction(1, rng.choice((1, 1000, 1_000_000, 90_000)))
    name, container = rng.choice((("a.mkv", "matroska"), ("a.mp4", "mp4"), ("a.mov", "mov")))
    try:
        path = encode(place / name, pts, container=container, base=base, options={"bf": "0"})
    except (av.error.FFmpegError, OverflowError):  # beyond what the container can say: half of the file
        return Made(place / name)
    return Made(path)


def _times(bases: list[Path]) -> Callable[[Random, Path], Made]:
    """Times that stand still, jump or go backwards, written over the right ones."""

    def make(rng: Random, place: Path) -> Made:
        base = rng.choice([b for b in bases if b.suffix in (".mp4", ".mov", ".mkv", ".flv", ".ts")])
        return Made(_write(place, base.name, _retimed(rng, base.read_bytes(), base.suffix)))

    return make


def _retimed(rng: Random, data: bytes, suffix: str) -> bytes:
    out = bytearray(data)
    if suffix in (".mp4", ".mov"):
        for name in rng.sample((b"stts", b"ctts", b"mdhd", b"mvhd", b"elst"), 2):
            if (at := data.find(name)) > 0:
                out[at : at + 40] = overwritten(rng, bytes(out[at : at + 40]), 12)
    elif suffix == ".mkv":
        for block in re.finditer(rb"\xa3(?:[\x80-\xff]|[\x40-\x7f].|[\x20-\x3f]..)\x81(..)", data, re.DOTALL):
            if rng.random() < 0.3:
                out[block.start(1) : block.end(1)] = rng.randbytes(2)
    else:
        for at in range(200, len(out) - 8, rng.randint(90, 200)):
            out[at : at + 3] = rng.randbytes(3) if rng.random() < 0.05 else out[at : at + 3]
    return bytes(out)


def black(rng: Random, place: Path) -> Made:
    """Five seconds without anything to see."""
    size = rng.choice(((64, 48), (640, 480), (1920, 1080)))
    path = encode(place / "a.mp4", range(0, 5000, STEP_MS), size=size, light=rng.choice((0, 0, 16, 255)))
    return Made(path, "right", 5000 // STEP_MS)


def chunked(rng: Random, place: Path, many: list[Path]) -> Made:
    base = rng.choice(many)
    data = base.read_bytes()
    if rng.random() < 0.3:
        return Made(shutil.copy(base, place / base.name), "right")
    return Made(_write(place, base.name, rng.choice(DAMAGE)(rng, data)))


def joined(rng: Random, place: Path) -> Made:
    """A stream whose pictures grow or shrink halfway, up to more than is read."""
    sizes = rng.choice(
        (((64, 48), (320, 240)), ((320, 240), (64, 48)), ((64, 48), (8400, 64)), ((64, 48), (48, 4096)))
    )
    second = "libx264" if max(sizes[1]) > 2000 else rng.choice(("libx264", "mpeg2video"))
    parts = []
    for i, (size, codec) in enumerate(zip(sizes, ("libx264", second), strict=True)):
        times = range(9000 * i, 9000 * i + 900, STEP_MS)
        parts.append(encode(place / f"{i}.ts", times, size=size, container="mpegts", codec=codec))
    return Made(_write(place, "a.ts", b"".join(p.read_bytes() for p in parts)))


def archives(rng: Random, place: Path) -> Made:
    """Archives that unpack to a thousand times their size, named or dressed as a video."""
    zeros = bytes(rng.randrange(1, 40) << 20)
    data = rng.choice((_zipped, gzip.compress, bz2.compress, lzma.compress, _tarred))(zeros)
    if rng.random() < 0.3:
        data = _zipped(data)
    dress = rng.choice(
        (b"", b"", b"\x00\x00\x00\x18ftypisom", b"RIFF\x00\x00\x00\x00AVI ", b"\x1a\x45\xdf\xa3", b"OggS")
    )
    name = rng.choice(("set.mp4", "set.mov", "set.webm", "set.zip"))
    return Made(_write(place, name, dress + data), "refused")


def _zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("squat.mp4", data)
    return out.getvalue()


def _tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        info = tarfile.TarInfo("squat.mp4")
        info.size = len(data)
        file.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _playlists(bases: list[Path]) -> Callable[[Random, Path], Made]:
    """Texts that make other readers open other files."""

    def make(rng: Random, place: Path) -> Made:
        target = rng.choice(
            (str(bases[0]), "/etc/passwd", "/dev/zero", "http://127.0.0.1:9/set.mp4", "set.mp4")
        )
        return Made(_write(place, "set.mp4", rng.choice(PLAYLISTS).format(target).encode()), "refused")

    return make


def only_a_beginning(rng: Random, place: Path) -> Made:
    """The first bytes of a video, and then chance."""
    head = rng.choice((
        b"\x00\x00\x00\x18ftypmp42", b"\x00\x00\x00\x08moov", b"\x00\x00\x00\x08wide\xff\xff\xff\xffmdat",
        b"\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", b"RIFF\xff\xff\xff\xffAVI LIST",
        b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff", b"FLV\x01\x05", b"\x00\x00\x01\xba", b"OggS\x00\x02",
        b"\x47" + bytes(187) + b"\x47", bytes(4) + b"\x47" + bytes(191) + b"\x47",
    ))  # fmt: skip
    length = rng.choice((0, 1, 7, 100, 5_000, 300_000))
    return Made(_write(place, "set.mp4", head + rng.choice((bytes(length), rng.randbytes(length)))))


def _named(bases: list[Path]) -> Callable[[Random, Path], Made]:
    """Good clips under bad names, and links of every sort."""

    def make(rng: Random, place: Path) -> Made:
        path, base = place / rng.choice(NAMES), rng.choice((bases[0], SAMPLES / "plank_good.mp4"))
        how = rng.choice(("file", "file", "link", "dangling", "loop", "folder", "device", "fifo"))
        if how == "file":
            shutil.copy(base, path)
        elif how == "folder":
            path.mkdir()
        elif how == "fifo":
            os.mkfifo(path)
        else:
            target = {
                "link": base,
                "dangling": place / "gone.mp4",
                "loop": path,
                "device": Path("/dev/zero"),
            }[how]
            path.symlink_to(target)
        pictures = PICTURES if base == bases[0] else 210
        return Made(path, "right", pictures) if how in ("file", "link") else Made(path, "refused")

    return make
