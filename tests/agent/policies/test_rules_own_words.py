"""Goals in people's own words on the phone: what it holds and what it answers counts."""

from collections.abc import Callable

import pytest

from agent.policies.rules.several import resumed
from agent.step import Episode, StopReason
from tests.agent.policies.errand_runner import ErrandRunner, story

CONTACTS, CLOCK, NOTES = "com.android.contacts", "com.android.deskclock", "com.tapwright.notes"
MESSAGES, SHOP, SETTINGS = "com.android.messaging", "com.tapwright.shop", "com.android.settings"


def ends(errands: ErrandRunner, goal: str, scenario: str = "default") -> Episode:
    """The episode, which must have been finished."""
    episode = errands.run(goal, scenario=scenario)
    told = f"{episode.answer} {episode.error}\n{story(episode.steps)}"
    assert episode.stop is StopReason.FINISHED, told
    return episode


def front(errands: ErrandRunner) -> tuple[str, str]:
    """The app in front and its screen."""
    with errands.server.phone.lock:
        package, screen = errands.server.phone.foreground()
    return package, screen.removeprefix(".")


def kept_by(errands: ErrandRunner) -> str:
    """The settings and what is in the cart and ordered, as one text."""
    with errands.server.phone.lock:
        kept = errands.server.phone.settings
        settings = [dict(kept.list(name)) for name in ("global", "system")]
    rows = [errands.rows(SHOP, f"SELECT * FROM {table}") for table in ("orders", "cart_items")]
    return f"{settings} {rows}"


