"""From logits to the next token, as the OpenAI API and the papers describe it."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from agent.model import Sampling

_FEW = 1024


class Sampler:
    """Draws the tokens of one reply.

    Args:
        sampling: How.
        prompt: The tokens before the reply, which the repetition penalty counts too.
    """

    def __init__(self, sampling: Sampling, prompt: NDArray[np.int64]) -> None:
        self._sampling = sampling
        self._random = np.random.default_rng(sampling.seed)
        self._counts: Counter[int] = Counter()
        self._seen = np.unique(prompt) if sampling.repetition_penalty != 1.0 else prompt[:0]

    def heard(self, token: int) -> None:
        """Count ``token`` as said."""
        self._counts[token] += 1

    def draw(self, logits: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> int:
        """The next token.

        Args:
            logits: One a token.
            allowed: Which of them may be taken; ``None`` for all.
        """
        scores = self._penalised(logits)
        if allowed is not None:
            scores = np.where(allowed, scores, -np.inf)
        best = int(np.argmax(scores))
        if self._sampling.temperature == 0.0:
            return best
        weights = np.exp((scores - scores[best]).astype(np.float64) / self._sampling.temperature)
        order = self._nucleus(weights)
        share = weights[order] / weights[order].sum()
        return int(order[self._random.choice(order.size, p=share)])

    def _nucleus(self, weights: NDArray[np.float64]) -> NDArray[np.int64]:
        """The likeliest tokens that have ``top_p`` of the weight between them, likeliest first."""
        wanted = self._sampling.top_p * weights.sum()
        if self._sampling.top_p == 1.0:
            return np.flatnonzero(weights)
        # To sort a whole vocabulary for every token would take longer than a small model does.
        few = min(_FEW, weights.size)
        likely = np.argpartition(-weights, few - 1)[:few]
        if weights[likely].sum() < wanted:
            likely = np.arange(weights.size)
        order = likely[np.argsort(-weights[likely], kind="stable")]
        # The token that crosses the threshold still belongs to the nucleus.
        return order[: int(np.searchsorted(np.cumsum(weights[order]), wanted)) + 1]

    def _penalised(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        wanted = self._sampling
        said = np.fromiter(self._counts, dtype=np.int64, count=len(self._counts))
        scores = logits.copy()
        if wanted.repetition_penalty != 1.0:
            seen = np.union1d(self._seen, said)
            values = scores[seen]
            factor = np.float32(wanted.repetition_penalty)
            scores[seen] = np.where(values > 0, values / factor, values * factor)
        if said.size and (wanted.presence_penalty or wanted.frequency_penalty):
            times = np.fromiter(self._counts.values(), dtype=np.float32, count=said.size)
            scores[said] -= wanted.presence_penalty + wanted.frequency_penalty * times
        return scores


def repeats_itself(tokens: list[int]) -> bool:
    """Whether the tail of ``tokens`` is the same piece over and over.

    A short piece must come at least four times and fill 64 tokens, so that a row of dashes or a
    long number is none; a longer one three times. Pieces of up to 256 tokens are found.
    """
    tail = np.asarray(tokens[-3 * 256 :], dtype=np.int64)
    for period in np.flatnonzero(tail[::-1][1:257] == tail[-1]) + 1 if tail.size else ():
        span = max(64, 4 * int(period)) if period < 32 else 3 * int(period)
        if span <= tail.size and (tail[-span + period :] == tail[-span:-period]).all():
            return True
    return False
