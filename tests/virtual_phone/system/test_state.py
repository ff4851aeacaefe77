"""Determinism, snapshots, the clock, scenarios, traps, settings."""

import hashlib
import json
import threading
from datetime import datetime, timedelta

import pytest

from tests.virtual_phone.system.demo import DEMO, LAUNCHER, Hand, make_phone
from tools.virtual_phone.system.clock import VirtualClock
from tools.virtual_phone.system.phone import Phone
from tools.virtual_phone.system.scenario import (
    KNOWN,
    START,
    Scenario,
    UnknownScenarioError,
    parse_scenario,
)
from tools.virtual_phone.system.storage import UnknownAppError, UnknownTableError


def play(phone: Phone) -> list[str]:
    """Some inputs, and a digest of the frame after each."""
    hand, digests = Hand(phone), []

    def look() -> None:
        digests.append(hashlib.sha256(phone.frame().tobytes()).hexdigest())

    look()
    phone.start(DEMO)
    for _ in range(2):
        phone.swipe(500, 600, 500, 2200, 0.3)
    hand.tap("Draw lots")
    look()
    phone.swipe(500, 1500, 500, 900, 0.3)
    look()
    phone.key(93)
    look()
    phone.start(DEMO, "Form", given="play")
    hand.focus("name")
    phone.type_text("Zoë")
    look()
    hand.tap("Save")
    look()
    return digests


def test_same_seed_and_inputs_give_the_same_pixels() -> None:
    assert play(make_phone(seed=3)) == play(make_phone(seed=3))


def test_another_seed_gives_other_data() -> None:
    one, two = make_phone(seed=1), make_phone(seed=2)
    assert one.content(DEMO, "items") != two.content(DEMO, "items")
    assert play(one)[1] != play(two)[1]


def test_restore_brings_back_pixels_rows_files_and_settings() -> None:
    phone = make_phone()
    play(phone)
    phone.files.write("/sdcard/note.txt", b"kept")
    phone.clipboard = "kept"
    connection = phone.database(DEMO)
    taken, pixels, rows = phone.snapshot(), phone.frame().tobytes(), phone.content(DEMO, "items")
    phone.start(DEMO, "Form", given="later")
    phone.files.remove("/sdcard/note.txt")
    phone.settings.put("secure", "ui_night_mode", "2")
    phone.clipboard = "changed"
    connection.execute("DELETE FROM items")
    assert phone.frame().tobytes() != pixels
    phone.restore(taken)
    assert phone.frame().tobytes() == pixels
    assert phone.content(DEMO, "items") == rows
    assert connection.execute("SELECT count(*) FROM items").fetchone()[0] == len(rows.rows)
    assert phone.files.read("/sdcard/note.txt") == b"kept"
    assert phone.clipboard == "kept"
    assert phone.snapshot() == taken
    assert play(phone) == play(_restored(taken)), "the same future from the same moment"


def _restored(taken: object) -> Phone:
    phone = make_phone(seed=9)
    phone.restore(taken)  # type: ignore[arg-type]
    return phone


def test_reset_is_a_new_phone() -> None:
    phone = make_phone(seed=4)
    fresh = play(make_phone("dark", seed=5))
    play(phone)
    phone.files.write("/sdcard/rest.txt", b"")
    phone.reset("dark", 5)
    assert play(phone) == fresh
    assert phone.files.stat("/sdcard/rest.txt") is None
    with pytest.raises(UnknownScenarioError):
        phone.reset("nonsense")
    assert phone.scenario.name == "dark"


def test_looking_changes_nothing() -> None:
    phone = make_phone()
    phone.start(DEMO)
    before = phone.snapshot(), phone.version, len(phone.events), phone.now
    for _ in range(2):
        phone.frame(), phone.png(), phone.rgba(), phone.ui_xml(), phone.window()
        phone.content("com.example.other", "items"), phone.state(), phone.foreground()
    taken = phone.snapshot()
    assert (taken.state, phone.version, len(phone.events), phone.now) == (
        before[0].state,
        *before[1:],
    )


def test_looking_twice_draws_once() -> None:
    phone = make_phone()
    assert phone.frame() is phone.frame()
    assert phone.png() is phone.png()
    first = phone.png()
    phone.start(DEMO)
    assert phone.png() is not first


def test_rows_written_from_outside_show() -> None:
    phone = make_phone()
    phone.start(DEMO)
    version = phone.version
    phone.database(DEMO).execute("UPDATE items SET name = 'durian' WHERE id = 1")
    assert phone.version != version
    assert Hand(phone).shows("durian")


def test_the_clock_moves_with_inputs_and_sleep_only() -> None:
    phone = make_phone()
    assert phone.now == datetime(2027, 1, 4, 9, 30)
    phone.tap(5, 1200)
    assert phone.now - START == timedelta(seconds=0.3)
    phone.swipe(5, 1200, 5, 1300, 1.2)
    assert phone.now - START == timedelta(seconds=1.5)
    phone.sleep(60)
    assert phone.now - START == timedelta(seconds=61.5)
    assert Hand(phone).shows("09:31")
    with pytest.raises(ValueError, match="cannot move"):
        phone.sleep(-1)


def test_a_realtime_clock_follows_the_host() -> None:
    clock = VirtualClock(START, realtime=True)
    first = clock.elapsed_s
    threading.Event().wait(0.01)
    assert clock.elapsed_s > first


