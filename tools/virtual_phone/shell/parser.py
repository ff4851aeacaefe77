"""From the text of a shell script to its syntax tree, by recursive descent."""

import re

from tools.virtual_phone.shell.syntax import (
    For,
    Group,
    If,
    Item,
    Literal,
    Pipeline,
    Redirect,
    Script,
    ShellSyntaxError,
    Simple,
    Stage,
    While,
    Word,
)
from tools.virtual_phone.shell.word_parser import WORD_ENDS, Cursor, WordParser

_NO_WORDS: frozenset[str] = frozenset()
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_REDIRECT = re.compile(r"(\d?)(&>|<<-?|>>|>&|<&|>\||<|>)")
_RESERVED = re.compile(r"(?:if|then|elif|else|fi|while|until|for|do|done|\{|\}|!)(?=[\s;&|()]|$)")
_CLOSERS = frozenset({"then", "elif", "else", "fi", "do", "done", "}"})


def parse_script(text: str) -> Script:
    """Read a whole script.

    Raises:
        ShellSyntaxError: It is wrong, or (`incomplete`) it breaks off in the middle.
    """
    parser = _Parser(Cursor(text))
    try:
        script = parser.script(_NO_WORDS)
        parser.expect_end()
    except RecursionError:
        raise ShellSyntaxError("syntax error: nested too deeply") from None
    return script


