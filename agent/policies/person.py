"""Decides what a person does: waits until they have acted, and hands the act on.

While it waits it looks at the screen again and again, in the loop's own thread. So somebody can
watch, a device that goes away is noticed, and nobody else ever speaks to the device.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from agent.policies.person_typing import Typed, focused_field, same_field, typed
from agent.recording.untold import UNTOLD
from agent.step import Decision, Step, ToolCall
from tools.device import Observation
from tools.errors import CaptureError
from tools.screen import Screenshot, same_screen
from tools.ui_tree import UiNode

_TOUCHLESS = frozenset({"note", "ask_user", "finish", "wait"})
_REFRESH_S = 0.1
_GLIMPSE_S = 0.15
_PAUSE_S = 1.2


class Deed(Protocol):
    """What a person did or wants done."""

    @property
    def decision(self) -> Decision:
        """The act as the loop takes it."""
        ...

    @property
    def happened(self) -> bool:
        """Whether the device has done it already."""
        ...

    @property
    def on_keyboard(self) -> bool:
        """Whether it was a finger on the soft keyboard."""
        ...


D = TypeVar("D", bound=Deed)


class Deeds(Protocol[D]):
    """Where a person's acts come from."""

    @property
    def pace_s(self) -> float:
        """Seconds from one look at the screen to the next while nothing is done."""
        ...

    @property
    def touched_s(self) -> float | None:
        """When a touch of the device began that was not taken yet; ``None`` without one."""
        ...

    def rest(self, history: Sequence[Step]) -> None:
        """All of ``history`` is done; the person is waited for."""
        ...

    def take(self, timeout_s: float) -> D | None:
        """The next act, as soon as there is one; ``None`` if there is none in time."""
        ...

    def carry(self, act: D) -> None:
        """From now on ``act`` is carried out."""
        ...


@dataclass(frozen=True)
class Eyes:
    """How the policy looks while it waits.

    Attributes:
        glance: Takes a frame.
        observe: Looks once, with the UI tree.
        seen: The frame of the last look before anything in it was hidden, to compare others with.
    """

    glance: Callable[[], Screenshot]
    observe: Callable[[], Observation]
    seen: Callable[[], Screenshot]


class PersonPolicy(Generic[D]):
    """Decides what the person does.

    Args:
        deeds: Where their acts come from.
        eyes: How to look meanwhile.
        heard: Told that the person is waited for.
        eager: Look again as soon as the screen has changed by itself, not only when something is
            to be done: a finger on the device does not wait.
    """

    name = "person"
    wants_ui_tree = True

    def __init__(
        self,
        deeds: Deeds[D],
        eyes: Eyes,
        heard: Callable[[str], None],
        *,
        eager: bool = False,
        secret: str = "",
    ) -> None:
        self._deeds = deeds
        self._eyes = eyes
        self._heard = heard
        self._eager = eager
        self._secret = secret
        self._next: deque[D] = deque()

    def decide(
        self,
        goal: str,  # noqa: ARG002 - the person knows
        observation: Observation,
        history: Sequence[Step],
    ) -> Decision:
        """Wait for the person's next act.

        The screen may have changed by itself since ``observation``. Then a short wait is decided
        first, so that the act is recorded on the screen that the person saw.

        Raises:
            DeviceError: The device went away meanwhile.
        """
        if self._next:
            return self._carry(self._next.popleft())
        self._deeds.rest(history)
        self._heard("waiting for you …")
        seen = latest = self._eyes.seen()
        while (deed := self._deeds.take(self._deeds.pace_s)) is None:
            before = latest
            with suppress(CaptureError):  # a screen that is off, or secret: it may come back
                latest = self._eyes.glance()
            untouched = self._deeds.touched_s is None  # else that is why the screen has changed
            if self._eager and untouched and _rests_elsewhere(seen, before, latest):
                return WAIT
        if deed.on_keyboard:
            return self._typing(deed, observation)
        stale = not same_screen(seen, latest)
        if stale and not deed.happened and deed.decision.call.name not in _TOUCHLESS:
            self._next.append(deed)
            return WAIT
        return self._carry(deed)

    def _typing(self, first: D, observation: Observation) -> Decision:
        """Keys of the soft keyboard become the text they wrote, if the field tells of it."""
        taps = [first]
        field = focused_field(observation.ui_tree)
        if field is None:
            return self._carry(first)
        now: Typed | None = None
        read = 0
        while True:
            deed = self._deeds.take(_GLIMPSE_S)
            if deed is None and read < len(taps):
                after = focused_field(self._eyes.observe().ui_tree)
                if after is None or not same_field(field, after):
                    submitted = now is not None and read == len(taps) - 1
                    return self._text_or_taps(now if submitted else None, taps, field, submit=True)
                now, read = typed(field, after), len(taps)
                deed = self._deeds.take(_PAUSE_S)
            if deed is None:
                break
            if not deed.on_keyboard:
                self._next.append(deed)
                break
            taps.append(deed)
        return self._text_or_taps(now if read == len(taps) else None, taps, field)

    def _text_or_taps(
        self, text: Typed | None, taps: list[D], field: UiNode, *, submit: bool = False
    ) -> Decision:
        if field.password and not self._secret:
            self._deeds.carry(taps[0])
            return Decision(thought="", call=UNTOLD)
        if field.password:  # where the keys are would betray it
            text = Typed(self._secret, clear=text is not None and text.clear)
        if text is None:
            self._next.extendleft(reversed(taps[1:]))
            return self._carry(taps[0])
        self._deeds.carry(taps[0])
        return Decision(
            thought="",
            call=ToolCall(
                name="type_text",
                arguments={"text": text.text, "clear": text.clear, "submit": submit},
            ),
        )

    def _carry(self, deed: D) -> Decision:
        self._deeds.carry(deed)
        return deed.decision


def _rests_elsewhere(seen: Screenshot, before: Screenshot, latest: Screenshot) -> bool:
    """Whether the screen is another than ``seen`` and at rest."""
    return not same_screen(seen, latest) and same_screen(before, latest)


WAIT = Decision(
    thought="The screen changed by itself.",
    call=ToolCall(name="wait", arguments={"duration_s": _REFRESH_S}),
)
