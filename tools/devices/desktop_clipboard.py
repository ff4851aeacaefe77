"""Pasting a text and leaving the person's clipboard as it was."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from tools.clock import Clock
from tools.devices.desktop_session import DesktopSession
from tools.devices.x11_selection import Content, Selection, text_content
from tools.errors import ActionFailedError

_FETCH_S: Final = 1.0
_AFTER_S: Final = 0.05
"""Programs that fetched a text once may do so again at once, in another form."""
_POLL_S: Final = 0.005
_BLIND_S: Final = 0.3


class Clipboard(Protocol):
    """Puts a text where a program can paste it."""

    def paste(self, text: str, press: Callable[[], None], client: int) -> bool:
        """Hold ``text``, ``press`` the keys that paste, and put back what was there.

        Args:
            text: What to paste.
            press: Presses the keys.
            client: X id of the window that is to fetch it; 0 if unknown.

        Returns:
            Whether it was fetched, as far as the system tells.
        """
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
        self._selection: Selection | None = None
        self._before: Content = {}

    def paste(self, text: str, press: Callable[[], None], client: int) -> bool:
        """See ``Clipboard``."""
        if self._selection is None:
            self._selection = Selection(self._session, self._clock)
        selection = self._selection
        before = selection.read()
        selection.own(text_content(text))
        try:
            press()
            end_s = self._clock.now() + _FETCH_S
            while not (fetched := selection.fetched_by(client)) and self._clock.now() < end_s:
                self._clock.sleep(_POLL_S)
            if fetched:
                self._clock.sleep(_AFTER_S)
            return fetched
        finally:
            selection.own(before)

    def close(self) -> None:
        """Let go; what was in the clipboard before stays there."""
        selection, self._selection = self._selection, None
        if selection is not None:
            selection.close()


class PlainClipboard:
    """The clipboard of Windows and macOS, which keep the text themselves; text only.

    Args:
        clock: Waits a moment, since nothing tells when the text was fetched.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def paste(self, text: str, press: Callable[[], None], client: int) -> bool:  # noqa: ARG002 - as in Clipboard
        """See ``Clipboard``; always true."""
        import pyperclip

        copier: Any = pyperclip
        try:
            before = copier.paste()
            copier.copy(text)
            press()
            self._clock.sleep(_BLIND_S)
            copier.copy(before)
        except pyperclip.PyperclipException as error:
            raise ActionFailedError(f"The clipboard cannot be used: {error}") from error
        return True

    def close(self) -> None:
        """Nothing is held."""
