"""What the tests of the dialects share: the tools, the screen, and replies written by hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent.dialects.choose import DIALECTS
from agent.model import RawCall, Reply
from tools.action import PHONE_KINDS
from tools.builtin import builtin_registry
from tools.geometry import Point, Projection, Size
from tools.registry import Registry, tool

FOLDER = Path(__file__).parent / "replies"
SCREEN = Projection(shown=Size(width=500, height=1000), device=Size(width=1000, height=2000))
FAMILIES = (
    "qwen2_5_vl", "qwen2_vl", "qvq", "qwen3_vl", "ui_tars", "ui_tars_1_0", "gui_owl",
    "gui_owl_1_5", "autoglm_phone", "tools",
)  # fmt: skip
assert set(FAMILIES) <= set(DIALECTS)


@tool
def count_words(of: str, where: Point | None = None) -> str:
    """Count the words of a text: a tool of somebody else.

    Args:
        of: The text.
        where: Where it stands.
    """
    return str(len(of.split())) if where is None else str(where)


TOOLS = Registry((*builtin_registry().offered(PHONE_KINDS), count_words))


@dataclass(frozen=True)
class Sample:
    """A reply and what is to be read from it.

    Attributes:
        name: Family and place in its file.
        reply: The reply.
        gives: Tool and arguments; ``None`` if it is a mistake.
        error: Class of the mistake.
        says: Part of its message.
        thought: The thought, if the sample says.
    """

    name: str
    reply: Reply
    gives: tuple[str, dict[str, Any]] | None
    error: str
    says: str
    thought: str | None


def samples(family: str) -> list[Sample]:
    """The replies in ``replies/<family>.yaml``."""
    written = yaml.safe_load((FOLDER / f"{family}.yaml").read_text(encoding="utf-8"))
    return [_sample(f"{family}-{place}", entry) for place, entry in enumerate(written)]


def _sample(name: str, entry: dict[str, Any]) -> Sample:
    known = {"text", "reasoning", "calls", "gives", "error", "says", "thought"}
    assert entry.keys() <= known, f"{name}: {entry.keys() - known}"
    assert ("gives" in entry) != ("error" in entry), name
    calls = tuple(RawCall(**call) for call in entry.get("calls", ()))
    reply = Reply(text=entry["text"], reasoning=entry.get("reasoning", ""), calls=calls)
    gives = next(iter(entry["gives"].items())) if "gives" in entry else None
    says, thought = entry.get("says", ""), entry.get("thought")
    return Sample(name, reply, gives, entry.get("error", ""), says, thought)
