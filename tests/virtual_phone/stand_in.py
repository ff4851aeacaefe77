"""A phone without a screen to draw: enough for the wire and the general shell commands."""

from calendar import timegm
from datetime import datetime, timedelta
from threading import RLock

from tools.virtual_phone.system.filesystem import FileSystem


class StandIn:
    """Holds files, a clock and a log; its picture is a gradient that differs in every row."""

    def __init__(self, size: tuple[int, int] = (108, 240)) -> None:
        self.lock = RLock()
        self.size = size
        self.now = datetime(2027, 1, 4, 9, 30)
        self.files = FileSystem(clock=lambda: timegm(self.now.timetuple()))
        self.events: list[tuple[str, str]] = []

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def log(self, kind: str, detail: str) -> None:
        self.events.append((kind, detail))

    def rgba(self) -> bytes:
        width, height = self.size
        return b"".join(bytes((row & 255, row >> 8, 7, 255)) * width for row in range(height))
