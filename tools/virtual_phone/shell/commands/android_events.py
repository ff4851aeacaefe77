"""`getevent` and `sendevent`: the kernel's events of the touch screen."""

import threading
from collections.abc import Sequence
from queue import Empty

from tools.virtual_phone.shell.command import Call, CommandError, UsageError, command
from tools.virtual_phone.shell.commands.android_arguments import unimplemented
from tools.virtual_phone.shell.streams import StreamClosedError
from tools.virtual_phone.system.touchscreen import (
    ABS,
    BTN_TOUCH,
    KEY,
    MAXIMA,
    MT_SLOT,
    MT_TRACKING_ID,
    MT_X,
    MT_Y,
    SYN,
    SYN_REPORT,
    InputEvent,
)

TOUCH_DEVICE = "/dev/input/event1"
_POLL_S = 0.2
_KINDS = {SYN: "EV_SYN", KEY: "EV_KEY", ABS: "EV_ABS"}
_CODES = {
    (SYN, SYN_REPORT): "SYN_REPORT",
    (KEY, BTN_TOUCH): "BTN_TOUCH",
    (ABS, MT_SLOT): "ABS_MT_SLOT",
    (ABS, MT_X): "ABS_MT_POSITION_X",
    (ABS, MT_Y): "ABS_MT_POSITION_Y",
    (ABS, MT_TRACKING_ID): "ABS_MT_TRACKING_ID",
}
_FLAGS = "ltpiq"


@command("getevent", exclusive=False)
def getevent(call: Call) -> int:
    """Describe the devices (`-p`), or print events until the client hangs up or `-c COUNT`."""
    flags, count, device = _read(call)
    if "p" in flags or "i" in flags:
        call.out(_describe(labels="l" in flags, device=device))
        return 0
    if not device:
        call.out(f'add device 1: {TOUCH_DEVICE}\n  name:     "virtual_touchscreen"\n')
        call.flush()
    gone = threading.Event()
    watcher = threading.Thread(target=_watch, args=(call, gone), name="getevent", daemon=True)
    with call.phone.lock:
        events = call.phone.touchscreen.listen()
    watcher.start()
    left = count
    try:
        while not gone.is_set() and left != 0:
            try:
                event = events.get(timeout=_POLL_S)
            except Empty:
                continue
            call.out(_line(event, flags, "" if device else f"{TOUCH_DEVICE}: "))
            call.flush()
            left -= 1
    finally:
        with call.phone.lock:
            call.phone.touchscreen.ignore(events)
    return 0


@command("sendevent")
def sendevent(call: Call) -> int:
    """Write one event: `sendevent DEVICE TYPE CODE VALUE`, all numbers decimal."""
    if len(call.args) != 4:
        raise UsageError("use: sendevent <device> <type> <code> <value>")
    device, *numbers = call.args
    if device != TOUCH_DEVICE:
        raise CommandError(f"could not open {device}, No such file or directory")
    try:
        kind, code, value = (int(number) for number in numbers)
    except ValueError:
        raise UsageError("use: sendevent <device> <type> <code> <value>") from None
    call.phone.touchscreen.write(kind, code, value)
    return 0


def _read(call: Call) -> tuple[set[str], int, str]:
    """The flags, how many events (-1: without end), the device (empty: all)."""
    flags: set[str] = set()
    count, device = -1, ""
    words: Sequence[str] = call.args
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "-c":
            if at == len(words) or not words[at].isdigit():
                raise UsageError("-c needs a count")
            count = int(words[at])
            at += 1
        elif word.startswith("-") and len(word) > 1:
            if not set(word[1:]) <= set(_FLAGS):
                raise unimplemented(call, f"getevent {word}")
            flags |= set(word[1:])
        elif word != TOUCH_DEVICE:
            raise CommandError(f"could not open {word}, No such file or directory")
        else:
            device = word
    return flags, count, device


def _watch(call: Call, gone: threading.Event) -> None:
    """Nothing is written while nothing happens, so only reading tells that the client is gone."""
    try:
        while call.streams.stdin.read(1024):
            pass
    except StreamClosedError:
        pass
    finally:
        gone.set()


def _describe(*, labels: bool, device: str) -> str:
    def code(kind: int, number: int) -> str:
        return _CODES[kind, number] if labels else f"{number:04x}"

    axes = [
        f"{code(ABS, number):22}: value 0, min 0, max {most}, fuzz 0, flat 0, resolution 0"
        for number, most in sorted(MAXIMA.items())
    ]
    indent = "\n" + " " * 16
    first = f"add device 1: {device or TOUCH_DEVICE}"
    return (
        f'{first}\n  name:     "virtual_touchscreen"\n  events:\n'
        f"    KEY (0001): {code(KEY, BTN_TOUCH)}\n"
        f"    ABS (0003): {indent.join(axes)}\n"
        "  input props:\n    INPUT_PROP_DIRECT\n"
    )


def _line(event: InputEvent, flags: set[str], device: str) -> str:
    time = f"[{event.time_s:15.6f}] " if "t" in flags else ""
    if "l" not in flags:
        return f"{time}{device}{event.kind:04x} {event.code:04x} {event.value:08x}\n"
    kind = _KINDS.get(event.kind, f"{event.kind:04x}")
    code = _CODES.get((event.kind, event.code), f"{event.code:04x}")
    value = f"{event.value:08x}"
    if event.kind == KEY:
        value = {0: "UP", 1: "DOWN", 2: "REPEAT"}.get(event.value, value)
    return f"{time}{device}{kind:<12} {code:<20} {value:<20}\n"
