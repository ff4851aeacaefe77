"""A frame as PNG bytes, as fast as the standard library can."""

import struct
import zlib

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def to_png(image: Image.Image) -> bytes:
    """An RGB image as PNG: no row filter, zlib level 1.

    Flat user interfaces compress as well this way as with filters, in half the time of Pillow's
    own writer.

    Raises:
        ValueError: If the image is not RGB.
    """
    if image.mode != "RGB":
        raise ValueError(f"expected an RGB image, got {image.mode}")
    width, height = image.size
    # Pillow ends a row with a zero where it is given a byte too many; PNG begins each with one, so
    # that moving on by one will do: no loop of ours, and no second copy of megabytes.
    rows = memoryview(image.tobytes("raw", "RGB", width * 3 + 1))[:-1]
    pressing = zlib.compressobj(1)
    pressed = b"".join((pressing.compress(b"\x00"), pressing.compress(rows), pressing.flush()))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", pressed) + _chunk(b"IEND", b"")
    return _SIGNATURE + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
