"""Reading of arguments, and the ways in which Android's own commands fail."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence

from tools.virtual_phone.shell.command import Call, CommandError

FAILED = 255
"""What `adb shell` shows for the -1 of Android's service commands."""

_LOG = logging.getLogger(__name__)
_WHERE = "com.android.modules.utils.BasicShellCommandHandler.exec(BasicShellCommandHandler.java:97)"


class JavaError(Exception):
    """A command of an Android service threw: class and message of the Java exception."""

    def __init__(self, kind: str, message: str = "") -> None:
        """Keep the short class name (`IllegalArgumentException`) and the message."""
        self.kind = kind if "." in kind else f"java.lang.{kind}"
        super().__init__(message)

    @property
    def line(self) -> str:
        """The first line of the exception as Java prints it."""
        return f"{self.kind}: {self}\n" if str(self) else f"{self.kind}\n"


class Arguments:
    """The arguments of a service command, taken one after the other."""

    def __init__(self, words: Sequence[str]) -> None:
        """Start in front of the first word."""
        self._words = tuple(words)
        self._at = 0

    def next(self) -> str | None:
        """Take the next word, None at the end."""
        if self._at >= len(self._words):
            return None
        self._at += 1
        return self._words[self._at - 1]

    def peek(self) -> str | None:
        """Show the next word without taking it."""
        return self._words[self._at] if self._at < len(self._words) else None

    def required(self) -> str:
        """Take the next word.

        Raises:
            JavaError: There is none; worded as Android does.
        """
        word = self.next()
        if word is None:
            last = self._words[self._at - 1] if self._at else ""
            raise JavaError("IllegalArgumentException", f'Argument expected after "{last}"')
        return word

    def option(self) -> str | None:
        """Take the next word if it is an option; a lone `--` ends the options and is taken too."""
        word = self.peek()
        if word is None or not word.startswith("-") or word == "-":
            return None
        self._at += 1
        return None if word == "--" else word

    def number(self) -> float:
        """Take the next word as a number.

        Raises:
            JavaError: It is none, or there is none.
        """
        word = self.required()
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise JavaError("NumberFormatException", f'For input string: "{word}"')
        return value

    def rest(self) -> tuple[str, ...]:
        """Take all that is left."""
        left, self._at = self._words[self._at :], len(self._words)
        return left


def report(call: Call, doing: str, error: JavaError) -> int:
    """Write an exception the way `cmd` shows one; give the exit code 255."""
    # One frame of the dozen that a phone prints: clients look for the exception's name.
    call.err(f"\nException occurred while executing '{doing}':\n{error.line}\tat {_WHERE}\n")
    return FAILED


def unimplemented(call: Call, what: str, *, hint: str = "") -> CommandError:
    """The error for what a real phone can do and this one cannot: loud, logged, never ok."""
    line = " ".join(call.argv)
    _LOG.warning("not implemented by the virtual phone: %s (%s)", what, line)
    call.phone.log("unimplemented", line)
    note = f"; {hint}" if hint else ""
    return CommandError(f"not implemented by the virtual phone: {what}{note}", rc=FAILED)


def parse_user(word: str) -> None:
    """Check a `--user` value; the phone has the one user 0.

    Raises:
        JavaError: Another user is named.
    """
    if word not in {"0", "all", "current", "cur", "-1", "-2"}:
        raise JavaError("IllegalArgumentException", f"Bad user number: {word}")


def run_action(
    call: Call,
    words: Sequence[str],
    name: str,
    usage: str,
    actions: Mapping[str, Callable[[Call, Arguments], int]],
    hint: Callable[[str], str] = lambda _: "",
) -> int:
    """Run the action that the first of `words` names, as `am`, `pm` and `ime` do.

    Args:
        call: The command.
        words: What stands behind its name.
        name: What it is called.
        usage: What it prints where nothing, or help, is asked of it.
        actions: What it can do, by name.
        hint: What to add for an action that it has not.
    """
    arguments = Arguments(words)
    doing = arguments.next()
    if doing is None or doing in {"help", "-h"}:
        call.out(usage)
        return FAILED
    action = actions.get(doing)
    if action is None:
        raise unimplemented(call, f"{name} {doing}", hint=hint(doing))
    try:
        return action(call, arguments)
    except JavaError as error:
        return report(call, doing, error)
