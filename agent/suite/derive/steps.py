"""What was done, as plain steps of a task."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel

from agent.suite.derive.naming import Named, is_entry, name_target, touched, words_on
from agent.suite.derive.said import Said, plain
from agent.suite.derive.scrolling import area_of, is_scroll, swiped, way_of
from agent.suite.derive.trace import Act, Screen
from agent.suite.derive.values import Values
from agent.suite.language import verbs
from agent.suite.language.form import Condition, Target
from agent.suite.language.step import Step
from agent.suite.look.find import Found, find
from tools import action as acts_of
from tools.geometry import Point
from tools.ui_tree import UiNode, UiTree

V = TypeVar("V", bound=Target)
_LAUNCHER = re.compile(r"launcher|\.home$|\.trebuchet|quickstep", re.IGNORECASE)
_PERMISSIONS = re.compile(r"permissioncontroller|packageinstaller", re.IGNORECASE)
_SHORTEST_WAIT_S = 10.0
_HELD_S = 1.0
_PATIENCE = 3
"""A wait may take so many times as long as it took when recorded."""


@dataclass(frozen=True)
class Planned:
    """A step of a task, and what a person should know of it; the note may be empty."""

    step: Step
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """All steps.

    Attributes:
        steps: In order.
        said: What was asked for and typed.
        chosen: The words on what was chosen by that: an airport's code beside its name.
        rests_on: Names that steps go by although they are data that other seeds do not have.
    """

    steps: tuple[Planned, ...]
    said: Said
    chosen: tuple[str, ...]
    rests_on: tuple[str, ...]


def is_launcher(app: str) -> bool:
    """Whether an app is a phone's home screen, by its package."""
    return _LAUNCHER.search(app) is not None


def plan_steps(acts: Sequence[Act], said: Said, values: Values) -> Plan:
    """Plain steps that do what ``acts`` did.

    Args:
        acts: What was done.
        said: What was asked for.
        values: Takes what is typed; the steps name it.
    """
    planner = _Planner(said, values)
    at = 0
    while at < len(acts):
        at += planner.take(acts[at:])
    rests_on = tuple(dict.fromkeys(planner.rests_on))
    return Plan(tuple(planner.planned), planner.said, tuple(planner.chosen), rests_on)


