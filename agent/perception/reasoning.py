"""Problems about pictures, thought through aloud, and the answer that is found at their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from agent.model import Message, OnText, Part, Request, TextPart, Usage
from agent.perception.families import manner_of
from agent.perception.final_answer import Found, FoundBy, read_final
from agent.perception.language_mix import foreign_share, mixing_note
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.prompt import inert, load_prompt
from agent.sight import Shown
from tools.errors import UsageError
from tools.geometry import Frozen

MAX_TOKENS: Final = 8192
"""What the model card of QVQ gives it; a thought of fewer is often not at its end."""


class Reasoned(Frozen):
    """A problem thought through.

    Attributes:
        outcome: ``answered``, or ``no_answer`` if the model came to none.
        answer: The final answer, plain; empty if there is none.
        boxed: What the model framed in its answer, in order; without an answer, in its reasoning.
        found_by: What told that it is the answer: a ``marker`` such as "Final Answer", the
            ``thought_end``, or, unmarked, a ``frame`` or a ``sentence`` at the very end.
        why_not: Why there is no answer, in words; empty if there is one.
        reasoning: What was thought aloud; a repeated tail stands there once.
        ending: Why the reply ended: ``stop``, ``length``, ``loop``, ``time`` or the server's word.
        foreign_share: Share of the reasoning in another script than the problem, 0..1.
        notes: What a person should know of it.
        usage: Tokens.
        latency_s: Seconds from the question to the last token.
        first_token_s: Seconds to the first token.
    """

    outcome: Literal["answered", "no_answer"]
    answer: str = ""
    boxed: tuple[str, ...] = ()
    found_by: FoundBy = ""
    why_not: str = ""
    reasoning: str = ""
    ending: str = "stop"
    foreign_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    notes: tuple[str, ...] = ()
    usage: Usage = Usage()
    latency_s: Annotated[float, Field(ge=0)] = 0.0
    first_token_s: Annotated[float, Field(ge=0)] = 0.0


@dataclass(frozen=True)
class Problem:
    """A problem, ready to be put to a model.

    Attributes:
        request: What the model is asked.
        words: The problem in words.
        notes: What a person should know before: how each picture is shown, what is not possible.
    """

    request: Request
    words: str
    notes: tuple[str, ...]


def pose(
    seer: Seer, words: str, pictures: Sequence[Picture], *, max_tokens: int = MAX_TOKENS
) -> Problem:
    """Put a problem so that the model's family thinks it through.

    Args:
        seer: Whom to ask.
        words: The problem.
        pictures: What it is about; may be empty.
        max_tokens: Room for the reasoning and the answer.

    Raises:
        UsageError: The problem is empty, or there is no room.
        CaptureError: A picture is more than 200 times as long as wide.
    """
    if not words.strip():
        raise UsageError("The problem is empty.", hint="Say what is to be found out.")
    if max_tokens < 1:
        raise UsageError(f"{max_tokens} tokens are no room to think.", hint="8192 is usual.")
    manner = manner_of(seer.dialect)
    shown = [seer.shown(picture) for picture in pictures]
    parts: tuple[Part, ...] = (*(each.image for each in shown), TextPart(inert(words.strip())))
    messages = [Message("user", parts)]
    if manner.reason_prompt:
        opening = TextPart(load_prompt(manner.reason_prompt).text)
        messages.insert(0, Message("system", (opening,)))
    notes = [shown_note(seer, picture, each) for picture, each in zip(pictures, shown, strict=True)]
    if manner.single_round:
        notes.append(f"{seer.dialect.name} answers one question: nothing can be asked after it.")
    request = Request(tuple(messages), sampling=manner.sampling(seer.dialect, max_tokens))
    return Problem(request, words, tuple(notes))


def solve(seer: Seer, problem: Problem, *, on_text: OnText | None = None) -> Reasoned:
    """Ask, and find the answer.

    Raises:
        ModelError: The model could not be asked.
    """
    reply = seer.model.ask(problem.request, on_text=on_text)
    found = read_final(reply, manner_of(seer.dialect))
    ending = "loop" if found.circle is not None else reply.finish_reason
    return Reasoned(
        outcome="answered" if found.answer else "no_answer",
        answer=found.answer,
        boxed=found.boxed,
        found_by=found.found_by,
        why_not=found.why_not,
        reasoning=found.reasoning,
        ending=ending,
        foreign_share=round(foreign_share(problem.words, found.reasoning), 3),
        notes=_notes(problem, found, ending),
        usage=reply.usage,
        latency_s=reply.latency_s,
        first_token_s=reply.first_token_s,
    )


def shown_note(seer: Seer, picture: Picture, shown: Shown) -> str:
    """How ``picture`` is shown: its size, what is left of it, and what that costs."""
    size, seen = picture.size, shown.projection.shown
    tokens = seen.width * seen.height // seer.sizing.factor**2
    if (seen.width, seen.height) == (size.width, size.height):
        return f"{picture.name}: shown as it is, {size.width}x{size.height}, {tokens} tokens."
    return (
        f"{picture.name}: {size.width}x{size.height}, shown as {seen.width}x{seen.height}, "
        f"{tokens} tokens."
    )


def _notes(problem: Problem, found: Found, ending: str) -> tuple[str, ...]:
    notes = [mixing_note(problem.words, found.reasoning)]
    if found.answer:
        if found.found_by in {"frame", "sentence"}:
            notes.append("The model did not mark its answer; it is the one that it ended with.")
        if found.doubted:
            notes.append("The model went on to doubt its answer, and gave no other.")
        if ending == "loop":
            notes.append("The reply was cut: it went round in circles after its answer.")
        elif found.cut_off:
            notes.append("The reply was cut within its answer, which may go on.")
    return tuple(filter(None, notes))
