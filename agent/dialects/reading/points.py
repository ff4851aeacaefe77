"""Reads a position as models write it: pairs, boxes, strings, tags; nothing is guessed."""

import json
import math
import re
from typing import Final

from pydantic import JsonValue

from tools.errors import BadArgumentsError

_MARKS = re.compile(
    r"<\|?/?(?:box_start|box_end|point|points|bbox|box|coordinate|loc)\|?>", re.IGNORECASE
)
_FRAMES = re.compile(r"[\[\](){}（）［］【】]")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{0,9})?")
_PAIR: Final = 2
_BOX: Final = 4
_SHOWN: Final = 60
_NAMES: Final = (("x", "y"), ("x1", "y1", "x2", "y2"), ("left", "top", "right", "bottom"))


def read_position(value: JsonValue) -> tuple[float, float]:
    """The position that ``value`` stands for; of a box, its middle.

    Raises:
        BadArgumentsError: It is neither two numbers nor four.
    """
    numbers = numbers_in(value)
    if len(numbers) == _PAIR:
        return numbers[0], numbers[1]
    if len(numbers) == _BOX:
        return (numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2
    written = json.dumps(value, ensure_ascii=False)
    shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
    raise BadArgumentsError(f"a point is written as [x, y], two numbers, not {shown}")


def numbers_in(value: JsonValue) -> list[float]:
    """The numbers in ``value``, nested or not, in order; empty if anything else is in it."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        # An int too large for a float is no position either.
        return [float(value)] if abs(value) < 1e9 and math.isfinite(value) else []
    if isinstance(value, str):
        return _in_text(value)
    if isinstance(value, dict):
        return _in_mapping(value)
    found: list[float] = []
    for part in value:
        inner = numbers_in(part)
        if not inner:
            return []
        found.extend(inner)
    return found


def _in_text(text: str) -> list[float]:
    plain = _FRAMES.sub(" ", _MARKS.sub(" ", text)).strip()
    words = [word for word in _BETWEEN.split(plain) if word]
    if not all(_NUMBER.fullmatch(word) for word in words):
        return []
    return [float(word) for word in words]


def _in_mapping(value: dict[str, JsonValue]) -> list[float]:
    lowered = {key.strip().lower(): part for key, part in value.items()}
    for names in _NAMES:
        if set(names) == lowered.keys():
            return numbers_in([lowered[name] for name in names])
    return numbers_in(next(iter(value.values()))) if len(value) == 1 else []
