"""Frames from an Android phone: three ways to get one, the fastest kept, none ever made up.

Encoding PNG on the phone is what makes ``screencap -p`` slow on real hardware; raw pixels are
larger but need no encoder. Which is faster depends on the phone and the wire, so it is measured
when connecting. A frame that is cut short or garbage is asked for once more, then the next way is
taken.
"""

import io
import logging
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

from tools.clock import Clock
from tools.devices.adb_socket import AdbLink
from tools.errors import CaptureError
from tools.geometry import Size
from tools.screen import Screenshot

_LOG = logging.getLogger(__name__)
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND"
_GZIP_MAGIC = b"\x1f\x8b"
_PIXEL = 4
_HEADERS = (16, 12)  # with a colour space since Android 9, without one before
_LONGEST_SIDE = 16384
_RAW_MODES = {1: "RGBX", 2: "RGBX", 5: "BGRX"}  # RGBA_8888, RGBX_8888, BGRA_8888
_PROBES = 2
_FAST_S = 0.15  # with a choice of two and one that fast, more probing costs more than it gains


def decode_png(data: bytes) -> Image.Image:
    """Decode what ``screencap -p`` wrote; warnings in front of the picture are cut off.

    Raises:
        CaptureError: There is no whole picture in it.
    """
    picture = _png_in(data)
    if not picture:
        raise CaptureError(f"The screenshot is no PNG: {_excerpt(data)}.")
    if _PNG_END not in picture[-64:]:
        raise CaptureError(f"The screenshot is cut short after {len(picture)} bytes.")
    try:
        image = Image.open(io.BytesIO(picture), formats=("PNG",))
        image.load()
        # convert() would copy what is RGB already: 8 MB of fresh memory for nothing.
        return image if image.mode == "RGB" else image.convert("RGB")
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, zlib.error) as error:
        raise CaptureError(f"The screenshot cannot be decoded: {error}.") from error
    except Image.DecompressionBombError as error:
        raise CaptureError(f"The screenshot is far too large: {error}.") from error


def _png_in(data: bytes) -> bytes:
    start = data.find(_PNG_MAGIC)
    return data[start:] if start >= 0 else b""


def decode_raw(data: bytes) -> Image.Image:
    """Decode what ``screencap`` wrote without ``-p``: a header, then four bytes a pixel.

    Raises:
        CaptureError: Header and length do not fit.
    """
    if len(data) < _HEADERS[0]:
        raise CaptureError(f"The screenshot is cut short: {_excerpt(data)}.")
    width, height, pixel_format = struct.unpack_from("<3I", data)
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise CaptureError(f"The screenshot is no raw frame: {_excerpt(data)}.")
    header = len(data) - width * height * _PIXEL
    if header not in _HEADERS or pixel_format not in _RAW_MODES:
        raise CaptureError(
            f"The screenshot says {width}x{height}, format {pixel_format}, "
            f"but has {len(data)} bytes."
        )
    pixels = np.frombuffer(data, np.uint8, offset=header)  # a view: no copy of 10 MB
    size, mode = (width, height), _RAW_MODES[pixel_format]
    return Image.frombytes("RGB", size, pixels, "raw", mode)


