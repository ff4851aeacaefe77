"""Commands that print and pick text: echo, printf, grep, cut, head, tail, wc, tr, rev."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from tools.virtual_phone.shell.command import Call, CommandError, UsageError, command
from tools.virtual_phone.shell.commands.inputs import (
    decode,
    encode,
    read_inputs,
    read_text,
    split_lines,
)
from tools.virtual_phone.shell.commands.patterns import python_pattern
from tools.virtual_phone.shell.escapes import decode_escapes, escaped_bytes
from tools.virtual_phone.shell.options import parse_options

_ECHO_OPTION = re.compile(r"-[neE]+")
_DIRECTIVE = re.compile(r"%(?:%|([-+ #0]*)(\d{1,4}|\*)?(?:\.(\d{1,4}))?([sbcdiouxXeEfgGq]))")


@command("echo")
def echo(call: Call) -> int:
    """Print the arguments. As in Android's shell, escapes count unless -E is given."""
    words = list(call.args)
    newline, escapes = True, True
    while words and _ECHO_OPTION.fullmatch(words[0]):
        for letter in words.pop(0)[1:]:
            newline = newline and letter != "n"
            if letter in "eE":
                escapes = letter == "e"
    text, ended = " ".join(words), False
    if escapes:
        text, ended = decode_escapes(text)
    call.out(escaped_bytes(text) + (b"\n" if newline and not ended else b""))
    return 0


@command("printf")
def printf(call: Call) -> int:
    """Print by a format, again and again while arguments are left."""
    if not call.args:
        raise UsageError("Needs 1 argument")
    form, ended = decode_escapes(call.args[0].replace("\\c", ""))
    rest = list(call.args[1:])
    out: list[str] = []
    while not ended:
        before = len(rest)
        text, ended = _formatted(form, rest)
        out.append(text)
        if not rest or len(rest) == before:
            break
    call.out(escaped_bytes("".join(out)))
    return 0


def _formatted(form: str, rest: list[str]) -> tuple[str, bool]:
    """Fill `form` from `rest`, taking from its front; tell whether a `%b` ended all output."""
    out: list[str] = []
    at = 0
    for match in _DIRECTIVE.finditer(form):
        out.append(form[at : match.start()])
        at = match.end()
        flags, width, digits, kind = match.groups()
        if kind is None:
            out.append("%")
            continue
        if width == "*":
            width = rest.pop(0) if rest else "0"
            if not re.fullmatch(r"-?\d{1,4}", width):
                raise CommandError(f"{width}: not a number")
        value = rest.pop(0) if rest else ""
        ended = False
        if kind == "b":
            value, ended = decode_escapes(value)
        out.append(_one(f"%{flags}{width or ''}", digits, kind, value))
        if ended:
            return "".join(out), True
    out.append(form[at:])
    return "".join(out), False


def _one(head: str, digits: str | None, kind: str, value: str) -> str:
    after = f".{digits}" if digits is not None else ""
    if kind in "sbq":
        return f"{head}{after}s" % value
    if kind == "c":
        return f"{head}s" % value[:1]
    try:
        if kind in "eEfgG":
            return f"{head}{after}{kind}" % float(value or 0)
        if value[:1] in ("'", '"'):
            return f"{head}{after}{kind}" % ord(value[1:2] or "\0")
        negative, bare = value.startswith("-"), value.lstrip("+-")
        octal = bare.startswith("0") and bare.isdigit()
        number = int(bare or "0", 8 if octal else 0)
    except ValueError:
        raise CommandError(f"{value}: not a number") from None
    return f"{head}{after}{'d' if kind in 'iu' else kind}" % (-number if negative else number)


