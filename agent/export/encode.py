"""Writes a film to a file: GIF with Pillow, MP4 with PyAV (extra ``video``)."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from agent.export.caption import GROUND, INK
from agent.export.film import Film
from agent.export.pointer import POINTER, TARGET
from tools.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

OnShot = Callable[[int, int], None]
"""Hears how many shots are done, of how many."""
_COLOURS = 255
_SAMPLES = 24
"""Screens whose colours the palette is chosen from."""
_OWN = (POINTER, TARGET, GROUND, INK, (255, 255, 255), (0, 0, 0))
_OWN_PX = 40_000
_COARSE = 0xFC
"""Colours that differ less than this are one, for the palette."""
_SHORTEST_S = 0.02
"""Viewers show GIF pictures with less than 20 ms for 100 ms instead."""
_PRESET = "veryfast"
"""A third of the default's time; screens that stand still come out no larger."""
_CRF = "23"
"""Quality of x264, 0..51; its own default, at which the letters of a screen stay sharp."""


def write_gif(film: Film, path: Path, on_shot: OnShot) -> int:
    """Write ``film`` as a GIF that plays for ever; one palette for all, so that only changes cost.

    Returns:
        Bytes of the file.

    Raises:
        UsageError: The file cannot be written, or is not named ``.gif``.
    """
    with _fresh(path, ".gif") as fresh:
        palette = _palette(film)
        drawn = _counted(film, on_shot)
        flat = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in drawn)
        first = next(flat)
        durations = [round(max(shot.seconds, _SHORTEST_S) * 100) * 10 for shot in film.shots]
        first.save(
            fresh, "GIF", save_all=True, append_images=flat, duration=durations, loop=0,
            disposal=1, optimize=False,
        )  # fmt: skip
    return path.stat().st_size


def write_mp4(film: Film, path: Path, fps: float, on_shot: OnShot) -> int:
    """Write ``film`` as an MP4 (H.264, 4:2:0) that plays everywhere.

    Returns:
        Bytes of the file.

    Raises:
        UsageError: The file cannot be written, or is not named ``.mp4``.
        MissingExtraError: PyAV is not installed.
    """
    try:
        import av
    except ImportError:
        raise MissingExtraError("A film as MP4", "video") from None
    from fractions import Fraction

    with _fresh(path, ".mp4") as fresh:
        options = {"movflags": "faststart"}
        with av.open(str(fresh), "w", format="mp4", options=options) as container:
            rate = Fraction(fps).limit_denominator(1000)
            stream = container.add_stream(
                "libx264", rate=rate, options={"crf": _CRF, "preset": _PRESET}
            )
            stream.width, stream.height = film.size.width, film.size.height
            stream.pix_fmt = "yuv420p"
            due_s, sent = 0.0, 0
            for shot, image in zip(film.shots, _counted(film, on_shot), strict=True):
                due_s += shot.seconds
                picture = av.VideoFrame.from_image(image)
                frame = picture.reformat(format="yuv420p")  # once, however often it is shown
                while sent < max(1, round(due_s * fps)):
                    frame.pts = sent
                    frame.time_base = 1 / rate
                    container.mux(stream.encode(frame))
                    sent += 1
            container.mux(stream.encode(None))
    return path.stat().st_size


def _counted(film: Film, on_shot: OnShot) -> Iterator[Image.Image]:
    for number, image in enumerate(film.draw(), start=1):
        on_shot(number, len(film.shots))
        yield image


def _palette(film: Film) -> Image.Image:
    """One palette from pictures all over the film, with the finger's colours in it.

    Each colour counts by the root of its area: a screen is mostly one ground, and by area alone
    the few pixels of a green tick would be given to the nearest blue.
    """
    import numpy as np

    stride = max(1, len(film.shots) // _SAMPLES)
    colours: list[NDArray[np.uint8]] = [np.tile(np.array(_OWN, np.uint8), (_OWN_PX, 1))]
    for image in film.draw(film.shots[::stride]):
        small = image.reduce(2)
        colours.append(np.asarray(small).reshape(-1, 3))
    exact = np.concatenate(colours)
    # The high bits stand in for the low ones: white stays white.
    coarse = (exact & _COARSE | exact >> 6).astype(np.uint32)
    packed = coarse[:, 0] << 16 | coarse[:, 1] << 8 | coarse[:, 2]  # a sort of numbers is quick
    found, counts = np.unique(packed, return_counts=True)
    each = np.repeat(found, np.ceil(np.sqrt(counts)).astype(int))
    pixels = np.stack([each >> 16, each >> 8 & 0xFF, each & 0xFF], axis=1).astype(np.uint8)
    sheet = Image.fromarray(pixels.reshape(1, -1, 3))
    return sheet.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=2)


@contextlib.contextmanager
def _fresh(path: Path, ending: str) -> Iterator[Path]:
    """A new file beside ``path`` that takes its place if all goes well.

    Raises:
        UsageError: It cannot be written there.
    """
    if path.suffix.lower() != ending:
        raise UsageError(
            f"{str(path)!r} is no name for this kind of film.", hint=f"Name a file *{ending}."
        )
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder.", hint=f"Name a file *{ending} in it.")
    fresh = path.with_name(f".{path.stem[:40]}.{os.getpid()}{ending}")
    try:
        yield fresh
        fresh.replace(path)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"{str(path)!r} cannot be written: {reason}.") from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
