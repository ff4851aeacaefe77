"""`am`, `monkey`, `pm`, `cmd package` and `dumpsys package`, against a real phone."""

import re

import pytest

from tests.virtual_phone.android_shell import AndroidShell
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.system.phone import Phone

DEMO, OTHER, HOME = "com.example.demo", "com.example.other", "com.android.launcher3"
LAUNCHER_INTENT = "-a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
HOME_INTENT = "-a android.intent.action.MAIN -c android.intent.category.HOME"


@pytest.fixture
def sh() -> AndroidShell:
    return AndroidShell()


@pytest.mark.parametrize(
    ("script", "front"),
    [
        (f"am start -n {DEMO}/.Main", (DEMO, ".Main")),
        (f"am start -n {DEMO}/{DEMO}.Broken", (DEMO, ".Broken")),
        (f"am start {DEMO}/.Main", (DEMO, ".Main")),
        (f"am start {LAUNCHER_INTENT} -p {DEMO}", (DEMO, ".Main")),
        (f"am start {DEMO}", (DEMO, ".Main")),
        (f"am start-activity --user 0 -f 0x10000000 --ez a true -n {DEMO}/.Main", (DEMO, ".Main")),
        (f"cmd activity start -n {OTHER}/.Main", (OTHER, ".Main")),
        (f"monkey -p {DEMO} -c android.intent.category.LAUNCHER 1", (DEMO, ".Main")),
        (f"monkey -p {DEMO} 1", (DEMO, ".Main")),
        (f"am start -n {DEMO}/.Main; am force-stop {DEMO}", (HOME, ".Launcher")),
        (f"am start -n {DEMO}/.Main; am start {HOME_INTENT}", (HOME, ".Launcher")),
    ],
)
def test_apps_start_and_stop(sh: AndroidShell, script: str, front: tuple[str, str]) -> None:
    assert sh(script).rc == 0
    assert sh.phone.foreground() == front


SETTINGS_SCREENS = [
    ("android.settings.SETTINGS", ".Settings"),
    ("android.settings.WIFI_SETTINGS", ".Wifi"),
    ("android.settings.WIRELESS_SETTINGS", ".Network"),
    ("android.settings.AIRPLANE_MODE_SETTINGS", ".Network"),
    ("android.settings.BLUETOOTH_SETTINGS", ".Bluetooth"),
    ("android.settings.DISPLAY_SETTINGS", ".Display"),
    ("android.settings.SOUND_SETTINGS", ".Sound"),
    ("android.settings.APPLICATION_SETTINGS", ".Apps"),
    ("android.settings.DEVICE_INFO_SETTINGS", ".About"),
]


def test_the_phones_own_apps_answer_androids_intents() -> None:
    sh = AndroidShell(phone=Phone(apps=all_apps()))
    for action, screen in SETTINGS_SCREENS:
        assert sh(f"am start -a {action}").rc == 0
        assert sh.phone.foreground() == ("com.android.settings", screen)
    for target, package in (
        ("-a android.intent.action.SHOW_ALARMS", "com.android.deskclock"),
        (f"{HOME_INTENT.replace('HOME', 'APP_CONTACTS')}", "com.android.contacts"),
        (f"{HOME_INTENT.replace('HOME', 'APP_MESSAGING')}", "com.android.messaging"),
    ):
        sh.ok(f"am start {target}")
        assert sh.phone.foreground()[0] == package


def test_every_label_of_the_phones_own_apps_can_be_asked_for_in_its_language() -> None:
    for scenario in ("default", "zh"):
        sh = AndroidShell(phone=Phone(apps=all_apps(), scenario=scenario))
        out = sh.ok(f"cmd package query-activities {LAUNCHER_INTENT}")
        labels = set(
            re.findall(r"^      labelRes=0x0 nonLocalizedLabel=(.+?) icon=", out, re.MULTILINE)
        )
        assert ("Settings" if scenario == "default" else "设置") in labels
        assert labels <= set(sh.hand.texts())


