"""A model and how it is spoken to, asked about pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from agent.dialects.dialect import Dialect
from agent.model import Message, Model, OnText, Part, Reply, Request, Sampling, TextPart
from agent.perception.pictures import Picture
from agent.sight import Shown, Sight, Sizing
from tools.screen import Screenshot


@dataclass(frozen=True)
class Held:
    """What a reply is held to, by back ends that can; the reply is checked in any case.

    Attributes:
        schema: JSON schema of what is answered.
        wrapper: The text before and after that JSON in the reply; empty if it is all of it.
    """

    schema: dict[str, JsonValue]
    wrapper: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Seer:
    """A model and how it is spoken to; whoever found it closes the model.

    Attributes:
        model: Whom to ask.
        dialect: How its family writes boxes, answers and thoughts.
        sizing: How pictures are sized for it, the person's budget included.
    """

    model: Model
    dialect: Dialect
    sizing: Sizing

    def shown(self, picture: Picture) -> Shown:
        """``picture`` as the model is shown it, with the way back to its pixels.

        Raises:
            CaptureError: It is more than 200 times as long as wide.
        """
        return Sight(self.sizing).look(Screenshot(picture.image))

    def sampling(self, max_tokens: int) -> Sampling:
        """Drawn as the dialect wants it, with room for ``max_tokens`` of reply."""
        return self.dialect.sampling.model_copy(update={"max_tokens": max_tokens})

    def ask(
        self,
        words: str,
        parts: Sequence[Part] = (),
        *,
        system: str = "",
        max_tokens: int = 1024,
        on_text: OnText | None = None,
        held: Held | None = None,
    ) -> Reply:
        """Put one question about ``parts``, which stand before its words, as Qwen-VL wants it.

        Raises:
            ModelError: It could not be asked.
        """
        messages = [Message("user", (*parts, TextPart(words)))]
        if system:
            messages.insert(0, Message("system", (TextPart(system),)))
        return self.converse(messages, max_tokens=max_tokens, on_text=on_text, held=held)

    def converse(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 1024,
        on_text: OnText | None = None,
        held: Held | None = None,
    ) -> Reply:
        """Put a whole conversation, its last message to be answered.

        Raises:
            ModelError: It could not be asked.
        """
        request = Request(messages=tuple(messages), sampling=self.sampling(max_tokens))
        if held is not None:
            request = replace(request, schema=held.schema, wrapper=held.wrapper)
        return self.model.ask(request, on_text=on_text)
