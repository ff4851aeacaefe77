"""Which characters a font file has, read from its `cmap` table (formats 4 and 12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path


class FontFileError(ValueError):
    """A font file without a character map that can be read."""


@lru_cache(maxsize=8)
def covered(path: Path) -> frozenset[int]:
    """Code points that have a glyph.

    Raises:
        FontFileError: the file has no Unicode character map of format 4 or 12.
    """
    data = path.read_bytes()
    start = _table(data, b"cmap", path)
    (count,) = struct.unpack_from(">H", data, start + 2)
    maps: dict[int, int] = {}
    for number in range(count):
        platform, _encoding, offset = struct.unpack_from(">HHL", data, start + 4 + 8 * number)
        if platform in (0, 3):
            (kind,) = struct.unpack_from(">H", data, start + offset)
            maps[kind] = start + offset
    if 12 in maps:
        return frozenset(_segmented_coverage(data, maps[12]))
    if 4 in maps:
        return frozenset(_segment_mapping(data, maps[4]))
    raise FontFileError(f"{path} has no character map of format 4 or 12")


def _table(data: bytes, tag: bytes, path: Path) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for number in range(count):
        name, _checksum, offset, _length = struct.unpack_from(">4sLLL", data, 12 + 16 * number)
        if name == tag:
            return int(offset)
    raise FontFileError(f"{path} has no {tag.decode()} table")


def _segmented_coverage(data: bytes, at: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">L", data, at + 12)
    for number in range(groups):
        first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * number)
        yield from (code for code in range(first, last + 1) if glyph + code - first)


def _segment_mapping(data: bytes, at: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", data, at + 6)
    ends = at + 14
    starts = ends + double + 2
    deltas = starts + double
    offsets = deltas + double
    for step in range(0, double, 2):
        (last,) = struct.unpack_from(">H", data, ends + step)
        (first,) = struct.unpack_from(">H", data, starts + step)
        (delta,) = struct.unpack_from(">H", data, deltas + step)
        (offset,) = struct.unpack_from(">H", data, offsets + step)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = offsets + step + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, place)
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF:
                yield code
