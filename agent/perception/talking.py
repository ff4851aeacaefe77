"""Asks a model to go on with a conversation, and parts its reply into thought and words."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from agent.model import Message, OnText, Reply, Request, Usage
from agent.perception.families import Manner, manner_of
from agent.perception.seer import Seer
from agent.perception.thoughts import ThoughtEar
from tools.geometry import Frozen

REPLY_TOKENS: Final = 2048
THOUGHT_TOKENS: Final = 8192
"""A thought comes before the words, and is the longer part."""


class ChatReply(Frozen):
    """What a model says in a conversation.

    Attributes:
        text: Its words, without its thoughts.
        reasoning: What it thought before; empty if it does not tell.
        finish_reason: ``stop``, ``length`` if its tokens were spent, ``loop`` if it was cut because
            it repeated itself, or the server's word.
        usage: Tokens.
        latency_s: Seconds from the question to the last token.
        notes: What a person should know, such as how a clip is shown.
    """

    text: str
    reasoning: str = ""
    finish_reason: str = "stop"
    usage: Usage = Usage()
    latency_s: Annotated[float, Field(ge=0)] = 0.0
    notes: tuple[str, ...] = ()

    @property
    def message(self) -> dict[str, str]:
        """This reply as a message, to be put behind the others for the next question."""
        return {"role": "assistant", "content": self.text}


def talk(
    seer: Seer,
    messages: Sequence[Message],
    *,
    max_tokens: int | None = None,
    temperature: float | None = None,
    on_text: OnText | None = None,
) -> ChatReply:
    """Ask for the next turn.

    Args:
        seer: Whom to ask.
        messages: The conversation, oldest first; the last one is the user's.
        max_tokens: Room for thought and words; ``None`` for what the family needs.
        temperature: 0..2; ``None`` as the family wants it.
        on_text: Hears the reply while it is written, thoughts included.

    Raises:
        ContextTooLongError: It does not fit into the model's context.
        ModelError: The model could not be asked.
    """
    manner = manner_of(seer.dialect)
    room = max_tokens or (THOUGHT_TOKENS if _thinks(manner) else REPLY_TOKENS)
    sampling = manner.sampling(seer.dialect, room)
    if temperature is not None:
        sampling = sampling.model_copy(update={"temperature": temperature})
    reply = seer.model.ask(Request(tuple(messages), sampling=sampling), on_text=on_text)
    return parted(reply, manner)


def parted(reply: Reply, manner: Manner) -> ChatReply:
    """``reply`` with its thought apart, however the back end sent it."""
    ear = ThoughtEar(thinking=manner.begins_in_thought and not reply.reasoning)
    heard = [*ear.hear(reply.text), *ear.rest()]
    thought = "".join(text for voice, text in heard if voice == "thought")
    words = "".join(text for voice, text in heard if voice == "answer")
    return ChatReply(
        text=words.strip(),
        reasoning="\n\n".join(filter(None, (reply.reasoning.strip(), thought.strip()))),
        finish_reason=reply.finish_reason,
        usage=reply.usage,
        latency_s=reply.latency_s,
    )


def _thinks(manner: Manner) -> bool:
    return manner.begins_in_thought or manner.single_round
