"""The model behind a server, asked through a real one: ``transformers serve``, as published."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import StopReason, run_goal
from agent.cli.app import run_command
from agent.model import Reply, Request, Sampling
from agent.models.openai_api import OpenAIModel
from agent.models.presets import PRESETS, Endpoint, Preset
from agent.models.structured import ServerMemory
from agent.recording.reader import read_recording
from tests.agent.models.local.pictures import picture, user
from tests.agent.models.local.transformers_server import Served, serving
from tools.errors import ModelHTTPError

pytestmark = [pytest.mark.local, pytest.mark.serving]
TRANSFORMERS = PRESETS["transformers"]
AT_ONCE = TRANSFORMERS.model_copy(update={"extras": {"stream": False}})
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
FEW = Sampling(max_tokens=12)
Asker = Callable[..., OpenAIModel]


@pytest.fixture(scope="module")
def served(
    checkpoint: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with serving(checkpoint("qwen2_5_vl"), tmp_path_factory.mktemp("serve")) as running:
        yield running


@pytest.fixture
def model(served: Served, tmp_path: Path) -> Iterator[Asker]:
    """Make the served model, as one kind of server or another."""
    made: list[OpenAIModel] = []

    def make(preset: Preset = TRANSFORMERS, name: str = "", **options: object) -> OpenAIModel:
        memory = ServerMemory(tmp_path / "servers.json")
        end = Endpoint(served.base_url, preset)
        made.append(OpenAIModel(name or served.model, end, memory=memory, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


def ask(model: OpenAIModel, *parts: object, **options: object) -> Reply:
    return model.ask(Request(messages=(user(*parts),), sampling=FEW, **options))  # type: ignore[arg-type]


def test_words_come_in_pieces_and_are_whole_without_a_done_line(model: Asker) -> None:
    pieces: list[str] = []
    reply = model().ask(Request(messages=(user("Hello"),), sampling=FEW), on_text=pieces.append)
    assert reply.finish_reason == "length"
    assert reply.usage.completion_tokens == 12
    assert reply.usage.prompt_tokens > 12
    assert len(pieces) > 1
    assert "".join(pieces) == reply.text != ""
    assert 0 < reply.first_token_s <= reply.latency_s


@pytest.mark.parametrize("parts", [("Hello",), ("See", picture(1))])
def test_a_reply_at_once_is_the_same_as_one_in_pieces(
    model: Asker, parts: tuple[object, ...]
) -> None:
    streamed, whole = ask(model(), *parts), ask(model(AT_ONCE), *parts)
    assert whole.text.strip() == streamed.text.strip() != ""
    assert whole.usage == streamed.usage
    assert whole.finish_reason == streamed.finish_reason


def test_a_picture_is_seen_as_it_was_sent(model: Asker) -> None:
    asked = model()
    without = ask(asked, "See").usage.prompt_tokens
    replies = [ask(asked, "See", picture(seed, (112, 224))) for seed in range(3)]
    # 4 x 8 tokens, one each for the beginning and the end
    assert {reply.usage.prompt_tokens - without for reply in replies} == {34}
    assert len({reply.text for reply in replies}) > 1


def test_a_schema_it_takes_and_ignores_is_found_out(model: Asker, served: Served) -> None:
    asked = model(PRESETS["custom"])
    reply = ask(asked, "Hello", schema=SCHEMA)
    with pytest.raises(ValueError, match=r"Expecting|Extra"):
        json.loads(reply.text)
    assert not asked.try_constraint("json_schema")
    assert any("Ignoring unsupported fields" in line for line in served.log)


def test_fields_it_refuses_are_left_out_from_then_on(model: Asker) -> None:
    asked = model(PRESETS["vllm"], structured="guided_json")
    assert ask(asked, "Hello", schema=SCHEMA).usage.completion_tokens == 12
    assert "guided_json" in asked.refused
    assert "max_tokens" not in asked.refused


def test_a_field_it_breaks_on_is_left_out_from_then_on(model: Asker) -> None:
    asked = model(PRESETS["custom"])
    assert ask(asked, "Hello", stop=("zebra",)).text
    assert asked.refused == {"stop"}
    assert ask(model(), "Hello", stop=("zebra",)).text


def test_tools_are_taken(model: Asker) -> None:
    plain = ask(model(), "Hello").usage.prompt_tokens
    function = {"name": "tap", "description": "Tap.", "parameters": SCHEMA}
    offered = ask(model(), "Hello", tools=({"type": "function", "function": function},))
    assert offered.usage.prompt_tokens > plain


def test_a_model_it_does_not_serve_is_named(model: Asker) -> None:
    with pytest.raises(ModelHTTPError, match=r"pinned to .* requested 'Other/Model'"):
        ask(model(name="Other/Model"), "Hello")


def test_probe_says_what_it_is(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["model", "probe", served.model, "--server", served.base_url]
    served.cache.mkdir()  # before 5.24 it cannot list models until anything was downloaded
    assert run_command([*arguments, "--kind", "transformers"]) == 1  # random weights see nothing
    printed = capsys.readouterr()
    lines = dict(line.split(maxsplit=1) for line in printed.out.splitlines())
    assert lines["server"] == f"{served.base_url}, transformers"
    assert lines["vision"] == "no"
    assert lines["structured"] == "none that it honours"
    assert "tokens/s" in lines["latency"]
    assert "Traceback" not in printed.out + printed.err

    assert run_command([*arguments, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["constraints"] == {"json_schema": False}
    assert report["warnings"] == ["The model does not see pictures: it cannot be used for screens."]
    assert report["picture_speed"]["first_token_s"] > 0


def test_a_whole_run_ends_unreadable_and_every_exchange_is_on_disk(
    served: Served, tmp_path: Path
) -> None:
    episode = run_goal(
        "turn on airplane mode",
        device="virtual",
        server=served.base_url,
        server_kind="transformers",
        model=served.model,
        dialect="qwen2_5_vl",
        max_pixels=200_000,
        max_steps=3,
        record_dir=tmp_path / "runs",
    )
    assert episode.stop is StopReason.UNREADABLE, episode.error
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.warnings == ()
    assert recording.end is not None
    assert recording.end.stop is StopReason.UNREADABLE
    assert (recording.start.model, recording.start.dialect) == (served.model, "qwen2_5_vl")
    requests = [request for step in recording.steps for request in step.requests]
    replies = [response.reply for step in recording.steps for response in step.responses]
    assert len(requests) == len(replies) == 3  # asked for again twice
    # From 5.24 on it breaks off where its model's words look like a call that it cannot read.
    whole = [reply for reply in replies if reply.finish_reason != "rejected"]
    assert all(reply.text and reply.usage.completion_tokens for reply in whole)
    pictures = [image for request in requests for image in request.images]
    assert pictures
    for image in pictures:
        assert (episode.recording / image.path).stat().st_size == image.size_bytes
