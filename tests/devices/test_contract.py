"""What every device must do, tried on each back end; a new one is added to ``CONNECTIONS``."""

import time
from pathlib import Path
from typing import get_args

import pytest

from tools.action import (
    Action,
    Back,
    DoubleTap,
    Drag,
    Home,
    Hotkey,
    LongPress,
    OpenApp,
    PressKey,
    Recents,
    Scroll,
    Swipe,
    Tap,
    TypeText,
    Wait,
)
from tools.device import Device
from tools.devices.adb_socket import AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.errors import ActionFailedError, DeviceError
from tools.geometry import Box, Point
from tools.screen import compare
from tools.secrets.device import SecretsDevice
from tools.secrets.values import Secrets
from tools.ui_tree import UiNode, UiTree
from tools.virtual_phone.server import PhoneServer

CONNECTIONS = ["own_server", pytest.param("real_server", marks=pytest.mark.adb), "with_secrets"]


@pytest.fixture(scope="module", params=CONNECTIONS)
def connected(request: pytest.FixtureRequest, running_phone: PhoneServer) -> Device:
    if request.param in ("own_server", "with_secrets"):
        assert running_phone.server_port is not None
        plain = connect(server=AdbServer(port=running_phone.server_port), ui_tree=True)
        secrets = Secrets({"UNUSED": "kestrel-7"})
        return plain if request.param == "own_server" else SecretsDevice(plain, secrets)
    server: AdbServer = request.getfixturevalue("real_adb")
    return connect(running_phone.serial, server=server, ui_tree=True)


@pytest.fixture
def device(connected: Device, phone: PhoneServer) -> Device:
    """The device, with the phone behind it as it was when it was switched on."""
    connected.observe()
    return connected


def _tree(device: Device) -> UiTree:
    tree = device.observe().ui_tree
    assert tree is not None
    return tree


def _find(device: Device, label: str) -> UiNode:
    return next(node for node in _tree(device).nodes if node.label == label)


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


def test_a_tap_is_done_when_perform_returns(device: Device) -> None:
    before = device.observe()
    device.perform(Tap(at=_find(device, "Contacts").box.center))
    after = device.observe()
    assert after.app != before.app
    assert not compare(before.screenshot, after.screenshot).same
    device.perform(Home())
    assert compare(before.screenshot, device.glance()).same


def test_corners_can_be_touched(device: Device) -> None:
    size = device.info.size
    for x in (0, size.width - 1):
        for y in (0, size.height - 1):
            device.perform(Tap(at=Point(x=x, y=y)))
    device.glance()


def test_every_action_is_carried_out_or_refused_in_words(device: Device) -> None:
    at, to = device.info.size, Point(x=300, y=900)
    center = Point(x=at.width // 2, y=at.height // 2)
    actions: list[Action] = [
        DoubleTap(at=center), LongPress(at=center), Swipe(start=center, end=to),
        Drag(start=center, end=to), Scroll(at=center, direction="down"), PressKey(key="search"),
        Hotkey(keys=("ctrl", "a")), Recents(), Back(), Home(), Wait(duration_s=0.5),
    ]  # fmt: skip
    for action in actions:
        device.perform(action)
    assert device.observe().app


def test_scrolling_down_shows_what_lies_further_down(device: Device) -> None:
    device.perform(OpenApp(name="Contacts"))
    seen = device.observe()
    last = max(
        (node for node in _tree(device).nodes if node.kind == "TextView" and node.text),
        key=lambda node: node.box.top,
    )
    at = Point(x=seen.size.width // 2, y=seen.size.height // 2)
    device.perform(Scroll(at=at, direction="down", amount=0.4))
    moved = _find(device, last.text)
    assert moved.box.top < last.box.top - seen.size.height // 5
    device.perform(Scroll(at=at, direction="up", amount=0.9))
    assert compare(seen.screenshot, device.glance()).same


def test_text_needs_a_field(device: Device) -> None:
    before = device.glance()
    with pytest.raises(ActionFailedError, match="No text field has the focus"):
        device.perform(TypeText(text="hello"))
    assert compare(before, device.glance()).same


def test_text_is_in_the_field_at_the_next_look(device: Device) -> None:
    device.perform(OpenApp(name="Contacts"))
    device.perform(Tap(at=_find(device, "Search contacts").box.center))
    device.perform(TypeText(text="Ali"))
    device.perform(TypeText(text="ce"))
    assert next(node for node in _tree(device).nodes if node.focused).text == "Alice"
    device.perform(TypeText(text="Bob", clear=True))
    assert next(node for node in _tree(device).nodes if node.focused).text == "Bob"


def test_an_app_that_is_not_there(device: Device) -> None:
    with pytest.raises(ActionFailedError, match="no app called 'Teleporter'"):
        device.perform(OpenApp(name="Teleporter"))


def test_waiting_takes_the_device_s_time(device: Device) -> None:
    before = device.observe().device_time
    started_s = time.monotonic()
    device.perform(Wait(duration_s=20.0))
    after = device.observe().device_time
    assert before is not None
    assert after is not None
    assert 20 <= (after - before).total_seconds() <= 22
    assert time.monotonic() - started_s < 10  # the virtual phone's time passes at once


def test_closing_twice(device: Device) -> None:
    device.close()
    device.close()


def test_files_can_be_brought(device: Device, tmp_path: Path) -> None:
    if not isinstance(device, AndroidDevice):
        pytest.skip("files are no part of the protocol")
    source = tmp_path / "note.bin"
    source.write_bytes(bytes(range(256)) * 1000)
    device.push(source, "/sdcard/note.bin")
    assert device.shell("wc -c < /sdcard/note.bin").text == "256000"
    with pytest.raises(DeviceError, match="could not be copied"):
        device.push(tmp_path / "nothing", "/sdcard/nothing")
