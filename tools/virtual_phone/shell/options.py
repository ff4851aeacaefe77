"""Command line options as Android's toybox reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.virtual_phone.shell.command import Call, UsageError


@dataclass(slots=True)
class Options:
    """What was on a command line: flags, options with values, and the operands."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Whether one of the flags `names` was given."""
        return not self.flags.isdisjoint(names)

    def value(self, name: str, default: str = "") -> str:
        """The last value given to option `name`."""
        return self.values.get(name, [default])[-1]

    def number(self, name: str, default: int) -> int:
        """The last value given to option `name` as a whole number.

        Raises:
            UsageError: It is none.
        """
        text = self.value(name, str(default))
        try:
            return int(text)
        except ValueError:
            raise UsageError(f"not integer: {text}") from None


def parse_options(
    call: Call,
    flags: str = "",
    values: str = "",
    *,
    long: Mapping[str, str] | None = None,
    stop_at_operand: bool = False,
) -> Options:
    """Read the options of `call`.

    Args:
        call: Its arguments are read.
        flags: Letters of options without a value.
        values: Letters of options with one, joined to it or in the next argument.
        long: Letters for long names, `{"version-sort": "V"}`.
        stop_at_operand: Whether all after the first operand are operands.

    Raises:
        UsageError: An option is not known, or lacks its value.
    """
    found = Options()
    rest = list(call.args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.operands += rest
            break
        if word.startswith("--"):
            word = _short(word, long or {})
        if word == "-" or not word.startswith("-"):
            found.operands.append(word)
            if stop_at_operand:
                found.operands += rest
                break
            continue
        _letters(word[1:], rest, flags, values, found)
    return found


def _short(word: str, long: Mapping[str, str]) -> str:
    name, equals, value = word[2:].partition("=")
    if name not in long:
        raise UsageError(f"Unknown option '{name}'")
    return f"-{long[name]}{value if equals else ''}"


def _letters(letters: str, rest: list[str], flags: str, values: str, found: Options) -> None:
    for at, letter in enumerate(letters):
        if letter in values:
            value = letters[at + 1 :]
            if not value:
                if not rest:
                    raise UsageError(f"Missing argument to -{letter}")
                value = rest.pop(0)
            found.values.setdefault(letter, []).append(value)
            return
        if letter not in flags:
            raise UsageError(f"Unknown option '{letter}'")
        found.flags.add(letter)
