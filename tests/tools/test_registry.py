"""A tool is what its signature and docstring say, or it is no tool."""

import re
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image

from tools.action import ACTIONS, Action, Swipe, Tap, Wait
from tools.builtin import BUILTIN
from tools.device import DeviceInfo, Observation
from tools.errors import (
    BadArgumentsError,
    ConfigError,
    OffScreenError,
    ToolDefinitionError,
    UnknownToolError,
)
from tools.geometry import Point, Size
from tools.outcome import Finish, Note, Outcome, Question, ToolContext
from tools.plugins import load_module, load_plugins
from tools.registry import Registry, Tool, tool
from tools.screen import Screenshot

SIZE = Size(width=1080, height=2400)


@pytest.fixture(scope="module")
def context() -> ToolContext:
    image = Image.new("RGB", (SIZE.width, SIZE.height))
    info = DeviceInfo(
        name="d", kind="android", model="M", release="14", size=SIZE, density_dpi=420,
        locale="en-US", emulated=True, animated=False, capture="raw",
    )  # fmt: skip
    return ToolContext(observation=Observation(screenshot=Screenshot(image)), device=info)


@tool
def poke(at: Point, times: int = 1, mood: Literal["soft", "hard"] = "soft") -> Tap:
    """Poke at something.

    It does not break.

    Args:
        at: Where to poke.
        times: How often,
            in all.
        mood: In which way.
    """
    assert times > 0
    assert mood
    return Tap(at=at)


@tool
def look(context: ToolContext) -> str:
    """Say how large the screen is."""
    return str(context.observation.size)


def test_schema_comes_from_signature_and_docstring() -> None:
    assert poke.name == "poke"
    assert poke.description == "Poke at something.\n\nIt does not break."
    assert poke.needs == {"tap"}
    assert poke.points == {"at"}
    assert poke.parameters == {
        "type": "object",
        "additionalProperties": False,
        "required": ["at"],
        "properties": {
            "at": {
                "type": "array", "format": "point", "items": {"type": "integer"},
                "minItems": 2, "maxItems": 2, "description": "Where to poke.",
            },
            "times": {"type": "integer", "default": 1, "description": "How often, in all."},
            "mood": {
                "type": "string", "enum": ["soft", "hard"], "default": "soft",
                "description": "In which way.",
            },
        },
    }  # fmt: skip


def test_context_is_given_but_not_in_the_schema(context: ToolContext) -> None:
    assert look.parameters["properties"] == {}
    assert look.needs == frozenset()
    assert Registry([look]).resolve("look", {}, context) == "1080x2400"


def test_openai_form() -> None:
    (definition,) = Registry([poke]).openai_tools()
    assert definition == {
        "type": "function",
        "function": {
            "name": "poke",
            "description": poke.description,
            "parameters": poke.parameters,
        },
    }


def no_docstring(at: Point) -> Tap:
    return Tap(at=at)


def undocumented(at: Point, speed: int) -> Tap:
    """Poke.

    Args:
        at: Where.
    """
    return Tap(at=at)


def unknown_documented(at: Point) -> Tap:
    """Poke.

    Args:
        at: Where.
        speed: How fast.
    """
    return Tap(at=at)


def empty_description(at: Point) -> Tap:
    """Poke.

    Args:
        at:
    """
    return Tap(at=at)


def no_hint(at) -> Tap:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Poke.

    Args:
        at: Where.
    """
    return Tap(at=at)


def no_return(at: Point):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Poke.

    Args:
        at: Where.
    """
    return Tap(at=at)


def many(*points: Point) -> Tap:
    """Poke.

    Args:
        points: Where.
    """
    return Tap(at=points[0])


def returns_bytes() -> bytes:
    """Poke."""
    return b""


def any_action() -> Action:
    """Poke."""
    return Wait()


def two_contexts(one: ToolContext, two: ToolContext) -> str:
    """Look."""
    return ""


def unresolvable(at: "Nowhere") -> Tap:  # type: ignore[name-defined]  # noqa: F821
    """Poke.

    Args:
        at: Where.
    """
    return Tap(at=at)


def no_json_form(at: sys.__class__) -> Tap:  # type: ignore[name-defined]
    """Poke.

    Args:
        at: Where.
    """
    return Tap(at=at)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (no_docstring, "no docstring"),
        (undocumented, "'speed' is not described"),
        (unknown_documented, r"describes \['speed'\]"),
        (empty_description, "'at' is not described"),
        (no_hint, "'at' has no type hint"),
        (no_return, "no return annotation"),
        (many, "plain argument"),
        (returns_bytes, "returns bytes"),
        (any_action, "may return any action"),
        (two_contexts, "two ToolContext"),
        (unresolvable, "cannot be resolved"),
        (no_json_form, "no JSON form"),
    ],
)
def test_what_does_not_fit_fails_at_registration(function: Callable[..., Any], told: str) -> None:
    with pytest.raises(ToolDefinitionError, match=told):
        tool(function)


