"""Real virtual phones as stations: started on demand, reset between cases, lost, cut off."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.config import Config
from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.suite.language.task import Where
from agent.suite.runner.lease import DeviceLeasedError
from agent.wiring.stations import AttachedStation, VirtualStation, open_stations
from tests.devices.scripted_server import ScriptedServer
from tools.action import OpenApp
from tools.clock import SystemClock
from tools.devices.android import AndroidDevice
from tools.errors import DeviceError, DeviceGoneError, UnknownDeviceError, UsageError


@pytest.fixture
def station() -> Iterator[VirtualStation]:
    made = VirtualStation(1, Config(seed=7), SystemClock())
    yield made
    made.close()


@pytest.fixture(scope="module")
def phone() -> Iterator[RunningPhone]:
    with running_phone(PhoneOptions()) as running:
        yield running


@pytest.fixture
def attached(phone: RunningPhone) -> Config:
    """A configuration whose ADB server knows one phone."""
    return Config(adb_server=f"127.0.0.1:{phone.server_port}")


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir(mode=0o700)
    return tmp_path / "runtime"


def test_a_phone_is_started_for_the_first_case_and_reset_for_the_others(
    station: VirtualStation,
) -> None:
    first = station.prepare(Where())
    assert (first.scenario, first.seed) == ("default", 7)
    assert first.device.info.theme == "light"
    fresh = first.device.observe()
    first.device.perform(OpenApp(name="Notes"))
    assert first.device.observe().app == "com.tapwright.notes"

    second = station.prepare(Where(scenario="dark,zh", seed=3))
    assert (second.serial, second.scenario, second.seed) == (first.serial, "dark,zh", 3)
    assert (second.device.info.theme, second.device.info.locale) == ("dark", "zh-CN")
    assert isinstance(first.device, AndroidDevice)
    assert isinstance(second.device, AndroidDevice)
    assert len(second.device.probes) == 1 < len(first.device.probes)  # it is not measured again
    assert second.device.info.capture == first.device.info.capture

    third = station.prepare(Where())
    seen = third.device.observe()
    assert third.serial == first.serial
    assert (seen.app, third.device.info.theme) == (fresh.app, "light")
    assert seen.screenshot.image.tobytes() == fresh.screenshot.image.tobytes()
    assert seen.ui_tree is not None


@pytest.mark.parametrize("running", [False, True])
def test_an_unknown_scenario_is_the_fault_of_the_case(
    station: VirtualStation, running: bool
) -> None:
    if running:
        station.prepare(Where())
    with pytest.raises(UsageError, match=r"unknown scenario 'drak'. Did you mean 'dark'\?"):
        station.prepare(Where(scenario="drak"))
    assert station.usable(left_behind=False)
    assert station.prepare(Where(scenario="dark")).device.info.theme == "dark"


def test_a_scenario_is_one_word_of_the_shell(station: VirtualStation) -> None:
    station.prepare(Where())
    with pytest.raises(UsageError, match="unknown scenario"):
        station.prepare(Where(scenario="'; settings put system font_scale 2; '"))


def test_a_phone_that_is_cut_off_is_gone_and_the_next_is_another(station: VirtualStation) -> None:
    first = station.prepare(Where())
    station.sever()
    with pytest.raises(DeviceError):
        first.device.observe()
    assert station.usable(left_behind=True)
    second = station.prepare(Where())
    assert second.serial != first.serial
    assert second.device.observe().app


def test_a_phone_that_died_by_itself_is_replaced(station: VirtualStation) -> None:
    first = station.prepare(Where())
    assert station._phone is not None
    station._phone.process.kill()
    assert station.prepare(Where(scenario="dark")).serial != first.serial


def test_a_phone_that_was_lost_is_not_trusted_again(station: VirtualStation) -> None:
    first = station.prepare(Where())
    assert station.usable(left_behind=False)  # it still answers, but somebody lost it
    assert station.prepare(Where()).serial != first.serial


def test_closing_ends_the_phone_and_may_be_done_twice(station: VirtualStation) -> None:
    lent = station.prepare(Where())
    station.close()
    station.close()
    with pytest.raises(DeviceGoneError):
        lent.device.observe()


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        (Where(), ""),
        (Where(platform="android", device="virtual", scenario="dark", seed=1), ""),
        (Where(device="virtual-1"), ""),
        (Where(device="virtual-2"), "a virtual phone is not virtual-2"),
        (Where(platform="desktop"), "a virtual phone is no desktop"),
    ],
)
def test_what_a_virtual_phone_is_good_for(
    station: VirtualStation, target: Where, refusal: str
) -> None:
    assert station.refuses(target) == refusal


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        (Where(platform="android", device="abc"), ""),
        (Where(device="abd"), "abc is not abd"),
        (Where(platform="desktop"), "abc is no desktop"),
        (Where(scenario="dark"), "abc is no virtual phone"),
        (Where(seed=0), "abc is no virtual phone"),
    ],
)
def test_what_an_attached_phone_is_good_for(target: Where, refusal: str) -> None:
    said = AttachedStation("abc", Config(), SystemClock()).refuses(target)
    assert said.startswith(refusal)
    assert bool(said) is bool(refusal)


def test_an_attached_phone_is_leased_and_used(attached: Config, phone: RunningPhone) -> None:
    with open_stations(attached, "", jobs=None, cases=5) as (station,):
        assert station.name == phone.serial
        lent = station.prepare(Where())
        assert lent.scenario == ""
        assert lent.device.observe().app
        for named in (phone.serial, "all", ""):
            with pytest.raises(DeviceLeasedError, match="in use by this very process"):
                open_stations(attached, named, jobs=None, cases=1).__enter__()
        with open_stations(attached, "virtual:3", jobs=None, cases=2) as others:
            assert [each.name for each in others] == ["virtual-1", "virtual-2"]
        station.close()
    with open_stations(attached, "all,virtual:2", jobs=2, cases=9) as mixed:
        assert [each.name for each in mixed] == [phone.serial, "virtual-1"]


def test_an_attached_phone_is_trusted_again_once(attached: Config, phone: RunningPhone) -> None:
    station = AttachedStation(phone.serial, attached, SystemClock())
    assert not station.usable(left_behind=True)
    assert station.usable(left_behind=False)
    assert not station.usable(left_behind=False)
    elsewhere = AttachedStation("not-there", attached, SystemClock())
    with pytest.raises(DeviceGoneError, match="not-there"):
        elsewhere.prepare(Where())
    assert not elsewhere.usable(left_behind=False)


def test_nothing_attached() -> None:
    nothing = Config(adb_server="127.0.0.1:1")
    with pytest.raises(UnknownDeviceError, match="No attached device can be used"):
        open_stations(nothing, "all", jobs=None, cases=1).__enter__()
    with open_stations(nothing, "", jobs=3, cases=2) as virtual:
        assert [each.name for each in virtual] == ["virtual-1", "virtual-2"]
    with open_stations(nothing, "", jobs=None, cases=9) as virtual:
        assert [each.name for each in virtual] == ["virtual-1"]


def test_a_server_that_never_answers_is_told_before_a_virtual_phone_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # accepts, and says nothing
        config = Config(adb_server=f"127.0.0.1:{mute.getsockname()[1]}")
        notices: list[str] = []
        with open_stations(config, "", jobs=None, cases=1, notice=notices.append) as (station,):
            assert station.name == "virtual-1"
    said = f"The ADB server at {config.adb_server} does not answer: the cases are run on a virtual"
    assert [each.startswith(said) for each in notices] == [True]


def test_a_server_that_was_named_and_does_not_run_is_told() -> None:
    notices: list[str] = []
    nothing = Config(adb_server="127.0.0.1:1")
    with open_stations(nothing, "", jobs=None, cases=1, notice=notices.append):
        assert len(notices) == 1
        assert notices[0].startswith("No ADB server answers at 127.0.0.1:1: the cases")
    with open_stations(nothing, "virtual", jobs=None, cases=1, notice=notices.append):
        assert len(notices) == 1  # it was asked for


@pytest.mark.parametrize(("what", "value"), [("scenario", "dark"), ("seed", 3)])
def test_what_only_virtual_phones_have_makes_them_the_choice(
    attached: Config, what: str, value: object
) -> None:
    notices: list[str] = []
    config = attached.model_copy(update={what: value})
    with open_stations(config, "", jobs=None, cases=1, notice=notices.append) as (station,):
        assert station.name == "virtual-1"
    assert notices == [f"A {what} is given: the cases are run on a virtual phone."]


def test_a_phone_that_is_not_ready_is_not_silently_replaced_by_a_virtual_one() -> None:
    with ScriptedServer() as server:
        server.devices = "R58 unauthorized usb:1-1\n"
        config = Config(adb_server=f"127.0.0.1:{server.port}")
        with pytest.raises(UnknownDeviceError, match=r"cannot be used yet: R58 \(unauthorized\)"):
            open_stations(config, "", jobs=None, cases=1).__enter__()


def test_of_several_devices_one_that_is_free_is_taken_where_one_is_needed(tmp_path: Path) -> None:
    config = Config(adb_server="127.0.0.1:5999")
    with ExitStack() as first:
        (one,) = first.enter_context(open_stations(config, "a,b", jobs=1, cases=1))
        with open_stations(config, "a,b", jobs=1, cases=1) as (two,):
            assert (one.name, two.name) == ("a", "b")
            with pytest.raises(DeviceLeasedError, match="'b at 127"):
                open_stations(config, "a,b", jobs=1, cases=1).__enter__()
            with open_stations(config, "a,virtual", jobs=1, cases=1) as (three,):
                assert three.name == "virtual-1"
        with pytest.raises(DeviceLeasedError, match="'a at 127"):
            open_stations(config, "a,b", jobs=None, cases=1).__enter__()
    with open_stations(config, "a,b", jobs=None, cases=1) as both:
        assert [each.name for each in both] == ["a", "b"]