def _parse_inner(cursor: Cursor) -> Script:
    return _Parser(cursor).script(_NO_WORDS)


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._words = WordParser(cursor, _parse_inner)

    def script(self, until: frozenset[str]) -> Script:
        """Read items up to a reserved word of `until`, a `)` or the end."""
        items: list[Item] = []
        while True:
            self._skip_lines()
            reserved = self._reserved()
            if self._cursor.done or self._cursor.peek() == ")" or reserved in until:
                return tuple(items)
            if reserved in _CLOSERS:
                raise ShellSyntaxError(f"syntax error: unexpected '{reserved}'")
            items.append(self._item())
            self._blanks()
            # A job in the background is done at once: the phone has one thread of commands.
            if not (self._cursor.take(";") or self._take_ampersand()):
                self._end_of_line()

    def expect_end(self) -> None:
        """Raise unless all text was read."""
        if not self._cursor.done:
            raise ShellSyntaxError(f"syntax error: unexpected '{self._cursor.peek()}'")

    def _item(self) -> Item:
        links = [("", self._pipeline())]
        while True:
            self._blanks()
            joint = self._cursor.peek(2)
            if joint not in ("&&", "||"):
                return Item(tuple(links))
            self._cursor.at += 2
            self._skip_lines()
            links.append((joint, self._pipeline()))

    def _pipeline(self) -> Pipeline:
        self._blanks()
        negated = False
        while self._reserved() == "!":
            self._cursor.at += 1
            self._blanks()
            negated = not negated
        stages = [self._stage()]
        while True:
            self._blanks()
            if self._cursor.peek(2) == "||" or not self._cursor.take("|"):
                return Pipeline(tuple(stages), negated)
            self._skip_lines()
            stages.append(self._stage())

    def _stage(self) -> Stage:
        self._blanks()
        reserved = self._reserved()
        if self._cursor.take("("):
            body = self.script(_NO_WORDS)
            self._require(")")
            return Group(body, subshell=True, redirects=self._redirects())
        if reserved == "{":
            self._cursor.at += 1
            body = self.script(frozenset({"}"}))
            self._require("}")
            return Group(body, subshell=False, redirects=self._redirects())
        if reserved == "if":
            return self._if()
        if reserved in ("while", "until"):
            self._cursor.at += 5
            condition = self.script(frozenset({"do"}))
            return While(condition, self._do(), reserved == "until", self._redirects())
        if reserved == "for":
            return self._for()
        return self._simple()

    def _if(self) -> If:
        branches: list[tuple[Script, Script]] = []
        otherwise: Script = ()
        self._cursor.at += 2
        while True:
            condition = self.script(frozenset({"then"}))
            self._require("then")
            body = self.script(frozenset({"elif", "else", "fi"}))
            branches.append((condition, body))
            if not self._cursor.take("elif"):
                break
        if self._cursor.take("else"):
            otherwise = self.script(frozenset({"fi"}))
        self._require("fi")
        return If(tuple(branches), otherwise, self._redirects())

    def _for(self) -> For:
        self._cursor.at += 3
        self._blanks()
        name = self._plain_word()
        self._skip_lines()
        words: list[Word] | None = None
        if self._cursor.take("in"):
            words = []
            while not self._at_end_of_words():
                words.append(self._words.word())
        self._cursor.take(";")
        self._skip_lines()
        body = self._do()
        return For(name, None if words is None else tuple(words), body, self._redirects())

    def _do(self) -> Script:
        self._require("do")
        body = self.script(frozenset({"done"}))
        self._require("done")
        return body

    def _simple(self) -> Simple:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self._blanks()
            if self._redirect(redirects):
                continue
            if self._at_end_of_words():
                break
            assignment = _ASSIGNMENT.match(self._cursor.text, self._cursor.at)
            if assignment and not words:
                self._cursor.at = assignment.end()
                assignments.append((assignment.group(1), self._words.word()))
            else:
                words.append(self._words.word())
        if not (assignments or words or redirects):
            self._unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects: list[Redirect] = []
        self._blanks()
        while self._redirect(redirects):
            self._blanks()
        return tuple(redirects)

    def _redirect(self, found: list[Redirect]) -> bool:
        match = _REDIRECT.match(self._cursor.text, self._cursor.at)
        if not match:
            return False
        self._cursor.at = match.end()
        operator = match.group(2)
        fd = int(match.group(1)) if match.group(1) else int(operator[0] != "<")
        self._blanks()
        if operator.startswith("<<"):
            self._heredoc(fd, found, strip_tabs=operator.endswith("-"))
            return True
        target = self._words.word()
        if not target:
            self._unexpected()
        operator = {">|": ">", "<&": ">&"}.get(operator, operator)
        found.append(Redirect(fd, operator, target))
        return True

    def _heredoc(self, fd: int, found: list[Redirect], *, strip_tabs: bool) -> None:
        word = self._words.word()
        parts = [part for part in word if isinstance(part, Literal)]
        end = "".join(part.text for part in parts)
        plain = any(part.quoted for part in parts)
        text = self._cursor.text
        line_end = text.find("\n", self._cursor.at)
        lines: list[str] = []
        at = line_end + 1
        while line_end >= 0 and at < len(text):
            line, newline, _ = text[at:].partition("\n")
            at += len(line) + len(newline)
            line = line.lstrip("\t") if strip_tabs else line
            if line == end:
                body = "".join(lines)
                # The body is cut out of the text: what follows the line goes on after it.
                rest = text[self._cursor.at : line_end + 1] + text[at:]
                self._cursor.text = text[: self._cursor.at] + rest
                value = (Literal(body, quoted=True),) if plain else self._values(body)
                found.append(Redirect(fd, "<<", value))
                return
            lines.append(line + newline)
        raise ShellSyntaxError(f"here document '{end}' unclosed", incomplete=True)

    def _values(self, body: str) -> Word:
        return self._words.text_with_values(body)

    def _plain_word(self) -> str:
        word = self._words.word()
        if len(word) == 1 and isinstance(word[0], Literal):
            return word[0].text
        raise ShellSyntaxError("syntax error: bad name", incomplete=self._cursor.done)

    def _at_end_of_words(self) -> bool:
        self._blanks()
        return self._cursor.done or self._cursor.peek() in WORD_ENDS

    def _reserved(self) -> str:
        match = _RESERVED.match(self._cursor.text, self._cursor.at)
        return match.group() if match else ""

    def _require(self, expected: str) -> None:
        if not self._cursor.take(expected):
            self._unexpected()

    def _take_ampersand(self) -> bool:
        return self._cursor.peek(2) not in ("&&", "&>") and self._cursor.take("&")

    def _end_of_line(self) -> None:
        if self._cursor.done or self._cursor.peek() in ("\n", ")"):
            return
        if self._reserved() not in _CLOSERS:
            self._unexpected()

    def _unexpected(self) -> None:
        if self._cursor.done:
            raise ShellSyntaxError("syntax error: unexpected end of file", incomplete=True)
        char = self._cursor.peek().replace("\n", "newline")
        raise ShellSyntaxError(f"syntax error: unexpected '{char}'")

    def _blanks(self) -> None:
        cursor = self._cursor
        while cursor.peek() in (" ", "\t") or cursor.peek(2) == "\\\n":
            cursor.at += 2 if cursor.peek() == "\\" else 1
        if cursor.peek() == "#":
            end = cursor.text.find("\n", cursor.at)
            cursor.at = len(cursor.text) if end < 0 else end

    def _skip_lines(self) -> None:
        self._blanks()
        while self._cursor.take("\n"):
            self._blanks()
