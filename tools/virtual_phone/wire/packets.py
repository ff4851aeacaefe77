"""Messages of the ADB transport: 24 bytes of header, then the payload."""

import socket
import struct
from dataclasses import dataclass

from tools.virtual_phone.shell.streams import StreamClosedError

CNXN = 0x4E584E43
AUTH = 0x48545541
OPEN = 0x4E45504F
OKAY = 0x59414B4F
WRTE = 0x45545257
CLSE = 0x45534C43

VERSION = 0x01000001
MAX_PAYLOAD = 1 << 20
_HEADER = struct.Struct("<6I")
_U32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Packet:
    """One message; what `arg0` and `arg1` mean depends on the command."""

    command: int
    arg0: int
    arg1: int
    payload: bytes = b""


def encode_header(packet: Packet) -> bytes:
    """Give the header. Only the first message needs its sum, see the protocol's version."""
    total = sum(packet.payload) & _U32 if packet.command == CNXN else 0
    size = len(packet.payload)
    magic = packet.command ^ _U32
    return _HEADER.pack(packet.command, packet.arg0, packet.arg1, size, total, magic)


def read_packet(connection: socket.socket) -> Packet:
    """Read one message.

    Raises:
        StreamClosedError: The connection ended, or what came is no message.
    """
    header = _receive(connection, _HEADER.size)
    command, arg0, arg1, size, _, magic = _HEADER.unpack(header)
    if command ^ _U32 != magic or size > MAX_PAYLOAD:
        raise StreamClosedError("what came is no ADB message")
    return Packet(command, arg0, arg1, _receive(connection, size) if size else b"")


def _receive(connection: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    at = 0
    while at < size:
        try:
            count = connection.recv_into(view[at:])
        except OSError as error:
            raise StreamClosedError(str(error)) from error
        if count == 0:
            raise StreamClosedError("the connection ended")
        at += count
    return bytes(data)
