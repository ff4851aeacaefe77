"""Finds the answer in what a model thought aloud: after the last mark, or nowhere."""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from agent.model import Reply
from agent.perception.boxed import find_boxed, is_cut_off, unboxed
from agent.perception.circles import Circle, find_circle
from agent.perception.families import Manner

FoundBy = Literal["marker", "thought_end", "frame", "sentence", ""]
LEAST_CIRCLE: Final = 600
"""Letters that repetition must fill for a reply that its back end has not cut for it."""
_THOUGHT_END: Final = re.compile(r"[<＜]\s{0,3}/\s{0,3}think(?:ing)?\s{0,3}[>＞]", re.IGNORECASE)
_THOUGHT_BEGIN: Final = re.compile(r"[<＜]\s{0,3}think(?:ing)?\s{0,3}[>＞]", re.IGNORECASE)
_WORDS: Final = r"(?:(?:the\s|my\s)?final\s(?:answer|solution)|最终答案|最终解答|最后答案|最終答案)"
_MARKER: Final = re.compile(
    # In bold; as a heading or a line of its own; before a colon at the beginning of a line; a tag.
    rf"\*\*\s{{0,2}}{_WORDS}\s{{0,2}}(?:[:：]\s{{0,2}}\*\*|\*\*\s{{0,2}}[:：]?)"
    rf"|^[ \t>]{{0,8}}#{{1,6}}[ \t]{{0,3}}\**{_WORDS}\**[ \t]{{0,3}}[:：]?\**"
    rf"|^[ \t>*]{{0,8}}{_WORDS}[ \t]{{0,3}}\**[:：]\**"
    rf"|^[ \t>*]{{0,8}}{_WORDS}[ \t*]{{0,4}}$"
    r"|[【\[]最[终後后終]答案[】\]][:：]?"
    r"|<answer>",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWER_END: Final = re.compile(r"</answer>|<\|im_end\|>|<\|endoftext\|>", re.IGNORECASE)
_SENTENCE: Final = re.compile(
    r"\b(?:the|my)\s(?:(?:final|correct|right)\s)?(?:answer|solution)\s(?:is|would be|must be)"
    r"\s{0,2}[:：]?\s{0,3}(?P<en>[^\n]{1,300})"
    r"|(?:正确|最终|最后)?答案(?:应该|应)?(?:[是为]\s{0,2}[：:]?|[：:])\s{0,3}(?P<zh>[^\n]{1,300})",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(
    r"\W{0,4}(?:wait\b|hmm|but\swait\b|hold\son\b|actually,|let\sme\s(?:re|double)|no,\s"
    r"|等等|等一下|不对|但是等|让我(?:再|重新))",
    re.IGNORECASE,
)
_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n")
_SHORT: Final = 200
_SAMPLE: Final = 80


@dataclass(frozen=True)
class Found:
    """A reply, read.

    Attributes:
        reasoning: What was thought aloud, a repeated tail once.
        answer: The final answer without its frame; empty if there is none.
        boxed: What stood in frames in the answer.
        found_by: What told that it is the answer.
        why_not: Why there is no answer; empty if there is one.
        circle: What was repeated at the end, if that is why the reply ended.
        doubted: Whether the model took its answer back, and gave no other.
        cut_off: Whether the reply was ended within its answer.
    """

    reasoning: str
    answer: str = ""
    boxed: tuple[str, ...] = ()
    found_by: FoundBy = ""
    why_not: str = ""
    circle: Circle | None = None
    doubted: bool = False
    cut_off: bool = False


@dataclass(frozen=True)
class _Draft:
    """A reply with what was marked as thought apart from the rest.

    Attributes:
        thought: What was marked as thought.
        text: The rest.
        sealed: Whether anything was marked as thought, so that the rest is the answer.
        whole: Whether the model ended the reply itself.
    """

    thought: str
    text: str
    sealed: bool
    whole: bool


def read_final(reply: Reply, manner: Manner) -> Found:
    """Find the answer in ``reply``; nothing is guessed where the model has not finished."""
    whole = not reply.cut
    circle = None if whole else _circle_of(reply)
    draft = _drafted(reply, manner, whole=whole)
    found = _after_marker(draft) or _after_thought(draft) or _unmarked(draft)
    if found is not None and found.answer:
        return replace(found, reasoning=_once(found.reasoning, circle), circle=circle)
    reasoning = _once(_joined(draft.thought, draft.text), circle)
    empty = found is not None or (draft.sealed and not draft.text.strip())
    why_not = _why_not(reply, circle, empty=empty)
    return Found(reasoning, boxed=_framed(reasoning), why_not=why_not, circle=circle)


def find_mark(text: str, start: int = 0) -> re.Match[str] | None:
    """The first mark in ``text`` from ``start`` on after which an answer stands."""
    return _MARKER.search(text, start)


def find_doubt(text: str, start: int = 0) -> int:
    """Where a paragraph after ``start`` begins to doubt what was answered; -1 if none does."""
    for gap in _PARAGRAPHS.finditer(text, start):
        if _DOUBT.match(text, gap.end()):
            return gap.end()
    return -1


def _drafted(reply: Reply, manner: Manner, *, whole: bool) -> _Draft:
    thought, text = reply.reasoning, reply.text
    if not text.strip() and _THOUGHT_END.search(thought):
        thought, text = "", thought  # the server missed the end of the thought
    if ended := list(_THOUGHT_END.finditer(text)):
        thought = _joined(thought, text[: ended[-1].start()])
        return _Draft(_opened(thought), text[ended[-1].end() :], sealed=True, whole=whole)
    begun = _THOUGHT_BEGIN.match(text.lstrip())
    if begun or (manner.begins_in_thought and not thought.strip()):
        return _Draft(_opened(_joined(thought, text)), "", sealed=False, whole=whole)
    return _Draft(_opened(thought), text, sealed=bool(thought.strip()), whole=whole)


def _after_marker(draft: _Draft) -> Found | None:
    marks = list(_MARKER.finditer(draft.text))
    if not marks:
        return None
    mark, end = marks[-1], len(draft.text)
    if not draft.whole and len(marks) > 1:
        # Cut off while it repeats its answer: the one before is whole.
        mark, end = marks[-2], marks[-1].start()
    reasoning = _joined(draft.thought, draft.text[: mark.start()])
    cut_off = not draft.whole and len(marks) == 1
    return _answered(reasoning, draft.text[mark.end() : end], "marker", cut_off=cut_off)


def _after_thought(draft: _Draft) -> Found | None:
    if not draft.sealed or not draft.text.strip():
        return None
    return _answered(draft.thought, draft.text, "thought_end", cut_off=not draft.whole)


def _unmarked(draft: _Draft) -> Found | None:
    """An answer without a mark, in a frame or a sentence, where the model ends with it."""
    if not draft.whole:
        return None
    start = 0
    for gap in _PARAGRAPHS.finditer(draft.text.rstrip()):
        if len(draft.text.rstrip()) - gap.end() > _SHORT or not start:
            start = gap.end()
    return _in_frame(draft, start) or _in_sentence(draft, start)


def _in_frame(draft: _Draft, start: int) -> Found | None:
    text = draft.text[start:]
    frames = find_boxed(text)
    if not frames or _taken_back(text[frames[-1].end :]):
        return None
    boxed = tuple(frame.text for frame in frames)
    return Found(_joined(draft.thought, draft.text), ", ".join(boxed), boxed, "frame")


def _in_sentence(draft: _Draft, start: int) -> Found | None:
    text = draft.text[start:]
    sentences = list(_SENTENCE.finditer(text))
    if not sentences or _taken_back(text[sentences[-1].end() :]):
        return None
    said = sentences[-1]["en"] or sentences[-1]["zh"]
    answer = said.strip().strip("*").rstrip(".。").strip("* ")
    return Found(_joined(draft.thought, draft.text), answer, (), "sentence")


def _answered(reasoning: str, text: str, found_by: FoundBy, *, cut_off: bool) -> Found:
    text = _ANSWER_END.split(text, maxsplit=1)[0].strip()
    doubted = False
    if found_by == "marker":
        text, doubted = _before_doubt(text)
    frames = find_boxed(text)
    cut_off = (cut_off and not (frames and not text[frames[-1].end :].strip(" \n\\])$.*"))) or (
        is_cut_off(text)
    )
    if is_cut_off(text):
        text = text[: text.rfind("\\boxed")]
    answer = unboxed(text, frames).strip().strip("*").strip(": ：\n")
    boxed = tuple(frame.text for frame in frames)
    return Found(reasoning, answer, boxed, found_by, doubted=doubted, cut_off=cut_off)


def _before_doubt(text: str) -> tuple[str, bool]:
    """``text`` up to the paragraph in which the model begins to doubt it."""
    at = find_doubt(text)
    return (text, False) if at < 0 else (text[:at].rstrip(), True)


def _taken_back(rest: str) -> bool:
    return any(_DOUBT.match(line.strip()) for line in rest.splitlines())


def _circle_of(reply: Reply) -> Circle | None:
    """What ``reply`` repeated, if it was cut for that or ran on so until its tokens were spent."""
    circle = find_circle(reply.text if reply.text.strip() else reply.reasoning)
    if circle is None or reply.finish_reason == "loop":
        return circle
    return circle if len(circle.piece) * circle.times >= LEAST_CIRCLE else None


def _once(text: str, circle: Circle | None) -> str:
    """``text`` with what it repeated at its end standing there once."""
    at = text.find(circle.piece * 2) if circle is not None else -1
    return text if circle is None or at < 0 else text[: at + len(circle.piece)].rstrip()


def _why_not(reply: Reply, circle: Circle | None, *, empty: bool) -> str:
    if circle is not None:
        return f"it went round in circles, {circle.times} times: {_shown(circle.piece)}"
    if reply.finish_reason == "loop":
        return "it went round in circles"
    if reply.finish_reason == "length":
        return "it had used up its tokens; give it more with --max-tokens"
    if reply.finish_reason == "time":
        return "its time was over"
    if not (reply.text.strip() or reply.reasoning.strip()):
        return "the reply is empty"
    if empty:
        return "nothing stands after the mark of its answer"
    return "it stopped without marking one"


def _shown(piece: str) -> str:
    words = " ".join(piece.split())
    return f"\u201c{words}\u201d" if len(words) <= _SAMPLE else f"\u201c{words[:_SAMPLE]}…\u201d"


def _framed(text: str) -> tuple[str, ...]:
    return tuple(frame.text for frame in find_boxed(text))


def _opened(thought: str) -> str:
    return _THOUGHT_BEGIN.sub("", thought, count=1).strip()


def _joined(*pieces: str) -> str:
    return "\n\n".join(filter(None, (piece.strip() for piece in pieces)))
