"""Pictures as a person gives them: a file, an address, the clipboard; turned upright, in RGB."""

import io
import re
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from PIL import Image, ImageOps, UnidentifiedImageError

from tools.errors import UsageError
from tools.geometry import Size

CLIPBOARD: Final = "clipboard"
MOST_PIXELS: Final = 178_000_000
"""A photograph of 50 MP and a scanned plan are below; what is above is made to fill the memory. It
is about where Pillow refuses, too."""
MOST_BYTES: Final = 200 * 1024 * 1024
BROKEN: Final = (
    OSError, ValueError, TypeError, KeyError, IndexError, SyntaxError, EOFError, OverflowError,
    struct.error, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises for files that are damaged."""
_DOWNLOAD_S: Final = 30.0
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_FILE = re.compile(r"\Afile://(?:localhost(?=/))?", re.IGNORECASE)
_DATA: Final = "data:"
KINDS: Final = "PNG, JPEG, WebP, GIF, BMP, TIFF"


class PictureError(UsageError):
    """A picture that was given cannot be used."""


class NoPictureError(PictureError):
    """What was given is something else than a picture."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture to look at.

    Attributes:
        name: What it was given as: a path, an address, ``clipboard``, a device.
        image: RGB pixels, upright; never changed after.
        notes: What was done to it that a person may not expect, such as frames left out.
    """

    name: str
    image: Image.Image
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        """Width and height in pixels, upright."""
        return Size(width=self.image.width, height=self.image.height)


def load_picture(source: str) -> Picture:
    """The picture that ``source`` names: a file, ``http(s)://...``, ``data:...`` or ``clipboard``.

    Raises:
        PictureError: There is none, it is damaged, or too large.
    """
    if source == CLIPBOARD:
        return _from_clipboard()
    return decode_picture(load_bytes(source), short_name(source))


def load_bytes(source: str) -> bytes:
    """The bytes of the file that ``source`` names: a path, ``http(s)://...`` or ``data:...``.

    Raises:
        PictureError: There is none, or it is too large.
    """
    if not source.strip():
        raise PictureError("There is nothing to read: the name of a file is empty.")
    if _ADDRESS.match(source):
        return download(source)
    if source.startswith(_DATA):
        return _from_data_url(source)
    return _read(source)


def is_brought(source: str) -> bool:
    """Whether ``source`` is no file of this machine, but ``http(s)://...`` or ``data:...``."""
    return source.startswith(_DATA) or _ADDRESS.match(source) is not None


def is_same_file(path: Path, source: str) -> bool:
    """Whether ``source`` names the file at ``path``: writing there would destroy it."""
    try:
        return path.exists() and path.samefile(local_path(source))
    except (OSError, ValueError, PictureError):
        return False


def short_name(source: str) -> str:
    """``source`` as it is called in messages: of a ``data:`` address its beginning."""
    return f"{source[:30]}…" if source.startswith(_DATA) else source


def local_path(source: str) -> Path:
    """The file that ``source`` names, a path or a ``file://`` address with its blanks as ``%20``.

    Raises:
        PictureError: It is no path.
    """
    bare = _FILE.sub("", source)
    try:
        path = Path(bare).expanduser()
        if bare != source and not path.exists():
            path = Path(unquote(bare)).expanduser()
    except (ValueError, RuntimeError):  # a zero byte; a ~ of nobody
        raise PictureError(f"{source!r} is no path.") from None
    return path


def decode_picture(data: bytes, name: str) -> Picture:
    """The picture in ``data``: turned as its camera says, in RGB, its first frame if it moves.

    Args:
        data: The bytes of a file.
        name: How it is called in messages.

    Raises:
        PictureError: It is no picture, damaged, or too large.
    """
    if not data:
        raise PictureError(f"{name!r} is empty, 0 bytes.", hint="Give it a picture.")
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as opened:
            _require_no_bomb(opened)
            frames = getattr(opened, "n_frames", 1)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            notes = (f"{name}: the first of {frames} frames is looked at.",) if frames > 1 else ()
            return Picture(name, rgb(upright), notes)
    except Image.DecompressionBombError:
        raise PictureError(
            f"{name!r} has more than {MOST_PIXELS // 1_000_000} million pixels.",
            hint="Make it smaller first.",
        ) from None
    except UnidentifiedImageError:
        raise NoPictureError(f"{name!r} is not a picture.", hint=f"Known are {KINDS}.") from None
    except BROKEN as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise PictureError(
            f"The picture {name!r} is damaged: {reason}.", hint="Get it again, or save it anew."
        ) from None


def save_picture(image: Image.Image, path: Path) -> None:
    """Write ``image`` as the kind of file that the name of ``path`` ends with.

    Raises:
        PictureError: It cannot be written there, or not as that kind.
    """
    try:
        image.save(path)
    except (OSError, ValueError) as error:  # the sides of JPEG and WebP have their limits
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise PictureError(
            f"{str(path)!r} cannot be written: {reason}.", hint="Name another file, such as a .png."
        ) from None


def _require_no_bomb(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise Image.DecompressionBombError


def rgb(image: Image.Image) -> Image.Image:
    """``image`` in RGB, with white paper behind what is transparent."""
    if image.mode == "RGB":
        return image.copy()
    if image.mode in {"I", "I;16", "I;16B", "I;16L", "F"}:
        low, high = image.convert("F").getextrema()
        scale = 255.0 / (high - low) if high > low else 0.0  # type: ignore[operator]
        return image.convert("F").point(lambda value: (value - low) * scale).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _read(name: str) -> bytes:
    path = local_path(name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PictureError(f"{str(path)!r} is larger than {MOST_BYTES // 1024**2} MB.")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(
            f"The picture {str(path)!r} cannot be read: {reason}.", hint="Is the path right?"
        ) from None
    except ValueError:  # a zero byte
        raise PictureError(f"{name!r} is no path.") from None


def _from_data_url(source: str) -> bytes:
    import base64
    import binascii

    head, _, body = source.partition(",")
    try:
        data = base64.b64decode(body, validate=True) if head.endswith(";base64") else b""
    except (ValueError, binascii.Error):
        data = b""
    if not data:
        raise PictureError(
            "This data: address holds nothing.",
            hint="It is data:TYPE;base64,DATA, as in data:image/png;base64,iVBO…",
        )
    return data


def download(address: str) -> bytes:
    """The bytes at ``address``, fetched with the HTTP client of the model servers.

    Raises:
        PictureError: It cannot be fetched, or is too large.
    """
    import openai

    client = openai.DefaultHttpxClient(timeout=_DOWNLOAD_S, follow_redirects=True)
    gathered = bytearray()
    try:
        with client, client.stream("GET", address) as response:
            response.raise_for_status()
            for piece in response.iter_bytes():
                gathered += piece
                if len(gathered) > MOST_BYTES:
                    break
    except _client_errors() as error:
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise PictureError(f"{address} cannot be fetched: {reason}.") from None
    if len(gathered) > MOST_BYTES:
        raise PictureError(f"{address} is larger than {MOST_BYTES // 1024**2} MB.")
    return bytes(gathered)


def _client_errors() -> tuple[type[Exception], ...]:
    """What the HTTP client raises; which library that is depends on the SDK's version."""
    import sys

    import openai

    library = sys.modules[openai.DefaultHttpxClient.__mro__[1].__module__.split(".")[0]]
    errors: tuple[type[Exception], ...] = (library.HTTPError, library.InvalidURL)
    return (OSError, ValueError, *errors)


def _from_clipboard() -> Picture:
    from PIL import ImageGrab

    try:
        held = ImageGrab.grabclipboard()
    except UnidentifiedImageError:  # xclip hands out whatever is there, words too
        held = None
    except (OSError, NotImplementedError) as error:
        raise PictureError(
            f"The clipboard cannot be read: {error}.", hint="On Linux install xclip or wl-paste."
        ) from None
    if isinstance(held, list) and held:
        return load_picture(held[0])
    if not isinstance(held, Image.Image):
        raise PictureError("There is no picture on the clipboard.", hint="Copy one first.")
    try:
        return Picture(CLIPBOARD, rgb(held))
    except BROKEN as error:
        raise PictureError(
            f"The picture on the clipboard is damaged: {str(error).rstrip('.')}.",
            hint="Copy it again.",
        ) from None
