"""Stopwatches between the parts of an episode: wrappers around the same seams that a run uses."""

import io
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image

from agent.policy import Policy
from agent.recording.writer import RecordingWriter
from agent.step import Decision, Step
from tools.action import Action
from tools.clock import Clock
from tools.device import Device, DeviceInfo, LooksTwice, Observation
from tools.screen import Screenshot

PARTS = (
    "capture",
    "decode",
    "settle",
    "look",
    "decide",
    "guard",
    "act",
    "encode",
    "record",
    "loop",
)
"""What a step is made of, without gaps or overlaps:

capture: asking for frames and receiving them; decode: to pixels; settle: comparing frames, waiting;
look: the rest of looking, which is what is in front and the small grey picture; decide: the policy;
guard: the rules; act: the action's delivery; encode: the frame's JPEG, if it needs one;
record: events and files; loop: all else, the stuck detector included."""


@dataclass(frozen=True)
class Span:
    """A stretch of one part."""

    part: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Mark:
    """One step as the clock and the CPU saw it, from its look to its result on disk."""

    start_s: float
    end_s: float
    cpu_s: float


class Tracer:
    """Says at every moment which part runs: the innermost one that was entered.

    Args:
        clock: The one that screenshots and the phone use as well.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parts = ["loop"]
        self._since_s = clock.now()
        self._start_s, self._start_cpu_s = self._since_s, time.process_time()
        self.spans: list[Span] = []
        self.marks: list[Mark] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the block as ``name``, but for what is entered inside."""
        self._cut(self._clock.now())
        self._parts.append(name)
        try:
            yield
        finally:
            self._cut(self._clock.now())
            self._parts.pop()

    def carve(self, frame: Screenshot) -> None:
        """Count what ``frame`` cost, which was taken within the present part, as its own parts."""
        received_s = frame.requested_s + frame.capture_s
        self._cut(frame.requested_s)
        self._cut(received_s, "capture")
        self._cut(received_s + frame.decode_s, "decode")

    def end_step(self) -> None:
        """The step is over; what comes now is not counted."""
        end_s = self._clock.now()
        self._cut(end_s)
        self.marks.append(Mark(self._start_s, end_s, time.process_time() - self._start_cpu_s))

    def begin_step(self) -> None:
        """The next step begins."""
        self._start_cpu_s = time.process_time()
        self._start_s = self._since_s = self._clock.now()

    def spans_between(self, start_s: float, end_s: float) -> list[Span]:
        """The spans that began between two moments; none goes on after the end of a step."""
        first = bisect_left(self.spans, start_s, key=lambda span: span.start_s)
        last = bisect_left(self.spans, end_s, key=lambda span: span.start_s)
        return self.spans[first:last]

    def _cut(self, until_s: float, part: str = "") -> None:
        self.spans.append(Span(part or self._parts[-1], self._since_s, until_s))
        self._since_s = until_s


