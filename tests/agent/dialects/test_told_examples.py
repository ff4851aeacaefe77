"""Calls that a model is told as examples are accepted when it copies them."""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, NotRequired

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field
from typing_extensions import TypedDict

from agent.dialects.choose import DIALECTS
from agent.model import Reply
from agent.perception.seeing_tools import silent_tools
from agent.step import ToolCall
from tests.agent.dialects.samples import count_words
from tests.agent.dialects.test_prompts import in_words, three_turns
from tools.action import DESKTOP_KINDS, PHONE_KINDS
from tools.builtin import builtin_registry
from tools.geometry import Point, Projection, Size
from tools.registry import Registry, Tool, tool

SCREEN: Final = Size(width=1080, height=2400)
SEEING: Final = silent_tools()
PHONE: Final = Registry((*builtin_registry().offered(PHONE_KINDS), *SEEING, count_words))
COMPUTER: Final = Registry((*builtin_registry().offered(DESKTOP_KINDS), *SEEING, count_words))
Wrap = Callable[[str], str]
WRITTEN: Final[Mapping[str, Wrap]] = {
    "ui_tars": "Thought: Next.\nAction: {}".format,
    "ui_tars_1_0": "Thought: Next.\nAction: {}".format,
    "autoglm_phone": "<think>Next.</think>\n<answer>{}</answer>".format,
    "autoglm_phone_zh": "<think>Next.</think>\n<answer>{}</answer>".format,
}
_HEAD: Final = re.compile(r"\w+\(.*?\)(?= # )")


TRAINED = "down or up or right or left"
"""A choice as UI-TARS was trained to be shown it: it is no example to be copied."""


def told_calls(name: str, tools: Registry) -> list[str]:
    """Every example of a call in the prompt."""
    told = in_words(DIALECTS[name]().request("Look.", three_turns(name), tools))
    return [found[0] for line in told.splitlines() if (found := _HEAD.match(line))]


def filled_in(call: str) -> str:
    """``call`` with its positions and texts filled in, and nothing else; a key is a text too."""
    placed = call.replace("(x1,y1)", "(5,6)").replace("[x,y]", "[5,6]")
    placed = placed.replace(TRAINED, TRAINED.partition(" or ")[0])
    return re.sub(r"(?<![\w\\])(''|\"\")", lambda found: f"{found[0][0]}enter{found[0][0]}", placed)


def read_back(name: str, call: str, tools: Registry) -> ToolCall:
    dialect = DIALECTS[name]()
    projection = Projection(shown=dialect.sizing.shown(SCREEN), device=SCREEN)
    return dialect.read(Reply(text=WRITTEN[name](filled_in(call))), projection, tools).call


@pytest.mark.parametrize("tools", [PHONE, COMPUTER], ids=["phone", "computer"])
@pytest.mark.parametrize("name", WRITTEN)
def test_every_example_is_accepted(name: str, tools: Registry) -> None:
    read = [read_back(name, call, tools) for call in told_calls(name, tools)]
    assert {each.name for each in SEEING} <= {call.name for call in read}
    for call in read:
        assert tools.get(call.name).schema.validate(call.arguments)[1] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_an_example_shows_every_argument_with_its_default(name: str) -> None:
    read = {
        each.name: each for each in (read_back(name, c, PHONE) for c in told_calls(name, PHONE))
    }
    for entry in SEEING:
        schemas: Any = entry.parameters.get("properties", {})
        given = read[entry.name].arguments
        assert given.keys() == schemas.keys()
        usual = {key: each["default"] for key, each in schemas.items() if each.get("default")}
        assert {key: given[key] for key in usual} == usual


class Mode(StrEnum):
    SLOW = "slow"
    FAST = "fast"


class Corner(TypedDict):
    """A part of an argument."""

    steps: Annotated[int, Field(ge=3, le=5)]
    mode: Mode
    name: NotRequired[str]


