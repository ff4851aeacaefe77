"""An Android phone over ADB: real, emulated or the virtual one; it is driven the same way."""

import re
from dataclasses import replace
from pathlib import Path

from adbutils import AdbClient, AdbError

from tools.action import PHONE_KINDS, Action, OpenApp, TypeText, Wait
from tools.clock import Clock
from tools.device import DeviceInfo, Observation, ShellAnswer
from tools.devices.adb_socket import AdbLink
from tools.devices.android_apps import App, Apps
from tools.devices.android_capture import Capture, Method, Probe
from tools.devices.android_finger import FingerListener
from tools.devices.android_input import touch_command
from tools.devices.android_properties import Properties, read_touch_size
from tools.devices.android_text import TextEntry
from tools.devices.android_tree import DetailReader, Details
from tools.devices.android_window import why_no_picture
from tools.errors import ActionFailedError, CaptureError, DeviceError
from tools.geometry import Box, ModelPoint, Projection, Size, Space
from tools.screen import Screenshot
from tools.ui_tree import UiTree

_PATIENCE_S = 10.0
_PACKAGE = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)+")
_VERSION_CODE = re.compile(r"^\s*versionCode=(\d+)", re.MULTILINE)
_VERSION_NAME = re.compile(r"^\s*versionName=(\S+)", re.MULTILINE)
_FORBIDDEN = b"INJECT_EVENTS"
_REFUSED = (b"Error", b"Unknown command", b"Exception")


