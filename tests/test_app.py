"""The app's page: the safety notice first, then a video, then the report; errors are sentences."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import factories
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from formcheck.errors import VideoError
from formcheck.lifter import Lifter
from formcheck.options import Options
from formcheck.video import VideoSink
from formcheck.web import checking, safety_notice, upload_page

APP = Path(__file__).resolve().parents[1] / "app.py"


def page() -> AppTest:
    """The page with the safety notice confirmed."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.session_state[safety_notice.UNDERSTOOD] = True
    return app.run()


def checked() -> checking.Checked:
    finding = factories.finding()
    files = {"report.html": b"<html>", "report.json": b"{}", "findings.csv": b"code"}
    return checking.Checked(factories.report(finding), {}, files)


def shown(app: AppTest) -> str:
    """All text of the page."""
    parts = [
        *app.title,
        *app.header,
        *app.subheader,
        *app.markdown,
        *app.success,
        *app.error,
        *app.caption,
        *app.text,
    ]
    return "\n".join(str(part.value) for part in parts)


def test_the_safety_notice_stands_before_the_first_set() -> None:
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not app.exception
    assert "emergency care" in app.error[0].value
    assert "Ask a doctor" in app.warning[0].value
    assert [b.label for b in app.button] == ["None of this is true for me, or a doctor has said yes"]
    app.button[0].click().run()
    assert "Check this set" in [b.label for b in app.button]
    assert not app.error


def test_nothing_can_be_checked_before_a_video_is_there() -> None:
    app = page()
    assert not app.exception
    assert app.button[0].disabled
    assert [s.label for s in app.selectbox][-1] == "Exercise"


def test_the_report_has_one_cue_on_top_and_downloads() -> None:
    app = page()
    app.session_state[upload_page.CHECKED] = checked()
    app.run()
    assert not app.exception
    assert app.header[0].value == "Squat: 2 reps; 1 fault."
    assert len(app.success) == 1
    assert factories.FAULT.cue in app.success[0].value
    assert "rep 1 at 0:02.0: 14° (limit 12°)" in shown(app)
    assert "Could not judge" in shown(app)
    assert [b.label for b in app.get("download_button")] == [
        "Report (HTML)", "Report (JSON)", "Findings (CSV)", "Everything (ZIP)",
    ]  # fmt: skip


def test_an_upload_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Options]] = []

    def check(video, name, options, progress):
        asked.append((name, options))
        progress(0.5, "Watching the video")
        return checked()

    monkeypatch.setattr(upload_page, "check", check)
    app = page()
    app.get("file_uploader")[0].upload("my set.mp4", b"video")
    app.selectbox[-1].select("squat")
    app.number_input[0].set_value(178)
    app.run()
    app.button[0].click().run()
    assert not app.exception
    assert asked == [("my set.mp4", Options(exercise="squat", lifter=Lifter(height_m=1.78)))]
    assert app.header[0].value == "Squat: 2 reps; 1 fault."


def test_a_bad_video_is_a_sentence_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(*_: object) -> None:
        raise VideoError("set.mp4 is empty; record or copy it again.")

    monkeypatch.setattr(upload_page, "check", check)
    app = page()
    app.get("file_uploader")[0].upload("set.mp4", b"")
    app.run()
    app.button[0].click().run()
    assert not app.exception
    assert app.error[0].value == "set.mp4 is empty; record or copy it again."
    assert not app.header


# ---- checking ---------------------------------------------------------------------------------------


@pytest.fixture
def video(tmp_path: Path) -> io.BytesIO:
    with VideoSink(tmp_path / "clip.mp4") as sink:
        for i in range(0, 180, 3):
            sink.write(np.full((120, 80, 3), 90, dtype=np.uint8), i / 30)
    return io.BytesIO((tmp_path / "clip.mp4").read_bytes())


def test_checking_keeps_no_copy_of_the_video(
    video: io.BytesIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    seen: list[Path] = []

    def track_of(path: Path, *, model, progress):
        seen.append(path)
        progress(1.0)
        return factories.squatting(6.0)

    monkeypatch.setattr(checking, "track_of", track_of)
    shares: list[float] = []
    done = checking.check(video, "../../evil name.MOV", Options(), lambda share, _: shares.append(share))
    assert seen[0].name == "set.mov"
    assert done.report.source == "evil name.MOV"
    assert done.report.exercise == "squat"
    assert shares == sorted(shares)
    assert {"report.html", "overlay.mp4", "pose.npz"} <= set(done.files)
    assert set(zipfile.ZipFile(io.BytesIO(done.archive)).namelist()) == set(done.files)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_failed_check_leaves_nothing_behind(
    video: io.BytesIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def track_of(path: Path, *, model, progress):
        raise VideoError("no")

    monkeypatch.setattr(checking, "track_of", track_of)
    before = set(tmp_path.iterdir())
    with pytest.raises(VideoError):
        checking.check(video, "a.mp4", Options(), lambda *_: None)
    assert set(tmp_path.iterdir()) == before


def test_the_page_does_not_run_in_the_process_that_finds_the_poses() -> None:
    """That process imports app.py under another name (multiprocessing spawn)."""
    space = SimpleNamespace(__name__="__mp_main__", __file__=str(APP))
    exec(compile(APP.read_text(), str(APP), "exec"), vars(space))
    assert "st" not in vars(space)
