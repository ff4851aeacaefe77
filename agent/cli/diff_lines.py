"""Makes the lines of a unified diff short enough to be read: prompts have very long ones."""

from collections.abc import Sequence
from itertools import groupby

from rapidfuzz.distance import Postfix, Prefix

_AROUND = 30
_CHANGED = 400
WIDTH = 120
"""Characters of a line where nobody says how wide the terminal is."""


def readable(diff: Sequence[str], *, width: int = WIDTH) -> list[str]:
    """``diff`` with long lines cut down to what changed in them and a little around it.

    Args:
        diff: Lines with their marks.
        width: Characters of a line that need not be cut.
    """
    short: list[str] = []
    removed: list[str] = []
    for mark, group in groupby(diff, key=lambda line: line[:1]):
        lines = [line[1:] for line in group]
        if mark == "-":
            short += _alone("-", removed, width)
            removed = lines
        elif mark == "+" and len(lines) == len(removed):
            cut = [_around(old, new, width) for old, new in zip(removed, lines, strict=True)]
            short += [f"-{old}" for old, _ in cut] + [f"+{new}" for _, new in cut]
            removed = []
        else:
            short += _alone("-", removed, width) + _alone(mark, lines, width)
            removed = []
    return short + _alone("-", removed, width)


def _alone(mark: str, lines: Sequence[str], width: int) -> list[str]:
    return [
        f"{mark}{line}" if len(line) <= width else f"{mark}{line[: width - 1]}…" for line in lines
    ]


def _around(old: str, new: str, width: int) -> tuple[str, str]:
    """Both lines without most of what they begin and end with alike."""
    if max(len(old), len(new)) <= width:
        return old, new
    head = Prefix.similarity(old, new)
    tail = Postfix.similarity(old[head:], new[head:])
    return _cut(old, head, tail), _cut(new, head, tail)


def _cut(line: str, head: int, tail: int) -> str:
    start, end = max(0, head - _AROUND), min(len(line), len(line) - tail + _AROUND)
    middle = line[start:end]
    if len(middle) > _CHANGED:
        middle = f"{middle[: _CHANGED - 1]}…"
    return f"{'…' if start else ''}{middle}{'…' if end < len(line) else ''}"
