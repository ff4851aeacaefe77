"""Parts a reply into what was thought and what is answered: only the answer can act."""

import re
from dataclasses import dataclass

from agent.model import Reply
from tools.errors import UnreadableReplyError

# Runs are bounded in these patterns: a model that repeats one letter must not cost minutes.
_CLOSE = re.compile(r"[<＜]\s{0,3}/\s{0,3}think(?:ing)?\s{0,3}[>＞]", re.IGNORECASE)
_OPEN = re.compile(r"[<＜]\s{0,3}think(?:ing)?\s{0,3}[>＞]", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:#{1,4}\s{0,3})?\*{0,2}(?:thoughts?|thinking|reasoning|思考|想法)\s?(?:#{1,4}|\*{0,2}[:：]\*{0,2})",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z_|]{1,24}>", re.IGNORECASE)
_FINAL = re.compile(
    r"\*{0,2}(?:final answer|最终答案)\s{0,3}\*{0,2}\s{0,3}[:：]?\s{0,3}\*{0,2}", re.IGNORECASE
)
_EMPTY_LABEL = re.compile(
    r"\s{1,3}[#*]{0,4}[ \t]?(?:action|动作)[ \t]?[#*]{0,4}[ \t]?[:：]?[#*]{0,4}"
    r"\s{0,3}(?:```[a-z]{0,6})?\Z",
    re.IGNORECASE,
)
_TAIL = 60
THOUGHT_LENGTH = 2000
LONGEST = 200_000


@dataclass(frozen=True)
class Answer:
    """A reply in two parts.

    Attributes:
        thought: What was thought aloud, apart from the answer; may be empty.
        text: What may contain an action.
        sealed: Whether the answer was marked off from the thought. If not, ``text`` is a thought
            that never ended, and an action counts only at its very end.
    """

    thought: str
    text: str
    sealed: bool = True


def split_reply(reply: Reply, *, final_marker: bool = False) -> Answer:
    """Find the answer: after the last mark that ends a thought.

    Args:
        reply: From the model.
        final_marker: Whether this family ends its thoughts with the words "Final Answer".

    Raises:
        UnreadableReplyError: There is nothing in the reply, or far too much.
    """
    if len(reply.text) + len(reply.reasoning) > LONGEST:
        raise UnreadableReplyError("The reply is too long to hold one action.")
    if not reply.text.strip():
        if not reply.reasoning.strip():
            raise UnreadableReplyError("The reply is empty.")
        return _without_answer(reply.reasoning)
    closed = list(_CLOSE.finditer(reply.text))
    if closed:
        before, text = reply.text[: closed[-1].start()], reply.text[closed[-1].end() :]
        thought = _joined(reply.reasoning, before)
    elif opened := _OPEN.search(reply.text):
        return Answer(reply.reasoning, reply.text[opened.end() :], sealed=False)
    else:
        thought, text = reply.reasoning, reply.text
    if final_marker:
        return _after_final(thought, text)
    return Answer(thought, text)


def _without_answer(reasoning: str) -> Answer:
    """All words came as reasoning, as when a server misses the end of the thought."""
    closed = list(_CLOSE.finditer(reasoning))
    if not closed:
        return Answer("", reasoning, sealed=False)
    return Answer(reasoning[: closed[-1].start()], reasoning[closed[-1].end() :])


def _after_final(thought: str, text: str) -> Answer:
    found = list(_FINAL.finditer(text))
    if not found:
        return Answer(thought, text, sealed=False)
    return Answer(_joined(thought, text[: found[-1].start()]), _unboxed(text[found[-1].end() :]))


def _unboxed(text: str) -> str:
    r"""What stands in ``\[ \boxed{…} \]``, with the escapes of TeX undone."""
    boxed = re.search(r"\\boxed\s*\{", text)
    if boxed is None:
        return text
    inner = text[boxed.end() :]
    inner = re.sub(r"\\(?:text|mathrm|texttt)\s*\{", "", inner)
    return re.sub(r"\\([{}_#%&$])", r"\1", inner)


def thought_of(*pieces: str) -> str:
    """A thought for people: labels and tags off, joined, shortened in its middle."""
    words = " ".join(filter(None, (_unlabelled(piece) for piece in pieces)))
    if len(words) <= THOUGHT_LENGTH:
        return words
    half = THOUGHT_LENGTH // 2
    return f"{words[:half]} … {words[-half:]}"


def _unlabelled(piece: str) -> str:
    plain = _TAG.sub("", piece).strip()
    if label := _LABEL.match(plain):
        plain = plain[label.end() :]
    # A heading with nothing under it: what stood there was the call.
    return (plain[:-_TAIL] + _EMPTY_LABEL.sub("", plain[-_TAIL:])).strip()


def _joined(*pieces: str) -> str:
    return "\n".join(filter(None, (piece.strip() for piece in pieces)))
