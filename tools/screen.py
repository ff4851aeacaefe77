"""One frame of a screen: decoded once, encoded once, compared by tiles.

Two frames are compared on a grey picture about 270 px wide, cut into tiles of 12x12 px; a tile
has changed if more than a tenth of its pixels differ by more than 16 grey levels. On 21 measured
pairs of phone screens equal ones differed in at most 1 tile and different ones in at least 4, where
64-bit image hashes could not tell a toggled switch from no change at all.
"""

import io
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tools.geometry import Box, Size

_COMPARED_WIDTH = 270
_TILE = 12
_GREY_STEP = 16
_TILE_SHARE = 0.1
_POINTS = (32, 18)
_BRIGHT = 2 * _GREY_STEP
SAME_TILES = 2
"""At most this many changed tiles: the same screen (a blinking caret is one)."""
JPEG_QUALITY = 90
_HALVED_COLOUR = 2
"""Pillow's name for 4:2:0. On screens it costs 2 dB (45 instead of 47) that nobody sees, and saves
4 of 11 ms and a fifth of the bytes."""
_LARGEST_PNG = 512 * 1024
"""Of plain pages a PNG is as small as a JPEG; one of photographs is many times larger."""


@dataclass(frozen=True, eq=False)
class Screenshot:
    """A frame and how it came.

    Attributes:
        image: RGB pixels, in the orientation the user sees; never changed after.
        source: Name of the capture back end.
        requested_s: When the frame was asked for, on the monotonic clock.
        capture_s: Seconds until the bytes were here.
        decode_s: Seconds to turn them into pixels; 0 if the bytes were those of the frame before.
        png: The frame as PNG, if it came as one; else empty.
    """

    image: Image.Image
    source: str = ""
    requested_s: float = 0.0
    capture_s: float = 0.0
    decode_s: float = 0.0
    png: bytes = field(default=b"", repr=False)
    _jpeg: dict[int, bytes] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> Size:
        """Width and height in device px."""
        return Size(width=self.image.width, height=self.image.height)

    def again(self, requested_s: float, capture_s: float) -> "Screenshot":
        """The same picture taken once more: what was computed from it is kept."""
        taken = replace(self, requested_s=requested_s, capture_s=capture_s, decode_s=0.0)
        if "grey" in self.__dict__:
            taken.__dict__["grey"] = self.grey
        return taken

    def jpeg(self, quality: int = JPEG_QUALITY) -> bytes:
        """The frame as JPEG, encoded at the first call and kept."""
        if quality not in self._jpeg:
            buffer = io.BytesIO()
            self.image.save(buffer, "JPEG", quality=quality, subsampling=_HALVED_COLOUR)
            self._jpeg[quality] = buffer.getvalue()
        return self._jpeg[quality]

    def file(self) -> tuple[str, bytes]:
        """The frame as a file to keep: what came, if that is a PNG of modest size, else a JPEG.

        Returns:
            The end of the file's name, ``png`` or ``jpg``, and its bytes.
        """
        if 0 < len(self.png) <= _LARGEST_PNG:
            return "png", self.png
        return "jpg", self.jpeg()

    @property
    def _factor(self) -> int:
        return max(1, round(self.image.width / _COMPARED_WIDTH))

    @property
    def compared_shape(self) -> tuple[int, int]:
        """Rows and columns of ``grey``, without computing it."""
        factor = self._factor
        return -(-self.image.height // factor), -(-self.image.width // factor)

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """Grey levels 0..255, (height, width), about 270 px wide."""
        # reduce() averages whole blocks; on RGB before the grey conversion it is the cheaper order.
        return np.asarray(self.image.reduce(self._factor).convert("L"))

    @property
    def is_black(self) -> bool:
        """Whether nothing at all is drawn: what a secure or sleeping screen gives."""
        # A few points tell nearly always that something is, long before the whole frame is grey.
        points = self.image.resize(_POINTS, Image.Resampling.NEAREST).convert("L")
        if int(np.asarray(points).max()) >= _BRIGHT:
            return False
        return int(self.grey.max()) < _GREY_STEP


@dataclass(frozen=True, eq=False)
class Difference:
    """Which tiles differ between two frames.

    Attributes:
        tiles: Rows and columns of tiles, true where they changed.
        size: The second frame, device px.
    """

    tiles: NDArray[np.bool_]
    size: Size
    _tile_px: float

    @property
    def total(self) -> int:
        """How many tiles were compared."""
        return self.tiles.size

    @cached_property
    def count(self) -> int:
        """How many tiles changed."""
        return int(np.count_nonzero(self.tiles))

    @property
    def same(self) -> bool:
        """Whether a person would call the two screens the same."""
        return self.count <= SAME_TILES

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The changed tiles in device px of the second frame, row by row."""
        rows, columns = (found.tolist() for found in np.nonzero(self.tiles))
        return tuple(
            self._box(row, column, row, column) for row, column in zip(rows, columns, strict=True)
        )

    @property
    def bounds(self) -> Box | None:
        """The smallest box around all changed tiles."""
        if not self.count:
            return None
        rows, columns = np.nonzero(self.tiles)
        return self._box(int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max()))

    def outside(self, regions: tuple[Box, ...]) -> "Difference":
        """The same without the tiles whose middle lies in one of ``regions``."""
        tiles = self.tiles.copy()
        for row, column in np.argwhere(tiles).tolist():
            middle = self._box(row, column, row, column).center
            tiles[row, column] = not any(region.contains(middle) for region in regions)
        return Difference(tiles, self.size, self._tile_px)

    def below(self, bar_px: int) -> "Difference":
        """The same without the rows of tiles of a bar at the top that is ``bar_px`` high."""
        tiles = self.tiles.copy()
        tiles[: round(bar_px / self._tile_px)] = False
        return Difference(tiles, self.size, self._tile_px)

    def touches(self, box: Box) -> bool:
        """Whether a changed tile overlaps ``box``, device px."""
        rows = slice(int(max(0, box.top) // self._tile_px), int(-(-box.bottom // self._tile_px)))
        columns = slice(int(max(0, box.left) // self._tile_px), int(-(-box.right // self._tile_px)))
        return bool(self.tiles[rows, columns].any())

    def _box(self, top: int, left: int, bottom: int, right: int) -> Box:
        """Around the tiles from one to another, both included."""
        return Box(
            left=round(left * self._tile_px),
            top=round(top * self._tile_px),
            right=min(self.size.width, round((right + 1) * self._tile_px)),
            bottom=min(self.size.height, round((bottom + 1) * self._tile_px)),
        )


def compare(before: Screenshot, after: Screenshot, *, ignore: tuple[Box, ...] = ()) -> Difference:
    """Find the tiles that changed from one frame to the next.

    Args:
        before: The earlier frame.
        after: The later one.
        ignore: Device px regions to leave out, such as a status bar with a clock.

    Returns:
        The difference; all tiles if the frames differ in size.
    """
    if before.image is after.image:
        tiles = np.zeros(_grid(after.compared_shape), dtype=bool)
    elif before.image.size != after.image.size:
        tiles = np.ones(_grid(after.compared_shape), dtype=bool)
    else:
        tiles = _changed_tiles(before.grey, after.grey)
    tile_px = _TILE * after.image.width / after.compared_shape[1]
    found = Difference(tiles, after.size, tile_px)
    return found.outside(ignore) if ignore else found


def same_screen(before: Screenshot, after: Screenshot, *, below_px: int = 0) -> bool:
    """Whether a person would call the two frames the same; ``compare`` without its list of tiles.

    Args:
        before: The earlier frame.
        after: The later one.
        below_px: Height in device px of a bar at the top to leave out, such as a status bar.
    """
    if before.image is after.image:
        return True
    if before.grey.shape != after.grey.shape:
        return False
    tile_px = _TILE * after.image.width / after.grey.shape[1]
    first_row = round(below_px / tile_px)
    changed = _changed_tiles(before.grey, after.grey)[first_row:]
    return int(np.count_nonzero(changed)) <= SAME_TILES


def _grid(shape: tuple[int, ...]) -> tuple[int, int]:
    return -(-shape[0] // _TILE), -(-shape[1] // _TILE)


def _changed_tiles(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    changed = np.zeros(_grid(after.shape), dtype=bool)
    unequal = np.flatnonzero((before != after).any(axis=1))
    if unequal.size:  # mostly a small part of the screen, and only that is looked at closely
        top, bottom = int(unequal[0]) // _TILE, int(unequal[-1]) // _TILE + 1
        part = slice(top * _TILE, bottom * _TILE)
        changed[top:bottom] = _tiles_of(before[part], after[part])
    return changed


def _tiles_of(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    # All in bytes: numpy then works on 32 of them at once, and nothing can overflow.
    rows, columns = _grid(after.shape)
    differs = np.zeros((rows * _TILE, columns * _TILE), dtype=bool)
    step = np.maximum(before, after) - np.minimum(before, after)
    differs[: after.shape[0], : after.shape[1]] = step > _GREY_STEP
    lines = differs.view(np.uint8).reshape(rows, _TILE, columns * _TILE)
    counts = lines.sum(axis=1, dtype=np.uint8).reshape(rows, columns, _TILE)
    changed: NDArray[np.bool_] = counts.sum(axis=2, dtype=np.uint8) > _TILE_SHARE * _TILE * _TILE
    return changed
