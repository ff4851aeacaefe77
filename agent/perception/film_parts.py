"""Clips in messages: which frames are shown and how large, by the rules of Qwen's own examples."""

import math
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from agent.model import ImagePart, VideoPart
from agent.perception.message_forms import VideoForm
from agent.perception.pictures import Picture, download, load_picture, rgb
from agent.perception.seer import Seer
from agent.perception.video.clip import VideoFile
from agent.perception.video.plan import (
    FEWEST_FRAMES,
    FEWEST_TOKENS,
    MOST_FRAMES,
    MOST_TOKENS,
    TOKEN_BUDGET,
)
from agent.sight import Sight, Sizing
from tools.errors import UsageError
from tools.geometry import Size
from tools.screen import Screenshot

_FPS: Final = 2.0
_TOGETHER: Final = 2
"""Frames that the models take together, so there is an even number of them."""


def film_part(form: VideoForm, seer: Seer, name: str) -> tuple[VideoPart, str]:
    """The clip as ``seer`` is shown it, and how it is shown in words.

    Args:
        form: What was written.
        seer: Whose sizing is used.
        name: How frames are called in messages.

    Raises:
        UsageError: The clip, or a frame of it, cannot be used.
        MissingExtraError: It is a file, and PyAV is not installed.
    """
    if isinstance(form.video, tuple):
        frames = [_frame(frame, name) for frame in form.video]
        frames += frames[-1:] * (-len(frames) % _TOGETHER)
        fps = form.sample_fps or form.fps or _FPS
        shown_name = name
    else:
        frames, fps = _from_file(str(form.video), form)
        shown_name = str(form.video)
    size = shown_size(Size(width=frames[0].width, height=frames[0].height), len(frames), form, seer)
    part = VideoPart(tuple(_encoded(frame, size, seer.sizing.factor) for frame in frames), fps)
    tokens = len(frames) // _TOGETHER * (size.width * size.height) // seer.sizing.factor**2
    note = (
        f"{shown_name}: {len(frames)} frames, {fps:.3g} a second, shown as {size}, {tokens} tokens."
    )
    return part, note


def frame_count(length_s: float, form: VideoForm) -> int:
    """How many frames of a clip of ``length_s`` are shown: an even number, 4 to 768 as a rule."""
    if form.nframes is not None:
        return max(_TOGETHER, round(form.nframes / _TOGETHER) * _TOGETHER)
    fewest = math.ceil((form.min_frames or FEWEST_FRAMES) / _TOGETHER) * _TOGETHER
    most = max(fewest, (form.max_frames or MOST_FRAMES) // _TOGETHER * _TOGETHER)
    wanted = math.floor(length_s * (form.fps or _FPS) / _TOGETHER) * _TOGETHER
    return min(max(wanted, fewest), most)


def shown_size(frame: Size, count: int, form: VideoForm, seer: Seer) -> Size:
    """The size at which each of ``count`` frames of size ``frame`` is shown.

    Sides are multiples of two tokens, because qwen-vl-utils cuts frames so.
    """
    token = seer.sizing.factor**2
    low = form.min_pixels or FEWEST_TOKENS * token
    total = form.total_pixels or TOKEN_BUDGET * _TOGETHER * token
    share = max(min(MOST_TOKENS * token, total * _TOGETHER // count), math.ceil(low * 1.05))
    high = form.max_pixels or min(share, max(seer.sizing.max_pixels, low))
    double = seer.sizing.factor * 2
    if high < max(low, double**2):
        low, high = min(low, high), max(high, double**2)
    sizing = Sizing(factor=double, min_pixels=min(low, high), max_pixels=high)
    if form.resized_height is not None and form.resized_width is not None:
        frame = Size(width=form.resized_width, height=form.resized_height)
    return sizing.shown(frame)


def _from_file(source: str, form: VideoForm) -> tuple[list[Image.Image], float]:
    if source.lower().startswith(("http://", "https://")):
        with tempfile.NamedTemporaryFile(suffix=".video") as kept:
            kept.write(download(source))
            kept.flush()
            return _sampled(VideoFile(Path(kept.name)), form)
    return _sampled(VideoFile(Path(source.removeprefix("file://")).expanduser()), form)


def _sampled(film: VideoFile, form: VideoForm) -> tuple[list[Image.Image], float]:
    begin_s = form.video_start or 0.0
    end_s = min(form.video_end or film.facts.duration_s, film.facts.duration_s)
    if begin_s >= end_s:
        raise UsageError(
            f"There is nothing from {begin_s:g} s to {end_s:g} s in a clip of "
            f"{film.facts.duration_s:.1f} s."
        )
    count = frame_count(end_s - begin_s, form)
    step = (end_s - begin_s) / count
    frames = [frame.image for frame in film.frames([begin_s + step * n for n in range(count)])]
    return frames, 1 / step


def _frame(source: object, name: str) -> Image.Image:
    return picture_of(source, name).image


def picture_of(source: object, name: str) -> Picture:
    """The picture that a message gives: loaded, or wrapped and called ``name``.

    Raises:
        PictureError: It cannot be used.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, Image.Image):
        return Picture(name, rgb(source))
    return load_picture(str(source))


def _encoded(frame: Image.Image, size: Size, factor: int) -> ImagePart:
    resized = frame.resize((size.width, size.height), Image.Resampling.BICUBIC)
    exact = Sizing(factor=factor, min_pixels=1, max_pixels=max(factor**2, size.width * size.height))
    return Sight(exact).look(Screenshot(resized)).image
