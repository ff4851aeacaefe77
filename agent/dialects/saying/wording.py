"""Finds the word of a family, and its arguments, for a call of one of our tools."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.saying.pointing import Pointing, pointed
from agent.dialects.words import Arguments, Vocabulary, Word
from agent.step import ToolCall
from tools.errors import UnsayableError
from tools.registry import Registry, Tool

LET_GO: Final = frozenset({"duration_s"})
"""Arguments that are left out where a family's word does not take them: how long a finger stays or
moves is not what a model learns from, and most families have no number for it."""


@dataclass(frozen=True)
class Phrase:
    """A call in a family's words.

    Attributes:
        word: The family's word, or the name of a tool that no word stands for.
        arguments: By the names the family uses, points as its numbers.
        own: Whether the word is the family's.
    """

    word: str
    arguments: dict[str, JsonValue]
    own: bool


def plain_call(call: ToolCall, tools: Registry, pointing: Pointing) -> Phrase:
    """``call`` under its own name, only the points as the model's numbers.

    Raises:
        UnsayableError: There is no such tool, or a point is not on the screen.
    """
    tool = _offered(call, tools)
    return Phrase(call.name, pointed(call.arguments, tool, pointing), own=False)


def put_into_words(
    call: ToolCall, vocabulary: Vocabulary, tools: Registry, pointing: Pointing
) -> Phrase:
    """``call`` in the words of ``vocabulary``.

    Raises:
        UnsayableError: No word says this.
    """
    tool = _offered(call, tools)
    meant = {key: value for key, value in call.arguments.items() if value not in ("", None)}
    given = pointed(meant, tool, pointing)
    phrases = [
        phrase
        for word in vocabulary.offered(tools)
        if (phrase := _as_word(word, tool, given, pointing, tools)) is not None
    ]
    if phrases:
        whole = [phrase for phrase in phrases if _is_whole(phrase, vocabulary)]
        return (whole or phrases)[0]
    if tool in vocabulary.others(tools):
        return Phrase(call.name, pointed(call.arguments, tool, pointing), own=False)
    said = ", ".join(f"{key}={value!r}" for key, value in call.arguments.items())
    raise UnsayableError(f"It has no word for {call.name}({said}).")


def _offered(call: ToolCall, tools: Registry) -> Tool:
    if call.name not in tools:
        raise UnsayableError(f"There is no tool {call.name!r} here.")
    return tools.get(call.name)


def _is_whole(phrase: Phrase, vocabulary: Vocabulary) -> bool:
    """Whether a word that is for saying something says it: an ``answer`` has one."""
    word = next(each for each in vocabulary.words if each.word == phrase.word)
    return not word.fixed or not word.takes or bool(phrase.arguments)


def _as_word(
    word: Word, tool: Tool, given: Arguments, pointing: Pointing, tools: Registry
) -> Phrase | None:
    """``given`` said with ``word``; ``None`` if it says something else."""
    if word.tells is not None:
        told = word.tells(tool.name, given, pointing)
        return Phrase(word.word, told, own=True) if told is not None else None
    if word.route is not None:
        return None
    if word.pick is None:
        if word.tool != tool.name:
            return None
        named = _named(word, word.fixed, tool, given)
        return Phrase(word.word, named, own=True) if named is not None else None
    for value in word.choices(tools):
        name, fixed = word.pick.options[value]
        if name == tool.name and (named := _named(word, fixed, tool, given)) is not None:
            return Phrase(word.word, {word.pick.by: value, **named}, own=True)
    return None


def _named(
    word: Word, fixed: Arguments, tool: Tool, given: Arguments
) -> dict[str, JsonValue] | None:
    """``given`` by the names of ``word``; ``None`` if the word means or knows something else."""
    usual = defaults(tool)
    for key, value in fixed.items():
        if key not in LET_GO and given.get(key, usual.get(key)) != value:
            return None
    theirs: dict[str, str] = {}
    for name, ours in word.takes.items():
        theirs.setdefault(ours, name)
    named: dict[str, JsonValue] = {}
    for key, value in given.items():
        if key in theirs and key not in fixed:
            named[theirs[key]] = value
        elif key not in fixed and key not in LET_GO and value != usual.get(key, _NOTHING):
            return None
    return named


_NOTHING: Final = object()


def defaults(tool: Tool) -> Mapping[str, Any]:
    """What arguments of ``tool`` are if they are left out."""
    properties = tool.parameters.get("properties")
    schemas = properties if isinstance(properties, dict) else {}
    return {
        key: schema["default"]
        for key, schema in schemas.items()
        if isinstance(schema, dict) and "default" in schema
    }
