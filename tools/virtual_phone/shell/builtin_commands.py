"""The commands that are part of the shell itself: they change it."""

from collections.abc import Mapping, Sequence
from posixpath import join, normpath

from tools.virtual_phone.shell.command import CommandError, Streams
from tools.virtual_phone.shell.interpreter import Builtin, ExitShell, LoopSignal, Shell
from tools.virtual_phone.shell.parser import parse_script
from tools.virtual_phone.shell.programs import run_program
from tools.virtual_phone.shell.streams import line_source
from tools.virtual_phone.shell.syntax import ShellSyntaxError


def _cd(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    target = words[1] if len(words) > 1 else shell.variables.get("HOME", "/")
    if target == "-":
        target = shell.variables.get("OLDPWD", shell.cwd)
        streams.stdout.write(f"{target}\n".encode())
    path = normpath(join(shell.cwd, target))
    with shell.phone.lock:
        entry = shell.files.stat(path)
    if entry is None:
        raise CommandError(f"{target}: No such file or directory", rc=2)
    if not entry.is_folder:
        raise CommandError(f"{target}: Not a directory", rc=2)
    shell.variables["OLDPWD"] = shell.cwd
    shell.cwd = path
    return 0


def _pwd(shell: Shell, _words: Sequence[str], streams: Streams) -> int:
    streams.stdout.write(f"{shell.cwd}\n".encode())
    return 0


def _exit(shell: Shell, words: Sequence[str], _streams: Streams) -> int:
    raise ExitShell(_number(words, shell.rc))


def _break(_shell: Shell, words: Sequence[str], _streams: Streams) -> int:
    raise LoopSignal(_number(words, 1), stop=words[0] == "break")


def _number(words: Sequence[str], default: int) -> int:
    if len(words) < 2:
        return default
    try:
        return int(words[1])
    except ValueError:
        raise CommandError(f"{words[1]}: bad number") from None


def _export(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not name.isidentifier():
            raise CommandError(f"{word}: is not an identifier")
        if equals:
            shell.variables[name] = value
        shell.exported.add(name)
    if len(words) == 1:
        lines = [f"{name}={shell.variables.get(name, '')}\n" for name in sorted(shell.exported)]
        streams.stdout.write("".join(lines).encode("utf-8", "replace"))
    return 0


def _unset(shell: Shell, words: Sequence[str], _streams: Streams) -> int:
    for name in words[1:]:
        shell.variables.pop(name, None)
        shell.exported.discard(name)
    return 0


def _set(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    if len(words) == 1:
        lines = [f"{name}={value}\n" for name, value in sorted(shell.variables.items())]
        streams.stdout.write("".join(lines).encode("utf-8", "replace"))
    rest = list(words[1:])
    while rest and rest[0] in ("-e", "+e"):
        shell.stop_on_error = rest.pop(0) == "-e"
    if rest and rest[0] == "--":
        shell.arguments = tuple(rest[1:])
    elif rest and rest[0][0] in "-+":
        raise CommandError(f"{rest[0]}: unknown option")
    elif rest:
        shell.arguments = tuple(rest)
    return 0


def _shift(shell: Shell, words: Sequence[str], _streams: Streams) -> int:
    count = _number(words, 1)
    if count > len(shell.arguments):
        raise CommandError("nothing to shift")
    shell.arguments = shell.arguments[count:]
    return 0


def _read(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    names = [word for word in words[1:] if word != "-r"] or ["REPLY"]
    line = line_source(streams.stdin).read_line().decode("utf-8", "replace")
    fields = line.rstrip("\n").split(None, len(names) - 1) if len(names) > 1 else [line.strip()]
    for number, name in enumerate(names):
        shell.variables[name] = fields[number].strip() if number < len(fields) else ""
    return 0 if line else 1


def _eval(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    return _run_here(shell, " ".join(words[1:]), streams)


def _source(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    if len(words) < 2:
        raise CommandError("missing argument")
    try:
        with shell.phone.lock:
            text = shell.files.read(normpath(join(shell.cwd, words[1])))
    except OSError as error:
        raise CommandError(f"{words[1]}: {error.strerror}") from error
    return _run_here(shell, text.decode("utf-8", "replace"), streams)


def _run_here(shell: Shell, text: str, streams: Streams) -> int:
    try:
        script = parse_script(text)
    except ShellSyntaxError as error:
        raise CommandError(str(error)) from error
    shell.rc = 0
    return shell.run(script, streams)


def _exec(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    if len(words) == 1:
        shell.keep_redirects(streams)
        return 0
    raise ExitShell(_command(shell, words, streams))


def _command(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    if len(words) < 2:
        return 0
    if words[1] == "-v":
        return _type(shell, words[1:], streams)
    builtin = shell.builtins.get(words[1])
    if builtin is not None:
        return builtin(shell, words[1:], streams)
    return run_program(shell, words[1:], streams, shell.environment())


def _type(shell: Shell, words: Sequence[str], streams: Streams) -> int:
    rc = 0
    for name in words[1:]:
        if name in shell.builtins:
            streams.stdout.write(f"{name}\n".encode())
        elif name in shell.commands:
            streams.stdout.write(f"/system/bin/{name}\n".encode())
        else:
            rc = 1
    return rc


def _nothing(_shell: Shell, _words: Sequence[str], _streams: Streams) -> int:
    return 0


def all_builtins() -> Mapping[str, Builtin]:
    """Give the shell's own commands by name."""
    return {
        ".": _source,
        ":": _nothing,
        "break": _break,
        "cd": _cd,
        "command": _command,
        "continue": _break,
        "eval": _eval,
        "exec": _exec,
        "exit": _exit,
        "export": _export,
        "pwd": _pwd,
        "read": _read,
        "set": _set,
        "shift": _shift,
        "source": _source,
        "type": _type,
        "umask": _nothing,
        "unset": _unset,
        "wait": _nothing,
    }
