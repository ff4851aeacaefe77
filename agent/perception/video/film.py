"""A clip taken from a screen while it is looked at."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PIL import Image

from agent.perception.pictures import rgb
from agent.perception.video.clip import ClipFacts, Frame
from tools.clock import Clock
from tools.geometry import Size
from tools.screen import Screenshot

FPS: Final = 2.0
"""What the models were trained with; a phone seldom gives more."""
_MOST_SIDE: Final = 1280
"""Of a kept frame, in px: half a minute of whole screens would be half a gigabyte, and a model is
shown no frame larger than this."""


class Film:
    """Frames that were taken one after the other.

    Args:
        frames: At least one, the first at 0 s, in order.
        duration_s: From the first to the end of the last.
    """

    def __init__(self, frames: Sequence[Frame], duration_s: float) -> None:
        self._frames = tuple(frames)
        self._times = [frame.at_s for frame in frames]
        first = frames[0].image
        size = Size(width=first.width, height=first.height)
        self.facts = ClipFacts("the screen", duration_s, size, len(frames) / duration_s)

    def frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
        """See ``Clip``."""
        for time_s in times_s:
            yield self._frames[max(0, bisect_right(self._times, time_s + 1e-6) - 1)]


def film(glance: Callable[[], Screenshot], clock: Clock, duration_s: float) -> Film:
    """Look at a screen again and again, ``FPS`` times a second or as often as it lets itself.

    Args:
        glance: Takes one frame.
        clock: Tells when, and waits.
        duration_s: How long, in s; a screen that takes longer for a frame is looked at once.

    Raises:
        DeviceError: A frame did not come.
    """
    started_s = clock.now()
    frames: list[Frame] = []
    while True:
        at_s = clock.now() - started_s
        if frames and at_s >= duration_s:
            return Film(frames, max(duration_s, frames[-1].at_s + 1 / FPS))
        frames.append(Frame(at_s if frames else 0.0, _kept(glance())))
        clock.sleep(min(len(frames) / FPS, duration_s) - (clock.now() - started_s))


def _kept(screenshot: Screenshot) -> Image.Image:
    image = rgb(screenshot.image)
    times = _MOST_SIDE / max(image.size)
    if times >= 1:
        return image
    size = (max(1, round(image.width * times)), max(1, round(image.height * times)))
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
