"""Chooses the dialect for a model: from what it is called, never from the numbers it answers."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from agent.dialects.autoglm_phone import autoglm_phone
from agent.dialects.dialect import Dialect
from agent.dialects.gui_owl import gui_owl
from agent.dialects.gui_owl_1_5 import gui_owl_1_5
from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.dialects.qwen2_vl import qvq, qwen2_vl
from agent.dialects.qwen3_vl import qwen3_vl
from agent.dialects.tools import ToolsDialect
from agent.dialects.ui_tars import ui_tars
from agent.dialects.ui_tars_1_0 import ui_tars_1_0
from tools.errors import ConfigError

DIALECTS: Final[Mapping[str, Callable[[], Dialect]]] = {
    "qwen2_5_vl": qwen2_5_vl,
    "qwen2_vl": qwen2_vl,
    "qvq": qvq,
    "qwen3_vl": qwen3_vl,
    "qwen3_vl_thinking": lambda: qwen3_vl(thinking=True),
    "ui_tars": ui_tars,
    "ui_tars_1_0": ui_tars_1_0,
    "gui_owl": gui_owl,
    "gui_owl_1_5": gui_owl_1_5,
    "autoglm_phone": autoglm_phone,
    "autoglm_phone_zh": lambda: autoglm_phone("zh"),
    "tools": ToolsDialect,
    "tools_text": lambda: ToolsDialect(name="tools_text", native=False),
}
"""Every dialect by name."""
# In this order: models made from others come before those they were made from.
_NAMES: Final = (
    (r"gui[-_ ]?owl[-_ ]?1[._-]?5|mobile[-_]?agent[-_]?v3[._-]5", "gui_owl_1_5"),
    (r"gui[-_ ]?owl|mobile[-_]?agent[-_]?v3", "gui_owl"),
    (r"ui[-_ ]?tars[-_ ]?1[._-]?5|ui[-_ ]?tars.*[-_]1[._-]5", "ui_tars"),
    (r"ui[-_ ]?tars", "ui_tars_1_0"),
    (r"autoglm", "autoglm_phone"),
    (r"\bqvq\b|qvq[-_]", "qvq"),
    (r"qwen[-_]?3[-_]?vl.*thinking", "qwen3_vl_thinking"),
    (r"qwen[-_]?3[-_]?vl", "qwen3_vl"),
    (r"qwen[-_]?2[._-]?5[-_]?vl", "qwen2_5_vl"),
    (r"qwen[-_]?2[-_]?vl", "qwen2_vl"),
)
_TYPES: Final = {
    "qwen2_vl": "qwen2_vl",
    "qwen2_5_vl": "qwen2_5_vl",
    "qwen3_vl": "qwen3_vl",
    "qwen3_vl_moe": "qwen3_vl",
}
FALLBACK: Final = "tools"


@dataclass(frozen=True)
class Choice:
    """A dialect and why it was chosen.

    Attributes:
        dialect: The dialect.
        because: In a few words, for people.
        certain: Whether the name or the configuration said so; if not, it is worth a word.
    """

    dialect: Dialect
    because: str
    certain: bool


def dialect_named(name: str) -> Dialect:
    """The dialect that a person asked for.

    Raises:
        ConfigError: There is none of that name.
    """
    made = DIALECTS.get(name.strip().lower().replace("-", "_").replace(".", "_"))
    if made is None:
        close = difflib.get_close_matches(name, DIALECTS, n=1)
        meant = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(DIALECTS)}."
        raise ConfigError(f"There is no dialect {name!r}.", hint=meant)
    return made()


def choose_dialect(model: str, *, model_type: str = "", wanted: str = "") -> Choice:
    """The dialect for ``model``.

    Args:
        model: Its name, repository or folder.
        model_type: ``model_type`` of its ``config.json``, where that is known.
        wanted: A dialect by name, which wins; empty or ``auto`` to choose.

    Raises:
        ConfigError: There is no dialect of the name wanted.
    """
    if wanted not in ("", "auto"):
        return Choice(dialect_named(wanted), "it was asked for", certain=True)
    last = model.replace("\\", "/").rstrip("/").rpartition("/")[2]
    for text in (last, model):
        for pattern, name in _NAMES:
            if re.search(pattern, text, re.IGNORECASE):
                return Choice(DIALECTS[name](), f"the model is called {last}", certain=True)
    if model_type in _TYPES:
        name = _TYPES[model_type]
        return Choice(DIALECTS[name](), f"its config says {model_type}", certain=True)
    return Choice(DIALECTS[FALLBACK](), f"nothing more is known of {last}", certain=False)
