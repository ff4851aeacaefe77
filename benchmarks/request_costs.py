"""What requests cost: bytes on the wire, prompt tokens, and how much of each was sent before.

Tokens of pictures are exact. Those of words are estimated, because no model's tokenizer is at hand:
four letters a token, one and a half for Chinese. The share of the prefix is told for three and five
letters too, so that one sees how little hangs on it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from agent.model import ImagePart, Request, TextPart
from agent.models.openai_messages import payload
from agent.models.presets import PRESETS
from benchmarks.costs import spread

LETTERS = 4.0
LETTERS_RANGE = (3.0, 5.0)
"""Letters a token of English and JSON."""
_EAST = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_LETTERS_EAST = 1.5
_FRAME = 2
"""Tokens before and after a picture."""


@dataclass(frozen=True)
class Piece:
    """Words or a picture of a prompt, in the order in which a chat template writes them.

    Attributes:
        text: The words, or what identifies the picture.
        picture: Tokens of the picture; 0 for words.
    """

    text: str
    picture: int = 0

    def tokens(self, letters: float) -> float:
        """How many tokens it has, at so many letters a token."""
        return self.picture or _word_tokens(self.text, letters)


@dataclass(frozen=True)
class RequestCost:
    """One request.

    Attributes:
        body_bytes: Of its JSON, pictures included.
        new_bytes: Those after the beginning that it shares with the request before.
        pictures: How many there are in it.
        tokens: Of its prompt.
        known_tokens: Those at its beginning that are the same in the request before.
    """

    body_bytes: int
    new_bytes: int
    pictures: int
    tokens: float
    known_tokens: float


def request_costs(
    requests: Sequence[Request], factor: int, *, letters: float = LETTERS
) -> list[RequestCost]:
    """The cost of each of ``requests``, which follow each other.

    Args:
        requests: Of one episode.
        factor: Pixels of a picture's token in each direction.
        letters: Letters a token.
    """
    costs: list[RequestCost] = []
    before: list[Piece] = []
    sent = b""
    for request in requests:
        pieces, body = _pieces(request, factor), _body(request)
        costs.append(
            RequestCost(
                body_bytes=len(body),
                new_bytes=len(body) - _common(sent, body),
                pictures=sum(piece.picture > 0 for piece in pieces),
                tokens=sum(piece.tokens(letters) for piece in pieces),
                known_tokens=_known(before, pieces, letters),
            )
        )
        before, sent = pieces, body
    return costs


def prefix_share(costs: Sequence[RequestCost]) -> float:
    """Of all prompt tokens after the first request, the share that was known already."""
    return sum(cost.known_tokens for cost in costs[1:]) / sum(cost.tokens for cost in costs[1:])


def byte_share(costs: Sequence[RequestCost]) -> float:
    """The same of the bytes."""
    sent = sum(cost.body_bytes for cost in costs[1:])
    return 1 - sum(cost.new_bytes for cost in costs[1:]) / sent


def episode_figures(requests: Sequence[Request], factor: int) -> dict[str, Any]:
    """The figures of one episode as JSON."""
    costs = request_costs(requests, factor)
    shares = [
        prefix_share(request_costs(requests, factor, letters=letters)) for letters in LETTERS_RANGE
    ]
    return {
        "prefix_share": round(prefix_share(costs), 4),
        "prefix_share_range": sorted(round(share, 4) for share in shares),
        "prefix_share_median_step": round(
            median(cost.known_tokens / cost.tokens for cost in costs[1:]), 4
        ),
        "byte_share": round(byte_share(costs), 4),
        "tokens": {
            "first": round(costs[0].tokens),
            "mean": round(mean(cost.tokens for cost in costs)),
            "most": round(max(cost.tokens for cost in costs)),
            "new_a_step": round(mean(cost.tokens - cost.known_tokens for cost in costs[1:])),
        },
        "pictures": {
            "mean": round(mean(cost.pictures for cost in costs), 2),
            "most": max(cost.pictures for cost in costs),
        },
        "body_bytes": _rounded([cost.body_bytes for cost in costs]),
        "new_bytes": _rounded([cost.new_bytes for cost in costs]),
        "steps": [
            {
                "tokens": round(cost.tokens),
                "known_tokens": round(cost.known_tokens),
                "pictures": cost.pictures,
                "body_bytes": cost.body_bytes,
                "new_bytes": cost.new_bytes,
            }
            for cost in costs
        ],
    }


def _rounded(values: Sequence[int]) -> dict[str, int]:
    return {name: round(value) for name, value in spread(values).items()}


def _body(request: Request) -> bytes:
    """As the SDK sends it to a server of vLLM."""
    body = payload("Qwen/Qwen2.5-VL-7B-Instruct", request, PRESETS["vllm"])
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _common(before: bytes, after: bytes) -> int:
    """How many bytes at the beginning are the same, by halving."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _pieces(request: Request, factor: int) -> list[Piece]:
    # Chat templates write the tools first.
    found = [Piece(json.dumps(tool, ensure_ascii=False)) for tool in request.tools]
    for message in request.messages:
        found.append(Piece(f"<|im_start|>{message.role}\n"))
        for part in message.parts:
            if isinstance(part, TextPart):
                found.append(Piece(part.text))
            elif isinstance(part, ImagePart):
                tokens = part.size.width * part.size.height // factor**2
                found.append(Piece(part.sha256, tokens + _FRAME))
        found += [Piece(call.name + call.arguments) for call in message.calls]
    return found


def _known(before: Sequence[Piece], after: Sequence[Piece], letters: float) -> float:
    known = 0.0
    for old, new in zip(before, after, strict=False):
        if old != new:
            if not old.picture and not new.picture:
                same = _common(old.text.encode(), new.text.encode())
                known += _word_tokens(new.text.encode()[:same].decode(errors="ignore"), letters)
            break
        known += new.tokens(letters)
    return known


def _word_tokens(text: str, letters: float) -> float:
    east = len(_EAST.findall(text))
    return east / _LETTERS_EAST + (len(text) - east) / letters