def made_tool(hints: Mapping[str, Any], defaults: Mapping[str, Any]) -> Tool:
    """A tool with the arguments ``hints``; those with a default may be left out."""

    def made(**given: Any) -> str:
        return str(given)

    arguments = "\n".join(f"    {key}: What it is." for key in hints)
    made.__doc__ = f"Do what was made up.\n\nArgs:\n{arguments}\n"
    made.__annotations__ = {**hints, "return": str}
    plain = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(key, plain, default=defaults.get(key, inspect.Parameter.empty))
        for key in hints
    ]
    made.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return tool(made)


HAND_MADE: Final = made_tool(
    {
        "few": Annotated[int, Field(ge=2, le=20)],
        "below": Annotated[int, Field(lt=-3)],
        "fives": Annotated[int, Field(gt=7, multiple_of=5)],
        "share": Annotated[float, Field(gt=0, lt=0.5)],
        "tenths": Annotated[float, Field(ge=0.25, multiple_of=0.1)],
        "mode": Mode,
        "number": Literal[4, 9],
        "maybe": Annotated[int, Field(ge=7)] | None,
        "either": Annotated[int, Field(ge=7)] | bool,
        "modes": Annotated[list[Literal["one", "two"]], Field(min_length=2, max_length=3)],
        "corner": Corner,
        "route": Annotated[list[Point], Field(min_length=2)],
        "usual": Literal["first", "second"],
        "wrong": Annotated[int, Field(ge=1)],
        "quoted": str,
        "flag": bool,
    },
    {"maybe": None, "usual": "second", "wrong": -1, "quoted": 'it\'s "so"\n', "flag": False},
)


@pytest.mark.parametrize("name", WRITTEN)
def test_any_schema_has_an_example(name: str) -> None:
    tools = Registry((*builtin_registry().offered(PHONE_KINDS), HAND_MADE))
    [call] = [call for call in told_calls(name, tools) if "below=" in call]
    given = read_back(name, call, tools).arguments
    assert (given["few"], given["below"], given["fives"]) == (2, -4, 10)
    assert (given["mode"], given["number"], given["usual"]) == ("slow", 4, "second")
    assert (given["maybe"], given["wrong"], given["flag"]) == (7, 1, False)
    assert given["quoted"] == 'it\'s "so"\n'
    assert given["modes"] == ["one", "one"]
    assert given["corner"] == {"steps": 3, "mode": "slow"}


BOUND: Final = st.integers(-50, 50)
FLOATS: Final = st.floats(-50, 50).map(lambda value: round(value, 3))


def _between(kind: type, low: float, width: float, *, form: int) -> Any:
    high = low + width
    bounds: dict[str, Any] = {
        0: {"ge": low, "le": high}, 1: {"gt": low - 1, "lt": high + 1}, 2: {"ge": low},
        3: {"lt": high}, 4: {"gt": low, "le": high + 1},
    }[form]  # fmt: skip
    return Annotated[kind, Field(**bounds)]


HINTS: Final = st.one_of(
    st.builds(_between, st.just(int), BOUND, st.integers(0, 9), form=st.integers(0, 4)),
    st.builds(_between, st.just(float), FLOATS, st.floats(0.01, 9), form=st.integers(0, 4)),
    st.integers(1, 9).map(lambda step: Annotated[int, Field(ge=step + 1, multiple_of=step)]),
    st.lists(st.sampled_from("abcde"), min_size=1, unique=True).map(lambda of: Literal[tuple(of)]),
    st.sampled_from([str, bool, Mode, Corner, list[Mode], Point, Point | None, int | str]),
)


