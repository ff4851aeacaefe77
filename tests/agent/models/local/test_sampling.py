"""Drawing tokens and noticing loops; no torch is needed for that."""

from typing import Any

import numpy as np
import pytest

from agent.model import Sampling
from agent.models.local.sampling import Sampler, repeats_itself

NONE = np.empty(0, dtype=np.int64)


def logits(*values: float) -> Any:
    return np.asarray(values, dtype=np.float32)


def shares(sampling: Sampling, values: Any, allowed: Any = None) -> Any:
    sampler = Sampler(sampling, NONE)
    drawn = [sampler.draw(values, allowed) for _ in range(4000)]
    return np.bincount(drawn, minlength=values.size) / len(drawn)


def test_greedy_takes_the_likeliest_that_is_allowed() -> None:
    sampler = Sampler(Sampling(), NONE)
    assert sampler.draw(logits(1, 3, 2), None) == 1
    assert sampler.draw(logits(1, 3, 2), np.asarray([True, False, True])) == 2


def test_temperature_one_draws_by_probability() -> None:
    values = np.log(logits(0.5, 0.3, 0.2))
    found = shares(Sampling(temperature=1.0, seed=1), values)
    np.testing.assert_allclose(found, [0.5, 0.3, 0.2], atol=0.03)


def test_temperature_flattens() -> None:
    values = np.log(logits(0.64, 0.36))
    found = shares(Sampling(temperature=2.0, seed=1), values)
    np.testing.assert_allclose(found, [0.8 / 1.4, 0.6 / 1.4], atol=0.03)


@pytest.mark.parametrize("size", [3, 5000])
def test_top_p_cuts_behind_the_token_that_crosses_it(size: int) -> None:
    weights = np.full(size, 1e-9, dtype=np.float32)
    weights[:3] = 0.5, 0.3, 0.2
    found = shares(Sampling(temperature=1.0, top_p=0.6, seed=1), np.log(weights))
    np.testing.assert_allclose(found[:3], [0.625, 0.375, 0.0], atol=0.03)
    assert found[3:].sum() == 0


def test_top_p_of_a_flat_vocabulary_is_wide() -> None:
    found = shares(Sampling(temperature=1.0, top_p=0.9, seed=1), np.zeros(5000, dtype=np.float32))
    assert (found > 0).sum() > 2000


def test_what_is_not_allowed_is_never_drawn() -> None:
    allowed = np.asarray([False, True, True])
    for top_p in (1.0, 0.99):
        sampling = Sampling(temperature=2.0, top_p=top_p, seed=1)
        assert shares(sampling, logits(9, 0, 0), allowed)[0] == 0


def test_penalties_of_the_openai_api() -> None:
    sampler = Sampler(Sampling(presence_penalty=1.0, frequency_penalty=0.5), NONE)
    sampler.heard(0)
    sampler.heard(0)  # 1.0 + 2 * 0.5 off
    assert sampler.draw(logits(2.1, 0.2), None) == 1
    assert sampler.draw(logits(2.3, 0.2), None) == 0


def test_repetition_penalty_counts_the_prompt_and_works_below_zero() -> None:
    sampler = Sampler(Sampling(repetition_penalty=2.0), np.asarray([0, 1]))
    assert sampler.draw(logits(1.9, -9, 1.0), None) == 2
    assert sampler.draw(logits(-1.0, -9, -1.5), None) == 2


def test_the_same_seed_draws_the_same() -> None:
    values = np.zeros(50, dtype=np.float32)
    runs = []
    for seed in (5, 5, 6):
        sampler = Sampler(Sampling(temperature=1.0, seed=seed), NONE)
        runs.append([sampler.draw(values, None) for _ in range(20)])
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize("period", [1, 2, 7, 31, 32, 100, 256])
def test_loops_are_noticed(period: int) -> None:
    piece = list(range(period))
    assert repeats_itself([*range(1000, 1050), *piece * (64 // period + 5)])


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [1],
        [1] * 63,
        list(range(500)),
        [*range(100), *range(100)],
        [*[1] * 200, 2],
        [value for number in range(100) for value in (7, 8, number, 9)],
    ],
)
def test_what_is_no_loop_is_none(tokens: list[int]) -> None:
    assert not repeats_itself(tokens)
