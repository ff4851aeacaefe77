"""A finger on the virtual phone is heard through its own ADB server and through the real one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest

from tests.devices.scripted_server import HEIGHT, WIDTH, Ended, ScriptedServer
from tests.devices.test_android_touches import DESCRIBED, slots
from tests.virtual_phone.test_android_commands_events import touch
from tools.action import DoubleTap, LongPress, PressKey, Swipe, Tap
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.devices.android_finger import Heard
from tools.errors import DeviceError
from tools.geometry import Point, Size
from tools.virtual_phone.server import PhoneServer

PATIENCE_S = 60.0


@contextmanager
def heard(device: AndroidDevice) -> "Iterator[Queue[Heard | DeviceError]]":
    """What is heard, as it is heard."""
    finger = device.finger()
    over = threading.Event()
    told: Queue[Heard | DeviceError] = Queue()

    def listen() -> None:
        try:
            for each in finger.listen(over.is_set):
                told.put(each)
        except DeviceError as error:
            told.put(error)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield told
    finally:
        over.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def started(phone: PhoneServer, device: AndroidDevice) -> None:
    """Return when the phone has somebody who listens."""
    clock = SystemClock()
    while not phone.phone.touchscreen._listeners:
        clock.sleep(0.01)
    device.glance()


def next_heard(told: "Queue[Heard | DeviceError]") -> Heard:
    found = told.get(timeout=PATIENCE_S)
    assert isinstance(found, Heard), found
    return found


def try_gestures(phone: PhoneServer, device: AndroidDevice) -> None:
    with heard(device) as told:
        started(phone, device)
        clock = SystemClock()
        before_s = clock.now()
        device.shell(touch(500, 1800, to=(500, 900)))
        swipe = next_heard(told)
        assert isinstance(swipe.action, Swipe)
        assert before_s <= swipe.began_s <= clock.now()
        device.shell(touch(40, 50, hold_s=0.7))
        held = next_heard(told).action
        assert held == LongPress(at=Point(x=40, y=50), duration_s=0.7)
        device.shell(touch(540, 1100))
        assert next_heard(told).action == Tap(at=Point(x=540, y=1100))
        # Within one command, so that no slow machine comes between the two.
        device.shell(f"{touch(540, 1100)}; {touch(545, 1104)}")
        assert next_heard(told).action == DoubleTap(at=Point(x=540, y=1100))


def test_through_the_phones_own_server(phone: PhoneServer, phone_adb: AdbServer) -> None:
    try_gestures(phone, connect(phone.serial, server=phone_adb))


@pytest.mark.adb
def test_through_the_real_server(phone: PhoneServer, real_adb: AdbServer) -> None:
    try_gestures(phone, connect(f"127.0.0.1:{phone.port}", server=real_adb))


def test_the_picture_may_be_turned(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(phone.serial, server=phone_adb)
    device.shell("settings put system user_rotation 1")
    assert device.glance().size == Size(width=2400, height=1080)
    with heard(device) as told:
        started(phone, device)
        device.shell(touch(100, 2000))  # of the glass, which does not turn
        assert next_heard(told).action == Tap(at=Point(x=2000, y=979))


def test_a_key_of_the_keyboard_is_told_apart(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(phone.serial, server=phone_adb)
    with phone.phone.lock:
        phone.phone.start("com.android.settings")
        field = next(node for node in phone.phone.window().walk() if node.hint == "Search settings")
        phone.phone.tap(*field.center)
        box = phone.phone.keyboard_box
    assert box is not None
    with heard(device) as told:
        started(phone, device)
        device.shell(touch((box[0] + box[2]) // 2, (box[1] + box[3]) // 2))
        assert next_heard(told).on_keyboard
        device.shell(touch(540, box[1] - 300))
        assert not next_heard(told).on_keyboard


def test_a_stream_of_a_finer_panel_with_keys_between_is_heard_until_it_ends(
    scripted: ScriptedServer,
) -> None:
    strokes = slots((1.0, 8640, 19200), up_s=1.7) + slots((3.0, 0, 38399), up_s=4.0)
    volume = "[       2.500000] /dev/input/event0: EV_KEY       KEY_VOLUMEUP         DOWN      "
    noise = "could not get driver version for /dev/input/mice, Not a typewriter"
    stream = "\r\n".join([noise, *strokes[:8], volume, *strokes[8:], ""])
    scripted.script |= {
        "getevent -lp": DESCRIBED.encode(),
        "getevent -lt": stream.encode(),
        "dumpsys display": b"orientation=0\n",
    }
    device = connect(server=AdbServer(port=scripted.port))
    with heard(device) as told:
        actions = [next_heard(told).action for _ in range(3)]
        ended = told.get(timeout=PATIENCE_S)
    assert actions == [
        LongPress(at=Point(x=WIDTH // 2, y=HEIGHT // 2), duration_s=0.7),
        PressKey(key="volume_up"),
        LongPress(at=Point(x=0, y=HEIGHT - 1), duration_s=1.0),
    ]
    assert isinstance(ended, DeviceError)
    assert "stopped telling" in str(ended)


@pytest.mark.parametrize("answer", [Ended(1, b"Permission denied"), b"add device 1: /dev/input/x"])
def test_a_phone_that_lets_nobody_listen_says_so(
    scripted: ScriptedServer, answer: Ended | bytes
) -> None:
    scripted.script["getevent"] = answer
    device = connect(server=AdbServer(port=scripted.port))
    with pytest.raises(DeviceError, match="no touch screen"):
        device.finger()
