"""Points, sizes and boxes, and the only conversions between coordinate spaces.

Four spaces are told apart by type. **Device px**: ``Point``, whole pixels of the frame as the
device returned it, origin top left, ``0 <= x < width``. **Model px** and **norm1000**:
``ModelPoint``, in the image a model was shown, or on a 0..1000 grid laid over it. **Desktop
points**: ``DesktopPoint``, what a desktop counts its pointer in, over all monitors.

Pixel ``n`` covers the stretch from ``n`` to ``n + 1``, so a pixel index is converted by its middle,
``n + 0.5``. A norm1000 value is a position on that stretch, not an index: 0 is the left edge of the
screen and 1000 its right edge, which belongs to the last pixel.
"""

import math
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import OffScreenError

NORM1000 = 1000.0


class Frozen(BaseModel):
    """A strict, immutable value: no unknown fields, no silent conversions."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Space(StrEnum):
    """What the numbers of a ``ModelPoint`` mean."""

    MODEL_PX = "model_px"
    NORM1000 = "norm1000"


class Size(Frozen):
    """Width and height in pixels, both at least 1."""

    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class Point(Frozen):
    """A pixel of the device's frame."""

    x: int
    y: int

    def within(self, size: Size) -> bool:
        """Whether this pixel exists in a frame of ``size``."""
        return 0 <= self.x < size.width and 0 <= self.y < size.height

    def require_within(self, size: Size) -> "Point":
        """Return this point, if it is on a screen of ``size``.

        Raises:
            OffScreenError: It is not.
        """
        if not self.within(size):
            raise OffScreenError(
                f"({self.x}, {self.y}) is off the screen, which is {size} pixels: "
                f"x goes from 0 to {size.width - 1}, y from 0 to {size.height - 1}."
            )
        return self

    def __str__(self) -> str:
        return f"({self.x}, {self.y})"


