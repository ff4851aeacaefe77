"""Reasoning and chat with real weights, however small: in this process and behind a real server."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from agent import Client
from agent.cli.app import run_command
from agent.dialects.choose import dialect_named
from agent.perception.chat import Talk, Talker
from agent.perception.messages import to_messages
from agent.perception.pictures import Picture
from agent.perception.reasoning import pose, solve
from agent.perception.seer import Seer
from agent.perception.talking import talk
from tests.agent.models.local.conftest import Loader
from tests.agent.models.local.transformers_server import Served, serving
from tools.errors import ContextTooLongError

pytestmark = pytest.mark.local
FAMILIES = {"qwen2_vl": "qvq", "qwen2_5_vl": "qwen2_5_vl", "qwen3_vl": "qwen3_vl_thinking"}
PICTURE = Picture("red.png", Image.new("RGB", (224, 112), "red"))
MOST = 60 * 28 * 28


def seer_of(loaded: Loader, family: str) -> Seer:
    dialect = dialect_named(FAMILIES[family])
    sizing = dialect.sizing.budget(min_pixels=28 * 28, max_pixels=MOST)
    return Seer(loaded(family), dialect, sizing)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_of_random_weights_has_no_answer_and_says_why(loaded: Loader, family: str) -> None:
    seer = seer_of(loaded, family)
    heard: list[str] = []
    problem = pose(seer, "How many?", [PICTURE], max_tokens=12)
    reasoned = solve(seer, problem, on_text=heard.append)
    assert reasoned.outcome == "no_answer"
    assert reasoned.why_not
    assert 1 <= reasoned.usage.completion_tokens <= 12
    assert reasoned.usage.prompt_tokens > 12
    assert "".join(heard).strip().startswith(reasoned.reasoning[:4])


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_messages_with_pictures_and_frames_are_understood(loaded: Loader, family: str) -> None:
    seer = seer_of(loaded, family)
    content = [
        {"type": "image", "image": PICTURE.image, "max_pixels": 20_000},
        {"type": "video", "video": [PICTURE.image] * 3, "fps": 2.0, "max_pixels": 20_000},
        {"type": "text", "text": "What is it?"},
    ]
    made, notes = to_messages([{"role": "user", "content": content}], seer)
    reply = talk(seer, made, max_tokens=6)
    assert 1 <= reply.usage.completion_tokens <= 6
    assert "4 frames" in notes[0]
    without, _ = to_messages([{"role": "user", "content": content[2:]}], seer)
    assert reply.usage.prompt_tokens > talk(seer, without, max_tokens=6).usage.prompt_tokens + 10


def test_a_chat_goes_on_from_what_the_model_has_read(loaded: Loader) -> None:
    talker = Talker(seer_of(loaded, "qwen2_5_vl"), max_tokens=6)
    first = talker.answer(Talk().asked("What is it?", (PICTURE,)))
    second = talker.answer(first.talk.asked("Sure?"))
    assert second.reply.usage.cached_tokens > first.reply.usage.prompt_tokens - 4
    assert len(second.talk.turns) == 4


def test_too_long_a_chat_lets_pictures_go_until_it_fits(loaded: Loader) -> None:
    talker = Talker(seer_of(loaded, "qwen2_5_vl"), max_tokens=4)
    several = tuple(
        Picture(f"{number}.png", Image.new("RGB", (224, 112), (number, 0, 0)))
        for number in range(9)
    )
    chat = Talk()
    with pytest.raises(ContextTooLongError):
        talker.answer(chat.asked("word " * 40_000))
    for picture in several:
        chat = chat.asked("What is it? " * 30, (picture,)).answered("word " * 400)
    answered = talker.answer(chat.asked("word " * 500))
    assert 1 <= answered.reply.usage.completion_tokens <= 4
    assert len(answered.talk.turns) == 20


@pytest.fixture(scope="module")
def served(
    checkpoint: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with serving(checkpoint("qwen2_5_vl"), tmp_path_factory.mktemp("serve")) as running:
        yield running


@pytest.mark.serving
def test_the_commands_through_transformers_serve(
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    PICTURE.image.save("red.png")
    model = ["--server", served.base_url, "--model", served.model, "--dialect", "qwen2_5_vl"]
    few = ["--max-tokens", "8"]
    monkeypatch.setenv("AGENT_SERVER_KIND", "transformers")

    assert run_command(["reason", "red.png", "How many?", *model, *few, "--json"]) == 1
    reasoned = json.loads(capsys.readouterr().out)
    assert (reasoned["outcome"], reasoned["ending"]) == ("no_answer", "length")
    assert reasoned["usage"]["completion_tokens"] == 8

    monkeypatch.setattr(sys, "stdin", io.StringIO("red.png What is it?\nSure?\n/save chat.json\n"))
    assert run_command(["chat", *model, *few]) == 0
    printed = capsys.readouterr()
    assert printed.out.strip()
    assert printed.err.count("most tokens") == 2
    assert len(json.loads(Path("chat.json").read_text())["turns"]) == 4


@pytest.mark.serving
def test_client_chat_through_transformers_serve(served: Served) -> None:
    heard: list[str] = []
    with Client(
        server=served.base_url,
        server_kind="transformers",
        model=served.model,
        dialect="qwen2_5_vl",
    ) as client:
        content = [{"type": "image", "image": PICTURE.image}, {"type": "text", "text": "Hello"}]
        messages = [{"role": "user", "content": content}]
        reply = client.chat(messages, max_tokens=8, stream=heard.append)
    assert reply.usage.completion_tokens == 8
    assert "".join(heard).strip() == reply.text != ""
