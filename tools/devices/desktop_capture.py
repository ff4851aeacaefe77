"""Frames of a desktop, by mss."""

import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from tools.devices.desktop_reach import reaching
from tools.devices.desktop_session import DesktopSession, authority
from tools.errors import CaptureError, DeviceGoneError, UnknownDeviceError
from tools.geometry import Box, Placement, Size
from tools.screen import Screenshot

SOURCE: Final = "mss"
_LARGEST_SIDE: Final = 32_767


@dataclass(frozen=True)
class Monitor:
    """One monitor.

    Attributes:
        number: From 1, as ``--device desktop:2`` counts.
        area: Where it lies, in points of the desktop.
        name: Of its output, such as ``HDMI-1``; empty if unknown.
    """

    number: int
    area: Box
    name: str


class Grabber:
    """Takes frames.

    Args:
        session: Names the display.

    Raises:
        UnknownDeviceError: There is no screen to take frames of.
    """

    def __init__(self, session: DesktopSession) -> None:
        session.require_screen()
        self._session = session
        try:
            from mss.exception import ScreenShotError
        except ModuleNotFoundError as error:
            raise UnknownDeviceError(
                f"The desktop cannot be looked at: the package {error.name!r} is not installed.",
                hint="Mend it with: python -m pip install mss pyautogui",
            ) from error
        self._trouble: tuple[type[BaseException], ...] = (ScreenShotError, OSError)
        try:
            self._mss = self._open()
        except self._trouble as error:
            raise UnknownDeviceError(
                f"The screen cannot be looked at: {' '.join(str(error).split())}.",
                hint=_mend(error),
            ) from error

    def _open(self) -> Any:  # noqa: ANN401 - a class for each system
        import mss

        where: dict[str, Any] = {"display": self._session.display} if self._session.x11 else {}
        with authority(self._session):
            return mss.MSS(**where)

    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors as they are now.

        Raises:
            DeviceGoneError: The display went away.
        """
        with self._reaching():
            fresh = self._open()  # the one for frames keeps those of its first look
            listed = fresh.monitors[1:]
            fresh.close()
        return tuple(
            Monitor(
                number=number,
                area=_area(monitor),
                name=str(monitor.get("output") or monitor.get("name") or ""),
            )
            for number, monitor in enumerate(listed, start=1)
        )

    def grab(self, area: Box) -> tuple[Screenshot, Placement]:
        """Take a frame of ``area``, which lies within the desktop.

        Args:
            area: In points.

        Returns:
            The frame, and where it lies; on a dense screen it has more pixels than ``area`` points.

        Raises:
            CaptureError: No frame came.
        """
        requested_s = time.monotonic()
        box = {"left": area.left, "top": area.top, "width": area.width, "height": area.height}
        with self._reaching():
            shot = self._mss.grab(box)
        captured_s = time.monotonic()
        if not 0 < shot.size.width <= _LARGEST_SIDE or not 0 < shot.size.height <= _LARGEST_SIDE:
            raise CaptureError(f"The screen gave a frame of {shot.size.width}x{shot.size.height}.")
        # Not ``shot.bgra``: that is a copy of the same bytes, 8 MB for 1920x1080.
        image = Image.frombytes("RGB", shot.size, shot.raw, "raw", "BGRX")
        frame = Screenshot(
            image=image,
            source=SOURCE,
            requested_s=requested_s,
            capture_s=captured_s - requested_s,
            decode_s=time.monotonic() - captured_s,
        )
        size = Size(width=image.width, height=image.height)
        return frame, Placement(area=area, frame=size)

    def close(self) -> None:
        """Let go of the display. May be called twice."""
        with suppress(DeviceGoneError), self._reaching():
            self._mss.close()

    def _reaching(self) -> AbstractContextManager[None]:
        return reaching("The screen", self._trouble)


def whole(monitors: tuple[Monitor, ...]) -> Box:
    """The smallest area around all monitors."""
    return Box(
        left=min(monitor.area.left for monitor in monitors),
        top=min(monitor.area.top for monitor in monitors),
        right=max(monitor.area.right for monitor in monitors),
        bottom=max(monitor.area.bottom for monitor in monitors),
    )


def _area(monitor: Any) -> Box:  # noqa: ANN401 - mss's own kind of mapping
    left, top = int(monitor["left"]), int(monitor["top"])
    return Box(
        left=left, top=top, right=left + int(monitor["width"]), bottom=top + int(monitor["height"])
    )


def _mend(error: BaseException) -> str:
    if "libxcb" in str(error):
        return "Mend it with: apt-get install libxcb1 libxcb-randr0 libxcb-shm0 libxcb-xfixes0"
    return "Is the display running, and may this user look at it (XAUTHORITY, xhost)?"
