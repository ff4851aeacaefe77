"""Qwen3-VL: positions on a grid of a thousand, pictures in tokens of 32 px, a thought first."""

from agent.dialects.function_call import FunctionCallDialect
from agent.model import Sampling
from agent.sight import Sizing
from tools.geometry import Space

SIZING = Sizing(factor=32, min_pixels=256 * 256, max_pixels=1280 * 32 * 32)


def qwen3_vl(*, thinking: bool = False) -> FunctionCallDialect:
    """Qwen3-VL, dense and mixture of experts.

    Args:
        thinking: Whether it is one of the Thinking models, which must not be asked greedily.
    """
    if not thinking:
        return FunctionCallDialect("qwen3_vl", SIZING, Space.NORM1000, "999x999")
    return FunctionCallDialect(
        "qwen3_vl_thinking",
        SIZING,
        Space.NORM1000,
        "999x999",
        form="form_action",
        reasons=True,
        sampling=Sampling(temperature=0.6, top_p=0.95, max_tokens=8192),
    )
