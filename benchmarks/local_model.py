"""What a step costs with a model in this process: reading the prompt, and holding it to a schema.

The checkpoints are made on the spot, with random weights, so shares are what is compared: a later
step against the first, with and without kept keys and values. All is CPU time of one thread, which
others' load does not stretch. Run by ``python -m benchmarks.model_path --local``.
"""

import json
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agent.model import Message, Request, Sampling, TextPart, Usage
from agent.models.local.grammar import GrammarMaker
from agent.models.local.model import LocalModel
from tests.agent.models.local.pictures import assistant, picture, system, user
from tests.agent.models.local.tiny import make_checkpoint

SCREEN = (364, 812)
STEPS = 10
WIDE = "qwen2_5_vl wide"
"""A network of two layers of a width at which reading costs what it does in real ones."""
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
        seconds: CPU time until the first token, for each step.
        prompt_tokens: Length of each prompt.
        cached_tokens: How much of each was known.
    """

    seconds: tuple[float, ...]
    prompt_tokens: tuple[int, ...]
    cached_tokens: tuple[int, ...]

    def against_first(self, step: int) -> float:
        """Step ``step``, counted from 1, against the first."""
        return self.seconds[step - 1] / self.seconds[0]

    @property
    def known_share(self) -> float:
        """Of all tokens after the first step, how many were known already."""
        return sum(self.cached_tokens[1:]) / sum(self.prompt_tokens[1:])


def prefill_cost(
    model: LocalModel, *, steps: int = STEPS, most: int = STEPS, least: int = 3, repeats: int = 3
) -> PrefillCost:
    """Read the prompts of an episode of ``steps`` steps, each with a screenshot more.

    Args:
        model: Conversations are opened beside this one.
        steps: How many.
        most: Screenshots shown at most.
        least: Screenshots left when there would be more.
        repeats: Of the whole episode, after one to warm up; the quickest of each step counts.
    """
    runs: list[list[float]] = []
    usages: list[Usage] = []
    for _ in range(repeats + 1):
        talk = model.conversation()
        messages = [system("You tap what the person wants. " * 20)]
        usages, seconds = [], []
        for step in range(steps):
            messages.append(user("The screen now:", picture(step, SCREEN)))
            shown = _shown(messages, most, least)
            request = Request(messages=shown, sampling=Sampling(max_tokens=1))
            started = time.process_time()
            usages.append(talk.ask(request).usage)
            seconds.append(time.process_time() - started)
            messages.append(assistant('<tool_call>\n{"name": "mobile_use"}\n</tool_call>'))
        runs.append(seconds)
        talk.close()
    return PrefillCost(
        seconds=tuple(min(each) for each in zip(*runs[1:], strict=True)),
        prompt_tokens=tuple(usage.prompt_tokens for usage in usages),
        cached_tokens=tuple(usage.cached_tokens for usage in usages),
    )


def _shown(messages: list[Message], most: int, least: int) -> tuple[Message, ...]:
    """The conversation as the policy keeps it: too many pictures, and all but ``least`` go."""
    pictures = sum(len(message.images) for message in messages)
    chunk = most - least + 1
    dropped = max(0, -(-(pictures - most) // chunk)) * chunk
    kept = []
    for message in messages:
        old = bool(message.images) and dropped > 0
        dropped -= old
        kept.append(user("An earlier screen.") if old else message)
    return tuple(kept)


def make_wide(folder: Path) -> Path:
    """A Qwen2.5-VL of two layers as wide as those of a small real one, its eyes tiny still.

    In the tiny checkpoints attention is nearly all the work, because there is next to nothing else
    to compute; so they would show a growth with the context that no real model has.
    """
    from transformers import AutoConfig, AutoModelForImageTextToText

    make_checkpoint(folder, "qwen2_5_vl", spread=0.02)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config |= {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 8}
    config["rope_scaling"]["mrope_section"] = [16, 24, 24]
    config["vision_config"]["out_hidden_size"] = 1024
    path.write_text(json.dumps(config))
    model = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(folder))
    model.save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class ConstraintCost:
    """Holding replies to a schema.

    Attributes:
        vocabulary: Tokens there are.
        setup_s: CPU time once for a tokenizer.
        grammar_s: CPU time once for a reply.
        token_ms: Median for a token.
        forced_share: Tokens that the network was not asked for, because only one was possible.
    """

    vocabulary: int
    setup_s: float
    grammar_s: float
    token_ms: float
    forced_share: float


def constraint_cost(tokenizer: Any, *, replies: int = 20) -> ConstraintCost:  # noqa: ANN401
    """Speak random replies under a schema, without a network."""
    dice = np.random.default_rng(0)
    ends = [tokenizer.eos_token_id]
    started = time.process_time()
    maker = GrammarMaker(tokenizer, len(tokenizer), ends)
    setup_s = time.process_time() - started
    message = Message("user", (TextPart("x"),))
    request = Request(messages=(message,), schema=SCHEMA, wrapper=WRAPPER)
    spent, made, forced, asked = [], [], 0, 0
    for _ in range(replies):
        started = time.process_time()
        guide = maker.guide(request)
        made.append(time.process_time() - started)
        while not guide.done:
            started = time.process_time()
            allowed = guide.allowed()
            after = time.process_time()
            token = int(dice.choice(np.flatnonzero(allowed)))
            if token in ends:
                break
            again = time.process_time()
            following = guide.take(token)
            spent.append(after - started + time.process_time() - again)
            asked, forced = asked + 1, forced + len(following)
    return ConstraintCost(
        vocabulary=len(tokenizer),
        setup_s=setup_s,
        grammar_s=statistics.median(made),
        token_ms=1000 * statistics.median(spent),
        forced_share=forced / (asked + forced),
    )


def large_tokenizer(size: int = 151_000) -> Any:  # noqa: ANN401
    """A tokenizer with as many tokens as Qwen's, made of random letters."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    chance = random.Random(0)
    starts = ("\u0120", "", "", "{", "[", '"', ":", ",", "}", '"}')  # the first is a space
    pieces = [*sorted(pre_tokenizers.ByteLevel.alphabet()), '{"', '":', '",', '"}']
    known = dict.fromkeys(pieces)
    while len(known) < size:
        word = "".join(chance.choices("etaoinshrdlucmfwypvbgkjqxz", k=chance.randint(2, 9)))
        known[chance.choice(starts) + word] = None
    vocabulary = {piece: number for number, piece in enumerate(known)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>")
