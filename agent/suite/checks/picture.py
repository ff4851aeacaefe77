"""The check that compares the screen with a picture that was kept."""

import os
import tempfile
from pathlib import Path

from PIL import Image

from agent.suite.checks.context import CheckContext, Finding, error, failed, found, passed
from agent.suite.language.checks import ScreenCheck
from agent.suite.look.patch import read_picture
from tools.device import DeviceInfo
from tools.errors import TaskError
from tools.geometry import Box, Size
from tools.screen import Screenshot, compare

UPDATE = "--update-baselines"
_BAR_DP = {"status_bar": 32.0, "nav_bar": 48.0}
"""Heights of Android's bars, rounded up: 24 to 28 dp above, 48 dp below."""
_KEYBOARD_SHARE = 0.45
"""Part of the screen that a keyboard takes at most, the navigation bar included."""
_LISTED = 3


def check_screen(check: ScreenCheck, context: CheckContext) -> Finding:
    """Whether the screen looks as in the picture, tile by tile."""
    path = context.folder / check.baseline
    frame = context.seen.screenshot
    if context.permissions.update_baselines:
        return _keep(path, frame)
    if not path.exists():
        return error(f"There is no baseline {str(path)!r}. Make it: agent test {UPDATE} …")
    try:
        kept = Screenshot(read_picture(path))
    except TaskError as trouble:
        return error(f"{trouble} Make it anew: agent test {UPDATE} …")
    if kept.image.size != frame.image.size:
        told = f"The screen is {frame.size}, the baseline {check.baseline!r} {kept.size}"
        return failed(f"{told}: they cannot be compared.")
    masks = mask_boxes(check, context.info, frame.size)
    difference = compare(kept, frame, ignore=(*masks, *context.seen.masked))
    where = "; ".join(str(box.center) for box in difference.boxes[:_LISTED])
    told = f"{difference.count} of {difference.total} tiles differ from {check.baseline!r}"
    told += f", at most {check.max_tiles} may"
    return found(
        f"{told}, the first at {where}." if where else f"{told}.",
        holds=difference.count <= check.max_tiles,
    )


def mask_boxes(check: ScreenCheck, info: DeviceInfo, size: Size) -> tuple[Box, ...]:
    """The parts of a screen that are not compared, device px."""
    return tuple(_box(mask, info, size) for mask in check.mask)


def _box(mask: str | tuple[int, int, int, int], info: DeviceInfo, size: Size) -> Box:
    whole = Box.of(size)
    if not isinstance(mask, str):
        left, top, right, bottom = mask
        return Box(
            left=left * size.width // 1000,
            top=top * size.height // 1000,
            right=-(-right * size.width // 1000),
            bottom=-(-bottom * size.height // 1000),
        )
    if mask == "keyboard":
        return whole.model_copy(update={"top": round(size.height * (1 - _KEYBOARD_SHARE))})
    if info.kind != "android":
        return Box(left=0, top=0, right=0, bottom=0)
    high = round(_BAR_DP[mask] * info.density_dpi / 160)
    if mask == "status_bar":
        return whole.model_copy(update={"bottom": high})
    return whole.model_copy(update={"top": size.height - high})


def _keep(path: Path, frame: Screenshot) -> Finding:
    """Write the frame as the new baseline, whole or not at all."""
    before = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".png")
        with os.fdopen(handle, "wb") as file:
            _rgb(frame.image).save(file, "PNG")
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as trouble:
        return error(f"The baseline {str(path)!r} cannot be written: {trouble.strerror}.")
    return passed(f"The baseline {str(path)!r} was {'made anew' if before else 'made'}.")


def _rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")
