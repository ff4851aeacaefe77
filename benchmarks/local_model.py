"""What a step costs with a model in this process: reading the prompt, and holding it to a schema.

Run it as ``python -m benchmarks.local_model``; it needs the extra ``local``. The checkpoints are
tiny, so what is compared are shares: the tenth step against the first, with and without kept keys
and values, and the time per token that the schema costs by itself.
"""

import argparse
import importlib.util
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agent.model import Message, Request, Sampling, TextPart, Usage
from agent.models.local.grammar import GrammarMaker
from agent.models.local.model import LocalModel, load_local
from agent.models.local.options import LocalOptions
from tests.agent.models.local.pictures import assistant, picture, system, user
from tests.agent.models.local.tiny import FAMILIES, make_checkpoint
from tests.agent.models.local.torchvision_shim import mend_torchvision

SCREEN = (364, 812)
STEPS = 10
WRAPPER = ("<tool_call>\n", "\n</tool_call>")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"const": "mobile_use"},
        "arguments": {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {
                        "action": {"const": "click"},
                        "coordinate": {"$ref": "#/$defs/at"},
                    },
                    "required": ["action", "coordinate"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"action": {"const": "type"}, "text": {"type": "string"}},
                    "required": ["action", "text"],
                    "additionalProperties": False,
                },
            ]
        },
    },
    "required": ["name", "arguments"],
    "additionalProperties": False,
    "$defs": {
        "at": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 2000},
            "minItems": 2,
            "maxItems": 2,
        }
    },
}


@dataclass(frozen=True)
class PrefillCost:
    """Reading the prompts of an episode.

    Attributes:
        seconds: Until the first token, for each step.
        prompt_tokens: Length of each prompt.
        cached_tokens: How much of each was known.
    """

    seconds: tuple[float, ...]
    prompt_tokens: tuple[int, ...]
    cached_tokens: tuple[int, ...]

    @property
    def growth(self) -> float:
        """The last step against the first."""
        return self.seconds[-1] / self.seconds[0]

    @property
    def known_share(self) -> float:
        """Of all tokens after the first step, how many were known already."""
        return sum(self.cached_tokens[1:]) / sum(self.prompt_tokens[1:])


def prefill_cost(
    model: LocalModel, *, steps: int = STEPS, window: int = STEPS, repeats: int = 3
) -> PrefillCost:
    """Read the prompts of an episode of ``steps`` steps, each with a screenshot more.

    Args:
        model: Conversations are opened beside this one.
        steps: How many.
        window: Screenshots that are kept at least; older ones are dropped that many at a time.
        repeats: Of the whole episode; the quickest of each step counts.
    """
    runs: list[list[float]] = []
    usages: list[Usage] = []
    for _ in range(repeats):
        talk = model.conversation()
        messages = [system("You tap what the person wants. " * 20)]
        usages, seconds = [], []
        for step in range(steps):
            messages.append(user("The screen now:", picture(step, SCREEN)))
            request = Request(messages=_windowed(messages, window), sampling=Sampling(max_tokens=1))
            reply = talk.ask(request)
            usages.append(reply.usage)
            seconds.append(reply.latency_s)
            messages.append(assistant('<tool_call>\n{"name": "mobile_use"}\n</tool_call>'))
        runs.append(seconds)
        talk.close()
    return PrefillCost(
        seconds=tuple(min(each) for each in zip(*runs, strict=True)),
        prompt_tokens=tuple(usage.prompt_tokens for usage in usages),
        cached_tokens=tuple(usage.cached_tokens for usage in usages),
    )


def _windowed(messages: list[Message], window: int) -> tuple[Message, ...]:
    pictures = sum(len(message.images) for message in messages)
    dropped = max(0, pictures // window - 1) * window
    kept = []
    for message in messages:
        old = bool(message.images) and dropped > 0
        dropped -= old
        kept.append(user("An earlier screen.") if old else message)
    return tuple(kept)


@dataclass(frozen=True)
class ConstraintCost:
    """Holding replies to a schema.

    Attributes:
        setup_s: Once for a tokenizer.
        grammar_s: Once for a reply.
        token_ms: Median for a token.
        forced_share: Tokens that the network was not asked for, because only one was possible.
    """

    setup_s: float
    grammar_s: float
    token_ms: float
    forced_share: float


def constraint_cost(tokenizer: Any, *, replies: int = 20) -> ConstraintCost:  # noqa: ANN401
    """Speak random replies under a schema, without a network."""
    dice = np.random.default_rng(0)
    ends = [tokenizer.eos_token_id]
    started = time.perf_counter()
    maker = GrammarMaker(tokenizer, len(tokenizer), ends)
    setup_s = time.perf_counter() - started
    message = Message("user", (TextPart("x"),))
    request = Request(messages=(message,), schema=SCHEMA, wrapper=WRAPPER)
    spent, made, forced, asked = [], [], 0, 0
    for _ in range(replies):
        started = time.perf_counter()
        guide = maker.guide(request)
        made.append(time.perf_counter() - started)
        while not guide.done:
            started = time.perf_counter()
            allowed = guide.allowed()
            token = int(dice.choice(np.flatnonzero(allowed)))
            after = time.perf_counter()
            if token in ends:
                break
            again = time.perf_counter()
            following = guide.take(token)
            spent.append(after - started + time.perf_counter() - again)
            asked, forced = asked + 1, forced + len(following)
    return ConstraintCost(
        setup_s=setup_s,
        grammar_s=statistics.median(made),
        token_ms=1000 * statistics.median(spent),
        forced_share=forced / (asked + forced),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    if importlib.util.find_spec("torch") is None:
        print("The extra 'local' is not installed: nothing to measure.")
        return
    mend_torchvision()
    with tempfile.TemporaryDirectory() as folder:
        paths = {each: str(make_checkpoint(Path(folder) / each, each)) for each in FAMILIES}
        for family, path in paths.items():
            for reuse, window in ((True, STEPS), (False, STEPS), (True, 3), (False, 3)):
                model = load_local(path, LocalOptions(reuse_cache=reuse))
                cost = prefill_cost(model, window=window, repeats=repeats)
                print(
                    f"{family:10s} pictures {window:2d} reuse {reuse!s:5s} "
                    f"step 1 {1000 * cost.seconds[0]:5.0f} ms, "
                    f"step {STEPS} {1000 * cost.seconds[-1]:5.0f} ms (x{cost.growth:.2f}), "
                    f"all {1000 * sum(cost.seconds):5.0f} ms, known {cost.known_share:.0%}"
                )
        from transformers import AutoTokenizer

        held = constraint_cost(AutoTokenizer.from_pretrained(paths["qwen3_vl"]))
        print(
            f"schema: tokenizer {held.setup_s:.3f} s once, grammar {1000 * held.grammar_s:.1f} ms "
            f"a reply, {held.token_ms:.3f} ms a token, {held.forced_share:.0%} of them forced"
        )


if __name__ == "__main__":
    main()
