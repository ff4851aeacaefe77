"""``agent chat`` without a terminal: each line of the input is a question."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.cli.app import run_command
from agent.perception.chat_file import load_chat
from tests.agent.models.fault_server import (
    Answer,
    FaultServer,
    Json,
    chunk,
    refuse,
    serving,
    stream,
    words,
)

TOO_LONG = refuse(400, "This model's maximum context length is 4096 tokens, you requested 9000.")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (280, 280), "red").save("red.png")
    Image.new("RGB", (280, 280), "blue").save("my blue.png")
    return tmp_path


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def run(server: FaultServer, lines: str, *arguments: str, model: str = "Qwen2.5-VL-7B") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return run_command(["chat", *arguments, "--server", server.base_url, "--model", model])

    return run


Chat = Callable[..., int]


def said(body: Json) -> list[tuple[str, Any]]:
    """Who said what in a request: words, and how many pictures."""
    told = []
    for message in body["messages"]:
        content = message["content"]
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        text = "".join(part.get("text", "") for part in content)
        pictures = sum(part["type"] == "image_url" for part in content)
        told.append((message["role"], (text, pictures)))
    return told


def test_each_line_is_answered_with_what_was_said_before(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(words("It is ", "red."), words("Sure.")) as server:
        assert chat(server, "red.png What colour?\n\nSure?\n", "--system", "Be brief.") == 0
    printed = capsys.readouterr()
    assert printed.out == "It is red.\nSure.\n"
    assert said(server.requests[1]) == [
        ("system", ("Be brief.", 0)),
        ("user", ("What colour?", 1)),
        ("assistant", ("It is red.", 0)),
        ("user", ("Sure?", 0)),
    ]


def test_pictures_wait_for_a_question(chat: Chat) -> None:
    lines = "my blue.png\n/image red.png\nWhich is which?\n/quit\nnever asked\n"
    with serving(words("Blue, red.")) as server:
        assert chat(server, lines, "red.png") == 0
    assert said(server.requests[0]) == [("user", ("Which is which?", 3))]
    assert len(server.requests) == 1


def test_a_thought_is_not_among_the_answers(chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    parted = stream(chunk(reasoning_content="Hm."), chunk(content="Five."), chunk(finish="stop"))
    with serving(parted, words("Hm again.</think>\n\n", "Six.")) as server:
        assert chat(server, "How many?\nSure?\n", model="Qwen3-VL-8B-Thinking") == 0
    printed = capsys.readouterr()
    assert printed.out == "Five.\nSix.\n"
    assert "Hm." in printed.err
    assert "Hm again." in printed.err
    assert said(server.requests[1])[1] == ("assistant", ("Five.", 0))


def test_too_long_a_chat_lets_its_old_pictures_go_with_a_word(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(words("Red."), TOO_LONG, words("Blue.")) as server:
        assert chat(server, "red.png What colour?\n'my blue.png' And this?\n") == 0
    assert [sum(n for _, (_, n) in said(body)) for body in server.requests] == [1, 2, 1]
    assert "red.png is not shown any more" in capsys.readouterr().err


def test_a_question_that_is_too_long_by_itself_is_exit_code_3(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(TOO_LONG) as server:
        assert chat(server, "red.png What colour?\n") == 3
    assert "context" in capsys.readouterr().err


def test_a_chat_is_saved_and_gone_on_with(chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(words("Red."), words("Sure."), words("Yes.")) as server:
        assert chat(server, "red.png Colour?\n/save a.json\nSure?\n", "--system", "Hi") == 0
        assert len(load_chat(Path("a.json")).turns) == 4  # kept up to date after it was saved
        Path("red.png").unlink()
        assert chat(server, "Really?\n", "--resume", "a.json") == 0
    assert said(server.requests[2]) == [
        ("system", ("Hi", 0)),
        ("user", ("Colour?", 1)),
        ("assistant", ("Red.", 0)),
        ("user", ("Sure?", 0)),
        ("assistant", ("Sure.", 0)),
        ("user", ("Really?", 0)),
    ]
    images = [body["messages"][1]["content"][0]["image_url"] for body in server.requests[1:]]
    assert images[0] == images[1]  # the same to the last byte
    assert len(load_chat(Path("a.json")).turns) == 6
    assert "Goes on after 2 questions about 1 picture. The last words:" in capsys.readouterr().err


def test_a_file_is_saved_under_the_name_that_was_typed(chat: Chat) -> None:
    with serving(words("Red.")) as server:
        lines = "Hi\n/save my chat.json\n/save 'a b.json'\n/save c\\ d.json\n/save it's.json\n"
        assert chat(server, lines) == 0
    saved = {path.name for path in Path().glob("*.json")}
    assert saved == {"my chat.json", "a b.json", "c d.json", "it's.json"}


def test_undo_retry_clear_and_system(chat: Chat) -> None:
    lines = "a\nb\n/undo\nc\n/retry\n/system Be kind.\n/clear\nd\n"
    with serving(*(words(str(number)) for number in range(9))) as server:
        assert chat(server, lines) == 0
    spoken = [[text for _, (text, _) in said(body)] for body in server.requests]
    assert spoken == [
        ["a"],
        ["a", "0", "b"],
        ["a", "0", "c"],
        ["a", "0", "c"],
        ["Be kind.", "d"],
    ]
    assert [body["temperature"] for body in server.requests] == [0.0, 0.0, 0.0, 0.7, 0.0]


def test_a_line_that_ends_with_a_backslash_goes_on(chat: Chat) -> None:
    with serving(words("Fine.")) as server:
        assert chat(server, "first\\\nsecond\n") == 0
    assert said(server.requests[0]) == [("user", ("first\nsecond", 0))]


def test_a_model_for_one_question_is_asked_each_alone(chat: Chat) -> None:
    with serving(words("Red."), words("Left.")) as server:
        assert chat(server, "red.png Colour?\nWhere?\n", model="QVQ-72B-Preview") == 0
    assert said(server.requests[1]) == [("user", ("Where?", 1))]
    assert server.requests[0]["max_tokens"] == 8192


def test_nothing_to_ask_is_no_trouble(chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(words("never")) as server:
        assert chat(server, "") == 0
        assert chat(server, "\n \n/help\n") == 0
    assert server.requests == []
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "/retry" in printed.err


@pytest.mark.parametrize(
    ("lines", "arguments", "code", "said"),
    [
        ("/imge red.png\n", [], 2, "There is no /imge. Did you mean /image?"),
        ("/image\n", [], 2, "/image shows pictures."),
        ("/image nothing.png\n", [], 2, "'nothing.png' cannot be read"),
        ("/image 'nothing.png\n", [], 2, "cannot be read"),
        ("/save\n", [], 2, "The chat has no file yet."),
        ("/save /proc/x.json\n", [], 2, "cannot be"),
        ("/save red.png\n", [], 2, "'red.png' is damaged: it is no JSON"),
        ("/undo\n", [], 2, "Nothing was asked yet."),
        ("/retry\n", [], 2, "Nothing was asked yet."),
        ("/screen nothere\n", [], 2, "no device 'nothere'"),
        ("x\n", ["nothing.png"], 2, "'nothing.png' cannot be read"),
        ("x\n", ["--resume", "nothing.json"], 2, "The chat 'nothing.json' cannot be read"),
        ("x\n", ["--resume", "red.png"], 2, "'red.png' is damaged: it is no JSON"),
        ("x\n", ["--max-tokens", "0"], 2, "--max-tokens"),
        ("x\n", ["--dialect", "klingon"], 2, "no dialect 'klingon'"),
        ("x\n", [], 3, "401"),
    ],
)
def test_bad_input_is_one_line(
    chat: Chat,
    lines: str,
    arguments: list[str],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    with serving(refuse(401, "no such key")) as server:
        assert chat(server, lines, *arguments) == code
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("agent: ")
    assert said in line


def test_a_path_that_is_no_picture_is_told_and_sent_as_words(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(words("What?")) as server:
        assert chat(server, "/tmp/nothing-here.png what is it?\n") == 0
    assert said(server.requests[0]) == [("user", ("/tmp/nothing-here.png what is it?", 0))]
    assert "There is no picture '/tmp/nothing-here.png'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (stream(chunk(content="And so"), chunk(finish="length")), "was cut at its most tokens"),
        (stream(*[chunk(content="Look again. ")] * 2000, chunk(finish="stop")), "in circles"),
        (stream(chunk(content=""), chunk(finish="stop")), "The model said nothing."),
    ],
)
def test_an_odd_ending_is_told(
    chat: Chat, answer: Answer, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(answer) as server:
        assert chat(server, "x\n") == 0
    assert note in capsys.readouterr().err


def test_bytes_that_are_no_text_do_not_break_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = io.TextIOWrapper(io.BytesIO(b"caf\xe9?\n"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", lines)
    with serving(words("Yes.")) as server:
        assert run_command(["chat", "--server", server.base_url, "--model", "qwen2.5-vl"]) == 0
    assert said(server.requests[0]) == [("user", ("caf\ufffd?", 0))]


def test_what_the_model_says_does_not_steer_the_terminal(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(words("\x1b[2J\x07Gone.")) as server:
        assert chat(server, "x\n") == 0
    assert capsys.readouterr().out == "\\x1b[2J\\x07Gone.\n"
