"""The pictures of a recording as a dialect shows them, and the files they are exported to."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

from agent.model import ImagePart
from agent.recording.format import ModelRequest, ObservationSeen
from agent.recording.reader import Recording
from agent.sight import Shown, Sight
from tools.errors import RecordingError
from tools.geometry import Projection, Size
from tools.screen import Screenshot

FOLDER: Final = "images"
_DIGITS: Final = 32


def picture_of(recording: Recording, seen: ObservationSeen, sight: Sight) -> Shown:
    """The frame of one look as ``sight`` shows it.

    Raises:
        RecordingError: The frame is not there, is not what was recorded, or is no picture.
        CaptureError: It is too narrow to be shown.
    """
    data = recording.read(seen.frame)
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise RecordingError(f"{seen.frame.path} cannot be read: {error}.") from None
    return sight.look(Screenshot(image=image))


def picture_sent(
    recording: Recording, seen: ObservationSeen, request: ModelRequest
) -> Shown | None:
    """The newest picture of ``request``, exactly as it was sent; ``None`` if there is none.

    Raises:
        RecordingError: Its file is not there, or is not what was recorded.
    """
    files = {image.sha256: image for image in request.images}
    for key in reversed(request.messages):
        parts = recording.parts.get(key, {}).get("parts")
        for part in reversed(parts if isinstance(parts, list) else []):
            ref = files.get(str(part.get("image"))) if isinstance(part, dict) else None
            if ref is None:
                continue
            data = recording.read(ref)
            with Image.open(io.BytesIO(data)) as image:
                size = Size(width=image.width, height=image.height)
            sent = ImagePart(data=data, media_type="image/jpeg", size=size)
            return Shown(sent, Projection(shown=size, device=seen.size))
    return None


class PictureFolder:
    """Writes pictures into ``out/images``, the same bytes once, named by their hash.

    Args:
        out: Folder of the export.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._kept: set[str] = set()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, image: ImagePart) -> str:
        """Write ``image`` unless it is there.

        Returns:
            Its path, relative to the folder of the export.
        """
        path = f"{FOLDER}/{image.sha256[:_DIGITS]}.jpg"
        if path not in self._kept:
            (self._out / FOLDER).mkdir(exist_ok=True)
            (self._out / path).write_bytes(image.data)
            self._kept.add(path)
        return path
