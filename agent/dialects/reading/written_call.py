"""Reads calls written as in a programming language: ``click(start_box='(10,20)')``.

They are read letter by letter and never evaluated. A text may have quotes in it, escaped or not:
it ends at the quote after which the call goes on or is over.
"""

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from pydantic import JsonValue

from agent.dialects.reading.json_text import read_json
from tools.errors import UnreadableReplyError

_HEAD = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,63})\s{0,3}[(（]")
_KEY = re.compile(r"([A-Za-z_]\w{0,63})\s{0,3}[=＝]\s{0,3}")
_MARKED = re.compile(
    r"<\|?(?:box_start|point|bbox|box)\|?>[^<\n]{1,200}<(?:/|\|)?(?:box_end|point|bbox|box)\|?>"
)
_BARE = re.compile(r"[^,，)）\n\"'“”]{1,200}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?")
_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "”": "”", "‘": "’", "’": "’"}
_CLOSE: Final = ")）"
_COMMAS: Final = ",，、;；"
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "/": "/"}
_WORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "none": None, "null": None}
MAX_ARGUMENTS: Final = 20
_AFTER_CALL: Final = "\n<.`;。；*"


@dataclass(frozen=True)
class WrittenCall:
    """A call.

    Attributes:
        name: What is called.
        arguments: Those with a name.
        unnamed: Those without one, in order.
        end: Offset of what follows.
    """

    name: str
    arguments: dict[str, JsonValue]
    unnamed: tuple[JsonValue, ...]
    end: int


def read_call(text: str, start: int) -> WrittenCall:
    """Read the call that begins at ``start``.

    Raises:
        UnreadableReplyError: There is none, or it is cut off inside an argument.
    """
    head = _HEAD.match(text, start)
    if head is None:
        raise UnreadableReplyError("There is no action where one belongs.")
    reader = _Reader(text, head.end())
    arguments: dict[str, JsonValue] = {}
    unnamed: list[JsonValue] = []
    while not reader.closed():
        key = reader.key()
        if key:
            arguments[key] = reader.value()
        else:
            unnamed.append(reader.value())
        if len(arguments) + len(unnamed) > MAX_ARGUMENTS:
            raise UnreadableReplyError(f"{head[1]} has too many arguments.")
    return WrittenCall(head[1], arguments, tuple(unnamed), reader.at)


def unescape(text: str) -> str:
    r"""``text`` with ``\n``, ``\'`` and the like as the letters they stand for."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text, flags=re.DOTALL)


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.at = at

    def closed(self) -> bool:
        """Whether the call ends here; at the end of text or tag it does: its bracket is lost."""
        self._skip(_COMMAS)
        if self.at >= len(self._text) or self._text.startswith("</", self.at):
            return True
        if self._text[self.at] in _CLOSE:
            self.at += 1
            return True
        return False

    def key(self) -> str:
        found = _KEY.match(self._text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[1]

    def value(self) -> JsonValue:
        if self.at >= len(self._text):
            self._fail("it is cut off where a value belongs")
        letter = self._text[self.at]
        if letter in _QUOTES:
            return self._string(_QUOTES[letter])
        if letter in "[({（［【｛":
            read = read_json(self._text, self.at)
            self.at = read.end
            return read.value
        if marked := _MARKED.match(self._text, self.at):
            self.at = marked.end()
            return marked[0]
        bare = _BARE.match(self._text, self.at)
        if bare is None:
            return self._fail(f"{letter!r} is out of place")
        self.at = bare.end()
        if self.at >= len(self._text):
            self._fail("it is cut off inside a value")
        return _bare_value(bare[0].strip())

    def _string(self, closer: str) -> str:
        begin = self.at + 1
        at = begin
        while at < len(self._text):
            letter = self._text[at]
            if letter == "\\":
                at += 2
            elif letter == closer and self._ends_string(at + 1, closer):
                self.at = at + 1
                return unescape(self._text[begin:at])
            else:
                at += 1
        return self._fail("it is cut off inside a text")

    def _ends_string(self, after: int, closer: str) -> bool:
        rest = self._text[after : after + 200].lstrip()
        if not rest:
            return True
        if rest[0] in _COMMAS:
            return _KEY.match(rest[1:].lstrip()) is not None
        if rest[0] not in _CLOSE:
            return False
        behind = rest[1:].lstrip(" \t\r")
        if not behind or behind[0] in _AFTER_CALL or _HEAD.match(behind):
            return True
        # Something is said after the call, unless this line has a better end for the text. A call
        # that follows is never taken for part of the text.
        line = self._text[after : after + 2000].partition("\n")[0]
        if re.search(r"[A-Za-z_][(（]", line):
            return True
        return re.search(rf"{closer}\s?[)）]\s{{0,3}}$", line) is None

    def _skip(self, also: str) -> None:
        while self.at < len(self._text) and (
            self._text[self.at].isspace() or self._text[self.at] in also
        ):
            self.at += 1

    def _fail(self, what: str) -> NoReturn:
        raise UnreadableReplyError(f"The action cannot be read: {what}.")


def _bare_value(written: str) -> JsonValue:
    if _NUMBER.fullmatch(written):
        return float(written) if "." in written else int(written)
    return _WORDS.get(written.lower(), written)
