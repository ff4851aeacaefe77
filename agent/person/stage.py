"""Where a person and the loop meet: acts wait here for their turn, frames for somebody to look.

The loop's thread is the only one that touches the device. It puts frames here while it waits and
takes the acts one by one; the threads of the page read and write under one lock.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition

from agent.person.gestures import Asked, Posted, decision_of
from agent.person.orders import Order
from agent.person.surface import Line, Phase, Picture, Purpose, View
from agent.step import Decision, Step
from tools.action import describe_action
from tools.clock import Clock
from tools.errors import ActionFailedError, DeviceError
from tools.screen import Screenshot

_QUALITY = 80
"""Of the JPEGs that the page shows; the recording keeps its own frames."""
_WATCHED_S = 20.0
"""A page asks at least as often: it waits for news no longer than half of this."""
_MOST_PENDING = 50
_LIVELY_S, _IDLE_S = 0.15, 1.0


@dataclass(frozen=True)
class Act:
    """What a person did or wants done.

    Attributes:
        decision: The act as the loop takes it.
        answer: What the person answers, if the act is a question.
        happened: Whether the device has done it already, because a finger was on it.
        began_s: When that finger went down, on the monotonic clock.
        on_keyboard: Whether it was on a key of the soft keyboard.
    """

    decision: Decision
    answer: str = ""
    happened: bool = False
    began_s: float = 0.0
    on_keyboard: bool = False


class Stage:
    """A surface for pages, and a source of acts for the policy.

    Args:
        title: What the person is about to do.
        clock: Tells whether anybody looks.
        purpose: What becomes of the acts.
    """

    def __init__(self, title: str, clock: Clock, *, purpose: Purpose = "record") -> None:
        self._changed = Condition()
        self._clock = clock
        self._title = title
        self._purpose = purpose
        self._device = ""
        self._offers: tuple[str, ...] = ()
        self._version = 1
        self._phase: Phase = "starting"
        self._numbered = 0
        self._pending: deque[tuple[int, Act]] = deque()
        self._current: Act | None = None
        self._done: tuple[Line, ...] = ()
        self._ending = ""
        self._shot: Screenshot | None = None
        self._pictures = 0
        self._looked_s = clock.now() - _WATCHED_S
        self._told = 0
        self._broken: DeviceError | None = None
        self.coming: Callable[[], float | None] = lambda: None
        """When a touch of the device began that is being made and was not told yet; set by whoever
        listens to the device."""
        self.quick = False
        """Whether the device's own mouse and keys are heard, and no page need be open."""

    # The loop's side.

    @property
    def pace_s(self) -> float:
        """Seconds from one frame to the next: few while a page is open, or hands are quick."""
        watched = self._clock.now() - self._looked_s < _WATCHED_S
        return _LIVELY_S if watched or self.quick else _IDLE_S

    @property
    def now_s(self) -> float:
        """The time, on the clock that acts are told by."""
        return self._clock.now()

    @property
    def current(self) -> Act | None:
        """The act that is being carried out."""
        return self._current

    @property
    def touched_s(self) -> float | None:
        """When the first touch of the device began that was not taken yet; ``None`` without one."""
        coming_s = self.coming()  # first: what it tells of may be among the acts a moment later
        with self._changed:
            told = next((act for _, act in self._pending if act.happened), None)
        return told.began_s if told is not None else coming_s

    @property
    def pending(self) -> tuple[Act, ...]:
        """The acts that wait for their turn."""
        with self._changed:
            return tuple(act for _, act in self._pending)

    def began(self, device: str, offers: Sequence[str]) -> None:
        """The device is there and can do what ``offers`` names."""
        with self._changed:
            self._device, self._offers = device, tuple(offers)
            self._news()

    def show(self, shot: Screenshot) -> None:
        """The screen as it is now."""
        with self._changed:
            if self._shot is not None and self._shot.image is shot.image:
                return
            self._shot = shot
            self._pictures += 1
            self._news()

    def rest(self, history: Sequence[Step]) -> None:
        """The loop has done all of ``history`` and waits for the person."""
        with self._changed:
            self._done, self._current = tuple(line_of(step) for step in history), None
            self._phase = "waiting"
            self._news()

    def take(self, timeout_s: float) -> Act | None:
        """The next act, as soon as there is one; ``None`` if there is none in time.

        Raises:
            DeviceError: The device's own acts cannot be heard any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._broken, timeout_s)
            if self._pending:
                _, act = self._pending.popleft()
                self._news()
                return act
            if self._broken is not None:
                raise self._broken
            return None

    def carry(self, act: Act) -> None:
        """From now on ``act`` is carried out."""
        with self._changed:
            self._current, self._phase = act, "working"
            self._news()

    def break_off(self, trouble: DeviceError) -> None:
        """No more acts will come from the device; ``take`` raises ``trouble`` after the last."""
        with self._changed:
            self._broken = trouble
            self._changed.notify_all()

    def put(self, act: Act) -> None:
        """Add an act to those that wait.

        Raises:
            ActionFailedError: It is over, or too many wait already.
        """
        with self._changed:
            if self._phase == "ended":
                raise ActionFailedError("It is over.")
            if len(self._pending) >= _MOST_PENDING and not act.happened:
                raise ActionFailedError("Too much is waiting to be done. Let it be done first.")
            self._numbered += 1
            self._pending.append((self._numbered, act))
            self._news()

    def end(self, ending: str, history: Sequence[Step], patience_s: float) -> None:
        """It is over: tell the pages that are open, and wait until they know, but not for long.

        The first end counts.
        """
        with self._changed:
            if self._phase == "ended":
                return
            self._phase, self._ending, self._current = "ended", ending, None
            self._done = tuple(line_of(step) for step in history)
            self._pending.clear()
            self._news()
            if self._clock.now() - self._looked_s < _WATCHED_S:
                self._changed.wait_for(lambda: self._told, patience_s)

    # The page's side.

    def view(self, after: int, timeout_s: float) -> View:
        """What is to be seen, as soon as its version is above ``after``."""
        with self._changed:
            self._looked_s = self._clock.now()
            self._changed.wait_for(lambda: self._version > after, min(timeout_s, _WATCHED_S / 2))
            self._looked_s = self._clock.now()
            if self._phase == "ended":
                self._told += 1
                self._changed.notify_all()
            return View(
                version=self._version,
                phase=self._phase,
                title=self._title,
                device=self._device,
                doing=words_of(self._current.decision) if self._current is not None else "",
                done=self._done,
                pending=tuple(
                    Line(number=number, text=words_of(act.decision))
                    for number, act in self._pending
                ),
                picture=self._pictures,
                size=self._shot.size if self._shot is not None else None,
                offers=self._offers,
                ending=self._ending,
                purpose=self._purpose,
            )

    def picture(self) -> Picture | None:
        """The latest frame as JPEG."""
        with self._changed:
            shot, number = self._shot, self._pictures
        return None if shot is None else Picture(number, shot.jpeg(_QUALITY))

    def accept(self, posted: Posted) -> None:
        """Let a gesture wait for its turn.

        Raises:
            AgentMistakeError: There is no screen yet, it has turned, or it is all over.
        """
        with self._changed:
            shot = self._shot
        if shot is None:
            raise ActionFailedError("There is no picture of the screen yet.")
        gesture = posted.gesture
        answer = gesture.answer if isinstance(gesture, Asked) else ""
        self.put(Act(decision_of(posted, shot.size), answer=answer))

    def take_back(self, number: int) -> bool:
        """Forget an act that still waits."""
        with self._changed:
            kept = deque(each for each in self._pending if each[0] != number)
            found = len(kept) < len(self._pending)
            if found:
                self._pending = kept
                self._news()
            return found

    def steer(self, order: Order) -> None:  # noqa: ARG002 - the protocol's signature
        """Nothing here can be steered.

        Raises:
            ActionFailedError: Always.
        """
        raise ActionFailedError("Only a run of the agent can be steered.")

    def _news(self) -> None:
        self._version += 1
        self._changed.notify_all()


def line_of(step: Step) -> Line:
    """A step as the page lists it."""
    if step.action is not None:
        text = describe_action(step.action)
    else:
        text = words_of(step.decision) if step.decision is not None else "nothing"
    return Line(number=0, text=text, trouble=step.mistake)


def words_of(decision: Decision) -> str:
    """A decision before it is an action, in a few words."""
    call = decision.call
    told = [value for value in call.arguments.values() if isinstance(value, str)]
    said = f": {told[0]}" if told else ""
    return f"{call.name.replace('_', ' ')}{said}"
