"""A conversation about pictures: who said what, what is still shown, how the next turn is asked.

A ``Talk`` is a value; nothing here knows of terminals or files.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from agent.model import ImagePart, Message, OnText, Part, TextPart, VideoPart
from agent.perception.families import manner_of
from agent.perception.film_parts import film_part
from agent.perception.message_forms import VideoForm
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.perception.talking import ChatReply, talk
from agent.prompt import load_prompt, spoken
from tools.errors import ContextTooLongError, UsageError

_GONE: Final = "perception/picture_gone"


@dataclass(frozen=True)
class Turn:
    """What one side said.

    Attributes:
        role: Who.
        text: In words; of a model without its thought.
        pictures: What the person showed with it.
        reasoning: What the model thought before; it is not repeated to it.
        stopped: Whether the person stopped the reply.
        clips: Files of the clips that the person showed with it.
    """

    role: Literal["user", "assistant"]
    text: str
    pictures: tuple[Picture, ...] = ()
    reasoning: str = ""
    stopped: bool = False
    clips: tuple[Path, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of what was shown with it."""
        return (*(each.name for each in self.pictures), *(each.name for each in self.clips))


@dataclass(frozen=True)
class Talk:
    """A conversation: question, answer, question, answer; a question at the end waits for one.

    Attributes:
        system: What the model is told before; may be empty.
        turns: Oldest first.
        blind_until: Pictures of the turns before this one are not shown any more.
        silent_until: The turns before this one are not repeated at all any more.
    """

    system: str = ""
    turns: tuple[Turn, ...] = ()
    blind_until: int = 0
    silent_until: int = 0

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures that were shown, in order."""
        return tuple(picture for turn in self.turns for picture in turn.pictures)

    @property
    def waits(self) -> bool:
        """Whether the last turn is a question without an answer."""
        return bool(self.turns) and self.turns[-1].role == "user"

    def asked(
        self, text: str, pictures: tuple[Picture, ...] = (), clips: tuple[Path, ...] = ()
    ) -> "Talk":
        """With a question at its end, in place of one that has no answer."""
        turns = self.turns[:-1] if self.waits else self.turns
        return replace(self, turns=(*turns, Turn("user", text, pictures, clips=clips)))

    def answered(self, text: str, *, reasoning: str = "", stopped: bool = False) -> "Talk":
        """With an answer to its last question."""
        turn = Turn("assistant", text, reasoning=reasoning, stopped=stopped)
        return replace(self, turns=(*self.turns, turn))

    def unanswered(self) -> "Talk":
        """Without the last answer, so that the question can be put again.

        Raises:
            UsageError: Nothing was asked yet.
        """
        if not self.turns:
            raise UsageError("Nothing was asked yet.")
        return self if self.waits else replace(self, turns=self.turns[:-1])

    def undone(self) -> "Talk":
        """Without the last question and what was answered.

        Raises:
            UsageError: Nothing was asked yet.
        """
        turns = self.unanswered().turns[:-1]
        most = len(turns)
        return replace(
            self,
            turns=turns,
            blind_until=min(self.blind_until, most),
            silent_until=min(self.silent_until, most),
        )

    def shorter(self) -> tuple["Talk", str] | None:
        """The same with less of what is old, and what was left out; ``None`` if that is all.

        First the oldest pictures go, one turn's at a time, then the oldest question and answer.
        """
        last = len(self.turns) - 1
        for at in range(max(self.blind_until, self.silent_until), last):
            if shown := self.turns[at].shown:
                return replace(
                    self, blind_until=at + 1
                ), f"{', '.join(shown)} is not shown any more"
        if self.silent_until + 2 <= last:
            return (
                replace(self, silent_until=self.silent_until + 2),
                "the oldest question and its answer are not repeated any more",
            )
        return None


@dataclass(frozen=True)
class Answered:
    """A question answered.

    Attributes:
        talk: The conversation with the answer.
        reply: The answer.
        notes: What was left out, so that the conversation fitted.
    """

    talk: Talk
    reply: ChatReply
    notes: tuple[str, ...]


class Talker:
    """Puts the questions of a conversation to a model; each picture is encoded once.

    Args:
        seer: Whom to ask.
        max_tokens: Room for a reply; ``None`` for what the family needs.
    """

    def __init__(self, seer: Seer, *, max_tokens: int | None = None) -> None:
        self.seer = seer
        self._max_tokens = max_tokens
        self._shown: dict[int, tuple[Picture, ImagePart]] = {}
        self._films: dict[Path, VideoPart] = {}
        self._film_notes: list[str] = []

    @property
    def single_round(self) -> bool:
        """Whether each question is asked alone, because the family was made so."""
        return manner_of(self.seer.dialect).single_round

    def answer(
        self, asked: Talk, *, temperature: float | None = None, on_text: OnText | None = None
    ) -> Answered:
        """Answer the last question; what is old gives way where the context is too short.

        Args:
            asked: Ends with a question.
            temperature: 0..2; ``None`` as the family wants it.
            on_text: Hears the reply while it is written.

        Raises:
            ContextTooLongError: The question alone is too long.
            UsageError: A clip cannot be used, or the model looks at none.
            ModelError: The model could not be asked.
        """
        notes = self._film_notes = []
        while True:
            try:
                reply = talk(
                    self.seer,
                    self.messages(asked),
                    max_tokens=self._max_tokens,
                    temperature=temperature,
                    on_text=on_text,
                )
            except ContextTooLongError:
                shorter = None if self.single_round else asked.shorter()
                if shorter is None:
                    raise
                asked, note = shorter
                notes.append(f"The conversation is too long for the model: {note}.")
            else:
                answered = asked.answered(reply.text, reasoning=reply.reasoning)
                return Answered(answered, reply, tuple(notes))

    def messages(self, asked: Talk) -> tuple[Message, ...]:
        """What the model is asked."""
        opening = (Message("system", (TextPart(spoken(asked.system)),)),) if asked.system else ()
        if self.single_round:
            return (*opening, self._message(_alone(asked)))
        return (
            *opening,
            *(
                self._message(turn, blind=asked.silent_until + place < asked.blind_until)
                for place, turn in enumerate(asked.turns[asked.silent_until :])
            ),
        )

    def _message(self, turn: Turn, *, blind: bool = False) -> Message:
        if blind:
            shown: list[Part] = [TextPart(load_prompt(_GONE).text + "\n")] * len(turn.shown)
        else:
            shown = [*map(self._part, turn.pictures), *map(self._film, turn.clips)]
        # A turn without words, such as a reply that was only a thought, is an error to servers.
        return Message(turn.role, (*shown, TextPart(spoken(turn.text) or "…")))

    def _part(self, picture: Picture) -> ImagePart:
        kept = self._shown.get(id(picture))
        if kept is None:
            kept = self._shown[id(picture)] = (picture, self.seer.shown(picture).image)
        return kept[1]

    def _film(self, clip: Path) -> VideoPart:
        if clip not in self._films:
            if not manner_of(self.seer.dialect).sees_video:
                raise UsageError(f"{self.seer.dialect.name} looks at no videos.")
            part, note = film_part(VideoForm(video=clip), self.seer, clip.name)
            self._films[clip] = part
            self._film_notes.append(note.replace(str(clip), clip.name))
        return self._films[clip]


def _alone(asked: Talk) -> Turn:
    """The last question by itself, with the pictures that were shown last."""
    question = asked.turns[-1]
    if question.shown:
        return question
    shown = [turn for turn in asked.turns if turn.shown]
    if not shown:
        return question
    return replace(question, pictures=shown[-1].pictures, clips=shown[-1].clips)
