"""From a frame of the screen to the picture a model is shown, and back to the pixel.

A frame is resized once, to exactly the size at which the model's own image processor leaves it
alone, and encoded once. What was done is kept as values, so that a point the model names can be
traced back to the device.
"""

import io
import math
from dataclasses import dataclass
from typing import Annotated, Final

from PIL import Image
from pydantic import Field, model_validator

from agent.model import ImagePart
from tools.errors import CaptureError, ConfigError
from tools.geometry import Box, Frozen, ModelPoint, Projection, Size, Space
from tools.screen import Screenshot

SIGHT_QUALITY = 80
"""JPEG quality of what is sent: with halved colour about 60 KB for a phone at 1280 tokens. Tables
made for each picture (``optimize``) save a seventh of that for 1.5 ms."""
MAX_ASPECT: Final = 200
_JPEG = "image/jpeg"


class Sizing(Frozen):
    """How a model family sizes pictures: sides are multiples of ``factor``, area is in a budget.

    Attributes:
        factor: Pixels a visual token covers in each direction.
        min_pixels: Smaller pictures are enlarged to at least about this area.
        max_pixels: Larger pictures are shrunk to at most this area.
    """

    factor: Annotated[int, Field(ge=1)]
    min_pixels: Annotated[int, Field(ge=1)]
    max_pixels: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _in_order(self) -> "Sizing":
        if not max(self.min_pixels, self.factor**2) <= self.max_pixels:
            raise ValueError(
                f"max_pixels must be at least min_pixels ({self.min_pixels}) and one token "
                f"({self.factor**2}), not {self.max_pixels}"
            )
        return self

    def budget(self, *, min_pixels: int = 0, max_pixels: int = 0) -> "Sizing":
        """The same family with another budget; 0 leaves a bound as it is.

        Raises:
            ConfigError: The bounds leave no room.
        """
        low, high = min_pixels or self.min_pixels, max_pixels or self.max_pixels
        if not min_pixels:
            low = min(low, high)
        if high < max(low, self.factor**2):
            raise ConfigError(
                f"A picture cannot have at least {low} and at most {high} pixels.",
                hint=f"One token of this model is {self.factor**2} pixels.",
            )
        return Sizing(factor=self.factor, min_pixels=low, max_pixels=high)

    def shown(self, screen: Size) -> Size:
        """The size at which the family's processor takes a frame of ``screen`` as it is.

        This is ``smart_resize`` of the processors in transformers. The one of qwen-vl-utils
        rounds a side below half a factor up before it looks at the area, and so gives another
        size for such slivers.

        Raises:
            CaptureError: One side is more than 200 times the other.
        """
        width, height, factor = screen.width, screen.height, self.factor
        if max(width, height) > MAX_ASPECT * min(width, height):
            raise CaptureError(f"A frame of {screen} is too narrow to be shown to a model.")
        # round() takes halves to the even side, as the processors do.
        wide, high = round(width / factor) * factor, round(height / factor) * factor
        if wide * high > self.max_pixels:
            shrink = math.sqrt(height * width / self.max_pixels)
            wide = max(factor, math.floor(width / shrink / factor) * factor)
            high = max(factor, math.floor(height / shrink / factor) * factor)
        elif wide * high < self.min_pixels:
            grow = math.sqrt(self.min_pixels / (height * width))
            wide = math.ceil(width * grow / factor) * factor
            high = math.ceil(height * grow / factor) * factor
        return Size(width=wide, height=high)

    def tokens(self, screen: Size) -> int:
        """Visual tokens that a frame of ``screen`` costs, without the two that frame them."""
        shown = self.shown(screen)
        return shown.width * shown.height // self.factor**2


class Transform(Frozen):
    """One link in the chain from a model's numbers to device px: ``x * scale + offset``.

    Attributes:
        space: The space this link leads into, such as ``device_px``.
    """

    space: str
    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Where this link takes a position."""
        return x * self.scale_x + self.offset_x, y * self.scale_y + self.offset_y


def chain(projection: Projection, space: Space) -> tuple[Transform, ...]:
    """The links from a position as a model says it to one on the device's frame.

    A pixel number in the shown picture stands for the middle of that pixel. The device pixel is
    the whole part of the last position; the far edge belongs to the last pixel.
    """
    shown = projection.shown
    area = projection.region if projection.region is not None else Box.of(projection.device)
    norm = space is Space.NORM1000
    return (
        Transform(
            space="shown_position",
            scale_x=shown.width / 1000 if norm else 1.0,
            scale_y=shown.height / 1000 if norm else 1.0,
            offset_x=0.0 if norm else 0.5,
            offset_y=0.0 if norm else 0.5,
        ),
        Transform(
            space="device_px",
            scale_x=area.width / shown.width,
            scale_y=area.height / shown.height,
            offset_x=float(area.left),
            offset_y=float(area.top),
        ),
    )


@dataclass(frozen=True)
class Shown:
    """A frame as a model was shown it.

    Attributes:
        image: The bytes that are sent.
        projection: How it lies on the device's screen.
    """

    image: ImagePart
    projection: Projection

    def to_device(self, x: float, y: float, space: Space) -> tuple[int, int]:
        """Device px of a position the model named.

        Raises:
            OffScreenError: It is outside the picture.
        """
        point = self.projection.to_device(ModelPoint(x=x, y=y, space=space))
        return point.x, point.y


class Sight:
    """Turns frames into what a model is shown, each one once.

    Args:
        sizing: Of the model's family.
    """

    def __init__(self, sizing: Sizing) -> None:
        self.sizing = sizing
        self._last: tuple[Image.Image, Shown] | None = None

    def look(self, screenshot: Screenshot) -> Shown:
        """The picture for ``screenshot``; the same frame again costs nothing.

        Raises:
            CaptureError: The frame is too narrow.
        """
        if self._last is not None and self._last[0] is screenshot.image:
            return self._last[1]
        size = self.sizing.shown(screenshot.size)
        image = screenshot.image if screenshot.image.mode == "RGB" else _opaque(screenshot.image)
        if size != screenshot.size:
            image = image.resize((size.width, size.height), Image.Resampling.BICUBIC)
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=SIGHT_QUALITY, subsampling=2, optimize=True)
        part = ImagePart(data=buffer.getvalue(), media_type=_JPEG, size=size)
        shown = Shown(part, Projection(shown=size, device=screenshot.size))
        self._last = (screenshot.image, shown)
        return shown


def _opaque(image: Image.Image) -> Image.Image:
    """``image`` in RGB, with what is transparent on black, as a screen shows it."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "black")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
