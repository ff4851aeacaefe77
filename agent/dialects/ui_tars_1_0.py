"""UI-TARS 1.0, made from Qwen2-VL, and Doubao's UI-TARS: positions on a 0..1000 grid."""

from agent.dialects.action_line import ActionLineDialect
from agent.dialects.ui_tars import SIZING
from tools.geometry import Space


def ui_tars_1_0() -> ActionLineDialect:
    """UI-TARS-2B, 7B and 72B, SFT and DPO."""
    return ActionLineDialect("ui_tars_1_0", SIZING, Space.NORM1000)
