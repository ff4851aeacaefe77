"""Commands that make, move and remove files: cat, rm, mkdir, mv, cp, touch, chmod, tee."""

import errno
import os
import re
from collections.abc import Callable, Sequence
from posixpath import basename, join

from tools.virtual_phone.shell.command import Call, UsageError, command
from tools.virtual_phone.shell.commands.inputs import read_inputs
from tools.virtual_phone.shell.options import Options, parse_options
from tools.virtual_phone.system.filesystem import real_path

_SYMBOLIC = re.compile(r"([ugoa]*)([-+=])([rwx]*)")
_WHO = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777}
_RIGHTS = {"r": 0o444, "w": 0o222, "x": 0o111}


@command("cat")
def cat(call: Call) -> int:
    """Write files, or stdin, to stdout."""
    options = parse_options(call, "u")
    rc = 0
    for _, data in read_inputs(call, options.operands):
        if data is None:
            rc = 1
        else:
            call.out(data)
    return rc


@command("rm")
def rm(call: Call) -> int:
    """Remove files; folders with -r; -f forgives what is not there."""
    options = parse_options(call, "frRiv")
    files = call.phone.files

    def one(path: str) -> None:
        entry = files.stat(path)
        if entry is None and options.has("f"):
            return
        if entry is not None and entry.is_folder and not options.has("r", "R"):
            raise _error(errno.EISDIR)
        files.remove(path, recursive=True)

    return _each(call, _operands(options, 0 if options.has("f") else 1), one)


@command("rmdir")
def rmdir(call: Call) -> int:
    """Remove empty folders."""
    options = parse_options(call)

    def one(path: str) -> None:
        entry = call.phone.files.stat(path)
        if entry is not None and not entry.is_folder:
            raise _error(errno.ENOTDIR)
        call.phone.files.remove(path)

    return _each(call, _operands(options, 1), one)


@command("mkdir")
def mkdir(call: Call) -> int:
    """Make folders; -p makes those above too."""
    options = parse_options(call, "pv", "m")
    parents = options.has("p")
    names = _operands(options, 1)
    return _each(call, names, lambda path: call.phone.files.mkdir(path, parents=parents))


@command("mv")
def mv(call: Call) -> int:
    """Rename a file, or move several into a folder."""
    options = parse_options(call, "fiv")
    return _to_target(call, options, call.phone.files.rename)


@command("cp")
def cp(call: Call) -> int:
    """Copy files; folders with -r."""
    options = parse_options(call, "rRafpiv")
    recursive = options.has("r", "R", "a")
    files = call.phone.files

    def copy(source: str, target: str) -> None:
        entry = files.stat(source)
        if entry is None:
            raise _error(errno.ENOENT)
        if not entry.is_folder:
            kept = entry.mtime if options.has("p", "a") else 0
            files.write(target, files.read(source), mode=entry.mode, mtime=kept)
            return
        if not recursive:
            raise _error(errno.EISDIR)
        if real_path(target).startswith(real_path(source) + "/"):
            raise _error(errno.EINVAL)
        files.mkdir(target, parents=True)
        for inside in files.list(source):
            copy(inside.path, join(target, inside.name))

    return _to_target(call, options, copy)


@command("touch")
def touch(call: Call) -> int:
    """Make empty files, or give existing ones the phone's time."""
    options = parse_options(call, "acm")
    files = call.phone.files

    def one(path: str) -> None:
        entry = files.stat(path)
        if entry is None:
            if not options.has("c"):
                files.write(path, b"")
        elif not entry.is_folder:
            files.write(path, entry.data, mode=entry.mode)

    return _each(call, _operands(options, 1), one)


@command("chmod")
def chmod(call: Call) -> int:
    """Set a file's mode: octal, or `+x` and the like. Folders keep theirs."""
    # `-x` is a mode here, not an option.
    words = [word for word in call.args if word not in ("-R", "-f")]
    if len(words) < 2:
        raise UsageError("Needs 2 arguments")

    def one(path: str) -> None:
        entry = call.phone.files.stat(path)
        if entry is None:
            raise _error(errno.ENOENT)
        mode = _mode(words[0], entry.mode & 0o7777)
        if not entry.is_folder:
            call.phone.files.write(path, entry.data, mode=mode, mtime=entry.mtime)

    return _each(call, words[1:], one)


@command("tee")
def tee(call: Call) -> int:
    """Copy stdin to stdout and to files."""
    options = parse_options(call, "ai")
    data = call.stdin
    call.out(data)
    files = call.phone.files

    def one(path: str) -> None:
        if options.has("a"):
            files.append(path, data)
        else:
            files.write(path, data)

    return _each(call, options.operands, one)


def _operands(options: Options, least: int) -> list[str]:
    if len(options.operands) < least:
        raise UsageError(f"Needs {least} argument{'s' if least > 1 else ''}")
    return options.operands


def _each(call: Call, names: Sequence[str], one: Callable[[str], None]) -> int:
    """Do `one` for the path of each name; errors go to stderr and give 1."""
    rc = 0
    for name in names:
        try:
            one(call.path(name))
        except OSError as error:
            call.err(f"{call.name}: {name}: {error.strerror}\n")
            rc = 1
    return rc


def _to_target(call: Call, options: Options, one: Callable[[str, str], None]) -> int:
    *sources, target_name = _operands(options, 2)
    target = call.path(target_name)
    there = call.phone.files.stat(target)
    into = there is not None and there.is_folder
    if len(sources) > 1 and not into:
        call.err(f"{call.name}: '{target_name}' not directory\n")
        return 1

    def into_target(path: str) -> None:
        one(path, join(target, basename(path)) if into else target)

    return _each(call, sources, into_target)


def _mode(text: str, old: int) -> int:
    if re.fullmatch("[0-7]{1,4}", text):
        return int(text, 8)
    mode = old
    for part in text.split(","):
        match = _SYMBOLIC.fullmatch(part)
        if not match:
            raise UsageError(f"bad mode '{text}'")
        who = sum(_WHO[letter] for letter in set(match[1] or "a") if letter != "a")
        who = 0o777 if "a" in (match[1] or "a") else who
        rights = sum(_RIGHTS[letter] for letter in set(match[3])) & who
        if match[2] == "+":
            mode |= rights
        elif match[2] == "-":
            mode &= ~rights
        else:
            mode = (mode & ~who) | rights
    return mode


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
