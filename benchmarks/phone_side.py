"""The virtual phone in its own process, and what it says of its own work."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.phone_process import PhoneOptions, RunningPhone, running_phone

DRAWING = ("compose", "paint", "encode")
"""What a phone does to show and hand out a picture: lay it out, paint it, make PNG or raw bytes."""
TIMINGS_FILE = "phone-timings.jsonl"


@dataclass(frozen=True)
class TimedPhoneOptions(PhoneOptions):
    """A phone that writes down how long its own work takes; ``folder`` must be given."""

    def command(self) -> list[str]:
        """The command line that starts it."""
        return [*super().command(), "--timings", str(_file(self))]


@dataclass(frozen=True)
class Work:
    """A piece of the phone's work. Times are on the machine's monotonic clock, which we share.

    Attributes:
        kind: One of ``DRAWING``.
        cpu_s: CPU time of the thread that did it.
    """

    kind: str
    start_s: float
    end_s: float
    cpu_s: float


@dataclass(frozen=True)
class Service:
    """One ADB service that the phone served: one round trip of the client.

    Attributes:
        name: What was asked for, such as ``exec:screencap -p``.
        sent: Bytes to the client, without the protocol's framing.
        received: Bytes from the client.
        process_cpu_s: CPU time of the whole phone since it started, at the end of the service.
    """

    name: str
    start_s: float
    end_s: float
    sent: int
    received: int
    process_cpu_s: float


@dataclass(frozen=True)
class PhoneTimings:
    """What a phone wrote down, in the order of beginning.

    Attributes:
        cpu_before_s: CPU time the phone had used before that.
    """

    drawing: tuple[Work, ...]
    services: tuple[Service, ...]
    cpu_before_s: float = 0.0

    @property
    def cpu_s(self) -> float:
        """CPU time of the whole phone for these services and since the ones before."""
        return self.services[-1].process_cpu_s - self.cpu_before_s if self.services else 0.0

    def between(self, start_s: float, end_s: float) -> "PhoneTimings":
        """That which began between two moments."""
        began = [service.start_s for service in self.services]
        first, last = bisect_left(began, start_s), bisect_left(began, end_s)
        before_s = self.services[first - 1].process_cpu_s if first else self.cpu_before_s
        drawn = [work.start_s for work in self.drawing]
        drawing = self.drawing[bisect_left(drawn, start_s) : bisect_left(drawn, end_s)]
        return PhoneTimings(drawing, self.services[first:last], before_s)

    def drawing_within(self, start_s: float, end_s: float) -> float:
        """Seconds of drawing between two moments."""
        shares = (min(end_s, work.end_s) - max(start_s, work.start_s) for work in self.drawing)
        return sum(share for share in shares if share > 0)


@contextmanager
def timed_phone(folder: Path) -> Iterator[RunningPhone]:
    """Run a phone for as long as the block lasts; its timings are in ``folder`` afterwards.

    Raises:
        DeviceError: It does not start.
    """
    with running_phone(TimedPhoneOptions(folder=folder)) as phone:
        yield phone


def read_timings(folder: Path) -> PhoneTimings:
    """Read what a phone left in ``folder``.

    Raises:
        OSError: It left nothing.
    """
    lines = [json.loads(line) for line in (folder / TIMINGS_FILE).read_text().splitlines()]
    lines.sort(key=lambda line: line["start_s"])
    return PhoneTimings(
        drawing=tuple(
            Work(line["kind"], line["start_s"], line["end_s"], line["cpu_s"])
            for line in lines
            if line["kind"] in DRAWING
        ),
        services=tuple(
            Service(
                line["name"],
                line["start_s"],
                line["end_s"],
                line["sent"],
                line["received"],
                line["process_cpu_s"],
            )
            for line in lines
            if line["kind"] == "service"
        ),
    )


def _file(options: PhoneOptions) -> Path:
    if options.folder is None:
        raise ValueError("a phone that is measured needs a folder")
    return options.folder.absolute() / TIMINGS_FILE
