"""A frame as PNG: what any reader of PNG sees in it."""

import io
import random

import pytest
from PIL import Image

from tools.virtual_phone.system.pixels import to_png


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (33, 20), (1080, 24), (24, 1080)])
def test_all_pixels_are_read_again(size: tuple[int, int]) -> None:
    noise = random.Random(str(size)).randbytes(size[0] * size[1] * 3)
    image = Image.frombytes("RGB", size, noise)
    with Image.open(io.BytesIO(to_png(image))) as read:
        assert (read.format, read.mode, read.size) == ("PNG", "RGB", size)
        assert read.tobytes() == noise


def test_only_colours_without_transparency_are_written() -> None:
    with pytest.raises(ValueError, match="expected an RGB image, got RGBA"):
        to_png(Image.new("RGBA", (2, 2)))
