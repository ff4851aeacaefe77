"""Answers what a page asks for, whatever serves it: its files, what is to be seen, and gestures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.resources import files
from pathlib import PurePosixPath
from threading import BoundedSemaphore
from typing import Final
from urllib.parse import parse_qs

from pydantic import Field, ValidationError

from agent.person.door import RefusedError
from agent.person.gestures import Posted, TurnedError
from agent.person.orders import Steered
from agent.person.surface import Surface
from tools.errors import AgentMistakeError
from tools.geometry import Frozen

LARGEST_POST = 128 * 1024
_FRONT = "index.html"
_FILES: Final = frozenset({"page.css", "page.js", "hands.js", "run.js", "icon.svg"})
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLL_S = 8.0
_MOST_POLLS = 16


class TakenBack(Frozen):
    """Which act is to be forgotten."""

    number: int = Field(ge=1)


@dataclass(frozen=True)
class Reply:
    """What is sent back.

    Attributes:
        kind: Its media type.
        headers: Beside those that every answer has.
    """

    body: bytes = field(repr=False)
    kind: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.OK


class Desk:
    """Answers for one surface; from any thread.

    Args:
        surface: What is shown, and where gestures go.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._polls = BoundedSemaphore(_MOST_POLLS)

    def get(self, path: str, query: str) -> Reply:
        """Files of the page, ``view`` (waits for news) and ``picture``.

        Raises:
            RefusedError: There is no such thing, or not now.
        """
        if path == "" or path in _FILES:
            name = path or _FRONT
            data = files("agent.person").joinpath("page", name).read_bytes()
            return Reply(data, _TYPES[PurePosixPath(name).suffix])
        if path == "view":
            return self._view(query)
        if path == "picture":
            picture = self._surface.picture()
            if picture is None:
                raise RefusedError(HTTPStatus.NOT_FOUND, "There is no picture yet.")
            return Reply(picture.jpeg, "image/jpeg", {"X-Picture": str(picture.number)})
        raise RefusedError(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _view(self, query: str) -> Reply:
        told = parse_qs(query).get("after", ["0"])[0]
        if not (told.isascii() and told.isdigit() and len(told) <= 12):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "after must be a number.")
        if not self._polls.acquire(blocking=False):
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open.")
        try:
            view = self._surface.view(int(told), _POLL_S)
        finally:
            self._polls.release()
        return Reply(view.model_dump_json().encode(), "application/json")

    def takes(self, path: str) -> None:
        """Whether anything can be posted to ``path``.

        Raises:
            RefusedError: It cannot.
        """
        if path not in {"act", "take-back", "steer"}:
            raise RefusedError(HTTPStatus.NOT_FOUND, "There is no such page.")

    def post(self, path: str, body: bytes) -> Reply:
        """``act``, ``take-back`` and ``steer``.

        Raises:
            RefusedError: It cannot be taken; the text says why.
        """
        self.takes(path)
        try:
            if path == "take-back":
                number = TakenBack.model_validate_json(body).number
                return as_json({"taken_back": self._surface.take_back(number)})
            if path == "steer":
                self._surface.steer(Steered.model_validate_json(body).order)
                return as_json({})
            self._surface.accept(Posted.model_validate_json(body))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"{where}: {first['msg']}") from None
        except TurnedError as error:
            raise RefusedError(HTTPStatus.CONFLICT, str(error)) from None
        except AgentMistakeError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from None
        return as_json({})


def expected_length(content_type: str, length: str) -> int:
    """How many bytes of a post are to be read.

    Args:
        content_type: The header of that name.
        length: The header Content-Length; empty without one.

    Raises:
        RefusedError: It is no JSON, does not say its length, or is too long.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only JSON is taken.")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "Say how long it is.")
    if len(length) > 9 or int(length) > LARGEST_POST:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {LARGEST_POST} bytes are taken."
        )
    return int(length)


def as_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """A value as an answer."""
    return Reply(json.dumps(value).encode(), "application/json", status=status)
