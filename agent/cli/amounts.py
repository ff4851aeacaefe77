"""Reads sizes and spans of time as people write them, and writes sizes and counts so."""

import re

import typer

_SPANS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY = {"ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def seconds(text: str) -> float:
    """Seconds in a span such as ``30d``, ``12h`` or ``1.5w``.

    Raises:
        typer.BadParameter: It is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip().lower())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no span of time such as 12h, 30d or 8w")
    return float(found[1]) * _SPANS_S[found[2]]


def size_bytes(text: str) -> int:
    """Bytes in a size such as ``500MB`` (millions) or ``2GiB`` (1024 three times).

    Raises:
        typer.BadParameter: It is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", text.strip().lower())
    factor = (_SIZES | _BINARY).get(found[2]) if found is not None else None
    if found is None or factor is None:
        raise typer.BadParameter(f"{text!r} is no size such as 500MB or 2GiB")
    return int(float(found[1]) * factor)


def counted(number: int, thing: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def size_in_words(size: int) -> str:
    """A size with one decimal at most: ``23.4 MB``."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
