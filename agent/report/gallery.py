"""The pictures of a report: beside the page as they were recorded, or in it and made small.

A picture is known by the hash of the bytes that are really there; names that a recording gives
never become names of files.
"""

import base64
import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent.recording.format import FileRef
from agent.recording.pictures import open_picture
from agent.recording.reader import Recording
from tools.geometry import Frozen

if TYPE_CHECKING:
    from PIL import Image

FOLDER = "pictures"
Detail = Literal["large", "thumbnails", "none"]
"""What of the pictures is in a page that holds them itself."""
_THUMB_SIDE = 320
"""Longest side of a thumbnail in px; sharp at twice the density where it is 160 px high."""
_LARGE_SIDE = 1280
"""Longest side of a picture in the page itself: the letters of a phone's screen can be read."""
_THUMB_QUALITY, _LARGE_QUALITY = 70, 80
_PREFIX = "data:image/webp;base64,"
_ENTRY_BYTES = 100
"""What a picture's entry among the data costs besides the pictures themselves, at most."""


class Shown(Frozen):
    """One picture as the page finds it.

    Attributes:
        src: Relative address or ``data:`` of the picture; empty if it is not there.
        thumb: The same of the thumbnail.
        problem: What is wrong with it; empty if nothing.
    """

    src: str = ""
    thumb: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _Small:
    thumb: bytes
    large: bytes


@dataclass
class Gallery:
    """Collects pictures, each once.

    Attributes:
        folder: Where pictures are put; ``None`` to keep them for the page itself.
        room: Bytes that all pictures in the page may take together; only if ``folder`` is ``None``.
        written: Names of the files that were made, relative to the report.
        problems: What is wrong with pictures, one sentence each.
    """

    folder: Path | None
    room: int = 0
    written: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _shown: dict[str, Shown] = field(default_factory=dict)
    _small: dict[str, _Small] = field(default_factory=dict)
    _keys: dict[tuple[Path, str, bool], str] = field(default_factory=dict)

    def add(self, recording: Recording, ref: FileRef, *, large: bool = True) -> str:
        """Take the picture in.

        Args:
            recording: Where it is from.
            ref: Its file there.
            large: Whether more of it than a thumbnail is wanted in a page that holds it itself.

        Returns:
            Its key in ``shown``.

        Raises:
            OSError: It cannot be written.
        """
        place = (recording.folder, ref.path, large)
        if place in self._keys:
            return self._keys[place]
        picture = open_picture(recording, ref)
        if picture.problem:
            self.problems.append(f"{recording.folder.name}: {picture.problem}")
        key = hashlib.sha256(picture.data or picture.problem.encode()).hexdigest()[:16]
        if self.folder is None and not large:
            key += "-small"  # the same bytes may be wanted large elsewhere
        self._keys[place] = key
        if picture.image is None:
            self._shown[key] = Shown(problem=picture.problem)
        elif key not in self._shown:
            thumb = _webp(picture.image, _THUMB_SIDE, _THUMB_QUALITY)
            if self.folder is not None:
                src = self._write(self.folder, f"{key}.{picture.kind}", picture.data)
                small = self._write(self.folder, f"{key}.thumb.webp", thumb)
                self._shown[key] = Shown(src=src, thumb=small, problem=picture.problem)
            else:
                self._shown[key] = Shown(problem=picture.problem)
                self._small[key] = _Small(thumb, self._large(picture.image) if large else b"")
        return key

    def shown(self) -> tuple[dict[str, Shown], Detail]:
        """All pictures by key, and how much of them fits into the page."""
        if self.folder is not None:
            return self._shown, "large"
        thumbs = sum(_inlined_bytes(each.thumb) + _ENTRY_BYTES for each in self._small.values())
        large = sum(_inlined_bytes(each.large) for each in self._small.values())
        if thumbs > self.room:
            return self._shown, "none"
        whole = thumbs + large <= self.room
        within = {
            key: Shown(
                src=_inline(self._small[key].large) if whole else "",
                thumb=_inline(self._small[key].thumb),
                problem=known.problem,
            )
            if key in self._small
            else known
            for key, known in self._shown.items()
        }
        return within, "large" if whole else "thumbnails"

    def _large(self, image: "Image.Image") -> bytes:
        """Nothing once it is clear that not all of them have room: encoding is the slow part."""
        so_far = sum(_inlined_bytes(each.large) for each in self._small.values())
        return _webp(image, _LARGE_SIDE, _LARGE_QUALITY) if so_far <= self.room else b""

    def _write(self, folder: Path, name: str, data: bytes) -> str:
        (folder / FOLDER).mkdir(exist_ok=True)
        (folder / FOLDER / name).write_bytes(data)
        self.written.append(f"{FOLDER}/{name}")
        return self.written[-1]


def _webp(image: "Image.Image", side: int, quality: int) -> bytes:
    from PIL import Image

    shrink = min(1.0, side / max(image.size))
    size = (max(1, round(image.width * shrink)), max(1, round(image.height * shrink)))
    small = image.convert("RGB").resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    buffer = io.BytesIO()
    # Method 2 of 0..6 takes a third of the default's time for a twentieth more bytes.
    small.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


def _inline(data: bytes) -> str:
    return f"{_PREFIX}{base64.b64encode(data).decode()}" if data else ""


def _inlined_bytes(data: bytes) -> int:
    return len(_PREFIX) + -(-len(data) // 3) * 4 if data else 0
