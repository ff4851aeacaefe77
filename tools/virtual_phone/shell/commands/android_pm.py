"""`pm` and `cmd package`: what is installed, and which activity answers an intent."""

import re
from collections.abc import Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    FAILED,
    Arguments,
    JavaError,
    parse_user,
    run_action,
    unimplemented,
)
from tools.virtual_phone.shell.commands.android_intent import (
    Component,
    Intent,
    parse_intent,
    resolve,
)
from tools.virtual_phone.shell.commands.android_package_dump import resolve_info
from tools.virtual_phone.shell.commands.android_packages import (
    Package,
    install_existing,
    package,
    packages,
    uninstall,
)

_FOUND = re.compile(r"[A-Za-z][\w.]*")
_LIST_OPTIONS = {"-f", "-s", "-3", "-d", "-e", "-i", "-U", "-a", "-l", "-u", "--show-versioncode"}
_RESOLVED = "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true"
_USAGE = (
    "Package manager (package) commands:\n  list packages [-f] [-s] [-3] [-d] [-e] [-i] "
    "[-U] [--show-versioncode] [FILTER]\n  path PACKAGE\n  clear PACKAGE\n"
    "  resolve-activity [--brief] INTENT\n  query-activities [--brief] INTENT\n"
    "  uninstall PACKAGE\n  install-existing PACKAGE\n"
)


@command("pm")
def pm_command(call: Call) -> int:
    """Run `pm` as typed in a shell."""
    return run_pm(call, call.args)


def run_pm(call: Call, words: Sequence[str]) -> int:
    """Run `pm` with `words`, also for `cmd package`."""
    return run_action(call, words, "pm", _USAGE, _ACTIONS, _why_not)


def _why_not(doing: str) -> str:
    return "the phone runs its own apps only" if doing.startswith("install") else ""


def _list(call: Call, arguments: Arguments) -> int:
    kind = arguments.next()
    if kind not in {"package", "packages"}:
        if kind in {"features", "libraries", "permissions", "users", "instrumentation"}:
            raise unimplemented(call, f"pm list {kind}")
        call.err(f"Error: unknown list type '{kind}'\n")
        return FAILED
    flags: set[str] = set()
    while (option := arguments.option()) is not None:
        if option == "--user":
            parse_user(arguments.required())
        elif option in _LIST_OPTIONS:
            flags.add(option)
        else:
            call.err(f"Error: Unknown option: {option}\n")
            return FAILED
    wanted = arguments.next() or ""
    for one in packages(call.phone):
        if wanted in one.name and _listed(one, flags):
            call.out(_line(one, flags))
    return 0


def _listed(one: Package, flags: set[str]) -> bool:
    if "-d" in flags:  # nothing can be disabled
        return False
    return not ("-s" in flags and not one.is_system) and not ("-3" in flags and one.is_system)


def _line(one: Package, flags: set[str]) -> str:
    line = f"package:{one.path}={one.name}" if "-f" in flags else f"package:{one.name}"
    if "--show-versioncode" in flags:
        line += f" versionCode:{one.version_code}"
    if "-i" in flags:
        line += "  installer=null"
    if "-U" in flags:
        line += f" uid:{one.user_id}"
    return line + "\n"


def _path(call: Call, arguments: Arguments) -> int:
    found = package(call.phone, _package_name(arguments))
    if found is None:
        return 1
    call.out(f"package:{found.path}\n")
    return 0


def _clear(call: Call, arguments: Arguments) -> int:
    name = _package_name(arguments)
    if name not in call.phone.apps:
        call.out("Failed\n")
        return 1
    call.phone.clear(name)
    call.out("Success\n")
    return 0


def _dump(call: Call, arguments: Arguments) -> int:
    del arguments
    raise unimplemented(call, "pm dump", hint="use `dumpsys package PACKAGE`")


def _uninstall(call: Call, arguments: Arguments) -> int:
    name = _package_name(arguments)
    if uninstall(call.phone, name):
        call.out("Success\n")
        return 0
    call.out("Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
    return 1


def _install_existing(call: Call, arguments: Arguments) -> int:
    name = _package_name(arguments)
    if install_existing(call.phone, name):
        call.out(f"Package {name} installed for user: 0\n")
        return 0
    kind = "android.content.pm.PackageManager$NameNotFoundException"
    call.out(f"{kind}: Package {name} doesn't exist\n")
    return 1


def _package_name(arguments: Arguments) -> str:
    while (option := arguments.option()) is not None:
        if option == "--user":
            parse_user(arguments.required())
        elif option not in {"-k", "--full"}:
            raise JavaError("IllegalArgumentException", f"Unknown option: {option}")
    name = arguments.required()
    if not _FOUND.fullmatch(name):
        raise JavaError("IllegalArgumentException", f"Invalid package name: {name}")
    return name


def _intent(arguments: Arguments, flags: set[str]) -> Intent:
    def option(word: str, rest: Arguments) -> bool:
        if word == "--user":
            parse_user(rest.required())
        elif word == "--query-flags":
            rest.required()
        elif word in {"--brief", "--components"}:
            flags.add(word)
        else:
            return False
        return True

    return parse_intent(arguments, option)


def _resolve_activity(call: Call, arguments: Arguments) -> int:
    flags: set[str] = set()
    found = resolve(call.phone, _intent(arguments, flags))
    if not found:
        call.out("No activity found\n")
        return 0
    call.out(_told(call, found[0], flags, ""))
    return 0


def _query_activities(call: Call, arguments: Arguments) -> int:
    flags: set[str] = set()
    found = resolve(call.phone, _intent(arguments, flags))
    if not found:
        call.out("No activities found\n")
        return 0
    if "--components" in flags:
        call.out("".join(f"{one.short}\n" for one in found))
        return 0
    call.out(f"{len(found)} activities found:\n")
    for number, one in enumerate(found):
        call.out(f"  Activity #{number}:\n{_told(call, one, flags, '    ')}")
    return 0


def _told(call: Call, target: Component, flags: set[str], indent: str) -> str:
    if "--components" in flags:
        return f"{indent}{target.short}\n"
    if "--brief" in flags:
        return f"{indent}{_RESOLVED}\n{indent}{target.short}\n"
    found = package(call.phone, target.package)
    lines = [_RESOLVED, *(resolve_info(found, target.screen) if found else ())]
    return "".join(f"{indent}{line}\n" for line in lines)


_ACTIONS = {
    "list": _list,
    "path": _path,
    "clear": _clear,
    "dump": _dump,
    "uninstall": _uninstall,
    "install-existing": _install_existing,
    "resolve-activity": _resolve_activity,
    "query-activities": _query_activities,
    "query-intent-activities": _query_activities,
}
