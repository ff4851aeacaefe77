"""Video files and recordings as clips."""

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

pytest.importorskip("av")

import agent.perception.video.clip as clip_module
from agent.perception.video.clip import VideoError, VideoFile
from agent.perception.video.recorded import open_clip
from tests.agent.perception.video.films import make_film, make_sound, number_of
from tools.errors import MissingExtraError
from tools.geometry import Size

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "webm"])
def test_each_time_gives_the_frame_that_is_on_the_screen(tmp_path: Path, ending: str) -> None:
    clip = VideoFile(make_film(tmp_path / f"film.{ending}"))
    assert clip.facts.duration_s == pytest.approx(6.0, abs=0.3)
    assert clip.facts.size == Size(width=112, height=84)
    assert clip.facts.fps == pytest.approx(4, rel=0.05)
    times_s = [0.0, 0.1, 0.25, 1.0, 1.9, 4.5, 5.75, 5.99]
    found = [number_of(frame.image) for frame in clip.frames(times_s)]
    shade = 1 if ending == "webm" else 0  # VP8 keeps plain colours less exactly
    assert found == pytest.approx([0, 0, 1, 4, 7, 18, 23, 23], abs=shade)


def test_times_count_from_the_first_frame_wherever_that_is(tmp_path: Path) -> None:
    clip = VideoFile(make_film(tmp_path / "cut.mkv", begin=40))
    found = [(frame.at_s, number_of(frame.image)) for frame in clip.frames([0, 1, 4.5])]
    assert found == [(0, 0), (1, 4), (4.5, 18)]
    assert clip.facts.duration_s == pytest.approx(6, abs=0.3)


def test_frames_far_apart_are_jumped_to(tmp_path: Path) -> None:
    clip = VideoFile(make_film(tmp_path / "film.mp4", frames=31, fps=Fraction(1, 10), gop=3))
    assert clip.facts.duration_s == pytest.approx(310)
    found = [(frame.at_s, number_of(frame.image)) for frame in clip.frames([0, 95, 100, 299.9])]
    assert found == [(0, 0), (90, 9), (100, 10), (290, 29)]


@pytest.mark.parametrize("ending", ["ts", "mkv", "webm"])
def test_a_jump_that_lands_too_late_is_made_again(tmp_path: Path, ending: str) -> None:
    """MPEG-TS has no list of its key frames."""
    film = make_film(tmp_path / f"film.{ending}", frames=240, fps=4, gop=40, begin=6)
    times_s = [n * 7.0 for n in range(8)]
    frames = list(VideoFile(film).frames(times_s))
    assert [frame.at_s for frame in frames] == pytest.approx(times_s, abs=0.01)
    shade = 1 if ending == "webm" else 0
    expected = [n * 28 % 32 for n in range(8)]
    assert [number_of(frame.image) for frame in frames] == pytest.approx(expected, abs=shade)


def test_a_film_with_one_key_frame_is_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = VideoFile(make_film(tmp_path / "film.mp4", frames=1200, fps=4, size=(32, 32), gop=9999))
    counted, decoded = 0, clip_module._decoded

    def counting(container: "InputContainer") -> Iterator["VideoFrame"]:
        nonlocal counted
        for frame in decoded(container):
            counted += 1
            yield frame

    monkeypatch.setattr(clip_module, "_decoded", counting)
    times_s = [n * 7.0 for n in range(42)]
    assert [frame.at_s for frame in film.frames(times_s)] == times_s
    assert counted < 2500


def test_eight_hours_are_looked_into_without_decoding_them_all(tmp_path: Path) -> None:
    film = make_film(tmp_path / "day.mp4", frames=2880, fps=Fraction(1, 10), size=(32, 32), gop=30)
    clip = VideoFile(film)
    assert clip.facts.duration_s == pytest.approx(8 * 3600)
    (late,) = clip.frames([7.5 * 3600])
    assert late.at_s == pytest.approx(7.5 * 3600)


def test_a_film_is_turned_upright(tmp_path: Path) -> None:
    plain = make_film(tmp_path / "plain.mp4", frames=4)
    data = bytearray(plain.read_bytes())
    # The matrix in the track's header (ISO 14496-12, tkhd): a quarter turn.
    unit, turned = (65536).to_bytes(4), (65536).to_bytes(4)
    upright = unit + bytes(12) + unit + bytes(12)
    quarter = bytes(4) + turned + bytes(4) + (-65536).to_bytes(4, signed=True) + bytes(16)
    at = data.index(upright, data.index(b"tkhd"))
    data[at : at + len(quarter)] = quarter
    (tmp_path / "turned.mp4").write_bytes(data)
    clip = VideoFile(tmp_path / "turned.mp4")
    assert clip.facts.size == Size(width=84, height=112)
    (first,) = clip.frames([0])
    assert first.image.size == (84, 112)


def test_the_end_of_a_torn_file_is_its_last_whole_frame(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mkv", frames=24, size=(320, 240), gop=4)
    data = film.read_bytes()
    film.write_bytes(data[: len(data) * 2 // 3])
    clip = VideoFile(film)
    found = [number_of(frame.image) for frame in clip.frames([0.0, 1.0, 5.9])]
    assert found[:2] == [0, 4]
    assert 4 < found[2] < 23


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.mp4", None, "cannot be read: No such file"),
        ("empty.mp4", b"", "is empty, 0 bytes"),
        ("words.mp4", b"once upon a time " * 100, "cannot be read as a video"),
    ],
)
def test_what_is_no_video_is_told(
    tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError, match=told):
        VideoFile(path)


def test_a_torn_mp4_is_told(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4")
    film.write_bytes(film.read_bytes()[:400])
    with pytest.raises(VideoError, match=r"cannot be read as a video|has no frames"):
        VideoFile(film)


def test_a_film_without_frames_is_told(tmp_path: Path) -> None:
    film = make_sound(tmp_path / "film.mkv", picture=True)
    with pytest.raises(VideoError, match="has no frames"):
        VideoFile(film)


def test_sound_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="has no pictures"):
        VideoFile(make_sound(tmp_path / "sound.m4a"))


def test_a_folder_that_is_no_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="is a folder, and no recording"):
        open_clip(tmp_path)


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = make_film(tmp_path / "film.mp4")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"tapwright\[video\]"):
        VideoFile(film)


def test_a_recording_is_a_clip() -> None:
    clip = open_clip(Path("recordings/shipped/booking"))
    assert clip.facts.size == Size(width=1080, height=2400)
    assert clip.facts.duration_s > 1
    first, again, last = clip.frames([0.0, 0.001, clip.facts.duration_s])
    assert first.at_s == again.at_s == 0
    assert first.image.tobytes() == again.image.tobytes()
    assert last.image.tobytes() != first.image.tobytes()


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "tiff"])
def test_a_picture_is_no_video(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"photo.{ending}"
    Image.new("RGB", (64, 64)).save(path)
    with pytest.raises(VideoError, match="is a picture, and no video"):
        VideoFile(path)
