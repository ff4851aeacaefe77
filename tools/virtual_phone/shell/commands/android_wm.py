"""`wm`: size, density and rotation of the screen."""

import re
from collections.abc import Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    FAILED,
    Arguments,
    JavaError,
    report,
    unimplemented,
)
from tools.virtual_phone.system.display import DENSITY, PHYSICAL_SIZE

_SIZE = re.compile(r"(\d+)(px|dp)?x(\d+)(px|dp)?")
_FORCED_SIZE = ("global", "display_size_forced")
_FORCED_DENSITY = ("secure", "display_density_forced")
_LEAST_DENSITY, _MOST_DENSITY = 72, 999
_BASELINE_DENSITY = 160
_LEAST_SIDE, _MOST_SIDE = 200, 7999


@command("wm")
def wm_command(call: Call) -> int:
    """Run `wm` as typed in a shell."""
    return run_wm(call, call.args)


def run_wm(call: Call, words: Sequence[str]) -> int:
    """Run `wm` with `words`, also for `cmd window`."""
    arguments = Arguments(words)
    doing = arguments.next()
    if doing is None or doing in {"help", "-h"}:
        call.out(
            "Window manager (window) commands:\n  size [reset|WxH|WdpxHdp] [-d DISPLAY_ID]\n"
            "  density [reset|DENSITY] [-d DISPLAY_ID]\n  dismiss-keyguard\n"
            "  user-rotation [-d DISPLAY_ID] [free|lock] [rotation]\n"
        )
        return FAILED
    action = _ACTIONS.get(doing)
    if action is None:
        raise unimplemented(call, f"wm {doing}")
    try:
        return action(call, _without_display(arguments.rest()))
    except JavaError as error:
        return report(call, doing, error)


def _without_display(words: Sequence[str]) -> list[str]:
    left = [*words]
    if "-d" in left:
        at = left.index("-d")
        if left[at + 1 : at + 2] != ["0"]:
            raise JavaError("IllegalArgumentException", "there is one display, 0")
        del left[at : at + 2]
    return left


def _size(call: Call, words: Sequence[str]) -> int:
    if not words:
        width, height = PHYSICAL_SIZE
        call.out(f"Physical size: {width}x{height}\n")
        forced = str(call.phone.settings.get(*_FORCED_SIZE, ""))
        if forced:
            call.out(f"Override size: {forced.replace(',', 'x')}\n")
        return 0
    if words[0] == "reset":
        call.phone.settings.delete(*_FORCED_SIZE)
        return 0
    match = _SIZE.fullmatch(words[0])
    if match is None:
        call.err(f"Error: bad size {words[0]}\n")
        return FAILED
    width, height = (
        int(number)
        * (call.phone.density if unit == "dp" else _BASELINE_DENSITY)
        // _BASELINE_DENSITY
        for number, unit in ((match[1], match[2]), (match[3], match[4]))
    )
    if not all(_LEAST_SIDE <= side <= _MOST_SIDE for side in (width, height)):
        call.err(f"Error: size out of range: {width}x{height}\n")
        return FAILED
    call.phone.settings.put(*_FORCED_SIZE, f"{width},{height}")
    return 0


def _density(call: Call, words: Sequence[str]) -> int:
    settings = call.phone.settings
    if not words:
        forced = settings.get(*_FORCED_DENSITY, "")
        call.out(f"Physical density: {DENSITY}\n")
        if forced:
            call.out(f"Override density: {forced}\n")
        return 0
    if words[0] == "reset":
        settings.delete(*_FORCED_DENSITY)
        return 0
    if not words[0].isdecimal():
        call.err(f'Error: bad number java.lang.NumberFormatException: "{words[0]}"\n')
        return FAILED
    density = int(words[0])
    if not _LEAST_DENSITY <= density <= _MOST_DENSITY:
        call.err(f"Error: density must be >= {_LEAST_DENSITY} and <= {_MOST_DENSITY}\n")
        return FAILED
    settings.put(*_FORCED_DENSITY, str(density))
    return 0


def _rotation(call: Call, words: Sequence[str]) -> int:
    settings = call.phone.settings
    if not words:
        free = settings.get("system", "accelerometer_rotation") == "1"
        call.out("free\n" if free else f"lock {call.phone.rotation}\n")
        return 0
    if words[0] == "free":
        settings.put("system", "accelerometer_rotation", "1")
        return 0
    turns = words[1] if len(words) > 1 else str(call.phone.rotation)
    if words[0] != "lock" or turns not in {"0", "1", "2", "3"}:
        call.err(f"Error: rotation '{turns}' or mode '{words[0]}' unknown\n")
        return FAILED
    settings.put("system", "accelerometer_rotation", "0")
    settings.put("system", "user_rotation", turns)
    return 0


def _dismiss_keyguard(call: Call, words: Sequence[str]) -> int:
    """Do nothing: there is no lock screen."""
    del call, words
    return 0


_ACTIONS = {
    "size": _size,
    "density": _density,
    "user-rotation": _rotation,
    "dismiss-keyguard": _dismiss_keyguard,
}
