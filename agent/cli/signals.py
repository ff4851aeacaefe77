"""Ctrl-C and a polite kill both end a run with its recording whole."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tools.clock import SystemClock

_CLOSING_S = 2.0


class Interrupted(KeyboardInterrupt):
    """A signal asked the run to stop.

    Args:
        number: Which signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number
        self.exit_code = 128 + number


class StopSignals:
    """Remembers the signal that came first.

    Others within two seconds are ignored, so that an impatient double Ctrl-C does not tear the end
    off the recording; a later one gets through.
    """

    def __init__(self) -> None:
        self.exit_code = 0
        self._clock = SystemClock()
        self._deaf_until_s = 0.0

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Raise ``Interrupted`` on SIGINT and SIGTERM for as long as the block lasts."""
        kept = {each: signal.signal(each, self._stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in kept.items():
                signal.signal(each, handler)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        now_s = self._clock.now()
        if self.exit_code and now_s < self._deaf_until_s:
            return
        interrupt = Interrupted(number)
        self.exit_code, self._deaf_until_s = interrupt.exit_code, now_s + _CLOSING_S
        raise interrupt


@contextmanager
def told_of_signals(tell: Callable[[int], None]) -> Iterator[None]:
    """Pass SIGINT and SIGTERM on as long as the block lasts, instead of raising anywhere.

    Another one within two seconds is not passed on: who presses Ctrl-C twice wants one stop.

    Args:
        tell: Given the number of the signal, in the main thread, between any two of its steps.
    """
    clock = SystemClock()
    deaf_until_s = [clock.now()]

    def pass_on(number: int, _frame: FrameType | None) -> None:
        now_s = clock.now()
        if now_s >= deaf_until_s[0]:
            deaf_until_s[0] = now_s + _CLOSING_S
            tell(number)

    kept = {each: signal.signal(each, pass_on) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in kept.items():
            signal.signal(each, handler)
