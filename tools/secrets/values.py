"""Secret values and the names that stand for them, in texts as a screen or a device writes them.

A screen does not show a text as it was typed: fields group digits, lists cut texts off at their
end, keyboards begin with a capital. So a value is also found in another case, with other white
space and grouping signs in it, and cut off with an ellipsis.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tools.errors import BadArgumentsError

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
SHORTEST: Final = 4
"""Characters of the shortest value: a PIN. Fewer stand on every screen."""
_PLACEHOLDER: Final = re.compile(r"<secret:([^<>]*)>")
_GROUPING: Final = "-()/.,:'\"\\"
_BETWEEN: Final = r"(?:%s|[\s\-()/.,:'\"\\])*+"
"""What may stand between two characters of a value: ``input text`` writes ``%s`` for a space."""
_CUT: Final = ("…", "...")
_LAST_OF_BMP: Final = "\uffff"


def check_name(name: str) -> str:
    """``name``, if a secret may be called so.

    Raises:
        ValueError: It may not. What was given is not told: it may be the value.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("capital letters, digits and underscores")
    return name


def placeholder(name: str) -> str:
    """What stands for the value of ``name``, in what a model says as in what it is shown."""
    return f"<secret:{name}>"


def placeholders_in(text: str) -> tuple[str, ...]:
    """Names in the placeholders of ``text``, known or not, each once."""
    return tuple(dict.fromkeys(found.strip() for found in _PLACEHOLDER.findall(text)))


class Secrets:
    """Values and their names.

    Args:
        values: Name to value, of at least 4 characters each. Of two names with the same value the
            first one stands for it.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        first = {value: name for name, value in reversed(self._values.items())}
        self._patterns = {name: _pattern(value) for value, name in first.items()}

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._values)})"

    def __bool__(self) -> bool:
        return bool(self._values)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order given."""
        return tuple(self._values)

    @property
    def terms(self) -> dict[str, str]:
        """Each value and what stands for it."""
        return {value: placeholder(name) for name, value in reversed(self._values.items())}

    def revealed(self, text: str) -> str:
        """``text`` with the values in the place of their names; only for the device.

        Raises:
            BadArgumentsError: It names a secret that there is not.
        """
        for name in placeholders_in(text):
            if name not in self._values:
                known = ", ".join(map(placeholder, self._values)) or "none"
                raise BadArgumentsError(
                    f"There is no secret {name!r}. What may be typed: {known}. Nothing was typed."
                )
        return _PLACEHOLDER.sub(lambda found: self._values[found[1].strip()], text)

    def named(self, text: str) -> str:
        """``text`` with the names in the place of the values.

        Where values overlap, all that they cover is replaced by the name of the longest. Rather too
        much is replaced than too little: 1234 is found in 12:34, too.
        """
        if not self._values or not text:
            return text
        return self._replaced(text, self._spans(text))

    def named_in_part(self, text: str) -> str:
        """``named``, and a name for every piece of 4 or more characters of a value.

        For what a field holds after a value was typed into it: it may have taken a part of it.
        """
        clean = self.named(text)
        return self._replaced(clean, self._pieces(clean))

    def _replaced(self, text: str, spans: Iterable[tuple[int, int, str]]) -> str:
        done = [found.span() for found in _PLACEHOLDER.finditer(text) if found[1] in self._values]
        open_spans = [
            (start, end, name)
            for start, end, name in spans
            if not any(left <= start and end <= right for left, right in done)
        ]
        pieces, end = [], 0
        for start, stop, name in self._stretches(open_spans):
            pieces += [text[end:start], placeholder(name)]
            end = stop
        return "".join([*pieces, text[end:]]) if pieces else text

    def quiet(self, error: BaseException, words: Callable[[str], str] | None = None) -> None:
        """Take the values, and pieces of them, out of what ``error``, and what led to it, say.

        Args:
            error: Is changed.
            words: Takes more out of a text, before this does: values in base64.
        """

        def named(text: str) -> str:
            return self.named_in_part(text if words is None else words(text))

        seen: set[int] = set()
        waiting: list[BaseException | None] = [error]
        while waiting:
            each = waiting.pop()
            if each is None or id(each) in seen:
                continue
            seen.add(id(each))
            each.args = tuple(named(part) if isinstance(part, str) else part for part in each.args)
            for name, value in vars(each).items():
                if isinstance(value, str):
                    setattr(each, name, named(value))
            waiting += [each.__cause__, each.__context__]

    def _stretches(self, spans: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
        """Stretches to replace, in order and apart from each other, each with one name."""
        start, end, chosen = 0, -1, ""
        for begins, ends, name in sorted(spans):
            if begins < end:
                end = max(end, ends)
                chosen = max(chosen, name, key=lambda each: len(self._values[each]))
                continue
            if chosen:
                yield start, end, chosen
            start, end, chosen = begins, ends, name
        if chosen:
            yield start, end, chosen

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        for name, pattern in self._patterns.items():
            places = [found.span(1) for found in pattern.finditer(text)]
            for start, end in (*places, *_cut_off(text, self._values[name])):
                yield start, end, name

    def _pieces(self, text: str) -> Iterator[tuple[int, int, str]]:
        folded = text.casefold()
        if len(folded) != len(text):
            folded = text
        for name in self._patterns:
            value = self._values[name].casefold()
            known = {value[at : at + SHORTEST] for at in range(len(value) - SHORTEST + 1)}
            for at in range(len(folded) - SHORTEST + 1):
                if folded[at : at + SHORTEST] in known:
                    yield at, at + SHORTEST, name


def _bare(value: str) -> str:
    return "".join(sign for sign in value if not sign.isspace() and sign not in _GROUPING)


def _pattern(value: str) -> re.Pattern[str]:
    """Finds ``value``, with gaps and in any case; it may begin anywhere, also in another match."""
    ways = [re.escape(value)]
    bare = _bare(value)
    if sum(sign <= _LAST_OF_BMP for sign in bare) >= SHORTEST:
        ways.append(_BETWEEN.join(map(_sign, bare)))
    return re.compile(f"(?=({'|'.join(ways)}))", re.IGNORECASE)


def _sign(sign: str) -> str:
    # uiautomator writes a dot for an emoji, of which it knows two halves.
    return re.escape(sign) if sign <= _LAST_OF_BMP else f"(?:{re.escape(sign)}|\\.{{0,2}})"


def _cut_off(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where the beginning of ``value`` stands before an ellipsis, with the ellipsis."""
    folded, begins = text.casefold(), value.casefold()
    if len(folded) != len(text):
        return
    for mark in _CUT:
        at = folded.find(mark)
        while at >= 0:
            for length in range(min(at, len(begins) - 1), SHORTEST - 1, -1):
                if folded.endswith(begins[:length], 0, at):
                    yield at - length, at + len(mark)
                    break
            at = folded.find(mark, at + 1)
