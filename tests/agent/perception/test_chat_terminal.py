"""``agent chat`` on a real terminal: keys, Ctrl-C within a reply, what is told and goes on."""

import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from agent.perception.chat_file import load_chat
from tests.agent.models.fault_server import (
    Answer,
    Answerer,
    FaultServer,
    Json,
    chunk,
    refuse,
    serving,
    stream,
    words,
)
from tests.agent.perception.test_chat_command import said
from tests.terminal import Terminal, agent_on_a_terminal


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (280, 280), "red").save("my red.png")
    return tmp_path


@contextmanager
def chatting(
    *answers: Answer | Answerer, arguments: tuple[str, ...] = (), model: str = "Qwen2.5-VL-7B"
) -> Iterator[tuple[Terminal, FaultServer]]:
    with serving(*answers) as server:
        env = {"AGENT_SERVER": server.base_url, "AGENT_MODEL": model}
        with agent_on_a_terminal("chat", *arguments, env=env) as terminal:
            yield terminal, server


def endless(*first: str) -> Answer:
    """A reply that goes on for longer than any test."""
    pieces = (chunk(content=f"{number} ") for number in range(600))
    return stream(*(chunk(content=each) for each in first), *pieces, pause_s=0.05)


def test_a_chat_with_a_dropped_picture_and_what_it_costs(folder: Path) -> None:
    with chatting(words("It is red."), words("Sure.")) as (terminal, server):
        terminal.until("/help")
        terminal.until("> ")
        terminal.type(shlex.quote(str(folder / "my red.png")))
        terminal.until("my red.png: shown as it is, 280x280, 100 tokens.")
        terminal.until("> ")
        terminal.type("What colour?")
        terminal.until("It is red.")
        terminal.until("> ")
        terminal.type("Sure?")
        terminal.until("Sure.")
        terminal.until("> ")
        terminal.press("d")
        assert terminal.end() == 0
    assert said(server.requests[0]) == [("user", ("What colour?", 1))]
    assert len(server.requests) == 2


def test_ctrl_c_stops_a_reply_and_keeps_what_was_said() -> None:
    with chatting(endless("One ", "two "), words("Fine.")) as (terminal, server):
        terminal.until("> ")
        terminal.type("Count.")
        terminal.until("One two 0")
        terminal.press("c")
        terminal.until("Stopped; what it said so far is kept.")
        terminal.until("> ")
        terminal.type("Thanks.")
        terminal.until("Fine.")
        terminal.until("> ")
        terminal.type("/save chat.json")
        terminal.until("Saved as chat.json")
        terminal.type("/quit")
        assert terminal.end() == 0
    roles = [role for role, _ in said(server.requests[1])]
    assert roles == ["user", "assistant", "user"]
    assert said(server.requests[1])[1][1][0].startswith("One two 0")
    saved = load_chat(Path("chat.json"))
    assert [turn.stopped for turn in saved.turns] == [False, True, False, False]


def test_ctrl_c_before_a_word_leaves_nothing_behind_and_retry_asks_again() -> None:
    asked = threading.Event()
    silent = stream(chunk(content=""), *[chunk(content="")] * 600, pause_s=0.05)

    def say_nothing(_: Json) -> Answer:
        asked.set()
        return silent

    with chatting(words("Hello."), say_nothing, words("Here.")) as (terminal, server):
        terminal.until("> ")
        terminal.type("Hi")
        terminal.until("Hello.")
        terminal.until("> ")
        terminal.type("Are you there?")
        terminal.until("Are you there?")
        assert asked.wait(60)
        terminal.press("c")
        terminal.until("Stopped before it said anything")
        terminal.until("> ")
        terminal.type("/retry")
        terminal.until("Here.")
        terminal.until("> ")  # before it a Ctrl-D is lost
        terminal.press("d")
        assert terminal.end() == 0
    assert said(server.requests[1]) == said(server.requests[2])


def test_ctrl_c_at_the_prompt_says_how_to_end() -> None:
    with chatting(words("Hello.")) as (terminal, _):
        terminal.until("> ")
        terminal.press("c")
        terminal.until("Ctrl-D or /quit ends the chat.")
        terminal.until("> ")
        terminal.type("Hi")
        terminal.until("Hello.")
        terminal.type("/quit")
        assert terminal.end() == 0


def test_undo_puts_a_question_away_that_was_not_answered() -> None:
    answers = (words("Hello."), refuse(400, "no"), words("Again."), refuse(400, "no"), words("Ja."))
    with chatting(*answers) as (terminal, server):
        for line, shown in (
            ("Hi", "Hello."),
            ("Colour?", "/retry puts it again"),
            ("/undo", "The question that was not answered is put away."),
            ("/retry", "Again."),  # the one before it
            ("Size?", "/retry puts it again"),
            ("/system Speak German.", "told so from now on"),
            ("/retry", "Ja."),
        ):
            terminal.until("> ")
            terminal.type(line)
            terminal.until(shown)
        terminal.until("> ")
        terminal.type("/system")
        terminal.until("Speak German.")
        terminal.until("> ")
        terminal.press("d")
        assert terminal.end() == 0
    assert said(server.requests[2]) == [("user", ("Hi", 0))]
    assert said(server.requests[4]) == [
        ("system", ("Speak German.", 0)),
        ("user", ("Hi", 0)),
        ("assistant", ("Again.", 0)),
        ("user", ("Size?", 0)),
    ]


def test_trouble_is_told_and_the_chat_goes_on() -> None:
    answers = (words("Hello."), refuse(400, "no such thing"), words("Better."))
    with chatting(*answers) as (terminal, server):
        terminal.until("> ")
        terminal.type("/image nothing.png")
        terminal.until("agent: The picture 'nothing.png' cannot be read")
        terminal.until("> ")
        terminal.type("/imag x")
        terminal.until("Did you mean /image?")
        terminal.until("> ")
        terminal.type("Hi")
        terminal.until("Hello.")
        terminal.until("> ")
        terminal.type("'my red.png' Colour?")
        terminal.until("/retry puts it again")
        terminal.until("agent: The model server answered 400")
        terminal.until("> ")
        terminal.type("/retry")
        terminal.until("Better.")
        terminal.until("> ")  # before it a Ctrl-D is lost
        terminal.press("d")
        assert terminal.end() == 0
        assert "Traceback" not in terminal.text
    assert said(server.requests[-1]) == [
        ("user", ("Hi", 0)),
        ("assistant", ("Hello.", 0)),
        ("user", ("Colour?", 1)),
    ]


def test_a_thought_is_dim_and_the_answer_is_not() -> None:
    parted = stream(chunk(reasoning_content="Hm."), chunk(content="Five."), chunk(finish="stop"))
    with chatting(parted, model="Qwen3-VL-8B-Thinking") as (terminal, _):
        terminal.until("> ")
        terminal.type("How many?")
        terminal.until("Five.")
        terminal.until("> ")  # before it a Ctrl-D is lost
        terminal.press("d")
        assert terminal.end() == 0
        assert "\x1b[2mHm.\x1b[0m" in terminal.raw
        assert "\x1b[2mFive." not in terminal.raw


def test_tab_completes_commands_and_files() -> None:
    Image.new("RGB", (280, 280), "red").save("solitary.png")
    with chatting(words("Red.")) as (terminal, _):
        terminal.until("> ")
        terminal.keys("/im\t solit\t")
        terminal.type("")
        terminal.until("solitary.png: shown as it is")
        terminal.until("> ")  # before it a Ctrl-D is lost
        terminal.press("d")
        assert terminal.end() == 0
