"""Qwen2-VL and QVQ: positions on a 0..1000 grid, pictures in tokens of 28 px."""

from agent.dialects.function_call import FunctionCallDialect
from agent.model import Sampling
from agent.sight import Sizing
from tools.geometry import Space

SIZING = Sizing(factor=28, min_pixels=56 * 56, max_pixels=1280 * 28 * 28)
GRID = "1000x1000"


def qwen2_vl() -> FunctionCallDialect:
    """Qwen2-VL-Instruct."""
    return FunctionCallDialect("qwen2_vl", SIZING, Space.NORM1000, GRID, form="form_call")


def qvq() -> FunctionCallDialect:
    """QVQ-72B-Preview: thinks long and aloud, and was made for a single question."""
    return FunctionCallDialect(
        "qvq",
        SIZING,
        Space.NORM1000,
        GRID,
        form="form_final",
        sampling=Sampling(max_tokens=8192),
        window=1,
        single_turn=True,
        final_marker=True,
    )
