"""Events as a model tells them: read from its words, put in order, kept inside the clip."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final

from pydantic import Field, JsonValue, field_serializer

from agent.dialects.reading.json_text import read_json
from agent.perception.video.timecode import clock, seconds_of
from tools.errors import UnreadableReplyError
from tools.geometry import Frozen

_TIME: Final = (
    r"(?:\d{1,3}:)?\d{1,4}[:：]\d{1,2}(?:\.\d{1,6})?|\d{1,7}(?:\.\d{1,6})?\s?(?:s\b|seconds?\b|秒)"
)
_RANGE: Final = re.compile(
    rf"(?P<start>{_TIME})\s{{0,4}}(?:-|–|—|~|to|until|and|到|至)\s{{0,4}}(?P<end>{_TIME})",
    re.IGNORECASE,
)
_BRACE: Final = re.compile("[{｛]")
_STARTS: Final = ("start_time", "start", "begin", "from", "timestamp", "time", "开始时间")
_ENDS: Final = ("end_time", "end", "to", "until", "结束时间")
_WORDS: Final = ("description", "event", "caption", "text", "label", "content", "描述")
_SAME: Final = 90.0
"""Likeness of two descriptions, 0..100, from which they tell of one event."""
_TOUCHING_S: Final = 1.5
_MOST_FAILURES: Final = 40
_LONGEST_WORDS: Final = 1000
"""Letters of a line that describes an event: a model gone mad must not cost minutes or memory."""
_NEAR_S: Final = 0.5
"""How far a time may be outside the clip and still mean its end; models round."""


class Event(Frozen):
    """Something that happens in a clip.

    Attributes:
        start_s: When it begins, in seconds from the clip's beginning; written as ``mm:ss.ff``.
        end_s: When it is over.
        description: What happens, in the model's words.
        overlaps: Whether another event goes on at the same time.
    """

    start_s: Annotated[float, Field(ge=0, serialization_alias="start_time")]
    end_s: Annotated[float, Field(ge=0, serialization_alias="end_time")]
    description: str
    overlaps: bool = False

    @field_serializer("start_s", "end_s")
    def _clock(self, seconds: float) -> str:
        return clock(seconds)


@dataclass(frozen=True)
class EventsRead:
    """Events that were found in a reply.

    Attributes:
        events: By when they begin.
        notes: What had to be mended or was left out, one sentence each.
    """

    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()


def read_events(text: str, duration_s: float, *, begin_s: float = 0.0) -> EventsRead:
    """The events that ``text`` tells of, as JSON or in words such as ``from 01:32.40 to 01:35.60``.

    Args:
        text: A model's reply without its thoughts.
        duration_s: Of what it was shown; times in ``text`` count from its beginning.
        begin_s: Where in the clip that begins; events and notes have the times of the clip.
    """
    notes: list[str] = []
    found = list(_from_json(text, notes))
    if not found and "start_time" not in text:
        found = list(_from_words(text, begin_s))
    end_of_all_s = begin_s + duration_s
    events = [
        event
        for start_s, end_s, words in found
        if (event := _inside(begin_s + start_s, begin_s + end_s, words, end_of_all_s, notes))
        is not None
    ]
    if any(left.start_s > right.start_s for left, right in pairwise(events)):
        notes.append("The events were not in order; they are now.")
    return EventsRead(in_order(events), tuple(dict.fromkeys(notes)))


def in_order(events: Sequence[Event]) -> tuple[Event, ...]:
    """``events`` by their beginning, those marked that overlap another."""
    ordered = sorted(events, key=lambda event: (event.start_s, event.end_s))
    latest_s = -1.0
    over: set[int] = set()
    holder = 0
    for place, event in enumerate(ordered):
        if event.start_s < latest_s:
            over |= {place, holder}
        if event.end_s > latest_s:
            latest_s, holder = event.end_s, place
    return tuple(
        event.model_copy(update={"overlaps": place in over}) for place, event in enumerate(ordered)
    )


def merge_windows(
    parts: Sequence[Sequence[Event]], borders_s: Sequence[float]
) -> tuple[Event, ...]:
    """Events of windows side by side as those of one clip: what goes on over a border is one.

    Args:
        parts: The events of each window, in times of the clip.
        borders_s: Where each window but the first begins.
    """
    from rapidfuzz.fuzz import token_sort_ratio

    merged: list[Event] = list(parts[0]) if parts else []
    for border_s, part in zip(borders_s, parts[1:], strict=True):
        ending = [at for at, each in enumerate(merged) if abs(each.end_s - border_s) <= _TOUCHING_S]
        for event in part:
            goes_on = None
            if event.start_s - border_s <= _TOUCHING_S:
                goes_on = next(
                    (
                        at
                        for at in ending
                        if token_sort_ratio(merged[at].description, event.description) >= _SAME
                    ),
                    None,
                )
            if goes_on is None:
                merged.append(event)
                continue
            ending.remove(goes_on)  # it goes on in one event only
            before = merged[goes_on]
            merged[goes_on] = before.model_copy(update={"end_s": max(before.end_s, event.end_s)})
    return in_order(merged)


_Found = tuple[float, float, str]


def _from_json(text: str, notes: list[str]) -> Iterator[_Found]:
    """What stands in braces, one object after the other; a list that is cut off keeps the rest."""
    at = failures = 0
    while failures < _MOST_FAILURES and (opened := _BRACE.search(text, at)):
        try:
            read = read_json(text, opened.start())
        except UnreadableReplyError:
            notes.append("The reply is cut off or damaged; what is whole in it was kept.")
            at = opened.end()
            failures += 1
            continue
        yield from _in_value(read.value, notes)
        at = max(read.end, opened.end())


def _in_value(value: JsonValue, notes: list[str]) -> Iterator[_Found]:
    if isinstance(value, list):
        for each in value:
            yield from _in_value(each, notes)
        return
    if not isinstance(value, dict):
        return
    fields = {key.strip().lower(): each for key, each in value.items()}
    nested: list[JsonValue] = [each for each in fields.values() if isinstance(each, list)]
    start = _first(fields, _STARTS)
    if start is None and nested:
        yield from _in_value(nested, notes)
        return
    span = _span(start, _first(fields, _ENDS))
    words = _first(fields, _WORDS)
    if span is None or not isinstance(words, str):
        notes.append("An event without its times or its description was left out.")
        return
    yield (*span, " ".join(words.split()))


def _first(fields: dict[str, JsonValue], names: Sequence[str]) -> JsonValue:
    return next((fields[name] for name in names if name in fields), None)


def _span(start: JsonValue, end: JsonValue) -> tuple[float, float] | None:
    if isinstance(start, list) and len(start) == 2 and end is None:
        start, end = start
    if isinstance(start, str) and end is None and (found := _RANGE.search(start)):
        start, end = found["start"], found["end"]
    begin_s = seconds_of(start) if isinstance(start, str | int | float) else None
    end_s = seconds_of(end) if isinstance(end, str | int | float) else begin_s
    return None if begin_s is None or end_s is None else (begin_s, end_s)


def _from_words(text: str, begin_s: float) -> Iterator[_Found]:
    for line in text.splitlines():
        told = _in_clip(line, begin_s) if begin_s else line
        words = " ".join(told.strip("-*• \t").split())[:_LONGEST_WORDS]
        for found in _RANGE.finditer(line):
            start_s, end_s = seconds_of(found["start"]), seconds_of(found["end"])
            if start_s is not None and end_s is not None:
                yield start_s, end_s, words


def _in_clip(line: str, begin_s: float) -> str:
    """``line`` with its stretches in the times of the clip, so that it contradicts no event."""

    def moved(found: re.Match[str]) -> str:
        start_s, end_s = seconds_of(found["start"]), seconds_of(found["end"])
        if start_s is None or end_s is None:
            return found[0]
        return f"{clock(begin_s + start_s)} - {clock(begin_s + end_s)}"

    return _RANGE.sub(moved, line)


def _inside(
    start_s: float, end_s: float, words: str, until_s: float, notes: list[str]
) -> Event | None:
    if end_s < start_s:
        notes.append(f"{clock(start_s)} – {clock(end_s)} ended before it began; it was turned.")
        start_s, end_s = end_s, start_s
    if start_s > until_s + _NEAR_S or (start_s >= until_s and end_s > until_s + _NEAR_S):
        notes.append(
            f"{clock(start_s)} – {clock(end_s)} is after the end, {clock(until_s)}, "
            "and was left out."
        )
        return None
    if end_s > until_s + _NEAR_S:
        notes.append(f"{clock(start_s)} – {clock(end_s)} was cut at the end, {clock(until_s)}.")
    return Event(start_s=min(start_s, until_s), end_s=min(end_s, until_s), description=words)
