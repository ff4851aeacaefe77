"""``agent video``, as a person types it."""

import json
from pathlib import Path

import pytest

pytest.importorskip("av")

from PIL import Image

from agent.cli.app import run_command
from tests.agent.models.fault_server import FaultServer, refuse, serving, words
from tests.agent.perception.video.films import make_film
from tests.agent.perception.video.test_events import A, B

Said = pytest.CaptureFixture[str]


@pytest.fixture
def film(tmp_path: Path) -> str:
    return str(make_film(tmp_path / "film.mp4", frames=40, fps=4))


def ask(server: FaultServer, *arguments: str) -> int:
    return run_command(
        ["video", *arguments, "--server", server.base_url, "--dialect", "qwen2.5-vl"]
    )


def test_events_subtitles_and_a_sheet(film: str, tmp_path: Path, capsys: Said) -> None:
    with serving(words(f"```json\n[{A},\n", f"{B},\n]\n```")) as server:
        code = ask(
            server, film, "--subtitles", str(tmp_path / "e.srt"), "--sheet", str(tmp_path / "s.png")
        )
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert json.loads(printed.out) == [
        {
            "start_time": "00:01.00", "end_time": "00:03.50",
            "description": "A man opens a door.", "overlaps": False,
        },
        {
            "start_time": "00:05.00", "end_time": "00:08.25",
            "description": "He sits down.", "overlaps": False,
        },
    ]  # fmt: skip
    plan, *rest = printed.err.splitlines()
    assert plan.startswith("00:10.00 of 112x84: 20 frames, 2 a second, shown at ")
    assert rest == [
        f"2 subtitles are in {tmp_path / 'e.srt'}",
        f"the sheet is {tmp_path / 's.png'}",
    ]
    assert (tmp_path / "e.srt").read_text().count("-->") == 2
    with Image.open(tmp_path / "s.png") as sheet:
        assert sheet.width == 1440
    content = server.requests[0]["messages"][-1]["content"]
    assert sum(part["type"] == "image_url" for part in content) == 20


def test_an_answer_in_words(film: str, capsys: Said) -> None:
    with serving(words("A door,\x1b[31m then a chair.")) as server:
        assert ask(server, film, "What is seen?", "--answer") == 0
    assert capsys.readouterr().out == "A door,\\x1b[31m then a chair.\n"


def test_a_moment(film: str, capsys: Said) -> None:
    with serving(words("The event happens in 00:01.40 - 00:05.60.")) as server:
        assert ask(server, film, "the door opens", "--moment", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["events"][0]["start_time"] == "00:01.40"
    assert told["frames"] == 20
    with serving(words("It does not happen.")) as server:
        assert ask(server, film, "the door opens", "--moment") == 1
    assert capsys.readouterr().out == "It does not happen.\n"


def test_prose_instead_of_events_is_an_honest_no(film: str, capsys: Said) -> None:
    with serving(words("I see a lovely room.")) as server:
        assert ask(server, film) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == []
    assert "the model answered without events" in printed.err
    assert "No event was found." in printed.err


def test_the_plan_asks_nobody(film: str, capsys: Said) -> None:
    assert run_command(["video", film, "--plan", "--json", "--from", "2", "--to", "00:04"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == 4
    assert told["windows"] == [{"begin_s": 2.0, "end_s": 4.0, "frames": 4, "fps": 2.0}]
    assert told["tokens"] == 2 * told["shown"][0] * told["shown"][1] // 28**2


def test_a_recording_of_our_own_is_watched(capsys: Said) -> None:
    with serving(words(f"[{A}]")) as server:
        assert ask(server, "recordings/shipped/booking") == 0
    assert "of 1080x2400" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.mp4"], "cannot be read"),
        (["FILM", "--from", "soon"], "--from is a time in the clip, not 'soon'"),
        (["FILM", "--from", "99"], "There is nothing from 01:39.00"),
        (["FILM", "--budget", "5"], "no room for 4 frames"),
        (["FILM", "--answer"], "There is no question"),
        (["FILM", "x", "--answer", "--moment"], "exclude each other"),
        (["FILM", "--subtitles", "a.txt"], "does not end with .srt or .vtt"),
        (["FILM", "--sheet", "a.pdf"], "does not end with .png"),
        (["FILM", "--dialect", "klingon"], "klingon"),
    ],
)
def test_bad_input_is_one_line_before_anyone_is_asked(
    film: str, arguments: list[str], told: str, capsys: Said
) -> None:
    given = [film if each == "FILM" else each for each in arguments]
    assert run_command(["video", *given, "--server", "http://127.0.0.1:9/v1", "--model", "x"]) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert "Traceback" not in printed.err


def test_without_a_model_it_is_said_how_to_name_one(film: str, capsys: Said) -> None:
    assert run_command(["video", film]) == 2
    assert "--model NAME" in capsys.readouterr().err


def test_a_server_that_refuses_is_exit_3(film: str, capsys: Said) -> None:
    with serving(refuse(400, "no pictures here")) as server:
        assert ask(server, film) == 3
    assert "no pictures here" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(film: str, tmp_path: Path, capsys: Said) -> None:
    with serving(words(f"[{A}]")) as server:
        assert ask(server, film, "--subtitles", str(tmp_path / "no" / "e.srt")) == 2
    assert "cannot be written: No such file" in capsys.readouterr().err
