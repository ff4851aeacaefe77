"""A model that mixes languages is told of; labels repeated from the screen are no mixing."""

import pytest

from agent.dialects.reading.language import eastern_share, mixing

ENGLISH, CHINESE = "Turn on airplane mode", "打开飞行模式"


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (ENGLISH, "首先，我需要打开设置应用，然后找到飞行模式的开关。"),
        (ENGLISH, "Okay, 我需要先看一下屏幕上有什么，然后再决定 what to do next."),
        (ENGLISH, "설정을 열고 비행기 모드를 켜야 합니다 그리고 다시 확인합니다"),
        (CHINESE, "I should open the settings first and then find the switch."),
    ],
)
def test_mixing_is_told(goal: str, said: str) -> None:
    assert mixing(goal, said).startswith("The model mixes languages: ")


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (ENGLISH, "I should open the settings first and then find the switch."),
        (ENGLISH, "The list shows 飞行模式 next to 设置, so I tap it to turn on airplane mode."),
        (CHINESE, "首先，我需要打开设置应用，然后找到飞行模式的开关。"),
        (CHINESE, "我点击 Airplane mode 旁边的开关，然后检查 Settings 页面。"),
        (ENGLISH, "点击。"),
        (ENGLISH, ""),
        (ENGLISH, "12:30 → 45 %"),
        ("123", "首先，我需要打开设置应用，然后找到飞行模式的开关。"),
        ("Send Li Wei the message 你好", "首先，我需要打开设置应用，然后找到飞行模式的开关。"),
    ],
)
def test_what_is_no_mixing_is_not(goal: str, said: str) -> None:
    assert mixing(goal, said) == ""


def test_the_sentence_says_how_much_of_what() -> None:
    assert mixing(CHINESE, "I tap it. " * 5) == (
        "The model mixes languages: 100% of what it says is in Latin letters, "
        "the goal is in Chinese, Japanese or Korean ones."
    )


def test_the_share_counts_words() -> None:
    assert eastern_share("") is None
    assert eastern_share("one two") == 0.0
    assert eastern_share("一二三") == 1.0
    assert eastern_share("one two 一二三") == 0.5
