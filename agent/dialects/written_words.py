"""The words of UI-TARS and AutoGLM, which are written as calls, and how they are told."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.fit import Aim
from agent.dialects.saying.pointing import Pointing
from agent.dialects.words import Arguments, Vocabulary, Word
from tools.errors import BadArgumentsError
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

Style = Callable[[str, dict[str, str]], str]
"""Writes one call from its name and an example for each argument."""


def signatures(
    vocabulary: Vocabulary, tools: Registry, style: Style, point: str, says: dict[str, str]
) -> str:
    """Every action as it is to be written, one a line, with what it does.

    Args:
        vocabulary: Of the family.
        tools: What is offered; those that no word stands for come last, by their own names.
        style: How the family writes a call.
        point: How it writes a position.
        says: What words do, in another language than English.
    """
    words = [
        f"{style(word.word, _of_word(word, tools, point))} # {says.get(word.word, word.says)}"
        for word in vocabulary.offered(tools)
    ]
    others = [
        f"{style(tool.name, _of_tool(tool, point))} # {_one_line(tool)}"
        for tool in vocabulary.others(tools)
    ]
    return "\n".join([*words, *others])


def _of_word(word: Word, tools: Registry, point: str) -> dict[str, str]:
    if word.pick is not None:
        return {word.pick.by: " or ".join(word.choices(tools))}
    properties = _properties(tools.get(word.tool))
    seen: set[str] = set()
    examples: dict[str, str] = {}
    for theirs, ours in word.takes.items():
        if ours not in seen:
            seen.add(ours)
            examples[theirs] = _example(properties.get(ours, {}), point)
    return examples


def _of_tool(tool: Tool, point: str) -> dict[str, str]:
    return {name: _example(schema, point) for name, schema in _properties(tool).items()}


def _properties(tool: Tool) -> dict[str, Any]:
    properties = tool.parameters.get("properties")
    return properties if isinstance(properties, dict) else {}


def _example(schema: dict[str, Any], point: str) -> str:
    options = [schema, *schema.get("anyOf", [])]
    if any(option.get("format") == "point" for option in options):
        return point
    for option in options:
        if "enum" in option:
            return " or ".join(map(str, option["enum"]))
    kinds = {"number": "1.0", "integer": "1", "boolean": "true or false", "array": '["", ""]'}
    return kinds.get(str(schema.get("type")), "")


def _one_line(tool: Tool) -> str:
    notes = [
        f"{name}: {schema['description']}"
        for name, schema in _properties(tool).items()
        if schema.get("description")
    ]
    return " ".join(" ".join([tool.description, *notes]).split())
