"""The clipboard of an X11 desktop, held by this process for as long as a paste takes.

On X11 a clipboard is no store: the program that copied is asked for the text by the one that
pastes. Holding it ourselves tells for certain whether, and by whom, a text was fetched, so that
nothing is waited for by guess. What was there before is read first, and offered again afterwards.

Run as a module it is a keeper: it holds what it is given on standard input until another program
copies something, as ``xclip`` does, so that the person's clipboard outlives our process.
"""

import base64
import json
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any, Final

from tools.clock import Clock
from tools.devices.desktop_reach import reaching
from tools.devices.desktop_session import VARIABLES, DesktopSession, authority
from tools.devices.x11_windows import x_trouble
from tools.errors import ActionFailedError, DeviceGoneError

Content = Mapping[str, bytes]
"""What a clipboard offers: name of a target, such as ``UTF8_STRING`` or ``image/png``, to bytes."""
TEXT_TARGETS: Final = (
    "UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT",
)  # fmt: skip
LARGEST: Final = 200_000
"""Bytes that go over in one piece; X servers take at least 256 KiB in a request."""
_ABOUT_IT: Final = frozenset({
    "TARGETS", "TIMESTAMP", "MULTIPLE", "SAVE_TARGETS", "DELETE", "INSERT_PROPERTY",
    "INSERT_SELECTION", "INCR",
})  # fmt: skip
_CLIPBOARD: Final = "CLIPBOARD"
_MOST_TARGETS: Final = 24
_ANSWER_S, _START_S, _POLL_S = 0.5, 3.0, 0.02
_KEEPERS: Final[list[subprocess.Popen[bytes]]] = []
"""Held, as they outlive what started them."""
_SAME_CLIENT: Final = 0x1FFFFF
"""Ids of one X client differ in these bits only."""


def text_content(text: str) -> Content:
    """``text`` as a clipboard offers it.

    Raises:
        ActionFailedError: It is too long for one piece.
    """
    encoded = text.encode("utf-8", "replace")
    if len(encoded) > LARGEST:
        raise ActionFailedError(f"The text is too long to paste: {len(encoded)} bytes.")
    return dict.fromkeys(TEXT_TARGETS, encoded)


