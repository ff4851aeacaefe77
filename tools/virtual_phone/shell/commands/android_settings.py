"""`settings`: the three tables of settings."""

from collections.abc import Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    FAILED,
    Arguments,
    JavaError,
    parse_user,
    report,
    unimplemented,
)

TABLES = ("system", "secure", "global")


@command("settings")
def settings_command(call: Call) -> int:
    """Run `settings` as typed in a shell."""
    return run_settings(call, call.args)


def run_settings(call: Call, words: Sequence[str]) -> int:
    """Run `settings` with `words`, also for `cmd settings`."""
    arguments = Arguments(words)
    try:
        while arguments.peek() == "--user":
            arguments.next()
            parse_user(arguments.required())
        return _run(call, arguments)
    except JavaError as error:
        return report(call, words[0], error)


def _run(call: Call, arguments: Arguments) -> int:
    verb = arguments.next()
    if verb is None or verb in {"help", "-h"}:
        call.out(
            "Settings provider (settings) commands:\n  get NAMESPACE KEY\n"
            "  put NAMESPACE KEY VALUE\n  delete NAMESPACE KEY\n  list NAMESPACE\n"
            "  NAMESPACE is one of {system, secure, global}\n"
        )
        return FAILED
    if verb == "reset":
        raise unimplemented(call, "settings reset")
    if verb not in _COUNTS:
        return _bad(call, f"Invalid command: {verb}")
    if arguments.peek() == "--user":
        arguments.next()
        parse_user(arguments.required())
    table = (arguments.next() or "").lower()
    if table not in TABLES:
        return _bad(call, f"Invalid namespace '{table}'" if table else "Bad arguments")
    words = arguments.rest()
    if verb == "put" and words[2:] and words[-1] == "default":
        words = words[:-1]
    if len(words) != _COUNTS[verb]:
        return _bad(call, "Bad arguments" if len(words) < _COUNTS[verb] else "Too many arguments")
    return _do(call, verb, table, words)


def _do(call: Call, verb: str, table: str, words: Sequence[str]) -> int:
    settings = call.phone.settings
    if verb == "list":
        call.out("".join(f"{key}={value}\n" for key, value in settings.list(table).items()))
    elif verb == "get":
        call.out(settings.get(table, words[0], "null") + "\n")
    elif verb == "put":
        settings.put(table, words[0], words[1])
    else:
        call.out(f"Deleted {int(settings.delete(table, words[0]))} rows\n")
    return 0


def _bad(call: Call, message: str) -> int:
    call.err(message + "\n")
    return FAILED


_COUNTS = {"get": 1, "put": 2, "delete": 1, "list": 0}
