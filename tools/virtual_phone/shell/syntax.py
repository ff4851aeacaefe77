"""The syntax tree of a shell script. All of it is immutable."""

from dataclasses import dataclass
from typing import TypeAlias


class ShellSyntaxError(Exception):
    """The script is wrong; `incomplete` means that more text could make it right."""

    def __init__(self, message: str, *, incomplete: bool = False) -> None:
        """Keep the message (as mksh words it) and whether more text could help."""
        super().__init__(message)
        self.incomplete = incomplete


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it stands; unquoted text may be a glob pattern."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` or `${name<operator>argument}`; operator `length` is `${#name}`."""

    name: str
    quoted: bool
    operator: str = ""
    argument: "Word" = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(script)` or the same in backquotes."""

    script: "Script"
    quoted: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((expression))`; the expression is expanded as a quoted word first."""

    expression: "Word"
    quoted: bool


Part: TypeAlias = Literal | Parameter | Substitution | Arithmetic
Word: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection: of `fd`, by `operator` (`<`, `>`, `>>`, `>&`, `&>`, `<<`), to `target`."""

    fd: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, then a command with arguments."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ ...; }`, or `( ... )` where `subshell`."""

    body: "Script"
    subshell: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`if`: pairs of condition and body, tried in order, and the `else` body."""

    branches: tuple[tuple["Script", "Script"], ...]
    otherwise: "Script"
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class While:
    """`while` or, with `until`, its opposite."""

    condition: "Script"
    body: "Script"
    until: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`; `words` None means the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: "Script"
    redirects: tuple[Redirect, ...]


Stage: TypeAlias = Simple | Group | If | While | For


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages joined by `|`; `negated` by a leading `!`."""

    stages: tuple[Stage, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Item:
    """Pipelines joined by `&&` and `||`: pairs of the joint before it (first `""`) and it."""

    links: tuple[tuple[str, Pipeline], ...]


Script: TypeAlias = tuple[Item, ...]
