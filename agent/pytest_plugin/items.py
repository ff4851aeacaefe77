"""Task files as modules of pytest, and their cases as its functions.

Functions, because then fixtures that a ``conftest.py`` gives to all tests, selection, repetition
and reports are pytest's own and those of its plugins.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from agent.config import environment_keys
from agent.pytest_plugin.settings import bench_of
from agent.pytest_plugin.telling import Trouble, long_text, properties
from agent.suite.language.cases import Case, collect
from agent.suite.language.problem import at_most
from agent.suite.runner.job import CaseResult, job_of
from agent.suite.runner.status import Status
from tools.errors import AutomationError, TaskError

_WITH_EFFECT = frozenset(
    {"filterwarnings", "flaky", "parametrize", "skip", "skipif", "timeout", "usefixtures", "xfail"}
)
"""Marks that do something. A tag only says something, and none of these may come of it."""
_ERRORS = frozenset({Status.ERROR, Status.NOT_RUN, Status.INTERRUPTED})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what went wrong with a case without any Python, in its setup too."""
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(item, TaskItem) and isinstance(error, Trouble):
        report.longrepr = long_text(error, item.case)
    return report


class TaskFile(pytest.Module):
    """A task file. Like the text files of doctest it is a module without Python in it."""

    obj = None

    def collect(self) -> Iterator["TaskItem"]:
        """Its cases.

        Raises:
            CollectError: Anything in it is wrong.
        """
        try:
            found = collect([self.path], root=self.config.rootpath, environment=_variable)
        except TaskError as error:
            raise self.CollectError(str(error)) from None
        if found.problems:
            shown = at_most(found.problems)
            lines = [" ".join(str(each).split()) for each in shown]
            if more := len(found.problems) - len(shown):
                lines.append(f"And {more} more.")
            raise self.CollectError("\n".join(lines))
        for case in found.cases:
            yield self._item(case)

    def _item(self, case: Case) -> "TaskItem":
        item: TaskItem = TaskItem.from_parent(self, name=case.title, callobj=_nothing)
        item.case = case
        item.split_id()
        for tag in case.task.tags:
            self._mark(item, tag)
        if case.task.skip:
            item.add_marker(pytest.mark.skip(reason=case.task.skip))
        return item

    def _mark(self, item: "TaskItem", tag: str) -> None:
        if tag in _WITH_EFFECT or tag.startswith("_"):
            item.extra_keyword_matches.add(tag)
            return
        known = {line.partition(":")[0].partition("(")[0] for line in self._markers()}
        if tag not in known:
            self.config.addinivalue_line("markers", f"{tag}: a tag of task files")
        item.add_marker(tag)

    def _markers(self) -> list[str]:
        found: list[str] = self.config.getini("markers")
        return found


class TaskItem(pytest.Function):
    """One case.

    It is performed as the last part of its setup: what pytest counts as an error, and not as a
    failure, is what goes wrong there. Its call then says what the case came to.
    """

    case: Case
    result: CaseResult | None = None

    def split_id(self) -> None:
        """Keep the id in the parts in which pytest reads it from its cache, for ``--lf``.

        Since 9.2 it compares parts. It takes the row for a part of the name, as it did not make it.
        """
        parts = getattr(self, "id", None)
        if parts is not None:
            self._id = type(parts).parse(self.nodeid)

    def setup(self) -> None:
        """Fill in the fixtures, and perform the case.

        Raises:
            Trouble: It could not be performed.
        """
        super().setup()
        if self.config.getoption("setuponly", default=False):
            return
        self.user_properties[:] = [
            each for each in self.user_properties if not each[0].startswith("agent_")
        ]
        bench = bench_of(self.config)
        try:
            job = job_of(self.case, retries=None, time_s=bench.config.timeout_s)
            self.result = result = bench.run(job)
        except (AutomationError, pytest.PytestWarning) as error:  # -W error makes it one
            raise Trouble(str(error)) from None
        self.user_properties += properties(result)
        if result.status is Status.SKIPPED:
            raise pytest.skip.Exception(result.reason, _use_item_location=True)
        if result.status in _ERRORS:
            raise Trouble.of(result)

    def runtest(self) -> None:
        """Say what the case came to.

        Raises:
            Trouble: A step or a check failed.
        """
        if self.result is not None and self.result.status is Status.FAILED:
            raise Trouble.of(self.result)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the task."""
        return self.path, self.case.place.line - 1, self.name


def _nothing() -> None:
    """What pytest looks at for arguments and marks: a case has none in Python."""


def _variable(name: str) -> str | None:
    return environment_keys([name]).get(name)
