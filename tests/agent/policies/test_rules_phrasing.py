"""The same goal in other words is read the same; what is dictated is kept; nothing is guessed."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.rules.intent import Intent
from agent.policies.rules.phrasing import plain
from agent.policies.rules.policy import RulesPolicy
from agent.policies.rules.read_goal import read_goal, read_goals
from tests.agent.policies.drawn_screens import button, screen

NOW = datetime(2027, 1, 4, 9, 30)


def told(intent: Intent) -> str:
    """The errand and what is wanted, in a few words."""
    wishes = [
        f"{want.labels[0]} {want.wish}" if want.kind in {"toggle", "option"} else want.wish
        for want in intent.wants
    ]
    return f"{intent.name}: {', '.join(wishes)}" if wishes else intent.name


@pytest.mark.parametrize(
    ("goal", "plainly"),
    [
        ("Hey, could you please turn off wifi for me?", "turn off wifi"),
        ("Would you mind turning off wifi, please?", "turn off wifi"),
        ("I'd like you to set an alarm for 6:30, thanks a lot!", "set an alarm for 6:30"),
        ("i need to get up at 6", "get up at 6"),
        ("it's too bright, dim the screen to 20%", "set the brightness to 20%"),
        ("Turn of the wi-fi", "Turn off the wi-fi"),
        ("turn wifi and bluetooth off", "turn off wifi and bluetooth"),
        ("swich on bluetooth", "switch on bluetooth"),
        ("trun on bluetooth", "turn on bluetooth"),
        ("kill bluetooth", "turn off bluetooth"),
        ("put my phone in airplane mode", "turn on airplane mode"),
        ("put my phone on silent", "set the ringer mode to silent"),
        ("max out the brightness", "set brightness to maximum"),
        ("note to self: call the dentist", "add a note saying call the dentist"),
        ("let Mom know that I'm home", "tell Mom that I'm home"),
        ("shoot a quick text to Bob: hi", "send a message to Bob: hi"),
        ("能不能帮我把蓝牙关一下，谢谢", "关闭蓝牙"),
        ("请帮我打开一下飞行模式好吗？", "打开飞行模式"),
    ],
)
def test_courtesies_and_other_verbs_ask_for_nothing_else(goal: str, plainly: str) -> None:
    assert plain(goal) == plainly


@pytest.mark.parametrize(
    "goal",
    [
        "wake me up at 7",  # one letter from "make"
        "take me home",
        "test the microphone",
        "look at flights",
        "don't turn off wifi",
        "快递到了",
    ],
)
def test_other_words_stay_what_they_are(goal: str) -> None:
    assert plain(goal) == goal


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        ("text Bob: thanks", "thanks"),
        ("please tell Bob hello and thanks a lot", "hello and thanks a lot"),
        ("text Mom that I miss you ❤", "I miss you ❤"),
        ("send a message to Bob saying are you home now?", "are you home now?"),
        ("text Bob that we should go, please", "we should go"),
        ("text Bob: first we eat, then we go", "first we eat, then we go"),
        ("tell Mom I'll shop and then come home", "I'll shop and then come home"),
        ("给和平发短信：我到了", "我到了"),
        ("add a note saying feed the cat for me", "feed the cat for me"),
    ],
)
def test_a_dictated_text_is_kept_to_its_last_word(goal: str, text: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.unread == ()
    assert intent.wants[-1].values == (text,)


@given(st.text(max_size=60))
def test_saying_it_plainly_never_fails_and_is_settled(goal: str) -> None:
    once = plain(goal)
    assert len(once) <= len(goal) + 60
    assert plain(once) == plain(plain(once))


ONE_GOAL = {
    "I want dark mode": "toggle: dark mode on",
    "use light mode": "toggle: dark theme off",
    "use a 12 hour clock": "toggle: 24-hour format off",
    "bluetooth off": "toggle: bluetooth off",
    "turn on airplaine mode": "toggle: airplane mode on",
    "turn on my 8:30 alarm": "toggle: alarm at 08:30 on",
    "set the volume to 30": "setting: volume 30",
    "turn up the volume": "setting: volume a little more",
    "make the screen a bit darker, please": "setting: brightness a little less",
    "把音量调大一点": "setting: 音量 a little more",
    "set an alarm for 7": "alarm: 07:00",
    "alarm at seven every weekday": "alarm: 07:00, Mon, Tue, Wed, Thu, Fri",
    "早上六点半叫我起床": "alarm: 06:30",
    "set a timer for an hour and a half": "timer: 013000",
    "start a 90 second countdown": "timer: 000130",
    "倒计时一个半小时": "timer: 013000",
    "pause the stopwatch": "stopwatch: stop",
    "save Tom's number: +44 7700 900123": "contact: Tom, +44 7700 900123",
    "delete Fatima Zahra from my contacts": "delete: Fatima Zahra",
    "delete my note about plants": "delete: plants",
    "delete the 9 o'clock alarm": "delete: 9 o'clock",
    "remove Readme.txt from Download": "delete: Readme.txt, Download",
    "delete the conversation with Bob": "delete: Bob",
    "make David Kim a favourite": "favorite: David Kim",
    "connect to the Old Mill network": "join: Old Mill",
    "text Mom I'll be late": "message: Mom, I'll be late",
    "text Zoe Campbell see you at 8": "message: Zoe Campbell, see you at 8",
    "告诉妈妈我今晚不回家": "message: 妈妈, 我今晚不回家",
    "write a note called Groceries with milk and eggs": "note: Groceries, milk and eggs",
    "buy a hand blender": "order: hand blender, hand, 1",
    "book two seats from Paris to Rome": "flight: one way, Paris, Rome, 2",
    "what is the battery level?": "ask_fact: battery",
    "手机电量还有多少？": "ask_fact: battery",
    "which Android version does this phone run?": "ask_fact: android version",
    "is bluetooth on?": "ask_state: bluetooth",
    "WiFi开着吗？": "ask_state: WiFi",
    "what's Bob's phone number?": "ask_person: Bob, phone",
    "does Carol have an email address?": "ask_person: Carol, email",
    "王芳的电话是多少？": "ask_person: 王芳, phone",
    "how much is the travel mug?": "ask_price: travel mug, price",
    "绿茶多少钱": "ask_price: 绿茶, price",
    "what did Li Wei write last?": "ask_message: Li Wei",
    "take me to bluetooth settings": "page: bluetooth",
    "go to the home screen": "home",
}


@pytest.mark.parametrize("goal", ONE_GOAL)
def test_goals_in_other_words(goal: str) -> None:
    intents = read_goals(goal, NOW)
    assert [told(intent) for intent in intents] == [ONE_GOAL[goal]]
    assert intents[0].unread == ()


SEVERAL = {
    "set an alarm for 7 and turn on dark mode": ["alarm: 07:00", "toggle: dark mode on"],
    "turn off wifi and bluetooth": ["toggle: wifi off", "toggle: bluetooth off"],
    "turn on wifi, bluetooth and airplane mode": [
        "toggle: airplane mode on", "toggle: wifi on", "toggle: bluetooth on",
    ],
    "打开省电模式并关闭WiFi": ["toggle: 省电模式 on", "toggle: WiFi off"],
    "text Bob 'stop and go' and turn off wifi": ["message: Bob, stop and go", "toggle: wifi off"],
    "tell Bob that I'm in, then turn on wifi": ["message: Bob, I'm in", "toggle: wifi on"],
    "delete the note Salt and pepper": ["delete: Salt and pepper"],
    "text Bob that I like fish and chips": ["message: Bob, I like fish and chips"],
    "write a note called A with milk, eggs and bread": ["note: A, milk, eggs and bread"],
}  # fmt: skip


@pytest.mark.parametrize("goal", SEVERAL)
def test_several_goals_in_one_sentence(goal: str) -> None:
    intents = read_goals(goal, NOW)
    assert [told(intent) for intent in intents] == SEVERAL[goal]
    assert all(intent.unread == () for intent in intents)


@pytest.mark.parametrize(
    "goal",
    [
        "text Mom hello and then call her",
        "text Bob I'll book a flight and turn off wifi",
        "turn off wifi and fold the laundry",
        "turn on dark mode, then set the font size to large and the timeout to 5 minutes",
        "set an alarm for 6 and another for 7",
        "turn off wifi at 10 pm",
        "turn on bluetooth if it is off",
        "turn off all alarms",
        "don't turn off wifi",
        "never delete the note Plants",
        "delete every alarm",
        "delete all notes",
        "delete everything but the Plants note",
        "tell me a joke",
        "send 500 dollars to John",
        "text everyone happy new year",
        "order a pizza from Domino's",
        "add the cheapest headphones to the basket",
        "buy two blenders and a mug",
        "open the file Shopping list.txt",
        "how many unread mails do I have?",
        "what is the weather in Bob's city?",
        "set a timer",
        "别关闭蓝牙",
        "告诉我天气",
        "把所有笔记删除",
    ],
)
def test_what_is_not_wholly_understood_is_not_done(goal: str) -> None:
    intents = read_goals(goal, NOW)
    assert not intents or any(intent.unread for intent in intents)


@pytest.mark.parametrize(
    ("goal", "app"),
    [
        ("open the app Settings", "Settings"),
        ("open app settings", "settings"),
        ("launch the Settings app", "Settings"),
        ("please start the application Clock", "Clock"),
        ("open the App Store", "App Store"),
        ("打开应用设置", "设置"),
        ("打开设置应用", "设置"),
    ],
)
def test_an_app_is_no_page_of_the_settings(goal: str, app: str) -> None:
    [intent] = read_goals(goal, NOW)
    assert (intent.name, intent.app) == ("open", (app,))


def told_in_docs() -> list[str]:
    """The goals in the table of ``docs/goals.md``."""
    page = (Path(__file__).parents[3] / "docs" / "goals.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    return [goal for row in rows for goal in re.findall(r"`([^`]+)`", row)]


def test_what_the_docs_say_is_understood() -> None:
    goals = told_in_docs()
    assert len(goals) > 40
    for goal in goals:
        intents = read_goals(goal, NOW)
        assert [intent.unread for intent in intents] == [()], goal


@pytest.mark.parametrize(
    ("goal", "example"),
    [
        ("snooze my alarm", "set an alarm"),
        ("dial a taxi, I have no number", "phone number"),
        ("rename my note", "add a note"),
        ("播放音乐然后设闹钟铃声", "闹钟"),
    ],
)
def test_who_is_not_understood_is_told_the_nearest_goals_that_are(goal: str, example: str) -> None:
    decision = RulesPolicy().decide(goal, screen(button("Clock")), ())
    assert decision.call.name == "finish"
    assert decision.call.arguments["success"] is False
    answer = str(decision.call.arguments["answer"])
    assert example in answer
    quoted = answer.split("“")[1:]
    assert len(quoted) == 3
    for each in quoted:
        said = each.split("”")[0]
        understood = read_goals(said, NOW)
        assert [intent.unread for intent in understood] == [()]
