"""Two frames in one round trip, when that is not to be had, and what is kept of a frame."""

import pytest

from tests.devices.scripted_server import ScriptedServer, picture, png
from tools.action import Home, Tap
from tools.clock import SystemClock
from tools.device import Device, LooksTwice
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.errors import DeviceGoneError
from tools.screen import compare
from tools.settle import SettlingDevice

FOCUS = b"  mCurrentFocus=Window{1 u0 com.example/com.example.Main}\n"
MARK = b"--tapwright--\n"
PNG_ONLY = {"screencap -p": png(picture()), "screencap 2>/dev/null": b""}


def _between(first: bytes, second: bytes) -> bytes:
    return MARK.join((first, b"2027-01-04T09:30:00\n", FOCUS, second))


def test_two_looks_at_a_screen_at_rest(phone_adb: AdbServer) -> None:
    device = connect(server=phone_adb)
    assert isinstance(device, Device)
    assert isinstance(device, LooksTwice)
    plain = device.observe()
    pair = device.observe_twice()
    assert pair is not None
    first, observation = pair
    assert compare(first, observation.screenshot).same
    assert first.requested_s < observation.screenshot.requested_s
    assert observation.screenshot.image is first.image  # the same bytes are decoded once
    assert (observation.app, observation.activity) == (plain.app, plain.activity)
    assert observation.device_time == plain.device_time
    assert observation.ui_tree is None


def test_a_settled_tap_is_seen_with_two_frames(phone_adb: AdbServer) -> None:
    tree = connect(server=phone_adb, ui_tree=True).observe().ui_tree
    assert tree is not None
    icon = next(node for node in tree.nodes if node.label == "Contacts")
    device = SettlingDevice(connect(server=phone_adb), SystemClock())
    device.observe()
    device.perform(Tap(at=icon.box.center))
    seen = device.observe()
    assert seen.settle is not None
    assert (seen.settle.frames, seen.settle.changed) == (2, True)
    assert seen.app == "com.android.contacts"
    device.perform(Home())
    assert device.observe().app != seen.app


def test_with_a_tree_two_looks_would_cost_more(phone_adb: AdbServer) -> None:
    assert connect(server=phone_adb, ui_tree=True).observe_twice() is None


def test_the_second_frame_is_the_one_observed(scripted: ScriptedServer) -> None:
    scripted.script |= PNG_ONLY
    device = connect(server=AdbServer(port=scripted.port))
    red = png(picture("red"))
    scripted.script = {"screencap": _between(png(picture()), red), **scripted.script}
    pair = device.observe_twice()
    assert pair is not None
    assert pair[0].image.getpixel((0, 0)) == (255, 255, 255)
    assert pair[1].screenshot.image.getpixel((0, 0)) == (255, 0, 0)
    assert pair[1].app == "com.example"


@pytest.mark.parametrize(("first", "second"), [(b"", png(picture())), (png(picture()), b"junk")])
def test_an_unusable_frame_is_left_to_a_glance(
    first: bytes, second: bytes, scripted: ScriptedServer
) -> None:
    scripted.script |= PNG_ONLY
    device = connect(server=AdbServer(port=scripted.port))
    scripted.script = {"screencap": _between(first, second), **scripted.script}
    assert device.observe_twice() is None


def test_an_answer_cut_short_is_no_look(scripted: ScriptedServer) -> None:
    scripted.script |= PNG_ONLY
    device = connect(server=AdbServer(port=scripted.port))
    scripted.script = {"screencap": png(picture()), **scripted.script}
    with pytest.raises(DeviceGoneError, match="middle"):
        device.observe_twice()


def test_a_png_is_kept_as_it_came(scripted: ScriptedServer) -> None:
    sent = png(picture("red"))
    scripted.script |= PNG_ONLY | {"screencap -p": b"WARNING: linker\n" + sent}
    frame = connect(server=AdbServer(port=scripted.port)).glance()
    assert frame.source == "png"
    assert frame.file() == ("png", sent)


def test_raw_pixels_are_kept_as_jpeg(scripted: ScriptedServer) -> None:
    frame = connect(server=AdbServer(port=scripted.port)).glance()
    assert frame.source == "raw"
    assert frame.file() == ("jpg", frame.jpeg())
