"""Clock as its user meets it: every test goes by what the UI tree says."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_phone.apps.reach import english_left, unreachable
from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.clock import schedule, stopwatch, timer
from tools.virtual_phone.apps.clock.app import ClockApp

PACKAGE = ClockApp.package
WORDS = {
    "en": (
        "Add alarm",
        "Hour",
        "Minute",
        "OK",
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    ),
    "zh": ("添加闹钟", "时", "分", "确定", ("星期一", "星期二", "星期三", "星期四", "星期五")),
}


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    driver = PhoneDriver(scenario=scenario, seed=seed)
    driver.open(PACKAGE)
    return driver


def toast(driver: PhoneDriver) -> str:
    return [event.detail for event in driver.phone.events if event.kind == "toast"][-1]


def add_alarm(driver: PhoneDriver, hour: str, minute: str, language: str = "en") -> None:
    add, hours, minutes, ok, _ = WORDS[language]
    driver.tap_desc(add)
    driver.field(hours, hour, clear=False)
    driver.field(minutes, minute, clear=False)
    driver.back()  # the keyboard
    driver.tap_text(ok)


@pytest.mark.parametrize("scenario", ["default", "dark,large_font", "zh"])
def test_an_alarm_at_a_quarter_to_seven_on_weekdays(scenario: str) -> None:
    language = "zh" if scenario == "zh" else "en"
    driver = start(scenario)
    before = driver.rows("alarms", PACKAGE)
    add_alarm(driver, "06", "45", language)
    for day in WORDS[language][4]:
        driver.tap_desc(day)
    after = driver.rows("alarms", PACKAGE)
    assert after[:-1] == before
    new = after[-1]
    assert (new["hour"], new["minute"], new["days"], new["enabled"]) == (
        *(6, 45, "mon,tue,wed,thu,fri", 1),
    )
    chip = driver.find(lambda node: node.content_desc == WORDS[language][4][0])
    assert chip is not None
    assert chip.checked
    assert driver.phone.settings.get("system", "next_alarm_formatted") == "Tue 06:45"


def test_stepping_the_time_and_cancelling() -> None:
    driver = start()
    driver.tap_desc("Add alarm")
    driver.tap_desc("Increase hour")
    driver.tap_desc("Decrease minute")
    driver.tap_text("Cancel")
    assert len(driver.rows("alarms", PACKAGE)) == 2
    driver.tap_desc("Add alarm")
    driver.tap_desc("Increase hour")
    driver.tap_desc("Decrease minute")
    driver.tap_text("OK")
    new = driver.rows("alarms", PACKAGE)[-1]
    assert (new["hour"], new["minute"]) == (10, 29)
    assert toast(driver) == "Alarm set for 59 minutes from now."
    assert driver.shows("Today")


def test_twelve_hours() -> None:
    driver = start()
    driver.phone.settings.put("system", "time_12_24", "12")
    driver.tap_desc("Add alarm")
    driver.field("Hour", "6", clear=False)
    driver.field("Minute", "45", clear=False)
    driver.back()
    driver.tap_text("PM")
    driver.tap_text("OK")
    new = driver.rows("alarms", PACKAGE)[-1]
    assert (new["hour"], new["minute"]) == (18, 45)
    assert driver.shows("6:45 PM")


def test_label_vibrate_and_delete() -> None:
    driver = start()
    add_alarm(driver, "05", "10")
    driver.tap_text("Add label")
    driver.field("Label", "Airport")
    driver.tap_text("OK")
    driver.tap_text("Vibrate")
    new = driver.rows("alarms", PACKAGE)[-1]
    assert (new["label"], new["vibrate"]) == ("Airport", 0)
    driver.tap_desc("Collapse alarm")
    assert driver.shows("Airport")
    driver.tap_desc("Expand alarm")
    driver.tap_text("Delete")
    assert len(driver.rows("alarms", PACKAGE)) == 2
    assert driver.phone.settings.get("system", "next_alarm_formatted") == ""


def test_switching_an_alarm_and_changing_its_time() -> None:
    driver = start()
    driver.tap_desc("Alarm at 08:30")
    assert driver.rows("alarms", PACKAGE)[0]["enabled"] == 1
    assert toast(driver) == "Alarm set for 23 hours from now."
    driver.tap_desc("Alarm at 08:30")
    assert driver.rows("alarms", PACKAGE)[0]["enabled"] == 0
    driver.tap_text("08:30")
    driver.field("Hour", "07", clear=False)
    driver.back()
    driver.tap_text("OK")
    first = driver.rows("alarms", PACKAGE)[0]
    assert (first["hour"], first["minute"], first["enabled"]) == (7, 30, 1)


def test_a_timer_counts_with_the_phones_clock() -> None:
    driver = start()
    driver.tap_text("Timer")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_text("Start")
    for key in ("5", "00"):
        driver.tap_text(key)
    assert driver.shows("00h 05m 00s")
    driver.tap_text("Start")
    driver.wait(60)
    assert driver.shows("04:00")
    driver.tap_text("+1:00")
    driver.tap_text("Pause")
    paused = driver.texts()
    driver.wait(30)
    assert [text for text in driver.texts() if ":" in text] == [
        text for text in paused if ":" in text
    ]
    driver.tap_text("Start")
    driver.wait(400)
    assert driver.shows("Time's up")
    driver.tap_text("Stop")
    assert driver.shows("05:00")
    driver.tap_desc("Delete timer")
    assert driver.rows("timers", PACKAGE) == []


def test_a_second_timer_and_the_backspace_key() -> None:
    driver = start()
    driver.tap_text("Timer")
    driver.tap_text("7")
    driver.tap_text("Start")
    driver.tap_desc("Add timer")
    for key in ("1", "2", "3"):
        driver.tap_text(key)
    driver.tap_desc("Backspace")
    driver.tap_text("Start")
    assert [row["duration_s"] for row in driver.rows("timers", PACKAGE)] == [7, 12]


def test_the_stopwatch_laps_pauses_and_resets() -> None:
    driver = start()
    driver.tap_text("Stopwatch")
    driver.tap_text("Start")
    driver.wait(9.7)
    driver.tap_text("Lap")
    driver.wait(2)
    driver.tap_text("Pause")
    driver.wait(50)
    assert driver.shows("00:12.30")
    assert driver.shows("Lap 2")
    assert driver.shows("00:10.00")
    driver.tap_text("Reset")
    assert driver.shows("00:00.00")
    assert driver.rows("laps", PACKAGE) == []


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (
            "default",
            ("Clock", "Add city", "Search for a city", "Chong", "Chongqing", "Today, 8 h ahead"),
        ),
        ("zh", ("时钟", "添加城市", "搜索城市", "重", "重庆", "今天，快8小时")),
    ],
)
def test_adding_and_removing_a_city(scenario: str, words: tuple[str, ...]) -> None:
    driver = start(scenario)
    tab, add, search, typed, city, ahead = words
    driver.tap_text(tab)
    driver.tap_desc(add)
    driver.field(search, typed)
    driver.tap_text(city)
    assert driver.rows("cities", PACKAGE)[-1]["name"] == "Chongqing"
    assert driver.shows("17:30")
    assert driver.shows(ahead)
    driver.tap_desc(f"移除{city}" if scenario == "zh" else f"Remove {city}")
    assert len(driver.rows("cities", PACKAGE)) == 2


@pytest.mark.parametrize("tab", ["Alarm", "Clock", "Timer", "Stopwatch"])
def test_everything_can_be_reached_with_large_text(tab: str) -> None:
    driver = start("large_font")
    if tab == "Alarm":
        add_alarm(driver, "06", "45")
    driver.tap_text(tab)
    driver.wait(5)
    assert unreachable(driver) == set()


def test_chinese_is_chinese_throughout() -> None:
    driver = start("zh")
    add_alarm(driver, "06", "45", "zh")
    for tab in ("闹钟", "时钟", "定时器", "秒表"):
        driver.tap_text(tab)
        assert english_left(driver, set()) == set()


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.sets(st.sampled_from(schedule.DAYS)),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
)
def test_an_alarm_rings_next_on_one_of_its_days(
    hour: int, minute: int, days: set[str], now: datetime
) -> None:
    ring = schedule.next_ring(hour, minute, ",".join(days), now)
    assert now < ring <= now + timedelta(days=7 if days else 1)
    assert (ring.hour, ring.minute, ring.second) == (hour, minute, 0)
    assert not days or schedule.DAYS[ring.weekday()] in days


def test_days_toggle_in_the_weeks_order() -> None:
    assert schedule.toggled("fri", "mon") == "mon,fri"
    assert schedule.toggled("mon,fri", "mon") == "fri"
    assert schedule.toggled("fri", "fri") == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00"), (59.2, "01:00"), (300, "05:00"), (3723, "1:02:03"), (-5.5, "-00:05")],
)
def test_a_countdown_as_text(seconds: float, text: str) -> None:
    assert timer.clock_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00.00"), (59.999, "01:00.00"), (3723.5, "1:02:03.50")]
)
def test_the_stopwatchs_face(seconds: float, text: str) -> None:
    assert stopwatch.face(seconds) == text
