"""What a replay found: values, written for people and as JSON."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tools.geometry import Frozen

_CONTEXT_LINES = 2
Matter = Literal[
    "request",
    "picture",
    "reply",
    "mistake",
    "thought",
    "decision",
    "action",
    "outcome",
    "screen",
    "feedback",
    "end",
]
"""What differs: what the model was asked, the picture it was shown, that it was asked at all, how
a reply was misread, the thought or the call read from it, the action it came to, what came of it,
how a screen was recognized, what the policy was told, how the run ended."""


class Divergence(Frozen):
    """One thing that is not as it was recorded.

    Attributes:
        step: Index of the recorded step.
        expected: What was recorded, in words.
        seen: What today's code comes to.
        where: The part of a request that differs, such as ``message 1 (system)``.
        diff: The same as a unified diff, where texts differ.
    """

    step: Annotated[int, Field(ge=0)]
    what: Matter
    expected: str
    seen: str
    where: str = ""
    diff: tuple[str, ...] = ()


class Replayed(Frozen):
    """What one replay of one recording found.

    Attributes:
        recording: Its folder.
        mode: ``parser`` reads the replies again, ``loop`` runs the whole episode again.
        steps: Steps in the recording that could be checked.
        checked: Steps that were checked; fewer if the replay could not go on.
        divergences: In order; empty if all is the same.
        notes: What could not be compared, or only in part, one line each.
        stopped: Whether the replay could not go on to the end, because what was done differs or
            the recording has no end.
        duration_s: Seconds it took.
        written: The recording that was written with the new expectations; ``None`` if none was.
    """

    recording: Path
    mode: Literal["parser", "loop"]
    goal: str
    steps: int
    checked: int
    divergences: tuple[Divergence, ...]
    notes: tuple[str, ...]
    stopped: bool = False
    duration_s: float = 0.0
    written: Path | None = None

    @property
    def same(self) -> bool:
        """Whether nothing diverged."""
        return not self.divergences


def unified(expected: str, seen: str) -> tuple[str, ...]:
    """The lines in which two texts differ, as a unified diff without its heading."""
    lines = difflib.unified_diff(
        expected.splitlines(), seen.splitlines(), lineterm="", n=_CONTEXT_LINES
    )
    return tuple(lines)[2:]


def differ(step: int, what: Matter, expected: str, seen: str) -> Sequence[Divergence]:
    """One divergence if the two differ, with a diff if they are longer than a line; else none."""
    if expected == seen:
        return ()
    long = "\n" in expected or "\n" in seen
    diff = unified(expected, seen) if long else ()
    return (Divergence(step=step, what=what, expected=expected, seen=seen, diff=diff),)
