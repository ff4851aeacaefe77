"""Reads which devices a run may use."""

import re
from dataclasses import dataclass

from tools.errors import UsageError

MAX_VIRTUAL = 64
"""More virtual phones than this were never useful on one machine; each takes some 100 MB."""
_VIRTUAL = re.compile(r"virtual(?::(?P<count>\d{1,6}))?")


@dataclass(frozen=True)
class DeviceChoice:
    """Which devices a run may use.

    Attributes:
        serials: Attached ones by name, each once.
        every: Whether all that are attached and ready are meant.
        virtual: How many virtual phones; ``None`` if some, as many as there are jobs.
        wants_virtual: Whether virtual phones are meant at all.
    """

    serials: tuple[str, ...] = ()
    every: bool = False
    virtual: int | None = None
    wants_virtual: bool = False


def parse_devices(text: str) -> DeviceChoice:
    """Read ``a,b``, ``all``, ``virtual``, ``virtual:4``, or several of them with commas.

    Raises:
        UsageError: It is no such thing, or names a device twice.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise _wrong(f"{text!r} names no device")
    serials: list[str] = []
    virtual: list[int | None] = []
    for word in words:
        if found := _VIRTUAL.fullmatch(word):
            virtual.append(_count(word, found["count"]))
        elif word.lower().startswith("virtual:"):
            raise _wrong(f"{word!r} is no number of virtual phones")
        elif word != "all":
            serials.append(word)
    for each in (*dict.fromkeys(serials), "all", "virtual"):
        if (serials + ["all"] * words.count("all") + ["virtual"] * len(virtual)).count(each) > 1:
            raise _wrong(f"{each!r} stands there twice")
    if serials and "all" in words:
        raise _wrong("'all' leaves nothing to name")
    return DeviceChoice(
        tuple(serials), "all" in words, virtual[0] if virtual else None, bool(virtual)
    )


def _count(word: str, count: str | None) -> int | None:
    if count is None:
        return None
    if not 1 <= int(count) <= MAX_VIRTUAL:
        raise _wrong(f"{word!r} is not 1 to {MAX_VIRTUAL} virtual phones")
    return int(count)


def _wrong(what: str) -> UsageError:
    hint = "Write --device SERIAL, a,b, all, virtual or virtual:4."
    return UsageError(f"--device: {what}.", hint=hint)