class AndroidDevice:
    """A phone that can be looked at and touched. Made by ``android_connect.connect``.

    Args:
        link: The way to the phone.
        clock: Measures.
        properties: What it told of itself.
        capture: How frames are taken.
        ui_tree: Whether observations carry the accessibility tree, where it is to be had; may be
            changed later through ``reads_ui_tree``.
        display: Number of the display; 0 is the built-in one.
    """

    def __init__(
        self,
        link: AdbLink,
        clock: Clock,
        properties: Properties,
        capture: Capture,
        *,
        ui_tree: bool = False,
        display: int = 0,
    ) -> None:
        self._link = link
        self._clock = clock
        self._upright = properties.touch_size
        self._capture = capture
        self.reads_ui_tree = ui_tree
        self._display = str(display) if display else ""
        self._details = DetailReader(link, clock)
        self._text = TextEntry(link, clock, self._details, properties.text)
        self._apps = Apps(link, self._details)
        self._tree: UiTree | None = None
        self._info = DeviceInfo(
            name=link.serial,
            kind="android",
            model=properties.model,
            release=properties.release,
            size=capture.size or properties.touch_size,
            density_dpi=properties.density_dpi,
            locale=properties.locale,
            emulated=properties.emulated,
            animated=properties.animated,
            capture=capture.name,
            theme=properties.theme,
            font_scale=properties.font_scale,
        )

    @property
    def info(self) -> DeviceInfo:
        """What was found when connecting; size and capture method as of the last frame."""
        return self._info

    @property
    def supports(self) -> frozenset[str]:
        """Everything that fingers and keys can do."""
        return PHONE_KINDS

    @property
    def capture_methods(self) -> tuple[Method, ...]:
        """How frames may be taken, what was found to be best first."""
        return self._capture.methods

    @property
    def probes(self) -> tuple[Probe, ...]:
        """How each capture method did when connecting, for the doctor."""
        return self._capture.probes

    def app_version(self, app: str) -> str:
        """Version code and name of a package; empty if it is not installed.

        Raises:
            DeviceError: The device went away.
        """
        if not _PACKAGE.fullmatch(app):
            return ""
        told = self._link.shell(f"dumpsys package {app}").text
        code, name = _VERSION_CODE.search(told), _VERSION_NAME.search(told)
        return f"{code[1]} ({name[1]})" if code and name else ""

    @property
    def _wants_tree(self) -> bool:
        return self.reads_ui_tree and not self._display  # uiautomator knows the first one only

    def glance(self) -> Screenshot:
        """Take one frame.

        Raises:
            SecureScreenError: The app in front forbids it.
            CaptureError: No usable frame came.
            DeviceError: The device went away.
        """
        try:
            frame = self._capture.grab()
        except CaptureError as error:
            raise why_no_picture(self._link) or error from error
        return self._noted(frame)

    def _noted(self, frame: Screenshot) -> Screenshot:
        """Look at the frame for what it tells of the phone."""
        if frame.is_black and (reason := why_no_picture(self._link)) is not None:
            raise reason
        known = self._info.size
        if {frame.size.width, frame.size.height} != {known.width, known.height}:  # no mere turn
            self._upright = read_touch_size(self._link, display=int(self._display or 0))
        if frame.size != known or frame.source != self._info.capture:
            changes = {"size": frame.size, "capture": frame.source}
            self._info = self._info.model_copy(update=changes)
        return frame

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look once: two round trips, or one if the frame is given.

        Raises:
            DeviceError: The device cannot be looked at.
        """
        frame = self.glance() if seen is None else seen
        return self._observation(frame, self._details.read(tree=self._wants_tree))

    def observe_twice(self) -> tuple[Screenshot, Observation] | None:
        """Look twice in one round trip; ``None`` if the UI tree is wanted or a frame is unusable.

        Raises:
            DeviceError: The device cannot be looked at.
        """
        if self._wants_tree:
            return None

        def taken(printed: bytes, requested_s: float) -> Screenshot:
            # At once, so that the second frame, if it is the same, shares what was computed.
            return self._noted(self._capture.accept(printed, requested_s))

        try:
            first, details, second = self._details.read_between(self._capture.command, taken)
        except CaptureError:
            return None  # glance() tries again, in other ways too, and says why it cannot
        return first, self._observation(second, details)

    def _observation(self, frame: Screenshot, details: Details) -> Observation:
        tree = details.ui_tree
        if tree is not None and self._touch_size(frame.size) != frame.size:
            tree = _scaled(tree, Projection(shown=self._touch_size(frame.size), device=frame.size))
        self._tree = tree
        return Observation(
            screenshot=frame,
            app=details.app,
            activity=details.activity,
            ui_tree=tree,
            device_time=details.device_time,
        )

    def perform(self, action: Action) -> None:
        """Carry out ``action``; touches, keys and waiting are one round trip.

        Raises:
            ActionFailedError: It cannot be done on this screen.
            DeviceError: The device went away, or forbids touches over ADB.
        """
        match action:
            case TypeText():
                self._text.enter(action)
            case OpenApp():
                self._apps.open(action.name)
            case Wait():
                patience_s = action.duration_s + _PATIENCE_S
                self._link.shell(f"sleep {action.duration_s:g}", timeout_s=patience_s)
            case _:
                self._touch(action)

    def shell(self, command: str, *, timeout_s: float = 10.0) -> ShellAnswer:
        """Run a shell command on the phone, as a check of a task does; see ``RunsShell``.

        Raises:
            DeviceTimeoutError: It did not end in time.
            DeviceError: The device went away.
        """
        result = self._link.shell(command, timeout_s=timeout_s)
        out, err = (part.decode("utf-8", "replace") for part in (result.stdout, result.stderr))
        return ShellAnswer(result.code, out, err)

    def apps(self) -> tuple[App, ...]:
        """The apps that have an icon.

        Raises:
            DeviceError: The device went away.
        """
        return self._apps.list()

    def misnamed(self, app: str) -> str:
        """See ``NamesApps``.

        Raises:
            DeviceError: The device went away.
        """
        return self._apps.misnamed(app)

    def finger(self) -> FingerListener:
        """Somebody who hears what a finger does on the phone itself.

        Raises:
            DeviceError: It has no touch screen, or went away.
        """
        return FingerListener(
            self._link, self._clock, lambda: (self._info.size, self._info.density_dpi)
        )

    def push(self, source: Path, target: str) -> None:
        """Copy a file from this machine to the path ``target`` on the phone.

        Raises:
            DeviceError: It could not be copied.
        """
        server = self._link.server
        client = AdbClient(host=server.host, port=server.port)
        try:
            client.device(self._link.serial).sync.push(source, target)
        except (AdbError, OSError, EOFError, ValueError) as error:
            raise DeviceError(f"{source} could not be copied to the device: {error}") from error

    def close(self) -> None:
        """Nothing is held open between calls, and nothing is left changed."""

    def _touch(self, action: Action) -> None:
        frame = self._info.size
        projection = Projection(shown=frame, device=self._touch_size(frame))
        command = touch_command(action, projection, display=self._display, tree=self._tree)
        if command is None:
            raise ActionFailedError(f"An Android phone cannot do {action.kind}.")
        result = self._link.shell(command)
        output = result.stdout + result.stderr
        if _FORBIDDEN in output:
            raise DeviceError(
                "The phone does not let ADB touch it. Switch on 'USB debugging (Security "
                "settings)' in its developer options."
            )
        if result.code != 0 or any(word in output for word in _REFUSED):
            raise ActionFailedError(f"{action.kind} did not work: {result.complaint}")

    def _touch_size(self, frame: Size) -> Size:
        """What ``input`` counts in, turned as ``frame`` is."""
        size = self._upright
        if (frame.width > frame.height) != (size.width > size.height):
            return Size(width=size.height, height=size.width)
        return size


def _scaled(tree: UiTree, projection: Projection) -> UiTree:
    """``tree`` with its boxes in pixels of the frame, where Android lays them out in others."""
    area = Box.of(projection.shown)

    def box(node_box: Box) -> Box:
        seen = node_box.intersection(area)
        if seen.area == 0:
            return Box(left=0, top=0, right=0, bottom=0)
        first = ModelPoint(x=float(seen.left), y=float(seen.top), space=Space.MODEL_PX)
        last = ModelPoint(x=float(seen.right - 1), y=float(seen.bottom - 1), space=Space.MODEL_PX)
        start, end = projection.to_device(first), projection.to_device(last)
        return Box(left=start.x, top=start.y, right=end.x + 1, bottom=end.y + 1)

    return UiTree(
        nodes=tuple(replace(node, box=box(node.box)) for node in tree.nodes), source=tree.source
    )
