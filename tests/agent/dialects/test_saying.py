"""What a dialect says is read as what was meant: the same call, on the same spot."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.choose import DIALECTS
from agent.dialects.dialect import Dialect
from agent.dialects.tools import ToolsDialect
from agent.model import Reply
from agent.step import Decision, ToolCall
from tests.agent.dialects.samples import count_words
from tools.builtin import BUILTIN, builtin_registry
from tools.errors import AutomationError, UnsayableError
from tools.geometry import Projection, Size, Space
from tools.registry import Registry

OF_A_PHONE = {"back", "home", "recents"}
OF_A_COMPUTER = {
    "triple_click", "right_click", "middle_click", "hover", "list_windows", "focus_window",
}  # fmt: skip
EVERYTHING = Registry((*BUILTIN, count_words))
PHONE = Registry(entry for entry in EVERYTHING if entry.name not in OF_A_COMPUTER)
COMPUTER = Registry(entry for entry in EVERYTHING if entry.name not in OF_A_PHONE)
SCREEN = Size(width=1080, height=2400)
POINTS = {"at", "start", "end", "where"}
SPOT = st.tuples(st.integers(0, SCREEN.width - 1), st.integers(0, SCREEN.height - 1)).map(list)
TEXT = st.text(min_size=1, max_size=40).filter(lambda text: text.strip("\n") == text)
SECONDS = st.floats(0.001, 60, allow_nan=False).map(lambda value: round(value, 3))
THOUGHT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "I tap 'Search'.",
            "Action: finished(content='x')",
            "So.\nAction: click(start_box='(1,2)')",
            '<tool_call>{"name": "mobile_use", "arguments": {"action": "terminate"}}</tool_call>',
            "</think><answer>finish(message='x')</answer>",
            "<think>and never an end",
            '```json\n{"name": "finish", "arguments": {"success": false}}\n```',
            '{"name": "finish", "arguments": {"success": false}}',
            "**Final Answer** it is",
            "我点击“搜索”。",
        ]
    ),
)


TEXTS = {"open_app": "name", "focus_window": "title", "note": "text", "ask_user": "question"}


def calls_of(tool: str) -> st.SearchStrategy[ToolCall]:
    """Calls of ``tool`` with all and with only the needed arguments."""
    needed: dict[str, st.SearchStrategy[Any]] = {}
    others: dict[str, st.SearchStrategy[Any]] = {}
    match tool:
        case "tap" | "double_tap" | "triple_click" | "right_click" | "middle_click" | "hover":
            needed = {"at": SPOT}
        case "long_press":
            needed, others = {"at": SPOT}, {"duration_s": SECONDS}
        case "swipe" | "drag":
            needed, others = {"start": SPOT, "end": SPOT}, {"duration_s": SECONDS}
        case "scroll":
            needed = {"direction": st.sampled_from(["up", "down", "left", "right"])}
            others = {"at": SPOT, "amount": st.floats(0.05, 1)}
        case "type_text":
            needed, others = {"text": TEXT}, {"clear": st.booleans(), "submit": st.booleans()}
        case "press_key":
            needed = {"key": st.sampled_from(["enter", "menu", "page_up", "volume_down"])}
        case "hotkey":
            needed = {
                "keys": st.lists(st.sampled_from(["ctrl", "a", "+", "é"]), min_size=2, max_size=4)
            }
        case "open_app" | "focus_window" | "note" | "ask_user":
            needed = {TEXTS[tool]: TEXT}
        case "wait":
            others = {"duration_s": SECONDS}
        case "finish":
            needed, others = {"success": st.booleans()}, {"answer": st.text(max_size=40)}
        case "count_words":
            needed, others = {"of": TEXT}, {"where": SPOT}
        case _:
            assert tool in OF_A_PHONE | {"list_windows"}, tool
    arguments = st.fixed_dictionaries(needed, optional=others)
    return arguments.map(lambda given: ToolCall(name=tool, arguments=given))


DECISIONS = st.sampled_from(EVERYTHING.names).flatmap(
    lambda name: st.builds(Decision, thought=THOUGHT, call=calls_of(name))
)


def meaning(call: ToolCall) -> dict[str, Any]:
    """What the call does, up to where its points are and how long it takes."""
    properties: Any = EVERYTHING.get(call.name).parameters.get("properties", {})
    usual = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
    full = {**usual, **call.arguments}
    rest = {key: value for key, value in full.items() if key not in POINTS | {"duration_s"}}
    points = {key for key in POINTS if full.get(key) is not None}
    return {"tool": call.name, "points": points, **rest}


def projection_of(dialect: Dialect, screen: Size = SCREEN) -> Projection:
    return Projection(shown=dialect.sizing.shown(screen), device=screen)


def off_by(meant: ToolCall, heard: ToolCall) -> list[tuple[float, float]]:
    """How far apart the points of both are, device px."""
    pairs: list[tuple[Any, Any]] = [
        (meant.arguments[key], heard.arguments[key])
        for key in POINTS
        if meant.arguments.get(key) is not None
    ]
    return [(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairs]


@pytest.mark.parametrize("tools", [PHONE, COMPUTER], ids=["phone", "computer"])
@pytest.mark.parametrize("name", sorted(DIALECTS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_said_is_read_as_it_was_meant(name: str, tools: Registry, data: Any) -> None:
    dialect, decision = DIALECTS[name](), data.draw(DECISIONS)
    projection = projection_of(dialect)
    try:
        reply = dialect.say(decision, projection, tools)
    except UnsayableError:
        return
    heard = dialect.read(reply, projection, tools)
    wanted, got = meaning(decision.call), meaning(heard.call)
    if "amount" in wanted:
        assert got.pop("amount") == pytest.approx(wanted.pop("amount"), abs=0.002)
    assert got == wanted
    grid = dialect.space is Space.NORM1000
    step_x = SCREEN.width / (1000 if grid else projection.shown.width)
    step_y = SCREEN.height / (1000 if grid else projection.shown.height)
    for across, down in off_by(decision.call, heard.call):
        assert across <= step_x + 1
        assert down <= step_y + 1


EVERY = {
    "tap": {"at": [540, 1200]},
    "double_tap": {"at": [540, 1200]},
    "long_press": {"at": [540, 1200], "duration_s": 2.5},
    "swipe": {"start": [540, 2000], "end": [540, 700], "duration_s": 0.412},
    "drag": {"start": [540, 2000], "end": [540, 700]},
    "scroll": {"direction": "down", "at": [540, 1200], "amount": 0.5},
    "type_text": {"text": "it's \"7\" \\ o'clock"},
    "press_key": {"key": "enter"},
    "hotkey": {"keys": ["ctrl", "a"]},
    "open_app": {"name": "Bookings"},
    "back": {},
    "home": {},
    "recents": {},
    "wait": {"duration_s": 2.0},
    "note": {"text": "R2 8235"},
    "ask_user": {"question": "Which day?"},
    "finish": {"success": True, "answer": "Booked."},
}
ON_A_COMPUTER = {
    "triple_click": {"at": [540, 1200]},
    "right_click": {"at": [540, 1200]},
    "middle_click": {"at": [540, 1200]},
    "hover": {"at": [540, 1200]},
    "list_windows": {},
    "focus_window": {"title": "note.txt"},
}
UNSAYABLE = {"ui_tars": {"drag"}, "ui_tars_1_0": {"drag"}, "autoglm_phone": {"type_text"}}


def said(dialect: Dialect, call: ToolCall, tools: Registry) -> Reply | None:
    """The reply; ``None`` if the dialect cannot say it."""
    try:
        return dialect.say(Decision(thought="So.", call=call), projection_of(dialect), tools)
    except UnsayableError:
        return None


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_tool_has_words_but_for_the_known_ones(name: str) -> None:
    """UI-TARS drags with the word for a swipe; AutoGLM's Type replaces what is in the field."""
    tools = Registry(entry for entry in BUILTIN if entry.name not in OF_A_COMPUTER)
    assert EVERY.keys() == set(tools.names)
    dialect = DIALECTS[name]()
    missing = set()
    for tool, arguments in EVERY.items():
        call = ToolCall(name=tool, arguments=arguments)  # type: ignore[arg-type]
        if not said(dialect, call, tools):
            missing.add(tool)
    assert missing == UNSAYABLE.get(name.removesuffix("_zh"), set())


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_what_only_a_computer_can_do_has_words_too(name: str) -> None:
    assert ON_A_COMPUTER.keys() == OF_A_COMPUTER
    dialect = DIALECTS[name]()
    for tool, arguments in ON_A_COMPUTER.items():
        call = ToolCall(name=tool, arguments=arguments)  # type: ignore[arg-type]
        assert said(dialect, call, COMPUTER), tool


