"""Which frames of a clip a model is shown, how large, and at what cost; known before it is asked.

A clip that fits is shown whole. A longer one is first sampled more thinly, then shown smaller, and
where even that is too much, in several windows that are asked about one after the other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from agent.perception.video.clip import ClipFacts, VideoError
from agent.perception.video.timecode import clock
from agent.sight import Sizing
from tools.errors import UsageError
from tools.geometry import Size

TOKEN_BUDGET: Final = 24_000
"""Qwen2.5-VL's own advice: keep a video below 24k tokens (qwen-vl-utils, its video notes)."""
FEWEST_FRAMES: Final = 4
MOST_FRAMES: Final = 768
FEWEST_TOKENS: Final = 128
MOST_TOKENS: Final = 768
"""Of one frame. These four are the bounds of qwen-vl-utils."""
MOST_FPS: Final = 120.0
MOST_WINDOWS: Final = 200
"""Questions about one clip; three days fit. More is a rate or a budget that was not meant."""
RATES: Final = (2.0, 1.0, 0.5, 0.25)
"""Frames per second that are tried in turn; 2 is what the models were trained with."""


@dataclass(frozen=True)
class Window:
    """A stretch of a clip that is asked about at once.

    Attributes:
        begin_s: Where it begins in the clip.
        end_s: Where it ends.
        count: How many frames of it are shown, evenly, the first one at its beginning.
    """

    begin_s: float
    end_s: float
    count: int

    @property
    def fps(self) -> float:
        """Frames per second as the model is told."""
        return self.count / (self.end_s - self.begin_s)

    @cached_property
    def times_s(self) -> tuple[float, ...]:
        """When its frames are in the clip."""
        step = (self.end_s - self.begin_s) / self.count
        return tuple(self.begin_s + place * step for place in range(self.count))


@dataclass(frozen=True)
class Plan:
    """What is shown of a clip.

    Attributes:
        windows: In order, side by side.
        shown: Size of every frame, in px.
        tokens: Visual tokens of all windows together.
    """

    windows: tuple[Window, ...]
    shown: Size
    tokens: int

    @property
    def frames(self) -> int:
        """Frames of all windows together."""
        return sum(window.count for window in self.windows)

    def told(self, facts: ClipFacts) -> str:
        """The plan in one line, for a person to read before it is carried out."""
        first = self.windows[0]
        every = f"one each {1 / first.fps:.3g} s" if first.fps < 1 else f"{first.fps:.3g} a second"
        windows = f" in {len(self.windows)} windows" if len(self.windows) > 1 else ""
        begin_s, end_s = first.begin_s, self.windows[-1].end_s
        what = f"{clock(facts.duration_s)} of {facts.size}"
        if begin_s > 0 or end_s < facts.duration_s:
            what = f"{clock(begin_s)} – {clock(end_s)} of {clock(facts.duration_s)}, {facts.size}"
        return (
            f"{what}: {self.frames} frames, {every}, shown at {self.shown}, "
            f"about {self.tokens:,} visual tokens{windows}"
        )


@dataclass(frozen=True)
class Wish:
    """What a person asks of the plan.

    Attributes:
        fps: Frames per second; 0 to find the rate that fits.
        budget: Most visual tokens of one question.
        begin_s: Where in the clip to begin.
        end_s: Where to end; ``None`` for its end.
        frames_a_token: Frames that the model takes together into one set of tokens: 2 where it is
            given a clip, 1 where it is given single pictures.
    """

    fps: float = 0.0
    budget: int = TOKEN_BUDGET
    begin_s: float = 0.0
    end_s: float | None = None
    frames_a_token: int = 2