@command("grep", "egrep", "fgrep")
def grep(call: Call) -> int:
    """Print lines that match: -ivcnoqEFwxlLHh, -m COUNT, -e PATTERN, -A -B -C LINES."""
    options = parse_options(call, "ivcnoqEFwxlLHhsarR", "emABC")
    patterns = options.values.get("e", [])
    names = options.operands
    if not patterns:
        if not names:
            raise UsageError("no REGEX", rc=2)
        patterns, names = names[0].split("\n"), names[1:]
    fixed = options.has("F") or call.name.endswith("fgrep")
    extended = options.has("E") or call.name.endswith("egrep")
    pattern = _pattern(patterns, fixed=fixed, extended=extended, whole=options.flags)
    show_names = options.has("H") or (len(names) > 1 and not options.has("h"))
    around = options.number("C", 0)
    context = (options.number("B", around), options.number("A", around))
    any_found, rc = False, 0
    for name, data in read_inputs(call, names):
        if data is None:
            rc = 2
            continue
        lines = split_lines(decode(data))
        hits = [n for n, line in enumerate(lines) if bool(pattern.search(line)) != options.has("v")]
        if "m" in options.values:
            hits = hits[: options.number("m", 0)]
        any_found = any_found or bool(hits)
        shown = name if name != "-" else "(standard input)"
        if options.has("q"):
            continue
        if options.has("l", "L"):
            call.out(f"{shown}\n" if bool(hits) == options.has("l") else "")
            continue
        head = f"{shown}:" if show_names else ""
        if options.has("c"):
            call.out(f"{head}{len(hits)}\n")
            continue
        for number, text, mark in _hit_lines(lines, hits, pattern, options.flags, context):
            where = f"{number + 1}{mark}" if options.has("n") else ""
            call.out(encode((head[:-1] + mark if head else "") + where + text + "\n"))
    return rc or int(not any_found)


def _pattern(
    patterns: Sequence[str], *, fixed: bool, extended: bool, whole: set[str]
) -> re.Pattern[str]:
    sources = []
    for pattern in patterns:
        source = re.escape(pattern) if fixed else python_pattern(pattern, extended=extended)
        if "w" in whole:
            source = rf"(?<!\w)(?:{source})(?!\w)"
        sources.append(rf"^(?:{source})$" if "x" in whole else f"(?:{source})")
    try:
        return re.compile("|".join(sources), re.IGNORECASE if "i" in whole else 0)
    except re.error as error:
        raise UsageError(f"bad REGEX '{patterns[0]}'", rc=2) from error


def _hit_lines(
    lines: Sequence[str],
    hits: Sequence[int],
    pattern: re.Pattern[str],
    flags: set[str],
    context: tuple[int, int],
) -> Iterator[tuple[int, str, str]]:
    if "o" in flags:
        for number in hits:
            for match in pattern.finditer(lines[number]):
                if match.group():
                    yield number, match.group(), ":"
        return
    chosen = set(hits)
    shown: set[int] = set()
    for hit in hits:
        shown.update(range(max(0, hit - context[0]), min(len(lines), hit + context[1] + 1)))
    for number in sorted(shown):
        yield number, lines[number], ":" if number in chosen else "-"


@command("cut")
def cut(call: Call) -> int:
    """Print fields (-f LIST -d CHAR) or characters (-c LIST, -b LIST) of each line."""
    options = parse_options(call, "sn", "fdcbO")
    kinds = [kind for kind in "fcb" if kind in options.values]
    if len(kinds) != 1:
        raise UsageError("Needs -fcb")
    ranges = _ranges(options.value(kinds[0]))
    delimiter = options.value("d", "\t")[:1]
    text, rc = read_text(call, options.operands)
    out = []
    for line in split_lines(text):
        if kinds[0] != "f":
            out.append("".join(char for n, char in enumerate(line, 1) if _in(n, ranges)))
        elif delimiter in line:
            fields = line.split(delimiter)
            kept = [one for n, one in enumerate(fields, 1) if _in(n, ranges)]
            out.append(options.value("O", delimiter).join(kept))
        elif not options.has("s"):
            out.append(line)
    call.out(encode("".join(f"{line}\n" for line in out)))
    return rc


def _ranges(text: str) -> list[tuple[int, int]]:
    ranges = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d*)(-?)(\d*)", part)
        if not match or part in ("", "-"):
            raise UsageError(f"bad list '{text}'")
        first = int(match[1] or 1)
        last = int(match[3]) if match[3] else (2**31 if match[2] else first)
        ranges.append((first, last))
    return ranges


def _in(number: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= number <= last for first, last in ranges)


@command("head")
def head(call: Call) -> int:
    """Print the first lines (-n 10) or bytes (-c N) of each file."""
    return _ends(call, first=True)


