"""GUI-Owl-1.5 (Mobile-Agent-v3.5), made from Qwen3-VL; it can ask the person."""

from agent.dialects.function_call import FunctionCallDialect
from agent.dialects.qwen3_vl import SIZING
from tools.geometry import Space


def gui_owl_1_5() -> FunctionCallDialect:
    """GUI-Owl-1.5 in all sizes."""
    return FunctionCallDialect(
        "gui_owl_1_5",
        SIZING,
        Space.NORM1000,
        "1000x1000",
        form="form_action",
        opening="opening_owl",
        window=4,
        asks=True,
    )
