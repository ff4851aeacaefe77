"""`getevent` and `sendevent` on the virtual phone."""

import threading
from queue import Queue

import pytest

from tests.virtual_phone.android_shell import AndroidShell
from tools.devices.android_touches import read_strokes
from tools.virtual_phone.shell.command import Streams
from tools.virtual_phone.shell.session import ShellMaker
from tools.virtual_phone.shell.streams import BytesSink, StreamClosedError

GLASS = "/dev/input/event1"


@pytest.fixture
def sh() -> AndroidShell:
    return AndroidShell()


def touch(x: int, y: int, *, hold_s: float = 0.0, to: tuple[int, int] | None = None) -> str:
    """A script that puts a finger on pixel (x, y) of an upright phone and lifts it again."""
    send = f"sendevent {GLASS}"
    script = [
        f"{send} 3 57 5", f"{send} 1 330 1", f"{send} 3 53 {x * 4}", f"{send} 3 54 {y * 4}",
        f"{send} 0 0 0", f"sleep {hold_s}",
    ]  # fmt: skip
    if to is not None:
        script += [f"{send} 3 53 {to[0] * 4}", f"{send} 3 54 {to[1] * 4}", f"{send} 0 0 0"]
    script += [f"{send} 3 57 -1", f"{send} 1 330 0", f"{send} 0 0 0"]
    return "; ".join(script)


class Pipe:
    """Standard input of a client that stays until it hangs up, and what it was sent."""

    def __init__(self) -> None:
        self.sent: Queue[bytes] = Queue()
        self._gone = threading.Event()

    def read(self, limit: int = -1) -> bytes:
        self._gone.wait()
        raise StreamClosedError("gone")

    def write(self, data: bytes) -> None:
        self.sent.put(data)

    def hang_up(self) -> None:
        self._gone.set()


def test_a_touch_that_is_sent_presses_what_is_there(sh: AndroidShell) -> None:
    sh.phone.start("com.example.demo")
    x, y = sh.hand.find("Add one").center
    assert sh.ok(touch(x, y)) == ""
    assert sh.hand.shows("Count 1")


def test_a_finger_that_moves_or_stays_is_what_it_looks_like(sh: AndroidShell) -> None:
    sh.phone.start("com.example.demo")
    sh.ok(touch(500, 1800, to=(500, 600)))
    assert not sh.hand.shows("Count 0")
    fruit = next(one for one in sh.hand.texts() if one in ("apple", "pear", "plum", "cherry"))
    x, y = sh.hand.find(fruit).center
    sh.ok(touch(x, y, hold_s=0.9))
    assert f"Held {fruit}" in sh.toasts()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_the_glass_does_not_turn_with_the_picture(sh: AndroidShell, turns: int) -> None:
    sh.ok(f"settings put system user_rotation {turns}")
    sh.phone.start("com.example.demo")
    x, y = sh.hand.find("Add one").center
    width, height = sh.phone.size
    upright = {1: (height - 1 - y, x), 2: (width - 1 - x, height - 1 - y), 3: (y, width - 1 - x)}
    sh.ok(touch(*upright[turns]))
    assert sh.hand.shows("Count 1")


def test_the_glass_describes_itself_as_on_android(sh: AndroidShell) -> None:
    described = sh.ok("getevent -lp")
    assert "ABS_MT_POSITION_X     : value 0, min 0, max 4319" in described
    assert "INPUT_PROP_DIRECT" in described
    assert "0035" in sh.ok("getevent -p")


def test_what_is_sent_is_heard_and_what_input_does_is_not(sh: AndroidShell) -> None:
    pipe, out = Pipe(), BytesSink()
    shell = ShellMaker(sh.phone).shell()
    listener = threading.Thread(
        target=shell.run_text, args=("getevent -lt", Streams(pipe, pipe, out))
    )
    listener.start()
    heard = pipe.sent.get(timeout=60)  # the names of the devices come first
    while b"touchscreen" not in heard:
        heard += pipe.sent.get(timeout=60)
    sh.ok("input tap 500 1000; sleep 2")
    sh.ok(touch(300, 700, hold_s=0.1))
    lines = [pipe.sent.get(timeout=60).decode() for _ in range(8)]
    pipe.hang_up()
    listener.join(60)
    assert not listener.is_alive()
    (stroke,) = read_strokes(lines)
    assert [place[1:] for place in stroke.path] == [(1200, 2800)]
    assert stroke.up_s - stroke.path[0][0] == pytest.approx(0.1)
    assert "BTN_TOUCH            DOWN" in "".join(lines)
    assert pipe.sent.empty()


def test_two_fingers_are_told_in_the_log(sh: AndroidShell) -> None:
    send = f"sendevent {GLASS}"
    fingers = [
        f"{send} 3 47 {slot}; {send} 3 57 {slot}; {send} 3 53 {slot * 400}; {send} 3 54 900"
        for slot in (0, 1)
    ]
    lift = [f"{send} 3 47 {slot}; {send} 3 57 -1" for slot in (0, 1)]
    sh.ok("; ".join([*fingers, f"{send} 0 0 0", *lift, f"{send} 0 0 0"]))
    assert sh.phone.events[-1].kind == "unimplemented"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sendevent", "use: sendevent"),
        (f"sendevent {GLASS} 3 57", "use: sendevent"),
        (f"sendevent {GLASS} 3 fifty 1", "use: sendevent"),
        ("sendevent /dev/input/event9 3 57 1", "could not open /dev/input/event9"),
        ("getevent /dev/input/event9", "could not open /dev/input/event9"),
        ("getevent -c", "-c needs a count"),
        ("getevent -x", "getevent -x"),
    ],
)
def test_bad_arguments_are_told(sh: AndroidShell, script: str, said: str) -> None:
    result = sh(script)
    assert result.rc != 0
    assert said in result.err
