"""Reads which devices a run may use."""

import re
from dataclasses import dataclass

from tools.errors import UsageError

MAX_VIRTUAL = 64
"""More virtual phones than this were never useful on one machine; each takes some 100 MB."""
_DESKTOP = "desktop"
_WORD = re.compile(r"\s*desktop:region=[^,]*(?:,[^,]*){3}|[^,]*")
"""What stands between commas; the region of a desktop has three of its own."""
_VIRTUAL = re.compile(r"virtual(?::(?P<count>\d{1,6}))?")


@dataclass(frozen=True)
class DeviceChoice:
    """Which devices a run may use.

    Attributes:
        serials: Attached ones by name, each once.
        every: Whether all that are attached and ready are meant.
        virtual: How many virtual phones; ``None`` if some, as many as there are jobs.
        wants_virtual: Whether virtual phones are meant at all.
        desktop: The desktop of this machine, or a part of it (``desktop:2``); empty for none. It is
            never one of ``every``.
    """

    serials: tuple[str, ...] = ()
    every: bool = False
    virtual: int | None = None
    wants_virtual: bool = False
    desktop: str = ""


def parse_devices(text: str) -> DeviceChoice:
    """Read ``a,b``, ``all``, ``virtual``, ``virtual:4``, ``desktop``, or several with commas.

    Raises:
        UsageError: It is no such thing, or names a device twice.
    """
    words = _words(text)
    if not all(words):
        raise _wrong(f"{text!r} names no device")
    serials: list[str] = []
    virtual: list[int | None] = []
    desktops: list[str] = []
    for word in words:
        if found := _VIRTUAL.fullmatch(word):
            virtual.append(_count(word, found["count"]))
        elif word.lower().startswith("virtual:"):
            raise _wrong(f"{word!r} is no number of virtual phones")
        elif word == _DESKTOP or word.startswith(f"{_DESKTOP}:"):
            desktops.append(word)
        elif word != "all":
            serials.append(word)
    for each in (*dict.fromkeys(serials), "all", "virtual"):
        if (serials + ["all"] * words.count("all") + ["virtual"] * len(virtual)).count(each) > 1:
            raise _wrong(f"{each!r} stands there twice")
    if serials and "all" in words:
        raise _wrong("'all' leaves nothing to name")
    if len(desktops) > 1:
        raise _wrong(f"{desktops[0]!r} and {desktops[1]!r} have one mouse and one keyboard")
    return DeviceChoice(
        tuple(serials),
        "all" in words,
        virtual[0] if virtual else None,
        bool(virtual),
        desktops[0] if desktops else "",
    )


def _words(text: str) -> list[str]:
    words, at = [], 0
    while at <= len(text):
        found = _WORD.match(text, at)
        assert found is not None  # noqa: S101 - it matches nothing too
        words.append(found[0].strip())
        at = found.end() + 1
    return words


def _count(word: str, count: str | None) -> int | None:
    if count is None:
        return None
    if not 1 <= int(count) <= MAX_VIRTUAL:
        raise _wrong(f"{word!r} is not 1 to {MAX_VIRTUAL} virtual phones")
    return int(count)


def _wrong(what: str) -> UsageError:
    hint = "Write --device SERIAL, a,b, all, virtual, virtual:4 or desktop."
    return UsageError(f"--device: {what}.", hint=hint)
