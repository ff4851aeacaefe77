"""`sync:`: push, pull, stat and list, in the old messages and the newer (STA2, LST2, LIS2)."""

import errno
import os
import struct
from collections.abc import Callable
from posixpath import dirname
from stat import S_IFLNK, S_IFMT

from tools.virtual_phone.shell.commands.listing import inode
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.system.filesystem import Entry
from tools.virtual_phone.wire.channel import BufferedChannel, Channel

_DATA_MAX = 64 * 1024
_PATH_MAX = 4096
_STAT_V2 = struct.Struct("<IQQIIIIQqqq")
_USER = 2000
_FOLDER_BITS = 0o040000
_U32 = 0xFFFFFFFF


class SyncService:
    """One sync conversation: messages until QUIT or the client goes."""

    def __init__(self, phone: PhonePort, channel: Channel) -> None:
        """Serve the files of `phone` on `channel`."""
        self._phone = phone
        self._channel = channel
        self._input = BufferedChannel(channel)
        self._messages: dict[bytes, Callable[[str], None]] = {
            b"STAT": self._stat,
            b"LSTA": self._stat,
            b"STA2": lambda path: self._stat_v2(path, b"STA2"),
            b"LST2": lambda path: self._stat_v2(path, b"LST2"),
            b"LIST": lambda path: self._list(path, v2=False),
            b"LIS2": lambda path: self._list(path, v2=True),
            b"RECV": self._receive,
            b"SEND": self._send,
        }

    def run(self) -> None:
        """Answer messages until the client says QUIT or something that is none."""
        while True:
            kind = self._input.exactly(4)
            length = self._input.number()
            if kind == b"QUIT":
                return
            answer = self._messages.get(kind)
            if answer is None or length > _PATH_MAX:
                self._fail(f"unknown sync message {kind!r} of {length} bytes")
                return
            answer(self._input.exactly(length).decode("utf-8", "surrogateescape"))

    def _entry(self, path: str) -> Entry | None:
        with self._phone.lock:
            return self._phone.files.stat(path)

    def _stat(self, path: str) -> None:
        entry = self._entry(path)
        facts = (entry.mode, entry.size & _U32, entry.mtime & _U32) if entry else (0, 0, 0)
        self._channel.write(b"STAT" + struct.pack("<III", *facts))

    def _stat_v2(self, path: str, kind: bytes) -> None:
        self._channel.write(kind + _facts_v2(self._entry(path)))

    def _list(self, path: str, *, v2: bool) -> None:
        with self._phone.lock:
            try:
                inside = self._phone.files.list(path)
            except OSError:
                # As on a phone: a folder that cannot be read is an empty list.
                inside = []
        out = []
        for entry in inside:
            name = entry.name.encode("utf-8", "surrogateescape")
            if v2:
                out.append(b"DNT2" + _facts_v2(entry))
            else:
                facts = (entry.mode, entry.size & _U32, entry.mtime & _U32)
                out.append(b"DENT" + struct.pack("<III", *facts))
            out.append(struct.pack("<I", len(name)) + name)
        out.append(b"DONE" + bytes(_STAT_V2.size + 4 if v2 else 16))
        self._channel.write(b"".join(out))

    def _receive(self, path: str) -> None:
        try:
            with self._phone.lock:
                data = self._phone.files.read(path)
        except OSError as error:
            self._fail(f"open failed: {error.strerror}")
            return
        view = memoryview(data)
        batch = 16 * _DATA_MAX
        for start in range(0, len(data), batch):
            out: list[bytes | memoryview] = []
            for at in range(start, min(start + batch, len(data)), _DATA_MAX):
                piece = view[at : at + _DATA_MAX]
                out += (b"DATA" + struct.pack("<I", len(piece)), piece)
            self._channel.write(b"".join(out))
        self._channel.write(b"DONE" + bytes(4))

    def _send(self, target: str) -> None:
        path, _, mode_text = target.rpartition(",")
        chunks = []
        while (kind := self._input.exactly(4)) == b"DATA":
            chunks.append(self._input.exactly(self._input.number()))
        if kind != b"DONE":
            self._fail(f"invalid data message: expected DATA or DONE, got {kind!r}")
            return
        mtime = self._input.number()
        try:
            self._store(path, mode_text, b"".join(chunks), mtime)
        except OSError as error:
            self._fail(f"couldn't create file: {error.strerror}")
        else:
            self._channel.write(b"OKAY" + bytes(4))

    def _store(self, path: str, mode_text: str, data: bytes, mtime: int) -> None:
        mode = int(mode_text) if mode_text.isdecimal() else 0
        if not path or not mode_text.isdecimal():
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if S_IFMT(mode) == S_IFLNK:
            raise OSError(errno.EPERM, "this phone has no symbolic links")
        with self._phone.lock:
            files = self._phone.files
            if S_IFMT(mode) == _FOLDER_BITS:
                files.mkdir(path, parents=True)
                return
            files.mkdir(dirname(path), parents=True)
            files.write(path, data, mode=0o100000 | (mode & 0o777), mtime=mtime)

    def _fail(self, message: str) -> None:
        text = message.encode("utf-8", "replace")
        self._channel.write(b"FAIL" + struct.pack("<I", len(text)) + text)


def _facts_v2(entry: Entry | None) -> bytes:
    if entry is None:
        return _STAT_V2.pack(errno.ENOENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    links, when = 2 if entry.is_folder else 1, entry.mtime
    owner = (_USER, _USER)
    return _STAT_V2.pack(
        0, 1, inode(entry), entry.mode, links, *owner, entry.size, when, when, when
    )