def test_am_start_can_stop_the_app_first(sh: AndroidShell) -> None:
    sh.form()
    result = sh(f"am start -S -n {DEMO}/.Main")
    assert result.out == f"Stopping: {DEMO}\nStarting: Intent {{ cmp={DEMO}/.Main }}\n"
    assert result.err == ""
    assert sh.phone.foreground() == (DEMO, ".Main")
    sh.form()
    moved = sh(f"am start {LAUNCHER_INTENT} -p {DEMO}")
    assert "its current task has been brought to the front" in moved.err


def test_am_start_says_what_it_starts_and_whether_it_was_there(sh: AndroidShell) -> None:
    started = sh(f"am start -W -n {DEMO}/.Main")
    assert started.out.startswith(f"Starting: Intent {{ cmp={DEMO}/.Main }}\nStatus: ok\n")
    assert f"\nActivity: {DEMO}/.Main\n" in started.out
    again = sh(f"am start -n {DEMO}/.Main")
    assert again.rc == 0
    assert "intent has been delivered to currently running top-most instance" in again.err


def test_a_launcher_intent_brings_the_task_back_as_it_was_left(sh: AndroidShell) -> None:
    hand = sh.form()
    hand.phone.type_text("kept")
    sh.ok("input keyevent HOME")
    sh(f"monkey -p {DEMO} -c android.intent.category.LAUNCHER 1")
    assert hand.field("name").text == "kept"


@pytest.mark.parametrize(
    ("script", "rc", "said"),
    [
        ("am start -n com.none/.Main", 1,
         "Error type 3\nError: Activity class {com.none/com.none.Main} does not exist.\n"),
        (f"am start -n {DEMO}/.None", 1,
         f"Error type 3\nError: Activity class {{{DEMO}/{DEMO}.None}} does not exist.\n"),
        ("am start -a android.intent.action.VIEW -d https://a.b/c?d", 1,
         "unable to resolve Intent { act=android.intent.action.VIEW dat=https://a.b/... }"),
        ("am start", 255, "IllegalArgumentException: No intent supplied"),
        ("am start -n nonsense", 255, "Bad component name: nonsense"),
        (f"am start --fly -n {DEMO}/.Main", 255, "Unknown option: --fly"),
        (f"am start -D -n {DEMO}/.Main", 255, "not implemented by the virtual phone: am start -D"),
        (f"am start --user 10 -n {DEMO}/.Main", 255, "Bad user number: 10"),
        (f"am start --display 3 -n {DEMO}/.Main", 255, "SecurityException"),
        (f"am start -n {DEMO}/.Main --ez a perhaps", 255, "Invalid boolean value: perhaps"),
        ("am force-stop", 255, "Argument expected"),
        ("am force-stop --now x", 255, "Unknown option: --now"),
        ("am stack remove 1", 255, "not implemented by the virtual phone: am stack remove"),
        ("monkey", 255, "not implemented by the virtual phone: monkey with no events"),
        ("monkey -p", 1, "** Error: Argument expected"),
        ("am broadcast", 255, "No intent supplied"),
        ("am broadcast -a X --ei code seven", 255, "NumberFormatException"),
        ("am instrument x", 255, "not implemented by the virtual phone: am instrument"),
        ("am", 255, ""),
        ("monkey -p com.none -c android.intent.category.LAUNCHER 1", 252,
         "** No activities found to run, monkey aborted.\n"),
        (f"monkey -p {DEMO} 500", 255, "not implemented by the virtual phone: monkey with 500"),
        (f"monkey -p {DEMO} --port 1 1", 255, "not implemented by the virtual phone"),
    ],
)  # fmt: skip
def test_what_cannot_start_fails_and_stays_where_it_was(
    sh: AndroidShell, script: str, rc: int, said: str
) -> None:
    result = sh(script)
    assert result.rc == rc
    assert said in result.out + result.err
    assert sh.phone.foreground() == (HOME, ".Launcher")


def test_monkey_talks_as_on_android_14(sh: AndroidShell) -> None:
    result = sh(f"monkey -p {DEMO} 1")
    assert result.out.startswith(f"  bash arg: -p\n  bash arg: {DEMO}\n  bash arg: 1\n")
    assert "Events injected: 1\n## Network stats: elapsed time=" in result.out
    assert result.err.startswith(f"args: [-p, {DEMO}, 1]\n")


