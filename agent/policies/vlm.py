"""Decides by asking a vision-language model, in the words of its dialect."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from agent.dialects.dialect import Dialect, Turn
from agent.dialects.reading.language import mixing
from agent.dialects.turns import Turns
from agent.model import Model, OnText, Reply
from agent.prompt import load_prompt
from agent.sight import Shown, Sight, Sizing, Transform, chain
from agent.step import Decision, Step
from tools.device import Observation
from tools.errors import AgentMistakeError, ContextTooLongError, UnreadableReplyError
from tools.registry import Registry

SECRETS_PROMPT: Final = "turn/secrets"
_CUTS: Final = {
    "loop": "It repeated itself over and over and was cut off. Say it once, and shortly.",
    "length": "It was cut off at its longest. Answer more shortly.",
    "rejected": "The server could not read the tool call in it. Write the call as valid JSON.",
}


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
        secrets: What it may type without knowing it, by name.
    """

    wants_ui_tree = False
    on_note: Callable[[str], None] | None = None
    secrets: tuple[str, ...] = ()

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
        self._on_text = on_text
        self._mixed = False
        self._sight = Sight(sizing if sizing is not None else dialect.sizing)
        self._turns = Turns(window or dialect.window, chunk)
        self._seen: Observation | None = None
        self._shown: Shown | None = None

    @property
    def name(self) -> str:
        """The model and how it is spoken to."""
        return f"vlm {self._model.name} ({self._dialect.name})"

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked and answered so far."""
        return self._turns.kept

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
        if not history or self._seen is None:  # or somebody else decided the first steps
            self._seen, self._mixed = None, False
            self._turns.begin(observation.device_time)
        self._turns.catch_up(history)
        again = observation is self._seen and self._turns.awaits_answer
        if self._shown is None or not again:
            self._shown = self._sight.look(observation.screenshot)
        if again:
            turn = self._turns.ask_again(observation.app)
        else:
            turn = self._turns.ask(history, self._shown.image, observation.app)
        reply = self._ask(goal, turn)
        self._seen = observation
        asked = replace(turn, reply=reply, said=self._dialect.remember(reply))
        try:
            decision = self._dialect.read(reply, self._shown.projection, self._tools)
        except AgentMistakeError as error:
            told = _with_cut(error, reply)
            self._turns.add(replace(asked, mistake=str(told)))
            if told is error:
                raise
            raise told from error
        self._turns.add(replace(asked, decision=decision))
        self._note_language(goal, decision)
        return decision

    def _note_language(self, goal: str, decision: Decision) -> None:
        if self.on_note is None or self._mixed:
            return
        if note := mixing(goal, decision.thought):
            self._mixed = True
            self.on_note(note)

    def _ask(self, goal: str, turn: Turn) -> Reply:
        try:
            return self._once(goal, turn)
        except ContextTooLongError:
            if not self._turns.shrink(turn):
                raise
            return self._once(goal, turn)

    def _once(self, goal: str, turn: Turn) -> Reply:
        if self.secrets:
            names = ", ".join(f"<secret:{name}>" for name in self.secrets)
            goal = f"{goal}\n\n{load_prompt(SECRETS_PROMPT).fill(names=names)}"
        request = self._dialect.request(goal, [*self._turns.kept, turn], self._tools)
        return self._model.ask(request, on_text=self._on_text)


def _with_cut(error: AgentMistakeError, reply: Reply) -> AgentMistakeError:
    """``error``, or if nothing could be read because the reply was cut, one that says so."""
    why = _CUTS.get(reply.finish_reason)
    if why is None or not isinstance(error, UnreadableReplyError):
        return error
    return UnreadableReplyError(f"{error} {why}")
