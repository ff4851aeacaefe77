"""How each family answers: its units and its words, as a test names them."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.grounding import voice_json, voice_written
from tests.grounding.plan import Intent
from tests.grounding.saying import Pointer, Saying, Units

Speaker = Callable[[Intent, Pointer, Random], Saying]


@dataclass(frozen=True)
class Voice:
    """One family.

    Attributes:
        units: What its numbers mean.
        speak: Puts an intent into its words.
    """

    units: Units
    speak: Speaker


VOICES: Final[dict[str, Voice]] = {
    "qwen2_5_vl": Voice("px", voice_json.qwen),
    "qwen2_vl": Voice("grid", voice_json.qwen),
    "qvq": Voice("grid", voice_json.qvq),
    "qwen3_vl": Voice("grid", voice_json.qwen_with_thought),
    "qwen3_vl_thinking": Voice("grid", voice_json.qwen_thinking),
    "ui_tars": Voice("px", voice_written.ui_tars),
    "ui_tars_1_0": Voice("grid", voice_written.ui_tars),
    "gui_owl": Voice("px", voice_json.qwen_with_thought),
    "gui_owl_1_5": Voice("grid", voice_json.qwen_with_thought),
    "autoglm_phone": Voice("grid", voice_written.autoglm),
    "autoglm_phone_zh": Voice("grid", voice_written.autoglm_zh),
    "tools": Voice("grid", voice_json.native_tools),
    "tools_text": Voice("grid", voice_json.text_tools),
}