def test_the_task_list_names_what_shows_first(sh: AndroidShell) -> None:
    sh.phone.start(DEMO)
    lines = [line for line in sh.ok("am stack list").splitlines() if "taskId" in line]
    assert [line.split()[1] for line in lines] == [f"{DEMO}/{DEMO}.Main", f"{HOME}/{HOME}.Launcher"]


def test_packages_are_listed_and_filtered(sh: AndroidShell) -> None:
    everything = sh.ok("pm list packages").split()
    assert f"package:{DEMO}" in everything
    assert everything == sh.ok("cmd package list packages").split()
    third = sh.ok("pm list packages -3").split()
    assert third == ["package:com.android.adbkeyboard", f"package:{DEMO}", f"package:{OTHER}"]
    system = sh.ok("pm list packages -s").split()
    assert sorted(system + third) == everything
    assert sh.ok("pm list packages demo") == f"package:{DEMO}\n"
    assert sh.ok("pm list packages -d") == ""
    assert re.fullmatch(
        rf"package:/data/app/~~\S+==/{DEMO}-\S+==/base\.apk={DEMO} versionCode:100 uid:101\d\d\n",
        sh.ok("pm list packages -f -U --show-versioncode demo"),
    )


@pytest.mark.parametrize(
    ("script", "rc"),
    [
        ("pm", 255),
        ("pm list", 255),
        ("pm list packages --fly", 255),
        ("pm list features", 255),
        ("pm path com.none", 1),
        ("pm path", 255),
        ("pm clear com.none", 1),
        ("pm clear 'a b'", 255),
        ("pm uninstall com.none", 1),
        ("pm install-existing com.none", 1),
        ("pm install /data/local/tmp/x.apk", 255),
        ("pm grant a b", 255),
        ("cmd package", 255),
    ],
)
def test_wrong_pm_calls_fail(sh: AndroidShell, script: str, rc: int) -> None:
    result = sh(script)
    assert result.rc == rc


def test_clear_brings_an_app_back_to_its_seed(sh: AndroidShell) -> None:
    database = sh.phone.database(DEMO)
    database.execute("DELETE FROM items")
    assert sh.ok(f"pm clear {DEMO}") == "Success\n"
    assert "Row: 39 " in sh.ok(f"content query --uri content://{DEMO}/items")


def test_the_activity_of_a_package_is_resolved(sh: AndroidShell) -> None:
    brief = sh.ok(f"cmd package resolve-activity --brief {DEMO}").splitlines()
    assert brief[0].startswith("priority=0 preferredOrder=0 match=0x")
    assert brief[1] == f"{DEMO}/.Main"
    assert sh.ok(f"cmd package resolve-activity --components {DEMO}") == f"{DEMO}/.Main\n"
    assert sh.ok("cmd package resolve-activity --brief com.none") == "No activity found\n"


def test_launcher_activities_tell_package_and_label(sh: AndroidShell) -> None:
    full = sh.ok(f"cmd package query-activities {LAUNCHER_INTENT}")
    assert full.startswith("2 activities found:\n  Activity #0:\n    priority=0 ")
    found = re.findall(
        r"ActivityInfo:\n      name=\S+\n      packageName=(\S+)\n"
        r"      labelRes=0x0 nonLocalizedLabel=(.+?) icon=",
        full,
    )
    assert found == [(DEMO, "Demo"), (OTHER, "Other")]
    brief = sh.ok(f"cmd package query-activities --brief {LAUNCHER_INTENT}")
    assert re.findall(r"^    (com\S+)$", brief, re.MULTILINE) == [f"{DEMO}/.Main", f"{OTHER}/.Main"]
    none = "cmd package query-activities --brief -a android.intent.action.CALL"
    assert sh.ok(none) == "No activities found\n"


def test_labels_also_stand_on_the_home_screen(sh: AndroidShell) -> None:
    assert {"Demo", "Other"} <= set(sh.hand.texts())


def test_a_package_is_dumped(sh: AndroidShell) -> None:
    dump = sh.ok(f"dumpsys package {DEMO}")
    assert f"  Package [{DEMO}] (" in dump
    assert "    versionCode=100 minSdk=24 targetSdk=34\n    versionName=1.0\n" in dump
    assert f"{DEMO}/.Main filter" in dump
    assert sh.ok("dumpsys package com.none") == "Unable to find package: com.none\n"
