"""Where pictures come from: uploaded, a path, an address, the clipboard, or a device's screen."""

from collections.abc import Sequence

from agent.perception.pictures import Picture, load_picture
from agent.studio.tabs.shared import Component
from agent.wiring.screens import screen_picture
from tools.errors import UsageError

_SCREEN = "screen"
ELSEWHERE = "a path, an address, clipboard, screen, or screen:DEVICE"
_SHORT = "a path, clipboard, screen …"


def picture_fields() -> tuple[Component, Component]:
    """Fields for pictures: files to upload, and a line for those that lie elsewhere."""
    import gradio as gr

    files = gr.File(
        label="Pictures", file_count="multiple", type="filepath", height=150,
        elem_classes=["sources"],
    )  # fmt: skip
    place = gr.Textbox(label="Or from elsewhere", placeholder=_SHORT, info=f"Takes {ELSEWHERE}.")
    return files, place


def pictures_of(files: Sequence[str] | None, place: str | None) -> list[Picture]:
    """The pictures that the fields name; may be none.

    Raises:
        PictureError: One of them cannot be used.
        DeviceError: The screen cannot be had.
    """
    found = [load_picture(path) for path in files or ()]
    named = (place or "").strip()
    if named == _SCREEN or named.startswith(f"{_SCREEN}:"):
        found.append(screen_picture(named.partition(":")[2] or None))
    elif named:
        found.append(load_picture(named))
    return found


def one_picture(files: Sequence[str] | None, place: str | None) -> Picture:
    """The one picture that the fields name.

    Raises:
        UsageError: They name none, or several, or it cannot be used.
    """
    found = pictures_of(files, place)
    if len(found) != 1:
        what = "No picture is chosen." if not found else "Several pictures are chosen."
        raise UsageError(what, hint=f"Upload one, or name {ELSEWHERE}.")
    return found[0]


def one_file(file: str | None, place: str | None, what: str) -> str:
    """The one file that was uploaded or named.

    Raises:
        UsageError: There is none, or there are two.
    """
    named = [each for each in (file or "", (place or "").strip()) if each]
    if len(named) != 1:
        raise UsageError(
            f"No {what} is chosen."
            if not named
            else f"Two are chosen, an upload and {named[1]!r}.",
            hint="Upload one, or name its path.",
        )
    return named[0]