def plan_frames(facts: ClipFacts, sizing: Sizing, wish: Wish) -> Plan:
    """Choose the frames of a clip.

    Args:
        facts: Of the clip.
        sizing: Of the model; its ``max_pixels`` bounds a frame, too.
        wish: What the person asks for.

    Raises:
        VideoError: The stretch asked for is not in the clip.
        UsageError: The rate is none, the budget has no room for four small frames, or the clip has
            none for its windows.
    """
    begin_s, end_s = _stretch(facts, wish)
    if not 0 <= wish.fps <= MOST_FPS:
        raise UsageError(
            f"{wish.fps:g} frames a second cannot be shown.", hint=f"0 to {MOST_FPS:g} can."
        )
    if _most_frames(wish, FEWEST_TOKENS) < FEWEST_FRAMES:
        least = FEWEST_TOKENS * FEWEST_FRAMES // wish.frames_a_token
        raise UsageError(
            f"A budget of {wish.budget} tokens has no room for {FEWEST_FRAMES} frames.",
            hint=f"It must be {least} at least.",
        )
    length_s = end_s - begin_s
    rates = (wish.fps,) if wish.fps else tuple(_thinner(facts.fps))
    for rate in rates:
        count = _even(length_s * rate)
        if count <= _most_frames(wish, FEWEST_TOKENS):
            return _planned([Window(begin_s, end_s, count)], facts, sizing, wish)
    most_s = _most_frames(wish, FEWEST_TOKENS) / rates[-1]
    number = math.ceil(length_s / most_s)
    if number > MOST_WINDOWS:
        raise UsageError(
            f"{clock(length_s)} would be asked about in {number} windows, and {MOST_WINDOWS} are "
            "the most.",
            hint="Ask for fewer frames a second, for a larger budget, or for a part of it.",
        )
    borders = [begin_s + length_s * place / number for place in range(number + 1)]
    count = min(_even(length_s / number * rates[-1]), _most_frames(wish, FEWEST_TOKENS))
    windows = [Window(left, right, count) for left, right in pairwise(borders)]
    return _planned(windows, facts, sizing, wish)


def _stretch(facts: ClipFacts, wish: Wish) -> tuple[float, float]:
    end_s = facts.duration_s if wish.end_s is None else min(wish.end_s, facts.duration_s)
    if not 0 <= wish.begin_s < end_s:
        raise VideoError(
            f"There is nothing from {clock(wish.begin_s)} to {clock(max(0.0, end_s))} in a clip of "
            f"{clock(facts.duration_s)}.",
            hint="Begin within the clip, and end after that.",
        )
    return wish.begin_s, end_s


def _thinner(own_fps: float) -> Sequence[float]:
    """The rates to try; a clip with fewer frames than that has its own first."""
    if not 0 < own_fps < RATES[0]:
        return RATES
    return (own_fps, *(rate for rate in RATES if rate < own_fps))


def _even(count: float) -> int:
    return min(max(FEWEST_FRAMES, math.ceil(round(count, 6) / 2) * 2), 10**9)


def _most_frames(wish: Wish, tokens: int) -> int:
    """Frames of ``tokens`` each that are in the budget, an even number."""
    return min(MOST_FRAMES, wish.budget * wish.frames_a_token // tokens // 2 * 2)


def _planned(windows: Sequence[Window], facts: ClipFacts, sizing: Sizing, wish: Wish) -> Plan:
    count = max(window.count for window in windows)
    room = min(MOST_TOKENS, wish.budget * wish.frames_a_token // count)
    token = sizing.factor**2
    largest = min(room * token, sizing.max_pixels)
    # Sides are multiples of two tokens, for so qwen-vl-utils cuts the frames of a clip; it enlarges
    # small ones, which is done here so that the budget is kept.
    family = Sizing(
        factor=sizing.factor * 2,
        min_pixels=4 * token,
        max_pixels=max(4 * token, largest),
    )
    shown = family.shown(_enlarged(facts.size, FEWEST_TOKENS * token))
    each = shown.width * shown.height // token
    tokens = sum(math.ceil(window.count / wish.frames_a_token) * each for window in windows)
    return Plan(tuple(windows), shown, tokens)


def _enlarged(size: Size, fewest_px: int) -> Size:
    """``size``, or the whole multiple of it that has ``fewest_px`` pixels."""
    times = max(1, math.ceil(math.sqrt(fewest_px / (size.width * size.height))))
    return Size(width=size.width * times, height=size.height * times)
