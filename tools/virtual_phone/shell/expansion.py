"""From words of the syntax tree to the strings a command gets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from posixpath import join
from typing import Protocol

from tools.virtual_phone.shell.arithmetic import BadArithmeticError, evaluate
from tools.virtual_phone.shell.syntax import (
    Arithmetic,
    Literal,
    Parameter,
    Part,
    Script,
    Substitution,
    Word,
)
from tools.virtual_phone.system.filesystem import Entry, FileSystem

_GLOB = re.compile(r"[*?\[]")
_BLANKS = " \t\n"


class ExpansionError(Exception):
    """A word has no value: `${x:?message}`, bad arithmetic."""


class Scope(Protocol):
    """What expansion needs of the shell."""

    variables: dict[str, str]
    arguments: Sequence[str]
    cwd: str

    @property
    def files(self) -> FileSystem:
        """The phone's files, for patterns."""
        ...

    def special(self, name: str) -> str | None:
        """The value of `$?`, `$$`, `$1` and the like, None where unset."""
        ...

    def capture(self, script: Script) -> str:
        """Run `$(script)` and give its output."""
        ...


@dataclass(slots=True)
class _Piece:
    text: str
    quoted: bool


_Field = list[_Piece]


def expand_words(words: Iterable[Word], scope: Scope) -> list[str]:
    """Give the arguments that `words` come to: values put in, split, patterns matched."""
    out: list[str] = []
    for word in words:
        for field in _fields(word, scope):
            out.extend(_match_files(field, scope))
    return out


def expand_text(word: Word, scope: Scope) -> str:
    """Give `word` as one string: neither split nor matched, as in an assignment."""
    return "".join(_value(part, scope) for part in word)


def _fields(word: Word, scope: Scope) -> list[_Field]:
    fields: list[_Field] = []
    current: _Field = []
    started = False
    for part in word:
        if isinstance(part, Literal):
            # An empty quoted text makes an argument by itself, unless `"$@"` gave none.
            if part.text or not _has_all_arguments(word):
                current.append(_Piece(part.text, part.quoted))
                started = True
            continue
        if part.quoted:
            values = _quoted_values(part, scope)
            for number, value in enumerate(values):
                if number:
                    fields.append(current)
                    current = []
                current.append(_Piece(value, quoted=True))
                started = True
            continue
        value = _value(part, scope)
        if value[:1] in _BLANKS and value and started:
            fields.append(current)
            current, started = [], False
        pieces = value.split()
        for number, piece in enumerate(pieces):
            if number:
                fields.append(current)
                current = []
            current.append(_Piece(piece, quoted=False))
            started = True
        if pieces and value[-1] in _BLANKS:
            fields.append(current)
            current, started = [], False
    if started:
        fields.append(current)
    return fields


def _has_all_arguments(word: Word) -> bool:
    return any(isinstance(part, Parameter) and part.name == "@" and part.quoted for part in word)


def _quoted_values(part: Part, scope: Scope) -> Sequence[str]:
    if isinstance(part, Parameter) and part.name == "@" and not part.operator:
        return scope.arguments
    return (_value(part, scope),)


def _value(part: Part, scope: Scope) -> str:
    if isinstance(part, Literal):
        return part.text
    if isinstance(part, Substitution):
        return scope.capture(part.script).rstrip("\n")
    if isinstance(part, Arithmetic):
        text = expand_text(part.expression, scope)
        try:
            return str(evaluate(text, scope.variables))
        except BadArithmeticError as error:
            raise ExpansionError(f"{text}: {error}") from error
    return _parameter(part, scope)


def _parameter(part: Parameter, scope: Scope) -> str:
    value = scope.special(part.name)
    if value is None:
        value = scope.variables.get(part.name)
    operator = part.operator
    if operator == "length":
        return str(len(value or ""))
    if not operator:
        return value or ""
    if operator[0] in "%#":
        return _trimmed(value or "", operator, expand_text(part.argument, scope))
    missing = value is None or (operator[0] == ":" and not value)
    kind = operator[-1]
    if kind == "+":
        return "" if missing else expand_text(part.argument, scope)
    if not missing:
        return value or ""
    default = expand_text(part.argument, scope)
    if kind == "?":
        raise ExpansionError(f"{part.name}: {default or 'parameter null or not set'}")
    if kind == "=":
        scope.variables[part.name] = default
    return default


def _trimmed(value: str, operator: str, pattern: str) -> str:
    matches = re.compile(translate(pattern)).match
    ends = range(len(value) + 1)
    if operator[0] == "#":
        cuts = [end for end in ends if matches(value[:end])]
        return value[cuts[-1 if operator == "##" else 0] :] if cuts else value
    cuts = [start for start in ends if matches(value[start:])]
    return value[: cuts[0 if operator == "%%" else -1]] if cuts else value


def _match_files(field: _Field, scope: Scope) -> list[str]:
    text = "".join(piece.text for piece in field)
    if not any(not piece.quoted and _GLOB.search(piece.text) for piece in field):
        return [text]
    pattern = "".join(
        _GLOB.sub(r"[\g<0>]", piece.text) if piece.quoted else piece.text for piece in field
    )
    return _glob(pattern, scope) or [text]


def _glob(pattern: str, scope: Scope) -> list[str]:
    found = ["/"] if pattern.startswith("/") else [""]
    for part in pattern.split("/"):
        if not part:
            continue
        if not _GLOB.search(part):
            found = [join(base, part) for base in found]
            continue
        matches = re.compile(translate(part)).match
        found = [
            join(base, entry.name)
            for base in found
            for entry in _inside(join(scope.cwd, base), scope)
            if matches(entry.name) and (part[0] == "." or entry.name[0] != ".")
        ]
    return [path for path in found if scope.files.stat(join(scope.cwd, path)) is not None]


def _inside(path: str, scope: Scope) -> list[Entry]:
    entry = scope.files.stat(path)
    return scope.files.list(path) if entry is not None and entry.is_folder else []
