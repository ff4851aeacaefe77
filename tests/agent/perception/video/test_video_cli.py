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
        f"2 subtitles in {tmp_path / 'e.srt'}",
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
    assert 'the model answered without events: "I see a lovely room."' in printed.err
    assert "No event was found." in printed.err


def test_the_plan_asks_nobody(film: str, capsys: Said) -> None:
    assert run_command(["video", film, "--plan", "--json", "--from", "2", "--to", "00:04"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == 4
    assert told["windows"] == [{"begin_s": 2.0, "end_s": 4.0, "frames": 4, "fps": 2.0}]
    assert told["tokens"] == 2 * told["shown"][0] * told["shown"][1] // 28**2


@pytest.mark.parametrize(
    ("named", "told", "tokens"),
    [
        ([], "Reckoned for qwen2_5_vl, which is sent a clip. No model is named", "1,920"),
        (["--server", "vllm"], "Reckoned for the model of vllm as qwen2_5_vl, which is", "1,920"),
        (["--server", "ollama"], "sent single pictures, for its server takes no clips.", "3,840"),
        (["--model", "Qwen/Qwen3-VL-4B"], "Reckoned for Qwen/Qwen3-VL-4B as qwen3_vl", "1,400"),
        (["--model", "auto"], "Reckoned for qwen2_5_vl, which is sent a clip. No model", "1,920"),
    ],
)
def test_a_plan_says_for_whom_it_reckons_and_of_which_stretch(
    film: str, named: list[str], told: str, tokens: str, capsys: Said
) -> None:
    assert run_command(["video", film, "--plan", *named]) == 0
    printed = capsys.readouterr()
    assert told in printed.err
    assert f"about {tokens} visual tokens" in printed.out
    assert printed.out.startswith("00:10.00 of 112x84: 20 frames")
    assert run_command(["video", film, "--plan", "--from", "2", "--to", "4.5", *named]) == 0
    assert capsys.readouterr().out.startswith("00:02.00 – 00:04.50 of 00:10.00, 112x84: 6 frames")


def test_a_folder_says_by_its_config_for_whom_is_reckoned(
    film: str, tmp_path: Path, capsys: Said
) -> None:
    assert run_command(["video", film, "--plan", "--model", str(tmp_path)]) == 2
    assert "no config.json" in capsys.readouterr().err


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
        (["FILM", "--fps", "inf"], "less than or equal to 120"),
        (["~nobody-at-all/x.mp4"], "is no path"),
        (["https://example.org/x.mp4"], "is an address, and no file. Fetch it"),
        (["FILM", "--answer"], "There is no question"),
        (["FILM", "x", "--answer", "--moment"], "exclude each other"),
        (["FILM", "--subtitles", "a.txt"], "does not end with .srt or .vtt"),
        (["FILM", "--sheet", "a.pdf"], "does not end with .png"),
        (["FILM", "--sheet", "nowhere/a.png"], "There is no folder 'nowhere' for 'a.png'"),
        (["FILM", "--subtitles", "nowhere/a.srt"], "There is no folder 'nowhere' for 'a.srt'"),
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


def test_an_empty_answer_is_told(film: str, capsys: Said) -> None:
    with serving(words("<think>Hm.</think>")) as server:
        assert ask(server, film, "What?", "--answer") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "The model gave no answer." in printed.err


def test_a_server_that_refuses_is_exit_3(film: str, capsys: Said) -> None:
    with serving(refuse(400, "no pictures here")) as server:
        assert ask(server, film) == 3
    assert "no pictures here" in capsys.readouterr().err


def test_a_model_that_fails_later_is_exit_3_and_what_it_found_is_printed(
    film: str, tmp_path: Path, capsys: Said
) -> None:
    arguments = ["--fps", "2", "--budget", "512", "--subtitles", str(tmp_path / "e.srt")]
    with serving(words(f"[{A}]"), refuse(400, "no more")) as server:
        assert ask(server, film, *arguments) == 3
    printed = capsys.readouterr()
    assert "A man opens a door." in printed.out
    assert "The model failed at 00:02.00; what was found before is kept." in printed.err
    assert "A man opens a door." in (tmp_path / "e.srt").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_told(film: str, capsys: Said) -> None:
    with serving(words(f"[{A}]")) as server:
        assert ask(server, film, "--subtitles", "/proc/version.srt") == 2
    printed = capsys.readouterr()
    assert "cannot be written: " in printed.err
    assert "A man opens a door." in printed.out  # it was paid for
