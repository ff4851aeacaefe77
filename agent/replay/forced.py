"""Teacher-forced: at every recorded step somebody else says what they would do there.

Whatever they say, the next step is the recorded one. That is no proof that they would reach the
goal, nor that they would not: another way to the same end counts as a miss.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

from agent.policy import Policy
from agent.recording.reader import RecordedStep
from agent.replay.outcomes import describe, named_mistake, refusal
from agent.replay.parser import Progress
from agent.replay.tape import Tape
from agent.step import Decision
from tools.action import Action, OpenApp, PressKey, Scroll, TypeText, describe_action, points_of
from tools.errors import AgentMistakeError, DeviceError, ModelError
from tools.geometry import Box, Frozen, Point
from tools.outcome import Finish, Note, Outcome, Question, ToolContext
from tools.registry import Registry


class Score(Frozen):
    """One step, and what the other one would have done there.

    Attributes:
        step: Index of the recorded step.
        expected: What was done, in words.
        seen: What the other one would do; why nothing, if it could not decide.
        failed: Whether it could not decide: its model failed, its reply was unreadable.
        type_same: Whether it is the same kind of action, or of end.
        in_box: Whether its point lies in the box; ``None`` if there is none to compare.
        box: Whose box: the element that was touched, the patch around the point, or none.
        distance: Between the points, as a part of the screen's width and height (Euclid); ``None``
            without points.
        text_same: Whether text, key, app or direction are the same; ``None`` without any.
        finish_same: Whether both end with the same claim; ``None`` if neither ends.
    """

    step: int
    expected: str
    seen: str
    failed: bool = False
    type_same: bool = False
    in_box: bool | None = None
    box: Literal["target", "anchor", ""] = ""
    distance: float | None = None
    text_same: bool | None = None
    finish_same: bool | None = None

    @property
    def agrees(self) -> bool:
        """Whether all that can be compared is the same."""
        rest = (self.in_box, self.text_same, self.finish_same)
        return self.type_same and all(each is not False for each in rest)


class Forced(Frozen):
    """What somebody else would have done at each step of a recording.

    Attributes:
        recording: Its folder.
        decider: Who was asked.
        scores: One for each step in which something was decided.
        notes: What a person must know to read the numbers.
        duration_s: Seconds it took.
    """

    recording: Path
    decider: str
    goal: str
    scores: tuple[Score, ...]
    notes: tuple[str, ...] = ()
    duration_s: float = 0.0

    @property
    def same(self) -> bool:
        """Whether it agrees at every step."""
        return all(score.agrees for score in self.scores)

    @property
    def first_miss(self) -> Score | None:
        """Where it parts from the recording; ``None`` if nowhere."""
        return next((score for score in self.scores if not score.agrees), None)


class Decider(Protocol):
    """Somebody who is asked at every recorded step, in order."""

    @property
    def name(self) -> str:
        """Who it is."""
        ...

    def decide(self, tape: Tape, index: int) -> Decision:
        """What it would do at step ``index``, if all before it went as recorded.

        Raises:
            AgentMistakeError: Its reply cannot be used.
            ModelError: Its model could not be asked.
            DeviceError: The look does not hold what it needs.
        """
        ...


class PolicyDecider:
    """One policy, asked at every step: its memory goes on, its history is the recorded one.

    Args:
        policy: Who is asked.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @property
    def name(self) -> str:
        """The policy's own."""
        return self._policy.name

    def decide(self, tape: Tape, index: int) -> Decision:
        """See ``Decider``."""
        goal = tape.recording.start.goal
        return self._policy.decide(goal, tape.look(index), tape.history[:index])


class FreshDecider:
    """A new policy for every step, which is told of the steps before it as text.

    Args:
        name: Who is asked.
        make: Makes the policy.
    """

    def __init__(self, name: str, make: Callable[[], Policy]) -> None:
        self.name = name
        self._make = make

    def decide(self, tape: Tape, index: int) -> Decision:
        """See ``Decider``."""
        return PolicyDecider(self._make()).decide(tape, index)


def replay_forced(
    tape: Tape, tools: Registry, decider: Decider, *, progress: Progress = lambda *_: None
) -> Forced:
    """Ask ``decider`` at every step in which something was decided.

    Raises:
        RecordingError: A file is not as it was recorded.
    """
    scores = []
    for index, step in enumerate(tape.steps):
        if step.decision is not None:
            scores.append(_score(tape, index, tools, decider))
        progress(index + 1, len(tape.steps))
    return Forced(
        recording=tape.recording.folder,
        decider=decider.name,
        goal=tape.recording.start.goal,
        scores=tuple(scores),
    )


