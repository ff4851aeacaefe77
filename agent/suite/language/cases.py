"""From paths to the cases that are to be run: one for each task, or for each row of its values.

A case is known by its file, its name and the id of its row, never by a number: it stays the same
case when others are added, removed or moved.
"""

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.suite.language.fill import Environment
from agent.suite.language.fitting import misfits
from agent.suite.language.library import SUFFIXES, Entry, Library
from agent.suite.language.nodes import Place
from agent.suite.language.plan import Plan, Planner
from agent.suite.language.problem import Problem, TaskProblemsError, in_order
from agent.suite.language.task import Task
from tools.errors import TaskError

MAX_CASES = 100_000


@dataclass(frozen=True)
class Case:
    """One thing to run and to report.

    Attributes:
        id: ``file::name`` or ``file::name[row]``, the file as seen from the folder of the suite.
        path: The file.
        place: Where the task begins.
        row: The id of its row; empty if it has none.
        plan: What to do and what to ask.
    """

    id: str
    path: Path
    place: Place
    row: str
    plan: Plan

    @property
    def task(self) -> Task:
        """The task, filled in for this case."""
        return self.plan.task

    @property
    def title(self) -> str:
        """Name and row: ``dark-mode[dark]``."""
        return self.id.rpartition("::")[2]


@dataclass(frozen=True)
class Collected:
    """What task files come to.

    Attributes:
        cases: All cases of the sound tasks, in the order of paths, documents and rows.
        problems: What is wrong with the others.
        files: How many files were read.
    """

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    files: int


def load_cases(
    paths: Sequence[str | Path], *, root: Path, environment: Environment
) -> tuple[Case, ...]:
    """The cases of task files.

    Args:
        paths: Files, folders (searched for ``*.task.yaml`` and ``*.task.yml``), patterns such as
            ``tasks/*book*``, or ids such as ``tasks/a.task.yaml::name[row]``.
        root: The folder that ids are told from, and relative paths begin at.
        environment: Looks up a variable of the environment; ``None`` if it is not set.

    Raises:
        TaskProblemsError: Anything is wrong with any of them.
        TaskError: A path leads nowhere.
    """
    collected = collect(paths, root=root, environment=environment)
    if collected.problems:
        raise TaskProblemsError(collected.problems)
    return collected.cases


def collect(paths: Sequence[str | Path], *, root: Path, environment: Environment) -> Collected:
    """Like :func:`load_cases`, with what is wrong beside the cases.

    Raises:
        TaskError: A path leads nowhere.
    """
    wanted = [_Wanted.of(str(path), root) for path in paths]
    library = Library(root)
    problems: list[Problem] = []
    cases: dict[str, Case] = {}
    files = dict.fromkeys(file for each in wanted for file in each.files)
    for file in files:
        held = library.file(file)
        problems += held.problems
        for entry in held.entries:
            for case in _cases_of(entry, library, environment, problems):
                cases[case.id] = case
            if len(cases) > MAX_CASES:
                raise TaskError(f"There are more than {MAX_CASES:,} cases.")
    for each in wanted:
        if each.id and not problems and not any(each.takes(case) for case in cases.values()):
            raise TaskError(f"There is no case {each.id!r}.", hint="See: agent tasks list PATH")
    chosen = [case for case in cases.values() if any(each.takes(case) for each in wanted)]
    return Collected(tuple(chosen), in_order(problems), len(files))


def _cases_of(
    entry: Entry, library: Library, environment: Environment, problems: list[Problem]
) -> Iterable[Case]:
    name, file = entry.head.name, entry.document.source.path
    for row in [each["id"] for each in entry.head.params or ()] or [""]:
        planner = Planner(library, environment)
        plan = planner.plan(entry, row)
        problems += planner.problems
        if plan is None or planner.problems or entry.head.needs is not None:
            continue
        if unfit := tuple(misfits(plan, entry.place)):
            problems += unfit
            continue
        case_id = f"{file}::{name}[{row}]" if row else f"{file}::{name}"
        yield Case(case_id, entry.path, entry.place, row, plan)


@dataclass(frozen=True)
class _Wanted:
    """What one argument asks for.

    Attributes:
        files: The task files, in order; as keys, since every case is looked for among them.
        id: The id or the beginning of ids, as the person gave it; empty: all cases of the files.
        title: What the title of its cases must be; empty: any.
    """

    files: dict[Path, None]
    id: str = ""
    title: str = ""

    @classmethod
    def of(cls, argument: str, root: Path) -> "_Wanted":
        if "\0" in argument or not argument.strip():
            raise TaskError(f"{argument!r} is no path.")
        path, _, title = argument.partition("::")
        try:
            found = (Path(os.path.normpath(root / each)) for each in _files(path, root))
            files = dict.fromkeys(found)
        except OSError as error:
            name = os.fspath(error.filename or argument)[:200]
            raise TaskError(f"{name!r} cannot be read: {error.strerror}.") from None
        return cls(files, argument if title else "", title)

    def takes(self, case: Case) -> bool:
        if case.path not in self.files:
            return False
        return not self.title or self.title in (case.title, case.task.name)


def _files(argument: str, root: Path) -> list[Path]:
    path = root / argument
    if path.is_dir():
        return _below(path)
    if path.is_file() or path.is_fifo():
        if not path.name.endswith(SUFFIXES):
            raise TaskError(
                f"{argument!r} is no task file.", hint="The name of one ends in .task.yaml."
            )
        return [path]
    if any(sign in argument for sign in "*?["):
        found = _matching(argument, root)
        if not found:
            raise TaskError(f"No task file fits {argument!r}.")
        return found
    raise TaskError(f"There is no {argument!r}.", hint="Give a task file or a folder of them.")


def _matching(pattern: str, root: Path) -> list[Path]:
    found: list[Path] = []
    # Path.glob takes no pattern with .. or with a root in it.
    for each in sorted(glob.glob(pattern, root_dir=root, recursive=True)):  # noqa: PTH207
        path = root / each
        if path.is_dir():
            found += _below(path)
        elif path.name.endswith(SUFFIXES):
            found.append(path)
    return found


def _tell(error: OSError) -> None:
    raise error  # a folder that cannot be read is not an empty one


def _below(folder: Path) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(folder, onerror=_tell):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found += [Path(parent, each) for each in sorted(names) if each.endswith(SUFFIXES)]
    return found
