"""Replies of random weights: held to a schema, cut where they must be, heard as they come."""

import json
import threading
from importlib.util import find_spec
from typing import Any

import pytest

from agent.model import Request, Sampling
from agent.models.local.model import LocalModel, load_local
from tests.agent.models.local.conftest import Loader
from tests.agent.models.local.pictures import picture, system, user
from tests.agent.models.local.tiny import FAMILIES, TEMPLATE, make_checkpoint
from tools.clock import FakeClock
from tools.errors import ModelError

pytestmark = pytest.mark.local
TAGS = ("<tool_call>\n", "\n</tool_call>")
POINT = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": 999},
    "minItems": 2,
    "maxItems": 2,
}


def action(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"action": {"const": name}, **properties},
        "required": ["action", *properties],
        "additionalProperties": False,
    }


ACTIONS = [
    action("click", coordinate=POINT),
    action("swipe", coordinate=POINT, coordinate2=POINT),
    action("type", text={"type": "string"}),  # without any limit
    action("wait", time={"type": "number"}),
    action("note", lines={"type": "array", "items": {"type": "string"}}),
]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"const": "mobile_use"}, "arguments": {"anyOf": ACTIONS}},
    "required": ["name", "arguments"],
    "additionalProperties": False,
}


def wanted(seed: int, **changes: Any) -> Request:
    sampling = Sampling(temperature=1.0, seed=seed, max_tokens=changes.pop("max_tokens", 200))
    given: dict[str, Any] = {"schema": SCHEMA, "wrapper": TAGS, "sampling": sampling, **changes}
    return Request(messages=(system(), user("Tap it.", picture(1))), **given)


def check(text: str, wrapper: tuple[str, str]) -> dict[str, Any]:
    """The arguments in a reply, which must have exactly the form asked for."""
    rest = text
    if wrapper[0]:
        _, opening, rest = text.partition(wrapper[0])
        assert opening
    assert rest.endswith(wrapper[1])
    call = json.loads(rest.removesuffix(wrapper[1]))
    assert list(call) == ["name", "arguments"]
    arguments: dict[str, Any] = call["arguments"]
    shapes = {each["properties"]["action"]["const"]: each for each in ACTIONS}
    assert list(arguments) == shapes[arguments["action"]]["required"]
    for name in ("coordinate", "coordinate2"):
        if name in arguments:
            assert len(arguments[name]) == 2
            assert all(0 <= each <= 999 for each in arguments[name])
    return arguments


@pytest.mark.parametrize("family", FAMILIES)
def test_random_weights_answer_valid_json(family: str, loaded: Loader) -> None:
    model = loaded(family)
    seen = set()
    for seed in range(12):
        reply = model.ask(wanted(seed))
        assert reply.finish_reason == "stop"
        seen.add(check(reply.text, TAGS)["action"])
    assert len(seen) > 1
    assert check(model.ask(wanted(0, sampling=Sampling(max_tokens=200))).text, TAGS)


@pytest.mark.parametrize("wrapper", [("", ""), ("Action: ", "\n"), ("```json\n", "\n```")])
@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_other_wrappers_hold_too(family: str, wrapper: tuple[str, str], loaded: Loader) -> None:
    for seed in range(4):
        check(loaded(family).ask(wanted(seed, wrapper=wrapper)).text, wrapper)