DONE: list[tuple[str, str, Callable[[ErrandRunner], object], object]] = [
    (
        "Hey, would you mind turning off wifi and bluetooth for me, please?",
        "default",
        lambda e: (e.setting("global", "wifi_on"), e.setting("global", "bluetooth_on")),
        ("0", "0"),
    ),
    (
        "turn on wifi, bluetooth and airplane mode",  # which turns the others off
        "default",
        lambda e: [
            e.setting("global", key) for key in ("airplane_mode_on", "wifi_on", "bluetooth_on")
        ],
        ["1", "1", "1"],
    ),
    (
        "打开省电模式并关闭WiFi",
        "zh",
        lambda e: (e.setting("global", "low_power"), e.setting("global", "wifi_on")),
        ("1", "0"),
    ),
    (
        "set an alarm for 7 and turn on dark mode",
        "default",
        lambda e: (
            [row["hour"] for row in e.rows(CLOCK, "SELECT hour FROM alarms WHERE enabled = 1")],
            e.setting("secure", "ui_night_mode"),
        ),
        ([7], "2"),
    ),
    (
        "swich on airplaine mode",
        "default",
        lambda e: e.setting("global", "airplane_mode_on"),
        "1",
    ),
    (
        "use a 12 hour clock",
        "default",
        lambda e: e.setting("system", "time_12_24"),
        "12",
    ),
    (
        "it's too bright, dim the screen to 20 percent",
        "default",
        lambda e: 46 <= int(e.setting("system", "screen_brightness")) <= 56,
        True,
    ),
    (
        "it's too bright, make the screen a bit darker",
        "default",
        lambda e: 66 <= int(e.setting("system", "screen_brightness")) <= 86,  # from 128 of 255
        True,
    ),
    (
        "把音量调到最大",
        "zh",
        lambda e: e.setting("system", "volume_music"),
        "15",
    ),
    (
        "put my phone on silent",
        "large_font",
        lambda e: e.setting("global", "mode_ringer"),
        "0",
    ),
    (
        "connect to the Library-Public network",
        "default",
        lambda e: e.rows(SETTINGS, "SELECT ssid FROM wifi_networks WHERE connected = 1"),
        [{"ssid": "Library-Public"}],
    ),
    (
        "set a timer for ten minutes",
        "default",
        lambda e: e.rows(CLOCK, "SELECT duration_s, running FROM timers"),
        [{"duration_s": 600, "running": 1}],
    ),
    (
        "倒计时九十秒",
        "zh",
        lambda e: e.rows(CLOCK, "SELECT duration_s, running FROM timers"),
        [{"duration_s": 90, "running": 1}],
    ),
    (
        "start the stopwatch",
        "default",
        lambda e: e.rows(CLOCK, "SELECT running FROM stopwatch"),
        [{"running": 1}],
    ),
    (
        "turn on my 8:30 alarm",
        "default",
        lambda e: e.rows(CLOCK, "SELECT id FROM alarms WHERE enabled = 1"),
        [{"id": 1}],
    ),
    (
        "delete the 9 o'clock alarm",
        "default",
        lambda e: e.rows(CLOCK, "SELECT id FROM alarms"),
        [{"id": 1}],
    ),
    (
        "早上六点半叫我起床",
        "zh",
        lambda e: e.rows(CLOCK, "SELECT hour, minute FROM alarms WHERE enabled = 1"),
        [{"hour": 6, "minute": 30}],
    ),
    (
        "save Tom's number: +44 7700 900123",
        "default",
        lambda e: e.rows(CONTACTS, "SELECT first_name, last_name FROM contacts WHERE id > 15"),
        [{"first_name": "Tom", "last_name": ""}],
    ),
    (
        "get rid of Fatima Zahra from my contacts",
        "default",
        lambda e: (
            e.rows(CONTACTS, "SELECT id FROM contacts WHERE first_name = 'Fatima'"),
            len(e.rows(CONTACTS, "SELECT id FROM contacts")),
        ),
        ([], 14),
    ),
    (
        "text my mom I'll be late",
        "default",
        lambda e: e.rows(MESSAGES, "SELECT recipient_name, body FROM messages WHERE id > 12"),
        [{"recipient_name": "Mom", "body": "I'll be late"}],
    ),
    (
        "告诉王芳我今晚不回家吃饭",
        "zh",
        lambda e: e.rows(MESSAGES, "SELECT recipient_name, body FROM messages WHERE id > 12"),
        [{"recipient_name": "王芳", "body": "我今晚不回家吃饭"}],
    ),
    (
        "delete the conversation with Bob Martinez",
        "default",
        lambda e: e.rows(MESSAGES, "SELECT id FROM conversations ORDER BY id"),
        [{"id": 1}, {"id": 2}, {"id": 4}, {"id": 5}],
    ),
    (
        "write a note called Groceries with milk, eggs and bread",
        "default",
        lambda e: e.rows(NOTES, "SELECT title, body FROM notes WHERE id > 8"),
        [{"title": "Groceries", "body": "milk, eggs and bread"}],
    ),
    (
        "note to self: call the dentist",
        "default",
        lambda e: e.rows(NOTES, "SELECT title, body FROM notes WHERE id > 8"),
        [{"title": "", "body": "call the dentist"}],
    ),
    (
        "删除说明.txt",
        "zh",
        lambda e: "说明.txt" in e.names_in("/sdcard/Download"),
        False,
    ),
    (
        "put a tent in the cart",  # the last one: its number cannot be changed
        "default",
        lambda e: e.rows(SHOP, "SELECT product, quantity FROM cart_items"),
        [{"product": "Two-person tent", "quantity": 1}],
    ),
    (
        "buy a hand blender",
        "default",
        lambda e: e.rows(SHOP, "SELECT product, quantity FROM order_items WHERE order_id > 3"),
        [{"product": "Hand blender", "quantity": 1}],
    ),
]


@pytest.mark.parametrize(("goal", "scenario", "look", "holds"), DONE, ids=[row[0] for row in DONE])
def test_what_was_asked_for_is_done(
    errands: ErrandRunner,
    goal: str,
    scenario: str,
    look: Callable[[ErrandRunner], object],
    holds: object,
) -> None:
    ends(errands, goal, scenario)
    assert look(errands) == holds


