"""Decides by asking a vision-language model, in the words of its dialect.

The turns of an episode only ever grow at their end, so that each request begins with the bytes of
the one before it, and what a server or a cache has already read need not be read again. Old
pictures are dropped several at a time, because with them goes the common beginning.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from agent.dialects.dialect import Dialect, Turn
from agent.dialects.reading.language import mixing
from agent.model import Model, OnText, Reply
from agent.sight import Shown, Sight, Sizing, Transform, chain
from agent.step import Decision, Step
from tools.device import Observation
from tools.errors import AgentMistakeError, ContextTooLongError, UnreadableReplyError
from tools.registry import Registry

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LARGEST_CHUNK: Final = 7
_CUTS: Final = {
    "loop": "It repeated itself over and over and was cut off. Say it once, and shortly.",
    "length": "It was cut off at its longest. Answer more shortly.",
}


def chunk_for(window: int) -> int:
    """How many pictures are dropped at once, where ``window`` are kept.

    A drop costs reading the kept pictures again; until the next one only the new picture is read.
    With 3 kept and 7 dropped, four fifths of an episode's prompt tokens are known from the request
    before, in every dialect of several turns, and the longest prompt, nine pictures of 1280 tokens,
    stays below 16 Ki tokens, where many servers end. Who wants fewer pictures gets smaller chunks.
    Measured by ``benchmarks/model_path.py``.
    """
    return min(2 * window + 1, _LARGEST_CHUNK)


class VlmPolicy:
    """One episode's conversation with a model; the model itself may serve several at once.

    Args:
        model: Whom to ask.
        dialect: How to speak to it.
        tools: What is offered on this device.
        window: Screenshots it is shown at least, as far as there are any; 0 for the dialect's.
        chunk: Screenshots dropped at once; 0 for ``chunk_for`` the window. Between two drops up to
            ``window + chunk - 1`` are shown.
        sizing: How pictures are sized; ``None`` for the dialect's own way.
        on_text: Hears the reply as it comes.

    Attributes:
        on_note: Hears, once an episode, what a person should know of the model: that it mixes
            languages. ``None`` if nobody cares.
    """

    wants_ui_tree = False
    on_note: Callable[[str], None] | None = None

    def __init__(
        self,
        model: Model,
        dialect: Dialect,
        tools: Registry,
        *,
        window: int = 0,
        chunk: int = 0,
        sizing: Sizing | None = None,
        on_text: OnText | None = None,
    ) -> None:
        self._model, self._dialect, self._tools = model, dialect, tools
        self._window = window or dialect.window
        self._limit = self._window + (chunk or chunk_for(self._window)) - 1
        self._on_text = on_text
        self._mixed = False
        self._sight = Sight(sizing if sizing is not None else dialect.sizing)
        self._turns: list[Turn] = []
        self._seen: Observation | None = None
        self._shown: Shown | None = None
        self._today = ""

    @property
    def name(self) -> str:
        """The model and how it is spoken to."""
        return f"vlm {self._model.name} ({self._dialect.name})"

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked and answered so far."""
        return tuple(self._turns)

    @property
    def shown(self) -> Shown | None:
        """The last picture that was sent, and how it lies on the screen."""
        return self._shown

    @property
    def transforms(self) -> tuple[Transform, ...]:
        """How the model's last numbers became device px; empty before the first decision."""
        if self._shown is None:
            return ()
        return chain(self._shown.projection, self._dialect.space)

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """Ask the model what to do next.

        Raises:
            UnreadableReplyError: No call could be read from its reply.
            AgentMistakeError: The call it made cannot be meant; the text tells the model why.
            ModelError: The model could not be asked.
            CaptureError: The frame cannot be shown to a model.
        """
        if not history or self._seen is None:  # it may take over in the middle of a run
            self._begin(observation)
        self._catch_up(history)
        again = observation is self._seen and self._awaits_answer
        if self._shown is None or not again:
            self._shown = self._sight.look(observation.screenshot)
        turn = Turn(
            step=self._turns[-1].step if again else _next_step(history),
            image=None if again else self._shown.image,
            app=observation.app,
            today=self._today,
        )
        least = min(self._window, self._limit) - 1
        self._make_room(keep=self._limit if again else self._limit - 1, least=least)
        reply = self._ask(goal, turn)
        self._seen = observation
        asked = replace(turn, reply=reply, said=self._dialect.remember(reply))
        try:
            decision = self._dialect.read(reply, self._shown.projection, self._tools)
        except AgentMistakeError as error:
            told = _with_cut(error, reply)
            self._turns.append(replace(asked, mistake=str(told)))
            if told is error:
                raise
            raise told from error
        self._turns.append(replace(asked, decision=decision))
        self._note_language(goal, decision)
        return decision

    def _note_language(self, goal: str, decision: Decision) -> None:
        if self.on_note is None or self._mixed:
            return
        if note := mixing(goal, decision.thought):
            self._mixed = True
            self.on_note(note)

    @property
    def _awaits_answer(self) -> bool:
        return bool(self._turns) and self._turns[-1].decision is None

    def _begin(self, observation: Observation) -> None:
        self._turns.clear()
        self._seen = None
        self._mixed = False
        self._today = _date(observation.device_time)

    def _catch_up(self, history: Sequence[Step]) -> None:
        """Learn what came of the last decision, and of steps that others decided."""
        known = self._turns[-1].step if self._turns else -1
        missed: list[Turn] = []
        for step in reversed(history):
            if step.index <= known:
                break
            if step.decision is not None:
                missed.append(_told(Turn(step.index, None, decision=step.decision), step))
        if self._turns and history and len(missed) < len(history):
            last = history[-1 - len(missed)]
            if last.index == known:
                self._turns[-1] = _told(self._turns[-1], last)
        self._turns.extend(reversed(missed))

    def _make_room(self, *, keep: int, least: int) -> None:
        """If more than ``keep`` pictures are held, drop all but the newest ``least``."""
        held = [place for place, turn in enumerate(self._turns) if turn.image is not None]
        if len(held) <= keep:
            return
        for place in held[: len(held) - least]:
            self._turns[place] = replace(self._turns[place], image=None)

    def _ask(self, goal: str, turn: Turn) -> Reply:
        try:
            return self._once(goal, turn)
        except ContextTooLongError:
            held = sum(each.image is not None for each in self._turns)
            needed = 1 if turn.image is None else 0
            if held <= needed:
                raise
            # From now on they are dropped before it comes to that.
            self._limit = min(self._limit, held - needed)
            self._make_room(keep=needed, least=needed)
            return self._once(goal, turn)

    def _once(self, goal: str, turn: Turn) -> Reply:
        request = self._dialect.request(goal, [*self._turns, turn], self._tools)
        return self._model.ask(request, on_text=self._on_text)


def _with_cut(error: AgentMistakeError, reply: Reply) -> AgentMistakeError:
    """``error``, or if nothing could be read because the reply was cut, one that says so."""
    why = _CUTS.get(reply.finish_reason)
    if why is None or not isinstance(error, UnreadableReplyError):
        return error
    return UnreadableReplyError(f"{error} {why}")


def _told(turn: Turn, step: Step) -> Turn:
    return replace(
        turn,
        result=step.result,
        mistake=step.mistake or turn.mistake,
        feedback=step.feedback,
    )


def _next_step(history: Sequence[Step]) -> int:
    return history[-1].index + 1 if history else 0


def _date(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d} {_DAYS[time.weekday()]}" if time is not None else ""