class _Planner:
    """Makes steps of acts, one after the other."""

    def __init__(self, said: Said, values: Values) -> None:
        self.said = said
        self.planned: list[Planned] = []
        self.chosen: list[str] = []
        self.rests_on: list[str] = []
        self._values = values

    def take(self, acts: Sequence[Act]) -> int:
        """Plan the first of ``acts``, and those that make one step with it; how many these were."""
        act = acts[0]
        if act.waited_on is not None:
            self._wait(act, act.waited_on)
        if is_scroll(act) and (taken := self._scroll_to(acts)):
            return taken
        if _types_next(acts):
            self._type(acts[1], acts[0])
            return 2
        self._single(act)
        return 1

    def _single(self, act: Act) -> None:  # noqa: C901, PLR0912 - one case an action
        action = act.action
        match action:
            case acts_of.Tap():
                self._tap(act, action)
            case acts_of.DoubleTap():
                named = self._named(act.before, action.at)
                self._add(Step(double_tap=self._as(verbs.DoubleTap, named)), named.note)
            case acts_of.LongPress():
                named = self._named(act.before, action.at)
                held = {} if action.duration_s == _HELD_S else {"hold": action.duration_s}
                self._add(Step(long_press=self._as(verbs.LongPress, named, **held)), named.note)
            case acts_of.Drag():
                start = self._named(act.before, action.start)
                end = name_target(Screen("", "", act.before.size, None), action.end, self.said)
                drag = verbs.Swipe.model_validate(
                    {"from": self._written(start.target), "to": end.target, "drag": True}
                )
                self._add(Step(swipe=drag), start.note)
            case acts_of.Scroll() | acts_of.Swipe():
                self._add(Step(swipe=swiped(act)))
            case acts_of.TypeText():
                self._type(act, None)
            case acts_of.PressKey():
                self._add(Step(key=verbs.Key(key=action.key)))
            case acts_of.Hotkey():
                self._add(Step(key=verbs.Key(key="+".join(action.keys))))
            case acts_of.OpenApp():
                self._add(
                    Step(open=verbs.Open(app=self._values.literal(_app_name(act, action.name))))
                )
            case acts_of.FocusWindow():
                self._add(Step(open=verbs.Open(app=self._values.literal(action.title))))
            case acts_of.Back():
                self._add(Step(back=verbs.Back()))
            case acts_of.Home():
                self._add(Step(home=verbs.Home()))
            case acts_of.Recents():
                shell = verbs.Shell(cmd="input keyevent KEYCODE_APP_SWITCH")
                self._add(Step(shell=shell), "the apps used lately: no verb of its own")
            case acts_of.Wait():
                pass
            case _:
                self._in_words(act, action)

    def _tap(self, act: Act, action: acts_of.Tap) -> None:
        named = self._named(act.before, action.at)
        app = act.after.app if act.after is not None else ""
        if is_launcher(act.before.app) and app != act.before.app and named.words and app:
            self._add(Step(open=verbs.Open(app=self._values.literal(named.words[0]))))
            return
        step = Step(tap=self._as(verbs.Tap, named))
        if _PERMISSIONS.search(act.before.app) and named.target.text:
            asked = Condition(text=self._values.shown(named.target.text))
            step = Step.model_validate({**_given(step), "if": asked})
        self._add(step, named.note)

    def _type(self, act: Act, tap: Act | None) -> None:
        action = act.action
        assert isinstance(action, acts_of.TypeText)  # noqa: S101 - asked for by the caller
        field = _focused(act.before)
        self.said = replace(self.said, texts=(*self.said.texts, action.text))
        into: Target | None = None
        note = ""
        if tap is not None and isinstance(tap.action, acts_of.Tap):
            named = self._named(tap.before, tap.action.at)
            into, note, field = self._written(named.target), named.note, named.node or field
        labels = _labels(field, into)
        given: dict[str, object] = {"text": self._values.typed(action.text, labels)}
        given |= {"into": into} if into is not None else {}
        given |= {name: True for name in ("clear", "submit") if getattr(action, name)}
        if given["text"] == "" and not action.clear:
            return
        self._add(Step(type=verbs.Type.model_validate(given)), note)

    def _scroll_to(self, acts: Sequence[Act]) -> int:
        """Several scrolls up to a thing as one step, if a thing follows; else nothing is done."""
        count = next((n for n, act in enumerate(acts) if not is_scroll(act)), len(acts))
        if count == len(acts):
            return 0
        then = acts[count]
        at = then.action.at if isinstance(then.action, acts_of.Tap | acts_of.LongPress) else None
        tree = then.before.tree
        way = way_of(acts[0])
        if at is None or tree is None or area_of(acts[0]) is None or way is None:
            return 0
        named = self._named(then.before, at)
        fitting = named.words or named.target.id is not None
        if not fitting or named.target.index is not None:
            return 0
        old = acts[0].before.tree
        if old is not None and isinstance(find(named.target, old), Found):
            return count if then.before.app == acts[0].before.app else 0
        direction = {} if way == "down" else {"direction": way}
        self._add(Step(scroll_to=self._as(verbs.ScrollTo, named, **direction)), named.note)
        return count

    def _wait(self, act: Act, waited_on: Screen) -> None:
        """For what came: the thing that is touched next, else a new text, else the app."""
        limit = max(_SHORTEST_WAIT_S, round(_PATIENCE * act.waited_s))
        wait = self._came(act, waited_on)
        if wait is not None:
            self._add(Step.model_validate({"wait": wait, "timeout": limit}))
        elif not waited_on.same_as(act.before):  # else nothing came
            self._add(
                Step(wait=verbs.Wait.model_validate({"time": act.waited_s})),
                "for a time: what it was for cannot be told",
            )

    def _came(self, act: Act, waited_on: Screen) -> verbs.Wait | None:
        """What is there now, or gone, that tells that the waiting was over."""
        new, old = act.before.tree, waited_on.tree
        if new is not None and old is not None:
            points = acts_of.points_of(act.action)
            node = touched(new, points[0]) if points else None
            wanted = [] if node is None or is_entry(new, node, self.said) else [node]
            before, now = _texts(old.nodes), _texts(new.nodes)
            shown = {text for each in wanted for text in words_on(new, each)}
            lasting = {text: text in shown for text in now if self._is_lasting(new, text)}
            came = [text for text in lasting if text not in before]
            if came:
                text = min(came, key=lambda each: not lasting[each])
                return verbs.Wait(text=self._values.shown(text))
            gone = [text for text in before if text not in now and not self.said.is_data(text)]
            if gone:
                return verbs.Wait(gone=self._values.shown(gone[0]))
        if act.before.app != waited_on.app and act.before.app:
            return verbs.Wait(app=act.before.app)
        return None

    def _is_lasting(self, tree: UiTree, text: str) -> bool:
        """Whether ``text`` is no data, neither by itself nor by what it stands on."""
        if self.said.is_data(text):
            return False
        nodes = [node for node in tree.nodes if text in (node.text, node.description)]
        around = (each for node in nodes for each in (node, *tree.ancestors(node)))
        return not any(is_entry(tree, each, self.said) for each in around if each.clickable)

    def _in_words(self, act: Act, action: acts_of.Action) -> None:
        """What no verb says, as a goal of one action."""
        at = acts_of.points_of(action)[0]
        named = self._named(act.before, at)
        thing = named.target.text or named.target.description or named.target.id or f"{at}"
        text = f"{action.kind.replace('_', ' ').capitalize()} {self._values.literal(thing)!r}"
        step = Step.model_validate({"goal": {"text": text}, "max_steps": 1})
        self._add(step, "a goal: there is no verb for it")

    def _named(self, screen: Screen, at: Point) -> Named:
        named = name_target(screen, at, self.said)
        text = named.target.text or ""
        if plain(text) in self.said.data and text not in self._values.row.values():
            self.rests_on.append(text)
        if not named.note and any(map(self.said.mentions, named.words)):
            self.chosen += named.words
        return named

    def _written(self, target: Target) -> Target:
        return written_target(target, self._values)

    def _as(self, verb: type[V], named: Named, **more: object) -> V:
        return verb.model_validate({**_given(self._written(named.target)), **more})

    def _add(self, step: Step, note: str = "") -> None:
        self.planned.append(Planned(step, note))