def test_toasts_pass_with_virtual_time() -> None:
    phone = make_phone()
    phone.start(DEMO)
    plain = phone.frame().tobytes()
    Hand(phone).tap("Draw lots")
    assert phone.frame().tobytes() != plain
    phone.sleep(5)
    assert phone.frame().tobytes() == plain


def test_scenarios_parse_and_unknown_ones_suggest() -> None:
    scenario = parse_scenario("dark, popup")
    assert scenario.name == "dark,popup"
    assert scenario.has("popup")
    assert not scenario.has("zh")
    assert parse_scenario("default") == Scenario()
    with pytest.raises(UnknownScenarioError, match=r"Did you mean 'landscape'\?.*permission"):
        parse_scenario("landscap")
    with pytest.raises(UnknownScenarioError):
        scenario.has("pop-up")


@pytest.mark.parametrize("name", list(KNOWN))
def test_every_scenario_starts_and_draws(name: str) -> None:
    phone = make_phone(name)
    phone.start(DEMO)
    assert phone.frame().size == phone.size
    json.dumps(phone.state())


def test_permission_is_asked_once_by_another_package() -> None:
    phone = make_phone("permission")
    hand = Hand(phone)
    hand.tap("Demo")
    assert phone.foreground()[0] == "com.android.permissioncontroller"
    assert phone.window().package == "com.android.permissioncontroller"
    for text in ("Allow", "While using the app", "Don't allow"):
        assert hand.shows(text)
    hand.tap("While using the app")
    assert phone.foreground() == (DEMO, ".Main")
    phone.force_stop(DEMO)
    phone.start(DEMO)
    assert phone.foreground() == (DEMO, ".Main")
    assert phone.state()["permissions"] == {DEMO: "granted"}


def test_popup_shows_on_the_first_start_and_closes() -> None:
    phone = make_phone("permission,popup")
    hand = Hand(phone)
    phone.start(DEMO)
    hand.tap("Don't allow")
    assert hand.shows("Limited-time offer")
    hand.tap("Close")
    assert hand.shows("Add one")
    phone.key(3)
    phone.start("com.example.other")
    assert phone.foreground()[0] == "com.android.permissioncontroller"


def test_session_times_out_once() -> None:
    phone = make_phone("session_timeout")
    hand = Hand(phone)
    phone.start(DEMO)
    for _ in range(8):
        assert hand.shows("Add one")
        hand.tap("Add one")
    assert hand.shows("Session expired")
    phone.key(4)
    assert hand.shows("Session expired"), "it wants an answer"
    hand.tap("Continue")
    for _ in range(20):
        hand.tap("Add one")
    assert hand.shows("Count 28")


def test_airplane_mode_takes_the_radios_down_and_gives_them_back() -> None:
    phone = make_phone()
    settings = phone.settings
    settings.put("global", "bluetooth_on", "0")
    before = phone.frame().tobytes()
    settings.put("global", "airplane_mode_on", "1")
    assert (settings.get("global", "wifi_on"), settings.get("global", "bluetooth_on")) == ("0", "0")
    assert phone.frame().tobytes() != before, "the status bar shows it"
    settings.put("global", "airplane_mode_on", "0")
    assert (settings.get("global", "wifi_on"), settings.get("global", "bluetooth_on")) == ("1", "0")
    assert phone.frame().tobytes() == before


def test_settings_change_the_whole_phone() -> None:
    phone = make_phone()
    light = phone.frame().tobytes()
    phone.settings.put("secure", "ui_night_mode", "2")
    dark = phone.frame().tobytes()
    assert sum(dark) < sum(light) * 0.6
    phone.settings.put("system", "user_rotation", "1")
    assert phone.size == (2400, 1080) == phone.frame().size
    assert phone.rotation == 1
    phone.settings.put("system", "accelerometer_rotation", "1")
    assert phone.size == (1080, 2400)
    phone.settings.put("system", "system_locales", "zh-CN")
    assert Hand(phone).shows("搜索应用")
    assert Hand(phone).shows("1月4日周一")
    phone.settings.put("system", "system_locales", "en-US")
    phone.settings.put("system", "time_12_24", "12")
    assert Hand(phone).shows("9:30 AM")


def test_unknown_apps_and_tables_are_errors() -> None:
    phone = make_phone()
    with pytest.raises(UnknownAppError):
        phone.database("com.nothing")
    with pytest.raises(UnknownTableError):
        phone.content(DEMO, 'items"; DROP TABLE items; --')
    assert phone.tables(DEMO) == ("items",)


def test_a_phone_needs_a_launcher() -> None:
    with pytest.raises(ValueError, match=LAUNCHER):
        Phone(apps=())


def test_inputs_from_many_threads_all_count() -> None:
    phone = make_phone()
    phone.start(DEMO)
    place = Hand(phone).find("Add one").center

    def taps() -> None:
        for _ in range(5):
            phone.tap(*place)
            phone.window()

    threads = [threading.Thread(target=taps) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Hand(phone).shows("Count 20")


def test_the_log_tells_inputs_and_what_they_hit() -> None:
    phone = make_phone()
    Hand(phone).tap("Demo")
    kinds = [event.kind for event in phone.events]
    assert kinds[-3:] == ["tap", "start", "hit"]
