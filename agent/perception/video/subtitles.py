"""Events as subtitles, to be seen beside the clip in any player: SubRip and WebVTT."""

import re
from collections.abc import Sequence

from agent.perception.video.events import Event
from tools.errors import UsageError

_SHORTEST_S = 0.5
"""A moment is shown at least so long."""
FORMATS = ("srt", "vtt")


def subtitles(events: Sequence[Event], form: str) -> str:
    """``events`` as the text of a file.

    Args:
        events: In order; those that overlap stay so, players stack them.
        form: ``srt`` or ``vtt``.

    Raises:
        UsageError: There is no such format.
    """
    if form not in FORMATS:
        raise UsageError(
            f"Subtitles are written as .srt or .vtt, not {form!r}.", hint="Name the file so."
        )
    mark = "," if form == "srt" else "."
    blocks = [] if form == "srt" else ["WEBVTT\n"]
    for number, event in enumerate(events, 1):
        end_s = max(event.end_s, event.start_s + _SHORTEST_S)
        times = f"{_time(event.start_s, mark)} --> {_time(end_s, mark)}"
        blocks.append(f"{number}\n{times}\n{_cue(event.description, form)}\n")
    return "\n".join(blocks)


def _time(seconds: float, mark: str) -> str:
    """``hh:mm:ss`` and thousandths, as both formats have it."""
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"


def _cue(text: str, form: str) -> str:
    """A text in which nothing ends the cue: no empty line, no arrow, no mark-up."""
    flat = re.sub(r"\s+", " ", text).strip().replace("-->", "→") or "-"
    if form == "vtt":
        return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"<(?=[a-zA-Z/])", "‹", flat)
