"""A model behind a server: what is sent, what is read."""

import subprocess
import sys

import pytest

from agent.model import Model
from agent.models.openai_reply import Price
from agent.models.presets import CUSTOM, Endpoint
from tests.agent.models.fault_server import (
    Answer,
    Json,
    chunk,
    completion,
    page,
    refuse,
    say,
    stream,
    words,
)
from tests.agent.models.server_rig import QUESTION, Make
from tools.errors import (
    ModelError,
)


def test_a_streamed_reply_is_heard_piece_by_piece(rig: Make) -> None:
    made = rig(words("Hel", "lo"))
    heard: list[str] = []
    reply = made.model.ask(QUESTION, on_text=heard.append)
    assert heard == ["Hel", "lo"]
    assert reply.text == "Hello"
    assert reply.finish_reason == "stop"
    assert reply.request_id == "chatcmpl-2"
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (100, 20)
    assert reply.usage.cached_tokens == 60
    assert made.clock.slept == []
    model: Model = made.model
    assert model.name == "tiny-vl"


def test_the_request_is_what_was_asked_and_no_more(rig: Make) -> None:
    made = rig(words("ok"))
    made.model.ask(QUESTION)
    assert made.server.requests == [
        {
            "model": "tiny-vl",
            "messages": [{"role": "user", "content": "Hello?"}],
            "max_tokens": 1024,
            "temperature": 0.0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert made.server.headers[0]["authorization"] == "Bearer secret-key"


def test_without_a_key_none_is_made_up_from_the_environment(
    rig: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    made = rig(words("ok"), key="")
    made.model.ask(QUESTION)
    assert "sk-of-somebody" not in made.server.headers[0]["authorization"]


def test_an_answer_that_is_not_streamed_is_read_too(rig: Make) -> None:
    made = rig(say(completion("Hello", reasoning_content="Hm."), x_request_id="req-7"))
    heard: list[str] = []
    reply = made.model.ask(QUESTION, on_text=heard.append)
    assert (reply.text, reply.reasoning, reply.request_id) == ("Hello", "Hm.", "req-7")
    assert heard == ["Hm.", "Hello"]
    assert reply.first_token_s == reply.latency_s


@pytest.mark.parametrize("word", ["reasoning_content", "reasoning"])
def test_thoughts_come_apart(rig: Make, word: str) -> None:
    made = rig(
        stream(chunk(**{word: "Let me "}), chunk(**{word: "see."}), chunk(content="Yes"), "\n")
    )
    heard: list[str] = []
    reply = made.model.ask(QUESTION, on_text=heard.append)
    assert (reply.reasoning, reply.text) == ("Let me see.", "Yes")
    assert heard == ["Let me ", "see.", "Yes"]


def test_the_same_thought_under_both_names_is_one(rig: Make) -> None:
    made = rig(stream(chunk(reasoning="Hm.", reasoning_content="Hm."), chunk(content="Yes")))
    assert made.model.ask(QUESTION).reasoning == "Hm."


def _fragment(index: int | None, arguments: object, name: str = "", call_id: str = "") -> Json:
    fragment: Json = {"function": {"arguments": arguments}}
    if index is not None:
        fragment["index"] = index
    if name:
        fragment["function"]["name"] = name
    if call_id:
        fragment["id"] = call_id
    return chunk(tool_calls=[fragment])


@pytest.mark.parametrize(
    "fragments",
    [
        [
            _fragment(0, "", "tap", "a"),
            _fragment(0, '{"x"'),
            _fragment(0, ": 1}"),
            _fragment(1, "{}", "back", "b"),
        ],
        # all under number 0, told apart by id (Ollama)
        [_fragment(0, '{"x": 1}', "tap", "a"), _fragment(0, "{}", "back", "b")],
        # no numbers
        [
            _fragment(None, '{"x"', "tap", "a"),
            _fragment(None, ": 1}"),
            _fragment(None, "{}", "back", "b"),
        ],
        # the name again with every piece, arguments as an object
        [
            _fragment(0, '{"x"', "tap", "a"),
            _fragment(0, ": 1}", "tap", "a"),
            _fragment(1, {}, "back", "b"),
        ],
        # interleaved
        [
            _fragment(0, '{"x"', "tap", "a"),
            _fragment(1, "{", "back", "b"),
            _fragment(0, ": 1}"),
            _fragment(1, "}"),
        ],
    ],
)
def test_tool_calls_are_put_together(rig: Make, fragments: list[Json]) -> None:
    made = rig(stream(*fragments, chunk(finish="tool_calls")))
    reply = made.model.ask(QUESTION)
    assert [(call.name, call.arguments, call.call_id) for call in reply.calls] == [
        ("tap", '{"x": 1}', "a"),
        ("back", "{}", "b"),
    ]
    assert reply.finish_reason == "tool_calls"


def test_whole_tool_calls(rig: Make) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "tap", "arguments": '{"x": 1}'}}
    made = rig(say(completion("", tool_calls=[call])))
    (found,) = made.model.ask(QUESTION).calls
    assert (found.name, found.arguments) == ("tap", '{"x": 1}')


def test_content_may_come_in_parts_or_not_at_all(rig: Make) -> None:
    parts = [{"type": "text", "text": "He"}, {"type": "text", "text": "llo"}]
    made = rig(stream(chunk(content=None, role="assistant"), chunk(content=parts)))
    assert made.model.ask(QUESTION).text == "Hello"


def test_odd_counts_do_no_harm(rig: Make) -> None:
    usage = {"prompt_tokens": None, "completion_tokens": -3, "prompt_tokens_details": None}
    made = rig(stream(chunk(content="ok"), {"choices": [], "usage": usage}, {"usage": None}))
    assert made.model.ask(QUESTION).usage.prompt_tokens == 0


def test_cost(rig: Make) -> None:
    made = rig(words("ok"), price=Price(prompt=2.0, completion=10.0, cached=0.5))
    assert made.model.ask(QUESTION).usage.cost_usd == pytest.approx(
        (40 * 2.0 + 60 * 0.5 + 20 * 10.0) / 1e6
    )
    told = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25}}
    made = rig(stream(chunk(content="ok"), told), price=Price(prompt=2.0))
    assert made.model.ask(QUESTION).usage.cost_usd == 0.25


def test_the_listing(rig: Make) -> None:
    entries = [
        {"id": "a", "owned_by": "vllm", "max_model_len": 8192},
        {"id": "b", "owned_by": "vllm", "meta": {"n_ctx": 4096}},
        "junk",
    ]
    made = rig(words("ok"), models=say({"data": entries}))
    listing = made.model.listing()
    assert listing.models == ("a", "b")
    assert listing.owners == ("vllm",)
    assert listing.context == {"a": 8192, "b": 4096}
    assert listing.server == "fault/1"


@pytest.mark.parametrize("models", [page(), say("hm"), refuse(500, "no cache folder")])
def test_no_listing(rig: Make, models: Answer) -> None:
    made = rig(words("ok"), models=models)
    with pytest.raises(ModelError):
        made.model.listing()


def test_importing_does_not_load_the_sdk() -> None:
    code = (
        "import sys, agent.models.openai_api, agent.models.probe, agent.models.fit;"
        "import agent.cli.model;"
        "heavy = {'openai', 'httpx2', 'httpx', 'torch', 'tenacity'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_key_is_never_shown() -> None:
    assert "sk-1" not in repr(Endpoint("http://host/v1", CUSTOM, "sk-1"))
