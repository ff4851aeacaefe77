r"""Answers in frames: ``\boxed{…}`` as models write it in TeX, with braces inside."""

import re
from dataclasses import dataclass
from typing import Final

_FRAME: Final = re.compile(r"\\f?boxed\s{0,3}(?=[{A-Za-z0-9])|\\fbox\s{0,3}(?=\{)")
_BRACE: Final = re.compile(r"\\.|[{}]", re.DOTALL)
_BARE: Final = re.compile(r"[A-Za-z0-9.]{1,20}")
_WORDS: Final = re.compile(r"\\(?:text|textbf|mathrm|mathbf|texttt|mathsf|operatorname)\s{0,3}\{")
_ESCAPE: Final = re.compile(r"\\([{}_#%&$])")
_OPENING: Final = re.compile(r"(?:\\[\[(]|\${1,2})\s{0,3}\Z")
_ENDING: Final = re.compile(r"\s{0,3}(?:\\[\])]|\${1,2})")
_SAID: Final = re.compile(r"[\s,.;*，。；、]|\\[\[\]()]|\$|\b(?:and|or)\b|[和与或]")


@dataclass(frozen=True)
class Boxed:
    """A framed answer.

    Attributes:
        text: What stands in the frame, without the TeX that only makes letters upright.
        start: Offset of the frame.
        end: Offset of what follows it.
    """

    text: str
    start: int
    end: int


def find_boxed(text: str) -> list[Boxed]:
    r"""Every whole frame in ``text``, in order; a frame in a frame belongs to the outer one."""
    found: list[Boxed] = []
    closings = _closings(text)
    at = 0
    while frame := _FRAME.search(text, at):
        at = frame.end()
        if text[at] == "{":
            end = closings.get(at)
            if end is not None:
                found.append(Boxed(plain_tex(text[at + 1 : end]), frame.start(), end + 1))
                at = end + 1
        elif bare := _BARE.match(text, at):
            found.append(Boxed(bare[0], frame.start(), bare.end()))
            at = bare.end()
    return found


def is_cut_off(text: str) -> bool:
    """Whether the last frame in ``text`` never ends."""
    frames = list(_FRAME.finditer(text))
    if not frames or text[frames[-1].end()] != "{":
        return False
    return frames[-1].end() not in _closings(text)


def plain_tex(text: str) -> str:
    r"""``text`` without ``\text{…}`` and the like, and without escapes; formulas stay as is."""
    closings = _closings(text)
    left_out: list[tuple[int, int]] = []
    for wrapper in _WORDS.finditer(text):
        end = closings.get(wrapper.end() - 1)
        left_out += [wrapper.span(), *([] if end is None else [(end, end + 1)])]
    pieces: list[str] = []
    at = 0
    for start, end in sorted(left_out):
        pieces.append(text[at:start])
        at = end
    return _ESCAPE.sub(r"\1", "".join([*pieces, text[at:]])).strip()


def _closings(text: str) -> dict[int, int]:
    """Offset of each brace that is closed, to that of the brace that closes it."""
    open_at: list[int] = []
    closings: dict[int, int] = {}
    for mark in _BRACE.finditer(text):
        if mark[0] == "{":
            open_at.append(mark.start())
        elif mark[0] == "}" and open_at:
            closings[open_at.pop()] = mark.start()
    return closings


def unboxed(text: str, frames: list[Boxed]) -> str:
    """``text`` with each of ``frames`` replaced by what stands in it.

    Formula signs around a frame go, too. If nothing but frames stands there, they are listed.
    """
    pieces: list[str] = []
    at = 0
    for frame in frames:
        before, end = text[at : frame.start], frame.end
        opened, ended = _OPENING.search(before), _ENDING.match(text, end)
        if opened and ended:
            before, end = before[: opened.start()], ended.end()
        pieces += [before, frame.text]
        at = end
    pieces.append(text[at:])
    if not _SAID.sub("", "".join(pieces[::2])):
        return ", ".join(frame.text for frame in frames)
    return "".join(pieces).strip()