class Selection:
    """Owns, reads and gives back the clipboard, over a connection and in a thread of its own.

    Args:
        session: Names the display.
        clock: Limits how long another program is waited for.
        name: Which one: ``CLIPBOARD``, or ``PRIMARY``, which is what is marked with the mouse.

    Raises:
        DeviceGoneError: The display does not answer.
    """

    def __init__(self, session: DesktopSession, clock: Clock, name: str = _CLIPBOARD) -> None:
        from Xlib import display

        self._session = session
        self._clock = clock
        self._trouble = x_trouble()
        with authority(session), self._reaching():
            self._display: Any = display.Display(session.display)
            screen = self._display.screen()
            self._window: Any = screen.root.create_window(0, 0, 1, 1, 0, screen.root_depth)
            self._clipboard: int = self._display.intern_atom(name)
            self._display.sync()
        self._outlives = name == _CLIPBOARD
        self._content: Content = {}
        self._owned = False
        self._fetched: list[int] = []
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self) -> Content:
        """What the clipboard holds now, as far as it comes in one piece; empty if nothing.

        Raises:
            DeviceGoneError: The display went away.
        """
        with self._lock, self._reaching():
            if self._owned:
                return dict(self._content)
            if self._display.get_selection_owner(self._clipboard) == 0:
                return {}
            listed = self._ask("TARGETS")
            names = self._names(listed) if listed is not None else []
            found: dict[str, bytes] = {}
            for name in [name for name in names if name not in _ABOUT_IT][:_MOST_TARGETS]:
                value = self._ask(name)
                if isinstance(value, bytes) and len(value) <= LARGEST:
                    found[name] = value
            return found

    def own(self, content: Content) -> None:
        """Hold ``content`` from now on.

        Raises:
            DeviceGoneError: The display went away.
        """
        with self._lock, self._reaching():
            self._content, self._fetched = dict(content), []
            # Anew each time, though it is ours: programs that keep a copy of what they fetched, as
            # Chromium does, learn by this that it is another text.
            self._window.set_selection_owner(self._clipboard, 0)
            self._display.sync()
            self._owned = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="clipboard", daemon=True)
                self._thread.start()

    def fetched_by(self, client: int) -> bool:
        """Whether the text was fetched since ``own`` by the program of the window ``client``.

        Args:
            client: Id of any window of that program; 0 for whatever program.
        """
        with self._lock:
            return any(
                not client or (window ^ client) & ~_SAME_CLIENT == 0 for window in self._fetched
            )

    def await_loss(self) -> None:
        """Return when another program has taken the clipboard or the display is gone."""
        while self._owned and not self._over.wait(_ANSWER_S):
            pass

    def close(self) -> None:
        """Let go; hand a clipboard on to a keeper, so that it can still be pasted."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        with suppress(DeviceGoneError), self._lock, self._reaching():
            if self._owned and self._content and self._outlives:
                keep(self._session, self._content)
                self._await(self._taken_over, _START_S)
            self._display.close()

    def _serve(self) -> None:
        try:
            with self._reaching():
                while not self._over.is_set():
                    select.select([self._display.fileno()], [], [], _POLL_S)
                    with self._lock:
                        while self._display.pending_events():
                            self._answer(self._display.next_event())
        except DeviceGoneError:  # whoever looks next is told so
            self._owned = False
            self._over.set()

    def _answer(self, event: Any) -> None:  # noqa: ANN401 - python3-Xlib has no types of its own
        from Xlib import X

        if event.type == X.SelectionClear and event.atom == self._clipboard:
            self._owned = not self._taken_over()  # it may be an old loss: we took it again since
        elif event.type == X.SelectionRequest:
            self._give(event)

    def _give(self, event: Any) -> None:  # noqa: ANN401
        from Xlib import X, Xatom
        from Xlib.protocol import event as events

        name = self._display.get_atom_name(event.target)
        place = event.property or event.target
        if name == "TARGETS":
            atoms = [self._display.intern_atom(each) for each in ("TARGETS", *self._content)]
            event.requestor.change_property(place, Xatom.ATOM, 32, atoms)
        elif name in self._content:
            event.requestor.change_property(place, event.target, 8, self._content[name])
            self._fetched.append(event.requestor.id)
        else:
            place = X.NONE
        told = events.SelectionNotify(
            time=event.time, requestor=event.requestor, selection=event.selection,
            target=event.target, property=place,
        )  # fmt: skip
        event.requestor.send_event(told)
        self._display.flush()

    def _ask(self, target: str) -> object:
        """What the owner gives for a target: bytes, or numbers for a list; ``None`` if nothing."""
        from Xlib import X

        place = self._display.intern_atom("TAPWRIGHT_CLIPBOARD")
        kind = self._display.intern_atom(target)
        self._window.convert_selection(self._clipboard, kind, place, X.CurrentTime)
        self._display.flush()
        answers: list[Any] = []

        def answered() -> bool:
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == X.SelectionNotify:
                    if event.target == kind:  # else it is late, and of the question before
                        answers.append(event)
                else:
                    self._answer(event)
            return bool(answers)

        if not self._await(answered) or not answers[-1].property:
            return None
        found = self._window.get_full_property(place, X.AnyPropertyType)
        self._window.delete_property(place)
        if found is None or found.property_type == self._display.intern_atom("INCR"):
            return None  # larger than goes over in one piece
        if found.format == 8:
            value = found.value
            return value if isinstance(value, bytes) else str(value).encode()
        return list(found.value)

    def _names(self, listed: object) -> list[str]:
        atoms = listed if isinstance(listed, list) else []
        return [str(self._display.get_atom_name(atom)) for atom in atoms if atom]

    def _taken_over(self) -> bool:
        return bool(self._display.get_selection_owner(self._clipboard) != self._window)

    def _await(self, happened: Callable[[], bool], patience_s: float = _ANSWER_S) -> bool:
        end_s = self._clock.now() + patience_s
        while not happened():
            if self._clock.now() >= end_s:
                return False
            self._clock.sleep(_POLL_S / 4)
        return True

    def _reaching(self) -> AbstractContextManager[None]:
        return reaching("The display", self._trouble)


def keep(session: DesktopSession, content: Content) -> None:
    """Start a keeper for ``content``; it ends by itself when something else is copied."""
    told = {name: base64.b64encode(value).decode("ascii") for name, value in content.items()}
    keeper = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _KEEPERS[:] = [each for each in _KEEPERS if each.poll() is None]
    _KEEPERS.append(keeper)
    if keeper.stdin is not None:
        with keeper.stdin as pipe:
            pipe.write(json.dumps([dict(session.variables), told]).encode())


def main() -> None:
    """Be a keeper."""
    from tools.clock import SystemClock

    variables, told = json.load(sys.stdin)
    session = DesktopSession.of({key: variables[key] for key in VARIABLES if key in variables})
    selection = Selection(session, SystemClock())
    selection.own({name: base64.b64decode(value) for name, value in told.items()})
    selection.await_loss()


if __name__ == "__main__":
    main()
