"""The phone as everything outside sees it: one lock, one version, one state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tools.virtual_phone.system import keycodes
from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.buttons import NAVIGATION, Buttons
from tools.virtual_phone.system.clock import VirtualClock
from tools.virtual_phone.system.filesystem import Entry
from tools.virtual_phone.system.phone_view import PhoneView
from tools.virtual_phone.system.scenario import parse_scenario
from tools.virtual_phone.system.state import PhoneState
from tools.virtual_phone.system.storage import Databases
from tools.virtual_phone.system.text_entry import TextEntry
from tools.virtual_phone.system.touch import Touch
from tools.virtual_phone.system.touchscreen import Touchscreen
from tools.virtual_phone.system.windows import Windows

TAP_S = 0.3
KEY_S = 0.1


@dataclass(frozen=True)
class Snapshot:
    """Everything about a phone at one moment, for `Phone.restore`."""

    scenario: str
    seed: int
    elapsed_s: float
    state: str
    settings: Mapping[str, Any]
    databases: Mapping[str, bytes]
    files: Mapping[str, Entry]


class Phone(PhoneView):
    """A whole phone in software.

    Coordinates are px of the screen as it is held; durations are virtual seconds. Every method
    takes `lock`; hold it over several calls to see one state. Looking (frame, window, version,
    content and so on) changes nothing and moves no clock. What an app's handler raises comes out
    of the call that caused it; the phone goes on from the state the handler left.

    Args:
        apps: The installed apps, a launcher among them.
        scenario: A scenario's name, see `scenario.py`.
        seed: Number that all invented data depends on.
        realtime: Whether the clock follows the host's besides the inputs.

    Raises:
        UnknownScenarioError: If there is no such scenario.
        ValueError: If no app is a launcher, or two have the same package.
    """

    def __init__(
        self,
        *,
        apps: Sequence[App],
        scenario: str = "default",
        seed: int = 0,
        realtime: bool = False,
    ) -> None:
        parsed = parse_scenario(scenario)
        by_package = {app.package: app for app in apps}
        if len(by_package) != len(apps):
            raise ValueError("two apps have the same package")
        clock = VirtualClock(parsed.now, realtime=realtime)
        databases = Databases(by_package, parsed, seed)
        windows = Windows(by_package, clock, databases, parsed, seed)
        super().__init__(by_package, windows)
        entry = TextEntry(windows, self._display)
        self._entry = entry
        self._touch = Touch(windows, self._display, entry)
        self._buttons = Buttons(windows, self._display, entry, self._touch)
        self.touchscreen = Touchscreen(self, lambda: windows.clock.elapsed_s)

    def tap(self, x: float, y: float) -> None:
        """Tap at a point."""
        with self._input("tap", TAP_S, f"{x:g},{y:g}"):
            self._gesture(lambda: self._touch.tap((x, y)))

    def long_press(self, x: float, y: float, duration_s: float = 0.8) -> None:
        """Hold a point; shorter than half a second is a tap."""
        with self._input("long_press", duration_s, f"{x:g},{y:g}"):
            self._gesture(lambda: self._touch.swipe((x, y), (x, y), duration_s))

    def swipe(self, x1: float, y1: float, x2: float, y2: float, duration_s: float = 0.3) -> None:
        """Move a finger; with equal ends it is a long press."""
        with self._input("swipe", duration_s, f"{x1:g},{y1:g} {x2:g},{y2:g}"):
            self._gesture(lambda: self._touch.swipe((x1, y1), (x2, y2), duration_s))

    def drag(self, x1: float, y1: float, x2: float, y2: float, duration_s: float = 1.0) -> None:
        """Hold a point, then move."""
        with self._input("drag", duration_s, f"{x1:g},{y1:g} {x2:g},{y2:g}"):
            self._gesture(lambda: self._touch.drag((x1, y1), (x2, y2), duration_s))

    def type_text(self, text: str) -> bool:
        """Type into the focused field; False, and nothing typed, where none is focused."""
        with self._input("text", KEY_S * len(text), text):
            return self._entry.type_text(text)

    def key(self, code: int, *, long_press: bool = False) -> None:
        """Press a key by its Android key code."""
        with self._input("key", 1.0 if long_press else KEY_S, str(code)):
            self._buttons.press(code)

    def keys(self, codes: Sequence[int]) -> None:
        """Press keys together, such as Ctrl and A: the last one while the others are held."""
        with self._input("keys", KEY_S * len(codes), "+".join(map(str, codes))):
            if codes:
                self._buttons.press(codes[-1], tuple(codes[:-1]))

    def ime_commit(self, text: str) -> bool:
        """Insert text at once, as an input method does."""
        with self._input("ime", KEY_S, text):
            return self._entry.commit(text)

    def ime_clear(self) -> bool:
        """Empty the focused field, as an input method does."""
        with self._input("ime", KEY_S, "clear"):
            return self._entry.clear()

    def ime_action(self) -> bool:
        """The input method's action key: submit, next or done."""
        with self._input("ime", KEY_S, "action"):
            return self._entry.enter()

    def back(self) -> None:
        """The Back key: closes the keyboard, a dialog, a screen, the app."""
        self.key(keycodes.BACK)

    def home(self) -> None:
        """The Home key."""
        self.key(keycodes.HOME)

    def recents(self) -> None:
        """The Recents key."""
        self.key(keycodes.APP_SWITCH)

    def start(self, package: str, screen: str = "", **args: object) -> bool:
        """Start an app or bring it to the front; False if there is no such app or screen."""
        with self._change():
            return self._windows.start(package, screen, **args)

    def force_stop(self, package: str) -> None:
        """End an app; unsaved state is lost. Unknown packages are ignored."""
        with self._change():
            self._windows.log("force_stop", package)
            self._windows.close_task(package)

    def clear(self, package: str) -> None:
        """End an app and delete its data; it starts anew from the seed."""
        with self._change():
            self._windows.log("clear", package)
            self._windows.databases.forget(package)
            state = self._windows.state
            state.permissions.pop(package, None)
            state.inputs.pop(package, None)
            state.popups = [one for one in state.popups if one != package]
            self._windows.close_task(package)

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass.

        Raises:
            ValueError: If `seconds` is negative.
        """
        with self._change():
            self._windows.clock.advance(seconds)

    def log(self, kind: str, detail: str) -> None:
        """Append to the event log."""
        with self.lock:
            self._windows.log(kind, detail)

    # Whole states.

    def snapshot(self) -> Snapshot:
        """Everything as it is now."""
        with self.lock:
            windows = self._windows
            return Snapshot(
                scenario=windows.scenario.name,
                seed=windows.seed,
                elapsed_s=windows.clock.elapsed_s,
                state=windows.state.dump(),
                settings=windows.settings.dump(),
                databases=windows.databases.dump(),
                files=windows.files.snapshot(),
            )

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot, of this phone or of another with the same apps."""
        with self._change():
            windows = self._windows
            windows.adopt(parse_scenario(snapshot.scenario), snapshot.seed)
            windows.clock.set_elapsed(snapshot.elapsed_s)
            windows.settings.load(snapshot.settings)
            windows.databases.load(snapshot.databases)
            windows.files.restore(snapshot.files)
            windows.state = PhoneState.load(snapshot.state)
            windows.log("restore")

    def reset(self, scenario: str | None = None, seed: int | None = None) -> None:
        """Start anew as just out of the box; what is not given stays the same.

        Raises:
            UnknownScenarioError: If there is no such scenario; then nothing was changed.
        """
        parsed = parse_scenario(scenario) if scenario is not None else self.scenario
        with self._change():
            windows = self._windows
            windows.adopt(parsed, self.seed if seed is None else seed)
            windows.boot()
            windows.log("reset", f"{parsed.name} seed {windows.seed}")

    def close(self) -> None:
        """Free the databases."""
        with self.lock:
            self._windows.databases.forget_all()

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self.lock:
            try:
                yield
            finally:
                self._windows.changed()

    @contextmanager
    def _input(self, kind: str, duration_s: float, detail: str) -> Iterator[None]:
        with self._change():
            self._windows.clock.advance(duration_s)
            self._windows.log(kind, detail)
            package = self._windows.state.front.package
            yield
            self._windows.count_input(package)

    def _gesture(self, gesture: Callable[[], str]) -> None:
        if not self.awake:
            return
        hit = gesture()
        if hit in NAVIGATION:
            self._buttons.press(NAVIGATION[hit])
        self._windows.log("hit", hit or "nothing")
