"""Films of recordings: what is on them, how they are written, and what cannot be one."""

import builtins
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageSequence

from agent.cli.app import run_command
from agent.export.caption import Caption, caption_height, draw_caption
from agent.export.encode import write_gif
from agent.export.film import FilmOptions, plan_film
from agent.export.pointer import POINTER
from agent.lettering import lettering, wrapped
from agent.recording.reader import Recording, read_recording
from tests.agent.report.runs import (
    CHINESE,
    crashed_run,
    empty_run,
    long_run,
    passed_run,
    rich_run,
)
from tools.errors import RecordingError
from tools.geometry import Size


def silent(done: int, total: int) -> None:
    assert done <= total


def reddish(image: Image.Image, at: tuple[int, int]) -> bool:
    """Whether the finger is at ``at``."""
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 60 for a, b in zip(found, POINTER, strict=True))


@pytest.fixture
def passed(tmp_path: Path) -> Recording:
    return passed_run(tmp_path / "recordings")


def test_a_step_is_shown_still_then_with_the_finger(passed: Recording) -> None:
    film = plan_film(passed, FilmOptions(width=360, fps=10, step_s=2))
    first = [shot for shot in film.shots if shot.step == 1]
    assert first[0].progress is None
    assert [shot.progress for shot in first[1:]] == pytest.approx([n / 6 for n in range(7)])
    assert sum(shot.seconds for shot in first) == pytest.approx(2)
    assert film.shots[-1].caption == Caption("finished · passed", "on")
    pictures = list(film.draw())
    assert {picture.size for picture in pictures} == {(360, 800 + caption_height(360))}
    assert not reddish(pictures[0], (180, 130))
    assert reddish(pictures[7], (180, 130))


def test_a_swipe_is_a_trail_and_typing_appears_letter_by_letter(tmp_path: Path) -> None:
    film = plan_film(rich_run(tmp_path / "recordings"), FilmOptions())
    swipe = tuple(shot for shot in film.shots if shot.step == 4)
    first, last = (list(film.draw(swipe))[place] for place in (1, -1))
    assert reddish(last, (180, 200))
    assert not reddish(first, (180, 200))
    heads = [shot.caption.head for shot in film.shots if shot.step == 7]
    assert heads[0] == "7/8 · type"
    assert heads[1:] == sorted(heads[1:], key=len)
    assert heads[-1].startswith("7/8 · type 重庆 </script>")


def test_the_gif_plays_as_long_as_it_was_planned(tmp_path: Path, passed: Recording) -> None:
    film = plan_film(passed, FilmOptions(width=180))
    path = tmp_path / "film.gif"
    size = write_gif(film, path, silent)
    assert size == path.stat().st_size
    with Image.open(path) as gif:
        assert gif.size == (film.size.width, film.size.height)
        assert gif.info["loop"] == 0
        shown_ms = 0
        for picture in ImageSequence.Iterator(gif):
            shown_ms += picture.info["duration"]
        assert shown_ms == pytest.approx(sum(shot.seconds for shot in film.shots) * 1000, abs=100)
        gif.seek(3)
        assert reddish(gif, (90, 65))
    assert [each.name for each in tmp_path.glob("*.gif")] == ["film.gif"]


def test_the_mp4_has_a_picture_for_every_moment(tmp_path: Path, passed: Recording) -> None:
    av = pytest.importorskip("av", reason="needs PyAV (pip install -e '.[video]')")
    path = tmp_path / "film.mp4"
    arguments = ["export", str(passed.folder), "--mp4", str(path), "--width", "181", "--fps", "12"]
    assert run_command(arguments) == 0
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.width, stream.codec_context.pix_fmt) == (180, "yuv420p")
        pictures = [frame.to_image() for frame in film.decode(video=0)]
    seconds = 2 * 1.6 + 1.5 * 1.6
    assert len(pictures) == pytest.approx(seconds * 12, abs=1)
    assert any(reddish(picture, (90, 65)) for picture in pictures)
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")


