"""Takes words out of texts and JSON values, however they are written there.

A term is found as it is, URL-encoded, escaped as in JSON or XML (also in part), and in base64, be
it encoded alone or in the midst of other text; in another case only if that is asked for. Not found
are terms that are broken over lines, or hidden in pictures.
"""

import base64
import json
import re
import string
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from pydantic import JsonValue

from tools.errors import UsageError

SHORTEST = 3
"""Characters of the shortest term: "1" or "no" would be found in every recording, everywhere."""
_ESCAPES = re.compile(r"[%&+\\]")
_BASE64 = "A-Za-z0-9+/"
_SURE = 8
"""Letters of base64 that are not taken for words by accident; fewer must stand alone."""


class Redactor:
    """Puts other texts in the place of ``terms``.

    A text is never redacted twice: what stands in the place of a term is left alone, even if a term
    is a part of it.

    Args:
        terms: Each term and what to put in its place. Where terms overlap, all that they cover is
            replaced at once, by what stands for the longest.
        any_case: Find them in any mixture of capital and small letters, too; in base64 only if all
            are capital, all small, or those that begin words capital.

    Raises:
        UsageError: A term has fewer than 3 characters or is blank, or nothing stands for it. The
            term itself is not told.
    """

    def __init__(self, terms: Mapping[str, str], *, any_case: bool = False) -> None:
        for term, instead in terms.items():
            _require_usable(term, instead)
        self._terms = dict(sorted(terms.items(), key=lambda each: -len(each[0])))
        self._any_case = any_case
        self._written = {
            term: re.compile(f"(?=({_spellings(term, any_case=any_case)}))") for term in self._terms
        }
        self._encoded = {
            term: [_Encoded(each) for each in (_cases(term) if any_case else [term])]
            for term in self._terms
        }
        done = sorted(set(terms.values()), key=lambda each: -len(each))
        self._done = re.compile("|".join(map(re.escape, done))) if done else None

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms, longest first."""
        return tuple(self._terms)

    def text(self, text: str) -> str:
        """``text`` without any of the terms."""
        pieces, end = [], 0
        for start, stop, term in self._clusters(text):
            pieces += [text[end:start], self._terms[term]]
            end = stop
        return "".join([*pieces, text[end:]]) if pieces else text

    def value(self, value: JsonValue, *, keys: bool = False, numbers: bool = False) -> JsonValue:
        """``value`` with every text in it redacted, however deep; a new one, ``value`` stays.

        Args:
            value: Any JSON value.
            keys: Redact the names of objects' members too. Two that become equal are told apart by
                a number. Not for values whose names have a meaning.
            numbers: Put text in the place of numbers that are a term, digit by digit.
        """
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(each, keys=keys, numbers=numbers) for each in value]
            case dict():
                found: dict[str, JsonValue] = {}
                for name, each in value.items():
                    clean = self.text(name) if keys else name
                    unique = clean if clean not in found else f"{clean} {len(found)}"
                    found[unique] = self.value(each, keys=keys, numbers=numbers)
                return found
            case int() | float() if numbers and not isinstance(value, bool):
                return self._terms.get(str(value), value)
            case _:
                return value

    def finds(self, text: str) -> bool:
        """Whether any of the terms is in ``text``."""
        return next(self._spans(text), None) is not None

    def _clusters(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Stretches to replace, in order, apart from each other, with the longest term in each."""
        start, end, longest = 0, -1, ""
        for begins, ends, term in sorted(self._spans(text)):
            if begins < end:
                end = max(end, ends)
                longest = max(longest, term, key=len)
                continue
            if longest:
                yield start, end, longest
            start, end, longest = begins, ends, term
        if longest:
            yield start, end, longest

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._done is None:
            return
        done = [found.span() for found in self._done.finditer(text)]
        escaped = _ESCAPES.search(text) is not None
        mail = text.replace("-", "+").replace("_", "/")  # one of the two ways of base64
        folded = text.casefold() if self._any_case else ""
        for term in self._terms:
            places = [place for each in self._encoded[term] for place in each.places(mail)]
            if escaped or term in text or (self._any_case and term.casefold() in folded):
                places += [found.span(1) for found in self._written[term].finditer(text)]
            for start, end in places:
                if not any(left <= start and end <= right for left, right in done):
                    yield start, end, term


