"""Small real films, each frame of which says by its colour when it is shown."""

from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

RED_STEP = 8
"""Red of a frame grows by this each frame, so that a decoded one can be told from the next."""


def make_film(
    path: Path,
    *,
    frames: int = 24,
    fps: Fraction | int = 4,
    size: tuple[int, int] = (112, 84),
    gop: int = 8,
    begin: int = 0,
) -> Path:
    """A film of ``frames`` plain frames: frame n is red by ``8 * n % 256``, blue by ``n // 32``.

    The first one is shown ``begin`` frames late, as in a film that was cut out of another.
    """
    with av.open(str(path), "w") as container:
        codec = "libvpx" if path.suffix == ".webm" else "libx264"
        options = {"crf": "4"} if codec == "libx264" else {"b:v": "2M"}
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.gop_size = gop
        for number in range(frames):
            colour = (number * RED_STEP % 256, 40, min(255, number // 32 * 20))
            frame = av.VideoFrame.from_image(Image.new("RGB", size, colour))
            frame.pts = number + begin
            frame.time_base = 1 / Fraction(fps)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def number_of(image: Image.Image) -> int:
    """Which of the first 32 frames ``image`` is."""
    red = image.getpixel((image.width // 2, image.height // 2))[0]  # type: ignore[index]
    return round(red / RED_STEP)


def make_sound(path: Path, *, picture: bool = False) -> Path:
    """A file with sound only, or also with a place for pictures and none in it."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        if picture:
            empty = container.add_stream("libx264", rate=4)
            empty.width, empty.height, empty.pix_fmt = 64, 48, "yuv420p"
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 16000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)
    return path
