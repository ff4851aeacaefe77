"""What cannot be done on the kind of device that a case is for: told before one is touched."""

from collections.abc import Iterator, Sequence

from agent.suite.language import checks, verbs
from agent.suite.language.nodes import Place
from agent.suite.language.plan import Plan, PlannedStep
from agent.suite.language.problem import Problem

_KEYS = "Tap what leads there, or press the keys of the program, such as key: alt+left."
_DRAG = "Write scroll_to; or swipe with from, to and drag: true, which moves a thing."
_ASK = "Ask with file, shell, text or node."


def misfits(plan: Plan, place: Place) -> Iterator[Problem]:
    """What of ``plan`` its platform cannot do; an Android phone is meant unless it says.

    Args:
        plan: The case, with the steps that it uses.
        place: Where its task begins.
    """
    if plan.task.target.platform != "desktop":
        for planned in plan.checks:
            question = planned.check.question
            if isinstance(question, checks.FileCheck) and question.path.startswith("~"):
                hint = "Write the whole path, or target: {platform: desktop}."
                yield Problem(planned.place, f"a phone has no home for {question.path!r}.", hint)
        return
    if phone_only := plan.task.target.given(("scenario", "seed")):
        hint = "Leave it out, or leave out platform: desktop."
        yield Problem(place, f"a {phone_only[0]} is for virtual phones, not for a desktop.", hint)
    for steps in (plan.setup, plan.steps, plan.solution, plan.teardown):
        yield from _undoable(steps)
    for planned in plan.checks:
        if isinstance(planned.check.question, checks.ContentCheck | checks.SettingsCheck):
            kind = planned.check.question_name
            yield Problem(planned.place, f"a desktop has no {kind} to ask, as Android has.", _ASK)


def _undoable(steps: Sequence[PlannedStep]) -> Iterator[Problem]:
    for planned in steps:
        verb = planned.step.verb
        told = planned.step.verb_name
        if isinstance(verb, verbs.Back | verbs.Home):
            yield Problem(planned.place, f"a desktop cannot do {told!r}.", _KEYS)
        elif isinstance(verb, verbs.Swipe) and not verb.drag:
            yield Problem(planned.place, f"a desktop cannot do {told!r} without drag.", _DRAG)
        yield from _undoable(planned.inner)
