"""What every device must do, tried on each back end; a new one is added to ``CONNECTIONS``."""

import time
from collections.abc import Iterator
from typing import get_args

import pytest

from tests.devices.stages import Stage, desktop_stage, phone_stage
from tools.action import (
    Action,
    Back,
    DoubleTap,
    Drag,
    Home,
    Hotkey,
    Hover,
    LongPress,
    MiddleClick,
    OpenApp,
    PressKey,
    Recents,
    RightClick,
    Scroll,
    Swipe,
    Tap,
    TripleClick,
    TypeText,
    Wait,
)
from tools.clock import SystemClock
from tools.device import Device
from tools.devices.adb_socket import AdbServer
from tools.errors import ActionFailedError
from tools.geometry import Box, Point, Size
from tools.screen import compare
from tools.secrets.values import Secrets
from tools.settle import SettlingDevice
from tools.ui_tree import UiNode
from tools.virtual_phone.server import PhoneServer

CONNECTIONS = [
    "own_server",
    pytest.param("real_server", marks=pytest.mark.adb),
    "with_secrets",
    pytest.param("desktop", marks=pytest.mark.desktop),
]


@pytest.fixture(scope="module", params=CONNECTIONS)
def connected(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    if request.param == "desktop":
        stage = desktop_stage(
            request.getfixturevalue("running_desktop"), tmp_path_factory.mktemp("desk")
        )
    else:
        phone: PhoneServer = request.getfixturevalue("running_phone")
        if request.param in ("own_server", "with_secrets"):
            assert phone.server_port is not None
            secrets = Secrets({"UNUSED": "kestrel-7"}) if request.param != "own_server" else None
            stage = phone_stage(AdbServer(port=phone.server_port), phone, secrets=secrets)
        elif request.param == "real_server":
            stage = phone_stage(request.getfixturevalue("real_adb"), phone, phone.serial)
        else:
            raise AssertionError(f"no stage for {request.param}: say here how it is connected")
    yield stage
    stage.device.close()
    stage.device.close()  # twice is no mistake


@pytest.fixture
def stage(connected: Stage) -> Stage:
    """The back end, with its screen as it was when it was switched on."""
    connected.begin()
    return connected


@pytest.fixture
def device(stage: Stage) -> Device:
    """Its device."""
    return stage.device


def test_it_is_a_device(device: Device) -> None:
    assert isinstance(device, Device)
    kinds = {member.model_fields["kind"].default for member in get_args(get_args(Action)[0])}
    assert device.supports <= kinds
    assert {"tap", "type_text", "wait"} <= device.supports
    assert device.info.name
    assert device.info.capture


def test_a_frame_is_as_large_as_the_device_says(device: Device) -> None:
    frame = device.glance()
    assert frame.image.mode == "RGB"
    assert frame.size == device.info.size
    assert frame.source == device.info.capture
    assert frame.capture_s > 0
    assert compare(frame, device.glance()).same


def test_frames_are_taken_anew(device: Device) -> None:
    first = device.glance()
    before = time.monotonic()
    second = device.glance()
    assert first.requested_s < before <= second.requested_s


def test_a_frame_given_is_the_frame_observed(device: Device) -> None:
    frame = device.glance()
    seen = device.observe(seen=frame)
    assert seen.screenshot is frame
    assert seen.app
    assert seen.device_time is not None


def test_boxes_of_the_tree_lie_on_the_frame(device: Device) -> None:
    seen = device.observe()
    assert seen.ui_tree is not None
    screen = Box.of(seen.size)
    assert all(screen.encloses(node.box) for node in seen.ui_tree.nodes)


def test_a_tap_is_done_when_perform_returns(stage: Stage) -> None:
    device = settled(stage)
    before = device.observe()
    device.perform(Tap(at=stage.find(stage.button).box.center))
    assert not compare(before.screenshot, device.observe().screenshot).same
    device.perform(stage.undo)
    assert compare(before.screenshot, device.observe().screenshot).same


def test_corners_can_be_touched(device: Device) -> None:
    size = device.info.size
    for x in (0, size.width - 1):
        for y in (0, size.height - 1):
            device.perform(Tap(at=Point(x=x, y=y)))
    device.glance()


def test_every_action_is_carried_out_or_refused_in_words(stage: Stage) -> None:
    device, size = stage.device, stage.device.info.size
    center = Point(x=size.width // 2, y=size.height // 2)
    to = Point(x=size.width // 3, y=size.height // 3)
    actions: list[Action] = [
        DoubleTap(at=center), TripleClick(at=center), RightClick(at=center), PressKey(key="escape"),
        MiddleClick(at=center), Hover(at=to), LongPress(at=center), Swipe(start=center, end=to),
        Drag(start=center, end=to), Scroll(at=center, direction="down"), PressKey(key="up"),
        Hotkey(keys=("ctrl", "a")), Recents(), Back(), Home(), Wait(duration_s=0.5),
    ]  # fmt: skip
    for action in actions:
        if action.kind in device.supports:
            device.perform(action)
        else:
            with pytest.raises(ActionFailedError, match=f"cannot do {action.kind}"):
                device.perform(action)
    assert device.observe().app


def test_a_key_that_is_not_there_is_refused_in_words(device: Device) -> None:
    with pytest.raises(ActionFailedError, match="no key 'hyperspace'"):
        device.perform(Hotkey(keys=("ctrl", "hyperspace")))


def test_scrolling_down_shows_what_lies_further_down(stage: Stage) -> None:
    stage.to_list()
    device = settled(stage)
    seen = device.observe()
    size, moved_by = seen.size, seen.size.height // 6
    at = Point(x=size.width // 2, y=size.height // 2)
    last = max(
        (n for n in stage.tree.nodes if n.text and stage.row in n.text and _in_list(n, size)),
        key=lambda node: node.box.top,
    )
    device.perform(Scroll(at=at, direction="down", amount=0.4))
    device.observe()
    moved = [node for node in stage.tree.nodes if node.label == last.label]
    assert not moved or moved[0].box.area == 0 or moved[0].box.top < last.box.top - moved_by
    device.perform(Scroll(at=at, direction="up", amount=0.9))
    assert compare(seen.screenshot, device.observe().screenshot).same


def _in_list(node: UiNode, size: Size) -> bool:
    """Whether it lies in the middle of the screen, where a list is."""
    return node.box.area > 0 and 0.2 * size.height < node.box.top < 0.8 * size.height


def test_text_needs_a_field(stage: Stage) -> None:
    stage.to_nothing()
    before = stage.device.glance()
    with pytest.raises(ActionFailedError, match="No text field has the focus"):
        stage.device.perform(TypeText(text="hello"))
    assert compare(before, stage.device.glance()).same


def test_text_is_in_the_field_at_the_next_look(stage: Stage) -> None:
    stage.to_field()
    device = stage.device
    device.perform(TypeText(text="Ali"))
    device.perform(TypeText(text="ce"))
    assert next(node for node in stage.tree.nodes if node.focused).text == "Alice"
    device.perform(TypeText(text="Bob", clear=True))
    assert next(node for node in stage.tree.nodes if node.focused).text == "Bob"


def test_an_app_that_is_not_there(device: Device) -> None:
    with pytest.raises(ActionFailedError, match="no app called 'Teleporter'"):
        device.perform(OpenApp(name="Teleporter"))


def test_waiting_takes_the_device_s_time(stage: Stage) -> None:
    wanted_s = 50.0 if stage.own_time else 1.2
    before = stage.device.observe().device_time
    started_s = time.monotonic()
    stage.device.perform(Wait(duration_s=wanted_s))
    after = stage.device.observe().device_time
    assert before is not None
    assert after is not None
    assert wanted_s - 0.1 <= (after - before).total_seconds() <= wanted_s + 30
    assert time.monotonic() - started_s < 40  # the virtual phone's time passes at once


def settled(stage: Stage) -> Device:
    """The device, looked at until it is at rest after each action."""
    device = SettlingDevice(stage.device, SystemClock())
    device.perform(Wait(duration_s=0.1))
    device.observe()
    return device
