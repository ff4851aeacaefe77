"""Whether a control shows what is wanted: how many of whom, told in either order."""

from datetime import datetime

import pytest

from agent.policies.rules.matching import shows
from agent.policies.rules.read_goal import read_goal
from agent.policies.rules.turn import Memory, Turn
from agent.policies.rules.view import View
from agent.policy import Glimpse
from tools.geometry import Size
from tools.ui_tree import UiTree

NOW = datetime(2027, 1, 4, 9, 30)
GOAL = "book a one-way ticket Chongqing to Beijing on January 28 for 2 adults and 1 child"


@pytest.mark.parametrize(
    ("told", "right"),
    [
        ("2 adults, 1 child", True),
        ("2 adults 1 child", True),
        ("Travelers: 2 adults 1 child", True),
        ("成人 2 儿童 1", True),
        ("成人2名 儿童1名", True),
        ("2名成人，1名儿童", True),
        ("成人 2, 儿童 1, 经济舱", True),
        ("1 adult, 2 children", False),
        ("成人 1 儿童 2", False),
        ("12 adults, 11 children", False),
    ],
)
def test_how_many_of_whom(told: str, right: bool) -> None:
    intent = read_goal(GOAL, NOW)
    assert intent is not None
    nothing = Glimpse("app", "", Size(width=1080, height=2400), UiTree(nodes=(), source=""))
    turn = Turn(View(nothing), intent, Memory(), NOW.date())
    people = [want for want in intent.wants if want.kind == "count"]
    assert {want.slot for want in people} == {"adults", "children"}
    assert [shows(turn, want, (told,)) for want in people] == [right, right]
