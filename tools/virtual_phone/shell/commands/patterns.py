"""POSIX patterns, as grep and sed take them, turned into Python's."""

import re

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-\~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_BRACKETS = re.compile(r"\[(\^?)(\]?(?:\[:\w+:\]|[^\]])*)\]")
_CLASS = re.compile(r"\[:(\w+):\]")
_SPECIAL = re.compile(r"[\[\]\\&|~]")
_SWITCHED = "|+?(){}"


def python_pattern(pattern: str, *, extended: bool) -> str:
    """Give a POSIX pattern, basic or extended, as Python writes it."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        brackets = _BRACKETS.match(pattern, at) if char == "[" else None
        if brackets:
            out.append(f"[{brackets[1]}{_members(brackets[2])}]")
            at = brackets.end()
            continue
        follow = pattern[at + 1 : at + 2]
        if char == "\\" and follow:
            bare = not extended and follow in _SWITCHED
            out.append(follow if bare else char + follow)
            at += 2
            continue
        # In a basic pattern these are plain without a backslash, and a leading `*` is too.
        switched = not extended and char in _SWITCHED
        plain = switched or char == "[" or (char == "*" and (not out or out == ["^"]))
        out.append(f"\\{char}" if plain else char)
        at += 1
    return "".join(out)


def _members(text: str) -> str:
    """Give what stands in brackets; a backslash is plain there, and so is `[`."""
    out: list[str] = []
    at = 0
    for match in _CLASS.finditer(text):
        out += (_SPECIAL.sub(r"\\\g<0>", text[at : match.start()]), _CLASSES.get(match[1], ""))
        at = match.end()
    out.append(_SPECIAL.sub(r"\\\g<0>", text[at:]))
    return "".join(out)