def written_target(target: Target, values: Values) -> Target:
    """``target`` with values and secrets by name."""
    changed: dict[str, object] = {}
    for key in ("text", "description", "id", "hint"):
        value = getattr(target, key)
        if value is not None:
            changed[key] = values.shown(value) if key == "text" else values.literal(value)
    for key in ("below", "above", "right_of", "left_of"):
        other = getattr(target, key)
        if other is not None:
            changed[key] = written_target(other, values)
    return Target.model_validate({**_given(target), **changed})


def _given(model: BaseModel) -> dict[str, object]:
    """What was set of ``model``, by the keys of a file."""
    return {
        type(model).model_fields[name].alias or name: getattr(model, name)
        for name in type(model).model_fields
        if name in model.model_fields_set
    }


def _types_next(acts: Sequence[Act]) -> bool:
    """Whether a tap only put the focus where the next act types."""
    if len(acts) < 2 or acts[1].waited_on is not None:
        return False
    tap, typing = acts[0].action, acts[1].action
    if not isinstance(tap, acts_of.Tap) or not isinstance(typing, acts_of.TypeText):
        return False
    tree = acts[0].before.tree
    field = touched(tree, tap.at) if tree is not None else None
    return field is not None and field.editable


def _app_name(act: Act, said: str) -> str:
    """What a test calls an app that was opened: its package, where it was said by the way only."""
    before, after = act.before, act.after
    if before.tree is None or after is None or not is_launcher(before.app):
        return said
    shown = {plain(node.label) for node in before.tree.nodes}
    return said if plain(said) in shown or is_launcher(after.app) else after.app or said


def _focused(screen: Screen) -> UiNode | None:
    nodes = screen.tree.nodes if screen.tree is not None else ()
    return next((node for node in nodes if node.focused and node.editable), None)


def _texts(nodes: Sequence[UiNode]) -> dict[str, None]:
    """What stands on a screen outside of fields, in order; secrets never do."""
    shown = (text for node in nodes if not node.editable for text in (node.text, node.description))
    return dict.fromkeys(text for text in shown if text.strip() and "<secret:" not in text)


def _labels(field: UiNode | None, into: Target | None) -> tuple[str, ...]:
    """What a field may be called, the best first."""
    found: list[str] = []
    if field is not None:
        found += [field.hint, field.description, field.resource_id.rpartition("/")[2]]
    if into is not None:
        beside = into.right_of or into.below
        found += [(beside.text or "") if beside is not None else "", into.text or ""]
    return tuple(found)
