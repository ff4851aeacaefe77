"""Describes pictures and answers questions about them, freely or in the form of a JSON schema."""

import json
from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from agent.dialects.reading.answer import split_reply, thought_of
from agent.model import Message, OnText, Part, TextPart
from agent.perception.families import manner_of
from agent.perception.form import Fitted, Form, Unfit
from agent.perception.ground import answer_of
from agent.perception.pictures import Picture
from agent.perception.seer import Held, Seer
from agent.prompt import inert, load_prompt, spoken
from tools.errors import UnreadableReplyError, UsageError
from tools.geometry import Frozen

STYLES: Final[tuple[str, ...]] = ("short", "detailed", "alt", "tags")
ROOM: Final = 2048
"""Tokens of a reply, thoughts included; more where the dialect wants more."""


class Caption(Frozen):
    """A picture in words.

    Attributes:
        picture: As it was named.
        text: The words; empty if the model said nothing.
        cut: Whether the reply ended before the model was done.
    """

    picture: str
    text: str
    cut: bool = False


class Answered(Frozen):
    """An answer.

    Attributes:
        pictures: What was looked at, as it was named.
        text: The answer, thoughts left out; empty if the model gave none.
        thought: What the model thought aloud; may be empty.
        value: The answer as JSON, if a form was asked for and it fits.
        problem: Why it does not fit the form; empty if it does, or if none was asked for.
        asked: How often the model was asked.
        cut: Whether the reply ended before the model was done.
    """

    pictures: tuple[str, ...]
    text: str
    thought: str = ""
    value: JsonValue = None
    problem: str = ""
    asked: int = 1
    cut: bool = False


def caption(
    seer: Seer,
    picture: Picture,
    *,
    style: str = "short",
    system: str = "",
    on_text: OnText | None = None,
) -> Caption:
    """Say what ``picture`` shows.

    Args:
        seer: Whom to ask.
        picture: What to describe.
        style: One of ``STYLES``, or a manner in words: ``as a poem``.
        system: The system prompt; empty for none.
        on_text: Hears the reply as it comes.

    Raises:
        UsageError: The style is empty.
        ModelError: The model could not be asked.
        CaptureError: The picture is more than 200 times as long as wide.
    """
    words = load_prompt("perception/caption").fill(how=_manner(style))
    reply = seer.ask(
        words, (seer.shown(picture).image,), system=system, max_tokens=_room(seer), on_text=on_text
    )
    return Caption(
        picture=picture.name,
        text=answer_of(reply, seer),
        cut=reply.cut,
    )


def ask(
    seer: Seer,
    pictures: Sequence[Picture],
    question: str,
    *,
    form: Form | None = None,
    system: str = "",
    on_text: OnText | None = None,
) -> Answered:
    """Answer ``question`` about ``pictures``, all of which are shown at once, in their order.

    With a form, an answer that does not fit is asked for once more, with what is wrong about it.

    Args:
        seer: Whom to ask.
        pictures: What to look at; may be empty.
        question: In words.
        form: What the answer has to fit; ``None`` for free words.
        system: The system prompt; empty for none.
        on_text: Hears the replies as they come.

    Raises:
        UsageError: The question is empty.
        ModelError: The model could not be asked.
        CaptureError: A picture is more than 200 times as long as wide.
    """
    if not question.strip():
        raise UsageError("The question is empty.", hint='Ask in words: "How many are there?"')
    words = load_prompt("perception/ask").fill(question=inert(question.strip()))
    if form is not None:
        written = json.dumps(form.schema, ensure_ascii=False)
        words = load_prompt("perception/ask_form").fill(
            question=inert(question.strip()), schema=inert(written)
        )
    shown: list[Part] = [seer.shown(picture).image for picture in pictures]
    messages = [Message("system", (TextPart(system),))] if system else []
    messages.append(Message("user", (*shown, TextPart(words))))
    answered = _once(seer, messages, pictures, form, on_text)
    if not answered.problem:
        return answered
    again = load_prompt("perception/ask_form_again").fill(problem=inert(answered.problem))
    messages.append(Message("assistant", (TextPart(spoken(answered.text) or "…"),)))
    messages.append(Message("user", (TextPart(again),)))
    return _once(seer, messages, pictures, form, on_text).model_copy(update={"asked": 2})


def _once(
    seer: Seer,
    messages: Sequence[Message],
    pictures: Sequence[Picture],
    form: Form | None,
    on_text: OnText | None,
) -> Answered:
    held = Held(form.schema) if form is not None else None
    reply = seer.converse(messages, max_tokens=_room(seer), on_text=on_text, held=held)
    text = answer_of(reply, seer)
    try:
        thought = thought_of(
            split_reply(reply, final_marker=manner_of(seer.dialect).ends_with_marker).thought
        )
    except UnreadableReplyError:
        thought = ""
    fitted = form.check(text) if form is not None else None
    return Answered(
        pictures=tuple(picture.name for picture in pictures),
        text=text,
        thought=thought,
        value=fitted.value if isinstance(fitted, Fitted) else None,
        problem=fitted.problem if isinstance(fitted, Unfit) else "",
        cut=reply.cut,
    )


def _manner(style: str) -> str:
    chosen = style.strip()
    if not chosen:
        raise UsageError("The style is empty.", hint=f"Known are {', '.join(STYLES)}.")
    if chosen in STYLES:
        return load_prompt(f"perception/style_{chosen}").text
    return load_prompt("perception/style_other").fill(manner=inert(chosen))


def _room(seer: Seer) -> int:
    return max(ROOM, seer.dialect.sampling.max_tokens)
