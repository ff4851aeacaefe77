"""What is left to another policy: a whole goal, or one action that could not be found otherwise."""

from collections.abc import Sequence

from agent.policy import Policy
from agent.prompt import load_prompt
from agent.step import Decision, Step
from agent.stuck import StuckDetector
from agent.suite.act.scene import CaseError, Play, Scene, StepFailedError
from agent.suite.act.way import ASKED
from agent.suite.act.words import target_words
from agent.suite.checks.text_match import shortened
from agent.suite.language.form import Target
from tools.errors import (
    AgentMistakeError,
    ModelError,
    RecordingError,
    ReplayDivergedError,
    UnreadableReplyError,
)
from tools.outcome import Finish, Outcome, Question, ToolContext

_ENDS: tuple[type, ...] = (Finish, Question)
_VERBS = {"tap": "Tap", "double_tap": "Double-tap", "long_press": "Press and hold"}


def pursue(scene: Scene, goal: str, most: int, until_s: float) -> Play[None]:
    """Let a fresh inner policy decide, or memory, until it says that the goal is reached.

    Args:
        scene: What is there.
        goal: The sentence.
        most: Steps that it may take.
        until_s: When it must be done, on the scene's clock.

    Raises:
        StepFailedError: It gave up, got stuck, or took too much.
        CaseError: A model cannot be asked, or a person would have to answer.
    """
    begun = start = len(scene.turn.history)
    way = scene.means.new_way(goal, scene.means.new_inner)
    detector = StuckDetector(scene.means.info)
    seen, asked = None, 0
    while True:
        own = _own(scene.turn.history, start)
        if scene.now is not seen:
            seen, asked = scene.now, 0
            stuck = detector.look(seen).stuck
            _check_limits(scene, own, stuck=stuck, most=most, until_s=until_s)
        scene.may_ask()
        try:
            decision = _decide(scene, way.policy, goal, own)
        except (ReplayDivergedError, RecordingError) as error:
            if not way.leave(str(error)):
                raise
            start = len(scene.turn.history)
            continue
        except UnreadableReplyError as error:
            if asked >= scene.means.limits.max_reasks:
                raise StepFailedError(
                    f"No decision could be read: {error}", "goal.unreadable"
                ) from None
            asked += 1
            yield error
            continue
        except AgentMistakeError as error:
            yield error
            continue
        ending = _ending(scene, decision)
        if isinstance(ending, AgentMistakeError):
            yield ending
            continue
        if ending is not None:
            yield from _end(scene, ending)
            way.reached(begun, scene.last.index, scene.answer or "")
            return
        scene.delegated = way.source == ASKED
        if way.source:
            scene.provenance[way.source] += 1
        yield from scene.take(decision)
        detector.acted(decision.call, scene.last.action)


def ask_for_one(scene: Scene, target: Target, tool: str, why: str) -> Play[None]:
    """Have a fresh inner policy decide one action of the kind ``tool`` on what ``target`` names.

    Raises:
        StepFailedError: It decided anything else, or the target has no words to ask with.
    """
    failed = f"{target_words(target)} cannot be used: {why}"
    if target.text is None and target.description is None:
        raise StepFailedError(f"{failed}.")
    inner = scene.means.new_inner()
    what = f"{_VERBS[tool]} {target_words(target)}"
    goal = load_prompt("suite/one_action").fill(what=what)
    scene.may_ask()
    try:
        decision = _decide(scene, inner, goal, ())
    except AgentMistakeError as error:
        raise StepFailedError(
            f"{failed}. Asked for it, {inner.name} gave no decision: {error}"
        ) from None
    if decision.call.name != tool:
        raise StepFailedError(f"{failed}. {_instead(inner, decision, goal)}")
    scene.provenance[ASKED] += 1
    thought = f"{scene.doing} (policy: {decision.thought.strip()})"
    yield from scene.take(decision.model_copy(update={"thought": thought}))
    if scene.last.mistake:
        raise StepFailedError(f"{failed}. The policy {inner.name!r} tried: {scene.last.mistake}")


def _instead(inner: Policy, decision: Decision, goal: str) -> str:
    """What a policy did that was asked for one action; one that gave up has a reason, or none."""
    said = str(decision.call.arguments.get("answer") or decision.thought)
    if decision.call.name != "finish" or decision.call.arguments.get("success"):
        told = f"decided to {decision.call.name}"
        return f"Asked for it, the policy {inner.name!r} {told}: {shortened(said)}"
    # Who repeats the question speaks of its words, which are not the person's, and of no screen.
    reason = "." if goal in said or repr(goal) in said else f": {shortened(said)}"
    return f"Asked for it, the policy {inner.name!r} gave up{reason}"


def _decide(scene: Scene, inner: Policy, goal: str, own: Sequence[Step]) -> Decision:
    scene.delegated = True
    try:
        return inner.decide(goal, scene.now, own)
    except ModelError as error:
        raise CaseError("model", f"{scene.doing}: {error}") from error


def _own(history: Sequence[Step], start: int) -> list[Step]:
    """The steps that the inner policy took, counted from 0: it knows of no others."""
    return [step.model_copy(update={"index": index}) for index, step in enumerate(history[start:])]


def _check_limits(
    scene: Scene, own: Sequence[Step], *, stuck: str, most: int, until_s: float
) -> None:
    limits = scene.means.limits
    mistakes = [step.mistake for step in own[-limits.max_mistakes :] if step.mistake]
    if stuck:
        raise StepFailedError(f"The policy is stuck: {stuck}", "goal.stuck")
    if len(mistakes) >= limits.max_mistakes:
        many = f"{len(mistakes)} mistakes in a row, the last" if mistakes[1:] else "a mistake"
        told = f"{many}: {mistakes[-1]}"
        raise StepFailedError(f"The policy is stuck: {told}", "goal.stuck")
    if len(own) >= most:
        steps = "one step" if most == 1 else f"{most} steps"
        raise StepFailedError(f"It was not reached in {steps}.", "goal.step_limit")
    if scene.time_s() >= until_s:
        raise StepFailedError("It was not reached in time.", "goal.time_limit")


def _ending(scene: Scene, decision: Decision) -> Outcome | AgentMistakeError | None:
    """What a decision that ends the goal comes to; ``None`` for one that does not."""
    name, registry = decision.call.name, scene.means.registry
    if name not in registry or not set(registry.get(name).returns) & set(_ENDS):
        return None
    context = ToolContext(scene.now, scene.means.info)
    try:
        outcome = registry.resolve(name, decision.call.arguments, context)
    except AgentMistakeError as error:
        return error
    return outcome if isinstance(outcome, _ENDS) else None


def _end(scene: Scene, ending: Outcome) -> Play[None]:
    if isinstance(ending, Question):
        raise CaseError("needs_human", f"{scene.doing}: nobody is there to answer: {ending.text}")
    assert isinstance(ending, Finish)  # noqa: S101 - one of the two it is
    scene.answer = ending.answer
    told = ending.answer or "no reason"
    if not ending.success:
        raise StepFailedError(f"The policy gave up: {told}", "goal.gave_up")
    yield from scene.note(f"The policy says that the goal is reached: {ending.answer or 'done'}")
