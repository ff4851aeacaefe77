"""The desktop of this machine: frames by mss, acts by pyautogui, windows as it keeps them."""

import platform as machine
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from tools.action import (
    DESKTOP_KINDS,
    Action,
    Back,
    DoubleTap,
    Drag,
    FocusWindow,
    Home,
    Hotkey,
    Hover,
    LongPress,
    MiddleClick,
    OpenApp,
    PressKey,
    Recents,
    RightClick,
    Scroll,
    Swipe,
    Tap,
    TripleClick,
    TypeText,
    Wait,
    points_of,
)
from tools.clock import Clock
from tools.device import DeviceInfo, Observation, ShellAnswer
from tools.devices.desktop_capture import Grabber, whole
from tools.devices.desktop_clipboard import Clipboard
from tools.devices.desktop_corner import CornerWatch
from tools.devices.desktop_hands import NOTCH_POINTS, Hands
from tools.devices.desktop_keys import pressed_for
from tools.devices.desktop_shell import DesktopShell
from tools.devices.desktop_target import Target
from tools.devices.desktop_text import DesktopText, Front
from tools.devices.desktop_windows import Desk
from tools.devices.x11_windows import XWindow
from tools.errors import ActionFailedError, CaptureError, DeviceGoneError, UnknownDeviceError
from tools.geometry import Box, DesktopPoint, Placement, Size
from tools.screen import Screenshot
from tools.ui_tree import UiTree

_LIT_AGAIN_S, _POLL_S = 2.0, 0.2
_CLICKS: Final = {"tap": ("left", 1), "double_tap": ("left", 2), "triple_click": ("left", 3),
                  "right_click": ("right", 1), "middle_click": ("middle", 1)}  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """What a desktop is driven with.

    Attributes:
        grabber: Takes frames.
        hands: Moves and presses.
        desk: Windows, apps and the accessibility tree.
        clipboard: What pastes.
        text: Makes the text entry, given how to look at what is in front.
        clock: Passes time.
        watch: The person's brake; ``None`` for none.
        platform: As ``sys.platform`` says.
        virtual: Whether the display is drawn for programs only.
        shell: Runs commands.
    """

    grabber: Grabber
    hands: Hands
    desk: Desk
    clipboard: Clipboard
    text: Callable[[Callable[[], Front]], DesktopText]
    clock: Clock
    watch: CornerWatch | None
    platform: str
    virtual: bool
    shell: DesktopShell


