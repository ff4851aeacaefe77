"""What is wrong with task files, with the place of each mistake."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.config import did_you_mean
from agent.suite.language.nodes import Place
from tools.errors import TaskError

_FEW = 30
MOST = 20
"""Problems told of one file: who has more mends these first."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake.

    Attributes:
        place: Where it stands.
        message: What is wrong, one line.
        hint: What to do about it; may be empty.
    """

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.hint}".rstrip()


class TaskProblemsError(TaskError):
    """Task files that cannot be used.

    Args:
        problems: All that is wrong with them, at least one.

    Attributes:
        problems: The same, each once, in the order of the files, at most 20 of a file.
        left_out: How many more there are.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = in_order(problems)
        self.problems = at_most(found)
        self.left_out = len(found) - len(self.problems)
        first = self.problems[0]
        more = len(found) - 1
        hint = f"{first.hint} (And {more} more.)" if more else first.hint
        super().__init__(f"{first.place}: {first.message}", hint=hint.strip())


def suggestion(word: str, known: Iterable[str]) -> str:
    """What may have been meant by ``word``: the closest of ``known``, or all if they are few."""
    names = sorted(known)
    hint = did_you_mean(word, names)
    return hint if hint.startswith("Did you mean") or len(names) <= _FEW else ""


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file, line and column."""
    return tuple(sorted(set(problems)))


def at_most(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The first 20 problems of each file."""
    counts: dict[str, int] = {}
    kept = []
    for each in problems:
        counts[each.place.path] = counts.get(each.place.path, 0) + 1
        if counts[each.place.path] <= MOST:
            kept.append(each)
    return tuple(kept)
