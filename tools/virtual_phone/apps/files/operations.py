"""Moving, copying, finding and naming files."""

import errno
from collections.abc import Callable, Iterable
from typing import Any

from tools.virtual_phone.apps.files import kinds
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry, FileSystem

SORTS = ("name", "date", "size", "kind")
_LONGEST_NAME_BYTES = 255
_REASONS = {
    errno.EBUSY: "This is a folder of the system and cannot be changed",
    errno.EEXIST: "There is already a folder with this name there",
    errno.EISDIR: "There is already a folder with this name there",
    errno.EINVAL: "A folder cannot be put into itself",
    errno.ENOENT: "This is no longer there",
}


def name_problem(files: FileSystem, folder: str, name: str, *, old: str = "") -> str:
    """Why something in a folder cannot be called so (in English); empty if it can."""
    if not name:
        return "Enter a name"
    if "/" in name or "\0" in name or name in (".", ".."):
        return "A name cannot contain /"
    if len(name.encode()) > _LONGEST_NAME_BYTES:
        return "This name is too long"
    if name != old and files.stat(f"{folder}/{name}") is not None:
        return "This name is already taken"
    return ""


def reason(error: OSError) -> str:
    """What to tell (in English) when the file system refused."""
    return _REASONS.get(error.errno or 0, "This did not work")


def move(files: FileSystem, path: str, folder: str) -> None:
    """Move into a folder, under another name where its own is taken.

    Raises:
        OSError: If the file system refuses.
    """
    if path.rpartition("/")[0] == folder:
        return
    files.rename(path, free_name(files, folder, path.rpartition("/")[2]))


def copy(files: FileSystem, path: str, folder: str) -> None:
    """Copy a file, or a folder with all in it, into a folder.

    Raises:
        OSError: If the file system refuses, as for a folder into itself.
    """
    if folder == path or folder.startswith(path + "/"):
        raise OSError(errno.EINVAL, "a folder into itself", path)
    _copy(files, path, free_name(files, folder, path.rpartition("/")[2]))


def free_name(files: FileSystem, folder: str, name: str) -> str:
    """The path of a name in a folder: `name (1).txt` where `name.txt` is taken."""
    stem, dot, tail = name.rpartition(".")
    if not stem:
        stem, dot, tail = name, "", ""
    number, path = 0, f"{folder}/{name}"
    while files.stat(path) is not None:
        number += 1
        path = f"{folder}/{stem} ({number}){dot}{tail}"
    return path


def shown(ctx: Context, folder: str) -> list[Entry]:
    """What lies in a folder, hidden things left out, in the order that was chosen."""
    return in_order(ctx, (entry for entry in ctx.files.list(folder) if entry.name[0] != "."))


def everything(files: FileSystem, folder: str) -> list[Entry]:
    """All that lies in a folder and the folders in it; hidden things left out."""
    found: list[Entry] = []
    for entry in files.list(folder):
        if entry.name[0] == ".":
            continue
        found.append(entry)
        if entry.is_folder:
            found += everything(files, entry.path)
    return found


def in_order(ctx: Context, entries: Iterable[Entry]) -> list[Entry]:
    """Folders first, then by what was chosen: name, date (newest), size (largest) or kind."""
    by: dict[str, Callable[[Entry], Any]] = {
        "name": lambda _: 0,
        "date": lambda entry: -entry.mtime,
        "size": lambda entry: -entry.size,
        "kind": lambda entry: (kinds.kind(entry), kinds.ending(entry.name)),
    }
    chosen = by[ctx.shared.get("sort", "name")]
    return sorted(
        entries, key=lambda entry: (not entry.is_folder, chosen(entry), entry.name.casefold())
    )


def _copy(files: FileSystem, path: str, target: str) -> None:
    entry = files.stat(path)
    if entry is None:
        raise OSError(errno.ENOENT, "gone", path)
    if not entry.is_folder:
        files.write(target, entry.data, mtime=entry.mtime)
        return
    files.mkdir(target)
    for inside in files.list(path):
        _copy(files, inside.path, f"{target}/{inside.name}")
