"""Reads every recorded reply again, by today's parser and mapping: no model, no device.

Where no model was asked, the recorded calls go through today's registry alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.dialects.dialect import Dialect
from agent.recording.format import DecisionMade, MistakeMade
from agent.replay.divergence import Divergence, Replayed, differ
from agent.replay.outcomes import ServedTools, recorded_outcome, todays_outcome
from agent.replay.tape import Reading, Tape
from agent.sight import Sizing
from agent.step import Decision, ToolCall
from tools.errors import AgentMistakeError, RecordingError
from tools.geometry import Projection
from tools.registry import Registry

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""


@dataclass(frozen=True)
class Ear:
    """How replies are understood today.

    Attributes:
        dialect: Of the recorded model.
        sizing: How its pictures are sized, budgets of the recorded configuration included.
    """

    dialect: Dialect
    sizing: Sizing


def replay_parser(
    tape: Tape, tools: Registry, ear: Ear | None, *, progress: Progress = lambda *_: None
) -> Replayed:
    """Read the recorded replies again, and compare decisions and actions.

    Args:
        tape: The recording.
        tools: What was offered, as it is today.
        ear: How replies are understood; ``None`` if no model was asked.
        progress: Told after each step.

    Raises:
        RecordingError: A model was asked, but no reply is recorded; or a file is not as it was.
    """
    if ear is not None and not any(step.responses for step in tape.steps):
        raise RecordingError(
            f"{tape.name!r} holds no reply of a model, although one was asked.",
            hint="There is nothing to read again; the run ended before the first reply.",
        )
    served = ServedTools(tape)
    quiet = served.registry(tools)
    found: list[Divergence] = []
    checked = 0
    for index, step in enumerate(tape.steps):
        served.step = index
        if ear is not None:
            found += _picture(tape, index, ear)
            for reading in tape.readings(index):
                found += _read_again(tape, index, reading, quiet, ear)
        if step.decision is not None:
            found += _resolve_again(tape, index, step.decision.call, quiet)
        checked += step.decision is not None or bool(step.responses)
        progress(index + 1, len(tape.steps))
    notes = () if ear is not None else ("No model was asked: the recorded calls were checked.",)
    return Replayed(
        recording=tape.recording.folder,
        mode="parser",
        goal=tape.recording.start.goal,
        steps=checked,
        checked=checked,
        divergences=tuple(found),
        notes=(*notes, *served.notes),
    )


def _read_again(
    tape: Tape, index: int, reading: Reading, tools: Registry, ear: Ear
) -> Iterator[Divergence]:
    became = reading.became
    if became is None:  # the run ended before it was read
        return
    size = tape.seen(index).size
    projection = Projection(shown=ear.sizing.shown(size), device=size)
    try:
        decision = ear.dialect.read(reading.response.reply, projection, tools)
    except AgentMistakeError as error:
        seen = f"mistake {type(error).__name__}"
        yield from differ(index, "reply", _told(became), seen)
        return
    if isinstance(became, MistakeMade):
        yield from differ(index, "reply", _told(became), in_words(decision.call))
        return
    yield from differ(index, "thought", became.thought, decision.thought)
    yield from differ(index, "decision", in_words(became.call), in_words(decision.call))
    yield from _action_of(tape, index, decision, became, tools)


def _action_of(
    tape: Tape, index: int, decision: Decision, became: DecisionMade, tools: Registry
) -> Iterator[Divergence]:
    """Only if the call is another one: the recorded call itself is resolved by the caller."""
    if decision.call == became.call:
        return
    expected = recorded_outcome(tape, index)
    if expected:
        seen = todays_outcome(tools, decision.call, tape, index)
        yield from differ(index, "action", expected, seen)


def _resolve_again(tape: Tape, index: int, call: ToolCall, tools: Registry) -> Sequence[Divergence]:
    expected = recorded_outcome(tape, index)
    if not expected:
        return ()
    return differ(index, "action", expected, todays_outcome(tools, call, tape, index))


def _picture(tape: Tape, index: int, ear: Ear) -> Iterator[Divergence]:
    """The size in which the frame was shown decides what the numbers in a reply mean."""
    requests = tape.steps[index].requests
    recorded = tape.newest_picture(requests[0])[1] if requests else ""
    if recorded:
        today = str(ear.sizing.shown(tape.seen(index).size))
        yield from differ(index, "picture", f"shown at {recorded}", f"shown at {today}")


def _told(became: DecisionMade | MistakeMade) -> str:
    if isinstance(became, MistakeMade):
        return f"mistake {became.kind}"
    return in_words(became.call)


def in_words(call: ToolCall) -> str:
    """A call as one would write it: every argument, exactly."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    return f"{call.name}({arguments})"
