"""Finds the written call in a reply: after a mark, at the start of a line, or at the very end.

A call in the middle of a sentence is talk: ``I would finish(message='booked') if …`` ends nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from agent.dialects.reading.answer import Answer
from agent.dialects.reading.written_call import WrittenCall, read_call
from tools.errors import UnreadableReplyError

ACTION_MARK = re.compile(
    r"^[ \t]{0,8}(?:#{1,4}[ \t]{0,3})?\*{0,2}(?:action|动作|操作)\*{0,2}[ \t]{0,3}[:：]\*{0,2}",
    re.IGNORECASE | re.MULTILINE,
)
ANSWER_MARK = re.compile(r"[<＜]\s{0,3}answer\s{0,3}[>＞]", re.IGNORECASE)
_LEAD = re.compile(r"(?:\s|```[a-z]{0,10}|`|<[a-z_|]{1,20}>|\*){0,60}", re.IGNORECASE)
_LINE = re.compile(
    r"^[ \t>`*-]{0,8}(?:<[a-z_|]{1,20}>){0,3}(?=[A-Za-z_])", re.IGNORECASE | re.MULTILINE
)
_HEAD = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_]{0,63})\s{0,3}[(（]")
_REST = re.compile(r"(?:\s|</?[a-z_|]{1,20}/?\|?>|[`.;。；*)）])*", re.IGNORECASE)
_MAX_TRIES: Final = 40


@dataclass(frozen=True)
class FoundCall:
    """A call and where it stood.

    Attributes:
        call: As it was written.
        lead: Offset of the mark before it.
        start: Offset of its first letter.
    """

    call: WrittenCall
    lead: int
    start: int


def find_written(answer: Answer, mark: re.Pattern[str], known: Callable[[str], bool]) -> FoundCall:
    """The first call in ``answer``.

    Args:
        answer: The reply's answer.
        mark: What comes before an action.
        known: Whether a name is one of an action; needed where there is no mark.

    Raises:
        UnreadableReplyError: There is none.
    """
    failure: UnreadableReplyError | None = None
    for count, (start, lead) in enumerate(_places(answer, mark, known)):
        if count >= _MAX_TRIES:
            break
        try:
            call = read_call(answer.text, start)
        except UnreadableReplyError as error:
            failure = failure or error
            continue
        if answer.sealed or _at_the_end(answer.text, call.end):
            return FoundCall(call, lead, start)
    raise failure or UnreadableReplyError("There is no action in the reply.")


def _places(
    answer: Answer, mark: re.Pattern[str], known: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    text = answer.text
    for found in mark.finditer(text):
        lead = _LEAD.match(text, found.end())
        start = lead.end() if lead is not None else found.end()
        if _HEAD.match(text, start):
            yield start, found.start()
    for line in _LINE.finditer(text):
        head = _HEAD.match(text, line.end())
        if head is not None and known(head[1]):
            yield line.end(), line.start()
    heads = [head for head in _HEAD.finditer(text) if known(head[1])]
    for head in heads[-_MAX_TRIES:]:
        if _ends_text(text, head.start()):
            yield head.start(), head.start()


def _ends_text(text: str, start: int) -> bool:
    try:
        return _at_the_end(text, read_call(text, start).end)
    except UnreadableReplyError:
        return False


def _at_the_end(text: str, end: int) -> bool:
    return _REST.fullmatch(text, end) is not None
