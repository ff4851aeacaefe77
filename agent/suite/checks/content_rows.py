"""What ``content query`` prints, and the rows in it."""

import re
import shlex
from collections.abc import Sequence

from agent.suite.checks.context import Shell
from tools.errors import ActionFailedError

_NONE = "No result found."
_ROW = re.compile(r"^Row: (\d+) ", re.MULTILINE)
_TROUBLE = re.compile(r"^(Error while|\[ERROR\]|.*Exception:)", re.MULTILINE)


def query_command(uri: str, where: str | None, columns: Sequence[str] = ()) -> str:
    """The command that asks a content provider."""
    words = ["content", "query", "--uri", shlex.quote(uri)]
    if columns:
        words += ["--projection", shlex.quote(":".join(columns))]
    if where is not None:
        words += ["--where", shlex.quote(where)]
    return " ".join(words)


def split_rows(printed: str) -> tuple[str, ...]:
    """The rows of an output, each without its ``Row: N``.

    A line of a value may look like the beginning of a row: it is one only if its number is next.
    """
    starts: list[tuple[int, int]] = []
    for found in _ROW.finditer(printed):
        if int(found[1]) == len(starts):
            starts.append(found.span())
    ends = [*(start for start, _ in starts), len(printed)][1:]
    return tuple(
        printed[after:end].removesuffix("\n") for (_, after), end in zip(starts, ends, strict=True)
    )


def query(shell: Shell, uri: str, where: str | None, timeout_s: float) -> tuple[str, ...]:
    """The rows of a query, as they are printed: ``id=1, name=Milk, note=NULL``.

    Raises:
        ActionFailedError: The provider cannot be asked so, with what it says.
    """
    return split_rows(_printed(shell, query_command(uri, where), timeout_s))


def column(
    shell: Shell, uri: str, where: str | None, name: str, timeout_s: float
) -> tuple[str, ...]:
    """The values of one column; ``NULL`` for none.

    It is asked for alone: values may hold commas and equal signs, so that a whole row cannot be
    taken apart for certain.

    Raises:
        ActionFailedError: There is no such column, or the provider cannot be asked.
    """
    rows = split_rows(_printed(shell, query_command(uri, where, (name,)), timeout_s))
    return tuple(row.removeprefix(f"{name}=") for row in rows)


def _printed(shell: Shell, command: str, timeout_s: float) -> str:
    answer = shell.run(command, timeout_s=timeout_s)
    # Android's own content ends with 0 even where it could not ask.
    trouble = _TROUBLE.search(answer.err) or (
        _ROW.match(answer.out) is None and answer.text != _NONE
    )
    if answer.code or trouble:
        raise ActionFailedError(f"{command} failed: {answer.complaint or 'it printed nothing'}")
    return answer.out
