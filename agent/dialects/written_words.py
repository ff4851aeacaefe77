"""The words of UI-TARS and AutoGLM, which are written as calls, and how they are told."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.fit import Aim
from agent.dialects.saying.example import example, is_point, settled
from agent.dialects.saying.limits import ENGLISH, LimitWords, limits
from agent.dialects.saying.pointing import Pointing
from agent.dialects.saying.written import written_value
from agent.dialects.words import Arguments, Vocabulary, Word
from tools.errors import BadArgumentsError, UnsayableError
from tools.registry import Registry, Tool

_AT: Final = {"start_box": "at", "point": "at", "start_point": "at", "box": "at", "start": "at"}
_FROM_TO: Final = {
    "start_box": "start", "start_point": "start", "start": "start",
    "end_box": "end", "end_point": "end", "end": "end",
}  # fmt: skip
_TARS_ARGUMENTS: Final = (
    "start_box",
    "end_box",
    "content",
    "direction",
    "key",
    "app_name",
    "point",
)


def _typed(arguments: Arguments, aim: Aim) -> tuple[str, dict[str, JsonValue]]:  # noqa: ARG001
    """A line break at the end of the text submits it."""
    text = arguments.get("content", arguments.get("text"))
    if not isinstance(text, str) or not text:
        raise BadArgumentsError("type cannot be called like this:\n- content: is missing")
    words = text.rstrip("\n")
    if not words:
        return "press_key", {"key": "enter"}
    return "type_text", {"text": words, **({"submit": True} if words != text else {})}


def _tell_typed(
    tool: str,
    given: Arguments,
    pointing: Pointing,  # noqa: ARG001
) -> dict[str, JsonValue] | None:
    """The text, with a line break at its end if it is to be submitted."""
    text = given.get("text")
    if tool != "type_text" or not isinstance(text, str) or given.get("clear"):
        return None
    if not text or text.endswith("\n"):
        return None
    return {"content": f"{text}\n" if given.get("submit") else text}


def _hotkey(arguments: Arguments, aim: Aim) -> tuple[str, dict[str, JsonValue]]:  # noqa: ARG001
    keys = arguments.get("key", arguments.get("keys"))
    if isinstance(keys, list) or (isinstance(keys, str) and keys.startswith("[")):
        return "hotkey", {"keys": keys}
    parts = keys.replace("+", " ").split() if isinstance(keys, str) else []
    if not parts:
        raise BadArgumentsError("hotkey cannot be called like this:\n- key: is missing")
    return ("press_key", {"key": parts[0]}) if len(parts) == 1 else ("hotkey", {"keys": [*parts]})


def _tell_hotkey(
    tool: str,
    given: Arguments,
    pointing: Pointing,  # noqa: ARG001
) -> dict[str, JsonValue] | None:
    keys = given.get("keys")
    if tool != "hotkey" or not isinstance(keys, list):
        return None
    names = [str(key) for key in keys]
    plain = all(re.fullmatch(r"[^\s+\[]+", name) for name in names)
    return {"key": " ".join(names) if plain else json.dumps(names, ensure_ascii=False)}


_HOTKEY = Word(
    "hotkey",
    "Press keys together, such as ctrl a.",
    "hotkey",
    takes={"key": "keys", "keys": "keys"},
    route=_hotkey,
    tells=_tell_hotkey,
)
_TYPE = Word(
    "type",
    "Enter content into the focused field; \\n at its end submits it.",
    "type_text",
    takes={"content": "text"},
    route=_typed,
    tells=_tell_typed,
)
_SCROLL = Word(
    "scroll",
    "Show what lies further down, up, right or left.",
    "scroll",
    takes={**_AT, "direction": "direction"},
    shown={"direction": "down or up or right or left"},  # so in the prompts of UI-TARS itself
)
_TARS_ENDS: Final = (
    Word("wait", "Do nothing for 5 seconds.", "wait", fixed={"duration_s": 5.0}),
    Word(
        "call_user",
        "Ask the person what only they can know or decide.",
        "ask_user",
        takes={"content": "question", "question": "question"},
    ),
    Word(
        "finished",
        "The task is done; content is the answer, if one was asked for.",
        "finish",
        takes={"content": "answer"},
        fixed={"success": True},
        also=("finish",),
    ),
    Word(
        "give_up",
        "The task cannot be done; content says why.",
        "finish",
        takes={"content": "answer"},
        fixed={"success": False},
    ),
)
_CLICK = Word("click", "Touch it.", "tap", takes=_AT, also=("tap", "left_single", "left_click"))
TARS_PHONE = Vocabulary(
    (
        _CLICK,
        Word("long_press", "Hold it.", "long_press", takes=_AT),
        _TYPE,
        _SCROLL,
        Word("open_app", "Bring an app to the front.", "open_app", takes={"app_name": "name"}),
        Word("drag", "Move a finger.", "swipe", takes=_FROM_TO, also=("swipe",)),
        Word("press_home", "Go to the home screen.", "home"),
        Word("press_back", "Go back one screen.", "back"),
        _HOTKEY,
        *_TARS_ENDS,
    ),
    _TARS_ARGUMENTS,
)
TARS_COMPUTER = Vocabulary(
    (
        _CLICK,
        Word("left_double", "Click it twice.", "double_tap", takes=_AT),
        Word("right_single", "Click it with the right button.", "right_click", takes=_AT),
        Word("drag", "Pick it up and drop it elsewhere.", "drag", takes=_FROM_TO),
        _HOTKEY,
        _TYPE,
        _SCROLL,
        *_TARS_ENDS,
    ),
    _TARS_ARGUMENTS,
)


def _finish(arguments: Arguments, aim: Aim) -> tuple[str, dict[str, JsonValue]]:  # noqa: ARG001
    message = arguments.get("message", "")
    success = arguments.get("success", True)
    if isinstance(success, str) and success.strip().lower() in ("true", "false"):
        success = success.strip().lower() == "true"
    return "finish", {"success": success, "answer": message}


def _tell_finish(
    tool: str,
    given: Arguments,
    pointing: Pointing,  # noqa: ARG001
) -> dict[str, JsonValue] | None:
    if tool != "finish":
        return None
    told: dict[str, JsonValue] = {"message": given.get("answer", "")}
    return told if given.get("success") else {**told, "success": False}


_ELEMENT: Final = {"element": "at"}
GLM_PHONE = Vocabulary(
    (
        Word("Launch", "Open an app.", "open_app", takes={"app": "name"}),
        Word("Tap", "Touch a point.", "tap", takes=_ELEMENT),
        Word(
            "Type",
            "Enter text into the focused field, in place of what is in it.",
            "type_text",
            takes={"text": "text"},
            fixed={"clear": True},
            also=("Type_Name",),
        ),
        Word(
            "Swipe", "Move a finger, as to scroll.", "swipe", takes={"start": "start", "end": "end"}
        ),
        Word("Long Press", "Hold a point.", "long_press", takes=_ELEMENT, also=("LongPress",)),
        Word(
            "Double Tap", "Touch a point twice.", "double_tap", takes=_ELEMENT, also=("DoubleTap",)
        ),
        Word("Back", "Go back one screen.", "back"),
        Word("Home", "Go to the home screen.", "home"),
        Word("Wait", "Do nothing for a while.", "wait", takes={"duration": "duration_s"}),
        Word(
            "Take_over",
            "Ask the person for what only they can do or know, such as a password.",
            "ask_user",
            takes={"message": "question"},
            also=("Interact",),
        ),
        Word("Note", "Write down what is needed later.", "note", takes={"message": "text"}),
        Word(
            "finish",
            "End the task; message is the answer or what was done. "
            "If it cannot be done, add success=False and say why.",
            "finish",
            takes={"message": "answer"},
            route=_finish,
            tells=_tell_finish,
        ),
    ),
    ("action", "element", "start", "end", "text", "message", "app", "duration", "instruction"),
)

Style = Callable[[str, Sequence[str]], str]
"""Writes one call from its name and its arguments, each as ``name=value``."""


@dataclass(frozen=True)
class Manner:
    """How a family writes the calls it is told.

    Attributes:
        style: Writes one call.
        point: How a position is written.
        quote: What texts stand in.
        says: What words do, in another language than English.
        limits: The words for what an argument may be.
    """

    style: Style
    point: str
    quote: str
    says: Mapping[str, str] = field(default_factory=dict)
    limits: LimitWords = ENGLISH


def signatures(vocabulary: Vocabulary, tools: Registry, manner: Manner) -> str:
    """Every action as it is to be written, one a line, with what it does and what it may take.

    Numbers and choices in it are such that the tool accepts them; texts are left empty.

    Args:
        vocabulary: Of the family.
        tools: What is offered; those that no word stands for come last, by their own names.
        manner: How the family writes.
    """
    words = [_of_word(word, tools, manner) for word in vocabulary.offered(tools)]
    others = [_of_tool(tool, manner) for tool in vocabulary.others(tools)]
    return "\n".join([*words, *others])


def _of_word(word: Word, tools: Registry, manner: Manner) -> str:
    says = manner.says.get(word.word, word.says)
    if word.pick is not None:
        picked = {"enum": list(word.choices(tools)), "type": "string"}
        arguments, notes = _told(_Arguments({word.pick.by: picked}, {}, {word.pick.by}), manner)
        return f"{manner.style(word.word, arguments)} # {_one_line([says, *notes])}"
    tool = tools.get(word.tool)
    names: dict[str, str] = {}
    for theirs, ours in word.takes.items():
        names.setdefault(ours, theirs)
    known = _properties(tool)
    # A word with a route reads texts of its own; one that fixes an argument ends the task with a
    # text, which is what it is for.
    schemas = {theirs: {} if word.route else known.get(ours, {}) for ours, theirs in names.items()}
    always = word.route is not None or bool(word.fixed)
    needed = {theirs for ours, theirs in names.items() if always or ours in _required(tool)}
    silent = {key: _silent(schema) for key, schema in schemas.items()}
    arguments, notes = _told(_Arguments(silent, tool.parameters, needed), manner)
    for place, name in enumerate(silent):
        if name in word.shown:
            arguments[place] = f"{name}={written_value(word.shown[name], manner.quote)}"
    return f"{manner.style(word.word, arguments)} # {_one_line([says, *notes])}"


def _of_tool(tool: Tool, manner: Manner) -> str:
    told = _Arguments(_properties(tool), tool.parameters, _required(tool))
    arguments, notes = _told(told, manner)
    return f"{manner.style(tool.name, arguments)} # {_one_line([tool.description, *notes])}"


@dataclass(frozen=True)
class _Arguments:
    """Arguments to tell of.

    Attributes:
        schemas: Of each, by its name.
        root: The whole schema of the tool.
        needed: Those that have to be given.
    """

    schemas: Mapping[str, Any]
    root: Mapping[str, Any]
    needed: Collection[str]


def _told(told: _Arguments, manner: Manner) -> tuple[list[str], list[str]]:
    """The arguments as they are written, and what is said of them."""
    written, notes = [], []
    for name, schema in told.schemas.items():
        written.append(f"{name}={_example(schema, told.root, manner)}")
        bounds = limits(schema, told.root, manner.limits, needed=name in told.needed)
        says = schema.get("description", "")
        if says:
            notes.append(f"{name} ({bounds}): {says}" if bounds else f"{name}: {says}")
        elif bounds:
            notes.append(f"{name}: {bounds}{manner.limits.stop}")
    return written, notes


def _example(schema: Mapping[str, Any], root: Mapping[str, Any], manner: Manner) -> str:
    if is_point(settled(schema, root)):
        return manner.point
    value = example(schema, root, manner.point.strip(manner.quote))
    try:
        return written_value(value, manner.quote)
    except UnsayableError:  # bounds so narrow that the family has no number for them
        return str(value)


def _properties(tool: Tool) -> dict[str, Any]:
    properties = tool.parameters.get("properties")
    return properties if isinstance(properties, dict) else {}


def _required(tool: Tool) -> frozenset[str]:
    required = tool.parameters.get("required")
    return frozenset(map(str, required)) if isinstance(required, list) else frozenset()


def _silent(schema: Mapping[str, Any]) -> dict[str, Any]:
    """``schema`` without its description: the word says itself what it does."""
    return {key: value for key, value in schema.items() if key != "description"}


def _one_line(parts: Sequence[str]) -> str:
    return " ".join(" ".join(parts).split())
