"""Takes a part of the cases: by words, tags, shard, or because they failed last time."""

import hashlib
import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from agent.suite.language.cases import Case
from tools.errors import UsageError

_TOKEN = re.compile(r"""\s*(?:(?P<sign>[()])|"(?P<quoted>[^"]*)"|(?P<word>[^\s()"]+))""")
_DEEPEST = 50
Matches = Callable[[Callable[[str], bool]], bool]
"""An expression: told which words hold, it says whether the whole does."""


@dataclass(frozen=True)
class Shard:
    """One of several parts, each run on a machine of its own.

    Attributes:
        number: Which part, from 1.
        of: How many there are.
    """

    number: int
    of: int

    def holds(self, case_id: str) -> bool:
        """Whether the case belongs to this part; it depends on nothing but its id."""
        digest = hashlib.sha256(case_id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1


@dataclass(frozen=True)
class Selection:
    """Which cases to take. What is left out takes all.

    Attributes:
        keywords: Expression of words that are looked for in the id, in any case: ``dark and not
            (zh or "large font")``.
        tags: The same of whole tags.
        shard: One part of several.
        ids: These cases only, such as those that failed last time.
    """

    keywords: str = ""
    tags: str = ""
    shard: Shard | None = None
    ids: AbstractSet[str] | None = None


def select(cases: Iterable[Case], selection: Selection) -> tuple[Case, ...]:
    """Those of ``cases`` that fit, in the same order.

    Raises:
        UsageError: An expression cannot be read.
    """
    by_word = parse_expression(selection.keywords, "-k") if selection.keywords.strip() else None
    by_tag = parse_expression(selection.tags, "--tags") if selection.tags.strip() else None

    def fits(case: Case) -> bool:
        name, tags = case.id.casefold(), {tag.casefold() for tag in case.task.tags}
        return (
            (by_word is None or by_word(lambda word: word.casefold() in name))
            and (by_tag is None or by_tag(lambda word: word.casefold() in tags))
            and (selection.ids is None or case.id in selection.ids)
            and (selection.shard is None or selection.shard.holds(case.id))
        )

    return tuple(case for case in cases if fits(case))


def parse_shard(text: str) -> Shard:
    """Read ``2/3``: the second of three parts.

    Raises:
        UsageError: It is no such thing.
    """
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        hint = "Write --shard 2/3 for the second of three."
        raise UsageError(f"--shard: {text!r} is no part of a whole.", hint=hint)
    return Shard(int(found[1]), int(found[2]))


def parse_expression(text: str, option: str) -> Matches:
    """Read words joined by ``and``, ``or`` and ``not``, with parentheses.

    Args:
        text: The expression. ``not`` binds tighter than ``and``, ``and`` than ``or``. A word of
            several, or one of the three, stands in double quotes.
        option: What it was given by, for messages.

    Raises:
        UsageError: It cannot be read; the message says where.
    """
    return _Expression(text, option).whole()


@dataclass(frozen=True)
class _Token:
    text: str
    at: int
    quoted: bool


class _Expression:
    """Reads one expression.

    Args:
        text: The expression.
        option: What it was given by.
    """

    def __init__(self, text: str, option: str) -> None:
        self._text = text
        self._option = option
        self._tokens = self._split()
        self._next = 0
        self._depth = 0

    def whole(self) -> Matches:
        """The expression, if nothing is left over."""
        found = self._either()
        if self._next < len(self._tokens):
            raise self._wrong("'and' or 'or' is missing before this")
        return found

    def _split(self) -> list[_Token]:
        tokens, at, text = [], 0, self._text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                message = f"{self._option}: a quote is not closed in {self._text!r}."
                raise UsageError(message)
            word = found[found.lastgroup or 0]
            tokens.append(
                _Token(word, found.start(found.lastgroup or 0), found["quoted"] is not None)
            )
            at = found.end()
        return tokens

    def _wrong(self, what: str) -> UsageError:
        at = self._tokens[self._next].at if self._next < len(self._tokens) else len(self._text)
        hint = "Write words joined by and, or, not, with ( )."
        return UsageError(f"{self._option}: {what}: {self._text[at:] or 'the end'!r}.", hint=hint)

    def _take(self, word: str) -> bool:
        found = self._tokens[self._next : self._next + 1]
        taken = bool(found) and found[0].text == word and not found[0].quoted
        self._next += taken
        return taken

    def _either(self) -> Matches:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda holds: any(part(holds) for part in parts)

    def _all(self) -> Matches:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda holds: all(part(holds) for part in parts)

    def _one(self) -> Matches:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong(f"this is nested deeper than {_DEEPEST} levels")
        try:
            return self._inner()
        finally:
            self._depth -= 1

    def _inner(self) -> Matches:
        if self._take("not"):
            inner = self._one()
            return lambda holds: not inner(holds)
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise self._wrong("a ) is missing before this")
            return inner
        token = next(iter(self._tokens[self._next : self._next + 1]), None)
        signs = {"and", "or", ")"}
        if token is None or (token.text in signs and not token.quoted) or not token.text:
            raise self._wrong("a word is missing before this")
        self._next += 1
        return lambda holds: holds(token.text)
