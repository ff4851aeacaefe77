"""Several goals in one sentence: each begins where nothing of the last one shows."""

import re
from collections.abc import Sequence

from agent.policies.rules.turn import Memory, Turn, decision, finish
from agent.step import Decision, Step

_MOST_BACKS = 8
_NEXT = re.compile(r" Next is number (?P<number>\d+) of (?P<of>\d+)$")
"""Ends the thought of the step between two goals, by which a run that is taken up goes on."""


def after_errand(turn: Turn, end: Decision, goals: int) -> tuple[Memory, Decision]:
    """What follows the end of one goal: the next one, or the end of all.

    Args:
        turn: The turn that decided it.
        end: The decision to finish.
        goals: How many goals the sentence has.

    Returns:
        The memory to go on with, and what to do.
    """
    told = (*turn.memory.told, str(end.call.arguments["answer"]))
    succeeded = end.call.arguments["success"] is True
    number = turn.memory.errand + 1
    if not succeeded or number == goals:
        if goals == 1:
            return turn.memory, end
        if succeeded:
            return turn.memory, finish(" ".join(told), success=True)
        done = f"{number - 1} of {goals} done" if number > 1 else f"None of {goals} done"
        return turn.memory, finish(f"{done}. {' '.join(told)}", success=False)
    memory = Memory(errand=number, told=told, launcher=turn.memory.launcher, leaving=True)
    wait = decision(f"{told[-1]} Next is number {number + 1} of {goals}", "wait", duration_s=0.1)
    return memory, wait


def resumed(history: Sequence[Step], goals: int) -> Memory:
    """The memory to go on with after steps that may have reached some of the goals already."""
    memory = Memory()
    for step in history:
        thought = step.decision.thought if step.decision is not None else ""
        said = _NEXT.search(thought)
        if said is not None and int(said["of"]) == goals and int(said["number"]) <= goals:
            told = (*memory.told, thought[: said.start()])
            memory = Memory(errand=int(said["number"]) - 1, told=told, leaving=True)
        elif "launcher" in step.app:
            memory.leaving = False
        elif step.app and not memory.leaving:
            memory.app = step.app
    return memory


def leave_errand(turn: Turn) -> Decision | None:
    """Close the screens of the last goal; where its app comes back, it begins at its first page."""
    memory = turn.memory
    if not memory.leaving:
        return None
    if turn.view.on_desktop or "launcher" in turn.view.app:
        memory.leaving = False
        return None
    if turn.try_once("leaving", times=_MOST_BACKS):
        return turn.back("Close what the last goal left open")
    memory.leaving = False
    return None