@command("tail")
def tail(call: Call) -> int:
    """Print the last lines (-n 10, or from +N on) or bytes (-c N) of each file."""
    return _ends(call, first=False)


def _ends(call: Call, *, first: bool) -> int:
    # `head -5` is `head -n 5`.
    if call.args and re.fullmatch(r"-\d+", call.args[0]):
        call.argv = (call.name, f"-n{call.args[0][1:]}", *call.args[1:])
    options = parse_options(call, "qvf" if not first else "qv", "nc")
    unit = "c" if "c" in options.values else "n"
    text = options.value(unit, "10")
    if not re.fullmatch(r"[-+]?\d+", text):
        raise UsageError(f"not integer: {text}")
    rc = 0
    for number, (name, data) in enumerate(read_inputs(call, options.operands)):
        if data is None:
            rc = 1
            continue
        if (len(options.operands) > 1 and not options.has("q")) or options.has("v"):
            call.out(("\n" if number else "") + f"==> {name} <==\n")
        pieces: Sequence[bytes] = data.splitlines(keepends=True) if unit == "n" else [data]
        if unit == "n":
            pieces = re.findall(rb"[^\n]*\n|[^\n]+", data)
            call.out(b"".join(pieces[_slice(text, first=first)]))
        else:
            call.out(data[_slice(text, first=first)])
    return rc


def _slice(text: str, *, first: bool) -> slice:
    count = abs(int(text))
    if first:
        return slice(None, -count or None) if text[0] == "-" else slice(None, count)
    if text[0] == "+":
        return slice(max(0, count - 1), None)
    return slice(-count, None) if count else slice(0, 0)


@command("wc")
def wc(call: Call) -> int:
    """Count lines, words, bytes (-l -w -c) and characters (-m)."""
    options = parse_options(call, "lwcm")
    kinds = [kind for kind in "lwcm" if options.has(kind)] or ["l", "w", "c"]
    totals = dict.fromkeys("lwcm", 0)
    rc, rows = 0, 0
    for name, data in read_inputs(call, options.operands):
        if data is None:
            rc = 1
            continue
        counts = {
            "l": data.count(b"\n"),
            "w": len(data.split()),
            "c": len(data),
            "m": len(decode(data)),
        }
        totals = {kind: totals[kind] + counts[kind] for kind in totals}
        rows += 1
        call.out(_counted(counts, kinds, name if options.operands else ""))
    if rows > 1:
        call.out(_counted(totals, kinds, "total"))
    return rc


def _counted(counts: dict[str, int], kinds: Sequence[str], name: str) -> str:
    return " ".join([*(str(counts[kind]) for kind in kinds), *([name] if name else [])]) + "\n"


@command("tr")
def tr(call: Call) -> int:
    """Replace (SET1 SET2), delete (-d) or squeeze (-s) characters of stdin; -c: all others."""
    options = parse_options(call, "dsCct", stop_at_operand=True)
    if not options.operands:
        raise UsageError("Needs 1 argument")
    sets = [_characters(one) for one in options.operands]
    text = decode(call.stdin)
    named = set(sets[0])
    others = options.has("c", "C")
    if options.has("d"):
        text = "".join(char for char in text if (char in named) == others)
    elif len(sets) > 1:
        new = sets[1] or [""]
        if others:
            text = "".join(char if char in named else new[-1] for char in text)
        else:
            table = {char: new[min(n, len(new) - 1)] for n, char in enumerate(sets[0])}
            text = "".join(table.get(char, char) for char in text)
    if options.has("s"):
        runs = groupby(text)
        squeezed = set(sets[-1])
        text = "".join(c if c in squeezed else c * len(list(run)) for c, run in runs)
    call.out(encode(text))
    return 0


def _characters(text: str) -> list[str]:
    expansions = {
        "lower": "abcdefghijklmnopqrstuvwxyz",
        "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "digit": "0123456789",
        "space": " \t\n\r\f\v",
    }
    for name, chars in expansions.items():
        text = text.replace(f"[:{name}:]", chars)
    text = decode_escapes(text)[0]
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            out += [chr(code) for code in range(ord(text[at]), ord(text[at + 2]) + 1)]
            at += 3
        else:
            out.append(text[at])
            at += 1
    return out
