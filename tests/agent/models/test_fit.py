"""Will it fit: the shapes, the sums, and the table that the project was given."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.models.fit import (
    GIB,
    PRECISIONS,
    Load,
    Precision,
    best_precision,
    estimate,
    estimates,
    image_tokens,
    most_pixels,
    parse_memory,
    weight_bytes,
)
from agent.models.shapes import Shape, known_shapes, read_shape, shape_of
from tools.errors import ConfigError

USUAL = Load()
_TINY = (
    '{"num_hidden_layers": %s, "hidden_size": 1, "num_attention_heads": 1,'
    ' "intermediate_size": 1, "vocab_size": 1}'
)

# Measured with transformers and accelerate on these shapes: parameters and vision in 10^9, then
# weights and totals in GiB by precision, for 8192 tokens and one picture of 1280.
MEASURED = [
    ("Qwen2.5-VL-3B", 3.75, 0.67, (7.0, 4.5, 3.3), (8.9, 6.3, 5.2)),
    ("Qwen2.5-VL-7B", 8.29, 0.68, (15.4, 9.5, 6.7), (17.9, 12.0, 9.2)),
    ("Qwen2.5-VL-32B", 33.45, 0.69, (62.3, 33.8, 20.5), (66.9, 38.4, 25.0)),
    ("Qwen2.5-VL-72B", 73.41, 0.70, (136.7, 72.7, 42.6), (142, 78.0, 47.9)),
    ("Qwen2-VL-2B", 2.21, 0.67, (4.1, 2.9, 2.4), (5.9, 4.7, 4.1)),
    ("QVQ-72B", 73.41, 0.70, (136.7, 72.6, 42.6), (142, 78.0, 47.9)),
    ("Qwen3-VL-2B", 2.13, 0.41, (4.0, 2.7, 2.1), (6.2, 4.9, 4.3)),
    ("Qwen3-VL-4B", 4.44, 0.42, (8.3, 4.9, 3.4), (10.9, 7.6, 6.1)),
    ("Qwen3-VL-8B", 8.77, 0.58, (16.3, 10.0, 7.0), (19.2, 12.9, 9.9)),
    ("Qwen3-VL-32B", 33.36, 0.60, (62.1, 33.7, 20.3), (66.6, 38.1, 24.7)),
]


def gib(value: int) -> float:
    return value / GIB


@pytest.mark.parametrize(("name", "parameters", "vision", "weights", "totals"), MEASURED)
def test_sums_are_those_that_were_measured(
    name: str,
    parameters: float,
    vision: float,
    weights: tuple[float, ...],
    totals: tuple[float, ...],
) -> None:
    shape = shape_of(name)
    assert shape.parameters / 1e9 == pytest.approx(parameters, abs=0.006)
    assert shape.vision_parameters / 1e9 == pytest.approx(vision, abs=0.006)
    found = estimates(shape, USUAL)
    assert [gib(each.weights) for each in found] == pytest.approx(list(weights), abs=0.06)
    assert [gib(each.total) for each in found] == pytest.approx(list(totals), rel=0.01)


def test_the_table_that_was_given() -> None:
    """3B 3.5 to 7 GB; 7B 8 GB in 8 bits, 16 GB in bf16; 32B 24 GB or more; 72B 80 GB or more.

    It counts weights alone, everything quantised; the 24 GB of 32B are for its 4-bit weights.
    """

    def weights(name: str, precision: Precision) -> float:
        return gib(weight_bytes(shape_of(name), precision, everything=True))

    three, seven = "Qwen/Qwen2.5-VL-3B-Instruct", "Qwen/Qwen2.5-VL-7B-Instruct"
    assert weights(three, "int8") == pytest.approx(3.5, abs=0.05)
    assert weights(three, "bf16") == pytest.approx(7.0, abs=0.05)
    assert weights(seven, "int8") == pytest.approx(8, abs=0.5)
    assert weights(seven, "bf16") == pytest.approx(16, abs=0.6)

    big = shape_of("Qwen/Qwen2.5-VL-32B-Instruct")
    assert best_precision(big, 16, USUAL) is None
    assert gib(weight_bytes(big, "int4")) < 24 <= gib(estimate(big, "int4", USUAL).total)
    assert best_precision(big, 32, USUAL) is not None

    huge = shape_of("Qwen/Qwen2.5-VL-72B-Instruct")
    assert best_precision(huge, 48, USUAL) is None
    best = best_precision(huge, 80, USUAL)
    assert best is not None
    assert best.precision == "int4"
    assert 75 < gib(estimate(huge, "int8", USUAL).total) < 80


def test_cards() -> None:
    seven = shape_of("Qwen2.5-VL-7B")
    cards = [estimate(seven, precision, USUAL).smallest_card for precision in PRECISIONS]
    assert [card.gib for card in cards if card] == [24, 16, 10]
    assert estimate(shape_of("Qwen2.5-VL-72B"), "bf16", USUAL).smallest_card is None


@pytest.mark.parametrize(
    ("written", "like"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "Qwen2.5-VL-7B"),
        ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "Qwen2.5-VL-7B"),
        ("qwen2.5_vl_7b_instruct", "Qwen2.5-VL-7B"),
        ("Qwen/QVQ-72B-Preview", "Qwen2-VL-72B"),
        ("Qwen/Qwen3-VL-8B-Thinking", "Qwen3-VL-8B"),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct-FP8", "Qwen3-VL-30B-A3B"),
        ("ByteDance-Seed/UI-TARS-1.5-7B", "Qwen2.5-VL-7B"),
        ("bytedance-research/UI-TARS-7B-DPO", "Qwen2-VL-7B"),
        ("bytedance-research/UI-TARS-2B-SFT", "Qwen2-VL-2B"),
        ("mPLUG/GUI-Owl-32B", "Qwen2.5-VL-32B"),
        ("mPLUG/GUI-Owl-1.5-8B-Instruct", "Qwen3-VL-8B"),
    ],
)
def test_names_as_they_are_published(written: str, like: str) -> None:
    assert shape_of(written).parameters == shape_of(like).parameters
    assert shape_of(written).name == written


def test_weights_published_quantised_have_one_precision() -> None:
    (only,) = estimates(shape_of("Qwen/Qwen2.5-VL-7B-Instruct-AWQ"), USUAL)
    assert only.precision == "int4"


def test_an_unknown_name_is_guessed_at() -> None:
    with pytest.raises(ConfigError, match=r"Did you mean 'qwen2\.5-vl-7b'"):
        shape_of("Qwen/Qwen2.5-VL-7")


def _as_config(shape: Shape, *, nested: bool) -> dict[str, Any]:
    assert shape.vision is not None
    text = {
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": shape.vocabulary,
    }
    if shape.head_dim:
        text["head_dim"] = shape.head_dim
    if shape.experts:
        text |= {
            "intermediate_size": 6144,
            "moe_intermediate_size": shape.intermediate,
            "num_experts": shape.experts,
            "num_experts_per_tok": shape.active_experts,
        }
    if shape.vision.kind == "qwen2":
        width: dict[str, Any] = {
            "embed_dim": shape.vision.hidden,
            "hidden_size": shape.hidden,
            "mlp_ratio": 4,
        }
    else:
        width = {
            "hidden_size": shape.vision.hidden,
            "intermediate_size": shape.vision.intermediate,
        }
    config: dict[str, Any] = {
        "model_type": shape.family,
        "tie_word_embeddings": shape.tied,
        "vision_config": {"depth": shape.vision.depth, **width},
    }
    return {**config, "text_config": text} if nested else {**config, **text}


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("shape", known_shapes(), ids=lambda shape: shape.name)
def test_any_config_file(shape: Shape, nested: bool, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(_as_config(shape, nested=nested)))
    read = shape_of(str(tmp_path))
    assert estimates(read, USUAL) == estimates(shape, USUAL)
    assert read == read_shape(tmp_path / "config.json")


def test_a_model_without_vision(tmp_path: Path) -> None:
    text = {
        "model_type": "qwen2",
        "hidden_size": 896,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
        "intermediate_size": 4864,
        "vocab_size": 151936,
        "tie_word_embeddings": True,
    }
    path = tmp_path / "config.json"
    path.write_text(json.dumps(text))
    shape = read_shape(path)
    assert shape.parameters == 494_032_768  # Qwen2.5-0.5B
    assert image_tokens(shape, USUAL) == most_pixels(shape, "int8", 24, USUAL) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "no JSON object"),
        ("{}", "does not say 'num_hidden_layers'"),
        ('{"model_type": "llava", "vision_config": {}}', "of type 'llava'"),
        (
            _TINY % "0",
            "layers: Input should be greater",
        ),
        (
            _TINY % '"4"',
            "layers: Input should be a valid integer",
        ),
    ],
)
def test_configs_that_cannot_be_used(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        read_shape(path)


def test_a_folder_without_a_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        shape_of(str(tmp_path))


def test_more_is_asked_more_is_needed() -> None:
    shape = shape_of("Qwen3-VL-8B")
    least = estimate(shape, "bf16", USUAL)
    for more in (Load(context=16384), Load(pixels=USUAL.pixels * 2), Load(images=2)):
        assert estimate(shape, "bf16", more).total > least.total
    assert estimate(shape, "bf16", Load(context=16384)).cache == 2 * least.cache


def test_pixels_are_cut_to_fit() -> None:
    shape = shape_of("Qwen2.5-VL-7B")
    load = Load(pixels=12_845_056)
    assert not estimate(shape, "int8", load).fits(13.5)
    pixels = most_pixels(shape, "int8", 13.5, load)
    assert 28 * 28 <= pixels < load.pixels
    assert estimate(shape, "int8", Load(pixels=pixels)).fits(13.5)
    assert not estimate(shape, "int8", Load(pixels=pixels + 784)).fits(13.5)
    assert most_pixels(shape, "bf16", 8, load) == 0


@pytest.mark.parametrize(
    ("text", "amount"), [("24GB", 24), ("24 GiB", 24), ("24", 24), ("24576MiB", 24), ("1.5g", 1.5)]
)
def test_memory_as_people_write_it(text: str, amount: float) -> None:
    assert parse_memory(text) == amount


@pytest.mark.parametrize("text", ["", "much", "0GB", "-3GB", "24TB"])
def test_no_memory(text: str) -> None:
    with pytest.raises(ConfigError, match="amount of memory"):
        parse_memory(text)
