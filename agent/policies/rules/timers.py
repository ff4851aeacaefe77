"""Timers and the stopwatch: keys of a length pressed one by one, buttons that start and stop."""

from agent.policies.rules.navigate import starts_here
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.policies.rules.view import Element
from agent.step import Decision

_PRESSED = "timer|pressed"


def count_down(turn: Turn) -> Decision | None:
    """The next move towards a running timer or the stopwatch; none for other kinds of goals."""
    if turn.view.is_dialog or turn.intent.name not in {"timer", "stopwatch"}:
        return None
    return _timer(turn) if turn.intent.name == "timer" else _stopwatch(turn)


def _timer(turn: Turn) -> Decision | None:
    want, errand, memory = turn.intent.wants[0], turn.intent.errand, turn.memory
    digits, seconds = want.values[0].lstrip("0"), want.amount or 0
    if memory.committed:
        return _see_it_run(turn, seconds)
    at = memory.tries[_PRESSED]
    if at == 0 and _key(turn, digits[0]) is None:
        start = starts_here(turn)
        if start is None:
            return None
        memory.tries["begun"] += 1
        return turn.tap(start, f"Begin with {start.label!r}")
    if at < len(digits):
        key = _key(turn, digits[at])
        if key is None:
            return finish(f"I found no key {digits[at]!r} here.", success=False)
        memory.tries[_PRESSED] += 1
        return turn.tap(key, f"Press {digits[at]!r} of the length {_clock(seconds)}")
    start = turn.find(errand.commit, least=3)
    if start is None or turn.pressed(start):
        return finish("I found nothing that starts the timer.", success=False)
    memory.committed = True
    return turn.tap(start, f"The length is {_clock(seconds)}: press {start.label!r}")


def _see_it_run(turn: Turn, seconds: int) -> Decision:
    """It runs where something pauses it and a little less than its length is left."""
    shown = [left for text in turn.view.all_texts if (left := _length(text)) is not None]
    near = [left for left in shown if 0 <= seconds - left <= max(10, seconds // 10)]
    if near and turn.find(turn.intent.errand.done) is not None:
        told = f"Done: a timer of {_clock(seconds)} runs, {_clock(near[0])} are left."
        return finish(told, success=True)
    if turn.try_once("timer|wait", times=MAX_TRIES):
        return decision("Wait for the timer to show", "wait", duration_s=0.5)
    return finish(f"The screen does not show a running timer of {_clock(seconds)}.", success=False)


def _stopwatch(turn: Turn) -> Decision:
    act = turn.intent.wants[0].values[0]
    words = turn.intent.errand.openers
    running = turn.find(words["stop"], least=3) is not None
    is_so = {"start": running, "stop": not running}.get(act, bool(turn.memory.tries["stopwatch"]))
    if is_so and not (act == "stop" and turn.find(words["start"], least=3) is None):
        said = {"start": "runs", "stop": "stands still", "reset": "was reset"}[act]
        return finish(f"Done: the stopwatch {said}.", success=True)
    button = turn.find(words[act], least=3)
    if button is not None and turn.try_once("stopwatch"):
        return turn.tap(button, f"Press {button.label!r}")
    if turn.try_once("stopwatch|wait", times=MAX_TRIES):
        return decision("Wait for the stopwatch to show", "wait", duration_s=0.5)
    return finish(f"I found nothing here to {act} a stopwatch with.", success=False)


def _key(turn: Turn, digit: str) -> Element | None:
    return next((item for item in turn.view.pressables if item.label.strip() == digit), None)


def _length(text: str) -> int | None:
    """Seconds of ``1:02:03`` or ``04:59``; ``None`` of anything else."""
    parts = text.strip().split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdigit() for part in parts):
        return None
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return total


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{clock}" if hours else clock
