"""Reads JSON as models write it: quotes of all kinds, loose commas, missing brackets.

What is mended is form only. A number or a string that the end of the text may have cut short is
never taken for the whole: half a coordinate would be another place.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Final, NoReturn

from pydantic import JsonValue

from tools.errors import UnreadableReplyError

MAX_DEPTH = 32
MAX_TEXT = 100_000
CUT_OFF: Final = "it is cut off"
"""In the message where the text ends inside a value."""
_CLOSERS: Final = {
    '"': '"', "'": "'", "“": "“”", "”": "“”", "‘": "‘’", "’": "‘’", "＂": "＂", "「": "」",
}  # fmt: skip
_BRACKETS: Final = {"[": "]", "［": "]", "【": "]", "(": "]", "（": "]"}
_OPEN_BRACES: Final = "{｛"
_CLOSE_BRACES: Final = "}｝"
_CLOSE_BRACKETS: Final = "]］】)）"
_COMMAS: Final = ",，、;；"
_COLONS: Final = ":：="
_AFTER_STRING: Final = _CLOSE_BRACES + _CLOSE_BRACKETS + _COMMAS + _COLONS
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9]\d{0,30})(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?![\w.])")
_WORD = re.compile(r"[^\W\d]\w*|\d\w*")
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORDS: Final[dict[str, JsonValue]] = {
    "true": True, "false": False, "null": None, "none": None, "undefined": None,
}  # fmt: skip
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_PLAIN: Final = "\"'\\/“”‘’`"


@dataclass(frozen=True)
class JsonRead:
    """A value and where it ended.

    Attributes:
        value: As in JSON; numbers are finite.
        end: Offset of what follows.
        mended: Whether it was not JSON as it stood.
    """

    value: JsonValue
    end: int
    mended: bool


def read_json(text: str, start: int = 0) -> JsonRead:
    """Read the value that begins at ``start``, white space aside; what follows is left alone.

    Raises:
        UnreadableReplyError: There is none, it is cut off inside a value, or it is nested or long
            beyond all sense.
    """
    start = _skip(text, start)
    if len(text) - start > MAX_TEXT:
        raise UnreadableReplyError("The reply is too long to be a tool call.")
    try:
        value, end = _STRICT.raw_decode(text, start)
        mended = False
    except (ValueError, RecursionError):
        reader = _Reader(text, start)
        value, end, mended = reader.value(0), reader.at, True
    _require_sane(value)
    return JsonRead(value, end, mended)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


# Line breaks inside strings are common; NaN and Infinity mean nothing on a screen.
_STRICT = json.JSONDecoder(strict=False, parse_constant=_no_constant)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def _require_sane(value: JsonValue) -> None:
    """Walked without recursion, for what is nested a thousand deep must not end the program."""
    waiting: list[tuple[JsonValue, int]] = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise UnreadableReplyError("The JSON is nested too deeply.")
        if isinstance(part, dict):
            waiting.extend((inner, depth + 1) for inner in part.values())
            waiting.extend((key, depth + 1) for key in part)
        elif isinstance(part, list):
            waiting.extend((inner, depth + 1) for inner in part)
        elif isinstance(part, float) and not math.isfinite(part):
            raise UnreadableReplyError("The JSON has a number without end.")
        elif isinstance(part, str) and any("\ud800" <= letter <= "\udfff" for letter in part):
            raise UnreadableReplyError("The JSON has half a character in it.")


class _Reader:
    """One pass over the text; ``at`` is where it stands."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.at = at

    def value(self, depth: int) -> JsonValue:
        if depth > MAX_DEPTH:
            raise UnreadableReplyError("The JSON is nested too deeply.")
        letter = self._peek()
        if letter in _OPEN_BRACES:
            return self._object(depth)
        if letter in _BRACKETS:
            return self._array(depth)
        if letter in _CLOSERS:
            return self._string()
        return self._bare()

    def _object(self, depth: int) -> JsonValue:
        self.at += 1
        members: dict[str, JsonValue] = {}
        while not self._closed(_CLOSE_BRACES, other=_CLOSE_BRACKETS):
            letter = self._peek()
            if members and letter in _OPEN_BRACES:  # the next call: this one lost its last brace
                break
            key = self._string() if letter in _CLOSERS else self._bare()
            if self._peek() not in _COLONS:
                self._fail("a colon is missing")
            self.at += 1
            members[str(key)] = self.value(depth + 1)
        return members

    def _array(self, depth: int) -> JsonValue:
        self.at += 1
        items: list[JsonValue] = []
        while not self._closed(_CLOSE_BRACKETS, other=_CLOSE_BRACES):
            items.append(self.value(depth + 1))
        return items

    def _closed(self, closers: str, *, other: str) -> bool:
        """Whether the brackets end here; at the end of the text they do, and at another's too."""
        self.at = _skip(self._text, self.at)
        while self.at < len(self._text) and self._text[self.at] in _COMMAS:
            self.at = _skip(self._text, self.at + 1)
        if self.at >= len(self._text) or self._text[self.at] in other:
            return True
        if self._text[self.at] in closers:
            self.at += 1
            return True
        return False

    def _string(self) -> str:
        closers = _CLOSERS[self._text[self.at]]
        letters: list[str] = []
        self.at += 1
        while self.at < len(self._text):
            letter = self._text[self.at]
            self.at += 1
            if letter == "\\":
                letters.append(self._escape())
            elif letter in closers and self._ends_string(closers):
                return "".join(letters)
            else:
                letters.append(letter)
        return self._fail(f"{CUT_OFF} inside a text")

    def _ends_string(self, closers: str) -> bool:
        """Whether the quote just read is the last: an apostrophe or a quoted word goes on."""
        after = _skip(self._text, self.at)
        if after >= len(self._text) or self._text[after] in _AFTER_STRING:
            return True
        # A line break and another quote: the comma between two members was forgotten.
        return self._text[after] in closers and "\n" in self._text[self.at : after]

    def _escape(self) -> str:
        if self.at >= len(self._text):
            return self._fail(f"{CUT_OFF} inside a text")
        letter = self._text[self.at]
        self.at += 1
        if letter == "u":
            return self._unicode()
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        return letter if letter in _PLAIN else "\\" + letter

    def _unicode(self) -> str:
        digits = self._text[self.at : self.at + 4]
        if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            return "\\u"
        self.at += 4
        code = int(digits, 16)
        low = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})").match(self._text, self.at)
        if 0xD800 <= code < 0xDC00 and low is not None:
            self.at = low.end()
            return chr(0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00)
        return chr(code)

    def _bare(self) -> JsonValue:
        """A number or a word without quotes."""
        if number := _NUMBER.match(self._text, self.at):
            self.at = number.end()
            if self.at >= len(self._text):
                self._fail(f"{CUT_OFF} inside a number")
            written = number[0]
            return int(written) if re.fullmatch(r"[+-]?\d+", written) else float(written)
        word = _WORD.match(self._text, self.at)
        if word is None:
            return self._fail(f"{self._text[self.at]!r} is out of place")
        self.at = word.end()
        if self.at >= len(self._text):
            self._fail(f"{CUT_OFF} inside a word")
        return _WORDS.get(word[0].lower(), word[0])

    def _peek(self) -> str:
        self.at = _skip(self._text, self.at)
        if self.at >= len(self._text):
            self._fail(f"{CUT_OFF} where a value belongs")
        return self._text[self.at]

    def _fail(self, what: str) -> NoReturn:
        raise UnreadableReplyError(f"The JSON cannot be read: {what}.")
