"""A model that is a recording: it is asked what it was asked, and answers what it answered.

An answer is found by the hash of the whole request, pictures by their hashes; only if today's code
asks something else is it found by its place in the step, and that is told as a divergence.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from PIL import Image
from pydantic import JsonValue

from agent.model import ImagePart, OnText, Reply, Request
from agent.replay.divergence import Divergence, Matter
from agent.replay.recorded_device import RecordedClock, RecordedDevice, as_it_ended
from agent.replay.request_diff import SHOWN_HASH, Difference, differences, digest
from agent.replay.tape import Exchange, Tape
from tools.errors import ContextTooLongError, ModelError, ReplayDivergedError
from tools.screen import Screenshot, compare

AsJson = Callable[[Request], Mapping[str, JsonValue]]
"""How a request is written down, its pictures by their hash."""
_NOTHING: Final = "no request"
AS_TOLD: Final = "differs as it was told of a step before"


class Pictures:
    """Tells whether a picture is one that was sent, where it must be by its bytes.

    A frame that was stored as a JPEG is not what was seen, so that no picture made of it has the
    bytes of the one that was sent; such pictures are compared by tiles.

    Attributes:
        likened: How many pictures count as the same by their tiles.
        encoded: Hashes of those that do not, though no tile differs: the frame is known exactly,
            and yet the bytes are others.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._sent = {ref.sha256: ref for each in tape.exchanges for ref in each.request.images}
        self._known: dict[str, str] = {}
        self.likened = 0
        self.encoded: set[str] = set()

    def name_of(self, image: ImagePart, step: int) -> str:
        """The hash under which ``image`` counts: that of the picture sent, if it is the same."""
        if image.sha256 in self._sent:
            return image.sha256
        if image.sha256 not in self._known:
            self._known[image.sha256] = self._likened(image, step)
        return self._known[image.sha256]

    def _likened(self, image: ImagePart, step: int) -> str:
        requests = self._tape.steps[step].requests
        newest = self._tape.newest_picture(requests[0])[0] if requests else ""
        if newest not in self._sent:
            return image.sha256
        sent = _opened(self._tape.recording.read(self._sent[newest]))
        if compare(sent, _opened(image.data)).count:
            return image.sha256
        if not self._tape.lossy(step):
            self.encoded.add(image.sha256[:SHOWN_HASH])
            return image.sha256
        self.likened += 1
        return newest


class RecordedModel:
    """Answers from a tape.

    Args:
        tape: The recording.
        device: Says which step it is.
        clock: Brought to the time of each answer.
        as_json: How a request was written down.

    Attributes:
        divergences: What was asked otherwise than it was recorded.
        pictures: How pictures were found to be the same.
    """

    def __init__(
        self, tape: Tape, device: RecordedDevice, clock: RecordedClock, as_json: AsJson
    ) -> None:
        self._tape, self._device, self._clock, self._as_json = tape, device, clock, as_json
        self._left = list(tape.exchanges)
        self._keys = {id(each): digest(_request(tape, each)) for each in self._left}
        self._told: dict[str, int] = {}
        self.divergences: list[Divergence] = []
        self.pictures = Pictures(tape)

    @property
    def name(self) -> str:
        """As recorded."""
        return self._tape.recording.start.model

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:  # noqa: ARG002 - nobody listens
        """The recorded answer to ``request``.

        Raises:
            ReplayDivergedError: Nothing more was asked in this step when it was recorded.
            ModelError: It could not be asked when it was recorded.
        """
        step, asked = self._device.step, self._written(request)
        found = self._by_hash(asked) or self._by_place(step, asked)
        if found is None:
            self._note(step, "reply", _NOTHING, "another request")
            raise ReplayDivergedError(step, _NOTHING, "another request", 0)
        self._left.remove(found)
        if found.step != step:
            self._note(step, "reply", f"this request in step {found.step + 1}", "it is asked now")
        if found.response is None:
            raise self._failure(found)
        self._clock.reach(found.response.at_s)
        return found.response.reply

    def close(self) -> None:
        """Nothing is held."""

    def unasked(self, until: int) -> Iterator[Divergence]:
        """What was asked in the recorded steps up to ``until`` and was not asked now."""
        for each in self._left:
            if each.step <= until:
                yield Divergence(
                    step=each.step, what="reply", expected="a request", seen="none is made"
                )

    def _written(self, request: Request) -> dict[str, JsonValue]:
        names = {
            part.sha256: self.pictures.name_of(part, self._device.step)
            for message in request.messages
            for part in message.images
        }
        text = json.dumps(self._as_json(request), ensure_ascii=False)
        for name, counts_as in names.items():
            text = text.replace(name, counts_as) if name != counts_as else text
        written: dict[str, JsonValue] = json.loads(text)
        return written

    def _by_hash(self, asked: Mapping[str, JsonValue]) -> Exchange | None:
        key = digest(asked)
        return next((each for each in self._left if self._keys[id(each)] == key), None)

    def _by_place(self, step: int, asked: Mapping[str, JsonValue]) -> Exchange | None:
        found = next((each for each in self._left if each.step == step), None)
        if found is None:
            return None
        fresh = [
            each
            for each in differences(_request(self._tape, found), asked)
            if self._told.setdefault(_key_of(each), step) == step
        ]
        for each in fresh:
            self.divergences.append(
                Divergence(
                    step=step,
                    what="picture" if each.picture else "request",
                    expected=each.expected,
                    seen=f"{each.seen}{self._encoded(each)}",
                    where=each.place,
                    diff=each.diff,
                )
            )
        if not fresh:
            self._note(step, "request", "as recorded", AS_TOLD)
        return found

    def _encoded(self, found: Difference) -> str:
        alike = found.picture and any(name in found.seen for name in self.pictures.encoded)
        return ", which looks the same: another encoder or quality" if alike else ""

    def _failure(self, found: Exchange) -> BaseException:
        if any(each.step == found.step for each in self._left):  # it was asked again, shorter
            return ContextTooLongError("The request did not fit when it was recorded.")
        return as_it_ended(self._tape, ModelError("No answer to this request was recorded."))

    def _note(self, step: int, what: Matter, expected: str, seen: str) -> None:
        self.divergences.append(Divergence(step=step, what=what, expected=expected, seen=seen))


def _request(tape: Tape, exchange: Exchange) -> dict[str, JsonValue]:
    parts, request = tape.recording.parts, exchange.request
    messages: list[JsonValue] = [dict(parts.get(key, {})) for key in request.messages]
    return {"messages": messages, **parts.get(request.settings, {})}


def _key_of(found: Difference) -> str:
    """A difference is told in the step in which it first appears, and is the same wherever."""
    return digest([found.expected, found.seen, *found.diff])


def _opened(data: bytes) -> Screenshot:
    return Screenshot(Image.open(io.BytesIO(data)).convert("RGB"))
