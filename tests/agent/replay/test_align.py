"""The alignment behind ``agent diff``: its laws, on any two sequences."""

from hypothesis import given
from hypothesis import strategies as st

from agent.replay.align import Pairs, align

GAP = 50
WORDS = st.text(alphabet="abc", max_size=12)


def cost(one: str, other: str) -> int | None:
    """Equal letters cost nothing, neighbours a little, others must not stand beside each other."""
    apart = abs(ord(one) - ord(other))
    return {0: 0, 1: 40}.get(apart)


def aligned(one: str, other: str) -> Pairs:
    return align(one, other, cost, gap=GAP, key=str)


def price(pairs: Pairs, one: str, other: str) -> int:
    total = 0
    for a, b in pairs:
        beside = cost(one[a], other[b]) if a is not None and b is not None else GAP
        assert beside is not None
        total += beside
    return total


@given(WORDS)
def test_the_same_sequence_aligns_in_full(word: str) -> None:
    assert aligned(word, word) == tuple((place, place) for place in range(len(word)))


@given(WORDS, WORDS)
def test_exchanging_the_two_mirrors_the_outcome(one: str, other: str) -> None:
    mirrored = [(b, a) for a, b in aligned(other, one)]

    def lonely_apart(pairs: list[tuple[int | None, int | None]]) -> tuple[object, ...]:
        beside = [pair for pair in pairs if None not in pair]
        return beside, sorted(str(pair) for pair in pairs if None in pair)

    assert lonely_apart(mirrored) == lonely_apart(list(aligned(one, other)))


@given(WORDS, WORDS)
def test_every_step_stands_once_and_in_order(one: str, other: str) -> None:
    pairs = aligned(one, other)
    assert [a for a, _ in pairs if a is not None] == list(range(len(one)))
    assert [b for _, b in pairs if b is not None] == list(range(len(other)))


@given(WORDS, WORDS)
def test_no_alignment_is_cheaper(one: str, other: str) -> None:
    """Against the plainest recursion there is."""
    known: dict[tuple[int, int], int] = {}

    def best(a: int, b: int) -> int:
        if a == 0 or b == 0:
            return (a + b) * GAP
        if (a, b) not in known:
            beside = cost(one[a - 1], other[b - 1])
            ways = [best(a - 1, b) + GAP, best(a, b - 1) + GAP]
            ways += [] if beside is None else [best(a - 1, b - 1) + beside]
            known[a, b] = min(ways)
        return known[a, b]

    assert price(aligned(one, other), one, other) == best(len(one), len(other))


@given(WORDS, WORDS, WORDS)
def test_what_was_put_in_between_is_found(head: str, middle: str, tail: str) -> None:
    pairs = aligned(head + tail, head + middle + tail)
    assert sum(None in pair for pair in pairs) == len(middle)
    assert all(b is not None for _, b in pairs)
