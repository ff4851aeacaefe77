"""A reply that says a decision, and that is read back as that decision and nothing else."""

import re
from collections.abc import Callable
from typing import Final, Protocol

from pydantic import JsonValue

from agent.dialects.saying.wording import LET_GO, defaults
from agent.model import Reply
from agent.prompt import inert
from agent.step import Decision, ToolCall
from tools.errors import AgentMistakeError, UnsayableError
from tools.geometry import Projection
from tools.registry import Registry

_LOOKS_LIKE_MARKS = re.compile(r"[<>＜＞{}｛｝\[\]［］()（）`#*|:：]")
_SLACK: Final = 0.002
"""How much a number may change on its way: a part of the screen is said in whole pixels of it."""


class Reader(Protocol):
    """What reads the reply back: a dialect."""

    @property
    def name(self) -> str:
        """Of the dialect."""
        ...

    def read(self, reply: Reply, projection: Projection, tools: Registry) -> Decision:
        """See ``Dialect``."""
        ...


def said_safely(
    decision: Decision,
    write: Callable[[str], Reply],
    reader: Reader,
    projection: Projection,
    tools: Registry,
) -> Reply:
    """The reply in which ``decision`` stands.

    A thought in which a reader would see a call, a tag or the end of the thought is written without
    what looks like one; if even that does not help, without the thought.

    Args:
        decision: What is to be said.
        write: Makes the reply, given the thought.
        reader: The dialect.
        projection: From the picture shown last to the device.
        tools: What is offered.

    Raises:
        UnsayableError: Whatever is written, something else is read from it.
    """

    def heard(reply: Reply) -> ToolCall | None:
        try:
            return reader.read(reply, projection, tools).call
        except AgentMistakeError:
            return None

    bare = write("")
    meant = heard(bare)
    if meant is None or not _same(decision.call, meant, tools):
        raise UnsayableError(
            f"The words of {reader.name} for {decision.call.name} would be read as something else: "
            "the call is wrong, or a text in it looks like a mark of that family."
        )
    thought = decision.thought.strip()
    calm = " ".join(inert(thought).split())
    for words in dict.fromkeys((thought, calm, _LOOKS_LIKE_MARKS.sub(" ", calm))):
        if heard(reply := write(words)) == meant:
            return reply
    return bare


def _same(meant: ToolCall, heard: ToolCall, tools: Registry) -> bool:
    """Whether both do the same, up to where exactly a point is and how long it takes."""
    if meant.name != heard.name:
        return False
    tool = tools.get(meant.name)
    usual = defaults(tool)
    for key in meant.arguments.keys() | heard.arguments.keys():
        if key in LET_GO:
            continue
        if key in tool.points:
            if (meant.arguments.get(key) is None) != (heard.arguments.get(key) is None):
                return False
            continue
        left = meant.arguments.get(key, usual.get(key))
        right = heard.arguments.get(key, usual.get(key))
        if not _close(left, right):
            return False
    return True


def _close(left: JsonValue, right: JsonValue) -> bool:
    numbers = all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in (left, right)
    )
    return abs(float(str(left)) - float(str(right))) <= _SLACK if numbers else left == right
