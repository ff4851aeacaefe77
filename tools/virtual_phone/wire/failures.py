"""Tells why a service ends in the middle, before its client hears of the end."""

import logging
import threading
import traceback
from types import TracebackType

from tools.virtual_phone.shell.streams import StreamClosedError

_APPS = "tools.virtual_phone.apps."
_TOLD = "The virtual phone has told of this."
_log = logging.getLogger(__name__)


class FailuresTold:
    """Logs what the code in its block raises, in one line and as a traceback, and lets it go on.

    Who started the phone looks for that line when the connection ends, and may end the phone then.
    """

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log it; that a client went away is no failure."""
        if isinstance(error, Exception) and not isinstance(error, StreamClosedError):
            _log.error("failure in %s", _in_words(error), exc_info=error)
            error.add_note(_TOLD)


def tell_the_rest(ended: threading.ExceptHookArgs) -> None:
    """The ``threading.excepthook`` of the program: nothing is told twice."""
    if _TOLD not in getattr(ended.exc_value, "__notes__", ()):
        threading.__excepthook__(ended)


def _in_words(error: Exception) -> str:
    """Whose code it was, where, and what it raised."""
    places = [
        (frame.f_globals["__name__"], line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    # What an app calls of the phone may be what raises: it is the app that called it so.
    of_apps = [(module, line) for module, line in places if module.startswith(_APPS)]
    module, line = (of_apps or places)[-1]
    whose = f"the app {module.removeprefix(_APPS).partition('.')[0]!r}"
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{whose if of_apps else 'the phone itself'} ({module}:{line}): {what}"
