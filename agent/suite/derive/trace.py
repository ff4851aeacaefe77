"""What of a recording is worth doing again: without mistakes, ways back, and what did nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from agent.recording.format import ObservationSeen
from agent.recording.reader import RecordedStep, Recording
from tools.action import Action, Back, OpenApp, Tap, TypeText, Wait
from tools.errors import CaptureError, RecordingError
from tools.geometry import Size
from tools.ui_tree import UiTree, parse_ui_tree

_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d)?")


@dataclass(frozen=True, eq=False)
class Screen:
    """A recorded look without its picture.

    Attributes:
        app: Package in front.
        size: Device px.
        tree: ``None`` where none was read, or it was empty.
    """

    app: str
    activity: str
    size: Size
    tree: UiTree | None

    def same_as(self, other: "Screen") -> bool:
        """Whether both say the same, the time of day aside; never where a tree is missing."""
        if self.tree is None or other.tree is None:
            return False
        places = (self.app, self.activity, self.size), (other.app, other.activity, other.size)
        return places[0] == places[1] and _said(self.tree) == _said(other.tree)


@dataclass(frozen=True, eq=False)
class Act:
    """Something that was done and had an effect.

    Attributes:
        index: Which step of the recording it was.
        before: The screen it was decided on.
        after: The screen of the next act, or the last one; ``None`` if nobody looked again.
        waited_s: Seconds of the device's time that were waited just before it.
        waited_on: The screen on which that waiting began; ``None`` if there was none.
    """

    index: int
    action: Action
    before: Screen
    after: Screen | None
    waited_s: float = 0.0
    waited_on: Screen | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """A recording as far as a test of it goes.

    Attributes:
        goal: What was asked for.
        acts: What was done, in order.
        screens: Every look, in order; at least one.
        left_out: How many steps were mistakes, ways back, or had no effect.
        waited_s: Seconds of the device's time that were waited after the last act.
        unsure: Whether the last step may or may not have been delivered: the run was cut off in it.
    """

    goal: str
    acts: tuple[Act, ...]
    screens: tuple[Screen, ...]
    left_out: int
    waited_s: float = 0.0
    unsure: bool = False

    @property
    def first(self) -> Screen:
        """Where it began."""
        return self.screens[0]

    @property
    def last(self) -> Screen:
        """Where it ended."""
        return self.screens[-1]


def read_trace(recording: Recording) -> Trace:
    """What ``recording`` did.

    Raises:
        RecordingError: It did nothing that had an effect, or a UI tree of it cannot be read.
    """
    looks = [
        (step, _screen(recording, step.observation))
        for step in recording.steps
        if step.observation is not None
    ]
    if not looks:
        raise RecordingError(
            f"The recording {recording.folder.name!r} is empty: it ended before the first look.",
            hint="Make another one with: agent run GOAL",
        )
    done = [(step, seen) for step, seen in looks if _was_performed(step)]
    acts, joined = _without_detours(_effective(_acts(done, looks)))
    if not acts:
        raise RecordingError(
            f"Nothing in the recording {recording.folder.name!r} changed the screen, so there is "
            "nothing to test.",
            hint="See what it did with: agent show",
        )
    meant = [step for step, _ in looks if step.intent is not None]
    waits = [
        (step.index, step.intent.action.duration_s)
        for step, _ in done
        if step.intent and isinstance(step.intent.action, Wait)
    ]
    return Trace(
        goal=recording.start.goal,
        acts=acts,
        screens=tuple(seen for _, seen in looks),
        left_out=max(0, len(meant) - len(waits) - len(acts) - joined),
        waited_s=sum(seconds for index, seconds in waits if index > acts[-1].index),
        unsure=bool(meant) and meant[-1].result is None,
    )


def _screen(recording: Recording, seen: ObservationSeen) -> Screen:
    tree = None
    if seen.ui_tree is not None:
        try:
            tree = parse_ui_tree(recording.read(seen.ui_tree))
        except CaptureError as error:
            raise RecordingError(f"{seen.ui_tree.path}: {error}") from None
    return Screen(seen.app, seen.activity, seen.size, tree if tree and tree.nodes else None)


def _was_performed(step: RecordedStep) -> bool:
    if step.intent is None or step.result is None or not step.result.ok:
        return False
    return not any(mistake.counts for mistake in step.mistakes)


def _acts(
    done: list[tuple[RecordedStep, Screen]], looks: list[tuple[RecordedStep, Screen]]
) -> Iterator[tuple[Act, bool | None]]:
    """Each act, and whether the picture changed after it; ``None`` if that is unknown."""
    waited_s, waited_on = 0.0, None
    acting = [
        each for each in done if each[0].intent and not isinstance(each[0].intent.action, Wait)
    ]
    ends = {step.index: following[0].index for (step, _), following in pairwise(acting)}
    for step, seen in done:
        action = step.intent.action if step.intent is not None else None
        if action is None:
            continue
        if isinstance(action, Wait):
            waited_s, waited_on = waited_s + action.duration_s, waited_on or seen
            continue
        end = ends.get(step.index, looks[-1][0].index)
        later = [each for each in looks if step.index < each[0].index <= end]
        changed = [each.observation.changed for each, _ in later if each.observation]
        after = later[-1][1] if later else None
        known = bool(changed) and None not in changed
        moved = any(changed) if known else None
        yield Act(step.index, action, seen, after, waited_s, waited_on), moved
        waited_s, waited_on = 0.0, None


def _effective(acts: Iterable[tuple[Act, bool | None]]) -> Iterator[Act]:
    """Those that did anything: a digit in a field is too small for the picture to tell."""
    for act, moved in acts:
        after = act.after
        if after is None or act.before.tree is None or after.tree is None:
            had_effect = moved is not False
        else:
            had_effect = moved is True or not act.before.same_as(after)
        if had_effect:
            yield act


def _without_detours(acts: Iterable[Act]) -> tuple[tuple[Act, ...], int]:
    """Without ways into a place and straight back out of it, and with typing in one piece.

    Returns:
        What is left, and how many pieces of typing were joined to others.
    """
    kept: list[Act] = []
    pieces = 0
    for act in acts:
        previous = kept[-1] if kept else None
        if previous is not None and _undoes(act, previous):
            kept.pop()
        elif previous is not None and (joined := _joined(previous, act)) is not None:
            kept[-1] = joined
            pieces += 1
        else:
            kept.append(act)
    return tuple(kept), pieces


def _undoes(act: Act, previous: Act) -> bool:
    if not isinstance(act.action, Back) or not isinstance(previous.action, Tap | OpenApp):
        return False
    elsewhere = previous.after is not None and not previous.before.same_as(previous.after)
    return elsewhere and act.after is not None and previous.before.same_as(act.after)


def _joined(previous: Act, act: Act) -> Act | None:
    """Two pieces typed into one field as one, or ``None``."""
    first, then = previous.action, act.action
    if not isinstance(first, TypeText) or not isinstance(then, TypeText) or first.submit:
        return None
    text = then.text if then.clear else first.text + then.text
    both = TypeText(text=text, clear=first.clear or then.clear, submit=then.submit)
    return replace(previous, action=both, after=act.after)


def _said(tree: UiTree) -> list[tuple[object, ...]]:
    return [
        (
            _TIME_OF_DAY.sub("", node.text), node.description, node.box,
            node.checked, node.selected, node.focused,
        )
        for node in tree.nodes
    ]  # fmt: skip
