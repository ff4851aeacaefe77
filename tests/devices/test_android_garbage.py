"""A phone that lies, stammers or dies: a typed error with one line, never an invented picture."""

import contextlib
import io
import socket
import threading
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.devices.scripted_server import (
    HEIGHT,
    SERIAL,
    WIDTH,
    Ended,
    Hang,
    Refuse,
    ScriptedServer,
    Verbatim,
    details,
    picture,
    png,
    properties,
    raw,
)
from tools.action import Hotkey, Tap
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbLink, AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_capture import decode_gzip, decode_png, decode_raw
from tools.devices.android_connect import attached, connect
from tools.errors import (
    ActionFailedError,
    CaptureError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    SecureScreenError,
    UnknownDeviceError,
)
from tools.geometry import Point, Size

DOT = picture()
DOT.paste("red", (10, 10, 60, 60))
TAP = Tap(at=Point(x=WIDTH - 1, y=HEIGHT - 1))
NO_REASON = b"mWakefulness=Awake\n"
PNG_ONLY = {"screencap -p": png(DOT), "screencap 2": b""}


def _connect(server: ScriptedServer, **options: object) -> AndroidDevice:
    return connect(server=AdbServer(port=server.port), **options)  # type: ignore[arg-type]


def _pixels(image: Image.Image) -> bytes:
    return image.convert("RGB").tobytes()


def test_three_formats_give_one_picture() -> None:
    packed = zlib.compressobj(1, zlib.DEFLATED, 31)
    gzipped = packed.compress(raw(DOT)) + packed.flush()
    blue_first = DOT.convert("RGBA")
    red, green, blue, alpha = blue_first.split()
    swapped = Image.merge("RGBA", (blue, green, red, alpha))
    for image in (
        decode_raw(raw(DOT)),
        decode_raw(raw(DOT, header=12)),
        decode_raw(raw(swapped, pixel_format=5)),
        decode_png(png(DOT)),
        decode_png(b"WARNING: linker: two displays\n" + png(DOT)),
        decode_png(png(DOT.convert("RGBA"))),
        decode_gzip(gzipped),
    ):
        assert image.mode == "RGB"
        assert _pixels(image) == _pixels(DOT)


