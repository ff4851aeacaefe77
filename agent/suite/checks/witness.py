"""A model as a witness: one picture and one question, without any conversation."""

from agent.model import Message, Model, Request, Sampling, TextPart
from agent.sight import Sight, Sizing
from tools.screen import Screenshot

_MOST_TOKENS = 1024
_VARIED = 0.7
"""Temperature of all votes but the first: at 0 a model would only repeat itself."""


class ModelWitness:
    """Asks ``model``.

    Args:
        model: Whom to ask.
        sizing: How pictures are sized for it.
    """

    def __init__(self, model: Model, sizing: Sizing) -> None:
        self._model = model
        self._sight = Sight(sizing)

    def ask(self, words: str, frame: Screenshot, *, vote: int = 0) -> str:
        """What it answers, thoughts aside.

        Raises:
            ModelError: It could not be asked.
        """
        parts = (self._sight.look(frame).image, TextPart(words))
        sampling = Sampling(max_tokens=_MOST_TOKENS)
        if vote:
            sampling = Sampling(max_tokens=_MOST_TOKENS, temperature=_VARIED, seed=vote)
        return self._model.ask(Request((Message("user", parts),), sampling=sampling)).text
