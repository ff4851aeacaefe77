"""Holding a server's replies to a JSON schema: the four ways there are, and how each is probed.

Many servers accept the fields and ignore them, so nothing is believed that was not tried: the probe
asks for one thing and gives a schema that allows only another. What came back is kept in the user's
cache, once per server and model. Replies are validated by whoever reads them, always.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs

from agent.model import Message, Reply, Request, Sampling, TextPart

Json = dict[str, Any]
Constraint = Literal["json_schema", "structural_tag", "structured_outputs", "guided_json"]
WRAPPED: frozenset[Constraint] = frozenset({"structural_tag"})
"""The ways that hold only what stands between two tags, and leave the thought before it free."""
FIELDS = frozenset({"response_format", "structured_outputs", "guided_json"})
"""Fields of a request by which a schema is sent."""

_ANSWER: Json = {"token": "tapwright-1729"}
_SCHEMA: Json = {
    "type": "object",
    "properties": {"token": {"type": "string", "enum": [_ANSWER["token"]]}},
    "required": ["token"],
    "additionalProperties": False,
}
_TAGS = ("<probe>", "</probe>")
_PROBE_TOKENS = 256


def fields_for(constraint: Constraint, request: Request) -> Json:
    """The fields that hold the reply to the schema of ``request`` in the way ``constraint``."""
    schema = request.schema
    if schema is None:
        return {}
    match constraint:
        case "json_schema":
            described = {"name": "reply", "schema": schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": described}}
        case "structural_tag":
            begin, end = request.wrapper[0].lstrip(), request.wrapper[1]
            structure = {"begin": begin, "schema": schema, "end": end}
            return {
                "response_format": {
                    "type": "structural_tag",
                    "structures": [structure],
                    "triggers": [begin.rstrip()],
                }
            }
        case "structured_outputs":
            return {"structured_outputs": {"json": schema}}
        case "guided_json":
            return {"guided_json": schema}


def fits(constraint: Constraint, request: Request) -> bool:
    """Whether ``constraint`` can hold the action slot of ``request`` and leave the rest alone.

    A slot between tags has a thought before it; to force the whole reply into JSON would cost it.
    """
    if request.schema is None:
        return False
    return (constraint in WRAPPED) is bool(request.wrapper[0].strip())


def probe_request(constraint: Constraint) -> Request:
    """A question whose answer tells whether the server honours ``constraint``."""
    if constraint in WRAPPED:
        asked = f'Reply with exactly this and nothing else: {_TAGS[0]}{{"n": 1}}{_TAGS[1]}'
        wrapper = _TAGS
    else:
        asked = "Which colour has the sky on a clear day? Answer in one word."
        wrapper = ("", "")
    return Request(
        messages=(Message("user", (TextPart(asked),)),),
        schema=_SCHEMA,
        wrapper=wrapper,
        sampling=Sampling(max_tokens=_PROBE_TOKENS),
    )


def honoured(constraint: Constraint, reply: Reply) -> bool:
    """Whether ``reply`` to the probing request says what only the schema could have made it say."""
    text = reply.text.strip()
    if constraint in WRAPPED:
        _, begin, rest = text.partition(_TAGS[0])
        text, end, _ = rest.partition(_TAGS[1])
        if not (begin and end):
            return False
    try:
        return bool(json.loads(text) == _ANSWER)
    except ValueError:
        return False


class ServerMemory:
    """What is known of servers, kept in a small file that may be deleted at any time.

    Args:
        path: The file; in the user's cache folder if ``None``.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else default_path()

    def recall(self, base_url: str, model: str) -> dict[str, bool]:
        """Constraint to whether it was honoured, for those that were ever tried."""
        known = self._read().get(_name(base_url, model), {})
        if not isinstance(known, dict):
            return {}
        return {name: value for name, value in known.items() if isinstance(value, bool)}

    def keep(self, base_url: str, model: str, found: Mapping[str, bool]) -> None:
        """Remember ``found`` beside what was known before. A cache that cannot be written is none.

        Writers at the same time may lose each other's news, which is then probed once more.
        """
        everything = self._read()
        everything[_name(base_url, model)] = {**self.recall(base_url, model), **found}
        self._write(everything)

    def forget(self, base_url: str, model: str) -> None:
        """Forget this server and model, so that it is probed anew."""
        everything = self._read()
        if everything.pop(_name(base_url, model), None) is not None:
            self._write(everything)

    def _read(self) -> Json:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, everything: Json) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(everything, file, indent=1, sort_keys=True)
            Path(name).replace(self._path)
        except OSError:
            return


def default_path() -> Path:
    """The file in this user's cache folder."""
    return Path(platformdirs.user_cache_dir("tapwright", appauthor=False)) / "servers.json"


def _name(base_url: str, model: str) -> str:
    return f"{base_url} {model}"
