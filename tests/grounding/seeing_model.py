"""A model that looks: it reads the picture in a request and answers as one family does.

It answers over HTTP as OpenAI-compatible servers do, streamed where that is asked for.
"""

import base64
import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any, Final

from PIL import Image

from tests.agent.models.fault_server import (
    USAGE,
    Answer,
    FaultServer,
    chunk,
    completion,
    refuse,
    say,
    serving,
    stream,
)
from tests.grounding.plan import Intent, next_step
from tests.grounding.reader import Picture
from tests.grounding.saying import Pointer, Saying
from tests.grounding.voices import VOICES

Json = dict[str, Any]
_DATA: Final = re.compile(r"data:(image/\w+);base64,([A-Za-z0-9+/=]+)")


@dataclass
class SeeingModel:
    """Answers chat requests; all it knows comes from the pictures in them.

    Attributes:
        family: Whose words and units it uses.
        seed: Of the ways in which it puts its answers.
        streams: Whether it streams when asked to; some servers never do.
        shrinks_to: Px to which it shrinks a larger picture before it looks, as some servers do
            without a word; 0 to look at what it is sent.
        sizes: Size of each picture it was asked about, in order.
        looked: The same after its own shrinking.
        intents: What it made of them.
    """

    family: str
    seed: int = 0
    streams: bool = True
    shrinks_to: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)
    looked: list[tuple[int, int]] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._voice = VOICES[self.family]
        self._random = Random(self.seed)
        self._lock = Lock()

    def answer(self, body: Json) -> Answer:
        """The reply to the body of a chat completion request."""
        try:
            found = last_image(body)
        except (ValueError, OSError) as error:
            return refuse(400, f"The picture in the request is none: {error}")
        if found is None:
            return refuse(400, "There is no picture in the request.")
        with self._lock:
            picture = Picture(self._shrunk(found))
            intent = next_step(picture)
            self.sizes.append(found.size)
            self.looked.append((picture.width, picture.height))
            self.intents.append(intent)
            pointer = Pointer(picture.width, picture.height, self._voice.units)
            saying = self._voice.speak(intent, pointer, self._random)
            if not (body.get("stream") and self.streams):
                return say(whole(saying))
            return stream(*streamed(saying, self._random))

    def _shrunk(self, image: Image.Image) -> Image.Image:
        share = math.sqrt(self.shrinks_to / (image.width * image.height))
        if not 0 < share < 1:
            return image
        return image.resize((round(image.width * share), round(image.height * share)))


@contextmanager
def serving_seen(model: SeeingModel) -> Iterator[FaultServer]:
    """A server in front of ``model`` for the length of a block."""
    with serving(model.answer) as server:
        yield server


def last_image(body: Json) -> Image.Image | None:
    """The newest picture in a request, decoded; ``None`` if there is none."""
    parts = [
        part
        for message in body["messages"]
        if isinstance(message["content"], list)
        for part in message["content"]
        if part["type"] == "image_url"
    ]
    if not parts:
        return None
    found = _DATA.fullmatch(parts[-1]["image_url"]["url"])
    if found is None:
        raise ValueError("a picture that is no data: address")
    image = Image.open(io.BytesIO(base64.b64decode(found[2], validate=True)))
    if image.get_format_mimetype() != found[1]:
        raise ValueError(f"a picture that is not {found[1]}")
    image.load()
    return image


def whole(saying: Saying) -> Json:
    """A reply in one piece."""
    calls = [_call(number, *call) for number, call in enumerate(saying.calls)]
    message: Json = {"reasoning_content": saying.reasoning} if saying.reasoning else {}
    if calls:
        message["tool_calls"] = calls
    reply = completion(saying.text, **message)
    reply["choices"][0]["finish_reason"] = "tool_calls" if calls else "stop"
    return reply


def streamed(saying: Saying, random: Random) -> Iterator[Json]:
    """A reply in pieces that end anywhere, also within words and tags."""
    yield chunk(role="assistant", content="")
    for piece in _pieces(saying.reasoning, random):
        yield chunk(reasoning_content=piece)
    for piece in _pieces(saying.text, random):
        yield chunk(content=piece)
    for number, (name, arguments) in enumerate(saying.calls):
        yield chunk(tool_calls=[_call(number, name, "")])
        for piece in _pieces(arguments, random):
            rest = {"index": number, "function": {"arguments": piece}}
            yield chunk(tool_calls=[rest])
    yield chunk(finish="tool_calls" if saying.calls else "stop")
    yield USAGE


def _call(number: int, name: str, arguments: str) -> Json:
    function = {"name": name, "arguments": arguments}
    return {"index": number, "id": f"call_{number}", "type": "function", "function": function}


def _pieces(text: str, random: Random) -> Iterator[str]:
    while text:
        length = random.randint(1, 24)
        yield text[:length]
        text = text[length:]
