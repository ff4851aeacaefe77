"""GUI-Owl (Mobile-Agent-v3), made from Qwen2.5-VL: its words, its pixels."""

from agent.dialects.function_call import FunctionCallDialect
from agent.dialects.qwen2_5_vl import SIZING
from tools.geometry import Space


def gui_owl() -> FunctionCallDialect:
    """GUI-Owl-7B and 32B."""
    return FunctionCallDialect(
        "gui_owl", SIZING, Space.MODEL_PX, form="form_thought", opening="opening_owl", noted=True
    )
