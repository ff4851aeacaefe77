"""Finds the tool call in a reply of a model that answers in JSON.

The call is looked for where an action belongs: in tags, in a fence, at the start of a line, at the
end of the text. What stands in the middle of a sentence is talk, whatever it says. Of several calls
the first one counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from agent.dialects.reading.answer import Answer
from agent.dialects.reading.json_text import read_json
from tools.errors import UnreadableReplyError

_NAMES = r"\|?(?:tool_calls?|function_call|function|tool|action|answer)\|?"
_TAG = re.compile(rf"[<＜]\s{{0,3}}/?\s{{0,3}}{_NAMES}\s{{0,3}}[>＞]", re.IGNORECASE)
_FENCE = re.compile(r"```+[ \t]*(?:[a-zA-Z_+-]*)[ \t]*\n?")
_TAG_INSIDE = re.compile(r"\s*(?:```[a-zA-Z]*\s*)?")
# Runs are bounded in these patterns: a model that repeats one letter must not cost minutes.
_ACTION_LINE = re.compile(
    r"^[ \t]{0,8}(?:#{1,4}[ \t]{0,3}\*{0,2}(?:action|动作|操作)\*{0,2}[ \t]{0,3}(?:[:：]|#{1,4}|$)"
    r"|\*{0,2}(?:action|动作|操作)\*{0,2}[ \t]{0,3}[:：])\*{0,2}",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_START = re.compile(
    r"^[ \t>-]{0,8}(?:[#*]{0,4}[ \t]?(?:action|answer|tool call|output|动作|操作)[*#]{0,4}"
    r"[ \t]{0,3}[:：]?\*{0,2}[ \t]{0,3})?(?=[{｛\[［])",
    re.IGNORECASE | re.MULTILINE,
)
_BRACE = re.compile(r"[{｛\[［]")
_REST = re.compile(r"[\s`}\])｝］）.。;；\\$]*")
MAX_TRIES: Final = 40
_NAME_KEYS: Final = ("name", "function", "function_name", "tool", "tool_name")
_ARGUMENT_KEYS: Final = ("arguments", "parameters", "args", "params", "input", "action_input")
_THOUGHT_KEYS: Final = ("thought", "thinking", "reasoning", "reason", "explanation")
_LIST_KEYS: Final = ("tool_calls", "actions", "calls")
_CALL_DEPTH: Final = 4


@dataclass(frozen=True)
class JsonCall:
    """A call as the model meant it.

    Attributes:
        name: The function; empty if the model gave arguments only.
        arguments: As the model wrote them.
        thought: What the model said around it.
        end: Offset in the answer's text of what follows the call.
    """

    name: str
    arguments: dict[str, JsonValue]
    thought: str
    end: int


def find_call(answer: Answer) -> JsonCall:
    """The first call in ``answer``.

    Raises:
        UnreadableReplyError: There is none.
    """
    failure: UnreadableReplyError | None = None
    for count, (start, lead) in enumerate(_places(answer)):
        if count >= MAX_TRIES:
            break
        try:
            read = read_json(answer.text, start)
            call = understand(read.value)
        except UnreadableReplyError as error:
            failure = failure or error
            continue
        if call is None:
            continue
        if not answer.sealed and not _at_the_end(answer.text, read.end):
            continue
        name, arguments, thought = call
        return JsonCall(name, arguments, thought or answer.text[:lead], read.end)
    raise failure or UnreadableReplyError("There is no tool call in the reply.")


def understand(value: JsonValue, depth: int = 0) -> tuple[str, dict[str, JsonValue], str] | None:
    """Name, arguments and thought of a call in any of the usual shapes; ``None`` if it is none."""
    if depth > _CALL_DEPTH:
        return None
    if isinstance(value, list):
        return understand(value[0], depth + 1) if value and isinstance(value[0], dict) else None
    if not isinstance(value, dict):
        return None
    found = _in_object(value, depth)
    if found is None:
        return None
    name, arguments, inner = found
    return name, arguments, inner or _text_of(value, _THOUGHT_KEYS)


def arguments_in(value: JsonValue) -> dict[str, JsonValue] | None:
    """Arguments given as an object, or as a text that holds one; ``None`` if they are neither."""
    if isinstance(value, str):
        value = read_json(value).value if value.strip() else {}
    return value if isinstance(value, dict) else None


def _in_object(
    value: dict[str, JsonValue], depth: int
) -> tuple[str, dict[str, JsonValue], str] | None:
    for key in _LIST_KEYS:
        if isinstance(value.get(key), list):
            return understand(value[key], depth + 1)
    for key in ("function", "function_call", "tool_call", "action"):
        if isinstance(value.get(key), dict):
            return understand(value[key], depth + 1)
    given = next((key for key in _ARGUMENT_KEYS if key in value), None)
    arguments = arguments_in(value[given]) if given is not None else None
    if given is not None and arguments is None:
        return None
    name = _text_of(value, _NAME_KEYS)
    if name:
        used = {*_NAME_KEYS, *_THOUGHT_KEYS, "type", "id"}
        rest = {key: part for key, part in value.items() if key not in used}
        return name, arguments if arguments is not None else rest, ""
    if isinstance(value.get("action"), str):
        flat = {key: part for key, part in value.items() if key != given}
        flat = {key: part for key, part in flat.items() if key not in _THOUGHT_KEYS}
        return "", {**flat, **(arguments or {})}, ""
    if arguments is not None and isinstance(arguments.get("action"), str):
        return "", arguments, ""
    if given is None and len(value) == 1 and isinstance(only := next(iter(value.values())), dict):
        return next(iter(value)), only, ""
    return None


def _text_of(value: dict[str, JsonValue], keys: tuple[str, ...]) -> str:
    for key in keys:
        if isinstance(found := value.get(key), str) and found.strip():
            return found.strip()
    return ""


def _places(answer: Answer) -> Iterator[tuple[int, int]]:
    """Offsets where a call may begin, likeliest first, each with where its lead ends."""
    text = answer.text
    marked = _ACTION_LINE.search(text)
    if marked is not None and answer.sealed:
        yield from _in_tags(text, marked.start())
    yield from _in_tags(text, 0)
    for fence in _FENCE.finditer(text):
        if _BRACE.match(text, fence.end()):
            yield fence.end(), fence.start()
    if answer.sealed:
        begin = marked.start() if marked is not None else 0
        for line in _LINE_START.finditer(text, begin):
            yield line.end(), line.start()
        if begin:
            for line in _LINE_START.finditer(text):
                yield line.end(), line.start()
    for brace in list(_BRACE.finditer(text))[-MAX_TRIES:]:
        if _ends_text(text, brace.start()):
            yield brace.start(), brace.start()


def _in_tags(text: str, begin: int) -> Iterator[tuple[int, int]]:
    for tag in _TAG.finditer(text, begin):
        inside = _TAG_INSIDE.match(text, tag.end())
        start = inside.end() if inside is not None else tag.end()
        if "/" not in tag[0] and _BRACE.match(text, start):
            yield start, tag.start()


def _ends_text(text: str, start: int) -> bool:
    """Whether what begins here is JSON up to the end of the text, tags and fences aside."""
    try:
        return _at_the_end(text, read_json(text, start).end)
    except UnreadableReplyError:
        return False


def _at_the_end(text: str, end: int) -> bool:
    return not _REST.sub("", _TAG.sub("", text[end:]))
