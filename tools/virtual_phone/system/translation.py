"""English text to Chinese text, from YAML files beside the apps."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

SYSTEM = Path(__file__).with_name("texts.zh.yaml")
"""Texts every app may use: dialogs of the system, and words such as OK and Cancel."""


class TranslationError(ValueError):
    """A translation file is not a mapping of text to text."""


def translate(path: Path | None, text: str, locale: str) -> str:
    """`text` in Chinese if the phone speaks it and a file knows it, else `text` itself."""
    if locale != "zh":
        return text
    if path is not None:
        own = _load(path).get(text)
        if own is not None:
            return own
    return _load(SYSTEM).get(text, text)


@lru_cache(maxsize=64)
def _load(path: Path) -> dict[str, str]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    texts = data if isinstance(data, dict) else {}
    if not texts or not all(isinstance(part, str) for pair in texts.items() for part in pair):
        raise TranslationError(f"{path}: expected a mapping of English text to Chinese text")
    return texts
