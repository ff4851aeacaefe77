"""`cmd` and `service`: system services by name."""

from collections.abc import Callable, Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_activity import run_am
from tools.virtual_phone.shell.commands.android_arguments import FAILED, unimplemented
from tools.virtual_phone.shell.commands.android_dumpsys import SERVICES
from tools.virtual_phone.shell.commands.android_ime import run_ime
from tools.virtual_phone.shell.commands.android_input import run_input
from tools.virtual_phone.shell.commands.android_network import switch
from tools.virtual_phone.shell.commands.android_pm import run_pm
from tools.virtual_phone.shell.commands.android_settings import run_settings
from tools.virtual_phone.shell.commands.android_wm import run_wm

_NO_SERVICE = 20
_NIGHT = ("secure", "ui_night_mode")
_NIGHT_MODES = {"auto": "0", "no": "1", "yes": "2"}
# Services of Android that take no shell commands there either.
_SPEECHLESS = {"clipboard", "battery", "content"}


@command("cmd")
def cmd(call: Call) -> int:
    """Run a command of a service: `cmd package list packages`."""
    words = [word for word in call.args if word != "-w"]
    if words[:1] == ["-l"]:
        listed = sorted({*SERVICES, *_COMMANDS, *_SPEECHLESS})
        call.out("Currently running services:\n" + "".join(f"  {name}\n" for name in listed))
        return 0
    if not words:
        call.err(
            "cmd: No service specified; use -l to list all running services. Use -w to start "
            "and wait for a service.\n"
        )
        return _NO_SERVICE
    name, *rest = words
    run = _COMMANDS.get(name)
    if run is not None:
        return run(call, rest)
    if name in _SPEECHLESS:
        # A real phone says so and ends with 0: here nobody shall take it for done.
        call.err("No shell command implementation.\n")
        return FAILED
    if name in SERVICES:
        raise unimplemented(call, f"cmd {name}")
    call.err(f"cmd: Can't find service: {name}\n")
    return _NO_SERVICE


def _connectivity(call: Call, words: Sequence[str]) -> int:
    if words[:1] != ["airplane-mode"]:
        raise unimplemented(call, f"cmd connectivity {' '.join(words[:1])}".rstrip())
    if len(words) == 1:
        on = call.phone.settings.get("global", "airplane_mode_on", "0") == "1"
        call.out("enabled\n" if on else "disabled\n")
        return 0
    if words[1] not in {"enable", "disable"}:
        call.err("Unknown argument; use enable or disable\n")
        return FAILED
    switch(call.phone, "airplane_mode_on", on=words[1] == "enable")
    return 0


def _bluetooth(call: Call, words: Sequence[str]) -> int:
    verb = words[0] if words else ""
    if verb not in {"enable", "disable"}:
        raise unimplemented(call, f"cmd bluetooth_manager {verb}".rstrip())
    switch(call.phone, "bluetooth_on", on=verb == "enable")
    call.out(f"{verb}: Success\n")
    return 0


def _wifi(call: Call, words: Sequence[str]) -> int:
    if words[:1] == ["status"]:
        on = call.phone.settings.get("global", "wifi_on", "1") == "1"
        call.out(f"Wifi is {'enabled' if on else 'disabled'}\n")
        return 0
    if words[:1] != ["set-wifi-enabled"] or words[1:] not in (["enabled"], ["disabled"]):
        raise unimplemented(call, f"cmd wifi {' '.join(words)}".rstrip())
    switch(call.phone, "wifi_on", on=words[1] == "enabled")
    return 0


def _uimode(call: Call, words: Sequence[str]) -> int:
    if words[:1] != ["night"]:
        raise unimplemented(call, f"cmd uimode {' '.join(words[:1])}".rstrip())
    if len(words) > 1:
        if words[1] not in _NIGHT_MODES:
            call.err(f"Error: mode must be one of {', '.join(_NIGHT_MODES)}\n")
            return FAILED
        call.phone.settings.put(*_NIGHT, _NIGHT_MODES[words[1]])
    value = call.phone.settings.get(*_NIGHT, "1")
    names = {number: name for name, number in _NIGHT_MODES.items()}
    call.out(f"Night mode: {names.get(value, 'unknown')}\n")
    return 0


def _statusbar(call: Call, words: Sequence[str]) -> int:
    if words[:1] == ["collapse"]:  # the shade is never down
        return 0
    raise unimplemented(call, f"cmd statusbar {' '.join(words[:1])}".rstrip())


_COMMANDS: dict[str, Callable[[Call, Sequence[str]], int]] = {
    "activity": run_am,
    "bluetooth_manager": _bluetooth,
    "connectivity": _connectivity,
    "input": run_input,
    "input_method": run_ime,
    "package": run_pm,
    "settings": run_settings,
    "statusbar": _statusbar,
    "uimode": _uimode,
    "wifi": _wifi,
    "window": run_wm,
}


@command("service")
def service(call: Call) -> int:
    """List the services, or check one: `service list`, `service check NAME`."""
    known = sorted({*SERVICES, *_COMMANDS})
    if call.args == ("list",):
        call.out(f"Found {len(known)} services:\n")
        call.out("".join(f"{n}\t{one}: [{SERVICES.get(one, '')}]\n" for n, one in enumerate(known)))
        return 0
    if call.args[:1] == ("check",) and len(call.args) == len(("check", "name")):
        found = "found" if call.args[1] in known else "not found"
        call.out(f"Service {call.args[1]}: {found}\n")
        return 0
    if call.args[:1] == ("call",):
        raise unimplemented(call, "service call")
    call.err("Usage: service [-h|-?]\n       service list\n       service check SERVICE\n")
    return 10
