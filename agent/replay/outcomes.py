"""What a call came to in a recording, and what today's registry makes of it."""

from dataclasses import replace

from agent.recording.reader import RecordedStep
from agent.replay.tape import Tape
from agent.step import StopReason, ToolCall
from tools import errors
from tools.action import describe_action
from tools.builtin import BUILTIN
from tools.errors import AgentMistakeError
from tools.outcome import Finish, Note, Outcome, Question, ToolContext
from tools.registry import Registry, Tool

_ENDS = (StopReason.FINISHED, StopReason.GAVE_UP)


def offered_tools(tools: Registry, tape: Tape) -> tuple[Registry, tuple[str, ...]]:
    """Those of ``tools`` that were offered on the recorded device.

    Returns:
        The registry, and a note if what the device could do was not recorded.
    """
    supports = tape.recording.start.supports
    if supports is not None:
        return tools.offered(supports), ()
    kinds = frozenset(kind for entry in BUILTIN for kind in entry.needs)
    kind = tape.recording.start.device.kind
    if kind == "android":
        return tools.offered(kinds), ()
    note = f"What this {kind} device can do was not recorded: every tool counts as offered."
    return tools.offered(kinds), (note,)


class ServedTools:
    """Tools of others that answer with text are not called again: their recorded answer is given.

    They may ask the world, and what they said then is a part of the recording. A tool that only
    makes actions is called: what it makes of its arguments is what a replay is to check.

    Attributes:
        step: The recorded step whose outcome is given next.
        given: How many recorded outcomes were given.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self.step = 0
        self.given = 0

    def registry(self, tools: Registry) -> Registry:
        """``tools`` with recorded answers where they must not be called."""
        return Registry(self._served(entry) for entry in tools)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it; empty if nothing."""
        if not self.given:
            return ()
        return (f"Tools that answer with text were not called again ({self.given} times).",)

    def _served(self, entry: Tool) -> Tool:
        if entry in BUILTIN or str not in entry.returns:
            return entry
        return replace(entry, function=self._answer)

    def _answer(self, **_: object) -> Outcome:
        self.given += 1
        step = self._tape.steps[self.step]
        if step.intent is not None:
            return step.intent.action
        after = refusal(step)
        if after is not None:
            raise after
        return step.result.result if step.result is not None else ""


def named_mistake(kind: str, message: str) -> AgentMistakeError:
    """The mistake of a recording as an error again."""
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, AgentMistakeError):
        return found(message)
    return AgentMistakeError(message)


def refusal(step: RecordedStep) -> AgentMistakeError | None:
    """Why the call of ``step`` was not carried out, if it was decided and counted as a mistake."""
    if step.decision is None:
        return None
    for mistake in step.mistakes:
        if mistake.seq > step.decision.seq:
            return named_mistake(mistake.kind, mistake.message)
    return None


def recorded_outcome(tape: Tape, index: int) -> str:
    """What the call of step ``index`` came to, in words; empty if the recording does not tell."""
    step, end = tape.steps[index], tape.recording.end
    if step.intent is not None:
        return describe(step.intent.action)
    refused = refusal(step)
    if refused is not None:
        return _mistake(refused)
    if tape.is_last(index):
        if end is None:  # it may have been the last call of a run whose end was not written
            return ""
        if end.stop in _ENDS:
            return describe(Finish(success=end.stop is _ENDS[0], answer=end.answer))
        if end.stop is StopReason.DRY_RUN:
            return end.answer
        return ""
    return "no action" if step.result is not None else ""


def todays_outcome(tools: Registry, call: ToolCall, tape: Tape, index: int) -> str:
    """What today's registry makes of ``call`` on the screen of step ``index``, in words."""
    context = ToolContext(tape.glimpse(index), tape.device(index))
    try:
        outcome = tools.resolve(call.name, call.arguments, context)
    except AgentMistakeError as error:
        return _mistake(error)
    end, dry = tape.recording.end, not isinstance(outcome, Finish | Note | Question | str)
    if dry and end is not None and end.stop is StopReason.DRY_RUN and tape.is_last(index):
        return describe_action(outcome)  # type: ignore[arg-type]  # what is left is an action
    return describe(outcome)


def describe(outcome: Outcome) -> str:
    """An outcome, exactly: an action with every number, a finish with its answer."""
    match outcome:
        case Finish(success=success, answer=answer):
            return f"{'finish' if success else 'give up'}: {answer}"
        case Note() | Question() | str():
            return "no action"
        case _:
            values = outcome.model_dump(mode="json", exclude={"kind"})
            told = " ".join(f"{name}={_short(value)}" for name, value in values.items())
            return f"{outcome.kind} {told}".rstrip()


def _short(value: object) -> str:
    if isinstance(value, dict):
        return f"({', '.join(str(part) for part in value.values())})"
    return repr(value)


def _mistake(error: AgentMistakeError) -> str:
    return f"mistake {type(error).__name__}"
