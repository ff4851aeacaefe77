"""Commands that reorder or rewrite text: sort, uniq, tac, rev, seq, sed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tools.virtual_phone.shell.command import Call, UsageError, command
from tools.virtual_phone.shell.commands.inputs import encode, read_text, split_lines
from tools.virtual_phone.shell.commands.patterns import python_pattern
from tools.virtual_phone.shell.options import Options, parse_options

_NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)")
_ADDRESS = re.compile(r"(\d+|\$|/((?:[^/\\]|\\.)*)/)")


@command("sort")
def sort(call: Call) -> int:
    """Sort lines: -n -r -u -f, -k FIELD, -t SEPARATOR."""
    options = parse_options(call, "nrufbs", "kt")
    text, rc = read_text(call, options.operands)
    lines = sorted(split_lines(text), key=lambda line: _sort_key(line, options))
    if options.has("r"):
        lines.reverse()
    if options.has("u"):
        groups = groupby(lines, key=lambda line: _sort_key(line, options)[0])
        lines = [next(group) for _, group in groups]
    call.out(encode("".join(f"{line}\n" for line in lines)))
    return rc


def _sort_key(line: str, options: Options) -> tuple[tuple[float, str], str]:
    part = line
    numeric = options.has("n")
    if "k" in options.values:
        match = re.fullmatch(r"(\d+)(?:\.\d+)?([nrfb]*)(?:,(\d+)[nrfb]*)?", options.value("k"))
        if not match:
            raise UsageError(f"bad -k '{options.value('k')}'")
        separator = options.value("t") or None
        fields = line.split(separator)
        last = int(match[3]) if match[3] else len(fields)
        part = (separator or " ").join(fields[int(match[1]) - 1 : last])
        numeric = numeric or "n" in match[2]
    if options.has("f"):
        part = part.upper()
    if not numeric:
        return (0.0, part), line
    number = _NUMBER.match(part)
    return (float(number[1]) if number else 0.0, ""), line


@command("uniq")
def uniq(call: Call) -> int:
    """Drop repeated neighbours: -c counts, -d only repeated, -u only single, -i."""
    options = parse_options(call, "cdui")
    text, rc = read_text(call, options.operands)
    out = []
    for _, group in groupby(
        split_lines(text), key=lambda line: line.lower() if options.has("i") else line
    ):
        same = list(group)
        if (options.has("d") and len(same) < 2) or (options.has("u") and len(same) > 1):
            continue
        out.append(f"{len(same):>7} {same[0]}\n" if options.has("c") else f"{same[0]}\n")
    call.out(encode("".join(out)))
    return rc


@command("tac")
def tac(call: Call) -> int:
    """Print lines last first."""
    text, rc = read_text(call, parse_options(call).operands)
    call.out(encode("".join(f"{line}\n" for line in reversed(split_lines(text)))))
    return rc


@command("rev")
def rev(call: Call) -> int:
    """Print lines from right to left."""
    text, rc = read_text(call, parse_options(call).operands)
    call.out(encode("".join(f"{line[::-1]}\n" for line in split_lines(text))))
    return rc


@command("seq")
def seq(call: Call) -> int:
    """Count: seq [FIRST [STEP]] LAST."""
    try:
        numbers = [int(word) for word in call.args]
    except ValueError:
        raise UsageError("Needs whole numbers") from None
    if not 1 <= len(numbers) <= 3:
        raise UsageError("Needs 1 argument")
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    if step == 0:
        raise UsageError("bad increment")
    counted = range(first, numbers[-1] + (1 if step > 0 else -1), step)
    call.out("".join(f"{number}\n" for number in counted))
    return 0


@dataclass(frozen=True, slots=True)
class _Edit:
    """One sed command: where it holds, what it does (`s`, `d`, `p`, `q`), and with what."""

    first: str
    last: str
    negated: bool
    kind: str
    pattern: re.Pattern[str] | None = None
    replacement: str = ""
    flags: str = ""


@command("sed")
def sed(call: Call) -> int:
    """Edit lines: s/x/y/gip, d, p, q with line numbers, $ and /patterns/; -n -E -r -i -e."""
    options = parse_options(call, "nErsi", "e")
    scripts = options.values.get("e", [])
    names = options.operands
    if not scripts:
        if not names:
            raise UsageError("no script")
        scripts, names = [names[0]], names[1:]
    extended = options.has("E", "r")
    edits = [edit for script in scripts for edit in _edits(script, extended=extended)]
    quiet = options.has("n")
    if not options.has("i"):
        text, rc = read_text(call, names)
        call.out(encode(_edited(text, edits, quiet=quiet)))
        return rc
    files = call.phone.files
    for name in names:
        path = call.path(name)
        old = files.read(path).decode("utf-8", "surrogateescape")
        files.write(path, encode(_edited(old, edits, quiet=quiet)))
    return 0


def _edits(script: str, *, extended: bool) -> list[_Edit]:
    edits = []
    rest = script.strip()
    while rest:
        first, rest = _address(rest)
        last = ""
        if rest.startswith(","):
            last, rest = _address(rest[1:].lstrip())
        negated = rest.startswith("!")
        rest = rest.lstrip("!").lstrip()
        kind, rest = rest[:1], rest[1:]
        if kind == "s" and rest:
            edit, rest = _substitution(rest, (first, last), negated=negated, extended=extended)
            edits.append(edit)
        elif kind in ("d", "p", "q"):
            edits.append(_Edit(first, last, negated, kind))
        else:
            raise UsageError(f"unknown command '{kind}' in '{script}'")
        rest = rest.lstrip(" ;\n}")
    return edits


def _address(text: str) -> tuple[str, str]:
    match = _ADDRESS.match(text)
    return (match[1], text[match.end() :].lstrip()) if match else ("", text)


def _substitution(
    text: str, place: tuple[str, str], *, negated: bool, extended: bool
) -> tuple[_Edit, str]:
    mark = re.escape(text[0])
    match = re.match(
        rf"{mark}((?:\\.|(?!{mark}).)*){mark}((?:\\.|(?!{mark}).)*){mark}([gpi\d]*)", text
    )
    if not match:
        raise UsageError(f"unterminated 's{text}'")
    pattern = match[1].replace("\\" + text[0], text[0])
    # `&` is the whole match and `\1` a group in sed; the rest of a replacement is plain.
    parts = re.split(r"(\\.|&)", match[2].replace("\\" + text[0], text[0]))
    replacement = "".join(_replacement_part(part) for part in parts)
    flags = re.IGNORECASE if "i" in match[3] else 0
    try:
        compiled = re.compile(python_pattern(pattern, extended=extended), flags)
    except re.error as error:
        raise UsageError(f"bad regex '{pattern}'") from error
    edit = _Edit(*place, negated, "s", compiled, replacement, match[3])
    return edit, text[match.end() :]


def _replacement_part(part: str) -> str:
    if part == "&":
        return r"\g<0>"
    if len(part) == 2 and part[0] == "\\":
        if part[1].isdigit():
            return rf"\g<{part[1]}>"
        return {"n": "\n", "t": "\t"}.get(part[1], part[1].replace("\\", r"\\"))
    return part.replace("\\", r"\\")


def _edited(text: str, edits: Sequence[_Edit], *, quiet: bool) -> str:
    lines = split_lines(text)
    out: list[str] = []
    inside: set[int] = set()
    for number, original in enumerate(lines, 1):
        line, dropped, ended = original, False, False
        for index, edit in enumerate(edits):
            if _holds(edit, index, number, line, len(lines), inside) == edit.negated:
                continue
            if edit.kind == "d":
                dropped = True
                break
            if edit.kind == "p":
                out.append(line)
            elif edit.kind == "q":
                ended = True
                break
            elif edit.pattern is not None:
                count = 0 if "g" in edit.flags else 1
                line, changes = edit.pattern.subn(edit.replacement, line, count=count)
                if changes and "p" in edit.flags:
                    out.append(line)
        if not (dropped or quiet):
            out.append(line)
        if ended:
            break
    return "".join(f"{line}\n" for line in out)


def _holds(edit: _Edit, index: int, number: int, line: str, total: int, inside: set[int]) -> bool:
    if not edit.first:
        return True
    if not edit.last:
        return _at(edit.first, number, line, total)
    if index in inside:
        if _at(edit.last, number, line, total):
            inside.discard(index)
        return True
    if not _at(edit.first, number, line, total):
        return False
    past = edit.last.isdigit() and int(edit.last) <= number
    if not past:
        inside.add(index)
    return True


def _at(address: str, number: int, line: str, total: int) -> bool:
    if address == "$":
        return number == total
    if address.isdigit():
        return number == int(address)
    return bool(re.search(python_pattern(address[1:-1], extended=False), line))
