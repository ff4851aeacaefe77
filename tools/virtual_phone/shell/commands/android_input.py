"""`input`: taps, swipes, text and keys."""

from collections.abc import Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    FAILED,
    Arguments,
    JavaError,
    report,
    unimplemented,
)
from tools.virtual_phone.shell.commands.android_keys import key_code

_SOURCES = (
    *("keyboard", "mouse", "joystick", "touchnavigation", "touchpad", "trackball", "dpad"),
    *("stylus", "gamepad", "touchscreen", "rotaryencoder"),
)
_DEFAULT_SWIPE_MS = 300
_DISPLAYS = {"0", "-1", "INVALID_DISPLAY", "DEFAULT_DISPLAY"}
_USAGE = """Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]

The sources are:
{sources}

-d: specify the display ID.
      (Default: -1 for key event, 0 for motion event if not specified.)
The commands and default sources are:
      text <string> (Default: keyboard)
      keyevent [--longpress|--doubletap|--async|--delay <ms>] <key code number or name> ...
      tap <x> <y> (Default: touchscreen)
      swipe <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      draganddrop <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      keycombination [-t duration(ms)] <key code 1> <key code 2> ... (Default: keyboard)
"""


@command("input")
def input_command(call: Call) -> int:
    """Run `input` as typed in a shell."""
    return run_input(call, call.args)


def run_input(call: Call, words: Sequence[str]) -> int:
    """Run `input` with `words`, also for `cmd input`."""
    arguments = Arguments(words)
    doing = arguments.next()
    if doing in _SOURCES:
        doing = arguments.next()
    if doing == "-d":
        display = arguments.next() or ""
        if display.upper() not in _DISPLAYS:
            error = JavaError("IllegalArgumentException", f"no display {display}")
            return report(call, "-d", error)
        doing = arguments.next()
    if doing is None or doing in {"help", "-h"}:
        call.out(_USAGE.format(sources="\n".join(f"      {name}" for name in _SOURCES)))
        return FAILED
    if doing in {"press", "roll", "motionevent"}:
        raise unimplemented(call, f"input {doing}")
    action = _ACTIONS.get(doing)
    if action is None:
        call.err(f"Unknown command: {doing}\n")
        return FAILED
    try:
        action(call, arguments)
    except JavaError as error:
        if error.kind.endswith("NumberFormatException"):
            error = JavaError("IllegalArgumentException", f"Invalid arguments for command: {doing}")
        return report(call, doing, error)
    return 0


def _tap(call: Call, arguments: Arguments) -> None:
    call.phone.tap(arguments.number(), arguments.number())


def _swipe(call: Call, arguments: Arguments) -> None:
    x1, y1, x2, y2 = (arguments.number() for _ in range(4))
    seconds = _duration_s(arguments)
    if (x1, y1) == (x2, y2):
        call.phone.long_press(x1, y1, seconds)
    else:
        call.phone.swipe(x1, y1, x2, y2, seconds)


def _drag(call: Call, arguments: Arguments) -> None:
    x1, y1, x2, y2 = (arguments.number() for _ in range(4))
    call.phone.drag(x1, y1, x2, y2, _duration_s(arguments))


def _duration_s(arguments: Arguments) -> float:
    if arguments.peek() is None:
        return _DEFAULT_SWIPE_MS / 1000
    milliseconds = arguments.number()
    return (milliseconds if milliseconds >= 0 else _DEFAULT_SWIPE_MS) / 1000


def _text(call: Call, arguments: Arguments) -> None:
    """Type the first argument only, as Android does: spaces must be quoted or written `%s`."""
    text = arguments.required().replace("%s", " ")
    if not all(" " <= character <= "~" or character in "\t\n" for character in text):
        # The virtual keyboard's character map has no keys for it, and Android does not check.
        raise JavaError("NullPointerException", "Attempt to get length of null array")
    call.phone.type_text(text)


def _keyevent(call: Call, arguments: Arguments) -> None:
    long_press, times = False, 1
    while (option := arguments.option()) is not None:
        if option == "--longpress":
            long_press = True
        elif option == "--doubletap":
            times = 2
        elif option == "--delay":
            arguments.number()
        elif option != "--async":
            raise unimplemented(call, f"input keyevent {option}")
    codes = [key_code(arguments.required()), *map(key_code, arguments.rest())]
    for code in codes:
        for _ in range(times):
            call.phone.key(code, long_press=long_press)


def _combination(call: Call, arguments: Arguments) -> None:
    if arguments.peek() == "-t":
        arguments.next()
        arguments.number()
    codes = [key_code(arguments.required()), *map(key_code, arguments.rest())]
    if len(codes) == 1:
        message = "keycombination requires at least 2 keycodes"
        raise JavaError("IllegalArgumentException", message)
    call.phone.keys(codes)


_ACTIONS = {
    "text": _text,
    "keyevent": _keyevent,
    "tap": _tap,
    "swipe": _swipe,
    "draganddrop": _drag,
    "keycombination": _combination,
}
