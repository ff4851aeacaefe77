"""Finds words in a picture of the phone's screen by their form alone, as an eye does.

A rough search all over the picture at a small scale names candidates; a close look at a larger one
decides. Nothing but the pixels is known: not the phone, not its size, not what it shows.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from PIL import Image

from tests.grounding.lettering import Grey, Label, lettering
from tests.grounding.matching import Correlator, correlate_nearby

SHORT_SIDE_DP: Final = 1080 / 2.625
"""What the phone measures across when it is held upright, whatever its resolution."""
CERTAIN: Final = 0.83
"""From this correlation on, words are taken to be there."""
_CLOSE: Final = 1.7
_ROUGH: Final = 0.8
"""Px a dp in the close look, at most, and in the rough search."""
_ROUGH_LETTERS: Final = 9
_CANDIDATES: Final = 3
_PROMISING: Final = 0.42
_CLEAR: Final = 0.93
_LEGIBLE: Final = 0.5
"""Px a dp below which nobody reads anything."""
Stretch = tuple[float, float]
# The phone rounds its letters to whole px and pictures are sized in whole tokens, so that words
# are a little longer, shorter, higher or lower than they should be. Each row of trials begins
# where the best one of those before it ended; it is made from this correlation on.
_TRIALS: Final[tuple[tuple[float, tuple[Stretch, ...]], ...]] = (
    (0.36, tuple((share, 1.0) for share in (0.96, 0.97, 0.98, 0.99, 1.01, 1.02, 1.03, 1.04))),
    (0.7, tuple((1.0, share) for share in (0.95, 0.975, 1.025, 1.05))),
    (0.75, ((0.995, 1.0), (1.005, 1.0))),
)


@dataclass(frozen=True)
class Hit:
    """Words that were found.

    Attributes:
        label: The words.
        left: Where they are, in px of the picture; so are the next three.
        top: See ``left``.
        right: See ``left``.
        bottom: See ``left``.
        score: Correlation, up to 1.
    """

    label: Label
    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def middle(self) -> tuple[float, float]:
        """The position in the middle of the words."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Picture:
    """One picture of the screen, as it came."""

    def __init__(self, image: Image.Image) -> None:
        self.width, self.height = image.size
        self._times = max(1.0, min(image.size) / SHORT_SIDE_DP / _CLOSE)
        size = round(self.width / self._times), round(self.height / self._times)
        self._image = image.convert("L").resize(size, Image.Resampling.BICUBIC)
        self._scale = min(size) / SHORT_SIDE_DP
        self._grey: Grey = np.asarray(self._image, dtype=np.float32)
        self._known: dict[Label, tuple[Hit, ...]] = {}

    def find_all(self, label: Label) -> tuple[Hit, ...]:
        """Every place where the words stand, from top to bottom; of many, the clearest few."""
        if self._scale < _LEGIBLE:
            return ()
        if label not in self._known:
            hits = [self._look_closely(label, place) for place in self._candidates(label)]
            sure = [hit for hit in hits if hit is not None and hit.score >= CERTAIN]
            self._known[label] = tuple(sorted(sure, key=lambda hit: hit.top))
        return self._known[label]

    def find(self, label: Label) -> Hit | None:
        """The place that looks most like the words; ``None`` if they are nowhere."""
        return max(self.find_all(label), key=lambda hit: hit.score, default=None)

    def shows(self, label: Label) -> bool:
        """Whether the words stand anywhere."""
        return bool(self.find_all(label))

    def ground(self, hit: Hit) -> float:
        """Grey level of what the words stand on, 0..255."""
        left, top, right, bottom = (
            round(edge / self._times) for edge in (hit.left, hit.top, hit.right, hit.bottom)
        )
        return float(np.median(self._grey[top:bottom, left:right]))

    @cached_property
    def _rough(self) -> tuple[Correlator, float, float]:
        """The small picture, and its px for one of the larger, across and down."""
        share = min(1.0, _ROUGH / self._scale)
        wide, high = self._image.size
        size = max(1, round(wide * share)), max(1, round(high * share))
        small = self._image.resize(size, Image.Resampling.BOX)
        grey = np.asarray(small, dtype=np.float32)
        return Correlator(grey), size[0] / wide, size[1] / high

    def _candidates(self, label: Label) -> list[tuple[float, float]]:
        """Where the words might begin, likeliest first, as top left corners."""
        rough, across, down = self._rough
        start = label.beginning(_ROUGH_LETTERS)
        found = rough.with_label(start, self._scale * across, self._scale * down)
        reach = max(1, round(label.size_dp * self._scale * down / 2))
        places: list[tuple[float, float]] = []
        while found.size and len(places) < _CANDIDATES:
            row, column = divmod(int(found.argmax()), found.shape[1])
            if found[row, column] < _PROMISING:
                break
            places.append(((column + 1) / across - 1, (row + 1) / down - 1))
            rows = slice(max(0, row - reach), row + reach + 1)
            found[rows, max(0, column - reach) : column + reach + 1] = 0
        return places

    def _look_closely(self, label: Label, place: tuple[float, float]) -> Hit | None:
        """The best fit near ``place``, the letters stretched as fits them best."""
        best, stretch = self._fit(label, place, (1.0, 1.0)), (1.0, 1.0)
        if best is None:
            return None
        for needed, row in _TRIALS:
            if not needed <= best.score < _CLEAR:
                break
            base = stretch
            for across, down in row:
                tried = base[0] * across, base[1] * down
                hit = self._fit(label, place, tried)
                if hit is not None and hit.score > best.score:
                    best, stretch = hit, tried
        return best

    def _fit(self, label: Label, place: tuple[float, float], stretch: Stretch) -> Hit | None:
        """The best fit near ``place``; ``None`` if the words are longer than there is room."""
        template = lettering(label, self._scale * stretch[0], self._scale * stretch[1])
        reach = math.ceil(self._scale / _ROUGH)
        left, top = max(0, round(place[0]) - reach), max(0, round(place[1]) - reach)
        height, width = template.shape
        area = self._grey[top : top + height + 2 * reach, left : left + width + 2 * reach]
        if area.shape[0] < height or area.shape[1] < width:
            return None
        found = correlate_nearby(area, template)
        row, column = divmod(int(found.argmax()), found.shape[1])
        return Hit(
            label,
            left=(left + column + 1) * self._times,
            top=(top + row + 1) * self._times,
            right=(left + column + width - 1) * self._times,
            bottom=(top + row + height - 1) * self._times,
            score=float(found[row, column]),
        )