WRONG = {
    "nothing": b"",
    "words": b"screencap: inaccessible or not found\n" * 20,
    "half_png": png(DOT)[: len(png(DOT)) // 2],
    "png_head": png(DOT)[:20],
    "png_hole": png(DOT)[:60] + b"\0" * 40 + png(DOT)[100:],
    "half_raw": raw(DOT)[: len(raw(DOT)) // 2],
    "raw_head": raw(DOT)[:16],
    "raw_and_more": raw(DOT) + b"\0",
    "strange_format": raw(DOT, pixel_format=4),
    "crlf": png(DOT).replace(b"\n", b"\r\n"),
    "huge_size": b"\xff" * 64,
    "no_size": b"\0" * 64,
    "gzip_of_words": b"\x1f\x8b" + b"x" * 50,
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("decode", [decode_raw, decode_png, decode_gzip])
def test_what_is_no_picture(decode: Callable[[bytes], Image.Image], data: bytes) -> None:
    with pytest.raises(CaptureError):
        decode(data)


@given(st.binary(max_size=300), st.sampled_from([decode_raw, decode_png, decode_gzip]))
def test_any_bytes_are_a_picture_or_a_capture_error(
    data: bytes, decode: Callable[[bytes], Image.Image]
) -> None:
    with contextlib.suppress(CaptureError):
        decode(data)


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_no_frame_is_made_up(data: bytes, scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    assert _pixels(device.glance().image) == _pixels(picture())
    scripted.script |= {"screencap": data, "screencap 2": data, "screencap -p": data}
    scripted.script |= {"screencap 2>/dev/null | gzip": data, "dumpsys power": NO_REASON}
    scripted.script["screencap 2>/dev/null"] = data
    with pytest.raises(CaptureError) as caught:
        device.glance()
    assert not isinstance(caught.value, SecureScreenError)
    assert "\n" not in str(caught.value)


def test_a_frame_that_failed_once_is_taken_again(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    answers = iter([b"", raw(DOT)])
    scripted.script["screencap 2>/dev/null"] = lambda command: next(answers)
    frame = device.glance()
    assert _pixels(frame.image) == _pixels(DOT)
    assert frame.source == "raw"


def test_after_two_failures_another_way_is_taken(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    assert device.info.capture == "raw"
    scripted.script |= {"screencap 2>/dev/null": b"", "screencap -p": png(DOT)}
    frame = device.glance()
    assert (frame.source, device.info.capture) == ("png", "png")
    scripted.asked.clear()
    device.glance()
    assert scripted.asked == ["screencap -p 2>/dev/null"]


def test_the_fastest_way_is_kept(scripted: ScriptedServer) -> None:
    slow = SystemClock()

    def late(command: str) -> bytes:
        slow.sleep(0.1)
        return raw(DOT)

    scripted.script |= {"screencap 2>/dev/null": late, "screencap -p": png(DOT)}
    device = _connect(scripted)
    assert device.info.capture == "png"
    tried = [(probe.method.name, bool(probe.problem)) for probe in device.probes]
    assert tried == [("raw", False), ("png", False)]  # one is fast: gzip is kept in reserve
    scripted.script["screencap -p"] = b""
    device = _connect(scripted)
    assert device.info.capture == "raw"
    tried = [(probe.method.name, bool(probe.problem)) for probe in device.probes]
    assert tried == [("raw", False), ("png", True), ("gzip", True)]


def test_equal_bytes_are_decoded_once(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    first, second = device.glance(), device.glance()
    assert second.image is first.image
    assert second.decode_s == 0
    assert second.requested_s > first.requested_s
    scripted.script["screencap 2>/dev/null"] = raw(DOT)
    assert device.glance().image is not first.image


SECURE = b"""WINDOW MANAGER WINDOWS (dumpsys window windows)
  Window #0 Window{1a u0 StatusBar}:
    mAttrs={(0,0)(fillx63) fl=NOT_FOCUSABLE HARDWARE_ACCELERATED}
    isOnScreen=true
  Window #1 Window{2b u0 com.bank/com.bank.Login}:
    mAttrs={(0,0)(fillxfill) ty=BASE_APPLICATION
      fl=LAYOUT_IN_SCREEN SECURE HARDWARE_ACCELERATED
      pfl=FORCE}
    isVisible=true
"""
HIDDEN = SECURE.replace(b"isVisible=true", b"isVisible=false")


def test_a_black_screen_of_an_app_that_forbids_it(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    scripted.script |= {"screencap 2>/dev/null": raw(picture("black")), "dumpsys power": SECURE}
    with pytest.raises(SecureScreenError, match=r"com\.bank/com\.bank\.Login"):
        device.glance()


@pytest.mark.parametrize("dump", [NO_REASON, HIDDEN])
def test_a_black_screen_that_is_just_black(dump: bytes, scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    scripted.script |= {"screencap 2>/dev/null": raw(picture("black")), "dumpsys power": dump}
    assert device.glance().is_black


def test_a_screen_that_is_off(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    scripted.script["screencap 2>/dev/null"] = raw(picture("black"))
    scripted.script["dumpsys power"] = b"  mWakefulness=Asleep\n"
    with pytest.raises(CaptureError, match="screen is off"):
        device.glance()


def test_a_screenshot_that_android_refuses(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    scripted.script["screencap 2>/dev/null"] = b""
    scripted.script["dumpsys power"] = Ended(1, b"Failed to take screenshot. Status: -1\n")
    with pytest.raises(SecureScreenError):
        device.glance()


def test_a_secure_screen_leaves_the_fast_way_in_use(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    scripted.script |= {"screencap 2>/dev/null": b"", "dumpsys power": SECURE}
    with pytest.raises(SecureScreenError):
        device.glance()
    scripted.script["screencap 2>/dev/null"] = raw(DOT)
    assert device.glance().source == "raw"


def test_a_secure_screen_when_connecting(scripted: ScriptedServer) -> None:
    scripted.script["screencap 2>/dev/null"] = b""
    device = _connect(scripted)
    assert device.info.size == Size(width=WIDTH, height=HEIGHT)
    scripted.script["screencap 2>/dev/null"] = raw(DOT)
    assert device.glance().source == "raw"


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (Refuse("device 'phone-1' not found"), DeviceGoneError, "not found"),
        (Refuse("device offline"), DeviceGoneError, "offline"),
        (Refuse("closed"), DeviceGoneError, "closed"),
        (Verbatim(b""), DeviceGoneError, "hung up"),
        (Verbatim(b"HTTP/1.1 400 Bad Request"), DeviceGoneError, "not ADB"),
        (Verbatim(b"FAILzzzz"), DeviceGoneError, "without a reason"),
        (Verbatim(b"OKAY\x01\xff\xff\xff\xff"), DeviceGoneError, "without end"),
        (Verbatim(b"OKAY\x01\x10\0\0\0abc"), DeviceGoneError, "hung up"),
        (Verbatim(b"OKAY"), DeviceGoneError, "hung up"),
        (Hang(), DeviceTimeoutError, "did not answer within 1.5 s"),
        (Ended(1, b"Error: no touch screen"), ActionFailedError, "no touch screen"),
        (Ended(0, b"Error: Unknown command: tap"), ActionFailedError, "Unknown command"),
        (Ended(1, b"SecurityException: INJECT_EVENTS"), DeviceError, "Security settings"),
    ],
)
def test_a_tap_that_does_not_arrive(
    answer: object, error: type[Exception], told: str, scripted: ScriptedServer
) -> None:
    device = _connect(scripted, timeout_s=1.5)
    scripted.script["input"] = answer  # type: ignore[assignment]
    with pytest.raises(error, match=told) as caught:
        device.perform(TAP)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("answer", [Hang(), Hang(raw(DOT)[:100]), Refuse("closed"), Verbatim(b"")])
def test_a_frame_that_does_not_arrive(answer: object, scripted: ScriptedServer) -> None:
    device = _connect(scripted, timeout_s=1.5)
    scripted.script["screencap 2>/dev/null"] = answer  # type: ignore[assignment]
    with pytest.raises(DeviceError) as caught:
        device.glance()
    assert isinstance(caught.value, DeviceGoneError | DeviceTimeoutError)


def test_a_tap_step_is_two_round_trips(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    scripted.asked.clear()
    device.glance()
    device.perform(TAP)
    assert scripted.asked == ["screencap 2>/dev/null", f"input tap {WIDTH - 1} {HEIGHT - 1}"]
    device.observe()
    assert len(scripted.asked) == 4


def test_a_tree_that_takes_too_long_is_left_out(scripted: ScriptedServer) -> None:
    device = _connect(scripted, ui_tree=True)
    scripted.script["date"] = Hang(details(tree=b"<hierarchy>"))
    seen = device.observe()
    assert (seen.app, seen.activity, seen.ui_tree) == ("com.x", ".Main", None)
    assert seen.device_time is not None


def test_a_tree_is_asked_for_once_more(scripted: ScriptedServer) -> None:
    device = _connect(scripted, ui_tree=True)
    scripted.script["date"] = details(tree=b"ERROR: could not get idle state.")
    scripted.script["uiautomator dump --compressed"] = b"<hierarchy></hierarchy>"
    tree = device.observe().ui_tree
    assert tree is not None
    assert tree.nodes == ()
    scripted.script["uiautomator dump --compressed"] = b"ERROR: could not get idle state."
    assert device.observe().ui_tree is None


def test_details_that_make_no_sense(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    mark = b"--tapwright--\n"
    scripted.script["date"] = b"yesterday" + mark + b"mCurrentFocus=null\n" + mark + mark
    seen = device.observe()
    assert (seen.app, seen.activity, seen.device_time) == ("", "", None)
    scripted.script["date"] = b"garbage"
    with pytest.raises(DeviceGoneError):
        device.observe()


@pytest.mark.parametrize("answer", [b"", b"garbage", properties(size="no size"), Refuse("closed")])
def test_a_phone_that_tells_nothing_of_itself(answer: object, scripted: ScriptedServer) -> None:
    scripted.script["echo @tapwright"] = answer  # type: ignore[assignment]
    with pytest.raises(DeviceError) as caught:
        _connect(scripted)
    assert "\n" not in str(caught.value)


def test_taps_land_where_an_overridden_size_counts(scripted: ScriptedServer) -> None:
    sizes = f"Physical size: {WIDTH}x{HEIGHT}\nOverride size: {WIDTH // 2}x{HEIGHT // 2}"
    field = (
        b'<hierarchy><node class="a.B" package="p" bounds="[0,0][54,120]" />'
        b'<node class="a.B" package="p" bounds="[60,0][70,9]" /></hierarchy>'
    )
    scripted.script |= {"echo @tapwright": properties(size=sizes), "date": details(tree=field)}
    device = _connect(scripted, ui_tree=True)
    device.perform(TAP)
    assert scripted.asked[-1] == f"input tap {WIDTH // 2 - 1} {HEIGHT // 2 - 1}"
    seen = device.observe()
    assert seen.size == Size(width=WIDTH, height=HEIGHT)
    assert seen.ui_tree is not None
    assert [node.box.right for node in seen.ui_tree.nodes] == [WIDTH, 0]
    scripted.script["screencap 2>/dev/null"] = raw(DOT.transpose(Image.Transpose.ROTATE_90))
    device.glance()
    assert device.info.size == Size(width=HEIGHT, height=WIDTH)
    device.perform(Tap(at=Point(x=HEIGHT - 1, y=WIDTH - 1)))
    assert scripted.asked[-1] == f"input tap {HEIGHT // 2 - 1} {WIDTH // 2 - 1}"


def test_another_display(scripted: ScriptedServer) -> None:
    scripted.script["dumpsys SurfaceFlinger"] = (
        b"Display 4619827259835644672 (HWC display 0): port=0\n"
        b"Display 4619827551948147201 (HWC display 1): port=1\n"
    )
    scripted.script["screencap -d 4619827551948147201"] = raw(DOT)
    device = _connect(scripted, display=1)
    device.glance()
    device.perform(TAP)
    assert scripted.asked[-1].startswith("input -d 1 tap")
    with pytest.raises(UnknownDeviceError, match=r"no display 2\. It has: 0, 1"):
        _connect(scripted, display=2)


def test_a_key_android_does_not_have(scripted: ScriptedServer) -> None:
    device = _connect(scripted)
    with pytest.raises(ActionFailedError, match="There is no key 'hyper'"):
        device.perform(Hotkey(keys=("hyper", "a")))
    device.perform(Hotkey(keys=("Ctrl", "shift", "F12")))
    assert scripted.asked[-1] == "input keycombination 113 59 142"


def test_which_devices_there_are(scripted: ScriptedServer) -> None:
    scripted.devices += "emulator-5554 offline\nR58 unauthorized usb:1-1\n"
    found = attached(AdbServer(port=scripted.port))
    assert [(entry.serial, entry.state, entry.ready) for entry in found] == [
        (SERIAL, "device", True), ("emulator-5554", "offline", False),
        ("R58", "unauthorized", False),
    ]  # fmt: skip
    assert found[0].model == "Brick 1"
    assert _connect(scripted).info.name == SERIAL


@pytest.mark.parametrize(
    ("devices", "name", "told"),
    [
        ("phone-1 device\n", "phone-2", "Did you mean phone-1"),
        ("phone-1 device\n", "zzz", "Attached: phone-1 (device)"),
        ("", "phone-1", "none is attached"),
        ("", "", "No device is attached"),
        ("a device\nb device\n", "", "several devices: a, b"),
        ("R58 unauthorized\n", "R58", "is unauthorized. Unlock the phone"),
        ("R58 unauthorized\n", "", "Unlock the phone"),
        ("", "127.0.0.1:9", "There is no device at 127.0.0.1:9: failed to connect"),
    ],
)
def test_a_device_that_is_not_there(
    devices: str, name: str, told: str, scripted: ScriptedServer
) -> None:
    scripted.devices = devices
    with pytest.raises(UnknownDeviceError) as caught:
        _connect(scripted, name=name)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@contextlib.contextmanager
def _something_else(answer: bytes) -> Iterator[int]:
    """A port where something listens that answers every client with ``answer``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with client:
                        client.recv(1024)
                        client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"OKAYzzzz", b"OK"])
def test_a_server_that_is_none(answer: bytes) -> None:
    with _something_else(answer) as port:
        with pytest.raises(DeviceGoneError):
            attached(AdbServer(port=port))
        with pytest.raises(DeviceGoneError):
            AdbLink(AdbServer(port=port), "x", SystemClock(), timeout_s=60.0).run("true")


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = AdbServer(port=port)
    assert attached(server) == ()
    with pytest.raises(UnknownDeviceError, match="none is attached"):
        connect("phone", server=server)
    with pytest.raises(DeviceGoneError, match="No ADB server answers"):
        connect("127.0.0.1:9", server=server)
    with pytest.raises(DeviceGoneError, match="No ADB server answers"):
        AdbLink(server, "x", SystemClock()).run("true")


def test_a_command_too_long_for_adb(scripted: ScriptedServer) -> None:
    link = AdbLink(AdbServer(port=scripted.port), SERIAL, SystemClock())
    with pytest.raises(ActionFailedError, match="too long"):
        link.run("echo " + "x" * 70000)


def test_outputs_and_exit_code_are_kept_apart(scripted: ScriptedServer) -> None:
    scripted.script["try"] = Ended(3, b"bad\n", b"good\n" * 100000)
    link = AdbLink(AdbServer(port=scripted.port), SERIAL, SystemClock())
    result = link.shell("try")
    assert (result.code, result.stderr, len(result.stdout)) == (3, b"bad\n", 500000)
    assert result.complaint == "bad"
    assert link.run("try").endswith(b"bad\n")


def test_a_decoded_frame_can_be_encoded() -> None:
    buffer = io.BytesIO()
    decode_raw(raw(DOT)).save(buffer, "JPEG")
    assert buffer.tell() > 100
