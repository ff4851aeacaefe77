"""Lays turns out as messages, so that one request begins with the bytes of the one before.

A turn is written once and stays as it was. Only when old pictures are dropped do the turns they
belong to move, as one line each, into the first message.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final

from agent.dialects.dialect import MISSING_ANSWER, Turn
from agent.model import ImagePart, Message, Part, RawCall, TextPart
from agent.prompt import inert, load_prompt, spoken
from agent.step import ToolCall
from tools.geometry import Size

_LINES: Final = 100
_LINES_DROPPED: Final = 50
_THOUGHT: Final = 200
_OUTCOME: Final = 400
Progress = Callable[[Sequence[str]], str]
"""Writes the first message's text, from one line for each step that is told as text."""


def lay_out(
    system: str,
    turns: Sequence[Turn],
    opening: Progress,
    *,
    show_app: bool = False,
    native: bool = False,
) -> tuple[Message, ...]:
    """The conversation: system, an opening with older steps, then turn by turn.

    Args:
        system: The system message; none is written if it is empty.
        turns: Oldest first; the last one has no reply.
        opening: Writes the opening.
        show_app: Whether each turn says what is in front.
        native: Whether tool calls are repeated as such, and answered by messages of their own.
    """
    first = next((place for place, turn in enumerate(turns) if turn.image), len(turns) - 1)
    messages = _system(system)
    text = opening(step_lines(turns[:first]))
    for place, turn in enumerate(turns[first:]):
        if place > 0:
            before = turns[first + place - 1]
            messages.append(_answered(before, native=native))
            messages.extend(_tool_results(before) if native else ())
            text = _follow_up(before, again=turn.image is None)
        if show_app and turn.app and turn.image is not None:
            text = f"{text}\n\nApp in front: {inert(turn.app)}"
        parts: list[Part] = [TextPart(text)]
        if turn.image is not None:
            parts.append(turn.image)
        messages.append(Message("user", tuple(parts)))
    return tuple(messages)


def lay_out_single(system: str, turns: Sequence[Turn], opening: Progress) -> tuple[Message, ...]:
    """One question that tells everything: for models that were made for a single turn."""
    image = last_image(turns)
    lines = step_lines(turns[:-1])
    previous = turns[-2] if len(turns) > 1 else None
    if previous is not None and previous.decision is None and previous.mistake:
        lines = (*lines, _follow_up(previous, again=True))
    parts: list[Part] = [TextPart(opening(lines))]
    if image is not None:
        parts.append(image)
    messages = _system(system)
    return (*messages, Message("user", tuple(parts)))


def last_image(turns: Sequence[Turn]) -> ImagePart | None:
    """The picture the next reply speaks of."""
    return next((turn.image for turn in reversed(turns) if turn.image is not None), None)


def shown_size(turns: Sequence[Turn]) -> Size:
    """Size of that picture."""
    image = last_image(turns)
    return image.size if image is not None else Size(width=1000, height=1000)


def step_lines(turns: Sequence[Turn]) -> tuple[str, ...]:
    """One line for each step in ``turns``; in long runs the oldest go, many at once."""
    lines = [
        f"Step {turn.step + 1}: {step_words(turn)}" for turn in turns if turn.decision is not None
    ]
    if len(lines) <= _LINES:
        return tuple(lines)
    dropped = -(-(len(lines) - _LINES) // _LINES_DROPPED) * _LINES_DROPPED
    return (f"(the first {dropped} steps are left out)", *lines[dropped:])


def step_words(turn: Turn) -> str:
    """What was done in ``turn`` and what came of it, in one line and without positions."""
    if turn.decision is None:
        return ""
    did = call_words(turn.decision.call)
    thought = _one_line(turn.decision.thought, _THOUGHT)
    words = f"{thought} [{did}]" if thought else did
    if turn.mistake:
        return inert(f"{words} (not done: {_one_line(turn.mistake, _OUTCOME)})")
    outcome = " ".join(filter(None, (turn.result, turn.feedback)))
    return inert(f"{words} ({_one_line(outcome, _OUTCOME)})" if outcome else words)


def call_words(call: ToolCall) -> str:
    """The tool and what it is given, without positions and switches."""
    points = [key for key, value in call.arguments.items() if isinstance(value, list | dict | bool)]
    written = [
        json.dumps(value, ensure_ascii=False)
        for key, value in call.arguments.items()
        if key not in points and value not in ("", None)
    ]
    return " ".join([call.name, *written])


def _one_line(text: str, length: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= length else f"{words[: length - 1]}…"


def _system(text: str) -> list[Message]:
    return [Message("system", (TextPart(text),))] if text else []


def _answered(turn: Turn, *, native: bool) -> Message:
    calls = _calls(turn) if native else ()
    words = spoken(turn.said) or ("" if calls else MISSING_ANSWER)
    return Message("assistant", (TextPart(words),) if words else (), tuple(map(_valid, calls)))


def _valid(call: RawCall) -> RawCall:
    """A call whose arguments a server can read again: some refuse broken JSON in the history."""
    try:
        sound = isinstance(json.loads(call.arguments), dict)
    except (ValueError, RecursionError):
        sound = False
    return call if sound else call.model_copy(update={"arguments": "{}"})


def _calls(turn: Turn) -> tuple[RawCall, ...]:
    """The call that counted: the first."""
    return turn.reply.calls[:1] if turn.reply is not None else ()


def _tool_results(turn: Turn) -> tuple[Message, ...]:
    words = inert(turn.mistake or turn.result or "done")
    return tuple(Message("tool", (TextPart(words),), call_id=call.call_id) for call in _calls(turn))


def _follow_up(before: Turn, *, again: bool) -> str:
    """What is said after a reply: what came of it, and that the next picture follows."""
    lines: list[str] = []
    if before.mistake:
        lines.append(load_prompt("turn/mistake").fill(mistake=inert(before.mistake)))
    elif before.result:
        lines.append(load_prompt("turn/result").fill(result=inert(before.result)))
    if before.feedback:
        lines.append(inert(before.feedback))
    if not again:
        lines.append(load_prompt("turn/screen").text)
    return "\n".join(lines)
