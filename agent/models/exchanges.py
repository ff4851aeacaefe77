"""A model whose every exchange is written down: what was sent, and what came back, verbatim."""

from typing import Any, Protocol

from agent.model import ImagePart, Message, Model, OnText, Part, Reply, Request, TextPart


class ModelLog(Protocol):
    """Keeps exchanges; a recording, or a list in a test."""

    def sent(self, model: str, request: dict[str, Any], images: tuple[ImagePart, ...]) -> None:
        """A request is about to be put to ``model``.

        Args:
            model: Its name.
            request: As JSON, see ``request_as_json``.
            images: The pictures in it, each once; the request names them by ``sha256``.
        """
        ...

    def received(self, model: str, reply: Reply) -> None:
        """What came back, before anyone tried to understand it."""
        ...


class RecordingModel:
    """``model``, with every exchange written to ``log``."""

    def __init__(self, model: Model, log: ModelLog) -> None:
        self._model, self._log = model, log

    @property
    def name(self) -> str:
        """The model's own."""
        return self._model.name

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Ask, and write down both sides; a request without a reply is one that failed."""
        self._log.sent(self.name, request_as_json(request), images_of(request))
        reply = self._model.ask(request, on_text=on_text)
        self._log.received(self.name, reply)
        return reply

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()


def images_of(request: Request) -> tuple[ImagePart, ...]:
    """The pictures in ``request``, frames of videos included, each once, in order."""
    found: dict[str, ImagePart] = {}
    for message in request.messages:
        for part in message.parts:
            pictures = part.frames if not isinstance(part, TextPart | ImagePart) else ()
            pictures = (part,) if isinstance(part, ImagePart) else pictures
            found.update((picture.sha256, picture) for picture in pictures)
    return tuple(found.values())


def request_as_json(request: Request) -> dict[str, Any]:
    """``request`` as JSON, its pictures by their hash; equal requests give equal bytes."""
    return {
        "messages": [message_as_json(message) for message in request.messages],
        "tools": list(request.tools),
        "schema": request.schema,
        "wrapper": list(request.wrapper),
        "sampling": request.sampling.model_dump(mode="json"),
        "stop": list(request.stop),
    }


def message_as_json(message: Message) -> dict[str, Any]:
    """``message`` as JSON, its pictures by their hash."""
    written: dict[str, Any] = {
        "role": message.role,
        "parts": [_part(part) for part in message.parts],
    }
    if message.calls:
        written["calls"] = [call.model_dump(mode="json") for call in message.calls]
    if message.call_id:
        written["call_id"] = message.call_id
    return written


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"text": part.text}
    if isinstance(part, ImagePart):
        return {"image": part.sha256, "media_type": part.media_type, "size": str(part.size)}
    return {"video": [frame.sha256 for frame in part.frames], "fps": part.fps}
