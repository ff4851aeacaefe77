"""A model and how it is spoken to, asked about pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.dialects.dialect import Dialect
from agent.model import Message, Model, OnText, Part, Reply, Request, Sampling, TextPart
from agent.perception.pictures import Picture
from agent.sight import Shown, Sight, Sizing
from tools.screen import Screenshot


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
    ) -> Reply:
        """Put one question about ``parts``, which stand before its words, as Qwen-VL wants it.

        Raises:
            ModelError: It could not be asked.
        """
        request = Request(
            messages=(Message("user", (*parts, TextPart(words))),),
            sampling=self.sampling(max_tokens),
        )
        if system:
            messages = (Message("system", (TextPart(system),)), *request.messages)
            request = replace(request, messages=messages)
        return self.model.ask(request, on_text=on_text)