class DesktopDevice:
    """A desktop that can be looked at and acted on. Made by ``desktop_connect.connect_desktop``.

    Args:
        target: What of it is shown, and the only place where acts are allowed.
        parts: What it is driven with.
        ui_tree: Whether observations carry the accessibility tree, where there is one; may be
            changed later through ``reads_ui_tree``.
        pointer_back: Whether the pointer is put back where it was, after each act.

    Raises:
        UnknownDeviceError: There is no such monitor, window or region.
    """

    def __init__(
        self, target: Target, parts: Parts, *, ui_tree: bool = False, pointer_back: bool = False
    ) -> None:
        self._target = target
        self._parts = parts
        self._desk = parts.desk
        self._clock = parts.clock
        self._hands = parts.hands
        self.reads_ui_tree = ui_tree
        self._pointer_back = pointer_back
        self._text = parts.text(self._front)
        self._area = self._find_area(connecting=True)
        frame, self._placement = parts.grabber.grab(self._area)
        self._info = DeviceInfo(
            name=target.name,
            kind="desktop",
            model=self._desk.model,
            release=f"{machine.system()} {machine.release()}",
            size=frame.size,
            density_dpi=round(96 * self._placement.scale),
            locale="",
            emulated=parts.virtual,
            animated=True,
            capture=frame.source,
        )

    @property
    def info(self) -> DeviceInfo:
        """What was found when connecting; the size as of the last frame."""
        return self._info

    @property
    def supports(self) -> frozenset[str]:
        """What a mouse, a keyboard and windows can do."""
        return DESKTOP_KINDS

    @property
    def placement(self) -> Placement:
        """Where the last frame lies on the desktop."""
        return self._placement

    @property
    def target(self) -> Target:
        """What of the desktop is driven."""
        return self._target

    def leave_to_person(self) -> None:
        """From now on the person acts: a pointer in a corner is no brake any more.

        May be called twice.
        """
        if self._parts.watch is not None:
            self._parts.watch.close()
            self._parts = replace(self._parts, watch=None)

    def glance(self) -> Screenshot:
        """Take one frame.

        Raises:
            HandsOff: The person pushed the pointer into a corner.
            DeviceGoneError: The display, or the window that is driven, went away.
            CaptureError: The screen is locked or switched off.
        """
        self._check_brake()
        frame = self._grab()
        end_s = self._clock.now() + _LIT_AGAIN_S
        while frame.is_black and (why := self._desk.why_black(self._area)):
            if self._clock.now() >= end_s:
                raise CaptureError(why)
            self._clock.sleep(_POLL_S)
            frame = self._grab()
        return frame

    def _grab(self) -> Screenshot:
        if self._target.window:
            self._follow()
        frame, self._placement = self._parts.grabber.grab(self._area)
        if frame.size != self._info.size:
            self._info = self._info.model_copy(update={"size": frame.size})
        return frame

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look once: frame, windows and, where it is wanted and possible, the tree.

        Raises:
            HandsOff: The person pushed the pointer into a corner.
            DeviceError: The desktop cannot be looked at.
        """
        if seen is None:
            self._check_brake()
        self._follow()
        frame = self.glance() if seen is None else seen
        windows = self._desk.windows()
        front = next((window for window in windows if window.active), None)
        return Observation(
            screenshot=frame,
            app=front.app if front is not None else "",
            activity=front.title if front is not None else "",
            ui_tree=self._tree() if self.reads_ui_tree else None,
            device_time=datetime.now(),
            windows=windows,
        )

    def perform(self, action: Action) -> None:
        """Carry out ``action``.

        Raises:
            HandsOff: The person pushed the pointer into a corner.
            ActionFailedError: It cannot be done on this screen.
            OffScreenError: A point lies outside of what is driven.
            DeviceGoneError: The display, or the window that is driven, went away.
        """
        self._check_brake()
        if self._target.window and not isinstance(action, Wait):
            self._follow()
            self._desk.bring_forward(self._target.window)
        if isinstance(action, TypeText | PressKey | Hotkey):
            self._require_front_within()
        points = tuple(self._placement.to_desktop(point) for point in points_of(action))
        gives_back = self._pointer_back and points and not isinstance(action, Hover)
        before = (self._hands.position(),) if gives_back else ()
        watch = self._parts.watch
        with watch.own_move((*points, *before)) if watch is not None else nullcontext():
            self._carry_out(action, points)
            for point in before:
                self._hands.move(point)

    def shell(self, command: str, *, timeout_s: float = 10.0) -> ShellAnswer:
        """Run a command of a task as a program of this desktop; see ``RunsShell``.

        Raises:
            HandsOff: The person pushed the pointer into a corner.
            ActionFailedError: Acts are allowed in a part of the desktop only.
            DeviceTimeoutError: It did not end in time.
        """
        self._check_brake()
        if self._target.window or self._target.region is not None:
            raise self._not_within("no command is run there.")
        return self._parts.shell.run(command, timeout_s=timeout_s)

    def end_command(self) -> None:
        """End the command that is run just now, if one is. May be called in any thread."""
        self._parts.shell.end()

    def close(self) -> None:
        """Let go, and put back what was changed. May be called twice."""
        if self._parts.watch is not None:
            self._parts.watch.close()
        self._parts.clipboard.close()
        self._desk.close()
        self._parts.grabber.close()

    def _carry_out(self, action: Action, points: tuple[DesktopPoint, ...]) -> None:
        match action:
            case Tap() | DoubleTap() | TripleClick() | RightClick() | MiddleClick():
                button, times = _CLICKS[action.kind]
                self._hands.click(points[0], button=button, times=times)
            case Hover():
                self._hands.move(points[0])
            case LongPress():
                self._hands.hold(points[0], action.duration_s)
            case Drag():
                self._hands.drag(points[0], points[1], action.duration_s)
            case Scroll():
                self._scroll(action, points[0])
            case TypeText():
                self._text.enter(action)
            case PressKey():
                keys = pressed_for(action.key, self._parts.platform, self._hands.keys)
                self._hands.press(keys)
            case Hotkey():
                self._hands.hotkey(action.keys)
            case OpenApp():
                self._open(action.name)
            case FocusWindow():
                self._focus(action.title)
            case Wait():
                self._clock.sleep(action.duration_s)
            case Swipe() | Back() | Home() | Recents():
                raise ActionFailedError(f"A desktop cannot do {action.kind}.")
            case _:
                assert_never(action)

    def _scroll(self, action: Scroll, at: DesktopPoint) -> None:
        across = action.direction in ("left", "right")
        extent = self._area.width if across else self._area.height
        notches = max(1, round(action.amount * extent / NOTCH_POINTS.get(self._parts.platform, 60)))
        if action.direction in ("up", "left"):
            notches = -notches
        self._hands.wheel(at, down=0 if across else notches, right=notches if across else 0)

    def _open(self, name: str) -> None:
        if self._target.window:
            raise ActionFailedError(
                f"Only the window {self._target.window!r} may be used: no other app can be opened."
            )
        if self._target.region is not None:
            raise self._not_within("an app would open where the desktop puts it.")
        self._desk.open_app(name)
        if self._lies_outside(self._desk.front()):
            raise self._not_within(f"{name} is open, but shows outside of it.")

    def _focus(self, title: str) -> None:
        if self._target.window:
            raise ActionFailedError(f"Only the window {self._target.window!r} may be used.")
        self._desk.focus(title, within=self._area if self._target.is_part else None)

    def _require_front_within(self) -> None:
        """Keys go to the window in front, wherever that lies.

        Raises:
            ActionFailedError: It shows in no part of what is driven.
        """
        front = self._desk.front()
        if self._lies_outside(front):
            raise self._not_within(
                f"the keys would go to the window {front.title!r}, which shows outside of it. "
                "Click into what is seen first."
            )

    def _lies_outside(self, window: XWindow) -> bool:
        inside = self._area.intersection(window.area).area > 0
        return self._target.is_part and bool(window.handle) and not inside

    def _not_within(self, why: str) -> ActionFailedError:
        return ActionFailedError(f"Acts are only allowed in {self._target.name!r}: {why}")

    def _front(self) -> Front:
        front = self._desk.front()
        return Front(app=front.app, handle=front.handle, tree=self._tree())

    def _tree(self) -> UiTree | None:
        return self._desk.tree(self._placement)

    def _follow(self) -> None:
        """Windows are moved, and monitors come and go: what was seen in a window moved along."""
        area = self._find_area(connecting=False)
        if (area.width, area.height) == (self._area.width, self._area.height):
            self._placement = Placement(area=area, frame=self._placement.frame)
        self._area = area

    def _check_brake(self) -> None:
        if self._parts.watch is not None:
            self._parts.watch.check()

    def _find_area(self, *, connecting: bool) -> Box:
        """What is shown, in points: monitors come and go, and windows are moved."""
        target = self._target
        if target.window:
            return self._desk.area_of(target.window, connecting=connecting)
        monitors = self._parts.grabber.monitors()
        if target.monitor:
            found = next((each for each in monitors if each.number == target.monitor), None)
            if found is None and connecting:
                numbers = ", ".join(f"desktop:{each.number}" for each in monitors)
                raise UnknownDeviceError(
                    f"There is no monitor {target.monitor}.", hint=f"There are: {numbers}."
                )
            if found is None:
                raise DeviceGoneError(f"Monitor {target.monitor} went away.")
            return found.area
        around = whole(monitors)
        if target.region is None:
            return around
        if connecting and not around.encloses(target.region):
            size = Size(width=around.width, height=around.height)
            raise UnknownDeviceError(
                f"The region of {target.name!r} is not on the desktop.",
                hint=f"It is {size} points large, from ({around.left}, {around.top}).",
            )
        return target.region
