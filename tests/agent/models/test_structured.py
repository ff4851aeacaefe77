"""Fields that are refused, and replies that are held to a schema."""

from pathlib import Path

import pytest

from agent.model import Request, Sampling
from agent.models.openai_api import OpenAIModel
from agent.models.structured import ServerMemory
from tests.agent.models.fault_server import (
    Answer,
    Answerer,
    Json,
    refuse,
    words,
)
from tests.agent.models.server_rig import HELD, QUESTION, SCHEMA, Make
from tools.errors import (
    ModelHTTPError,
)


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


def test_a_field_that_breaks_the_server_is_left_out(rig: Make) -> None:
    def fragile(body: Json) -> Answer:
        broken = "'Qwen2_5_VLProcessor' object has no attribute 'get_vocab'"
        return refuse(500, broken) if "stop" in body else words("ok")

    made = rig(fragile)
    assert made.model.ask(Request(messages=QUESTION.messages, stop=("x",))).text == "ok"
    assert made.clock.slept == []


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


def test_a_server_out_of_order_is_not_remembered_as_unable(rig: Make) -> None:
    made = rig(*[refuse(500, "oops")] * 5, words("ok"))
    assert made.model.ask(HELD).text == "ok"
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
