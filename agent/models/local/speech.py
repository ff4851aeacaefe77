"""Speaks one reply: token after token, heard as it comes, and cut where it must be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.model import OnText, Request
from agent.models.local.conversation import Conversation
from agent.models.local.grammar import Guide
from agent.models.local.sampling import Sampler, repeats_itself
from tools.clock import Clock

_LOOK_EVERY: Final = 16
_TORN: Final = "\ufffd"
_LONGEST_TORN: Final = 8


@dataclass(frozen=True)
class Spoken:
    """A reply as it was spoken.

    Attributes:
        text: Its words, without what ended it.
        tokens: How many were said, the end included.
        finish_reason: ``stop``, ``length``, ``loop`` or ``time``.
        first_s: When the first token was there, on the clock given.
    """

    text: str
    tokens: int
    finish_reason: str
    first_s: float


@dataclass
class _Voice:
    """Turns tokens into text piece by piece, and stops it before a stop string."""

    tokenizer: Any
    stops: Sequence[str]
    on_text: OnText | None
    text: str = ""
    _torn: list[int] = field(default_factory=list)
    _told: int = 0

    def say(self, token: int) -> bool:
        """Add a token; returns whether a stop string is complete."""
        self._torn.append(token)
        piece = self._decoded()
        # The bytes of one character may come in several tokens.
        if piece.endswith(_TORN) and len(self._torn) < _LONGEST_TORN:
            return False
        return self._add(piece)

    def finish(self) -> None:
        """Tell what was held back."""
        if self._torn:
            self._add(self._decoded())
        self._tell(len(self.text))

    def _decoded(self) -> str:
        return str(self.tokenizer.decode(self._torn, clean_up_tokenization_spaces=False))

    def _add(self, piece: str) -> bool:
        self._torn = []
        self.text += piece
        found = [at for at in (self.text.find(stop, self._told) for stop in self.stops) if at >= 0]
        if found:
            self.text = self.text[: min(found)]
            self._tell(len(self.text))
            return True
        self._tell(len(self.text) - self._held())
        return False

    def _held(self) -> int:
        """Letters at the end that may become a stop string."""
        return max(
            (
                length
                for stop in self.stops
                for length in range(1, len(stop))
                if self.text.endswith(stop[:length])
            ),
            default=0,
        )

    def _tell(self, until: int) -> None:
        if until > self._told:
            if self.on_text is not None:
                self.on_text(self.text[self._told : until])
            self._told = until


@dataclass(frozen=True)
class Speaker:
    """Everything needed to speak a reply.

    Attributes:
        conversation: What was read, up to where the reply begins.
        tokenizer: Turns tokens into text.
        ends: Tokens that end a reply.
        clock: Tells the time.
        room: Most tokens the context leaves for the reply.
        max_time_s: Seconds after which it is cut.
    """

    conversation: Conversation
    tokenizer: Any
    ends: frozenset[int]
    clock: Clock
    room: int
    max_time_s: float | None = None

    def speak(
        self,
        request: Request,
        logits: NDArray[np.float32],
        sampler: Sampler,
        guide: Guide | None,
        on_text: OnText | None,
    ) -> Spoken:
        """Speak the reply to ``request``, whose prompt ends with ``logits``."""
        started = self.clock.now()
        voice = _Voice(self.tokenizer, request.stop, on_text)
        limit = min(request.sampling.max_tokens, self.room)
        said: list[int] = []
        first_s: float | None = None
        looked = 0
        while True:
            token = sampler.draw(logits, guide.allowed() if guide is not None else None)
            first_s = self.clock.now() if first_s is None else first_s
            if token in self.ends:
                voice.finish()
                return Spoken(voice.text, len(said) + 1, "stop", first_s)
            new = [token, *(guide.take(token) if guide is not None else ())]
            reason = self._hear(new, voice, sampler)
            said.extend(new)
            if guide is not None:
                guide.hear(voice.text)
            if not reason and len(said) - looked >= _LOOK_EVERY:
                looked = len(said)
                reason = _look(said, guide)
            if not reason and guide is not None and guide.done:
                reason = "stop"
            if not reason and len(said) >= limit:
                reason = "length"
            if not reason and self._is_late(started):
                reason = "time"
            if reason:
                voice.finish()
                return Spoken(voice.text, len(said), reason, first_s)
            logits = self.conversation.feed(new)

    def _hear(self, tokens: Sequence[int], voice: _Voice, sampler: Sampler) -> str:
        for token in tokens:
            sampler.heard(token)
            if voice.say(token):
                return "stop"
        return ""

    def _is_late(self, started: float) -> bool:
        return self.max_time_s is not None and self.clock.now() - started > self.max_time_s


def _look(said: list[int], guide: Guide | None) -> str:
    """Why the reply should be cut here, if it should: it goes round in circles."""
    if not repeats_itself(said):
        return ""
    if guide is None:
        return "loop"
    guide.press()
    return ""
