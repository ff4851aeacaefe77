"""Aligns two sequences at the least cost: who stands beside whom, and who stands alone."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, TypeVar

T = TypeVar("T")
Pairs = tuple[tuple[int | None, int | None], ...]
"""Indices into both sequences, in order; ``None`` where one has nothing to stand beside."""


def align(
    first: Sequence[T],
    second: Sequence[T],
    cost: Callable[[T, T], int | None],
    *,
    gap: int,
    key: Callable[[T], Any],
) -> Pairs:
    """The cheapest alignment (Needleman and Wunsch).

    Of several that cost the same, the same one is taken whichever sequence comes first, so that
    exchanging the two only mirrors the outcome.

    Args:
        first: One sequence.
        second: The other.
        cost: Of standing beside each other, at least 0 and the same both ways; ``None`` if they
            must not. Elements that are the same must cost 0.
        gap: Of standing alone, at least 1.
        key: Sorts elements; only so that the order of the sequences does not matter.
    """
    turned = [key(each) for each in second] < [key(each) for each in first]
    one, other = (second, first) if turned else (first, second)
    found = _align(one, other, cost, gap)
    return _lonely_in_order([(b, a) if turned else (a, b) for a, b in found])


def _align(
    one: Sequence[T], other: Sequence[T], cost: Callable[[T, T], int | None], gap: int
) -> list[tuple[int | None, int | None]]:
    pairs = [[cost(a, b) for b in other] for a in one]
    best = [[column * gap for column in range(len(other) + 1)]]
    for row in range(1, len(one) + 1):
        line = [row * gap]
        for column in range(1, len(other) + 1):
            beside = pairs[row - 1][column - 1]
            ways = [best[row - 1][column] + gap, line[column - 1] + gap]
            ways += [] if beside is None else [best[row - 1][column - 1] + beside]
            line.append(min(ways))
        best.append(line)
    found: list[tuple[int | None, int | None]] = []
    row, column = len(one), len(other)
    while row or column:
        beside = pairs[row - 1][column - 1] if row and column else None
        here = best[row][column]
        if beside is not None and here == best[row - 1][column - 1] + beside:
            row, column = row - 1, column - 1
            found.append((row, column))
        elif row and here == best[row - 1][column] + gap:
            row -= 1
            found.append((row, None))
        else:
            column -= 1
            found.append((None, column))
    return found[::-1]


def _lonely_in_order(found: list[tuple[int | None, int | None]]) -> Pairs:
    """Between two pairs, what is only in the first comes before what is only in the second."""
    ordered: list[tuple[int | None, int | None]] = []
    for paired, grouped in groupby(found, key=lambda each: None not in each):
        run = list(grouped)
        ordered += run if paired else sorted(run, key=lambda each: each[0] is None)
    return tuple(ordered)
