"""Which coordinates a model really speaks: ask for known points and fit what comes back.

Each axis is fitted by itself with the median of all pairwise slopes (Theil and Sen), which a third
of wild answers does not move.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations
from statistics import median

from agent.model import ImagePart, Message, Model, Request, Sampling, TextPart
from agent.models.targets import Target, draw_targets, place_targets
from tools.errors import UnreadableReplyError
from tools.geometry import Frozen, Size, Space

PICTURE = Size(width=1092, height=2408)
"""What a phone of 1080x2400 is shown as; far enough from a square to tell the spaces apart."""

_N = r"(-?\d+(?:\.\d+)?)"
_SPACED = r"\s*[,\s]\s*"
_CORNERS = re.compile(rf"\(\s*{_N}\s*,\s*{_N}\s*\)\s*,\s*\(\s*{_N}\s*,\s*{_N}\s*\)")
_NAMED = re.compile(rf"\bx\b\W{{1,4}}{_N}[^\d-]{{1,12}}\by\b\W{{1,4}}{_N}", re.IGNORECASE)
_BOX = re.compile(rf"[\[(>]\s*{_N}{_SPACED}{_N}{_SPACED}{_N}{_SPACED}{_N}\s*[\])<]")
_POINT = re.compile(rf"[\[(>]\s*{_N}{_SPACED}{_N}\s*[\])<]")
_BARE = re.compile(rf"{_N}{_SPACED}{_N}")
_SCALE_TOLERANCE = 0.05
_OFFSET_TOLERANCE = 0.05
_ERROR_TOLERANCE = 0.06
_TARGETS = 8
_FEWEST = 4
_REPLY_TOKENS = 512


class Convention(StrEnum):
    """What the numbers of a model mean."""

    SENT_PX = "pixels of the picture sent"
    RESIZED_PX = "pixels of a picture the server resized"
    NORM1000 = "0..1000"
    NORM1 = "0..1"
    UNKNOWN = "no coordinates that can be made sense of"


class AxisFit(Frozen):
    """``said = scale * pixel + offset``, and how far the answers lie from that line.

    Attributes:
        scale: Said units per pixel of the picture sent.
        offset: In said units.
        error: Median distance, as a share of the picture's side.
    """

    scale: float
    offset: float
    error: float


class Answered(Frozen):
    """One target and where the model says that it is."""

    target: Target
    x: float
    y: float


class Calibration(Frozen):
    """What the model's numbers turned out to mean.

    Attributes:
        size: The picture sent.
        convention: What the numbers mean.
        x: Fit of the horizontal axis.
        y: Fit of the vertical axis.
        swapped: Whether y is said before x.
        resized: The size that the server seems to have made of it; for ``RESIZED_PX`` only.
        answers: What was said.
        unread: Questions without a readable answer.
    """

    size: Size
    convention: Convention
    x: AxisFit
    y: AxisFit
    swapped: bool = False
    resized: Size | None = None
    answers: tuple[Answered, ...] = ()
    unread: int = 0

    def warning(self, expected: Space) -> str:
        """What is wrong for a dialect that reads ``expected``, in one line; empty if nothing is."""
        if self.convention is Convention.UNKNOWN:
            return "The model did not point at what it was shown: it cannot be used for clicks."
        if self.swapped:
            return "The model says y before x, which no dialect reads."
        wanted = Convention.SENT_PX if expected is Space.MODEL_PX else Convention.NORM1000
        if self.convention is wanted:
            return ""
        mend = "Choose a dialect that reads those."
        if self.resized is not None and expected is Space.MODEL_PX:
            pixels = self.resized.width * self.resized.height
            mend = (
                f"The server makes about {self.resized} of a picture of {self.size}: send none "
                f"above {pixels} pixels, or raise the server's limit."
            )
        return (
            f"The dialect reads {wanted.value}, but the model speaks {self.convention.value}. "
            f"{mend}"
        )


def calibrate(model: Model, size: Size = PICTURE) -> Calibration:
    """Ask ``model`` for known points and find out what its numbers mean.

    Args:
        model: Whom to ask; one short question a target, all with the same picture.
        size: Of the picture. Much wider or higher than square, or pixels may look like 0..1000.

    Raises:
        ModelError: The model could not be asked.
    """
    targets = place_targets(size, _TARGETS)
    image = draw_targets(targets, size)
    answers: list[Answered] = []
    for target in targets:
        reply = model.ask(_question(image, target))
        try:
            x, y = read_point(reply.text or reply.reasoning)
        except UnreadableReplyError:
            continue
        answers.append(Answered(target=target, x=x, y=y))
    return interpret(answers, size).model_copy(update={"unread": len(targets) - len(answers)})


def read_point(text: str) -> tuple[float, float]:
    """The last position in ``text``; the middle of it if that is a box.

    Raises:
        UnreadableReplyError: There is none.
    """
    for pattern in (_CORNERS, _NAMED, _BOX, _POINT, _BARE):
        found = pattern.findall(text)
        if found:
            numbers = [float(number) for number in found[-1]]
            half = len(numbers) // 2
            if half == 1:
                return numbers[0], numbers[1]
            return (numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2
    raise UnreadableReplyError(f"No position in {text[:80]!r}.")


def interpret(answers: Sequence[Answered], size: Size) -> Calibration:
    """What the numbers in ``answers`` to a picture of ``size`` mean."""
    answers = tuple(answers)
    if len(answers) < _FEWEST:
        nothing = AxisFit(scale=0.0, offset=0.0, error=1.0)
        return Calibration(
            size=size, convention=Convention.UNKNOWN, x=nothing, y=nothing, answers=answers
        )
    wide, high = [a.target.x for a in answers], [a.target.y for a in answers]
    first, second = [a.x for a in answers], [a.y for a in answers]
    x, y = _fit(wide, first, size.width), _fit(high, second, size.height)
    other_x, other_y = _fit(wide, second, size.width), _fit(high, first, size.height)
    swapped = max(other_x.error, other_y.error) < min(_ERROR_TOLERANCE, max(x.error, y.error) / 2)
    if swapped:
        x, y = other_x, other_y
    convention = _convention(x, y, size)
    resized = None
    if convention is Convention.RESIZED_PX:
        resized = Size(
            width=max(1, round(size.width * x.scale)), height=max(1, round(size.height * y.scale))
        )
    return Calibration(
        size=size,
        convention=convention,
        x=x,
        y=y,
        swapped=swapped,
        resized=resized,
        answers=answers,
    )


def _question(image: ImagePart, target: Target) -> Request:
    asked = (
        f"Each coloured disc in this picture is marked with a letter. Point at the centre of the "
        f"disc marked {target.letter}. Answer with its position in the picture and nothing else, "
        'as JSON: {"point_2d": [x, y]}'
    )
    return Request(
        messages=(Message("user", (image, TextPart(asked))),),
        sampling=Sampling(max_tokens=_REPLY_TOKENS),
    )


def _fit(pixels: Sequence[float], said: Sequence[float], side: int) -> AxisFit:
    pairs = list(zip(pixels, said, strict=True))
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(pairs, 2) if a[0] != b[0]]
    scale = median(slopes) if slopes else 0.0
    offset = median(value - scale * pixel for pixel, value in pairs)
    if scale == 0:
        return AxisFit(scale=0.0, offset=offset, error=1.0)
    error = median(abs(value - scale * pixel - offset) for pixel, value in pairs)
    return AxisFit(scale=scale, offset=offset, error=min(1.0, error / abs(scale) / side))


def _convention(x: AxisFit, y: AxisFit, size: Size) -> Convention:
    if max(x.error, y.error) > _ERROR_TOLERANCE or min(x.scale, y.scale) <= 0:
        return Convention.UNKNOWN
    for axis, side in ((x, size.width), (y, size.height)):
        if abs(axis.offset / axis.scale) > _OFFSET_TOLERANCE * side:
            return Convention.UNKNOWN
    candidates = {
        Convention.SENT_PX: (1.0, 1.0),
        Convention.NORM1000: (1000 / size.width, 1000 / size.height),
        Convention.NORM1: (1 / size.width, 1 / size.height),
    }
    distances = {
        name: max(abs(x.scale / scale_x - 1), abs(y.scale / scale_y - 1))
        for name, (scale_x, scale_y) in candidates.items()
    }
    nearest = min(distances, key=distances.__getitem__)
    if distances[nearest] <= _SCALE_TOLERANCE:
        return nearest
    if abs(x.scale / y.scale - 1) <= _SCALE_TOLERANCE:
        return Convention.RESIZED_PX
    return Convention.UNKNOWN
