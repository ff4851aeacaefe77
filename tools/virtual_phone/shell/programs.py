"""Finds and runs the programs of the phone: registered commands and scripts in its files."""

import logging
from collections.abc import Mapping, Sequence
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from tools.virtual_phone.shell.command import Call, Command, CommandError, Streams

if TYPE_CHECKING:  # the interpreter imports this file
    from tools.virtual_phone.shell.interpreter import Shell

SHELL = "/system/bin/sh"
PROGRAM_FOLDERS = ("/system/bin", "/system/xbin", "/vendor/bin", "/bin", "/usr/bin")
_log = logging.getLogger(__name__)


def run_program(
    shell: "Shell", words: Sequence[str], streams: Streams, environment: Mapping[str, str]
) -> int:
    """Run the command `words[0]` with its arguments; give its exit code.

    One that does not exist gives 127 and is told loudly: in the log and in the phone's events.
    """
    found = find_command(words[0], shell.commands)
    if found is None:
        return _run_file(shell, words, streams)

    def run_script(call: Call, script: str) -> int:
        inner = shell.subshell()
        inner.cwd = call.cwd
        inner.variables.update(call.env)
        inner.exported.update(call.env)
        return inner.run_text(script, call.streams)

    call = Call(tuple(words), shell.phone, streams, env=environment, cwd=shell.cwd, run=run_script)
    return run_call(found, call)


def run_call(found: Command, call: Call) -> int:
    """Run `found` for `call`; errors become a line on stderr and an exit code."""
    try:
        if not found.exclusive:
            return found.run(call)
        with call.phone.lock:
            call.exclusive = True
            try:
                return found.run(call)
            finally:
                call.exclusive = False
    except CommandError as error:
        call.err(f"{basename(call.name)}: {error}\n")
        return error.rc
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        call.err(f"{basename(call.name)}: {where}{error.strerror or error}\n")
        return 1
    finally:
        call.flush()


def find_command(name: str, commands: Mapping[str, Command]) -> Command | None:
    """Give the command called `name`, a bare name or a path in one of the program folders."""
    if "/" in name:
        return commands.get(basename(name)) if dirname(name) in PROGRAM_FOLDERS else None
    return commands.get(name)


def _run_file(shell: "Shell", words: Sequence[str], streams: Streams) -> int:
    name = words[0]
    with shell.phone.lock:
        path = normpath(join(shell.cwd, name))
        entry = shell.files.stat(path) if "/" in name else None
        if entry is None:
            shell.phone.log("unknown_command", " ".join(words))
    if entry is None:
        _log.warning("the virtual phone has no command %r, asked for by %r", name, list(words))
        shell.complain(streams, f"{name}: inaccessible or not found")
        return 127
    if entry.is_folder or not entry.mode & 0o111:
        shell.complain(streams, f"{name}: can't execute: Permission denied")
        return 126
    inner = shell.subshell()
    inner.name, inner.arguments = name, tuple(words[1:])
    return inner.run_text(entry.data.decode("utf-8", "replace"), streams)
