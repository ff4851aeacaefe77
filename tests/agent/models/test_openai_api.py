"""The model behind a server, against a real server on loopback that misbehaves as told."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from agent.model import Message, Model, Request, Sampling, TextPart
from agent.models.openai_api import OpenAIModel
from agent.models.openai_connection import Patience
from agent.models.openai_reply import Price
from agent.models.presets import CUSTOM, PRESETS, Endpoint
from agent.models.structured import ServerMemory
from tests.agent.models.fault_server import (
    USAGE,
    Answer,
    Answerer,
    FaultServer,
    Json,
    chunk,
    completion,
    free_port,
    now,
    page,
    refuse,
    say,
    serving,
    stream,
    words,
)
from tools.clock import FakeClock
from tools.errors import (
    ConfigError,
    ContextTooLongError,
    ModelError,
    ModelHTTPError,
    ModelTimeoutError,
)

QUESTION = Request(messages=(Message("user", (TextPart("Hello?"),)),))
SCHEMA: Json = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
HELD = Request(messages=QUESTION.messages, schema=SCHEMA)


class Rig:
    """A fault server and a model that asks it."""

    def __init__(self, server: FaultServer, folder: Path, **options: object) -> None:
        self.server = server
        self.clock = FakeClock()
        self.memory = ServerMemory(folder / "servers.json")
        preset = PRESETS[str(options.pop("preset", "custom"))]
        settings: dict[str, object] = {
            "patience": Patience(),
            "memory": self.memory,
            "clock": self.clock,
            **options,
        }
        key = str(settings.pop("key", "secret-key"))
        self.model = OpenAIModel("tiny-vl", Endpoint(server.base_url, preset, key), **settings)  # type: ignore[arg-type]


Make = Callable[..., Rig]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Make]:
    """Make rigs; everything is closed at the end."""
    with ExitStack() as stack:

        def make(
            *answers: Answer | Answerer, models: Answer | None = None, **options: object
        ) -> Rig:
            server = stack.enter_context(serving(*answers, models=models))
            made = Rig(server, tmp_path, **options)
            stack.callback(made.model.close)
            return made

        yield make


@contextmanager
def quick() -> Iterator[None]:
    """Nothing in here may really wait."""
    start = now()
    yield
    assert now() - start < 10


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


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_what_passes_is_tried_again(rig: Make, status: int) -> None:
    made = rig(refuse(status, "busy"), refuse(status, "busy"), words("ok"))
    with quick():
        assert made.model.ask(QUESTION).text == "ok"
    assert len(made.server.requests) == 3
    assert len(made.clock.slept) == 2
    assert 0.25 <= made.clock.slept[0] <= 0.75
    assert 0.25 <= made.clock.slept[1] <= 1.25


def test_a_server_that_stays_broken_is_given_up(rig: Make) -> None:
    made = rig(refuse(500, "out of order"))
    with quick(), pytest.raises(ModelHTTPError, match="answered 500: out of order") as caught:
        made.model.ask(QUESTION)
    assert caught.value.status == 500
    assert len(made.server.requests) == 5
    assert len(made.clock.slept) == 4


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        (
            {
                "retry_after": "Wed, 21 Oct 2026 07:28:40 GMT",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            40.0,
        ),
    ],
)
def test_the_server_says_how_long_to_wait(
    rig: Make, headers: dict[str, str], wait_s: float
) -> None:
    made = rig(refuse(429, "slow down", **headers), words("ok"))
    made.model.ask(QUESTION)
    (slept,) = made.clock.slept
    assert wait_s <= slept <= wait_s * 1.1 + 0.25


def test_a_wait_too_long_is_not_waited(rig: Make) -> None:
    made = rig(refuse(429, "come back tomorrow", retry_after="86400"))
    with pytest.raises(ModelHTTPError, match="tomorrow"):
        made.model.ask(QUESTION)
    assert made.clock.slept == []
    assert len(made.server.requests) == 1


def test_no_money_is_not_a_rush(rig: Make) -> None:
    made = rig(refuse(429, "You exceeded your quota (insufficient_quota)"))
    with pytest.raises(ModelHTTPError, match="nothing left to spend"):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 1


@pytest.mark.parametrize(
    ("status", "key", "preset", "advice"),
    [
        (401, "", "openai", "wants a key. Set the variable OPENAI_API_KEY, or run: keyring set"),
        (401, "wrong", "dashscope", "not accepted. Set the variable DASHSCOPE_API_KEY"),
        (403, "sesame", "openrouter", "may not do this"),
        (401, "", "ollama", "needs no key"),
    ],
)
def test_keys(rig: Make, status: int, key: str, preset: str, advice: str) -> None:
    made = rig(refuse(status, "Nope."), key=key, preset=preset)
    with pytest.raises(ModelHTTPError, match=advice) as caught:
        made.model.ask(QUESTION)
    assert caught.value.status == status
    assert "Nope." in str(caught.value)
    assert "sesame" not in str(caught.value)
    assert len(made.server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        refuse(404, "The model `tiny-vl` does not exist."),
        refuse(400, "Server is pinned to other-vl@main"),
        refuse(400, "tiny-vl is not a valid model ID"),
    ],
)
def test_an_unknown_model_is_told_with_those_there_are(rig: Make, answer: Answer) -> None:
    models = say({"object": "list", "data": [{"id": "tiny-vl-2b"}, {"id": "big-vl"}]})
    made = rig(answer, models=models)
    with pytest.raises(ModelHTTPError) as caught:
        made.model.ask(QUESTION)
    assert "Did you mean 'tiny-vl-2b'? It has: tiny-vl-2b, big-vl." in str(caught.value)
    assert len(made.server.requests) == 1


def test_a_wrong_address_is_told(rig: Make) -> None:
    made = rig(refuse(404, "Not Found"), models=refuse(404, "Not Found"))
    with pytest.raises(ModelHTTPError, match="usually ends in /v1"):
        made.model.ask(QUESTION)


@pytest.mark.parametrize(
    "answer",
    [
        refuse(400, "This model's maximum context length is 8192 tokens. However, you requested 9"),
        refuse(400, "The prompt (total length 9000) is longer than the maximum model length"),
        refuse(400, "the request exceeds the available context size, try increasing it"),
        refuse(400, "'max_tokens' is not supported: maximum context length is 2 tokens"),
        say({"error": {"code": "context_length_exceeded", "message": "too much"}}, 400),
        refuse(400, "Range of input length should be [1, 30720]"),
        refuse(400, "The input (9000 tokens) is longer than the model's context length"),
        refuse(500, "the request exceeds the available context size"),
    ],
)
def test_too_long_a_context(rig: Make, answer: Answer) -> None:
    made = rig(answer)
    with pytest.raises(ContextTooLongError, match="fewer or smaller pictures"):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 1
    assert made.model.refused == frozenset()


def test_nobody_there(tmp_path: Path) -> None:
    clock = FakeClock()
    endpoint = Endpoint(f"http://127.0.0.1:{free_port()}/v1", PRESETS["vllm"])
    model = OpenAIModel("tiny-vl", endpoint, clock=clock)
    with quick(), pytest.raises(ModelError, match=r"No connection to .*vllm server running"):
        model.ask(QUESTION)
    assert len(clock.slept) == 4
    model.close()
    model.close()


def test_silence_is_waited_out_twice_at_most(rig: Make) -> None:
    server: list[FaultServer] = []

    def hang(body: Json) -> Answer:
        return server[0].hang(body)

    made = rig(hang, patience=Patience(silence_s=0.2))
    server.append(made.server)
    with quick(), pytest.raises(ModelTimeoutError, match=r"did not answer within 0\.2 s"):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 2


def test_silence_in_the_middle(rig: Make) -> None:
    drip = stream(chunk(content="Hel"), chunk(content="lo"), pause_s=5)
    made = rig(drip, patience=Patience(silence_s=0.2, tries=1))
    with quick(), pytest.raises(ModelTimeoutError, match="fell silent for"):
        made.model.ask(QUESTION)


def test_a_slow_drip_ends_at_the_limit(rig: Make) -> None:
    pieces = itertools.repeat(chunk(content="."), 2000)
    made = rig(stream(*pieces), clock=FakeClock(tick_s=1.0), patience=Patience(reply_s=50, tries=1))
    with quick(), pytest.raises(ModelTimeoutError, match="still answering after 50 s"):
        made.model.ask(QUESTION)


def test_signs_of_life_do_not_hide_a_reply_that_never_comes(rig: Make) -> None:
    made = rig(
        stream(*itertools.repeat(": PROCESSING\n\n", 2000)),
        clock=FakeClock(tick_s=1.0),
        patience=Patience(reply_s=50, tries=1),
    )
    with quick(), pytest.raises(ModelTimeoutError):
        made.model.ask(QUESTION)


def test_comments_and_events_of_other_kinds_are_passed_over(rig: Make) -> None:
    made = rig(
        stream(
            ": OPENROUTER PROCESSING\n\n",
            "event: ping\nid: 3\n\n",
            chunk(content="ok"),
            chunk(finish="stop"),
        )
    )
    assert made.model.ask(QUESTION).text == "ok"


@pytest.mark.parametrize(
    "half",
    [
        stream(chunk(content="Hel"), done=False),
        stream(chunk(content="Hel"), 'data: {"choices": [{"del', done=False),
        Answer(200, {"content-type": "text/event-stream"}, (b"data: {",), cut=True),
        Answer(200, {"content-type": "text/event-stream"}, ()),
        Answer(200, {"content-type": "application/json"}, (b'{"choices": [{"mess',), cut=True),
    ],
)
def test_half_a_reply_is_asked_for_again_and_never_taken(rig: Make, half: Answer) -> None:
    made = rig(half, words("Hello"))
    heard: list[str] = []
    assert made.model.ask(QUESTION, on_text=heard.append).text == "Hello"
    assert "".join(heard).endswith("Hello")
    assert len(made.clock.slept) == 1
    made = rig(half)
    with pytest.raises(ModelError, match="broke off"):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 5


def test_the_end_is_known_without_done_and_without_a_reason(rig: Make) -> None:
    made = rig(
        stream(chunk(content="a"), chunk(finish="stop"), USAGE, done=False),
        stream(chunk(content="b")),
    )
    assert made.model.ask(QUESTION).text == "a"
    reply = made.model.ask(QUESTION)
    assert (reply.text, reply.finish_reason) == ("b", "stop")


def test_a_last_event_without_its_empty_line_counts(rig: Make) -> None:
    last = 'data: {"choices": [{"delta": {"content": "b"}, "finish_reason": "stop"}]}'
    made = rig(stream(chunk(content="a"), last, done=False))
    assert made.model.ask(QUESTION).text == "ab"


@pytest.mark.parametrize("status", [200, 502])
def test_a_web_page_is_called_so(rig: Make, status: int) -> None:
    made = rig(page(status))
    with pytest.raises(ModelError, match="Please log in") as caught:
        made.model.ask(QUESTION)
    assert "<" not in str(caught.value)
    assert len(made.server.requests) == (1 if status == 200 else 5)


@pytest.mark.parametrize(
    ("answer", "words_of_error"),
    [
        (Answer(200, {"content-type": "application/json"}, (b"{not json",)), "did not answer in"),
        (stream("data: {oops}\n\n"), "did not answer in JSON"),
        (say([1, 2]), "a JSON list"),
        (say({"id": "x"}), "no list of choices"),
        (say({"choices": []}), "no choice at all"),
        (say({"choices": {}}), "no list of choices"),
        (say({"choices": ["hm"]}), "a choice that is no object"),
        (say({"choices": [{"message": "hm"}]}), "a message that is no object"),
        (stream(USAGE), "no choice at all"),
        (stream(chunk(tool_calls=["hm"])), "a tool call that is no object"),
    ],
)
def test_nonsense_is_told_and_tried_once_more(
    rig: Make, answer: Answer, words_of_error: str
) -> None:
    made = rig(answer)
    with pytest.raises(ModelError, match=words_of_error):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 2


def test_an_error_inside_a_good_answer(rig: Make) -> None:
    busy = stream({"error": {"code": 503, "message": "provider is busy"}})
    made = rig(busy, words("ok"))
    assert made.model.ask(QUESTION).text == "ok"
    assert len(made.clock.slept) == 1
    made = rig(say({"object": "error", "message": "bad picture", "code": 400}))
    with pytest.raises(ModelHTTPError, match="400: bad picture"):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 1


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


def _pedant(*unknown: str, wording: str = "Unexpected fields in the request: {}") -> Answerer:
    def answer(body: Json) -> Answer:
        found = sorted(set(unknown) & body.keys())
        return refuse(422, wording.format(found)) if found else words("ok")

    return answer


def test_fields_that_are_refused_are_left_out_from_then_on(rig: Make) -> None:
    made = rig(_pedant("stream_options", "repetition_penalty"), preset="vllm")
    assert made.model.ask(QUESTION).text == "ok"
    assert made.model.refused == {"stream_options", "repetition_penalty"}
    assert made.clock.slept == []
    made.model.ask(QUESTION)
    assert len(made.server.requests) == 3
    assert made.server.requests[2]["temperature"] == 0.0


def test_refused_without_a_name(rig: Make) -> None:
    made = rig(_pedant("seed", wording="Extra inputs are not permitted"))
    asked = Request(messages=QUESTION.messages, sampling=Sampling(seed=3))
    assert made.model.ask(asked).text == "ok"
    assert "temperature" not in made.model.refused


def test_the_limit_has_two_names(rig: Make) -> None:
    made = rig(_pedant("max_tokens", wording="Unsupported parameter: {}"))
    assert made.model.ask(QUESTION).text == "ok"
    assert made.server.requests[1]["max_completion_tokens"] == 1024


def test_a_complaint_about_something_else_is_no_refusal(rig: Make) -> None:
    made = rig(refuse(400, "Invalid image: must be a PNG"))
    with pytest.raises(ModelHTTPError, match="must be a PNG"):
        made.model.ask(QUESTION)
    assert len(made.server.requests) == 1


def _honest(body: Json) -> Answer:
    """A server that holds to response_format."""
    form = body.get("response_format", {}).get("json_schema")
    if not form:
        return words("Blue")
    enum = form["schema"]["properties"].get("token", {}).get("enum")
    return words('{"token": "tapwright-1729"}' if enum else '{"x": 1}')


def test_a_schema_is_sent_where_the_server_was_seen_to_honour_it(rig: Make) -> None:
    made = rig(_honest)
    assert made.model.ask(HELD).text == '{"x": 1}'
    assert len(made.server.requests) == 2
    assert made.server.requests[1]["response_format"]["json_schema"]["schema"] == SCHEMA
    made.model.ask(HELD)
    assert len(made.server.requests) == 3, "probed once"
    again = OpenAIModel("tiny-vl", made.model.endpoint, memory=made.memory)
    again.ask(HELD)
    again.close()
    assert len(made.server.requests) == 4, "and remembered"


@pytest.mark.parametrize(
    "server", [lambda _: words("Blue"), _pedant("response_format"), lambda _: words("{}")]
)
def test_a_schema_is_not_sent_where_it_is_ignored_or_refused(rig: Make, server: Answerer) -> None:
    made = rig(server)
    made.model.ask(HELD)
    assert "response_format" in made.server.requests[0]
    assert "response_format" not in made.server.requests[-1]
    count = len(made.server.requests)
    made.model.ask(HELD)
    assert len(made.server.requests) == count + 1


def test_the_older_ways_of_vllm(rig: Make) -> None:
    def old_vllm(body: Json) -> Answer:
        return words('{"token": "tapwright-1729"}' if "guided_json" in body else "Blue")

    made = rig(old_vllm, preset="vllm")
    made.model.ask(HELD)
    assert made.server.requests[-1]["guided_json"] == SCHEMA
    tried = [
        next(iter({"response_format", "structured_outputs", "guided_json"} & body.keys()))
        for body in made.server.requests
    ]
    assert tried == ["response_format", "structured_outputs", "guided_json", "guided_json"]


def test_a_slot_between_tags_is_held_without_the_thought_before_it(rig: Make) -> None:
    def tags(body: Json) -> Answer:
        form = body.get("response_format", {})
        held = form.get("type") == "structural_tag"
        token = '{"token": "tapwright-1729"}' if held else '{"n": 1}'
        return words(f"<probe>{token}</probe>")

    wrapped = Request(
        messages=QUESTION.messages, schema=SCHEMA, wrapper=("<tool_call>\n", "\n</tool_call>")
    )
    made = rig(tags, preset="vllm")
    made.model.ask(wrapped)
    assert made.server.requests[-1]["response_format"] == {
        "type": "structural_tag",
        "structures": [{"begin": "<tool_call>\n", "schema": SCHEMA, "end": "\n</tool_call>"}],
        "triggers": ["<tool_call>"],
    }
    made = rig(tags)  # of a custom server only json_schema is known, which would cost the thought
    made.model.ask(wrapped)
    assert len(made.server.requests) == 1


def test_structured_output_can_be_chosen_by_hand(rig: Make) -> None:
    made = rig(words("ok"), structured="off")
    made.model.ask(HELD)
    assert "response_format" not in made.server.requests[0]
    made = rig(words("ok"), structured="guided_json")
    made.model.ask(HELD)
    assert made.server.requests[0]["guided_json"] == SCHEMA


def test_a_server_that_is_down_is_not_remembered_as_unable(rig: Make) -> None:
    made = rig(refuse(401, "key"))
    with pytest.raises(ModelHTTPError):
        made.model.ask(HELD)
    assert made.memory.recall(made.model.endpoint.base_url, "tiny-vl") == {}


def test_the_memory_survives_garbage_and_locked_folders(tmp_path: Path) -> None:
    path = tmp_path / "servers.json"
    path.write_text("[oh")
    memory = ServerMemory(path)
    assert memory.recall("u", "m") == {}
    memory.keep("u", "m", {"json_schema": True})
    memory.keep("u", "m", {"guided_json": False})
    assert memory.recall("u", "m") == {"json_schema": True, "guided_json": False}
    memory.forget("u", "m")
    assert memory.recall("u", "m") == {}
    (tmp_path / "file").write_text("")
    ServerMemory(tmp_path / "file" / "servers.json").keep("u", "m", {"json_schema": True})


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


def test_the_errors_are_of_the_right_family() -> None:
    assert issubclass(ContextTooLongError, ModelError)
    assert not issubclass(ModelError, ConfigError)
