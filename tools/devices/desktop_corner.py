"""The person's brake: pushing the pointer into a corner of the screen stops the run."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tools.errors import DeviceGoneError
from tools.geometry import DesktopPoint

_LOOK_S = 0.2
_NEAR = 1
"""Points; a hand pushes the pointer all the way."""


class HandsOff(KeyboardInterrupt):
    """The person pushed the pointer into a corner."""

    def __init__(self) -> None:
        super().__init__("stopped by hand: the pointer was pushed into a corner of the screen")


class Eye(Protocol):
    """Sees the pointer."""

    def position(self) -> DesktopPoint:
        """Where it is.

        Raises:
            DeviceGoneError: The display is gone.
        """
        ...

    def close(self) -> None:
        """Let go."""
        ...


class CornerWatch:
    """Looks five times a second whether the pointer was put into a corner by somebody else.

    Args:
        eye: Sees where the pointer is; used in the watch's own thread, and closed with it.
        corners: The corners of the desktop.
        stop: Called once, in the watch's thread, when it happened.
    """

    def __init__(
        self,
        eye: Eye,
        corners: tuple[DesktopPoint, ...],
        stop: Callable[[], None],
    ) -> None:
        self._eye = eye
        self._corners = corners
        self._stop = stop
        self._ours: frozenset[DesktopPoint] = frozenset()
        self._left_ours = False
        self._moving = False
        self._moves = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.tripped = False
        self._ours = self._near(eye.position())
        self._thread = threading.Thread(target=self._watch, name="corner-watch", daemon=True)
        self._thread.start()

    @contextmanager
    def own_move(self, points: tuple[DesktopPoint, ...]) -> Iterator[None]:
        """The agent itself goes to ``points`` in this block: corners among them are no sign.

        Where it goes nowhere, as when it types, nothing changes: a pointer that rests in a corner
        since before may stay there.
        """
        if not points:
            yield
            return
        ours = frozenset[DesktopPoint]().union(*map(self._near, points))
        with self._lock:  # until it moves, the pointer may still lie where it was put before
            self._moving, self._ours = True, self._ours | ours
        try:
            yield
        finally:
            with self._lock:
                self._moving, self._ours, self._left_ours = False, ours, False
                self._moves += 1

    def check(self) -> None:
        """Say so, if it happened.

        Raises:
            HandsOff: It did.
        """
        if self.tripped:
            raise HandsOff

    def look(self) -> None:
        """One look; the thread does this again and again."""
        moves = self._moves
        try:
            here = self._near(self._eye.position())
        except DeviceGoneError:  # the next look at the screen says so
            self._over.set()
            return
        with self._lock:
            if moves != self._moves:
                return  # the agent has moved since: where it was says nothing any more
            if not here:
                self._left_ours = not self._moving
                return
            if not self._left_ours and here <= self._ours:
                return
        self.tripped = True
        self._over.set()
        self._stop()

    def close(self) -> None:
        """End the watch. May be called twice."""
        self._over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._eye.close()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.look()

    def _near(self, at: DesktopPoint) -> frozenset[DesktopPoint]:
        return corners_at(at, self._corners)


def corners_at(at: DesktopPoint, corners: Iterable[DesktopPoint]) -> frozenset[DesktopPoint]:
    """Those of ``corners`` that a pointer at ``at`` was pushed into."""
    return frozenset(
        corner
        for corner in corners
        if abs(corner.x - at.x) <= _NEAR and abs(corner.y - at.y) <= _NEAR
    )
