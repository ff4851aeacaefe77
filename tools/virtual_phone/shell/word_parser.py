"""Reading one shell word: quotes, escapes, `$name`, `${...}`, `$(...)`, backquotes."""

import re
from collections.abc import Callable
from functools import cache

from tools.virtual_phone.shell.escapes import decode_escapes
from tools.virtual_phone.shell.syntax import (
    Arithmetic,
    Literal,
    Parameter,
    Part,
    Script,
    ShellSyntaxError,
    Substitution,
    Word,
)

WORD_ENDS = frozenset(" \t\n;&|<>()")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[?$!#@*])(:?[-=+?]|%%?|##?)?")
_QUOTED_RUN = re.compile(r'[^"$`\\]+')
_ESCAPED_IN_QUOTES = frozenset('$`"\\\n')
_SPECIAL = frozenset("?$!#@*0123456789")


@cache
def _plain_run(ends: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(''.join(sorted(ends)))}\\\\'\"$`]+")


class Cursor:
    """A place in the text of a script."""

    def __init__(self, text: str, at: int = 0) -> None:
        """Stand before `text[at]`."""
        self.text = text
        self.at = at

    @property
    def done(self) -> bool:
        """Whether the text is at its end."""
        return self.at >= len(self.text)

    def peek(self, length: int = 1) -> str:
        """Give what comes next, shorter or empty at the end."""
        return self.text[self.at : self.at + length]

    def take(self, expected: str) -> bool:
        """Step over `expected` if it comes next."""
        if not self.text.startswith(expected, self.at):
            return False
        self.at += len(expected)
        return True


class WordParser:
    """Reads words at a cursor; `parse_inner` reads the script inside `$(...)`."""

    def __init__(self, cursor: Cursor, parse_inner: Callable[[Cursor], Script]) -> None:
        """Share `cursor` with the parser of the script around."""
        self._cursor = cursor
        self._parse_inner = parse_inner

    def word(self, ends: frozenset[str] = WORD_ENDS) -> Word:
        """Read up to a character of `ends` that is not quoted."""
        parts: list[Part] = []
        cursor = self._cursor
        while not cursor.done and cursor.peek() not in ends:
            char = cursor.peek()
            if char == "\\":
                parts.extend(self._escape())
            elif char == "'":
                cursor.at += 1
                parts.append(Literal(self._until("'"), quoted=True))
            elif char == '"':
                cursor.at += 1
                parts.extend(self._double_quoted())
            elif cursor.peek(2) == "$'":
                cursor.at += 2
                parts.append(Literal(self._dollar_quoted(), quoted=True))
            elif char in "$`":
                parts.append(self._dollar(quoted=False))
            else:
                parts.append(Literal(self._plain(ends)))
        return tuple(parts)

    def text_with_values(self, text: str) -> Word:
        """Read all of `text` as if between double quotes, where `"` itself is plain."""
        inner = WordParser(Cursor(text), self._parse_inner)
        return tuple(inner._double_quoted(end=""))

    def _plain(self, ends: frozenset[str]) -> str:
        cursor = self._cursor
        start = cursor.at
        match = _plain_run(ends).match(cursor.text, start)
        cursor.at = match.end() if match else start
        return cursor.text[start : cursor.at]

    def _escape(self) -> list[Part]:
        cursor = self._cursor
        cursor.at += 1
        if cursor.done:
            return [Literal("\\", quoted=True)]
        char = cursor.peek()
        cursor.at += 1
        return [] if char == "\n" else [Literal(char, quoted=True)]

    def _until(self, end: str) -> str:
        cursor = self._cursor
        stop = cursor.text.find(end, cursor.at)
        if stop < 0:
            raise ShellSyntaxError("no closing quote", incomplete=True)
        text = cursor.text[cursor.at : stop]
        cursor.at = stop + 1
        return text

    def _dollar_quoted(self) -> str:
        cursor = self._cursor
        start = cursor.at
        while not cursor.done:
            if cursor.peek() == "\\":
                cursor.at += 2
            elif cursor.take("'"):
                raw = cursor.text[start : cursor.at - 1]
                return decode_escapes(raw.replace("\\'", "'").replace('\\"', '"'))[0]
            else:
                cursor.at += 1
        raise ShellSyntaxError("no closing quote", incomplete=True)

    def _double_quoted(self, end: str = '"') -> list[Part]:
        cursor = self._cursor
        parts: list[Part] = [Literal("", quoted=True)]
        text: list[str] = []
        while not (end and cursor.take(end)):
            if cursor.done:
                if end:
                    raise ShellSyntaxError("no closing quote", incomplete=True)
                break
            run = _QUOTED_RUN.match(cursor.text, cursor.at)
            if run:
                text.append(run.group())
                cursor.at = run.end()
                continue
            char = cursor.peek()
            if char in "$`":
                parts.append(Literal("".join(text), quoted=True))
                text.clear()
                parts.append(self._dollar(quoted=True))
                continue
            cursor.at += 1
            if char == "\\" and cursor.peek() in _ESCAPED_IN_QUOTES:
                char = cursor.peek().replace("\n", "")
                cursor.at += 1
            text.append(char)
        parts.append(Literal("".join(text), quoted=True))
        return parts

    def _dollar(self, *, quoted: bool) -> Part:
        cursor = self._cursor
        if cursor.take("`"):
            return Substitution(self._parse_text(self._backquoted()), quoted)
        cursor.at += 1
        if cursor.take("(("):
            return self._arithmetic(quoted=quoted)
        if cursor.take("("):
            script = self._parse_inner(cursor)
            if not cursor.take(")"):
                raise ShellSyntaxError("syntax error: unmatched '$('", incomplete=cursor.done)
            return Substitution(script, quoted)
        if cursor.take("{"):
            return self._braced(quoted=quoted)
        name = _NAME.match(cursor.text, cursor.at)
        if name:
            cursor.at = name.end()
            return Parameter(name.group(), quoted)
        if cursor.peek() in _SPECIAL:
            cursor.at += 1
            return Parameter(cursor.text[cursor.at - 1], quoted)
        return Literal("$", quoted=quoted)

    def _backquoted(self) -> str:
        cursor = self._cursor
        text = []
        while not cursor.take("`"):
            if cursor.done:
                raise ShellSyntaxError("no closing quote", incomplete=True)
            char = cursor.peek()
            cursor.at += 1
            if char == "\\" and cursor.peek() in ("`", "$", "\\"):
                char = cursor.peek()
                cursor.at += 1
            text.append(char)
        return "".join(text)

    def _parse_text(self, text: str) -> Script:
        inner = Cursor(text)
        script = self._parse_inner(inner)
        if not inner.done:
            raise ShellSyntaxError(f"syntax error: unexpected '{inner.peek()}'")
        return script

    def _arithmetic(self, *, quoted: bool) -> Arithmetic:
        cursor = self._cursor
        start, depth = cursor.at, 0
        while not cursor.done:
            if depth == 0 and cursor.peek(2) == "))":
                text = cursor.text[start : cursor.at]
                cursor.at += 2
                return Arithmetic(self.text_with_values(text), quoted)
            depth += {"(": 1, ")": -1}.get(cursor.peek(), 0)
            cursor.at += 1
        raise ShellSyntaxError("syntax error: unmatched '$(('", incomplete=True)

    def _braced(self, *, quoted: bool) -> Parameter:
        cursor = self._cursor
        if cursor.take("#}"):
            return Parameter("#", quoted)
        match = _BRACED.match(cursor.text, cursor.at)
        if not match:
            raise ShellSyntaxError("bad substitution", incomplete=cursor.done)
        cursor.at = match.end()
        length, name, operator = match.groups()
        argument: Word = ()
        if operator and not length:
            argument = self.word(frozenset("}"))
        if not cursor.take("}"):
            raise ShellSyntaxError("bad substitution", incomplete=cursor.done)
        return Parameter(name, quoted, "length" if length else operator or "", argument)
