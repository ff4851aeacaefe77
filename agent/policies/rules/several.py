"""Several goals in one sentence: each begins where nothing of the last one shows."""

from agent.policies.rules.turn import Memory, Turn, decision, finish
from agent.step import Decision

_MOST_BACKS = 8


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
