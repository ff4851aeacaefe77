"""`test`, `[` and `[[`: conditions for scripts."""

import operator
import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from tools.virtual_phone.shell.command import Call, CommandError, command

_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
# In `[[ ... ]]` the right side is a pattern.
_PATTERN: dict[str, Callable[[str, str], bool]] = {
    "=": fnmatchcase,
    "==": fnmatchcase,
    "!=": lambda a, b: not fnmatchcase(a, b),
    "=~": lambda a, b: bool(_pattern(b).search(a)),
}
_FILE_TESTS = "edfsrwxLh"


@command("test", "[", "[[")
def test(call: Call) -> int:
    """Give 0 where the condition holds, 1 where not, 2 where it is none."""
    words = list(call.args)
    end = {"[": "]", "[[": "]]"}.get(call.name)
    if end and (not words or words.pop() != end):
        raise CommandError(f"missing {end}", rc=2)
    condition = _Condition(call, words)
    holds = condition.either() if words else False
    if condition.words:
        raise CommandError(f"{condition.words[0]}: unexpected operator/operand", rc=2)
    return int(not holds)


class _Condition:
    def __init__(self, call: Call, words: list[str]) -> None:
        self._call = call
        self.words = words

    def either(self) -> bool:
        holds = self._both()
        while self.words[:1] == ["-o"]:
            self.words.pop(0)
            # Both sides are read whatever the first one gives.
            right = self._both()
            holds = holds or right
        return holds

    def _both(self) -> bool:
        holds = self._not()
        while self.words[:1] == ["-a"]:
            self.words.pop(0)
            right = self._not()
            holds = holds and right
        return holds

    def _not(self) -> bool:
        if self.words[:1] == ["!"] and len(self.words) > 1:
            self.words.pop(0)
            return not self._not()
        return self._single()

    def _single(self) -> bool:
        if not self.words:
            raise CommandError("argument expected", rc=2)
        infix = self.words[1] if len(self.words) > 2 else ""
        texts = _TEXT | _PATTERN if self._call.name == "[[" else _TEXT
        if infix in texts or infix in _COMPARE:
            left, _, right = self.words[:3]
            del self.words[:3]
            if infix in texts:
                return texts[infix](left, right)
            return _COMPARE[infix](_number(left), _number(right))
        first = self.words.pop(0)
        if first == "(" and self.words:
            holds = self.either()
            if not self.words or self.words.pop(0) != ")":
                raise CommandError("missing )", rc=2)
            return holds
        if len(first) == 2 and first[0] == "-" and self.words:
            if first[1] in "nz":
                return bool(self.words.pop(0)) == (first[1] == "n")
            if first[1] in _FILE_TESTS:
                return self._file(first[1], self.words.pop(0))
            raise CommandError(f"{first}: unexpected operator/operand", rc=2)
        return bool(first)

    def _file(self, kind: str, name: str) -> bool:
        entry = self._call.phone.files.stat(self._call.path(name)) if name else None
        if entry is None or kind in "Lh":
            return False
        if kind == "d":
            return entry.is_folder
        if kind == "f":
            return not entry.is_folder
        if kind == "s":
            return entry.size > 0
        return kind != "x" or bool(entry.mode & 0o111)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error:
        raise CommandError(f"{text}: bad pattern", rc=2) from None


def _number(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise CommandError(f"{text}: bad number", rc=2) from None
