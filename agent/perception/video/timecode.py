"""Times in a clip, as people and models write them: ``mm:ss.ff``, with hours if need be."""

import re
from typing import Final

from tools.errors import UsageError

_CLOCK: Final = re.compile(
    r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,4}):(?P<seconds>\d{1,2}(?:[.,]\d{1,6})?)"
)
_PLAIN: Final = re.compile(r"(?P<seconds>\d{1,7}(?:[.,]\d{1,6})?)\s?(?:s|sec|seconds?|秒)?")
_HOUR: Final = 3600
_MINUTE: Final = 60


def seconds_of(written: str | float) -> float | None:
    """Seconds that ``written`` stands for: ``01:32.40``, ``1:02:03``, ``92.4``, ``92.4s``.

    Returns:
        Seconds from 0; ``None`` if it is no time.
    """
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        return float(written) if 0 <= written < 1e7 else None
    text = written.strip().replace("：", ":")
    if found := _CLOCK.fullmatch(text):
        seconds = float(found["seconds"].replace(",", "."))
        hours = int(found["hours"] or 0)
        minutes = int(found["minutes"])
        if seconds >= _MINUTE or (found["hours"] and minutes >= _MINUTE):
            return None
        return hours * _HOUR + minutes * _MINUTE + seconds
    if found := _PLAIN.fullmatch(text.lower()):
        return float(found["seconds"].replace(",", "."))
    return None


def clock(seconds: float) -> str:
    """``seconds`` as ``mm:ss.ff``, from an hour on as ``h:mm:ss.ff``."""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, _MINUTE * 100)
    hours, minutes = divmod(minutes, _MINUTE)
    tail = f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
    return f"{hours}:{tail}" if hours else tail


def require_seconds(written: str, what: str) -> float:
    """Seconds that a person wrote for ``what``.

    Raises:
        UsageError: It is no time.
    """
    seconds = seconds_of(written)
    if seconds is None:
        raise UsageError(
            f"{what} is a time in the clip, not {written!r}.", hint="Write 92.4 or 01:32.40."
        )
    return seconds
