"""The phone's files: an in-memory tree with posix paths; `/sdcard` is `/storage/emulated/0`."""

import errno
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from posixpath import basename, dirname, normpath
from typing import Any

FOLDER_MODE = 0o040771
FILE_MODE = 0o100644
_FORMAT_BITS = 0o170000
_FOLDER_BIT = 0o040000
_REGULAR_BIT = 0o100000
_SHARED = "/storage/emulated/0"
_ALIASES = ("/sdcard", "/storage/self/primary", "/mnt/sdcard")
_NULL = "/dev/null"
_WRITABLE = ("storage", "data", "mnt", "cache", "tmp")
_FOLDERS = (
    "/",
    "/cache",
    "/data",
    "/data/data",
    "/data/local",
    "/data/local/tmp",
    "/dev",
    "/proc",
    "/storage",
    "/storage/emulated",
    _SHARED,
    *(
        f"{_SHARED}/{name}"
        for name in ("Alarms", "Android", "DCIM", "Documents", "Download", "Movies", "Music")
    ),
    f"{_SHARED}/Pictures",
    "/system",
    "/system/bin",
    "/vendor",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as it is now; `mode` has the type bits, `mtime` is in epoch seconds."""

    path: str
    mode: int
    mtime: int
    data: bytes = b""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return basename(self.path) or "/"

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.mode & _FORMAT_BITS == _FOLDER_BIT

    @property
    def size(self) -> int:
        """Bytes of content; a folder says 4096, as Android's file systems do."""
        return 4096 if self.is_folder else len(self.data)


class FileSystem:
    """Files in memory. Errors are the built-in ones (FileNotFoundError, IsADirectoryError, ...).

    Only `/storage`, `/data`, `/mnt`, `/cache` and `/tmp` can be written to; elsewhere is EROFS.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], int] = lambda: 0,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with Android's usual folders.

        Args:
            clock: Gives the epoch seconds that a write without `mtime` gets.
            on_change: Called after every change, for caches that show files.
        """
        self._clock = clock
        self._on_change = on_change
        now = clock()
        self._entries = {path: Entry(path, FOLDER_MODE, now) for path in _FOLDERS}

    def read(self, path: str) -> bytes:
        """Give a file's content."""
        path = real_path(path)
        if path == _NULL:
            return b""
        return self._file(path).data

    def write(self, path: str, data: bytes, *, mode: int = FILE_MODE, mtime: int = 0) -> None:
        """Make or replace a file; its folder must exist. `mtime` 0 means the phone's clock."""
        path = real_path(path)
        if path == _NULL:
            return
        old = self._entries.get(path)
        if old is not None and old.is_folder:
            raise _error(errno.EISDIR, path)
        self._require_place(path)
        kind = mode & _FORMAT_BITS or _REGULAR_BIT
        mode = kind | (mode & 0o7777)
        self._entries[path] = Entry(path, mode, mtime or self._clock(), bytes(data))
        self._on_change()

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file, making it where it is not."""
        path = real_path(path)
        old = self._entries.get(path)
        if old is None or old.is_folder:
            self.write(path, data)
        else:
            self.write(path, old.data + data, mode=old.mode)

    def stat(self, path: str) -> Entry | None:
        """Give the entry at `path`, None where nothing is."""
        path = real_path(path)
        if path == _NULL:
            return Entry(_NULL, 0o020666, 0)
        return self._entries.get(path)

    def list(self, path: str) -> list[Entry]:
        """Give what lies directly in a folder, by name."""
        path = real_path(path)
        folder = self._entry(path)
        if not folder.is_folder:
            raise _error(errno.ENOTDIR, path)
        inside = [e for p, e in self._entries.items() if dirname(p) == path and p != "/"]
        if path == "/":
            shared = self._entries[_SHARED]
            inside.append(replace(shared, path="/sdcard"))
        return sorted(inside, key=lambda entry: entry.path)

    def mkdir(self, path: str, *, parents: bool = False) -> None:
        """Make a folder; with `parents` the ones above too, and an existing one is fine."""
        path = real_path(path)
        old = self._entries.get(path)
        if old is not None:
            if parents and old.is_folder:
                return
            raise _error(errno.EEXIST, path)
        if parents and dirname(path) != path:
            self.mkdir(dirname(path), parents=True)
        self._require_place(path)
        self._entries[path] = Entry(path, FOLDER_MODE, self._clock())
        self._on_change()

    def remove(self, path: str, *, recursive: bool = False) -> None:
        """Remove a file, an empty folder, or with `recursive` a folder and all in it."""
        path = real_path(path)
        entry = self._entry(path)
        self._require_writable(path)
        inside = [p for p in self._entries if p.startswith(path + "/")]
        if inside and not recursive:
            raise _error(errno.ENOTEMPTY, path)
        if entry.is_folder and path in _FOLDERS:
            raise _error(errno.EBUSY, path)
        for gone in (*inside, path):
            del self._entries[gone]
        self._on_change()

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder to a new path, replacing a file that is there."""
        old, new = real_path(old), real_path(new)
        entry = self._entry(old)
        if old == new:
            return
        there = self._entries.get(new)
        if there is not None and there.is_folder:
            raise _error(errno.EISDIR if not entry.is_folder else errno.EEXIST, new)
        if new.startswith(old + "/"):
            raise _error(errno.EINVAL, new)
        self._require_writable(old)
        if old in _FOLDERS:
            raise _error(errno.EBUSY, old)
        self._require_place(new)
        moved = [p for p in self._entries if p == old or p.startswith(old + "/")]
        for path in moved:
            target = new + path[len(old) :]
            self._entries[target] = replace(self._entries.pop(path), path=target)
        self._on_change()

    def snapshot(self) -> Mapping[str, Entry]:
        """Give the state as it is, sharing contents: cheap, for `restore`."""
        return dict(self._entries)

    def restore(self, snapshot: Mapping[str, Entry]) -> None:
        """Go back to a `snapshot`."""
        self._entries = dict(snapshot)
        self._on_change()

    def dump(self) -> dict[str, Any]:
        """Give everything as JSON-able data; contents are base64."""
        return {
            entry.path: {
                "mode": entry.mode,
                "mtime": entry.mtime,
                "data": b64encode(entry.data).decode("ascii"),
            }
            for entry in self._entries.values()
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take back what `dump` gave."""
        self.restore(
            {
                path: Entry(path, one["mode"], one["mtime"], b64decode(one["data"]))
                for path, one in dumped.items()
            }
        )

    def _entry(self, path: str) -> Entry:
        entry = self._entries.get(path)
        if entry is None:
            above = self._entries.get(dirname(path))
            not_folder = above is not None and not above.is_folder
            raise _error(errno.ENOTDIR if not_folder else errno.ENOENT, path)
        return entry

    def _file(self, path: str) -> Entry:
        entry = self._entry(path)
        if entry.is_folder:
            raise _error(errno.EISDIR, path)
        return entry

    def _require_place(self, path: str) -> None:
        self._require_writable(path)
        if not self._entry(dirname(path)).is_folder:
            raise _error(errno.ENOTDIR, path)

    def _require_writable(self, path: str) -> None:
        top = path.split("/")[1]
        if top not in _WRITABLE or path.count("/") < 2:
            raise _error(errno.EROFS, path)


def real_path(path: str) -> str:
    """Give the normalised absolute path, with `/sdcard` and the like replaced."""
    path = normpath("/" + path.lstrip("/"))
    for alias in _ALIASES:
        if path == alias or path.startswith(alias + "/"):
            return _SHARED + path[len(alias) :]
    return path


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