class Box(Frozen):
    """A rectangle in device px; ``right`` and ``bottom`` are the first pixels outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns covered; 0 for an empty box."""
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        """Rows covered; 0 for an empty box."""
        return max(0, self.bottom - self.top)

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height

    @property
    def center(self) -> Point:
        """The middle pixel, inside the box unless it is empty."""
        return Point(x=self.left + self.width // 2, y=self.top + self.height // 2)

    def contains(self, point: Point) -> bool:
        """Whether ``point`` is one of the pixels of this box."""
        return self.left <= point.x < self.right and self.top <= point.y < self.bottom

    def encloses(self, other: "Box") -> bool:
        """Whether every pixel of ``other`` lies in this box."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def intersection(self, other: "Box") -> "Box":
        """The common part; empty (area 0) if there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Box(
            left=left,
            top=top,
            right=max(left, min(self.right, other.right)),
            bottom=max(top, min(self.bottom, other.bottom)),
        )

    def grown(self, margin: int) -> "Box":
        """This box with ``margin`` pixels more on each side."""
        return Box(
            left=self.left - margin,
            top=self.top - margin,
            right=self.right + margin,
            bottom=self.bottom + margin,
        )

    @classmethod
    def of(cls, size: Size) -> "Box":
        """The box that covers a whole screen of ``size``."""
        return cls(left=0, top=0, right=size.width, bottom=size.height)


class ModelPoint(Frozen):
    """A position as a model says it, in ``space``."""

    x: float
    y: float
    space: Space


class Projection(Frozen):
    """How positions in the image a model was shown lie on the device's screen.

    Attributes:
        shown: Size of the image the model was shown.
        device: Size of the device's frame.
        region: The part of the device's frame that the image shows; ``None`` for all of it.
    """

    shown: Size
    device: Size
    region: Box | None = None

    @property
    def _area(self) -> Box:
        return self.region if self.region is not None else Box.of(self.device)

    def to_device(self, point: ModelPoint) -> Point:
        """Convert to the device pixel under ``point``.

        Raises:
            OffScreenError: The position is outside the image.
        """
        area = self._area
        width, height = self._extent(point.space)
        if not (0 <= point.x <= width and 0 <= point.y <= height):
            raise OffScreenError(
                f"({point.x:g}, {point.y:g}) is off the screen: x goes from 0 to {width:g}, "
                f"y from 0 to {height:g}."
            )
        half = 0.5 if point.space is Space.MODEL_PX else 0.0
        return Point(
            x=area.left + _scale(point.x + half, width, area.width),
            y=area.top + _scale(point.y + half, height, area.height),
        )

    def to_model(self, point: Point, space: Space) -> ModelPoint:
        """Convert a device pixel to the position a model would name for it.

        Raises:
            OffScreenError: The pixel is outside the part of the screen that the image shows.
        """
        area = self._area
        if not area.contains(point):
            raise OffScreenError(f"{point} is outside the part of the screen that was shown.")
        width, height = self._extent(space)
        x = (point.x - area.left + 0.5) * width / area.width
        y = (point.y - area.top + 0.5) * height / area.height
        if space is Space.NORM1000:
            return ModelPoint(x=float(round(x)), y=float(round(y)), space=space)
        return ModelPoint(x=float(math.floor(x)), y=float(math.floor(y)), space=space)

    def _extent(self, space: Space) -> tuple[float, float]:
        if space is Space.NORM1000:
            return NORM1000, NORM1000
        return float(self.shown.width), float(self.shown.height)


class DesktopPoint(Frozen):
    """A position of the pointer, in the points of a desktop; negative left of the main monitor."""

    x: int
    y: int

    def __str__(self) -> str:
        return f"({self.x}, {self.y})"


class Placement(Frozen):
    """Where a frame lies on a desktop: model space becomes device px, and device px points here.

    A point is a pixel on X11 and on a Windows that was told of our awareness of its scale; on a
    macOS with a dense screen it covers 2x2 pixels.

    Attributes:
        area: The part of the desktop that the frame shows, in points.
        frame: Size of the frame in device px.
    """

    area: Box
    frame: Size

    @property
    def scale(self) -> float:
        """Pixels of the frame for one point."""
        return self.frame.width / self.area.width

    def to_desktop(self, point: Point) -> DesktopPoint:
        """Convert to the point of the desktop that the middle of the pixel lies in.

        Raises:
            OffScreenError: The frame has no such pixel.
        """
        point.require_within(self.frame)
        return DesktopPoint(
            x=self.area.left + _scale(point.x + 0.5, self.frame.width, self.area.width),
            y=self.area.top + _scale(point.y + 0.5, self.frame.height, self.area.height),
        )

    def from_desktop(self, point: DesktopPoint) -> Point | None:
        """Convert to the pixel under the middle of ``point``; ``None`` if it is not shown."""
        if not self.area.contains(Point(x=point.x, y=point.y)):
            return None
        return Point(
            x=_scale(point.x - self.area.left + 0.5, self.area.width, self.frame.width),
            y=_scale(point.y - self.area.top + 0.5, self.area.height, self.frame.height),
        )

    def to_frame(self, box: Box) -> Box:
        """Convert a box of the desktop to the pixels of the frame that it touches.

        Returns:
            The part of it that the frame shows; empty at the frame's corner if that is none.
        """
        seen = box.intersection(self.area)
        if seen.area == 0:
            return Box(left=0, top=0, right=0, bottom=0)
        across = self.frame.width / self.area.width
        down = self.frame.height / self.area.height
        return Box(
            left=math.floor((seen.left - self.area.left) * across),
            top=math.floor((seen.top - self.area.top) * down),
            right=min(math.ceil((seen.right - self.area.left) * across), self.frame.width),
            bottom=min(math.ceil((seen.bottom - self.area.top) * down), self.frame.height),
        )


def free_corners(monitors: tuple[Box, ...]) -> tuple[DesktopPoint, ...]:
    """The corners of a desktop in which a pointer can go no further.

    Where two monitors meet, the pointer crosses over: that is no corner.

    Args:
        monitors: Their areas in points.
    """
    found: list[DesktopPoint] = []
    for area in monitors:
        for x, outer_x in ((area.left, area.left - 1), (area.right - 1, area.right)):
            for y, outer_y in ((area.top, area.top - 1), (area.bottom - 1, area.bottom)):
                beyond = (Point(x=outer_x, y=y), Point(x=x, y=outer_y))
                if not any(other.contains(each) for other in monitors for each in beyond):
                    found.append(DesktopPoint(x=x, y=y))
    return tuple(dict.fromkeys(found))


def _scale(position: float, source: float, target: int) -> int:
    """Pixel index of ``position`` (0..source) on a stretch of ``target`` pixels, edge included."""
    return min(math.floor(position * target / source), target - 1)
