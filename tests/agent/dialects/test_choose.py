"""The dialect follows from the model's name or configuration, or from the person."""

import pytest

from agent.dialects.choose import DIALECTS, choose_dialect, dialect_named
from tools.errors import ConfigError
from tools.geometry import Space


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2_5_vl"),
        ("qwen2.5vl:7b", "qwen2_5_vl"),
        ("qwen2.5-vl-72b-instruct", "qwen2_5_vl"),
        ("Qwen/Qwen2-VL-2B-Instruct-AWQ", "qwen2_vl"),
        ("Qwen/QVQ-72B-Preview", "qvq"),
        ("qvq-max", "qvq"),
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen3_vl"),
        ("qwen3-vl:4b", "qwen3_vl"),
        ("Qwen/Qwen3-VL-30B-A3B-Thinking-FP8", "qwen3_vl_thinking"),
        ("ByteDance-Seed/UI-TARS-1.5-7B", "ui_tars"),
        ("ui-tars-1.5-7b", "ui_tars"),
        ("bytedance-research/UI-TARS-7B-DPO", "ui_tars_1_0"),
        ("doubao-1-5-ui-tars-250428", "ui_tars_1_0"),
        ("mPLUG/GUI-Owl-7B", "gui_owl"),
        ("mPLUG/GUI-Owl-1.5-8B-Instruct", "gui_owl_1_5"),
        ("zai-org/AutoGLM-Phone-9B", "autoglm_phone"),
        ("autoglm-phone-9b-multilingual", "autoglm_phone"),
        ("/models/qwen2.5-vl-tuned/checkpoint-900/", "qwen2_5_vl"),
        ("C:\\models\\UI-TARS-1.5-7B", "ui_tars"),
        ("gpt-4o", "tools"),
        ("/models/mine", "tools"),
    ],
)
def test_by_name(model: str, dialect: str) -> None:
    choice = choose_dialect(model)
    assert choice.dialect.name == DIALECTS[dialect]().name
    assert choice.certain == (dialect != "tools")


def test_by_configuration_where_the_name_says_nothing() -> None:
    assert choose_dialect("/m/x", model_type="qwen3_vl_moe").dialect.name == "qwen3_vl"
    assert choose_dialect("/m/x", model_type="qwen2_5_vl").certain
    assert choose_dialect("UI-TARS-1.5-7B", model_type="qwen2_5_vl").dialect.name == "ui_tars"
    assert not choose_dialect("/m/x", model_type="llama").certain


def test_the_person_wins() -> None:
    choice = choose_dialect("Qwen/Qwen2.5-VL-7B-Instruct", wanted="tools_text")
    assert choice.dialect.name == "tools_text"
    assert choose_dialect("qwen3-vl", wanted="auto").dialect.name == "qwen3_vl"


def test_an_unknown_name_is_refused_with_a_hint() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'qwen2_5_vl'"):
        dialect_named("qwen2_5vl")
    assert dialect_named("Qwen2.5-VL").name == "qwen2_5_vl"


def test_coordinates_follow_the_family() -> None:
    pixels = {name for name, make in DIALECTS.items() if make().space is Space.MODEL_PX}
    assert pixels == {"qwen2_5_vl", "ui_tars", "gui_owl"}
    for make in DIALECTS.values():
        assert make().sampling.repetition_penalty == 1.0
        assert make().sizing.factor in (28, 32)
