"""What the libraries raise when the desktop goes away under them, told as just that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.errors import DeviceGoneError

_STUMBLES: Final = (TypeError, AttributeError, ValueError, AssertionError)
"""On a lost connection python3-Xlib 0.15 subscripts an exception, and mss follows a NULL."""
_LIBRARIES: Final = ("Xlib", "mss", "pyautogui")


@contextmanager
def reaching(what: str, trouble: tuple[type[BaseException], ...]) -> Iterator[None]:
    """Raise ``DeviceGoneError`` for what the libraries raise in the block.

    Args:
        what: What is reached for, as the person knows it.
        trouble: What they raise on purpose.

    Raises:
        DeviceGoneError: It went away.
    """
    try:
        yield
    except trouble as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise DeviceGoneError(f"{what} went away: {told}") from error
    except _STUMBLES as error:
        if not _from_a_library(error):
            raise
        raise DeviceGoneError(f"{what} went away: the connection to it is lost.") from error


def _from_a_library(error: BaseException) -> bool:
    """Whether it was raised in a library's own code: a mistake of ours is not to be hidden."""
    trace = error.__traceback__
    module = ""
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    return module.partition(".")[0] in _LIBRARIES
