"""UI-TARS 1.5, made from Qwen2.5-VL: positions in pixels of the picture as it is shown."""

from agent.dialects.action_line import ActionLineDialect
from agent.sight import Sizing
from tools.geometry import Space

SIZING = Sizing(factor=28, min_pixels=100 * 28 * 28, max_pixels=1280 * 28 * 28)


def ui_tars() -> ActionLineDialect:
    """UI-TARS-1.5-7B."""
    return ActionLineDialect("ui_tars", SIZING, Space.MODEL_PX)