def test_name_and_needs_may_be_given() -> None:
    made = tool(name="anything", needs=["tap", "wait"])(any_action)
    assert (made.name, made.needs) == ("anything", frozenset({"tap", "wait"}))
    with pytest.raises(ToolDefinitionError, match="no name for a tool"):
        tool(name="Poke it")(any_action)
    with pytest.raises(ToolDefinitionError, match="no such actions"):
        tool(needs=["fly"])(any_action)


def test_a_tool_needs_every_action_it_may_return() -> None:
    @tool
    def either(at: Point) -> Tap | Swipe | Note:
        """Tap or swipe.

        Args:
            at: Where.
        """
        return Tap(at=at)

    assert either.needs == {"tap", "swipe"}
    registry = Registry([either, look])
    assert registry.offered({"tap"}).names == ("look",)
    assert registry.offered({"tap", "swipe"}).names == ("either", "look")


def test_two_tools_of_one_name_are_told_with_where_each_is_written() -> None:
    @tool(name="tap")
    def press(at: Point) -> Tap:
        """Press.

        Args:
            at: Where.
        """
        return Tap(at=at)

    with pytest.raises(ToolDefinitionError, match="two tools called 'tap'") as caught:
        Registry([*BUILTIN, press])
    for module, file in (("tools.builtin.tap", "builtin.py"), (__name__, "test_registry.py")):
        assert re.search(rf"{re.escape(module)}[^ ]* \([^ ]*{file}:\d+\)", caught.value.message)
    assert "@tool(name=...)" in caught.value.hint


def test_unknown_tool_names_close_ones(context: ToolContext) -> None:
    with pytest.raises(UnknownToolError, match="Did you mean poke"):
        Registry([poke, look]).resolve("pokee", {}, context)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "at: is missing"),
        ({"at": [1, 2], "att": 3}, "att: there is no such argument; it takes at, times, mood"),
        ({"at": {"x": 1, "y": 2}}, "at: a point is written as [x, y], two whole numbers, not"),
        ({"at": [1.5, 2]}, "at: a point is written as"),
        ({"at": ["1", "2"]}, "at: a point is written as"),
        ({"at": [True, 2]}, "at: a point is written as"),
        ({"at": [1, 2, 3]}, "at: a point is written as"),
        ({"at": None}, "at: a point is written as"),
        ({"at": [1, 2], "times": "3"}, 'times: input should be a valid integer, not "3"'),
        ({"at": [1, 2], "times": True}, "times: input should be a valid integer, not true"),
        ({"at": [1, 2], "mood": "mad"}, "mood: input should be 'soft' or 'hard', not \"mad\""),
    ],
)
def test_bad_arguments_are_told_in_words(
    arguments: dict[str, Any], told: str, context: ToolContext
) -> None:
    with pytest.raises(BadArgumentsError) as caught:
        Registry([poke]).resolve("poke", arguments, context)
    assert f"- {told}" in str(caught.value)


def test_one_line_for_each_problem(context: ToolContext) -> None:
    with pytest.raises(BadArgumentsError) as caught:
        Registry([poke]).resolve("poke", {"times": "x" * 5000, "mood": 3}, context)
    lines = str(caught.value).splitlines()
    assert lines[0] == "poke cannot be called like this:"
    assert len(lines) == 4
    assert max(map(len, lines)) < 200


def test_points_off_the_screen(context: ToolContext) -> None:
    registry = Registry([poke])
    assert registry.resolve("poke", {"at": [1079, 2399]}, context) == Tap(at=Point(x=1079, y=2399))
    for at in ([1080, 5], [5, 2400], [-1, 5]):
        with pytest.raises(OffScreenError):
            registry.resolve("poke", {"at": list(at)}, context)


def test_an_action_out_of_bounds_is_a_bad_argument(context: ToolContext) -> None:
    @tool
    def doze(duration_s: float) -> Wait:
        """Wait.

        Args:
            duration_s: Seconds.
        """
        return Wait(duration_s=duration_s)

    with pytest.raises(BadArgumentsError, match="less than or equal to 60"):
        Registry([doze]).resolve("doze", {"duration_s": 1000}, context)
    assert Registry([doze]).resolve("doze", {"duration_s": 2}, context) == Wait(duration_s=2.0)


def test_a_tool_that_returns_what_it_does_not_declare(context: ToolContext) -> None:
    def liar() -> Outcome:
        return Note(text="")

    def promise() -> Tap:
        """Tap."""
        return liar()  # type: ignore[return-value]

    with pytest.raises(ToolDefinitionError, match="returned a Note"):
        Registry([tool(promise)]).resolve("promise", {}, context)


