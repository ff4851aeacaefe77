"""Commands about the system and for scripts: date, id, sleep, env, which, test, sh, xargs."""

import re
import shlex
from calendar import timegm
from collections.abc import Sequence
from datetime import UTC, datetime
from posixpath import basename

from tools.virtual_phone.shell.command import Call, CommandError, UsageError, command
from tools.virtual_phone.shell.commands.inputs import decode, encode
from tools.virtual_phone.shell.options import parse_options

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)")
_UNIT_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_GROUPS = "1004(input),1007(log),1011(adb),1015(sdcard_rw),1028(sdcard_r),3003(inet)"
_UNAME = {
    "s": "Linux",
    "n": "localhost",
    "r": "5.15.0-virtual",
    "v": "#1 SMP PREEMPT",
    "m": "aarch64",
    "o": "Toybox",
}


@command("date")
def date(call: Call) -> int:
    """Print the phone's date and time: +FORMAT, -d @SECONDS, -u. The time zone is UTC."""
    options = parse_options(call, "u", "dDr")
    moment = call.phone.now
    if "d" in options.values:
        moment = _moment(options.value("d"))
    form = options.operands[0] if options.operands else "+%a %b %e %H:%M:%S UTC %Y"
    if not form.startswith("+"):
        raise CommandError(f"cannot set date: Operation not permitted (to '{form}')")
    call.out(encode(_date_text(form[1:], moment) + "\n"))
    return 0


def _moment(text: str) -> datetime:
    try:
        if text.startswith("@"):
            return datetime.fromtimestamp(float(text[1:]), UTC).replace(tzinfo=None)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"bad date '{text}'") from None


def _date_text(form: str, moment: datetime) -> str:
    special = {
        "%s": str(timegm(moment.timetuple())),
        "%N": f"{moment.microsecond:06d}000",
        "%Z": "UTC",
        "%z": "+0000",
    }

    def one(match: re.Match[str]) -> str:
        found = special.get(match[0])
        return found if found is not None else moment.strftime(match[0])

    return re.sub(r"%[-_]?[A-Za-z%]", one, form)


@command("uptime")
def uptime(call: Call) -> int:
    """Print the time and that the phone has been up for long."""
    call.out(f" {call.phone.now:%H:%M:%S} up 1 day,  0 users,  load average: 0.00, 0.00, 0.00\n")
    return 0


@command("id")
def identity(call: Call) -> int:
    """Print who the shell is: -u, -g, -n."""
    options = parse_options(call, "ugnG")
    if options.has("u", "g"):
        call.out("shell\n" if options.has("n") else "2000\n")
    else:
        call.out(
            f"uid=2000(shell) gid=2000(shell) groups=2000(shell),{_GROUPS} context=u:r:shell:s0\n"
        )
    return 0


@command("whoami")
def whoami(call: Call) -> int:
    """Print `shell`."""
    call.out("shell\n")
    return 0


@command("hostname")
def hostname(call: Call) -> int:
    """Print `localhost`."""
    call.out("localhost\n")
    return 0


@command("uname")
def uname(call: Call) -> int:
    """Print what system this is: -a, or letters of snrvmo."""
    options = parse_options(call, "asnrvmop")
    chosen = [letter for letter in _UNAME if options.has("a", letter)] or ["s"]
    call.out(" ".join(_UNAME[letter] for letter in chosen) + "\n")
    return 0


@command("sleep", "usleep")
def sleep(call: Call) -> int:
    """Let the phone's own time pass; nobody waits. Units s, m, h, d."""
    if not call.args:
        raise UsageError("Needs 1 argument")
    seconds = 0.0
    for word in call.args:
        match = _DURATION.fullmatch(word)
        if not match:
            raise UsageError(f"not number '{word}'")
        seconds += float(match[1]) * _UNIT_S[match[2]]
    call.phone.sleep(seconds / 1e6 if basename(call.name) == "usleep" else seconds)
    return 0


@command("true")
def true(_call: Call) -> int:
    """Succeed."""
    return 0


@command("false")
def false(_call: Call) -> int:
    """Fail."""
    return 1


@command("sync")
def sync(_call: Call) -> int:
    """Do nothing: files are in memory."""
    return 0


@command("env", "printenv", exclusive=False)
def env(call: Call) -> int:
    """Print the environment, or run a command in a changed one: env [NAME=VALUE...] [COMMAND]."""
    if call.name.endswith("printenv") and call.args:
        values = [call.env[name] for name in call.args if name in call.env]
        call.out("".join(f"{value}\n" for value in values))
        return int(len(values) < len(call.args))
    words = list(call.args)
    changed: dict[str, str] = {}
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        changed[name] = value
    if not words:
        merged = {**call.env, **changed}
        call.out("".join(f"{name}={value}\n" for name, value in merged.items()))
        return 0
    settings = "".join(f"export {name}={shlex.quote(value)}; " for name, value in changed.items())
    return call.run_script(settings + shlex.join(words))


@command("sh", exclusive=False)
def sh(call: Call) -> int:
    """Run a script: sh -c SCRIPT, sh FILE, or from stdin."""
    words = list(call.args)
    if words and words[0] == "-c":
        if len(words) < 2:
            raise UsageError("-c: requires an argument")
        return call.run_script(_with_arguments(words[1], words[3:]))
    if not words:
        return call.run_script(decode(call.stdin))
    try:
        with call.phone.lock:
            script = decode(call.phone.files.read(call.path(words[0])))
    except OSError as error:
        raise CommandError(f"{words[0]}: {error.strerror}", rc=127) from error
    return call.run_script(_with_arguments(script, words[1:]))


def _with_arguments(script: str, arguments: Sequence[str]) -> str:
    return f"set -- {shlex.join(arguments)}\n{script}" if arguments else script


@command("xargs", exclusive=False)
def xargs(call: Call) -> int:
    """Run a command with the words of stdin as arguments: -n COUNT, -I NAME, -0, -r."""
    options = parse_options(call, "0rt", "nI", stop_at_operand=True)
    text = decode(call.stdin)
    if options.has("0"):
        words = [word for word in text.split("\0") if word]
    elif "I" in options.values:
        words = [line.strip() for line in text.splitlines() if line.strip()]
    else:
        words = text.split()
    base = options.operands or ["echo"]
    if "I" in options.values:
        name = options.value("I")
        runs = [[part.replace(name, word) for part in base] for word in words]
    else:
        size = options.number("n", max(1, len(words)))
        chunks = [words[at : at + size] for at in range(0, len(words), max(1, size))]
        runs = [[*base, *chunk] for chunk in chunks or ([] if options.has("r") else [[]])]
    rc = 0
    for run in runs:
        if call.run_script(shlex.join(run)) != 0:
            rc = 123
    return rc


@command("nohup", "nice", "time", exclusive=False)
def plainly(call: Call) -> int:
    """Run a command as it is."""
    return call.run_script(shlex.join(call.args)) if call.args else 0


@command("timeout", exclusive=False)
def timeout(call: Call) -> int:
    """Run a command; no command of this phone takes long."""
    options = parse_options(call, "iv", "ks", stop_at_operand=True)
    if len(options.operands) < 2:
        raise UsageError("Needs 2 arguments")
    return call.run_script(shlex.join(options.operands[1:]))
