"""From a recording to samples: what a dialect would have asked at each step, and the right reply.

The turns are kept as a run with a model keeps them, by the same code. If a model decided in this
dialect, its own replies are repeated and the requests are those that were sent. If somebody else
decided, the dialect says each decision in its own words, from the first step on.
"""

import json
from collections import Counter
from dataclasses import dataclass, replace

from pydantic import JsonValue

from agent.dialects.dialect import Dialect, Turn
from agent.dialects.turns import Turns
from agent.export.past import as_step, decided, why_no_target
from agent.export.pictures import picture_of, picture_sent
from agent.model import Reply, Request
from agent.recording.format import ObservationSeen
from agent.recording.reader import RecordedStep, Recording
from agent.sight import Shown, Sight, Sizing
from agent.step import Decision, Step, ToolCall
from tools.errors import CaptureError, RecordingError, UnsayableError
from tools.registry import Registry
from tools.ui_tree import parse_ui_tree


@dataclass(frozen=True)
class Sample:
    """One question and the reply to learn.

    Attributes:
        name: Recording and step, such as ``20270104T0930…-3f2a1c:4``.
        request: Exactly what the dialect would ask at this step.
        reply: What it should be answered.
    """

    name: str
    request: Request
    reply: Reply


@dataclass(frozen=True)
class Lesson:
    """All samples of one recording.

    Attributes:
        samples: In the order of its steps.
        own_words: Whether the replies are those of the model that was recorded.
        skipped: Steps that are no samples, counted by why.
        masked: How many of the samples' own pictures have regions that were painted over.
        window: Screenshots that are shown at least.
        max_pixels: Largest area of a picture.
    """

    samples: tuple[Sample, ...]
    own_words: bool
    skipped: dict[str, int]
    masked: int
    window: int
    max_pixels: int


def make_lesson(
    recording: Recording, dialect: Dialect, tools: Registry, *, max_pixels: int = 0
) -> Lesson:
    """Make the samples of ``recording``.

    Args:
        recording: As read.
        dialect: How the model to be trained is spoken to.
        tools: What was offered when it was recorded.
        max_pixels: Largest area of a picture; 0 for the dialect's own, or for what was used when
            this dialect was recorded.

    Raises:
        UnsayableError: A step cannot be said in this dialect; the message names step and tool.
        RecordingError: A frame is not there or is not what was recorded.
        ConfigError: ``max_pixels`` leaves no room for a picture.
    """
    return _Teller(recording, dialect, tools, max_pixels).lesson()


