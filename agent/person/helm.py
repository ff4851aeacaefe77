"""A stage on which the agent acts, and a person watches, pauses, stops or takes over.

As on every stage the loop's thread is the only one that touches the device; what the person wants
is left here until that thread comes by. A wish to stop is told it as a ``KeyboardInterrupt``, which
ends an episode with its recording whole.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from agent.model import OnText
from agent.person.errand import Errand
from agent.person.gestures import Posted, pixel_share
from agent.person.orders import Answer, Approval, Course, Order
from agent.person.stage import Act, Stage, line_of, words_of
from agent.person.surface import Hand, Inquiry, Line, Trace, View
from agent.recording.marks import mark_of_action
from agent.step import Decision, Step
from tools.action import Action
from tools.clock import Clock
from tools.errors import ActionFailedError
from tools.screen import Screenshot

_SAID = 4000
"""Characters that are kept of what the model says; the recording has it all."""
_NOTED = 20
STOPPED = "stopped by the person who watched"
_LONG_S = 60.0
_T = TypeVar("_T")


class HandedBackError(Exception):
    """The person has given the screen back to the agent."""


class TakenOverError(Exception):
    """The person acts now, and what the agent was deciding is not waited for."""


class Helm(Stage):
    """See the module.

    Args:
        title: The goal.
        clock: Tells whether anybody looks.
    """

    def __init__(self, title: str, clock: Clock) -> None:
        super().__init__(title, clock, purpose="run")
        self._hand: Hand = "agent"
        self._held = False
        self._stopping = False
        self._is_deciding = False
        self._steps: tuple[Step, ...] = ()
        self._by_hand: set[int] = set()
        self._deciding: Decision | None = None
        self._said = ""
        self._notes: deque[str] = deque(maxlen=_NOTED)
        self._trace: Trace | None = None
        self._inquiry: Inquiry | None = None
        self._inquiries = 0
        self._reply: bool | str | None = None
        self._kept = ""

    # The loop's side.

    def by_hand(self) -> bool:
        """Whether the person acts."""
        return self._hand == "person"

    def held(self) -> bool:
        """Whether it is the agent's turn, but it is to wait."""
        return self._held and self._hand == "agent"

    def check(self) -> None:
        """Go on, unless the person wants to stop.

        Raises:
            KeyboardInterrupt: They do.
        """
        if self._stopping:
            raise KeyboardInterrupt(STOPPED)

    def note(self, text: str) -> None:
        """Something that should be known."""
        with self._changed:
            self._notes.append(text)
            self._news()

    def think(self, history: Sequence[Step]) -> None:
        """The loop has done all of ``history``, and whoever acts thinks about the next step."""
        self.check()
        with self._changed:
            self._steps, self._current, self._deciding = tuple(history), None, None
            self._said = ""
            self._phase = "working"
            self._news()

    def hear(self, piece: str) -> None:
        """The model says something."""
        self.check()
        with self._changed:
            self._said = (self._said + piece)[-_SAID:]
            self._news()

    def attend(self, work: Callable[[OnText], _T], on_text: OnText) -> _T:
        """Have ``work`` done in a thread of its own, and wait for it as long as the person does.

        Args:
            work: What takes long, such as asking a model; given a function that takes its words.
                Left behind, it ends at its next word.
            on_text: Hears those words, in the thread that waits.

        Raises:
            KeyboardInterrupt: The person wants to stop.
            TakenOverError: They act themselves, while the agent is ``deciding``.
        """
        errand = Errand(work, self._changed)
        try:
            while not errand.over or errand.speaks:
                self._await(lambda: errand.over or errand.speaks or self._is_dropped(), _LONG_S)
                self.go_on()
                for piece in errand.hear():
                    on_text(piece)
            return errand.result()
        finally:
            errand.leave()

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """In this block the agent decides: ``attend`` ends as soon as the person acts."""
        self._is_deciding = True
        try:
            yield
        finally:
            self._is_deciding = False

    def _is_dropped(self) -> bool:
        return self._is_deciding and self._hand == "person"

    def go_on(self) -> None:
        """Go on with what takes long, unless the person wants none of it.

        Raises:
            KeyboardInterrupt: They want to stop.
            TakenOverError: They act themselves, while the agent is ``deciding``.
        """
        self.check()
        if self._is_dropped():
            raise TakenOverError

    def rest(self, history: Sequence[Step]) -> None:
        """The person has the screen, and is waited for."""
        self.think(history)
        with self._changed:
            self._phase = "waiting"
            self._news()

    def decide(self, decision: Decision | None) -> None:
        """The agent will do this next; ``None``: what it wanted to do is dropped."""
        with self._changed:
            self._deciding = decision
            self._news()

    def carry(self, act: Act) -> None:
        """From now on the person's ``act`` is carried out."""
        self.check()
        self._by_hand.add(len(self._steps))
        super().carry(act)

    def show(self, shot: Screenshot) -> None:
        """The screen as it is now."""
        self.check()
        super().show(shot)

    def touch(self, action: Action | None) -> None:
        """``action`` is about to be done, or asked about; ``None``: it will not be."""
        self.check()
        with self._changed:
            size = self._shot.size if self._shot is not None else None
            mark = mark_of_action(action, size) if action is not None and size else None
            if mark is not None and size is not None:
                to = pixel_share(mark.to, size) if mark.to is not None else None
                self._trace = Trace(at=pixel_share(mark.at, size), to=to)
            else:
                self._trace = None
            self._news()

    def step(self, step: Step) -> None:
        """A step is over."""
        with self._changed:
            self._steps = (*self._steps[: step.index], step)
            self._deciding, self._current = None, None
            self._news()

    def wait(self, timeout_s: float) -> None:
        """Return when the person wants something, or after a while."""
        self._await(lambda: not self._held or self._hand == "person", timeout_s)

    def take(self, timeout_s: float) -> Act | None:
        """The person's next act; ``None`` if there is none in time.

        Raises:
            HandedBackError: They have given the screen back, and nothing waits to be done.
            KeyboardInterrupt: They want to stop.
        """
        self._await(lambda: bool(self._pending) or self._hand == "agent", timeout_s)
        with self._changed:
            if not self._pending and self._hand == "agent":
                raise HandedBackError
        return super().take(0)

    def approve(self, text: str) -> bool:
        """Ask the person for a yes or a no, and wait for it; who takes over says no.

        Raises:
            KeyboardInterrupt: They want to stop.
        """
        return self._inquire("approve", text) is True

    def ask(self, text: str) -> str:
        """Put a question to the person, and wait for the answer.

        Raises:
            KeyboardInterrupt: They want to stop.
        """
        return str(self._inquire("answer", text))

    def keep(self, name: str) -> None:
        """The run is recorded under this name."""
        with self._changed:
            self._kept = name

    # The page's side.

    def view(self, after: int, timeout_s: float) -> View:
        """What is to be seen, as soon as its version is above ``after``."""
        plain = super().view(after, timeout_s)
        with self._changed:
            deciding = self._current.decision if self._current is not None else self._deciding
            told: dict[str, object] = {
                "done": tuple(self._line(step) for step in self._steps),
                "doing": words_of(deciding) if deciding is not None else "",
                "hand": self._hand,
                "held": self._held,
                "stopping": self._stopping,
                "saying": self._said,
                "notes": tuple(self._notes),
                "trace": self._trace,
                "inquiry": self._inquiry,
                "kept": self._kept,
            }
        return plain.model_copy(update=told)

    def accept(self, posted: Posted) -> None:
        """Let a gesture wait for its turn; it takes the screen over, if the agent has it.

        Raises:
            AgentMistakeError: There is no screen yet, it has turned, or it is all over.
        """
        super().accept(posted)
        with self._changed:
            self._hand = "person"
            self._news()

    def steer(self, order: Order) -> None:
        """Take an order, or an answer to what was asked.

        Raises:
            ActionFailedError: The run is over, or something else is asked by now.
        """
        with self._changed:
            if self._phase == "ended":
                raise ActionFailedError("The run is over.")
            match order:
                case Course(kind="stop"):
                    self._stopping = True
                case Course(kind="pause"):
                    self._held = True
                case Course(kind="go_on"):
                    self._held = False
                case Course(kind="take_over"):
                    self._hand = "person"
                case Course(kind="hand_back"):
                    self._hand, self._held = "agent", False
                case Approval(number=number, yes=yes):
                    self._answer(number, "approve", reply=yes)
                case Answer(number=number, text=text):
                    self._answer(number, "answer", reply=text)
            self._news()

    def _answer(self, number: int, kind: str, *, reply: bool | str) -> None:
        asked = self._inquiry
        if asked is None or (asked.number, asked.kind) != (number, kind):
            raise ActionFailedError("That is not asked any more.")
        self._reply, self._inquiry = reply, None

    def _inquire(self, kind: str, text: str) -> bool | str:
        with self._changed:
            self._inquiries += 1
            self._reply = None
            fields = {"number": self._inquiries, "kind": kind, "text": text}
            self._inquiry = Inquiry.model_validate(fields)
            self._news()
        try:
            while (reply := self._replied(kind)) is None:
                self._await(lambda: self._replied(kind) is not None, _LONG_S)
            return reply
        finally:
            with self._changed:
                self._inquiry = None
                self._news()

    def _replied(self, kind: str) -> bool | str | None:
        if self._reply is None and kind == "approve" and self._hand == "person":
            return False
        return self._reply

    def _await(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Wait until ``ready``, or the person wants to stop, or a while has passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or ready(), timeout_s)
        self.check()

    def _line(self, step: Step) -> Line:
        by: Hand = "person" if step.index in self._by_hand else "agent"
        thought = step.decision.thought if step.decision is not None else ""
        return line_of(step).model_copy(update={"thought": thought, "hand": by})
