"""Pasting a text and leaving the person's clipboard as it was."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from tools.clock import Clock
from tools.devices.desktop_session import DesktopSession
from tools.devices.x11_selection import Content, Selection, text_content
from tools.errors import ActionFailedError

_FETCH_S: Final = 4.0
"""A program under load may take its time; whoever gives up too early has the text pasted late."""
_POLL_S: Final = 0.005
_BLIND_S: Final = 0.3


class Clipboard(Protocol):
    """Puts a text where a program can paste it."""

    def paste(
        self, text: str, press: Callable[[], None], client: int, *, marked: bool = False
    ) -> bool:
        """Hold ``text`` and ``press`` the keys that paste.

        Args:
            text: What to paste.
            press: Presses the keys.
            client: X id of the window that is to fetch it; 0 if unknown.
            marked: Whether what is pasted is not the clipboard, but what is marked with the mouse.

        Returns:
            Whether it was fetched, as far as the system tells.
        """
        ...

    def give_back(self) -> None:
        """Put back what was there before the first ``paste``, once the text has arrived."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class XClipboard:
    """The clipboard of an X11 desktop: it is known when a text was fetched.

    Args:
        session: Names the display.
        clock: Waits for the program that pastes.
    """

    def __init__(self, session: DesktopSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._selections: dict[str, Selection] = {}
        self._before: dict[str, Content] = {}

    def paste(
        self, text: str, press: Callable[[], None], client: int, *, marked: bool = False
    ) -> bool:
        """See ``Clipboard``."""
        name = "PRIMARY" if marked else "CLIPBOARD"
        if name not in self._selections:
            self._selections[name] = Selection(self._session, self._clock, name)
        selection = self._selections[name]
        if name not in self._before:
            self._before[name] = selection.read()
        selection.own(text_content(text))
        press()
        end_s = self._clock.now() + _FETCH_S
        while not (fetched := selection.fetched_by(client)) and self._clock.now() < end_s:
            self._clock.sleep(_POLL_S)
        return fetched

    def give_back(self) -> None:
        """See ``Clipboard``."""
        before, self._before = self._before, {}
        for name, content in before.items():
            self._selections[name].own(content)

    def close(self) -> None:
        """Let go; what was in the clipboard before stays there."""
        selections, self._selections = self._selections, {}
        for selection in selections.values():
            selection.close()


class PlainClipboard:
    """The clipboard of Windows and macOS, which keep the text themselves; text only.

    Args:
        clock: Waits a moment, since nothing tells when the text was fetched.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: str | None = None

    def paste(
        self,
        text: str,
        press: Callable[[], None],
        client: int,  # noqa: ARG002 - as in Clipboard
        *,
        marked: bool = False,  # noqa: ARG002
    ) -> bool:
        """See ``Clipboard``; always true."""
        import pyperclip

        copier: Any = pyperclip
        try:
            if self._before is None:
                self._before = copier.paste()
            copier.copy(text)
            press()
            self._clock.sleep(_BLIND_S)
        except pyperclip.PyperclipException as error:
            raise ActionFailedError(f"The clipboard cannot be used: {error}") from error
        return True

    def give_back(self) -> None:
        """See ``Clipboard``."""
        import pyperclip

        before, self._before = self._before, None
        if before is not None:
            pyperclip.copy(before)

    def close(self) -> None:
        """Nothing is held."""
