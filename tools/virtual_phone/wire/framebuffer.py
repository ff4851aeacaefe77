"""`framebuffer:`: the raw screen behind a small header, as old screenshot tools ask for it."""

import struct

from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.wire.channel import Channel

_VERSION = 1
_BITS = 32


def serve_framebuffer(phone: PhonePort, channel: Channel) -> None:
    """Send header and RGBA pixels.

    SERVICES.TXT has the client send a byte first; adbutils does not, so none is waited for.
    """
    with phone.lock:
        width, height = phone.size
        pixels = phone.rgba()
    red, blue, green, alpha = (0, 8), (16, 8), (8, 8), (24, 8)
    colours = (*red, *blue, *green, *alpha)
    channel.write(struct.pack("<13I", _VERSION, _BITS, len(pixels), width, height, *colours))
    channel.write(pixels)
