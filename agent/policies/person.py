"""Decides what a person does: waits until they have acted, and hands the act on.

While it waits it looks at the screen again and again, in the loop's own thread. So somebody can
watch, a device that goes away is noticed, and nobody else ever speaks to the device.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from agent.step import Decision, Step, ToolCall
from tools.device import Observation
from tools.screen import Screenshot, same_screen

_TOUCHLESS = frozenset({"note", "ask_user", "finish", "wait"})
_REFRESH_S = 0.1


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


class Deeds(Protocol):
    """Where a person's acts come from."""

    @property
    def pace_s(self) -> float:
        """Seconds from one look at the screen to the next while nothing is done."""
        ...

    def rest(self, history: Sequence[Step]) -> None:
        """All of ``history`` is done; the person is waited for."""
        ...

    def take(self, timeout_s: float) -> Deed | None:
        """The next act, as soon as there is one; ``None`` if there is none in time."""
        ...


class PersonPolicy:
    """Decides what the person does.

    Args:
        deeds: Where their acts come from.
        look: Takes a frame.
        heard: Told that the person is waited for.
    """

    name = "person"
    wants_ui_tree = True

    def __init__(
        self, deeds: Deeds, look: Callable[[], Screenshot], heard: Callable[[str], None]
    ) -> None:
        self._deeds = deeds
        self._look = look
        self._heard = heard
        self._held: Decision | None = None

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
        held, self._held = self._held, None
        if held is not None:
            return held
        self._deeds.rest(history)
        self._heard("waiting for you …")
        latest = observation.screenshot
        while (deed := self._deeds.take(self._deeds.pace_s)) is None:
            latest = self._look()
        decision = deed.decision
        stale = not same_screen(observation.screenshot, latest)
        if stale and not deed.happened and decision.call.name not in _TOUCHLESS:
            self._held = decision
            return _WAIT
        return decision


_WAIT = Decision(
    thought="The screen changed by itself.",
    call=ToolCall(name="wait", arguments={"duration_s": _REFRESH_S}),
)
