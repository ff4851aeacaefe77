"""What families of models want when they are asked to think or to talk, beside their dialect."""

from typing import Annotated, Final

from pydantic import Field

from agent.dialects.dialect import Dialect
from agent.model import Sampling
from tools.geometry import Frozen


class Manner(Frozen):
    """How a family thinks and talks.

    Attributes:
        reason_prompt: Prompt file that opens a problem; empty for none.
        temperature: Of thoughts and talk; ``None`` as the dialect says.
        top_p: Likewise.
        presence_penalty: Likewise.
        ends_with_marker: Whether it thinks aloud whatever it is asked, and marks its answer with
            the words "Final Answer". In replies of others these words are any words.
        begins_in_thought: Whether its chat template opens the thought, so that a reply has no mark
            at its beginning.
        single_round: Whether it was made for one question, without a history.
        sees_video: Whether it takes clips.
    """

    reason_prompt: str = "perception/reason"
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    ends_with_marker: bool = False
    begins_in_thought: bool = False
    single_round: bool = False
    sees_video: bool = True

    def sampling(self, dialect: Dialect, max_tokens: int) -> Sampling:
        """How tokens of a thought or of talk are drawn, at most ``max_tokens`` of them."""
        own = {
            name: value
            for name in ("temperature", "top_p", "presence_penalty")
            if (value := getattr(self, name)) is not None
        }
        return dialect.sampling.model_copy(update={**own, "max_tokens": max_tokens})


# Sampling of Qwen3-VL: its own README. QVQ: what its model card lists as limits.
_MANNERS: Final = {
    "qvq": Manner(
        reason_prompt="perception/reason_qvq",
        ends_with_marker=True,
        single_round=True,
        sees_video=False,
    ),
    "qwen3_vl": Manner(temperature=0.7, top_p=0.8, presence_penalty=1.5),
    "qwen3_vl_thinking": Manner(
        reason_prompt="",
        temperature=0.6,
        top_p=0.95,
        begins_in_thought=True,
    ),
}
_ANY: Final = Manner()


def manner_of(dialect: Dialect) -> Manner:
    """The manner of the family that ``dialect`` speaks to."""
    return _MANNERS.get(dialect.name, _ANY)