def _require_usable(term: str, instead: str) -> None:
    if len(term) < SHORTEST or not term.strip():
        raise UsageError(
            f"The term that {instead!r} is to stand for is blank or has fewer than "
            f"{SHORTEST} characters.",
            hint="So short a text is found everywhere; leave it out or take more around it.",
        )
    if not instead:
        raise UsageError("A term has nothing to stand in its place.")


def _spellings(term: str, *, any_case: bool) -> str:
    # A run of backslashes is one unit: each JSON around it doubles the whole run.
    units = re.findall(r"\\+|[^\\]", term)
    return "".join(map(_in_any_case if any_case else _spelling, units))


def _in_any_case(unit: str) -> str:
    """As ``_spelling``, large and small; a capital may be two letters, as that of ß is."""
    forms = _cases(unit) if unit[0] != "\\" else []
    return f"(?:{'|'.join(map(_each_spelt, forms))})" if forms[1:] else _spelling(unit)


def _each_spelt(letters: str) -> str:
    return "".join(map(_spelling, letters))


def _cases(term: str) -> list[str]:
    """The term as it is, and in the cases that screens and people write it in; each once."""
    words = string.capwords(term, " ")
    return list(dict.fromkeys((term, term.lower(), term.casefold(), term.upper(), words)))


def _spelling(unit: str) -> str:
    """A regular expression for one character, or for a run of backslashes."""
    if unit[0] == "\\":
        many = len(unit)
        return rf"(?:\\{{{many}}}|\\{{{2 * many}}}|\\{{{4 * many}}}|(?i:%5c){{{many}}})"
    percent = "".join(f"%{byte:02x}" for byte in unit.encode("utf-8", "surrogatepass"))
    units = unit.encode("utf-16-be", "surrogatepass").hex()
    unicode = "".join(rf"\\{{1,8}}u{units[at : at + 4]}" for at in range(0, len(units), 4))
    ways = [re.escape(unit), f"(?i:{percent})", f"(?i:{unicode})"]
    ways.append(f"(?i:&#(?:x0{{0,6}}{ord(unit):x}|0{{0,6}}{ord(unit)});)")
    short = json.dumps(unit)[1:-1]
    if short[0] == "\\" and short[1] != "u":
        ways.append(rf"\\{{1,8}}{re.escape(short[1:])}")
    ways += {" ": [r"\+"], "/": [r"\\{1,8}/"]}.get(unit, [])
    named = escape(unit, {'"': "&quot;", "'": "&apos;"})
    ways += [re.escape(named)] if named != unit else []
    return f"(?:{'|'.join(ways)})"


class _Encoded:
    """A term in base64, at each of the three ways it may fall.

    Of the letters at its ends some bits belong to its neighbours, so any letter fits there. A short
    term has too few letters of its own; it is found only where it was encoded alone.
    """

    def __init__(self, term: str) -> None:
        data = term.encode("utf-8", "surrogatepass")
        alone = base64.b64encode(data).decode().rstrip("=")
        ways = [f"(?<![{_BASE64}]){re.escape(alone)}={{0,2}}(?![={_BASE64}])"]
        cores = [alone]
        for before in range(3):
            letters = base64.b64encode(bytes(before) + data).decode()
            first = -(-before * 8 // 6)  # the first letter that is all the term's
            core = letters[first : (before + len(data)) * 8 // 6]
            if len(core) >= _SURE:
                cores.append(core)
                ways.append(f"[{_BASE64}]{{0,{min(before, 1)}}}{re.escape(core)}[{_BASE64}]?")
        self._cores = cores
        self._pattern = re.compile("|".join(ways))

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where it is in ``text``, in which - and _ stand as + and /."""
        if not any(core in text for core in self._cores):  # far quicker than the pattern
            return []
        return [found.span() for found in self._pattern.finditer(text)]
