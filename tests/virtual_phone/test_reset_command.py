"""`virtual_phone reset`: a fresh phone without starting another."""

import pytest

from tests.virtual_phone.android_shell import AndroidShell


@pytest.fixture
def sh() -> AndroidShell:
    return AndroidShell()


def test_everything_is_as_out_of_the_box(sh: AndroidShell) -> None:
    fresh = (sh.phone.png(), sh.ok("settings list system; ls -R /sdcard"))
    sh.form()
    sh.ok("settings put system font_scale 2; echo x > /sdcard/x; input keyevent HOME")
    assert sh.ok("virtual_phone reset") == ""
    assert (sh.phone.png(), sh.ok("settings list system; ls -R /sdcard")) == fresh


def test_another_scenario_and_seed(sh: AndroidShell) -> None:
    sh.ok("virtual_phone reset --seed 5 --scenario dark,zh")
    assert (sh.phone.seed, sh.phone.scenario.name) == (5, "dark,zh")
    assert sh.ok("getprop persist.sys.locale").strip() == "zh-CN"
    sh.ok("virtual_phone reset --scenario default")
    assert (sh.phone.seed, sh.phone.scenario.name) == (5, "default")  # what is not given stays


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("virtual_phone", "usage: virtual_phone reset"),
        ("virtual_phone restart", "usage: virtual_phone reset"),
        ("virtual_phone reset now", "usage: virtual_phone reset"),
        ("virtual_phone reset --seed", "usage: virtual_phone reset"),
        ("virtual_phone reset --seed 1 --seed 2", "usage: virtual_phone reset"),
        ("virtual_phone reset --seed -1", "'-1' is no seed"),
        ("virtual_phone reset --seed ٣", "'٣' is no seed"),
        ("virtual_phone reset --scenario drak", "unknown scenario 'drak'. Did you mean 'dark'?"),
        ("virtual_phone reset --seed 5 --scenario ,", "unknown scenario ''"),
    ],
)
def test_what_is_wrong_changes_nothing(sh: AndroidShell, script: str, said: str) -> None:
    sh.form()
    before = (sh.phone.png(), sh.phone.seed)
    result = sh(script)
    assert result.rc == 2
    assert result.err.startswith(f"virtual_phone: {said}")
    assert (sh.phone.png(), sh.phone.seed) == before