@pytest.mark.parametrize("name", ["ui_tars", "autoglm_phone_zh"])
@settings(max_examples=60, deadline=None)
@given(hints=st.lists(HINTS, min_size=1, max_size=5), lists=st.integers(0, 3), late=st.booleans())
def test_whatever_the_bounds_are_the_example_is_within(
    name: str, hints: list[Any], lists: int, *, late: bool
) -> None:
    named = {f"part{place}": hint for place, hint in enumerate(hints)}
    if lists:
        named["listed"] = Annotated[list[hints[0]], Field(min_length=lists)]  # type: ignore[valid-type]
    # A default of -99 is outside of all bounds here, and none at all for the rest.
    made = made_tool(named, dict.fromkeys(named, -99) if late else {})
    tools = Registry((*builtin_registry().offered(PHONE_KINDS), made))
    [call] = [call for call in told_calls(name, tools) if "part0=" in call]
    read = read_back(name, call, tools)
    assert made.schema.validate(read.arguments)[1] == []
    assert read.arguments.keys() == named.keys()


def told_of(name: str, tool_name: str, tools: Registry = PHONE) -> str:
    told = in_words(DIALECTS[name]().request("Look.", three_turns(name), tools))
    [line] = [
        line for line in told.splitlines() if re.match(rf'(do\(action=")?{tool_name}\b', line)
    ]
    return line


def test_what_may_be_left_out_and_the_limits_are_told() -> None:
    assert told_of("ui_tars", "look_back").startswith("look_back(question='', screens=8) # ")
    assert "screens (optional, 2 to 20): How many" in told_of("ui_tars", "look_back")
    assert "question: What" in told_of("ui_tars", "look_back")
    assert "seconds (optional, 1 to 30): " in told_of("autoglm_phone", "watch_screen")
    assert "size=0.3)" in told_of("autoglm_phone", "look_closer")
    assert "size (optional, 0.02 to 1): " in told_of("ui_tars_1_0", "look_closer")
    assert "style (optional, short or detailed): " in told_of("autoglm_phone", "describe_screen")
    assert "style (可省略，short 或 detailed): " in told_of("autoglm_phone_zh", "describe_screen")
    assert "screens (可省略，2 到 20): " in told_of("autoglm_phone_zh", "look_back")
    assert "at (optional): The middle of the part to read" in told_of("ui_tars", "read_text")


def test_limits_of_every_kind_are_told() -> None:
    told = told_of("ui_tars", "made", Registry((*PHONE, HAND_MADE)))
    for part in (
        "few (2 to 20)", "below (below -3)", "fives (above 7, a multiple of 5)",
        "share (above 0, below 0.5)", "mode (slow or fast)", "number (4 or 9)",
        "maybe (optional, at least 7)", "either: ", "modes (2 to 3 of them, each one or two)",
        "route (at least 2 of them)", "usual (optional, first or second)",
    ):  # fmt: skip
        assert part in told


@pytest.mark.parametrize("name", WRITTEN)
def test_the_seeing_tools_cost_few_tokens(name: str) -> None:
    lines = [told_of(name, entry.name) for entry in SEEING]
    assert sum(map(len, lines)) / 4 < 700


def _limits_of(schema: Any) -> list[Any]:
    """All bounds, choices and defaults in a schema."""
    if isinstance(schema, list):
        return [found for part in schema for found in _limits_of(part)]
    if not isinstance(schema, dict):
        return []
    known = ("minimum", "maximum", "exclusiveMinimum", "enum", "default", "minLength", "required")
    here = [(key, schema[key]) for key in known if key in schema]
    return here + [found for part in schema.values() for found in _limits_of(part)]


@pytest.mark.parametrize("name", sorted(DIALECTS.keys() - WRITTEN.keys()))
def test_a_family_that_is_told_schemas_is_told_every_limit(name: str) -> None:
    told = in_words(DIALECTS[name]().request("Look.", three_turns(name), PHONE))
    found: dict[str, Any] = {}
    for line in told.splitlines():
        if line.startswith("{") and '"parameters"' in line:
            entry = json.loads(line)
            function = entry.get("function", entry)
            found[function["name"]] = function["parameters"]
    for entry in SEEING:
        assert _limits_of(found[entry.name]) == _limits_of(entry.parameters)
