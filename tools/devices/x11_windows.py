"""The windows of an X11 desktop, as its window manager keeps them (EWMH)."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Final

from tools.devices.desktop_reach import reaching
from tools.devices.desktop_session import DesktopSession, authority
from tools.errors import DeviceGoneError
from tools.geometry import Box, DesktopPoint

_PAGER: Final = 2
"""Source of a request in EWMH: something like a task bar, which may always raise windows."""
_ACTIVATE, _CLIENTS, _STACKED = (
    "_NET_ACTIVE_WINDOW",
    "_NET_CLIENT_LIST",
    "_NET_CLIENT_LIST_STACKING",
)
_LOCK_MASK: Final = 2


@dataclass(frozen=True)
class XWindow:
    """One window.

    Attributes:
        handle: Its X id.
        title: What stands in its title bar.
        app: Second part of its class, in small letters, such as ``mousepad``.
        pid: Process that it belongs to; 0 if it does not say.
        owner: Id of the window that it is a dialog of; 0 for none.
        area: Its inside, in points of the desktop.
    """

    handle: int
    title: str
    app: str
    pid: int
    owner: int
    area: Box


def x_trouble() -> tuple[type[BaseException], ...]:
    """What python3-Xlib raises when the server goes away."""
    from Xlib import error

    return (error.ConnectionClosedError, error.DisplayError, OSError)


class XWindows:
    """Looks at windows and raises them, over a connection of its own.

    Args:
        session: Names the display.

    Raises:
        DeviceGoneError: The display does not answer.
    """

    def __init__(self, session: DesktopSession) -> None:
        from Xlib import display, error

        self._trouble = x_trouble()
        self._lost: type[BaseException] = error.XError
        with authority(session), self._reaching():
            self._display: Any = display.Display(session.display)
        self._root: Any = self._display.screen().root
        self._atoms: dict[str, int] = {}

    @property
    def manager(self) -> str:
        """Name of the window manager; empty if none runs."""
        with self._reaching():
            check = self._words(self._root, "_NET_SUPPORTING_WM_CHECK")
            if not check:
                return ""
            try:
                return self._text(self._window(check[0]), "_NET_WM_NAME")
            except self._lost:  # it ended without taking back what it had said
                return ""

    def position(self) -> DesktopPoint:
        """Where the pointer is."""
        with self._reaching():
            found = self._root.query_pointer()
        return DesktopPoint(x=found.root_x, y=found.root_y)

    @property
    def caps_lock(self) -> bool:
        """Whether capitals are locked."""
        with self._reaching():
            return bool(self._root.query_pointer().mask & _LOCK_MASK)

    def key_level(self, keysym: int) -> int | None:
        """On which level of its key a character lies: 0 plain, 1 with shift; ``None`` on no key."""
        with self._reaching():
            levels = [index for _, index in self._display.keysym_to_keycodes(keysym)]
        return min(levels, default=None)

    def windows(self) -> tuple[XWindow, ...]:
        """The windows that the window manager keeps, from the bottom to the top."""
        with self._reaching():
            handles = self._words(self._root, _STACKED) or self._words(self._root, _CLIENTS)
            found = [self._read(handle) for handle in handles]
        return tuple(window for window in found if window is not None)

    def active(self) -> int:
        """Id of the window that takes the keys; 0 if none does."""
        with self._reaching():
            found = self._words(self._root, _ACTIVATE)
        return found[0] if found else 0

    def activate(self, window: XWindow) -> None:
        """Ask the window manager to raise ``window`` and to give it the keys."""
        from Xlib import X
        from Xlib.protocol import event

        with self._reaching():
            request = event.ClientMessage(
                window=self._window(window.handle),
                client_type=self._atom(_ACTIVATE),
                data=(32, [_PAGER, X.CurrentTime, 0, 0, 0]),
            )
            mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
            self._root.send_event(request, event_mask=mask)
            self._display.flush()

    def covered(self, area: Box) -> bool:
        """Whether a window that no window manager keeps, as of a screen locker, covers ``area``."""
        from Xlib import X

        with self._reaching():
            for child in self._root.query_tree().children:
                try:
                    attributes, place = child.get_attributes(), child.get_geometry()
                except self._lost:
                    continue
                if not attributes.override_redirect or attributes.map_state != X.IsViewable:
                    continue
                box = Box(
                    left=place.x, top=place.y, right=place.x + place.width,
                    bottom=place.y + place.height,
                )  # fmt: skip
                if box.encloses(area):
                    return True
        return False

    def under_pointer(self) -> int:
        """Id of what lies under the pointer: the frame of a window, as a rule; 0 for nothing."""
        with self._reaching():
            child = self._root.query_pointer().child
        return int(child.id) if child else 0

    def frame_of(self, handle: int) -> int:
        """Id of the frame that the window manager has put around a window; 0 if it was closed."""
        with self._reaching():
            while True:
                try:
                    parent = self._window(handle).query_tree().parent
                except self._lost:
                    return 0
                if not parent or parent.id == self._root.id:
                    return handle
                handle = parent.id

    def close(self) -> None:
        """Let go of the display. May be called twice, and when it is gone."""
        with suppress(DeviceGoneError), self._reaching():
            self._display.close()

    def _read(self, handle: int) -> XWindow | None:
        """``None`` if it was closed while it was looked at."""
        from Xlib.protocol import request

        window = self._window(handle)
        try:
            place = window.get_geometry()
            # By hand: the wrapper of python3-Xlib 0.15 has its two windows the wrong way round.
            corner = request.TranslateCoords(
                display=self._display.display,
                src_wid=handle, dst_wid=self._root.id, src_x=0, src_y=0,
            )  # fmt: skip
            names = window.get_wm_class() or ("", "")
            title = self._text(window, "_NET_WM_NAME") or str(window.get_wm_name() or "")
            owner = window.get_wm_transient_for()
            pid = self._words(window, "_NET_WM_PID")
        except self._lost:
            return None
        left, top = corner.x, corner.y
        return XWindow(
            handle=handle,
            title=title,
            app=names[1].lower(),
            pid=pid[0] if pid else 0,
            owner=owner.id if owner is not None else 0,
            area=Box(left=left, top=top, right=left + place.width, bottom=top + place.height),
        )

    def _window(self, handle: int) -> Any:  # noqa: ANN401 - python3-Xlib has no types of its own
        return self._display.create_resource_object("window", handle)

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = self._display.intern_atom(name)
        return self._atoms[name]

    def _words(self, window: Any, name: str) -> list[int]:  # noqa: ANN401
        found = window.get_full_property(self._atom(name), 0)
        return [int(value) for value in found.value] if found is not None else []

    def _text(self, window: Any, name: str) -> str:  # noqa: ANN401
        found = window.get_full_property(self._atom(name), 0)
        if found is None:
            return ""
        value = found.value
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def _reaching(self) -> AbstractContextManager[None]:
        return reaching("The display", self._trouble)