def test_without_pyav_it_says_which_extra_is_missing(
    tmp_path: Path,
    passed: Recording,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = builtins.__import__

    def bare(name: str, *rest: object, **more: object) -> object:
        if name == "av":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(builtins, "__import__", bare)
    path = tmp_path / "film.mp4"
    assert run_command(["export", str(passed.folder), "--mp4", str(path)]) == 2
    assert "needs the extra 'video'" in capsys.readouterr().err
    assert not path.exists()


def test_screens_that_turn_are_fitted_in(tmp_path: Path) -> None:
    film = plan_film(
        passed_run(tmp_path / "recordings", Size(width=800, height=361)), FilmOptions()
    )
    assert film.size.width % 2 == film.size.height % 2 == 0
    assert {picture.size for picture in film.draw()} == {(film.size.width, film.size.height)}


def test_missing_pictures_have_a_stand_in_and_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = long_run(tmp_path / "recordings", 3)
    frame = found.steps[1].observation
    assert frame is not None
    found.file(frame.frame).unlink()
    target = tmp_path / "film.gif"
    assert run_command(["export", str(found.folder), "--gif", str(target), "--width", "120"]) == 0
    printed = capsys.readouterr()
    assert f"{frame.frame.path} is missing" in printed.err
    assert printed.err.count("is missing") == 1
    assert target.is_file()


def test_a_crashed_run_is_filmed_up_to_its_last_look(tmp_path: Path) -> None:
    film = plan_film(crashed_run(tmp_path / "recordings"), FilmOptions())
    assert film.shots[-1].caption.head == "no end: the run crashed"


def test_a_run_without_a_step_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="has no step that could be shown"):
        plan_film(empty_run(tmp_path / "recordings"), FilmOptions())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Nothing is to be exported."),
        (["--gif", "film.mp4"], "Name a file *.gif."),
        (["--mp4", "film.gif"], "Name a file *.mp4."),
        (["--gif", "film"], "Name a file *.gif."),
        (["--gif", "folder.gif"], "is a folder"),
        (["--gif", "/proc/film.gif"], "'/proc/film.gif' cannot be written"),
        (["--gif", "nowhere/film.gif"], "'nowhere/film.gif' cannot be written"),
        (["--gif", "f.gif", "--width", "3"], "'--width'"),
        (["--gif", "f.gif", "--fps", "0"], "'--fps'"),
        (["--gif", "f.gif", "--fps", "nan"], "'--fps'"),
        (["--gif", "f.gif", "--step-seconds", "nan"], "'--step-seconds'"),
        (["--gif", "f.gif", "--step-seconds", "0"], "'--step-seconds'"),
    ],
)
def test_bad_input_is_one_clear_line(
    arguments: Sequence[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    passed: Recording,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.gif").mkdir()
    assert run_command(["export", str(passed.folder), *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_a_film_that_is_there_is_only_written_over_on_demand(
    tmp_path: Path, passed: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    there, fresh = tmp_path / "there.mp4", tmp_path / "fresh.gif"
    there.write_text("mine")
    words = ["export", str(passed.folder), "--gif", str(fresh), "--mp4", str(there)]
    assert run_command(words) == 2
    assert f"'{there}' is there already. Name another file, or" in capsys.readouterr().err
    assert there.read_text() == "mine"
    assert not fresh.exists()  # nothing was begun
    fresh.write_text("mine")
    assert run_command([*words[:4], "--width", "120", "--force"]) == 0
    assert fresh.read_bytes().startswith(b"GIF89a")


def test_a_recording_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["export", "nothing", "--gif", "x.gif"]) == 2
    assert "There is no recording 'nothing'" in capsys.readouterr().err


def test_chinese_is_written_and_not_as_boxes() -> None:
    face = lettering(20)
    letters = {letter: drawn(letter) for letter in "重庆北京"}
    assert len(set(letters.values())) == 4
    assert drawn("\uffff") not in letters.values()
    assert face.length("重庆") == pytest.approx(2 * face.length("重"))
    assert drawn("·") != drawn("\uffff")


def drawn(letter: str) -> bytes:
    image = Image.new("RGB", (40, 40))
    lettering(20).write(ImageDraw.Draw(image), (5, 30), letter, (255, 255, 255))
    return image.tobytes()


@given(st.text(max_size=300), st.integers(40, 600), st.integers(1, 3))
def test_lines_fit_whatever_is_said(text: str, room: int, lines: int) -> None:
    face = lettering(12)
    found = wrapped(text, face, room, lines=lines)
    assert len(found) <= lines
    assert all(face.length(line.rstrip()) <= room for line in found)


def test_a_short_text_is_kept_and_a_long_one_ends_in_dots() -> None:
    face = lettering(12)
    assert wrapped("two words", face, 200, lines=2) == ["two words"]
    assert wrapped(CHINESE * 4, face, 200, lines=2)[-1].endswith("…")
    canvas = Image.new("RGB", (200, 100))
    draw_caption(canvas, Caption("head", CHINESE), 20)
    data = io.BytesIO()
    canvas.save(data, "PNG")
    assert len(canvas.getcolors(10_000) or []) > 3


def test_planning_looks_at_no_picture(tmp_path: Path) -> None:
    found = long_run(tmp_path / "recordings", 200)
    for path in (found.folder / "frames").iterdir():
        path.unlink()
    film = plan_film(read_recording(found.folder), FilmOptions())
    assert len({shot.step for shot in film.shots}) == 201
