"""Normalised cross-correlation: how much a part of a picture looks like a template, -1..1.

It does not care how light or dark either is, nor which of ink and ground is the lighter: what is
compared is form. A flat place looks like nothing.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.grounding.lettering import Grey, Label, lettering

_FLAT: Final = 4.0
"""Standard deviation, in grey levels, below which a place is taken for flat."""
_FAST: Final = (2, 3, 5)


class Correlator:
    """One picture, to be compared with many templates everywhere.

    Args:
        grey: Its grey levels, 0..255.
    """

    def __init__(self, grey: Grey) -> None:
        self._height, self._width = grey.shape
        self._shape = _fast(self._height), _fast(self._width)
        centred = grey - grey.mean()
        self._spectrum = np.fft.rfft2(centred, self._shape)
        self._sums = _summed(centred.astype(np.float64))
        self._squares = _summed(np.square(centred, dtype=np.float64))

    def with_label(self, label: Label, scale_x: float, scale_y: float) -> Grey:
        """Correlation for each place that the label's top left corner can have, signs dropped."""
        height, width = lettering(label, scale_x, scale_y).shape
        if height > self._height or width > self._width:
            return np.zeros((0, 0), dtype=np.float32)
        spectrum, norm = _template(label, scale_x, scale_y, self._shape)
        products = np.fft.irfft2(self._spectrum * spectrum, self._shape)
        rows, columns = self._height - height + 1, self._width - width + 1
        count = height * width
        sums = _windows(self._sums, height, width)
        variance = (_windows(self._squares, height, width) - sums * sums / count) / count
        deviation = np.sqrt(np.maximum(variance, _FLAT * _FLAT))
        found = np.abs(products[:rows, :columns]) / (deviation * norm * count)
        found[variance < _FLAT * _FLAT] = 0
        result: Grey = found.astype(np.float32)
        return result


def correlate_nearby(area: Grey, template: Grey) -> Grey:
    """Correlation of ``template`` with each place in a small ``area``, signs dropped."""
    height, width = template.shape
    windows = np.lib.stride_tricks.sliding_window_view(area, (height, width))
    centred = template - template.mean()
    products = np.tensordot(windows, centred, axes=2)
    sums = windows.sum(axis=(2, 3))
    squares = np.einsum("ijkl,ijkl->ij", windows, windows)
    count = height * width
    variance = (squares - sums * sums / count) / count
    deviation = np.sqrt(np.maximum(variance, _FLAT * _FLAT))
    found: Grey = np.abs(products) / (deviation * centred.std() * count)
    return np.where(variance < _FLAT * _FLAT, np.float32(0), found)


@lru_cache(maxsize=128)
def _template(
    label: Label, scale_x: float, scale_y: float, shape: tuple[int, int]
) -> tuple[NDArray[np.complex64], float]:
    """Conjugated spectrum of a centred template, and its standard deviation."""
    ink = lettering(label, scale_x, scale_y)
    centred = ink - ink.mean()
    return np.conj(np.fft.rfft2(centred, shape)), float(centred.std())


def _summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of all values above and to the left, for the sum of any window."""
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    table[1:, 1:] = values.cumsum(axis=0).cumsum(axis=1)
    return table


def _windows(table: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Sum of each window of this size."""
    lower, upper = table[height:], table[:-height]
    return lower[:, width:] - lower[:, :-width] - upper[:, width:] + upper[:, :-width]


@lru_cache(maxsize=64)
def _fast(length: int) -> int:
    """The next length that a Fourier transform is quick at."""
    while True:
        rest = length
        for prime in _FAST:
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1
