"""Backslash escapes as `echo`, `printf` and `$'...'` read them."""

import re

_ESCAPE = re.compile(
    r"\\(?:(?P<octal>0?[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})|u(?P<u>[0-9A-Fa-f]{1,4})"
    r"|U(?P<U>[0-9A-Fa-f]{1,8})|(?P<plain>[abefnrtv\\c]))"
)
_PLAIN = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}


def decode_escapes(text: str) -> tuple[str, bool]:
    r"""Replace escapes; octal and hex ones give the character of that byte value.

    Returns:
        The text, and whether `\c` ended it (all that follows, newline too, is dropped).
    """
    out: list[str] = []
    at = 0
    for match in _ESCAPE.finditer(text):
        out.append(text[at : match.start()])
        at = match.end()
        number = match["octal"], match["hex"] or match["u"] or match["U"]
        if match["plain"] == "c":
            return "".join(out), True
        if match["plain"]:
            out.append(_PLAIN[match["plain"]])
        elif number[0]:
            out.append(_byte(int(number[0], 8) & 0xFF))
        elif match["hex"]:
            out.append(_byte(int(match["hex"], 16)))
        elif number[1]:
            code = int(number[1], 16)
            real = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
            out.append(chr(code) if real else "\N{REPLACEMENT CHARACTER}")
    out.append(text[at:])
    return "".join(out), False


def _byte(value: int) -> str:
    # Bytes above 127 travel as lone surrogates; `escaped_bytes` gives them back as they were.
    return chr(value) if value < 0x80 else chr(0xDC00 + value)


def escaped_bytes(text: str) -> bytes:
    """Give UTF-8, with the single bytes that `decode_escapes` made as they were."""
    return text.encode("utf-8", "surrogateescape")
