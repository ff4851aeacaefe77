"""The only way time passes, so that tests need not wait."""

import time
from typing import Protocol


class Clock(Protocol):
    """A monotonic clock that can also wait."""

    def now(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Return when ``duration_s`` seconds have passed; at once if it is not positive."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Seconds on the machine's monotonic clock."""
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        """Wait for ``duration_s`` seconds."""
        if duration_s > 0:
            time.sleep(duration_s)  # noqa: TID251 - this is the one place


class FakeClock:
    """A clock that moves only when told to: ``sleep`` returns at once.

    Args:
        start_s: What ``now`` says first.
        tick_s: How far each call of ``now`` moves the clock, so that polling loops end.
    """

    def __init__(self, start_s: float = 0.0, *, tick_s: float = 0.0) -> None:
        self._now_s = start_s
        self._tick_s = tick_s
        self.slept: list[float] = []

    def now(self) -> float:
        """The pretended time in seconds."""
        self._now_s += self._tick_s
        return self._now_s

    def sleep(self, duration_s: float) -> None:
        """Move the clock by ``duration_s`` seconds, without waiting."""
        self.slept.append(duration_s)
        self._now_s += max(duration_s, 0.0)
