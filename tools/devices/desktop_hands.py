"""The mouse and the keyboard of a desktop, through pyautogui without its pauses."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Final

from tools.clock import Clock
from tools.devices.desktop_keys import key_name
from tools.devices.desktop_reach import reaching
from tools.geometry import DesktopPoint

_STEP_S = 0.016
_HOLD_S = 0.12
"""A press must last a moment before what lies under it is picked up."""
_BETWEEN_CLICKS_S = 0.05
_WHEEL: Final[dict[str, int]] = {"linux": 1, "win32": 120, "darwin": 1}
"""What pyautogui passes on as one notch of the wheel."""
NOTCH_POINTS: Final[dict[str, int]] = {"linux": 60, "win32": 100, "darwin": 10}
"""About how far one notch scrolls; GTK 3 moves 50 to 75 points, Chromium 53."""


_SWITCHING: Final = frozenset({"alt", "option", "winleft", "command"})
_SWITCH_S: Final = 0.2
"""As long as a person holds alt and tab. A window manager that is told of both ends of it at once
may miss the second, and then keeps the keyboard to itself."""


class Hands:
    """Moves and presses.

    Args:
        module: pyautogui, loaded.
        clock: Paces drags and double clicks.
        platform: As ``sys.platform`` says.
        trouble: What is raised here when the display goes away.
    """

    def __init__(
        self,
        module: ModuleType,
        clock: Clock,
        platform: str,
        trouble: tuple[type[BaseException], ...],
    ) -> None:
        self._module = module
        self._clock = clock
        self._platform = platform
        self._trouble = trouble
        mapping = module.platformModule.keyboardMapping
        self.keys: Collection[str] = frozenset(key for key, code in mapping.items() if code)

    def position(self) -> DesktopPoint:
        """Where the pointer is."""
        with self._reaching():
            x, y = self._module.position()
        return DesktopPoint(x=int(x), y=int(y))

    def close(self) -> None:
        """Nothing is held: pyautogui keeps its display."""

    def move(self, to: DesktopPoint) -> None:
        """Put the pointer somewhere."""
        with self._reaching():
            self._module.moveTo(to.x, to.y)

    def click(self, at: DesktopPoint, *, button: str = "left", times: int = 1) -> None:
        """Press and release a button once or several times."""
        for number in range(times):
            if number:
                self._clock.sleep(_BETWEEN_CLICKS_S)
            with self._reaching():
                self._module.click(at.x, at.y, button=button)

    def hold(self, at: DesktopPoint, duration_s: float) -> None:
        """Keep the left button down for a while."""
        self.move(at)
        with self._pressed():
            self._clock.sleep(duration_s)

    def drag(self, start: DesktopPoint, end: DesktopPoint, duration_s: float) -> None:
        """Press at ``start``, move to ``end`` evenly, and let go there."""
        self.move(start)
        steps = max(4, round(duration_s / _STEP_S))
        with self._pressed():
            self._clock.sleep(_HOLD_S)
            for step in range(1, steps + 1):
                part = step / steps
                x = start.x + round((end.x - start.x) * part)
                y = start.y + round((end.y - start.y) * part)
                self.move(DesktopPoint(x=x, y=y))
                self._clock.sleep(duration_s / steps)
            self._clock.sleep(_HOLD_S)

    def wheel(self, at: DesktopPoint, *, down: int = 0, right: int = 0) -> None:
        """Turn the wheel by so many notches; negative is up and left."""
        self.move(at)
        unit = _WHEEL.get(self._platform, 1)
        with self._reaching():
            if down:
                self._module.scroll(-down * unit)
            if right:
                self._module.hscroll(right * unit)

    def press(self, keys: Sequence[str]) -> None:
        """Press keys together, by pyautogui's names, the last one last."""
        held: list[str] = []
        try:
            for key in keys:
                held.append(key)
                with self._reaching():
                    self._module.keyDown(key)
            if _SWITCHING.intersection(held) and len(held) > 1:
                self._clock.sleep(_SWITCH_S)
        finally:
            for key in reversed(held):
                with self._reaching():
                    self._module.keyUp(key)

    def hotkey(self, names: Sequence[str]) -> None:
        """Press keys together, by the names people use.

        Raises:
            ActionFailedError: There is no such key.
        """
        self.press([key_name(name, self._platform, self.keys) for name in names])

    def write(self, text: str) -> None:
        """Type characters that the caller knows to be safe."""
        with self._reaching():
            self._module.write(text)

    @contextmanager
    def _pressed(self) -> Iterator[None]:
        with self._reaching():
            self._module.mouseDown()
        try:
            yield
        finally:  # also when the person stops the run in the middle of a drag
            with self._reaching():
                self._module.mouseUp()

    def _reaching(self) -> AbstractContextManager[None]:
        return reaching("The desktop", self._trouble)