def decode_gzip(data: bytes) -> Image.Image:
    """Decode what ``screencap | gzip`` wrote.

    Raises:
        CaptureError: It is cut short or not gzip, or no raw frame is in it.
    """
    if not data.startswith(_GZIP_MAGIC):
        raise CaptureError(f"The screenshot is not gzip: {_excerpt(data)}.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        pixels = unpacker.decompress(data, _LONGEST_SIDE * _LONGEST_SIDE)
    except zlib.error as error:
        raise CaptureError(f"The screenshot cannot be unpacked: {error}.") from error
    if not unpacker.eof:
        raise CaptureError(f"The screenshot is cut short after {len(data)} bytes.")
    return decode_raw(pixels)


def _excerpt(data: bytes) -> str:
    return f"{len(data)} bytes, {data[:60]!r}" if data else "nothing at all"


@dataclass(frozen=True)
class Method:
    """One way to get a frame.

    Attributes:
        name: How it is called in recordings and by the doctor.
        command: Shell command; ``{display}`` is where the option for a display goes.
        decode: Turns its output into RGB pixels or raises CaptureError.
    """

    name: str
    command: str
    decode: Callable[[bytes], Image.Image]


METHODS = (
    Method("raw", "screencap{display} 2>/dev/null", decode_raw),
    Method("png", "screencap -p{display} 2>/dev/null", decode_png),
    Method("gzip", "screencap{display} 2>/dev/null | gzip -1", decode_gzip),
)


@dataclass(frozen=True)
class Probe:
    """How one method did when connecting: seconds a frame, or why it cannot be used."""

    method: Method
    frame_s: float = 0.0
    problem: str = ""


class Capture:
    """Takes frames by the fastest method that works on this phone.

    Args:
        link: The way to the phone.
        clock: Measures.
        display: Id of the physical display; empty for the built-in one.
        methods: To choose from.
        budget_s: How long probing may take; what was not tried by then is kept as a reserve.
    """

    def __init__(
        self,
        link: AdbLink,
        clock: Clock,
        *,
        display: str = "",
        methods: tuple[Method, ...] = METHODS,
        budget_s: float = 3.0,
    ) -> None:
        self._link = link
        self._clock = clock
        self._option = f" -d {display}" if display else ""
        self._last: tuple[bytes, Screenshot] | None = None
        self.probes: tuple[Probe, ...] = ()
        self._methods = self._probe(methods, budget_s)

    @property
    def name(self) -> str:
        """The method in use."""
        return self._methods[0].name

    @property
    def methods(self) -> tuple[Method, ...]:
        """All that may be used, the one in use first."""
        return self._methods

    @property
    def size(self) -> Size | None:
        """Size of the last frame; ``None`` if there was none yet."""
        return self._last[1].size if self._last is not None else None

    def grab(self) -> Screenshot:
        """Take one frame; after two bad ones in a row another method is used from then on.

        Raises:
            CaptureError: No method gave a usable frame.
            DeviceError: The device went away.
        """
        problem: CaptureError | None = None
        for index, method in enumerate(self._methods):
            for _ in range(2):
                try:
                    frame = self._take(method)
                except CaptureError as error:
                    problem = error
                    continue
                if index:  # those that failed before it go to the end
                    _LOG.warning("capture by %s instead of %s: %s", method.name, self.name, problem)
                    self._methods = (*self._methods[index:], *self._methods[:index])
                return frame
        raise problem or CaptureError("No way to take a screenshot is known for this device.")

    def _probe(self, methods: tuple[Method, ...], budget_s: float) -> tuple[Method, ...]:
        end_s = self._clock.now() + budget_s
        measured: list[Probe] = []
        reserve: list[Method] = []
        for method in methods:
            works = [probe.frame_s for probe in measured if not probe.problem]
            fast = len(works) > 1 and min(works) < _FAST_S
            if measured and (fast or self._clock.now() >= end_s):
                reserve.append(method)
            else:
                measured.append(self._measure(method, end_s))
        self.probes = tuple(measured)
        working = sorted((p for p in measured if not p.problem), key=lambda probe: probe.frame_s)
        # Those that failed come last, not never: perhaps only this screen cannot be captured.
        failed = (probe.method for probe in measured if probe.problem)
        return (*(probe.method for probe in working), *reserve, *failed)

    def _measure(self, method: Method, end_s: float) -> Probe:
        best_s = float("inf")
        for attempt in range(_PROBES):
            if attempt and self._clock.now() >= end_s:
                break
            try:
                frame = self._take(method, keep=False)  # so that the decoding counts
            except CaptureError as error:
                return Probe(method, problem=str(error))
            best_s = min(best_s, frame.capture_s + frame.decode_s)
        return Probe(method, frame_s=best_s)

    @property
    def command(self) -> str:
        """The shell command of the method in use."""
        return self._command(self._methods[0])

    def accept(self, data: bytes, requested_s: float) -> Screenshot:
        """Make a frame of what ``command`` printed, which came just now.

        Raises:
            CaptureError: It is no usable frame.
        """
        return self._read(self._methods[0], data, requested_s)

    def _command(self, method: Method) -> str:
        return method.command.format(display=self._option)

    def _take(self, method: Method, *, keep: bool = True) -> Screenshot:
        requested_s = self._clock.now()
        return self._read(method, self._link.run(self._command(method)), requested_s, keep=keep)

    def _read(
        self, method: Method, data: bytes, requested_s: float, *, keep: bool = True
    ) -> Screenshot:
        received_s = self._clock.now()
        if keep and self._last is not None and self._last[0] == data:
            # The same bytes are the same picture, though it was really taken again just now.
            frame = self._last[1].again(requested_s, received_s - requested_s)
            self._last = (self._last[0], frame)  # what is computed of it serves the next one
            return frame
        image = method.decode(data)
        decoded_s = self._clock.now()
        frame = Screenshot(
            image,
            method.name,
            requested_s,
            received_s - requested_s,
            decoded_s - received_s,
            png=_png_in(data) if method.decode is decode_png else b"",
        )
        self._last = (data, frame)
        return frame
