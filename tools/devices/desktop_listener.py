"""Hears what a person does on a desktop, while they do it, and knows when they are done.

It listens in the thread of whoever asks; it neither looks at the screen nor touches it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from tools.action import Direction
from tools.clock import Clock
from tools.devices.desktop_corner import corners_at
from tools.devices.desktop_gather import Gatherer
from tools.devices.desktop_hands import NOTCH_POINTS
from tools.devices.desktop_hearing import ButtonMoved, Hearing, WheelTurned
from tools.devices.desktop_surroundings import Surroundings
from tools.devices.heard import Heard
from tools.geometry import DesktopPoint, Placement, Point

_SLICE_S: Final = 0.1


class DesktopListener:
    """Listens to mouse and keyboard.

    Args:
        hearing: Where they are heard; closed with the listening.
        surroundings: What the person acts in; closed with the listening.
        placement: Where the latest frame lies on the desktop.
        corners: Where the person puts the pointer to say that they are done.
        platform: As ``sys.platform`` says.
        clock: How time passes.
        notice: Told, once each, what is not recorded.
    """

    def __init__(
        self,
        hearing: Hearing,
        surroundings: Surroundings,
        placement: Callable[[], Placement],
        corners: tuple[DesktopPoint, ...],
        *,
        platform: str,
        clock: Clock,
        notice: Callable[[str], None],
    ) -> None:
        self._hearing = hearing
        self._surroundings = surroundings
        self._placement = placement
        self._corners = corners
        self._platform = platform
        self._clock = clock
        self._notice = notice
        self._told_outside = False
        self._gatherer = Gatherer(
            self._where, self._listens, surroundings.secretive, self._share, notice
        )
        self._since_s: float | None = None

    @property
    def since_s(self) -> float | None:
        """When that began which is being done and was not told yet; ``None`` if nothing is."""
        return self._since_s

    def listen(self, stopped: Callable[[], bool]) -> Iterator[Heard]:
        """What is done, as it is done, until ``stopped`` says so or the pointer is in a corner.

        Raises:
            DeviceGoneError: The display went away.
        """
        try:
            away = not self._in_corner()  # where the pointer rests at first says nothing
            while not stopped():
                event = self._hearing.next(_SLICE_S)
                if event is not None:
                    self._since_s = self._since_s or event.at_s
                    heard = self._gatherer.feed(event)
                else:
                    self._gatherer.watch_for_secret()
                    heard = self._gatherer.overdue(self._clock.now())
                yield from heard
                self._since_s = self._gatherer.since_s
                cornered = self._in_corner()
                if cornered and away and event is None and self._since_s is None:
                    return
                # A click in a corner, as on the cross of a full window, is an act and no sign.
                away = not cornered or (away and event is None)
        finally:
            self._hearing.close()
            self._surroundings.close()

    def _in_corner(self) -> bool:
        return bool(corners_at(self._surroundings.position(), self._corners))

    def _where(self, event: ButtonMoved | WheelTurned) -> Point | None:
        point = self._placement().from_desktop(event.at)
        if point is None:
            self._outside()
            return None
        return point if self._surroundings.points_at_recorded() else None

    def _listens(self) -> bool:
        return self._surroundings.types_into_recorded(self._placement().area)

    def _share(self, direction: Direction) -> float:
        area = self._placement().area
        extent = area.width if direction in ("left", "right") else area.height
        return NOTCH_POINTS.get(self._platform, 60) / extent

    def _outside(self) -> None:
        if not self._told_outside:
            self._told_outside = True
            self._notice("What is done outside of the part that is recorded is left out.")
