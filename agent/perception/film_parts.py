"""Clips in messages: which frames are shown and how large, by the rules of Qwen's own examples."""

import math
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from agent.model import ImagePart, VideoPart
from agent.perception.message_forms import VideoForm
from agent.perception.pictures import (
    Picture,
    is_brought,
    load_bytes,
    load_picture,
    local_path,
    rgb,
    short_name,
)
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
_STILLS: Final = re.compile(r"data:video/jpeg;base64,", re.IGNORECASE)
"""How vLLM takes the frames of a clip in one address: JPEG after JPEG, commas between them."""


@dataclass(frozen=True)
class _Film:
    """A clip that is open.

    Attributes:
        name: How it is called in messages.
        size: Of its first frame, in px.
        count: How many frames are shown, an even number.
        fps: How many of them are a second.
        frames: They come one by one: all of them at full size would fill the memory. One may be
            missing at the end, where they are an odd number; the last is shown twice then.
    """

    name: str
    size: Size
    count: int
    fps: float
    frames: Iterator[Image.Image]


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
    with _opened(form, name) as film:
        size = shown_size(film.size, film.count, form, seer)
        frames = [_encoded(frame, size, seer.sizing.factor) for frame in film.frames]
    frames += frames[-1:] * (film.count - len(frames))
    tokens = film.count // _TOGETHER * (size.width * size.height) // seer.sizing.factor**2
    note = (
        f"{film.name}: {film.count} frames, {film.fps:.3g} a second, shown as {size}, "
        f"{tokens} tokens."
    )
    return VideoPart(tuple(frames), film.fps), note


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


@contextmanager
def _opened(form: VideoForm, name: str) -> Iterator[_Film]:
    video = form.video
    if isinstance(video, str) and (head := _STILLS.match(video)):
        video = tuple(f"data:image/jpeg;base64,{each}" for each in video[head.end() :].split(","))
    if isinstance(video, tuple):
        yield _of_stills(video, form, name)
    elif is_brought(str(video)):
        with tempfile.NamedTemporaryFile(suffix=".video") as kept:
            kept.write(load_bytes(str(video)))
            kept.flush()
            yield _sampled(VideoFile(Path(kept.name), short_name(str(video))), form)
    else:
        yield _sampled(VideoFile(local_path(str(video)), str(video)), form)


def _of_stills(sources: tuple[object, ...], form: VideoForm, name: str) -> _Film:
    first = picture_of(sources[0], name)
    frames = (picture_of(source, name).image for source in sources)
    count = len(sources) + len(sources) % _TOGETHER
    return _Film(name, first.size, count, form.sample_fps or form.fps or _FPS, frames)


def _sampled(film: VideoFile, form: VideoForm) -> _Film:
    begin_s = form.video_start or 0.0
    end_s = min(form.video_end or film.facts.duration_s, film.facts.duration_s)
    if begin_s >= end_s:
        raise UsageError(
            f"There is nothing from {begin_s:g} s to {end_s:g} s in a clip of "
            f"{film.facts.duration_s:.1f} s."
        )
    count = frame_count(end_s - begin_s, form)
    step = (end_s - begin_s) / count
    frames = (frame.image for frame in film.frames([begin_s + step * n for n in range(count)]))
    return _Film(film.facts.name, film.facts.size, count, 1 / step, frames)


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