def test_optional_points_and_lists_of_points(context: ToolContext) -> None:
    @tool
    def trace(path: list[Point], end: Point | None = None) -> Swipe:
        """Draw a line.

        Args:
            path: The corners.
            end: Where it ends.
        """
        return Swipe(start=path[0], end=end or path[-1])

    assert trace.points == {"path", "end"}
    registry = Registry([trace])
    drawn = registry.resolve("trace", {"path": [[1, 2], [3, 4]]}, context)
    assert drawn == Swipe(start=Point(x=1, y=2), end=Point(x=3, y=4))
    with pytest.raises(BadArgumentsError, match=r"path\.0: a point is written"):
        registry.resolve("trace", {"path": [[1]]}, context)


def test_every_action_can_be_written_and_read() -> None:
    action = Swipe(start=Point(x=1, y=2), end=Point(x=3, y=4))
    assert ACTIONS.validate_json(ACTIONS.dump_json(action)) == action


PLUGIN = '''
"""Tools of somebody else."""
from tools.outcome import Finish, Question
from tools.registry import tool

@tool
def {name}(text: str) -> Question:
    """Ask.

    Args:
        text: What.
    """
    return Question(text=text)
'''


def _module(folder: Path, name: str, source: str) -> str:
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_tools_of_a_module(folder: Path, context: ToolContext) -> None:
    (asking,) = load_module(_module(folder, "plug_good", PLUGIN.format(name="beg")))
    assert isinstance(asking, Tool)
    assert Registry([asking]).resolve("beg", {"text": "?"}, context) == Question(text="?")


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("plug_absent", None, "There is no module 'plug_absent'"),
        ("plug bad/../name", None, "is not the name of a module"),
        ("plug_needs", "import plug_missing_part", "no module 'plug_missing_part', which"),
        ("plug_syntax", "def (", "SyntaxError"),
        ("plug_raises", "1 / 0", "ZeroDivisionError"),
        ("plug_empty", "x = 1", "There is no tool in the module 'plug_empty'"),
    ],
)
def test_modules_that_cannot_be_used(
    folder: Path, name: str, source: str | None, told: str
) -> None:
    if source is not None:
        _module(folder, name, source)
    with pytest.raises(ConfigError) as caught:
        load_module(name)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tools_of_installed_packages(folder: Path) -> None:
    _module(folder, "plug_entry", PLUGIN.format(name="plead"))
    whole = EntryPoint(name="all", value="plug_entry", group="tapwright.tools")
    single = EntryPoint(name="one", value="plug_entry:plead", group="tapwright.tools")
    assert [entry.name for entry in load_plugins([whole])] == ["plead"]
    assert [entry.name for entry in load_plugins([single])] == ["plead"]
    broken = EntryPoint(name="none", value="plug_entry:nothing", group="tapwright.tools")
    with pytest.raises(ConfigError, match="entry point 'none'"):
        load_plugins([broken])


def test_an_installed_distribution_is_found(folder: Path) -> None:
    _module(folder, "plug_dist", PLUGIN.format(name="implore"))
    info = folder / "plug_dist-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-dist\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tapwright.tools]\nmine = plug_dist\n")
    assert "implore" in [entry.name for entry in load_plugins()]


def test_finish_is_strict(context: ToolContext) -> None:
    @tool
    def stop(*, success: bool) -> Finish:
        """Stop.

        Args:
            success: Whether it worked.
        """
        return Finish(success=success)

    with pytest.raises(BadArgumentsError, match="valid boolean"):
        Registry([stop]).resolve("stop", {"success": "true"}, context)


def test_a_given_answer_holds_for_the_next_call_only(context: ToolContext) -> None:
    asked: list[str] = []

    @tool
    def ask_oracle(question: str) -> str:
        """Ask.

        Args:
            question: What.
        """
        asked.append(question)
        return "today's"

    registry = Registry([ask_oracle])
    registry.give("ask_oracle", {"question": "when?"}, "then's")
    assert registry.resolve("ask_oracle", {"question": "when?"}, context) == "then's"
    assert asked == []
    assert registry.resolve("ask_oracle", {"question": "when?"}, context) == "today's"
    registry.give("ask_oracle", {"question": "when?"}, "then's")
    assert registry.resolve("ask_oracle", {"question": "who?"}, context) == "today's"
    assert registry.resolve("ask_oracle", {"question": "when?"}, context) == "today's"
    registry.give("gone", {"a": 1}, "of a tool that is not offered")
    assert registry.resolve("gone", {"a": 1}, context) == "of a tool that is not offered"
    with pytest.raises(UnknownToolError):
        registry.resolve("gone", {"a": 1}, context)
