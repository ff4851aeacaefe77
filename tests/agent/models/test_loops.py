"""Replies that go round in circles are cut while they come; those that do not are left alone."""

import json
import random
import string
from pathlib import Path

import pytest

from agent.models.loops import LEAST_LETTERS, LoopEar, tail_repeats
from tests.agent.models.fault_server import Answer, chunk, serving, stream
from tests.agent.models.server_rig import QUESTION, Rig


def _gibberish(letters: int, seed: int = 0) -> str:
    chance = random.Random(seed)
    return "".join(chance.choices(string.ascii_lowercase + "   ", k=letters))


@pytest.mark.parametrize("period", [1, 2, 7, 31, 32, 33, 90, 199, 200, 201, 700, 1500])
def test_a_tail_that_repeats_is_noticed(period: int) -> None:
    start, piece = _gibberish(500, 1), _gibberish(period)
    needed = max(LEAST_LETTERS, 3 * period)
    tail = (piece * (needed // period + 1))[-needed:]
    assert tail_repeats(start + tail)
    assert not tail_repeats(start + tail[1 + period :])
    assert not tail_repeats(start + tail + "!?.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no " * 100,
        "-" * (LEAST_LETTERS - 1),
        _gibberish(8000),
        " ".join(str(number) for number in range(2000)),
        "\n".join(f"- Step {number}: I tap the button and look again." for number in range(100)),
        json.dumps({"rows": [{"x": number, "y": 0, "label": "row"} for number in range(100)]}),
        _gibberish(900) * 2,
    ],
)
def test_what_does_not_is_not(text: str) -> None:
    ear = LoopEar()
    assert not any(ear.hear(text[at : at + 5]) for at in range(0, len(text), 5))


def _told(kind: str, texts: list[str]) -> Answer:
    return stream(*(chunk(**{kind: text}) for text in texts), chunk(finish="stop"))


@pytest.mark.parametrize("kind", ["content", "reasoning_content"])
def test_a_stream_that_loops_is_not_read_to_its_end(tmp_path: Path, kind: str) -> None:
    heard: list[str] = []
    pieces = ["Let me see. ", *["Wait, I should look at the button again. "] * 5000]
    with serving(_told(kind, pieces)) as server:
        model = Rig(server, tmp_path).model
        reply = model.ask(QUESTION, on_text=heard.append)
        model.close()
    said = reply.text + reply.reasoning
    assert reply.finish_reason == "loop"
    assert said.startswith("Let me see. Wait, I should")
    assert said == "".join(heard)
    assert LEAST_LETTERS < len(said) < LEAST_LETTERS + 200
    assert len(server.requests) == 1


def test_the_connection_serves_the_next_request_all_the_same(tmp_path: Path) -> None:
    with serving(_told("content", ["so "] * 20_000), _told("content", ["fine"])) as server:
        model = Rig(server, tmp_path).model
        assert model.ask(QUESTION).finish_reason == "loop"
        following = model.ask(QUESTION)
        model.close()
    assert (following.text, following.finish_reason) == ("fine", "stop")


def test_a_long_thought_without_a_loop_is_read_whole(tmp_path: Path) -> None:
    pieces = [
        f"Attempt {number}: the button is not there yet, so I wait. " for number in range(900)
    ]
    with serving(_told("reasoning_content", pieces)) as server:
        model = Rig(server, tmp_path).model
        reply = model.ask(QUESTION)
        model.close()
    assert reply.reasoning == "".join(pieces)
    assert reply.finish_reason == "stop"
