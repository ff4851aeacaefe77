"""The phone's clock: it stands still until something happens to the phone."""

import time
from datetime import datetime, timedelta


class VirtualClock:
    """Local time that starts at a fixed moment and moves only when told to.

    Args:
        start: The moment it starts at (naive local time).
        realtime: Whether it follows the host's clock as well.
    """

    def __init__(self, start: datetime, *, realtime: bool = False) -> None:
        self._start = start
        self._moved_s = 0.0
        self._realtime = realtime
        self._since_s = time.monotonic()

    @property
    def now(self) -> datetime:
        """The virtual local time."""
        return self._start + timedelta(seconds=self.elapsed_s)

    @property
    def start(self) -> datetime:
        """The virtual time at which the phone was started."""
        return self._start

    @property
    def elapsed_s(self) -> float:
        """Virtual seconds since the start."""
        real_s = time.monotonic() - self._since_s if self._realtime else 0.0
        return round(self._moved_s + real_s, 3)

    def advance(self, seconds: float) -> None:
        """Move on.

        Raises:
            ValueError: If `seconds` is negative or not a number.
        """
        if not seconds >= 0:
            raise ValueError(f"the clock cannot move by {seconds} s")
        self._moved_s = round(self._moved_s + seconds, 3)

    def set_elapsed(self, seconds: float) -> None:
        """Go to the moment `seconds` after the start, as restoring a snapshot does."""
        self._moved_s = seconds
        self._since_s = time.monotonic()

    def reset(self, start: datetime) -> None:
        """Start anew at another moment."""
        self._start = start
        self.set_elapsed(0.0)

    def tick(self) -> int:
        """Whole real seconds gone by; 0 for ever unless the clock follows the host's."""
        return int(time.monotonic() - self._since_s) if self._realtime else 0
