"""`logcat -d`: the phone's event log in the form of Android's."""

from collections.abc import Sequence
from datetime import datetime

from tools.virtual_phone.shell.command import Call, CommandError, command
from tools.virtual_phone.shell.commands.android_arguments import (
    Arguments,
    JavaError,
    unimplemented,
)
from tools.virtual_phone.system.state import Event

_TAGS = {
    "tap": "InputDispatcher",
    "long_press": "InputDispatcher",
    "swipe": "InputDispatcher",
    "drag": "InputDispatcher",
    "key": "InputDispatcher",
    "keys": "InputDispatcher",
    "text": "InputDispatcher",
    "ime": "InputMethod",
    "start": "ActivityTaskManager",
    "force_stop": "ActivityManager",
    "clear": "ActivityManager",
    "unimplemented": "VirtualPhone",
}
_WARNINGS = {"unimplemented", "unknown_command"}
_FORMATS = {"brief", "time", "threadtime", "tag", "raw"}
_PROCESS = 1000
_CLEARED = ("global", "virtual_phone_log_start")


@command("logcat")
def logcat(call: Call) -> int:
    """Print the log and end (`-d`, `-t COUNT`), or clear it (`-c`)."""
    form, count, dump, clear = "threadtime", 0, False, False
    arguments = Arguments(call.args)
    try:
        while (option := arguments.option()) is not None:
            if option in {"-d", "-c"}:
                dump, clear = dump or option == "-d", clear or option == "-c"
            elif option in {"-v", "--format"}:
                form = arguments.required()
            elif option in {"-b", "--buffer"}:
                arguments.required()
            elif option in {"-t", "--tail"}:
                count, dump = int(arguments.number()), True
            else:
                raise unimplemented(call, f"logcat {option}")
    except JavaError as error:
        raise CommandError(str(error)) from None
    if form not in _FORMATS:
        raise unimplemented(call, f"logcat -v {form}")
    filters = arguments.rest()
    if clear:
        call.phone.settings.put(*_CLEARED, str(len(call.phone.events)))
        return 0
    if not dump:
        raise unimplemented(call, "logcat that follows the log", hint="use `logcat -d`")
    start = int(call.phone.settings.get(*_CLEARED, "0"))
    events = [event for event in call.phone.events[start:] if _passes(event, filters)]
    call.out("--------- beginning of main\n")
    call.out("".join(_line(event, form) for event in events[-count:]))
    return 0


def _tag(event: Event) -> str:
    return _TAGS.get(event.kind, "VirtualPhone")


def _level(event: Event) -> str:
    return "W" if event.kind in _WARNINGS else "I"


def _passes(event: Event, filters: Sequence[str]) -> bool:
    levels = "VDIWEFS"
    rules = dict(one.partition(":")[::2] for one in filters)
    least = rules.get(_tag(event), rules.get("*", "V")) or "V"
    return levels.find(_level(event)) >= levels.find(least.upper()[:1])


def _line(event: Event, form: str) -> str:
    time = datetime.fromisoformat(event.time).strftime("%m-%d %H:%M:%S.%f")[:-3]
    tag, level, text = _tag(event), _level(event), f"{event.kind} {event.detail}".rstrip()
    if form == "raw":
        return f"{text}\n"
    if form == "tag":
        return f"{level}/{tag}: {text}\n"
    if form == "brief":
        return f"{level}/{tag:<8}({_PROCESS:5}): {text}\n"
    if form == "time":
        return f"{time} {level}/{tag:<8}({_PROCESS:5}): {text}\n"
    return f"{time} {_PROCESS:5} {_PROCESS:5} {level} {tag:<8}: {text}\n"