@pytest.mark.parametrize(
    ("goal", "scenario", "answer"),
    [
        ("what is the battery level?", "default", "85%"),
        ("手机电量还有多少？", "zh", "85%"),
        ("how much storage is left?", "default", "80.6 GB free"),
        ("which Android version does this phone run?", "default", "Android version: 14"),
        ("is bluetooth on?", "default", "Bluetooth is on"),
        ("is airplane mode on?", "default", "Airplane mode is off"),
        ("what is Bob's phone number?", "default", "Bob Martinez: +1 312-555-0178"),
        ("王芳的电话是多少？", "zh", "139 5550 0142"),
        ("does Carol have an email address?", "default", "carol@lakeside.example"),
        ("how much is the travel mug?", "default", "Travel mug: ¥86"),
        ("what did Li Wei write last?", "default", "You are a star."),
        ("what did Li Wei write last?", "permission,popup", "You are a star."),
        ("is bluetooth on?", "popup,large_font", "Bluetooth is on"),
    ],
)
def test_questions_are_answered_from_the_screen(
    errands: ErrandRunner, goal: str, scenario: str, answer: str
) -> None:
    episode = ends(errands, goal, scenario)
    assert answer in episode.answer


@pytest.mark.parametrize(
    ("goal", "place"),
    [
        ("take me to bluetooth settings", (SETTINGS, "Bluetooth")),
        ("open the display settings, please", (SETTINGS, "Display")),
        ("go to the home screen", ("com.android.launcher3", "Launcher")),
    ],
)
def test_pages_are_opened(errands: ErrandRunner, goal: str, place: tuple[str, str]) -> None:
    ends(errands, goal)
    assert front(errands) == place


@pytest.mark.parametrize(
    "goal",
    [
        "what is Fatima's email?",  # she has none
        "what is Zebediah's phone number?",
        "how much is a spaceship?",
        "is the toaster on?",
        "open the file Shopping list.txt",
        "turn off wifi and launch Zebediah",
        "buy a mug",  # there are two
        "set sound to vibrate",
        "turn off vibration",  # a heading above several switches
        "turn off the screen",
        "set the time to 5 pm",
        "turn on accessibility",  # a page with many switches
        "turn off notifications",  # of which app?
        "turn off the display",
        "is the display on?",
    ],
)
def test_what_has_no_answer_is_not_claimed(errands: ErrandRunner, goal: str) -> None:
    errands.run("go home")
    kept = kept_by(errands)
    episode = errands.run(goal)
    assert episode.stop is StopReason.GAVE_UP, episode.answer
    assert "Done" not in episode.answer.partition("1 of 2 done.")[0]
    if "wifi" not in goal:
        assert kept_by(errands) == kept


def test_of_two_goals_the_one_that_failed_is_told_apart(errands: ErrandRunner) -> None:
    episode = errands.run("turn off wifi and open Zebediah")
    assert episode.stop is StopReason.GAVE_UP
    assert episode.answer.startswith("1 of 2 done. Done, the screen shows: Wi-Fi is off.")
    assert errands.setting("global", "wifi_on") == "0"


def test_a_run_that_is_taken_up_between_two_goals_goes_on_with_the_second(
    errands: ErrandRunner,
) -> None:
    goal = "add a note saying one, then add a note saying two"
    whole = ends(errands, goal)
    thoughts = [step.decision.thought if step.decision else "" for step in whole.steps]
    between = next(at for at, said in enumerate(thoughts) if said.endswith("number 2 of 2"))
    for cut in (between, between + 1, between + 2):
        memory = resumed(whole.steps[: cut + 1], 2)
        assert memory.errand == 1
        assert memory.app == ""
    assert resumed(whole.steps[:between], 2).errand == 0
    assert resumed(whole.steps[:between], 2).app == NOTES
    assert resumed(whole.steps, 2).app == NOTES
    bodies = errands.rows(NOTES, "SELECT body FROM notes WHERE id > 8 ORDER BY id")
    assert [row["body"] for row in bodies] == ["one", "two"]
