"""Makes events of an older format into events of this one: one pure function a version.

An event on disk never lacks a field: no event model has a default that would hide it. What an old
version could not say is filled in here, in one place, with what was true then.
"""

from collections.abc import Callable

from pydantic import JsonValue

from agent.recording.format import FORMAT_VERSION

RawEvent = dict[str, JsonValue]


def upgrade(event: RawEvent, version: int) -> RawEvent:
    """``event``, written by format ``version`` (1 or more), as this format would write it.

    ``run.start`` goes on saying which version the file was written by.
    """
    for older in range(version, FORMAT_VERSION):
        event = _TO_NEXT[older](event)
    return event


def _from_1(event: RawEvent) -> RawEvent:
    """Version 1 knew no replays and no themes, masked nothing and sealed nothing."""
    match event.get("event"):
        case "run.start":
            device = event.get("device")
            told = (
                {"theme": "", "font_scale": 0.0, **device} if isinstance(device, dict) else device
            )
            return {**event, "origin": None, "device": told, "supports": None}
        case "run.end":
            return {**event, "events_sha256": ""}
        case "observation":
            return {**event, "masked": [], "device_time": None}
        case _:
            return event


_TO_NEXT: dict[int, Callable[[RawEvent], RawEvent]] = {1: _from_1}