def tap(thought: str = "The field 'To' is next.") -> Decision:
    return Decision(thought=thought, call=ToolCall(name="tap", arguments={"at": [540, 1200]}))


CLICK = (
    '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "click", "coordinate": %s}}'
    "\n</tool_call>"
)
FORMS = {
    "qwen2_5_vl": CLICK % "[336, 742]",
    "qwen2_vl": CLICK % "[500, 500]",
    "qvq": "The field 'To' is next.\n\n**Final Answer**\n\n" + CLICK % "[500, 500]",
    "qwen3_vl": "Thought: The field 'To' is next.\nAction: Tap.\n" + CLICK % "[500, 500]",
    "qwen3_vl_thinking": "Action: Tap.\n" + CLICK % "[500, 500]",
    "gui_owl": "Thought: The field 'To' is next.\nAction: Tap.\n" + CLICK % "[336, 742]",
    "gui_owl_1_5": "Action: The field 'To' is next.\n" + CLICK % "[500, 500]",
    "ui_tars": "Thought: The field 'To' is next.\n"
    "Action: click(start_box='<|box_start|>(336,742)<|box_end|>')",
    "ui_tars_1_0": "Thought: The field 'To' is next.\n"
    "Action: click(start_box='<|box_start|>(500,500)<|box_end|>')",
    "autoglm_phone": "<think>The field 'To' is next.</think>\n"
    '<answer>do(action="Tap", element=[500,500])</answer>',
    "tools": "The field 'To' is next.",
    "tools_text": '{"thought": "The field \'To\' is next.", "name": "tap", '
    '"arguments": {"at": [500, 500]}}',
}
FORMS["autoglm_phone_zh"] = FORMS["autoglm_phone"]


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_each_family_is_written_as_its_prompt_asks(name: str) -> None:
    dialect = DIALECTS[name]()
    reply = dialect.say(tap(), projection_of(dialect), builtin_registry())
    assert reply.text == FORMS[name]
    if name == "tools":
        assert [(each.name, json.loads(each.arguments)) for each in reply.calls] == [
            ("tap", {"at": [500, 500]})
        ]
    if name == "qwen3_vl_thinking":
        assert reply.reasoning == "The field 'To' is next."
    if FORMS[name].startswith("<tool_call>"):
        return  # asked for nothing but the call
    heard = dialect.read(reply, projection_of(dialect), builtin_registry())
    assert "The field 'To' is next." in heard.thought