class _Teller:
    def __init__(
        self, recording: Recording, dialect: Dialect, tools: Registry, max_pixels: int
    ) -> None:
        self._recording, self._dialect, self._tools = recording, dialect, tools
        start = recording.start
        sizing = dialect.sizing.budget(max_pixels=max_pixels)
        self._own = start.dialect == dialect.name
        if self._own:
            used = _sizing_used(start.config, dialect)
            self._own = not max_pixels or used == sizing
            sizing = used if self._own else sizing
        self._sight = Sight(sizing)
        window = _number(start.config, "window") if self._own else 0
        self._window = window or dialect.window
        self._turns = Turns(self._window)
        self._told: list[Step] = []
        self._samples: list[Sample] = []
        self._skipped: Counter[str] = Counter()
        self._masked = 0

    def lesson(self) -> Lesson:
        """Go through all steps."""
        first = self._recording.steps[0].observation
        self._turns.begin(first.device_time if first is not None else None)
        for place, recorded in enumerate(self._recording.steps):
            if recorded.observation is None:
                raise RecordingError(f"Step {recorded.index + 1} has no frame.")
            self._step(recorded.deciding, recorded.observation, as_step(self._recording, place))
        return Lesson(
            samples=tuple(self._samples),
            own_words=self._own,
            skipped=dict(self._skipped),
            masked=self._masked,
            window=self._window,
            max_pixels=self._sight.sizing.max_pixels,
        )

    def _step(self, recorded: RecordedStep, seen: ObservationSeen, step: Step) -> None:
        decision = decided(recorded)
        if decision is None and not (self._own and recorded.responses):
            return  # the last look, or a reply in other words that nobody could read
        if self._own and not recorded.responses:
            # Of a run that goes on from another one the model was told the beginning as text.
            self._told.append(step)
            self._skipped["decided by others"] += 1
            return
        if not self._own and recorded.rung is not None and recorded.rung.rung == "wait":
            self._skipped["waiting of a replay"] += 1
            return
        shown = self._shown(recorded, seen)
        if self._own:
            self._turns.catch_up(self._told)
            turn = self._asked(recorded, seen, shown)
            if decision is None:
                self._told.append(step)
                self._skipped["no decision"] += 1
                return
            heard = recorded.responses[-1].reply
            reply = self._clean(heard, decision, shown)
        else:
            step = step.model_copy(update={"index": len(self._told)})
            spoken = self._said(recorded, decision, step, shown) if decision is not None else None
            if spoken is None:
                self._skipped["mistake"] += 1
                return
            self._turns.catch_up(self._told)
            turn = self._turns.ask(self._told, shown.image, seen.app)
            heard = reply = spoken
        self._keep(recorded, step, turn, reply)
        remembered = self._dialect.remember(heard)
        self._turns.add(replace(turn, reply=heard, said=remembered, decision=decision))
        self._told.append(step)

    def _keep(self, recorded: RecordedStep, step: Step, turn: Turn, reply: Reply) -> None:
        """Make a sample of this step, if it is worth learning."""
        why = why_no_target(recorded, step)
        if why:
            self._skipped[why] += 1
            return
        start, seen = self._recording.start, recorded.observation
        request = self._dialect.request(start.goal, [*self._turns.kept, turn], self._tools)
        self._samples.append(Sample(f"{start.run}:{recorded.index}", request, reply))
        self._masked += bool(seen is not None and seen.masked)

    def _shown(self, recorded: RecordedStep, seen: ObservationSeen) -> Shown:
        sent = None
        if self._own and recorded.requests:
            sent = picture_sent(self._recording, seen, recorded.requests[0])
        return sent if sent is not None else picture_of(self._recording, seen, self._sight)

    def _asked(self, recorded: RecordedStep, seen: ObservationSeen, shown: Shown) -> Turn:
        """The turn that was answered at last, after those whose answers could not be used."""
        turn = self._turns.ask(self._told, shown.image, seen.app)
        failed = len(recorded.responses) - (recorded.decision is not None)
        for place, response in enumerate(recorded.responses[:failed]):
            wrong = recorded.mistakes[place].message if place < len(recorded.mistakes) else ""
            said = self._dialect.remember(response.reply)
            self._turns.add(replace(turn, reply=response.reply, said=said, mistake=wrong))
            if place + 1 < len(recorded.responses):
                turn = self._turns.ask_again(seen.app)
        return turn

    def _clean(self, heard: Reply, decision: Decision, shown: Shown) -> Reply:
        """The model's own reply if it keeps to the form; else the same decision in that form."""
        if _keeps_to_form(heard, self._dialect):
            return heard
        try:
            return self._dialect.say(decision, shown.projection, self._tools)
        except UnsayableError:
            return heard

    def _said(
        self, recorded: RecordedStep, decision: Decision, step: Step, shown: Shown
    ) -> Reply | None:
        """The decision in the dialect's words; ``None`` for a mistake that it has no words for."""
        same, why = [decision], ""
        if (other := _flipped(decision)) is not None and self._field_is_empty(recorded):
            same.append(other)
        for each in same:
            try:
                return self._dialect.say(each, shown.projection, self._tools)
            except UnsayableError as error:
                why = why or str(error)
        if step.mistake:
            return None
        raise UnsayableError(
            f"step {recorded.index + 1}, {decision.call.name}, cannot be said in "
            f"{self._dialect.name}: {why}"
        )

    def _field_is_empty(self, recorded: RecordedStep) -> bool:
        """Whether the UI tree shows that nothing is in the field with the focus."""
        seen = recorded.observation
        if seen is None or seen.ui_tree is None:
            return False
        try:
            tree = parse_ui_tree(self._recording.read(seen.ui_tree))
        except CaptureError:
            return False
        fields = [node for node in tree.nodes if node.focused and node.editable]
        return len(fields) == 1 and not fields[0].text


def _flipped(decision: Decision) -> Decision | None:
    """Typing instead of typing over, or the other way: in an empty field they are the same."""
    call = decision.call
    if call.name != "type_text":
        return None
    clear = not call.arguments.get("clear", False)
    return Decision(
        thought=decision.thought,
        call=ToolCall(name=call.name, arguments={**call.arguments, "clear": clear}),
    )


def _keeps_to_form(reply: Reply, dialect: Dialect) -> bool:
    """Whether ``reply`` is one call in the dialect's form, and nothing after it."""
    if not reply.calls:
        text, kept = reply.text.strip(), dialect.remember(reply)
        return text.endswith(kept) and text.count(kept) == 1
    if len(reply.calls) > 1 or not dialect.native:
        return False
    try:
        return isinstance(json.loads(reply.calls[0].arguments), dict)
    except ValueError:
        return False


def _sizing_used(config: dict[str, JsonValue], dialect: Dialect) -> Sizing:
    low, high = _number(config, "min_pixels"), _number(config, "max_pixels")
    return dialect.sizing.budget(min_pixels=low, max_pixels=high)


def _number(config: dict[str, JsonValue], key: str) -> int:
    """A setting of the recorded run; 0, which stands for the dialect's own, if it has none."""
    value = config.get(key)
    return value if isinstance(value, int) else 0
