"""Fills in one task, and lays out what is to be done step by step, with the tasks that it uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.suite.language import nodes
from agent.suite.language.checks import Check
from agent.suite.language.fill import Environment, Filler, Room, Scope
from agent.suite.language.library import Entry, Found, Library
from agent.suite.language.nodes import Listing, Node, Place, Scalar
from agent.suite.language.problem import Problem, suggestion
from agent.suite.language.reading import read_as
from agent.suite.language.step import Step
from agent.suite.language.task import Head, Task
from agent.suite.language.verbs import Use
from tools.errors import TaskError

MAX_STEPS = 1_000
MAX_CHAIN = 20
_STEPS = ("setup", "steps", "solution", "teardown")


@dataclass(frozen=True)
class PlannedStep:
    """A step of a case.

    Attributes:
        step: What to do; its texts are filled in but for what is read at run time.
        place: Where it stands.
        folder: The folder from which paths in it are meant.
        inner: For ``use``: the steps that are played in its place, under its conditions.
    """

    step: Step
    place: Place
    folder: Path
    inner: tuple["PlannedStep", ...] = ()


@dataclass(frozen=True)
class PlannedCheck:
    """A check of a case.

    Attributes:
        check: What to ask; its texts are filled in but for what is read at run time.
        place: Where it stands.
        folder: The folder from which paths in it are meant.
    """

    check: Check
    place: Place
    folder: Path


@dataclass(frozen=True)
class Plan:
    """A task with one row of values.

    Attributes:
        task: The task, filled in.
        values: Its values by name: the row and the vars.
        setup: Steps before it.
        steps: What is to be done.
        checks: What is asked then.
        teardown: Steps after it.
        solution: Steps by which it can be done without a policy; may be empty.
        secrets: Names of the secrets that it and what it uses may need.
    """

    task: Task
    values: Mapping[str, str]
    setup: tuple[PlannedStep, ...]
    steps: tuple[PlannedStep, ...]
    checks: tuple[PlannedCheck, ...]
    teardown: tuple[PlannedStep, ...]
    solution: tuple[PlannedStep, ...]
    secrets: tuple[str, ...]


@dataclass
class Planner:
    """Makes the plan of one case.

    Attributes:
        library: Where used tasks are found.
        environment: Where ``${env.NAME}`` is looked up.
        problems: What is wrong, by the places where it stands.
    """

    library: Library
    environment: Environment
    problems: list[Problem] = field(default_factory=list)
    _secrets: dict[str, None] = field(default_factory=dict)
    _steps: int = 0
    _room: Room = field(default_factory=Room)

    def plan(self, entry: Entry, row: str) -> Plan | None:
        """The plan of ``entry`` with the row ``row`` (empty: it has none), if it is sound."""
        filler = Filler(entry.document, self._room)
        values = _row_values(entry, row)
        scope = self._scope(entry, filler, values, {})
        task, filled = self._filled(entry, filler, scope)
        if task is None:
            return None
        parts = {name: self._section(name, task, filled, entry, ()) for name in _STEPS}
        checks = _items(filled.get("checks"))
        return Plan(
            task=task,
            values=scope.values,
            setup=parts["setup"],
            steps=parts["steps"],
            checks=tuple(
                PlannedCheck(check, entry.document.source.place(node.at), entry.path.parent)
                for check, node in zip(task.checks, checks, strict=True)
            ),
            teardown=parts["teardown"],
            solution=parts["solution"],
            secrets=tuple(self._secrets),
        )

    def _scope(
        self, entry: Entry, filler: Filler, row: Mapping[str, Node], given: Mapping[str, str]
    ) -> Scope:
        """The values of a task: its row, what it was given, then its vars in their order."""
        head = entry.head
        self._secrets |= dict.fromkeys(head.secrets)
        scope = Scope(frozenset(head.secrets), self.environment)
        filled = {name: _text(filler.fill(node, scope)) for name, node in row.items()}
        scope.values |= filled
        for name in head.needs or ():
            if name in given:
                scope.values[name] = given[name]
            else:  # it is looked at by itself
                scope.late.add(name)
        for name, node in _entries(entry.document.root.get("vars")):
            value = given[name] if name in given else _text(filler.fill(node, scope))
            scope.values[name] = value
        return scope

    def _filled(
        self, entry: Entry, filler: Filler, scope: Scope
    ) -> tuple[Task | None, nodes.Mapping]:
        root = entry.document.root
        filled: dict[str, Node] = {}
        keys = [key.text for key, _ in root.entries]
        order = [*(key for key in keys if key not in _ORDER), *_ORDER]
        for key in order:
            node = root.get(key)
            if node is None:
                continue
            if key in _HEAD:
                filled[key] = node
            elif key in _STEPS and isinstance(node, Listing):
                filled[key] = self._filled_steps(entry, filler, node, scope)
            else:
                filled[key] = filler.fill(node, scope)
        whole = nodes.Mapping(root.at, tuple((key, filled[key.text]) for key, _ in root.entries))
        lenient = entry.head.needs is not None or bool(filler.problems)
        task, found = read_as(Task, whole, entry.document, unfilled=lenient)
        self.problems += [*filler.problems, *found]
        return (task if not filler.problems else None), whole

    def _filled_steps(self, entry: Entry, filler: Filler, steps: Listing, scope: Scope) -> Listing:
        done = []
        for each in steps.items:
            done.append(filler.fill(each, scope))
            names = self._made_by(each, entry)
            for name in sorted(each for each in names if each in scope.values):
                place = entry.document.source.place(each.at)
                message = f"what is read here is called {name!r}, which has a value already."
                self.problems.append(Problem(place, message))
            scope.late |= names
        return Listing(steps.at, tuple(done))

    def _made_by(self, step: Node, entry: Entry) -> frozenset[str]:
        """The names that a step reads values for."""
        if not isinstance(step, nodes.Mapping):
            return frozenset()
        extract = step.get("extract")
        if isinstance(extract, nodes.Mapping) and isinstance(extract.get("name"), Scalar):
            return frozenset({_text(extract.get("name"))})
        use = step.get("use")
        task = use.get("task") if isinstance(use, nodes.Mapping) else use
        if not isinstance(task, Scalar):
            return frozenset()
        try:
            found = self.library.find(task.text, entry).entry
        except TaskError:
            return frozenset()
        if found.title not in self.library.made:
            self.library.made[found.title] = frozenset()  # as far as a circle goes
            steps = _items(found.document.root.get("steps"))
            made = frozenset[str]().union(*(self._made_by(each, found) for each in steps))
            self.library.made[found.title] = made
        return self.library.made[found.title]

    def _section(
        self, name: str, task: Task, filled: nodes.Mapping, entry: Entry, chain: tuple[str, ...]
    ) -> tuple[PlannedStep, ...]:
        source = entry.document.source
        if name == "steps" and task.goal is not None:
            goal = filled.key("goal") or filled
            return (PlannedStep(task.doing[0], source.place(goal.at), entry.path.parent),)
        steps: Sequence[Step] = getattr(task, name) or ()
        planned = []
        for step, node in zip(steps, _items(filled.get(name)), strict=True):
            place = source.place(node.at)
            self._steps += 1
            if self._steps > MAX_STEPS:
                if self._steps == MAX_STEPS + 1:
                    message = f"this case has more than {MAX_STEPS:,} steps with what it uses."
                    self.problems.append(Problem(place, message))
                break
            inner: tuple[PlannedStep, ...] = ()
            if step.use is not None:
                inner = self._used(step.use, node, entry, (*chain, entry.title))
            planned.append(PlannedStep(step, place, entry.path.parent, inner))
        return tuple(planned)

    def _used(
        self, use: Use, node: Node, entry: Entry, chain: tuple[str, ...]
    ) -> tuple[PlannedStep, ...]:
        where = node.get("use") if isinstance(node, nodes.Mapping) else None
        at = where.get("task") if isinstance(where, nodes.Mapping) else where
        place = entry.document.source.place((at or where or node).at)
        try:
            found = self._found(use, entry, chain)
        except TaskError as error:
            self.problems.append(Problem(place, f"use: {error.message}", error.hint))
            return ()
        filler = Filler(found.entry.document, self._room)
        row = _row_values(found.entry, found.row)
        scope = self._scope(found.entry, filler, row, use.given_values)
        task, filled = self._filled(found.entry, filler, scope)
        if task is None:
            return ()
        return self._section("steps", task, filled, found.entry, chain)

    def _found(self, use: Use, entry: Entry, chain: tuple[str, ...]) -> Found:
        found = self.library.find(use.task, entry)
        title, head = found.entry.title, found.entry.head
        if title in chain:
            way = " uses ".join([*chain[chain.index(title) :], title])
            raise TaskError(f"tasks use each other in a circle: {way}.")
        if len(chain) > MAX_CHAIN:
            raise TaskError(f"more than {MAX_CHAIN} tasks use one another.")
        needs, may = set(head.needs or ()), {*(head.needs or ()), *head.vars}
        for name in use.given_values:
            if name not in may:
                hint = suggestion(name, may)
                raise TaskError(f"{head.name!r} takes no {name!r}.", hint=hint)
        if missing := sorted(needs - set(use.given_values)):
            hint = f"Write use: {{task: …, with: {{{missing[0]}: …}}}}."
            raise TaskError(f"{head.name!r} needs {', '.join(missing)}.", hint=hint)
        return found


_HEAD = frozenset(Head.spelt(name) for name in Head.model_fields)
_ORDER = ("setup", "goal", "steps", "solution", "checks", "teardown")


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Listing) else ()


def _entries(node: Node | None) -> list[tuple[str, Node]]:
    pairs = node.entries if isinstance(node, nodes.Mapping) else ()
    return [(key.text, value) for key, value in pairs]


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _row_values(entry: Entry, row: str) -> dict[str, Node]:
    for node in _items(entry.document.root.get("params")):
        values = dict(_entries(node))
        if row and _text(values.get("id")) == row:
            return values
    return {}
