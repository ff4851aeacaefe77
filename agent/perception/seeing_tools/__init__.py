"""Tools by which an agent looks more closely: each asks a model that sees, and none touches.

What they answer goes back to whoever decides, positions as its model writes them.

| command | tools |
|---|---|
| `agent ground` | `find_thing`, `count_things` |
| `agent caption` | `describe_screen` |
| `agent ask` | `ask_screen`, `look_closer` |
| `agent parse` | `read_text`, `read_document` |
| `agent video` | `watch_screen`, `look_back` |
| `agent reason` | `reason_about` |
| `agent chat` | `chat_about` |
"""

from dataclasses import replace
from functools import wraps

from agent.perception.document.tree import can_parse
from agent.perception.seeing_tools.eyes import Eyes, OpenEyes
from agent.perception.seeing_tools.finding import finding_tools
from agent.perception.seeing_tools.looking import looking_tools
from agent.perception.seeing_tools.reading import reading_tools
from agent.perception.seeing_tools.thinking import thinking_tools
from agent.perception.seeing_tools.watching import watching_tools
from tools.errors import ContextTooLongError
from tools.outcome import Outcome
from tools.registry import Tool, ToolFunction

_NEEDS_PARSER = "read_document"
_TOO_LONG = "No answer came: this is more than the model can be shown at once. Ask about less."


def seeing_tools(eyes: Eyes) -> tuple[Tool, ...]:
    """The tools for one episode, looking through ``eyes``.

    Where documents cannot be read, because the extra ``docs`` is not installed, that tool is not
    among them.
    """
    return tuple(
        replace(each, function=_told_where_too_long(each.function))
        for each in _available(_tools(lambda: eyes))
    )


def told_tools() -> tuple[Tool, ...]:
    """Those of ``silent_tools`` that this installation would offer."""
    return _available(silent_tools())


def silent_tools() -> tuple[Tool, ...]:
    """The tools as a model is told of them, which answer nothing.

    They serve to read again what was said in a recording.
    """
    return tuple(replace(each, function=_silence) for each in _tools(_no_eyes))


def _tools(eyes: OpenEyes) -> tuple[Tool, ...]:
    return (
        *looking_tools(eyes),
        *reading_tools(eyes),
        *finding_tools(eyes),
        *watching_tools(eyes),
        *thinking_tools(eyes),
    )


def _available(tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    return tools if can_parse() else tuple(each for each in tools if each.name != _NEEDS_PARSER)


def _no_eyes() -> Eyes:
    raise AssertionError("a silent tool was called")


def _told_where_too_long(function: ToolFunction) -> ToolFunction:
    """``function``, which ends no run because of a question that is too long for the model."""

    @wraps(function)
    def asked(**arguments: object) -> Outcome:
        try:
            return function(**arguments)
        except ContextTooLongError:
            return _TOO_LONG

    return asked


def _silence(**_: object) -> str:
    return ""
