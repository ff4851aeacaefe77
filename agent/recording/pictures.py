"""Opens the pictures of a recording, and says in words why one cannot be shown."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.recording.format import FileRef
from agent.recording.reader import Recording

if TYPE_CHECKING:
    from PIL import Image

ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
"""The formats that pictures of recordings have; nothing else is opened or passed on."""


@dataclass(frozen=True)
class Picture:
    """One stored picture.

    Attributes:
        data: The file's bytes; empty if it cannot be shown.
        kind: End of a file's name for it: ``png``, ``jpg`` or ``webp``.
        image: Its pixels; ``None`` if it cannot be shown.
        problem: Why it cannot be shown, or what is wrong with it; one sentence, empty if nothing.
    """

    data: bytes
    kind: str
    image: "Image.Image | None"
    problem: str = ""


def open_picture(recording: Recording, ref: FileRef) -> Picture:
    """Open the picture that ``ref`` names; a damaged or missing one is told, never raised.

    Raises:
        RecordingError: Its path leads out of the recording.
    """
    from PIL import Image

    path = recording.file(ref)
    data, problem = _read(path, ref)
    if not data:
        return Picture(b"", "", None, problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(ENDINGS))
            image.load()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Warning):
        return Picture(b"", "", None, f"The picture {ref.path} cannot be read.")
    return Picture(data, ENDINGS[image.format or ""], image, problem)


def _read(path: Path, ref: FileRef) -> tuple[bytes, str]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return b"", f"The picture {ref.path} is missing."
    except OSError as error:
        return b"", f"The picture {ref.path} cannot be read: {error.strerror}."
    if not data:
        return b"", f"The picture {ref.path} is empty."
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        return data, f"The picture {ref.path} is not the one that was recorded: its bytes differ."
    return data, ""
