"""Kept keys and values: the same logits as reading everything anew, whatever the conversation."""

import random
from typing import Any

import numpy as np
import pytest

from agent.model import ImagePart, Message, Request, Sampling
from agent.models.local.conversation import Conversation
from agent.models.local.model import LocalModel
from agent.models.local.prompt import build_prompt
from agent.models.local.vision import decode
from tests.agent.models.local.conftest import Loader
from tests.agent.models.local.pictures import assistant, picture, system, user
from tests.agent.models.local.tiny import FAMILIES

pytestmark = [pytest.mark.local, pytest.mark.parametrize("family", FAMILIES)]
SHORT = Sampling(max_tokens=12)
# Sizes that no processor changes: they are made with another rounding of bicubic otherwise.
TALL = {"qwen2_vl": (112, 224), "qwen2_5_vl": (112, 224), "qwen3_vl": (256, 288)}
WIDE = {"qwen2_vl": (168, 84), "qwen2_5_vl": (168, 84), "qwen3_vl": (320, 224)}
TOLERANCE: dict[str, Any] = {"rtol": 0.0, "atol": 2e-5}


def full_prefill(model: LocalModel, messages: list[Message]) -> np.ndarray[Any, Any]:
    """The logits after a conversation as transformers computes them, with none of our own parts."""
    import torch

    weights = model._open().weights
    spoken = []
    for message in messages:
        content = [
            {"type": "image", "image": decode(part)}
            if isinstance(part, ImagePart)
            else {"type": "text", "text": getattr(part, "text", "")}
            for part in message.parts
        ]
        spoken.append({"role": message.role, "content": content})
    inputs = weights.processor.apply_chat_template(
        spoken, tokenize=True, add_generation_prompt=True, return_dict=True, return_tensors="pt"
    )
    with torch.inference_mode():
        made = weights.network(**inputs, use_cache=False, logits_to_keep=1)
    logits: np.ndarray[Any, Any] = made.logits[0, -1].numpy()
    return logits


def read(model: LocalModel, memory: Conversation, messages: list[Message]) -> tuple[Any, int]:
    shared = model._open()
    prompt = build_prompt(Request(messages=tuple(messages)), shared.weights, shared.vision)
    return memory.read(prompt)


def test_each_step_has_the_logits_of_a_full_prefill(family: str, loaded: Loader) -> None:
    model = loaded(family)
    messages = [system()]
    known_before = 0
    for step in range(4):
        messages.append(user(f"Step {step}.", picture(step, TALL[family]), "Go on."))
        logits, known = read(model, model._memory, messages)
        assert known >= known_before
        assert (known > 0) is (step > 0)
        np.testing.assert_allclose(logits, full_prefill(model, messages), **TOLERANCE)
        known_before = len(model._memory)
        messages.append(assistant(f"I tap {step}."))


def test_replies_are_kept_too_and_in_their_right_places(family: str, loaded: Loader) -> None:
    model = loaded(family)
    messages = [user("Look.", picture(1, (224, 112)))]
    read(model, model._memory, messages)
    tokens = model._open().weights.tokenizer("I tap the button.<|im_end|>\n")["input_ids"]
    model._memory.feed(tokens[:3])
    fed = model._memory.feed(tokens[3:])
    fresh = Conversation(model._open().weights, model._open().vision)
    messages += [assistant("I tap the button."), user("And now?", picture(2))]
    logits, known = read(model, model._memory, messages)
    anew, none = read(model, fresh, messages)
    assert none == 0
    assert known >= len(tokens)
    np.testing.assert_allclose(logits, anew, **TOLERANCE)
    assert not np.allclose(fed, logits, **TOLERANCE)


def test_a_prefix_that_differs_is_read_anew(family: str, loaded: Loader) -> None:
    model = loaded(family)
    messages = [system(), user("Step 0.", picture(0, TALL[family]))]
    messages += [assistant("Done."), user("On.", picture(1, TALL[family]))]
    _, known = read(model, model._memory, messages)
    assert known == 0
    changes = [
        [system("Another role."), *messages[1:]],
        [
            messages[0],
            user("Step 0.", picture(7, TALL[family])),
            *messages[2:],
        ],  # same size, other pixels
        [*messages[:2], assistant("Failed."), messages[3]],
        [messages[0], user("Step 0. [old picture]"), *messages[2:]],
        [*messages[:3], user("On.", picture(1, WIDE[family]))],
    ]
    for changed in changes:
        read(model, model._memory, messages)
        logits, known = read(model, model._memory, changed)
        assert known < len(model._memory)
        np.testing.assert_allclose(logits, full_prefill(model, changed), **TOLERANCE)


def test_every_step_reads_as_much_as_the_second(family: str, loaded: Loader) -> None:
    model = loaded(family)
    messages = [system()]
    read_tokens = []
    for step in range(8):
        messages.append(user("Go on.", picture(step)))
        usage = model.ask(Request(messages=tuple(messages), sampling=SHORT)).usage
        read_tokens.append(usage.prompt_tokens - usage.cached_tokens)
        messages.append(assistant("I tap."))
    assert len(set(read_tokens[1:])) == 1
    assert read_tokens[1] < read_tokens[0] + 10


def test_the_same_question_again_reads_one_token(family: str, loaded: Loader) -> None:
    model = loaded(family)
    request = Request(messages=(system(), user("What?", picture(3))), sampling=SHORT)
    first, second = model.ask(request), model.ask(request)
    assert first.usage.cached_tokens == 0
    assert second.usage.cached_tokens == second.usage.prompt_tokens - 1
    assert second.text == first.text


def test_without_reuse_nothing_is_known(family: str, loaded: Loader) -> None:
    model = loaded(family, reuse_cache=False)
    request = Request(messages=(user("What?", picture(3)),), sampling=SHORT)
    texts = {model.ask(request).text for _ in range(2)}
    assert model.ask(request).usage.cached_tokens == 0
    assert texts == {loaded(family).ask(request).text}


@pytest.mark.parametrize("seed", range(3))
def test_any_history_of_edits(family: str, seed: int, loaded: Loader) -> None:
    model = loaded(family)
    dice = random.Random(seed)
    messages: list[Message] = [system()]
    for _ in range(8):
        match dice.randrange(4):
            case 0 if len(messages) > 1:
                messages.pop()
            case 1 if len(messages) > 1:
                messages[dice.randrange(1, len(messages))] = user(f"No {dice.randrange(9)}.")
            case 2:
                messages.append(assistant(f"I wait {dice.randrange(9)}."))
            case _:
                sides = dice.choice([(56, 112), (112, 56), (84, 84)])
                messages.append(user(picture(dice.randrange(4), sides), "See."))
        fresh = Conversation(model._open().weights, model._open().vision)
        logits, _ = read(model, model._memory, messages)
        np.testing.assert_allclose(logits, read(model, fresh, messages)[0], **TOLERANCE)


def test_what_broke_off_is_forgotten(family: str, loaded: Loader) -> None:
    model = loaded(family)
    messages = [user("Look.", picture(1))]
    logits, _ = read(model, model._memory, messages)
    with pytest.raises(IndexError):
        model._memory.feed([10**6])  # beyond the vocabulary
    assert len(model._memory) == 0
    again, known = read(model, model._memory, messages)
    assert known == 0
    np.testing.assert_allclose(again, logits, **TOLERANCE)
