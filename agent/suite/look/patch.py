"""A picture of a thing, found in the frame of a screen."""

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from tools.anchor import find_anchor
from tools.errors import TaskError
from tools.geometry import Box, Point
from tools.screen import Screenshot

_MAX_BYTES = 16 * 1024 * 1024


def read_picture(path: Path) -> Image.Image:
    """A picture that a task names, in RGB.

    Raises:
        TaskError: It is not there, or is no picture of modest size.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise TaskError(f"The picture {str(path)!r} is larger than 16 MiB.")
        with Image.open(path) as opened:
            return opened.convert("RGB")
    except FileNotFoundError:
        raise TaskError(f"There is no picture {str(path)!r}.") from None
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise TaskError(f"The picture {str(path)!r} cannot be read: {error}.") from None


def find_patch(path: Path, frame: Screenshot) -> tuple[Point | None, str]:
    """The middle of the place where a picture is found, and how, or why it is not.

    It must be as large as on this screen, as bright, and in one place only.

    Raises:
        TaskError: The picture cannot be read.
    """
    picture = read_picture(path)
    width, height = picture.size
    if width > frame.size.width or height > frame.size.height:
        return None, f"the picture {path.name!r} is larger than the screen"
    sheet = Image.new("RGB", frame.image.size)
    sheet.paste(picture, (0, 0))
    box = Box(left=0, top=0, right=width, bottom=height)
    reach_px = max(frame.size.width, frame.size.height)
    fit = find_anchor(Screenshot(sheet), box, frame, reach_px=reach_px)
    if fit is None:
        return None, f"the picture {path.name!r} is too plain to be found"
    if not fit.certain:
        seen = f"likeness {fit.likeness:.2f}, next best {max(fit.rival, 0):.2f}"
        return None, f"the picture {path.name!r} is not on the screen ({seen})"
    at = Point(x=fit.dx + width // 2, y=fit.dy + height // 2)
    return at, f"its picture, likeness {fit.likeness:.2f}"
