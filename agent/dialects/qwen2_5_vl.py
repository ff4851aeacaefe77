"""Qwen2.5-VL: positions in pixels of the picture as it is shown."""

from agent.dialects.function_call import FunctionCallDialect
from agent.sight import Sizing
from tools.geometry import Space

SIZING = Sizing(factor=28, min_pixels=56 * 56, max_pixels=1280 * 28 * 28)


def qwen2_5_vl() -> FunctionCallDialect:
    """Qwen2.5-VL-Instruct in all sizes."""
    return FunctionCallDialect("qwen2_5_vl", SIZING, Space.MODEL_PX, form="form_call", noted=True)
