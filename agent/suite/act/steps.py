"""One step of a case, whatever its verb: conditions, time, what it is called, where it failed."""

import re
from collections.abc import Sequence

from agent.suite.act import plain
from agent.suite.act.inner import pursue
from agent.suite.act.locate import wait_for_target
from agent.suite.act.scene import CaseError, Play, Scene, StepFailedError
from agent.suite.act.words import step_words, target_words
from agent.suite.checks.ai import NO_MODEL, ask_screen
from agent.suite.checks.screen import shown_by
from agent.suite.checks.text_match import shortened
from agent.suite.language import verbs
from agent.suite.language.fill import resolve
from agent.suite.language.form import Target
from agent.suite.language.plan import PlannedStep
from agent.suite.language.step import Step
from agent.suite.look.condition import holds
from agent.suite.look.find import NotFound, shows_text
from tools.errors import ActionFailedError, ModelError, TaskError

NEVER_S = float("inf")
_WAIT_S = 10.0
"""For a ``wait`` or a ``when``, unless the step says."""
_SHELL_S = 30.0
_SCROLL_S = 60.0


def play_all(scene: Scene, steps: Sequence[PlannedStep], until_s: float = NEVER_S) -> Play[None]:
    """Play steps in their order.

    Raises:
        StepFailedError: One failed that is not optional; the message begins with its place.
        CaseError: The case cannot go on.
    """
    for planned in steps:
        yield from _play_one(scene, planned, until_s)


def _play_one(scene: Scene, planned: PlannedStep, outer_s: float) -> Play[None]:
    name = f"{planned.place.path}:{planned.place.line}: {step_words(planned.step)}"
    scene.doing, scene.folder = name, planned.folder
    try:
        step = resolve(planned.step, scene.values)
        scene.doing = f"{planned.place.path}:{planned.place.line}: {step_words(step)}"
        if step.condition is not None and not holds(step.condition, scene.now).holds:
            return
        until_s = scene.until(step.timeout_s, NEVER_S, outer_s)
        if step.when is not None:
            when_s = scene.until(None if until_s < NEVER_S else _WAIT_S, until_s, until_s)
            yield from plain.wait_until(scene, step.when, when_s)
        yield from _do(scene, step, planned, until_s)
    except (StepFailedError, TaskError) as error:
        failure = _placed(error, planned, name)
        if not planned.step.optional:
            raise failure from None
        scene.warnings.append(failure.message)
        scene.doing = name
        yield from scene.note(f"Left out, as it is optional: {failure.message}")


def _placed(error: StepFailedError | TaskError, planned: PlannedStep, name: str) -> StepFailedError:
    """The failure with the place of the innermost step, and what kind it is."""
    if isinstance(error, StepFailedError) and error.kind.startswith("step."):
        return error
    kind = error.kind if isinstance(error, StepFailedError) else ""
    about = f"step.{planned.step.verb_name}"
    whole = f"{about}.{kind.rpartition('.')[2]}" if kind else about
    return StepFailedError(f"{name}: {error}", whole)


def _do(scene: Scene, step: Step, planned: PlannedStep, until_s: float) -> Play[None]:
    find_s = _within(scene, until_s, plain.FIND_S)
    match step.verb:
        case verbs.Tap() | verbs.DoubleTap() | verbs.LongPress() as touched:
            yield from plain.touch(scene, touched, find_s)
        case verbs.Type() as typed:
            yield from plain.enter(scene, typed, find_s)
        case verbs.Key() as key:
            yield from plain.press(scene, key)
        case verbs.Swipe() as swipe:
            yield from plain.swipe(scene, swipe, find_s)
        case verbs.ScrollTo() as scroll:
            yield from plain.scroll_to(scene, scroll, _within(scene, until_s, _SCROLL_S))
        case verbs.Open() | verbs.Back() | verbs.Home() as simple:
            yield from plain.simple(scene, simple)
        case verbs.Wait() as wait:
            yield from plain.wait(scene, wait, _within(scene, until_s, _WAIT_S))
        case verbs.Shell() as shell:
            yield from _shell(scene, shell, until_s)
        case verbs.Extract() as extract:
            yield from _extract(scene, extract, until_s)
        case verbs.Goal() as goal:
            most = step.max_steps or scene.means.limits.max_steps
            yield from pursue(scene, goal.text, most, until_s)
        case verbs.Use():
            yield from play_all(scene, planned.inner, until_s)


def _within(scene: Scene, until_s: float, default_s: float) -> float:
    """When a step must have found what it looks for: its own time if it has one."""
    return until_s if until_s < NEVER_S else scene.time_s() + default_s


def _shell(scene: Scene, verb: verbs.Shell, until_s: float) -> Play[None]:
    scene.provenance["device"] += 1
    answer = _run(scene, verb.cmd, verb.code, until_s)
    yield from scene.note(f"{verb.cmd} ended with {verb.code}: {shortened(answer) or 'no output'}")


def _run(scene: Scene, command: str, code: int, until_s: float) -> str:
    """What a command prints."""
    scene.go_on()
    left_s = min(until_s - scene.time_s(), scene.means.time.remaining_s(), _SHELL_S)
    if until_s < NEVER_S:
        left_s = min(until_s - scene.time_s(), scene.means.time.remaining_s())
    try:
        answer = scene.means.shell.run(command, timeout_s=max(left_s, 0.1))
    except ActionFailedError as error:
        raise StepFailedError(str(error)) from None
    if answer.code != code:
        told = f": {answer.complaint}" if answer.complaint else ""
        raise StepFailedError(f"The exit code is {answer.code}, not {code}{told}")
    return answer.out


def _extract(scene: Scene, verb: verbs.Extract, until_s: float) -> Play[None]:
    if verb.read is not None:
        text = yield from _read(scene, verb.read, _within(scene, until_s, plain.FIND_S))
    elif verb.shell is not None:
        scene.provenance["device"] += 1
        text = _run(scene, verb.shell, 0, until_s).strip()
    else:
        assert verb.ask is not None  # noqa: S101 - held by the language
        scene.provenance["policy"] += 1
        text = _asked(scene, verb.ask)
    if verb.matches is not None:
        found = re.search(verb.matches, text)
        if found is None:
            raise StepFailedError(f"{shortened(text)!r} is not like {verb.matches!r}.")
        text = (found[1] if found.re.groups else found[0]) or ""
    scene.values[verb.name] = text
    yield from scene.note(f"{verb.name} is {shortened(text)!r}")


def _read(scene: Scene, target: Target, until_s: float) -> Play[str]:
    spot = yield from wait_for_target(scene, target, until_s, shows_text, enabled=False)
    if isinstance(spot, NotFound):
        raise StepFailedError(f"{target_words(target)} cannot be read: {spot}.")
    tree = scene.now.ui_tree
    if spot.node is None or tree is None:
        raise StepFailedError(f"{target_words(target)} has no text that could be read.")
    scene.provenance[spot.source] += 1
    return shown_by(tree, spot.node)


def _asked(scene: Scene, question: str) -> str:
    witness = scene.means.witness()
    if witness is None:
        raise CaseError("model", f"{scene.doing}: {NO_MODEL}")
    scene.go_on()
    try:
        answer = ask_screen(witness, question, scene.now.screenshot)
    except ModelError as error:
        raise CaseError("model", f"{scene.doing}: {error}") from error
    if answer is None:
        raise StepFailedError("The screen does not tell.")
    return answer