@pytest.fixture(scope="module")
def thinking(torch_ready: None, tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    """A model whose replies begin within a thought."""
    folder = make_checkpoint(tmp_path_factory.mktemp("thinking"), "qwen3_vl")
    begun = TEMPLATE.replace(
        "assistant\\n' -}}{%- endif -%}", "assistant\\n<think>\\n' -}}{%- endif -%}"
    )
    assert begun != TEMPLATE
    (folder / "chat_template.jinja").write_text(begun)
    return load_local(str(folder))


@pytest.mark.parametrize("wrapper", [("", ""), TAGS, ("Action: ", "\n")])
def test_a_thinking_model_thinks_first(wrapper: tuple[str, str], thinking: LocalModel) -> None:
    thoughts = set()
    for seed in range(4):
        reply = thinking.ask(wanted(seed, wrapper=wrapper))
        check(reply.text, wrapper)
        assert "</think>" not in reply.text + reply.reasoning
        thoughts.add(reply.reasoning)
    assert len(thoughts) > 1


@pytest.mark.skipif(not find_spec("bitsandbytes"), reason="needs bitsandbytes (extra quant)")
@pytest.mark.parametrize("bits", ["8bit", "4bit"])
def test_smaller_weights_answer_too(bits: str, loaded: Loader) -> None:
    model = loaded("qwen2_5_vl", quantization=bits)
    network = model._open().weights.network
    inner = network.model.language_model.layers[0].mlp.up_proj
    assert type(inner).__name__ == {"8bit": "Linear8bitLt", "4bit": "Linear4bit"}[bits]
    assert type(network.model.visual.blocks[0].attn.qkv).__name__ == "Linear"
    check(model.ask(wanted(1)).text, TAGS)


@pytest.mark.parametrize("max_tokens", [80, 120])
def test_a_small_budget_is_enough(max_tokens: int, loaded: Loader) -> None:
    model = loaded("qwen2_5_vl")
    for seed in range(8):
        reply = model.ask(wanted(seed, max_tokens=max_tokens))
        assert reply.usage.completion_tokens <= max_tokens + 8
        check(reply.text, TAGS)


def test_the_thought_before_is_free(loaded: Loader) -> None:
    texts = {
        loaded("qwen2_vl").ask(wanted(seed)).text.partition("<tool_call>")[0] for seed in (1, 2)
    }
    assert len(texts) == 2
    assert all(texts)


def test_without_constraint_the_schema_is_left_alone(loaded: Loader) -> None:
    reply = loaded("qwen2_vl", constrained=False).ask(wanted(1, max_tokens=30))
    assert not reply.text.endswith(TAGS[1])


def test_a_schema_that_is_none_is_told(loaded: Loader) -> None:
    with pytest.raises(ModelError, match="schema"):
        loaded("qwen2_vl").ask(wanted(1, schema={"type": "no such type"}))


def test_what_is_heard_is_what_is_said(loaded: Loader) -> None:
    model = loaded("qwen2_5_vl")
    for seed in range(4):
        heard: list[str] = []
        request = wanted(seed, schema=None, max_tokens=120)
        reply = model.ask(request, on_text=heard.append)
        assert "".join(heard) == reply.text
        assert len(heard) > 10
        assert model.ask(request).text == reply.text  # the seed repeats it


def test_a_stop_string_ends_the_reply_before_it(loaded: Loader) -> None:
    model = loaded("qwen2_5_vl")
    whole = model.ask(wanted(3, schema=None, max_tokens=100)).text
    middle = len(whole) // 2
    stop = whole[middle : middle + 6]
    heard: list[str] = []
    request = wanted(3, schema=None, max_tokens=100, stop=("never said", stop))
    reply = model.ask(request, on_text=heard.append)
    assert reply.text == whole[: whole.index(stop)]
    assert "".join(heard) == reply.text
    assert reply.finish_reason == "stop"


def test_the_limit_of_tokens_is_kept(loaded: Loader) -> None:
    reply = loaded("qwen2_5_vl").ask(wanted(1, schema=None, max_tokens=5))
    assert (reply.finish_reason, reply.usage.completion_tokens) == ("length", 5)


def test_a_late_reply_is_cut(checkpoint: Any) -> None:
    from agent.models.local.options import LocalOptions

    model = load_local(
        str(checkpoint("qwen2_5_vl")), LocalOptions(max_time_s=5.0), clock=FakeClock(tick_s=0.5)
    )
    reply = model.ask(wanted(1, schema=None, max_tokens=500))
    assert reply.finish_reason == "time"
    assert 5 < reply.usage.completion_tokens < 15
    assert 0 < reply.first_token_s < reply.latency_s


@pytest.fixture(scope="module")
def looping(torch_ready: None, tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    """A model that repeats one token for ever."""
    folder = tmp_path_factory.mktemp("loop")
    return load_local(str(make_checkpoint(folder, "qwen2_vl", spread=0.02)))


def test_a_loop_is_cut_early_and_told(looping: LocalModel) -> None:
    reply = looping.ask(wanted(0, schema=None, sampling=Sampling(max_tokens=2000)))
    assert reply.finish_reason == "loop"
    assert reply.usage.completion_tokens < 200


def test_a_loop_in_a_thought_ends_in_an_action(looping: LocalModel) -> None:
    reply = looping.ask(wanted(0, sampling=Sampling(max_tokens=4000)))
    assert reply.finish_reason == "stop"
    assert reply.usage.completion_tokens < 400
    check(reply.text, TAGS)


def test_native_calls_are_told_apart(loaded: Loader) -> None:
    tool: dict[str, Any] = {"type": "function", "function": {"name": "mobile_use"}}
    reply = loaded("qwen3_vl").ask(wanted(2, tools=(tool,)))
    assert reply.finish_reason == "tool_calls"
    assert reply.calls[0].name == "mobile_use"
    assert json.loads(reply.calls[0].arguments)["action"]
    assert "<tool_call>" not in reply.text


def test_conversations_share_the_weights_and_keep_to_themselves(loaded: Loader) -> None:
    root = loaded("qwen2_5_vl")
    alone = [loaded("qwen2_5_vl").ask(wanted(seed, schema=None)).text for seed in range(3)]
    together: dict[int, list[str]] = {0: [], 1: [], 2: []}

    def talk(seed: int) -> None:
        model = root.conversation()
        together[seed] = [model.ask(wanted(seed, schema=None)).text for _ in range(3)]

    threads = [threading.Thread(target=talk, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == {seed: [alone[seed]] * 3 for seed in range(3)}


def test_a_closed_conversation_says_so_and_leaves_others_alone(loaded: Loader) -> None:
    first = loaded("qwen2_vl")
    second = first.conversation()
    first.close()
    first.close()
    with pytest.raises(ModelError, match="closed"):
        first.ask(wanted(1))
    assert second.ask(wanted(1, schema=None, max_tokens=3)).text
    assert (first.name, second.family) == (second.name, "qwen2_vl")


def test_what_the_listener_raises_comes_through_and_breaks_nothing(loaded: Loader) -> None:
    model = loaded("qwen2_5_vl")
    expected = model.ask(wanted(3, schema=None)).text

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.ask(wanted(3, schema=None), on_text=stop)
    assert model.ask(wanted(3, schema=None)).text == expected
