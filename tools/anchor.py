"""Finds on a screen the place that was acted on when another frame was taken.

Normalised cross-correlation of the patch around the place, first on the small grey pictures that
frames are compared by, then in full resolution around the best of what was found there. It is blind
to dimming (a patch under a dialog's scrim still scored 0.983), so shades are compared as well; and
an icon alone matched the next row's icon at 0.925, so the patch must hold the label too and be
found in one place only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.geometry import Box
from tools.screen import Screenshot

LIKE = 0.95
"""Likeness from which two patches show the same: re-encoded ones scored 0.998, wrong rows 0.925."""
UNLIKE = 0.85
"""Likeness up to which the second best place is no rival."""
SHADE_STEP = 12.0
"""Grey levels by which the mean of a patch may differ: a scrim takes far more."""
REACH_PX = 200
"""How far a place is sought at first: a banner or a keyboard moves things by about that."""
_PLAIN = 3.0
"""Standard deviation in grey levels below which a patch shows nothing that could be found again."""
_PEAKS = 4
_Grey = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """Where a patch fits best.

    Attributes:
        dx: Device px to the right of where it was.
        dy: Device px below.
        likeness: Normalised cross-correlation there, -1..1.
        rival: That of the second best place that does not overlap much; -1 if there is none.
        shade: By how many grey levels the means differ, 0..255.
    """

    dx: int
    dy: int
    likeness: float
    rival: float
    shade: float

    @property
    def certain(self) -> bool:
        """Whether it is the same thing, as bright as before, and in one place only."""
        return self.likeness >= LIKE and self.rival <= UNLIKE and self.shade <= SHADE_STEP


def fit_here(before: Screenshot, box: Box, now: Screenshot) -> Fit | None:
    """How well the part ``box`` of ``before`` fits at the same place of ``now``.

    Returns:
        The fit; ``None`` if the part is too plain to tell, or the frames differ in size.
    """
    if before.image.size != now.image.size or not box.area:
        return None
    old, new = _part(before, box), _part(now, box)
    if old.std() < _PLAIN:
        return None
    likeness = float(_correlate(new, old)[0, 0])
    return Fit(0, 0, likeness, -1.0, abs(float(old.mean()) - float(new.mean())))


def find_anchor(
    before: Screenshot, box: Box, now: Screenshot, *, reach_px: int = REACH_PX
) -> Fit | None:
    """Find the part ``box`` of ``before`` near its place in ``now``.

    Args:
        before: The frame that the place is known in.
        box: The patch, device px; all of it must lie in the frame.
        now: The frame to look at.
        reach_px: How far from its old place it may have moved on each side.

    Returns:
        The best place; ``None`` if the part is too plain, or the frames differ in size.
    """
    if before.image.size != now.image.size or not box.area:
        return None
    patch = _part(before, box)
    if patch.std() < _PLAIN:
        return None
    window = box.grown(reach_px).intersection(Box.of(now.size))
    fits = [
        _refined(now, patch, box, corner_x, corner_y)
        for corner_x, corner_y in _coarse_peaks(before, box, now, window)
    ]
    fits.sort(key=lambda fit: -fit.likeness)
    if not fits:
        return None
    best = fits[0]
    apart = [fit.likeness for fit in fits[1:] if _apart(best, fit, box)]
    return Fit(best.dx, best.dy, best.likeness, max(apart, default=-1.0), best.shade)


def _coarse_peaks(
    before: Screenshot, box: Box, now: Screenshot, window: Box
) -> list[tuple[int, int]]:
    """Corners, in device px, where the patch may lie, the most likely first."""
    step = now.image.width / now.grey.shape[1]
    small, field = _small(before.grey, box, step), _small(now.grey, window, step)
    if small.shape[0] > field.shape[0] or small.shape[1] > field.shape[1]:
        return []
    scores = _correlate(field, small)
    peaks: list[tuple[int, int]] = []
    while len(peaks) < _PEAKS:
        row, column = divmod(int(scores.argmax()), scores.shape[1])
        if scores[row, column] <= 0:
            break
        left = window.left // step + column
        peaks.append((round(left * step), round((window.top // step + row) * step)))
        high, wide = max(1, small.shape[0] // 2), max(1, small.shape[1] // 2)
        scores[
            max(0, row - high) : row + high + 1, max(0, column - wide) : column + wide + 1
        ] = -1.0
    return peaks


def _refined(now: Screenshot, patch: _Grey, box: Box, left: int, top: int) -> Fit:
    """The best of the places within two small pixels of a coarse one, in full resolution."""
    slack = 2 * round(now.image.width / now.grey.shape[1]) + 1
    height, width = patch.shape
    around = Box(
        left=max(0, min(left, now.image.width - width) - slack),
        top=max(0, min(top, now.image.height - height) - slack),
        right=min(now.image.width, left + width + slack),
        bottom=min(now.image.height, top + height + slack),
    )
    field = _part(now, around)
    scores = _correlate(field, patch)
    row, column = divmod(int(scores.argmax()), scores.shape[1])
    found = field[row : row + height, column : column + width]
    return Fit(
        dx=around.left + column - box.left,
        dy=around.top + row - box.top,
        likeness=float(scores[row, column]),
        rival=-1.0,
        shade=abs(float(found.mean()) - float(patch.mean())),
    )


def _apart(best: Fit, other: Fit, box: Box) -> bool:
    """Whether two places overlap by less than half: else they are one peak, seen twice."""
    return 2 * abs(best.dx - other.dx) >= box.width or 2 * abs(best.dy - other.dy) >= box.height


def _part(frame: Screenshot, box: Box) -> _Grey:
    cut = frame.image.crop((box.left, box.top, box.right, box.bottom))
    return np.asarray(cut.convert("L"), dtype=np.float64)


def _small(grey: NDArray[np.uint8], box: Box, step: float) -> _Grey:
    rows = slice(int(box.top // step), max(int(box.top // step) + 1, int(box.bottom // step)))
    columns = slice(int(box.left // step), max(int(box.left // step) + 1, int(box.right // step)))
    return grey[rows, columns].astype(np.float64)


def _correlate(field: _Grey, patch: _Grey) -> _Grey:
    """Normalised cross-correlation for every place of ``patch`` in ``field``, -1..1; plain is 0."""
    rows, columns = (whole - part + 1 for whole, part in zip(field.shape, patch.shape, strict=True))
    flat = patch - patch.mean()
    energy = float(np.sqrt((flat * flat).sum()))
    centred = field - field.mean()  # smaller numbers: the sums below lose less
    if (rows, columns) == (1, 1):
        products = np.array([[float((centred * flat).sum())]])
    else:
        shape = tuple(_fast(length) for length in field.shape)
        spectrum = np.fft.rfft2(centred, shape) * np.conj(np.fft.rfft2(flat, shape))
        products = np.fft.irfft2(spectrum, shape)[:rows, :columns]
    sums, squares = _window_sums(centred, patch.shape), _window_sums(centred**2, patch.shape)
    spread = np.sqrt(np.maximum(squares - sums**2 / patch.size, 0.0))
    scores: _Grey = np.zeros((rows, columns))
    textured = spread > _PLAIN * np.sqrt(patch.size) / 4
    if energy > 0:
        np.divide(products, spread * energy, out=scores, where=textured)
    return np.clip(scores, -1.0, 1.0, out=scores)


def _window_sums(field: _Grey, shape: tuple[int, ...]) -> _Grey:
    total = np.pad(field, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    high, wide = shape
    sums: _Grey = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide]
    sums += total[:-high, :-wide]
    return sums


def _fast(length: int) -> int:
    """The next length whose prime factors are 2, 3 and 5: what a Fourier transform likes."""
    while True:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1
