"""Commands that look at files: ls, stat, du, df, find, md5sum, realpath, basename, dirname."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from posixpath import basename, dirname, join
from stat import filemode

from tools.virtual_phone.shell.command import Call, UsageError, command
from tools.virtual_phone.shell.commands.inputs import read_inputs
from tools.virtual_phone.shell.options import Options, parse_options
from tools.virtual_phone.system.filesystem import Entry, real_path

_DISK_KB = 64 * 1024 * 1024
_UNITS = "KMGTP"


@command("ls", "ll")
def ls(call: Call) -> int:
    """List files and folders, by name unless -t or -S."""
    options = parse_options(call, "1AaCdFhilnpRrStqZ")
    if call.name == "ll":
        options.flags.add("l")
    files: list[tuple[str, Entry]] = []
    folders: list[tuple[str, Entry]] = []
    rc = 0
    for name in options.operands or ["."]:
        entry = call.phone.files.stat(call.path(name))
        if entry is None:
            call.err(f"ls: {name}: No such file or directory\n")
            rc = 1
        elif entry.is_folder and not options.has("d"):
            folders.append((name, entry))
        else:
            files.append((name, entry))
    _write_entries(call, _sorted(files, options), options)
    headed = len(options.operands) > 1 or options.has("R")
    for number, (name, _) in enumerate(folders):
        if files or number:
            call.out("\n")
        _write_folder(call, name, options, headed=headed)
    return rc


def _write_folder(call: Call, name: str, options: Options, *, headed: bool) -> None:
    if headed:
        call.out(f"{name}:\n")
    path = call.path(name)
    inside = [(entry.name, entry) for entry in call.phone.files.list(path)]
    if not options.has("a", "A"):
        inside = [one for one in inside if not one[0].startswith(".")]
    inside = _sorted(inside, options)
    if options.has("l", "n"):
        blocks = sum(-(-entry.size // 4096) * 4 for _, entry in inside)
        call.out(f"total {blocks}\n")
    own = call.phone.files.stat(path)
    dots = [(".", own), ("..", own)] if options.has("a") and own is not None else []
    _write_entries(call, [*dots, *inside], options)
    if options.has("R"):
        for child, entry in inside:
            if entry.is_folder:
                call.out("\n")
                _write_folder(call, join(name, child), options, headed=True)


def _sorted(entries: list[tuple[str, Entry]], options: Options) -> list[tuple[str, Entry]]:
    ordered = sorted(entries, key=lambda one: one[0])
    if options.has("t"):
        ordered.sort(key=lambda one: -one[1].mtime)
    if options.has("S"):
        ordered.sort(key=lambda one: -one[1].size)
    return ordered[::-1] if options.has("r") else ordered


def _write_entries(call: Call, entries: list[tuple[str, Entry]], options: Options) -> None:
    width = max((len(_size(entry, options)) for _, entry in entries), default=0)
    lines = []
    for name, entry in entries:
        shown = name
        if entry.is_folder and options.has("F", "p"):
            shown += "/"
        if options.has("l", "n"):
            owner = "2000 2000" if options.has("n") else "shell shell"
            size = _size(entry, options).rjust(width)
            links = 2 if entry.is_folder else 1
            when = f"{_when(entry):%Y-%m-%d %H:%M}"
            shown = f"{filemode(entry.mode)} {links} {owner} {size} {when} {shown}"
        if options.has("i"):
            shown = f"{inode(entry)} {shown}"
        lines.append(shown + "\n")
    call.out("".join(lines))


def _size(entry: Entry, options: Options) -> str:
    return human_size(entry.size) if options.has("h") else str(entry.size)


def human_size(size: int) -> str:
    """Give a size in bytes as people read it: `1.5K`, `12M`."""
    if size < 1024:
        return str(size)
    value, unit = size / 1024, 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f}{_UNITS[unit]}" if value < 10 else f"{value:.0f}{_UNITS[unit]}"


def inode(entry: Entry) -> int:
    """Give a number for a file that stays the same."""
    name = entry.path.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "little")


def _when(entry: Entry) -> datetime:
    return datetime.fromtimestamp(entry.mtime, UTC)


@command("stat")
def stat(call: Call) -> int:
    """Show what is known of files; -c FORMAT (%n %s %Y %y %a %A %F %i %U %G %u %g)."""
    options = parse_options(call, "L", "c")
    if not options.operands:
        raise UsageError("Needs 1 argument")
    rc = 0
    for name in options.operands:
        entry = call.phone.files.stat(call.path(name))
        if entry is None:
            call.err(f"stat: '{name}': No such file or directory\n")
            rc = 1
        elif "c" in options.values:
            call.out(_formatted(options.value("c"), name, entry) + "\n")
        else:
            call.out(_described(name, entry))
    return rc


def _kind(entry: Entry) -> str:
    if entry.is_folder:
        return "directory"
    return "regular file" if entry.size else "regular empty file"


def _formatted(form: str, name: str, entry: Entry) -> str:
    values = {
        "n": name,
        "N": f"'{name}'",
        "s": str(entry.size),
        "Y": str(entry.mtime),
        "X": str(entry.mtime),
        "y": f"{_when(entry):%Y-%m-%d %H:%M:%S.000000000 +0000}",
        "a": f"{entry.mode & 0o7777:o}",
        "A": filemode(entry.mode),
        "f": f"{entry.mode:x}",
        "F": _kind(entry),
        "i": str(inode(entry)),
        "U": "shell",
        "G": "shell",
        "u": "2000",
        "g": "2000",
        "b": str(-(-entry.size // 4096) * 8),
        "B": "512",
        "%": "%",
    }
    parts = form.split("%")
    out = [parts[0]]
    at = 1
    while at < len(parts):
        if parts[at] == "" and at + 1 < len(parts):
            out.append("%" + parts[at + 1])
            at += 2
            continue
        letter, rest = parts[at][:1], parts[at][1:]
        out.append(values.get(letter, "?") + rest)
        at += 1
    return "".join(out)


def _described(name: str, entry: Entry) -> str:
    when = f"{_when(entry):%Y-%m-%d %H:%M:%S.000000000 +0000}"
    mode = f"({entry.mode & 0o7777:04o}/{filemode(entry.mode)})"
    blocks = -(-entry.size // 4096) * 8
    return (
        f"  File: {name}\n"
        f"  Size: {entry.size}\t Blocks: {blocks}\t IO Blocks: 512\t{_kind(entry)}\n"
        f"Device: fd00h/64768d\t Inode: {inode(entry)}\t Links: 1\n"
        f"Access: {mode}\tUid: ( 2000/   shell)\tGid: ( 2000/   shell)\n"
        f"Access: {when}\nModify: {when}\nChange: {when}\n"
    )


@command("du")
def du(call: Call) -> int:
    """Tell how much files take, in KiB."""
    options = parse_options(call, "ahksc", "d")
    rc = 0
    for name in options.operands or ["."]:
        entry = call.phone.files.stat(call.path(name))
        if entry is None:
            call.err(f"du: {name}: No such file or directory\n")
            rc = 1
            continue
        for path, one in _walk(call, name, entry):
            if path != name and (options.has("s") or not (one.is_folder or options.has("a"))):
                continue
            size = sum(-(-e.size // 4096) * 4096 for _, e in _walk(call, path, one))
            shown = human_size(size) if options.has("h") else str(size // 1024)
            call.out(f"{shown}\t{path}\n")
    return rc


def _walk(call: Call, name: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    """Give `name` and all in it, what is inside a folder before the folder."""
    if entry.is_folder:
        for inside in call.phone.files.list(call.path(name)):
            yield from _walk(call, join(name, inside.name), inside)
    yield name, entry


@command("df")
def df(call: Call) -> int:
    """Tell how full the storage is, in KiB."""
    options = parse_options(call, "hkaP")
    used = sum(entry.size for _, entry in _walk_all(call)) // 1024 + 4 * 1024 * 1024
    head = ("Filesystem", "Size" if options.has("h") else "1K-blocks", "Used", "Available")
    sizes = (_DISK_KB, used, _DISK_KB - used)
    shown = [human_size(size * 1024) if options.has("h") else str(size) for size in sizes]
    share = f"{100 * used // _DISK_KB}%"
    rows = [(*head, "Use%", "Mounted on")]
    for device, place in (("/dev/block/dm-1", "/data"), ("/dev/fuse", "/storage/emulated")):
        inside = [call.path(name) for name in options.operands]
        if inside and not any(real_path(path).startswith(place) for path in inside):
            continue
        rows.append((device, shown[0], shown[1], shown[2], share, place))
    call.out("".join(f"{a:<15} {b:>10} {c:>10} {d:>10} {e:>4} {f}\n" for a, b, c, d, e, f in rows))
    return 0


def _walk_all(call: Call) -> Iterator[tuple[str, Entry]]:
    for top in ("/data", "/storage"):
        entry = call.phone.files.stat(top)
        if entry is not None:
            yield from _walk(call, top, entry)


@command("md5sum", "sha1sum", "sha256sum")
def md5sum(call: Call) -> int:
    """Give checksums of files or stdin; -b gives the sum alone."""
    options = parse_options(call, "b")
    rc = 0
    for name, data in read_inputs(call, options.operands):
        if data is None:
            rc = 1
            continue
        total = hashlib.new(basename(call.name).removesuffix("sum"), data, usedforsecurity=False)
        call.out(total.hexdigest() + ("\n" if options.has("b") else f"  {name}\n"))
    return rc


@command("find")
def find(call: Call) -> int:
    """Find files under paths: -name, -iname, -type f|d, -maxdepth N, -print."""
    words = list(call.args)
    starts = []
    while words and not words[0].startswith("-"):
        starts.append(words.pop(0))
    rules: dict[str, str] = {}
    while words:
        rule = words.pop(0)
        if rule == "-print":
            continue
        if rule not in ("-name", "-iname", "-type", "-maxdepth") or not words:
            raise UsageError(f"bad {rule}")
        rules[rule] = words.pop(0)
    rc = 0
    for start in starts or ["."]:
        entry = call.phone.files.stat(call.path(start))
        if entry is None:
            call.err(f"find: '{start}': No such file or directory\n")
            rc = 1
            continue
        for path, one in sorted(_walk(call, start, entry), key=lambda found: found[0]):
            if _matches(path, start, one, rules):
                call.out(path + "\n")
    return rc


def _matches(path: str, start: str, entry: Entry, rules: dict[str, str]) -> bool:
    name = basename(path)
    if "-name" in rules and not fnmatchcase(name, rules["-name"]):
        return False
    if "-iname" in rules and not fnmatchcase(name.lower(), rules["-iname"].lower()):
        return False
    if rules.get("-type") not in (None, "d" if entry.is_folder else "f"):
        return False
    depth = path[len(start) :].strip("/")
    most = rules.get("-maxdepth")
    return most is None or (depth.count("/") + 1 if depth else 0) <= int(most)


@command("realpath", "readlink")
def realpath(call: Call) -> int:
    """Give the real paths of files: `/sdcard` is a link."""
    options = parse_options(call, "fe")
    for name in options.operands:
        call.out(real_path(call.path(name)) + "\n")
    return 0


@command("basename")
def basename_(call: Call) -> int:
    """Give the last part of a path, without a suffix."""
    if not call.args:
        raise UsageError("Needs 1 argument")
    name = basename(call.args[0].rstrip("/")) or "/"
    suffix = call.args[1] if len(call.args) > 1 else ""
    call.out((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


@command("dirname")
def dirname_(call: Call) -> int:
    """Give the folder part of paths."""
    if not call.args:
        raise UsageError("Needs 1 argument")
    for name in call.args:
        call.out((dirname(name.rstrip("/")) or ("/" if name.startswith("/") else ".")) + "\n")
    return 0