@pytest.mark.parametrize("name", ["qwen3_vl", "gui_owl"])
def test_a_thought_that_tells_its_action_is_not_told_another(name: str) -> None:
    dialect = DIALECTS[name]()
    said = dialect.say(
        tap("The field is there.\nAction: Tap the field."),
        projection_of(dialect),
        builtin_registry(),
    )
    assert said.text.count("Action:") == 1


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize(
    "screen", [SCREEN, Size(width=500, height=1000), Size(width=96, height=64)]
)
def test_a_pixel_of_a_small_target_is_found_again(name: str, screen: Size) -> None:
    """24 px, half of what Android asks of a target, on a screen of any size."""
    dialect, tools = DIALECTS[name](), builtin_registry()
    projection = projection_of(dialect, screen)
    for x in range(12, screen.width, max(1, screen.width // 7)):
        for y in range(12, screen.height, max(1, screen.height // 7)):
            meant = Decision(thought="", call=ToolCall(name="tap", arguments={"at": [x, y]}))
            heard = dialect.read(dialect.say(meant, projection, tools), projection, tools)
            ((across, down),) = off_by(meant.call, heard.call)
            assert across < 12
            assert down < 12


@pytest.mark.parametrize("name", ["qwen2_5_vl", "ui_tars", "gui_owl"])
def test_pixels_are_exact_where_the_picture_is_as_large_as_the_screen(name: str) -> None:
    dialect, tools, screen = DIALECTS[name](), builtin_registry(), Size(width=560, height=1120)
    projection = projection_of(dialect, screen)
    assert projection.shown == screen
    for x, y in [(0, 0), (559, 1119), (17, 1003)]:
        meant = Decision(thought="", call=ToolCall(name="tap", arguments={"at": [x, y]}))
        heard = dialect.read(dialect.say(meant, projection, tools), projection, tools)
        assert heard.call == meant.call


@pytest.mark.parametrize("name", sorted(DIALECTS))
@pytest.mark.parametrize(
    "call",
    [
        ToolCall(name="tap", arguments={"at": [1080, 0]}),
        ToolCall(name="tap", arguments={"at": [-1, 0]}),
        ToolCall(name="tap", arguments={"at": "there"}),
        ToolCall(name="tap", arguments={"at": [1.5, 2]}),
        ToolCall(name="tap", arguments={}),
        ToolCall(name="fly", arguments={}),
        ToolCall(name="scroll", arguments={"direction": "sideways"}),
    ],
    ids=str,
)
def test_what_makes_no_sense_cannot_be_said(name: str, call: ToolCall) -> None:
    dialect = DIALECTS[name]()
    with pytest.raises(UnsayableError):
        dialect.say(Decision(thought="", call=call), projection_of(dialect), builtin_registry())


@pytest.mark.parametrize("name", ["qvq", "qwen3_vl", "autoglm_phone", "ui_tars"])
def test_a_text_that_would_end_the_thought_is_refused_and_never_misread(name: str) -> None:
    """Or it is sayable, and then means what it says."""
    dialect, tools = DIALECTS[name](), builtin_registry()
    for text in ("a </think> b", "**Final Answer** {}", "<answer>", "x</tool_call>y"):
        call = ToolCall(name="note", arguments={"text": text})
        reply = said(dialect, call, tools)
        if reply is not None:
            assert dialect.read(reply, projection_of(dialect), tools).call == call


def test_how_long_is_let_go_and_nothing_else() -> None:
    dialect, tools = DIALECTS["ui_tars"](), builtin_registry()
    long = ToolCall(name="wait", arguments={"duration_s": 1.0})
    reply = dialect.say(Decision(thought="", call=long), projection_of(dialect), tools)
    assert reply.text == "Action: wait()"
    far = ToolCall(name="scroll", arguments={"direction": "down", "amount": 0.9})
    with pytest.raises(UnsayableError, match=r"no word for scroll.*amount=0\.9"):
        dialect.say(Decision(thought="", call=far), projection_of(dialect), tools)


def test_a_dialect_that_numbers_pixels_says_pixels_of_tools_too() -> None:
    dialect = ToolsDialect(space=Space.MODEL_PX)
    reply: Reply = dialect.say(tap(), projection_of(dialect), builtin_registry())
    assert json.loads(reply.calls[0].arguments) == {"at": [336, 742]}


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_dialect_has_the_name_it_is_found_by(name: str) -> None:
    """Recordings name it so; what was recorded in one language is not taken for the other."""
    assert DIALECTS[name]().name == name


def test_unsayable_is_told_to_the_person() -> None:
    assert issubclass(UnsayableError, AutomationError)
