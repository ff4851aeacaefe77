"""The second line of defence: no text of a recording is written without a look for secrets.

The first one is ``tools.secrets``, above which nobody knows a value. What comes here with one came
by another way: from a tool that reads the environment, or from a traceback.
"""

import json
from typing import Final

from pydantic import BaseModel, JsonValue

from agent.recording.redact import Redactor

_FORM: Final = frozenset(
    {"event", "kind", "path", "sha256", "key", "messages", "settings", "stop", "verdict", "space",
     "rung", "direction", "started", "run", "frame_key", "events_sha256"}
)  # fmt: skip
"""Names whose texts belong to the format, and could not be read any more if they were changed."""
_FREE: Final = frozenset({"arguments", "value", "config", "reply", "versions"})
"""Names below which everything is somebody's own, whatever it is called."""


class Discretion:
    """Writes values as JSON, without secrets.

    Args:
        redactor: Knows the secrets; ``None`` if there are none, which then costs nothing.
    """

    def __init__(self, redactor: Redactor | None) -> None:
        self._redactor = redactor

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        return text if self._redactor is None else self._redactor.text(text)

    def part(self, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """A part of a request, without secrets."""
        if self._redactor is None:
            return value
        return {name: self._redactor.value(each, numbers=True) for name, each in value.items()}

    def json(self, value: BaseModel, *, indent: int | None = None) -> str:
        """``value`` as JSON, without secrets in what is no part of the format."""
        if self._redactor is None:
            return value.model_dump_json(indent=indent)
        clean = self._clean(self._redactor, value.model_dump(mode="json"))
        separators = (",", ":") if indent is None else None
        return json.dumps(clean, ensure_ascii=False, indent=indent, separators=separators)

    def _clean(self, redactor: Redactor, value: JsonValue) -> JsonValue:
        match value:
            case dict():
                return {
                    name: each
                    if name in _FORM and isinstance(each, str | list)
                    else redactor.value(each, numbers=True)
                    if name in _FREE
                    else self._clean(redactor, each)
                    for name, each in value.items()
                }
            case list():
                return [self._clean(redactor, each) for each in value]
            case str():
                return redactor.text(value)
            case _:
                return value


OPEN: Final = Discretion(None)
"""That of a run without secrets."""
