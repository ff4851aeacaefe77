"""What of a desktop is driven: all of it, one monitor, one window or a region."""

import re
from dataclasses import dataclass

from tools.errors import UnknownDeviceError
from tools.geometry import Box

DESKTOP = "desktop"
_FORMS = (
    "Forms: desktop, desktop:2 (a monitor), desktop:window=TITLE, "
    "desktop:region=LEFT,TOP,WIDTH,HEIGHT."
)


@dataclass(frozen=True)
class Target:
    """The only place of a desktop that is looked at and where acts are allowed.

    Attributes:
        name: As the person wrote it.
        monitor: Number from 1; 0 for all of them.
        window: Part of a window's title; empty for none.
        region: In points; ``None`` for all.
    """

    name: str
    monitor: int = 0
    window: str = ""
    region: Box | None = None

    @property
    def is_part(self) -> bool:
        """Whether it is a part of the desktop that stays where it is."""
        return bool(self.monitor) or self.region is not None


def is_desktop(name: str) -> bool:
    """Whether ``name`` asks for a desktop."""
    return name == DESKTOP or name.startswith(f"{DESKTOP}:")


def read_target(name: str) -> Target:
    """Read ``desktop``, ``desktop:2``, ``desktop:window=Notes`` or ``desktop:region=0,0,800,600``.

    Raises:
        UnknownDeviceError: It is none of these.
    """
    _, colon, what = name.partition(":")
    if not colon:
        return Target(name)
    if re.fullmatch(r"[0-9]{1,3}", what) and int(what) > 0:
        return Target(name, monitor=int(what))
    kind, _, value = what.partition("=")
    if kind == "window" and value.strip():
        return Target(name, window=value.strip())
    numbers = re.fullmatch(r"(-?\d{1,6}),(-?\d{1,6}),(\d{1,6}),(\d{1,6})", value)
    if kind == "region" and numbers is not None:
        left, top, width, height = map(int, numbers.groups())
        if width > 0 and height > 0:
            box = Box(left=left, top=top, right=left + width, bottom=top + height)
            return Target(name, region=box)
    raise UnknownDeviceError(f"{name!r} names no part of a desktop.", hint=_FORMS)
