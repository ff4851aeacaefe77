"""The task files that were read, each once, and how one task is found from another."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from agent.suite.language.nodes import Document, Mapping, Place
from agent.suite.language.problem import Problem, TaskProblemsError, suggestion
from agent.suite.language.reading import read_as
from agent.suite.language.source import read_documents
from agent.suite.language.spelling import shown
from agent.suite.language.task import Head, Task
from tools.errors import TaskError

SUFFIXES = (".task.yaml", ".task.yml")
_REFERENCE = re.compile(r"(?P<file>[^#\[\]\0]*)(?:#(?P<name>[^#\[\]]+)(?:\[(?P<row>[^\[\]]+)\])?)?")


@dataclass(frozen=True)
class Entry:
    """One task of a file.

    Attributes:
        path: The file.
        document: What stands there.
        head: What must be known to fill it in.
    """

    path: Path
    document: Document
    head: Head

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.document.source.place(self.document.root.at)

    @property
    def title(self) -> str:
        """File and name, as ``use`` would say it."""
        return f"{self.document.source.path}#{self.head.name}"


@dataclass(frozen=True)
class TaskFile:
    """What one file holds.

    Attributes:
        entries: Its tasks, as far as their heads can be read.
        problems: What is wrong with it, before anything is filled in.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Found:
    """A task that another one uses.

    Attributes:
        entry: The task.
        row: The id of its row; empty if it has none.
    """

    entry: Entry
    row: str


@dataclass
class Library:
    """Reads task files, each once.

    Attributes:
        root: The folder that paths are told from.
        made: Names that a task's steps read values for, by the task's title, as far as asked.
    """

    root: Path
    made: dict[str, frozenset[str]] = field(default_factory=dict)
    _files: dict[Path, TaskFile] = field(default_factory=dict)

    def file(self, path: Path) -> TaskFile:
        """What ``path`` holds; nothing is raised, what is wrong is among the problems."""
        whole = Path(os.path.normpath(self.root / path))
        if whole not in self._files:
            self._files[whole] = _read(whole, shown_path(whole, self.root))
        return self._files[whole]

    def find(self, reference: str, entry: Entry) -> Found:
        """The task that ``entry`` means by ``reference``.

        Raises:
            TaskError: There is none, or the reference does not say which. It tells no place.
        """
        parts = _REFERENCE.fullmatch(reference)
        if parts is None or not (parts["file"] or parts["name"]):
            hint = 'Write use: file.task.yaml#name, or in this file use: "#name".'
            raise TaskError(f"{shown(reference)} names no task.", hint=hint)
        held = self._used_file(parts["file"], entry)
        names = [each.head.name for each in held.entries]
        name = parts["name"] or ""
        if name not in names and (name or len(names) != 1) and held.problems:
            raise TaskError(f"that file cannot be used: {held.problems[0]}")
        if not name and len(names) != 1:
            hint = f"Add #name. {suggestion(name, names)}"
            raise TaskError(f"{shown(parts['file'])} holds {len(names)} tasks.", hint=hint)
        if name and name not in names:
            raise TaskError(f"there is no task {shown(name)} there.", hint=suggestion(name, names))
        found = held.entries[names.index(name) if name else 0]
        return Found(found, _row_of(found, parts["row"]))

    def _used_file(self, file: str, entry: Entry) -> TaskFile:
        if not file:
            return self.file(entry.path)
        if Path(file).is_absolute() or not file.endswith(SUFFIXES):
            hint = "Write its path from the folder of this file."
            raise TaskError(f"{shown(file)} is no task file (*.task.yaml).", hint=hint)
        path = Path(os.path.normpath(self.root / entry.path.parent / file))
        if not os.path.isfile(path):  # noqa: PTH113 - which takes any name, however long
            raise TaskError(f"there is no file {shown(file)} here.")
        return self.file(path)


def _row_of(entry: Entry, row: str | None) -> str:
    ids = [each["id"] for each in entry.head.params or ()]
    if row is None and not ids:
        return ""
    if row is None:
        hint = f"Write one of: {', '.join(f'#{entry.head.name}[{each}]' for each in ids[:5])}"
        raise TaskError(f"{shown(entry.head.name)} has rows, and none is named.", hint=hint)
    if row not in ids:
        hint = suggestion(row, ids)
        raise TaskError(f"{shown(entry.head.name)} has no row {shown(row)}.", hint=hint)
    return row


def shown_path(path: Path, root: Path) -> str:
    """How a file is called: its path from ``root``, with ``/``, the same on every machine."""
    try:
        return Path(os.path.relpath(path, root)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _read(path: Path, shown_as: str) -> TaskFile:
    try:
        documents = read_documents(path, shown_as)
    except TaskProblemsError as error:
        return TaskFile((), error.problems)
    problems: list[Problem] = []
    entries: list[Entry] = []
    for document in documents:
        _, found = read_as(Task, document.root, document, unfilled=True)
        head, heads = read_as(Head, _head_of(document), document, unfilled=False, whole=False)
        problems += {*found, *heads}
        if head is None:
            continue
        entry = Entry(path, document, head)
        same = next((each for each in entries if each.head.name == head.name), None)
        if same is None:
            entries.append(entry)
            continue
        name = document.root.get("name")
        place = document.source.place((name or document.root).at)
        message = f"the name {shown(head.name)} is taken by the task in line {same.place.line}."
        problems.append(Problem(place, message))
    if not documents:
        problems.append(Problem(Place(shown_as, 1, 1), "there is no task in this file."))
    return TaskFile(tuple(entries), tuple(problems))


def _head_of(document: Document) -> Mapping:
    root = document.root
    mine = {Head.spelt(name) for name in Head.model_fields}
    return Mapping(root.at, tuple(pair for pair in root.entries if pair[0].text in mine))
