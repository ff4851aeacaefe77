"""Whether there is a desktop to drive, and if not, why not and what mends it.

Nothing of ``mss`` and ``pyautogui`` is loaded before somebody asks for a desktop: on a machine
without a screen merely importing them fails, in ways that are no ``ImportError``.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Final

from tools.errors import UnknownDeviceError

VARIABLES: Final = (
    "DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS",
    "XDG_CURRENT_DESKTOP",
)  # fmt: skip
"""What of the environment tells about the desktop."""


@dataclass(frozen=True)
class DesktopSession:
    """The facts about the desktop session that this process belongs to.

    Attributes:
        platform: ``linux``, ``darwin`` or ``win32``, as ``sys.platform`` says.
        variables: Those of ``VARIABLES`` that are set.
    """

    platform: str
    variables: Mapping[str, str]

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "DesktopSession":
        """The session of this process, with its environment."""
        return cls(sys.platform, dict(variables))

    @property
    def x11(self) -> bool:
        """Whether the desktop is drawn by an X server."""
        return self.platform not in ("darwin", "win32")

    @property
    def display(self) -> str:
        """Name of the X display; empty if there is none."""
        return self.variables.get("DISPLAY", "")

    @property
    def wayland(self) -> bool:
        """Whether what is on the screen is drawn by a Wayland compositor."""
        kind = self.variables.get("XDG_SESSION_TYPE", "")
        return kind == "wayland" or (kind != "x11" and "WAYLAND_DISPLAY" in self.variables)

    def require_screen(self) -> None:
        """Check what can be told without touching the screen.

        Raises:
            UnknownDeviceError: There is no desktop here, or one that nobody may look at.
        """
        if not self.x11:
            return
        if self.wayland:
            raise UnknownDeviceError(
                "This is a Wayland session: programs may neither look at its screen nor press its "
                "keys.",
                hint="Log in with an Xorg (X11) session, or start a display of its own: Xvfb.",
            )
        if not self.display:
            raise UnknownDeviceError(
                "There is no desktop here: DISPLAY is not set.",
                hint="Run it in a desktop session, or start a display: Xvfb :99 & DISPLAY=:99",
            )


def load_hands(session: DesktopSession) -> ModuleType:
    """Import pyautogui, whatever it says on the way.

    Raises:
        UnknownDeviceError: It cannot be used here; the hint says what mends it.
    """
    session.require_screen()
    if session.x11:
        _require_display(session)
    try:
        with authority(session), _quiet_import():
            import pyautogui
    except ModuleNotFoundError as error:
        raise UnknownDeviceError(
            f"The desktop cannot be driven: the package {error.name!r} is not installed.",
            hint="Mend it with: python -m pip install mss pyautogui",
        ) from error
    except (ImportError, KeyError, OSError, AttributeError, SystemExit) as error:
        raise why_no_hands(error) from error
    pyautogui.PAUSE = 0
    # Its own corner stop would end a run after a click that the agent made there itself.
    pyautogui.FAILSAFE = False
    module: ModuleType = pyautogui
    if session.x11:
        _have_display(module, session)
    return module


def _have_display(module: ModuleType, session: DesktopSession) -> None:
    """Give pyautogui the display of the session: it keeps that of its first import for good."""
    from Xlib import display, error

    hands = module.platformModule
    current = hands._display  # noqa: SLF001 - there is no other way to it
    try:
        alive = current.get_display_name() == session.display and module.position()
    except (error.ConnectionClosedError, OSError):
        alive = None
    if not alive:
        with suppress(error.ConnectionClosedError, OSError):
            current.close()
        with authority(session):
            hands._display = display.Display(session.display)  # noqa: SLF001


@contextmanager
def _quiet_import() -> Iterator[None]:
    """Keep what pyautogui's import says off the terminal, and tkinter out of it.

    Its part MouseInfo ends the process where there is no tkinter; pyautogui does without that part.
    """
    unused = "mouseinfo"
    absent = unused not in sys.modules
    if absent:
        sys.modules[unused] = None  # type: ignore[assignment]
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if absent:
            del sys.modules[unused]


def why_no_hands(error: BaseException) -> UnknownDeviceError:
    """What an exception of pyautogui's import means."""
    text = " ".join(str(error).split())
    if isinstance(error, SystemExit):
        mend = "Mend it with: apt-get install python3-tk python3-dev"
        return UnknownDeviceError(f"pyautogui does not load: {text}.", hint=mend)
    if isinstance(error, KeyError):
        return UnknownDeviceError(
            f"There is no desktop here: {error.args[0]} is not set.",
            hint="Run it in a desktop session, or start a display: Xvfb :99 & DISPLAY=:99",
        )
    return UnknownDeviceError(
        f"pyautogui does not load: {type(error).__name__}: {text}",
        hint="Is this a desktop session, and may this user use its display?",
    )


def _require_display(session: DesktopSession) -> None:
    """Connect to the X server once, so that its refusal is told in its own words."""
    from Xlib import display, error

    with authority(session):
        try:
            display.Display(session.display).close()
        except error.XauthError as problem:
            raise UnknownDeviceError(
                f"The file of X keys cannot be read: {problem}.",
                hint="Set XAUTHORITY to the file of the session, or mend: touch ~/.Xauthority",
            ) from problem
        except (error.DisplayError, error.ConnectionClosedError, OSError) as problem:
            why = " ".join(str(problem).split())
            # It leaves its socket open, in frames that the traceback holds.
            traceback.clear_frames(problem.__traceback__)
            raise UnknownDeviceError(
                f"The display {session.display} cannot be used: {why}",
                hint="Is it running (xdpyinfo), and is it this user's (XAUTHORITY, xhost)?",
            ) from None


@contextmanager
def authority(session: DesktopSession) -> Iterator[None]:
    """Let a missing file of X keys pass for an empty one, while a connection is made.

    python3-Xlib fails without ``~/.Xauthority``, which many sessions do not have: their server asks
    for no key, or it lies where XAUTHORITY says. pyautogui finds its display in the environment.
    """
    # It prints a warning about an empty one, and leaves closing the file to the garbage collector.
    with redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        given = {
            key: session.variables[key]
            for key in ("DISPLAY", "XAUTHORITY")
            if key in session.variables
        }
        if "XAUTHORITY" not in given and not (Path.home() / ".Xauthority").exists():
            given["XAUTHORITY"] = os.devnull
        kept = {key: os.environ.get(key) for key in given}
        os.environ.update(given)
        try:
            yield
        finally:
            for key, value in kept.items():
                if value is None:
                    del os.environ[key]
                else:
                    os.environ[key] = value
