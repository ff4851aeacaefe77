"""Writes calls as in a programming language, so that ``reading.written_call`` reads them again."""

import json
from collections.abc import Callable
from typing import Final

from pydantic import JsonValue

from agent.dialects.saying.wording import Phrase
from tools.errors import UnsayableError

_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DIGITS: Final = 9
"""Behind the point: more are not read."""


def written_call(
    phrase: Phrase,
    is_point: Callable[[str], bool],
    point: Callable[[JsonValue], str],
    *,
    quote: str,
) -> str:
    """``phrase`` as ``name(argument='value', …)``.

    Args:
        phrase: What to write.
        is_point: Whether an argument is a position.
        point: Writes a position.
        quote: What texts stand in.

    Raises:
        UnsayableError: A number is too small to be written.
    """

    def write(key: str, value: JsonValue) -> str:
        pointed = is_point(key) and value is not None
        return f"{key}={point(value) if pointed else written_value(value, quote)}"

    listed = [write(key, value) for key, value in phrase.arguments.items()]
    return f"{phrase.word}({', '.join(listed)})"


def written_value(value: JsonValue, quote: str) -> str:
    """``value`` as it stands in a call; texts in ``quote``, escaped.

    Raises:
        UnsayableError: It is too small a number.
    """
    match value:
        case bool() | None:
            return str(value)
        case str():
            escaped = "".join(_ESCAPES.get(letter, letter) for letter in value)
            return f"{quote}{escaped.replace(quote, chr(92) + quote)}{quote}"
        case int():
            return str(value)
        case float():
            plain = f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
            if value and not float(plain):
                raise UnsayableError(f"{value} is too small a number.")
            return plain
        case _:
            return json.dumps(value, ensure_ascii=False)