def _score(tape: Tape, index: int, tools: Registry, decider: Decider) -> Score:
    expected = _recorded(tape, index, tools)
    try:
        context = ToolContext(tape.look(index), tape.device(index))
        decision = decider.decide(tape, index)
        seen = tools.resolve(decision.call.name, decision.call.arguments, context)
    except (AgentMistakeError, ModelError, DeviceError) as error:
        return Score(step=index, expected=_words(expected), seen=str(error), failed=True)
    return compare_outcomes(tape.steps[index], expected, seen)


def _recorded(tape: Tape, index: int, tools: Registry) -> Outcome | AgentMistakeError:
    """What was done at step ``index``; the mistake if it was one."""
    step = tape.steps[index]
    if step.intent is not None:
        return step.intent.action
    refused = refusal(step)
    if refused is not None:
        return refused
    context = ToolContext(tape.glimpse(index), tape.device(index))
    if step.decision is None:
        return named_mistake("", "nothing was decided")
    try:
        return tools.resolve(step.decision.call.name, step.decision.call.arguments, context)
    except AgentMistakeError as error:
        return error


def compare_outcomes(
    step: RecordedStep, expected: Outcome | AgentMistakeError, seen: Outcome
) -> Score:
    """Score what somebody would do against what was done."""
    known = Score(step=step.index, expected=_words(expected), seen=_words(seen))
    if isinstance(expected, AgentMistakeError):  # a mistake is no model to follow
        return known
    if isinstance(expected, Finish) or isinstance(seen, Finish):
        both = isinstance(expected, Finish) and isinstance(seen, Finish)
        agreed = both and _success(expected) == _success(seen)
        return known.model_copy(update={"type_same": both, "finish_same": agreed})
    if _is_action(expected) and _is_action(seen):
        return known.model_copy(update=_compare_actions(step, expected, seen))  # type: ignore[arg-type]  # both are actions
    return known.model_copy(update={"type_same": type(expected) is type(seen)})


def _success(outcome: object) -> bool:
    return isinstance(outcome, Finish) and outcome.success


def _is_action(outcome: Outcome) -> bool:
    return not isinstance(outcome, Finish | Note | Question | str)


def _compare_actions(step: RecordedStep, expected: Action, seen: Action) -> dict[str, object]:
    update: dict[str, object] = {"type_same": expected.kind == seen.kind}
    old, new = points_of(expected), points_of(seen)
    aimed = not (isinstance(expected, Scroll) or isinstance(seen, Scroll))  # scrolls aim at nothing
    if old and new and step.observation is not None and aimed:
        box, whose = _box(step)
        if box is not None:
            update |= {"in_box": box.contains(new[0]), "box": whose}
        size = step.observation.size
        update["distance"] = round(_apart(old[0], new[0], size.width, size.height), 4)
    texts = _said(expected), _said(seen)
    if any(texts):
        update["text_same"] = texts[0] == texts[1]
    return update


def _box(step: RecordedStep) -> tuple[Box | None, Literal["target", "anchor", ""]]:
    anchor = step.intent.anchor if step.intent is not None else None
    if anchor is None:
        return None, ""
    if anchor.target is not None:
        return anchor.target.box, "target"
    return anchor.box, "anchor"


def _apart(one: Point, other: Point, width: int, height: int) -> float:
    return math.hypot((one.x - other.x) / width, (one.y - other.y) / height)


def _said(action: Action) -> str:
    match action:
        case TypeText(text=text):
            return text.strip()
        case PressKey(key=key):
            return key
        case OpenApp(name=name):
            return name.casefold().strip()
        case Scroll(direction=direction):
            return direction
        case _:
            return ""


def _words(outcome: Outcome | AgentMistakeError) -> str:
    if isinstance(outcome, AgentMistakeError):
        return f"a mistake: {outcome}"
    if isinstance(outcome, Note | Question):
        return f"{outcome.kind}: {outcome.text}"
    if isinstance(outcome, str):
        return f"text: {outcome}"
    return describe(outcome) if isinstance(outcome, Finish) else describe_action(outcome)


def totals(scores: Sequence[Score]) -> dict[str, tuple[int, int]]:
    """How many of how many agree, in each respect that could be compared."""
    return {
        "agrees": (sum(each.agrees for each in scores), len(scores)),
        "type": (sum(each.type_same for each in scores), len(scores)),
        "point": _share([each.in_box for each in scores]),
        "text": _share([each.text_same for each in scores]),
        "finish": _share([each.finish_same for each in scores]),
        "failed": (sum(each.failed for each in scores), len(scores)),
    }


def _share(values: Sequence[bool | None]) -> tuple[int, int]:
    told = [each for each in values if each is not None]
    return sum(told), len(told)