class TracedDevice:
    """A device whose two verbs are counted as parts.

    Args:
        device: The device itself.
        tracer: Where to.
        observe: The part that looking is.
        perform: The part that acting is.
        innermost: Whether this is the device that takes the frames.
    """

    def __init__(
        self, device: Device, tracer: Tracer, *, observe: str, perform: str, innermost: bool
    ) -> None:
        self._device = device
        self._tracer = tracer
        self._observe = observe
        self._perform = perform
        self._innermost = innermost

    @property
    def info(self) -> DeviceInfo:
        """That of the device."""
        return self._device.info

    @property
    def supports(self) -> frozenset[str]:
        """That of the device."""
        return self._device.supports

    def glance(self) -> Screenshot:
        """Take one frame."""
        frame = self._device.glance()
        if self._innermost:
            self._tracer.carve(frame)
        return frame

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look."""
        with self._tracer.part(self._observe):
            observation = self._device.observe(seen=seen)
            if self._innermost and seen is None:
                self._tracer.carve(observation.screenshot)
        return observation

    def observe_twice(self) -> tuple[Screenshot, Observation] | None:
        """Look twice in one go, if the device can."""
        if not isinstance(self._device, LooksTwice):
            return None
        with self._tracer.part(self._observe):
            pair = self._device.observe_twice()
            if pair is not None:
                self._tracer.carve(pair[0])
                self._tracer.carve(pair[1].screenshot)
        return pair

    def perform(self, action: Action) -> None:
        """Carry out ``action``."""
        with self._tracer.part(self._perform):
            self._device.perform(action)

    def close(self) -> None:
        """Let go of the device."""
        self._device.close()


class TracedPolicy:
    """A policy whose deciding is counted."""

    def __init__(self, policy: Policy, tracer: Tracer) -> None:
        self._policy = policy
        self._tracer = tracer
        self.name = policy.name
        self.wants_ui_tree = policy.wants_ui_tree

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """Decide."""
        with self._tracer.part("decide"):
            return self._policy.decide(goal, observation, history)


class TracedWriter(RecordingWriter):
    """A recorder whose writing is counted; set ``tracer`` before the episode."""

    tracer: Tracer

    def observation(
        self, step: int, seen: Observation, *, frame_key: str = "", feedback: str = ""
    ) -> None:
        """Write one look."""
        with self.tracer.part("encode"):
            seen.screenshot.file()
        with self.tracer.part("record"):
            super().observation(step, seen, frame_key=frame_key, feedback=feedback)

    def decision(self, step: int, decision: Decision, duration_s: float) -> None:
        """Write what the policy decided."""
        with self.tracer.part("record"):
            super().decision(step, decision, duration_s)

    def intent(self, step: int, action: Action, seen: Observation) -> None:
        """Write what is about to be done."""
        with self.tracer.part("record"):
            super().intent(step, action, seen)

    def result(self, step: Step, *, error: str = "") -> None:
        """Write how the step came out."""
        with self.tracer.part("record"):
            super().result(step, error=error)


@dataclass(frozen=True)
class StepWatcher:
    """Ends and begins the tracer's steps; what it calls in between is not counted.

    Attributes:
        tracer: Told of every step.
        after: Called after every step, with the number of steps so far.
    """

    tracer: Tracer
    after: Callable[[int], None]

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """Nothing to do."""

    def stepped(self, step: Step) -> None:
        """A step is over and on disk."""
        self.tracer.end_step()
        self.after(step.index + 1)
        self.tracer.begin_step()


class Yardstick:
    """A fixed piece of work of the kind that steps are made of, done again and again.

    How long it takes tells how fast the machine is at that moment: what others do on it makes
    everything slower, and must not be taken for a growth of our cost.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._image = Image.linear_gradient("L").resize((540, 1200)).convert("RGB")
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []

    def measure(self) -> None:
        """Do the work once and keep how long it took."""
        start_s, start_cpu_s = self._clock.now(), time.thread_time()
        self._image.reduce(4).convert("L")
        self._image.save(io.BytesIO(), "PNG", compress_level=1)
        self.cpu_s.append(time.thread_time() - start_cpu_s)
        self.wall_s.append(self._clock.now() - start_s)


@dataclass
class JpegCounter:
    """When a JPEG of which size was encoded."""

    encoded: list[tuple[float, tuple[int, int]]] = field(default_factory=list)


@contextmanager
def counted_jpegs(clock: Clock) -> Iterator[JpegCounter]:
    """Count the JPEGs that Pillow encodes in this process for as long as the block lasts."""
    Image.preinit()
    plain = Image.SAVE["JPEG"]
    counter = JpegCounter()

    def save(image: Image.Image, *rest: object) -> None:
        counter.encoded.append((clock.now(), image.size))
        plain(image, *rest)  # type: ignore[arg-type]

    Image.register_save("JPEG", save)
    try:
        yield counter
    finally:
        Image.register_save("JPEG", plain)
