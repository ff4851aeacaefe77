"""Two requests laid beside each other: which message, which part, which setting differs."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agent.replay.divergence import unified

Json = Mapping[str, JsonValue]
SHOWN_HASH = 12
"""Digits of a hash that people are shown."""


@dataclass(frozen=True)
class Difference:
    """One place in which two requests differ.

    Attributes:
        place: Such as ``message 2 (user)`` or ``sampling``.
        picture: Whether it is a picture and no words.
        diff: Texts as a unified diff.
    """

    place: str
    expected: str
    seen: str
    picture: bool = False
    diff: tuple[str, ...] = ()


def digest(value: JsonValue | Json) -> str:
    """Hash of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(expected: Json, seen: Json) -> Iterator[Difference]:
    """Every place in which the request ``seen`` is not ``expected``, messages first.

    Both are as ``request_as_json`` writes them, pictures by their hash.
    """
    before, after = _list(expected["messages"]), _list(seen["messages"])
    if len(before) != len(after):
        yield Difference("the conversation", f"{len(before)} messages", f"{len(after)} messages")
    for place, (old, new) in enumerate(zip(before, after, strict=False), start=1):
        if old != new:
            yield from _message(f"message {place}", _dict(old), _dict(new))
    for name in sorted((expected.keys() | seen.keys()) - {"messages"}):
        if expected.get(name) != seen.get(name):
            old_text, new_text = _pretty(expected.get(name)), _pretty(seen.get(name))
            yield Difference(
                name, _brief(old_text), _brief(new_text), diff=unified(old_text, new_text)
            )


def _message(place: str, old: Json, new: Json) -> Iterator[Difference]:
    place = f"{place} ({old.get('role')})"
    if old.get("role") != new.get("role"):
        yield Difference(place, f"said by {old.get('role')}", f"said by {new.get('role')}")
    before, after = _list(old.get("parts", [])), _list(new.get("parts", []))
    words = _words(before), _words(after)
    if words[0] != words[1]:
        yield Difference(place, _brief(words[0]), _brief(words[1]), diff=unified(*words))
    shown = _pictures(before), _pictures(after)
    if shown[0] != shown[1]:
        old_shown, new_shown = (", ".join(each) or "no picture" for each in shown)
        yield Difference(place, old_shown, new_shown, picture=True)
    for name in sorted((old.keys() | new.keys()) - {"role", "parts"}):
        if old.get(name) != new.get(name):
            texts = _pretty(old.get(name)), _pretty(new.get(name))
            brief = _brief(texts[0]), _brief(texts[1])
            yield Difference(f"{place}, {name}", *brief, diff=unified(*texts))


def _words(parts: Sequence[JsonValue]) -> str:
    return "\n".join(str(each["text"]) for each in map(_dict, parts) if "text" in each)


def _pictures(parts: Sequence[JsonValue]) -> list[str]:
    found = []
    for each in map(_dict, parts):
        if "image" in each:
            found.append(f"picture {str(each['image'])[:SHOWN_HASH]} of {each.get('size')}")
        elif "video" in each:
            found.append(f"video {digest(each)[:SHOWN_HASH]}")
    return found


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _pretty(value: JsonValue) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False, indent=1)


def _list(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else []


def _dict(value: JsonValue) -> Json:
    return value if isinstance(value, dict) else {}
