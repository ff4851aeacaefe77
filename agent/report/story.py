"""What the page is told of a run: one value a step, with everything already put into words.

It travels as JSON inside the page. All of it is text; the page never makes HTML of it.
"""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Protocol

from pydantic import JsonValue

from agent.recording.account import Span, State, deed, screen_name, spans, states, tokens_said
from agent.recording.format import FileRef, ModelRequest, ModelResponse, ObservationSeen
from agent.recording.marks import Mark, mark_of
from agent.recording.reader import RecordedStep, Recording
from tools.action import TypeText
from tools.geometry import Box, Frozen, Size

STATE_SAID: dict[State, str] = {
    "done": "Done",
    "mistake": "A mistake: nothing was done",
    "denied": "Denied by the guard: nothing was done",
    "undone": "Not delivered",
    "open": "Not over: the run ended in this step",
    "look": "The last look: nothing was decided",
}
NO_LOOK = "This step has no picture: the run ended before the look was recorded."
NO_NEXT = "No picture after it: nobody looked again."
NO_ACTION = "No picture after it: this step did nothing to the screen."

_ONE_LINE = 90


class AddPicture(Protocol):
    """Takes a file of a recording in and returns its key: ``Gallery.add``."""

    def __call__(self, recording: Recording, ref: FileRef, *, large: bool = True) -> str:
        """``large``: whether more than a thumbnail is wanted in a page that holds it itself."""
        ...


class Told(Frozen):
    """A label and what it says."""

    label: str
    text: str


class Exchange(Frozen):
    """One question to the model and its answer.

    Attributes:
        messages: Keys into the run's ``parts``, oldest first.
        settings: Key into the run's ``parts``.
        images: Hash of a sent picture, to its key among the page's pictures.
        reply: Verbatim; ``None`` if none came.
        calls: Native tool calls as the model wrote them.
        said: Tokens, seconds and how it ended, in words.
    """

    model: str
    messages: tuple[str, ...]
    settings: str
    images: dict[str, str]
    reply: str | None
    reasoning: str
    calls: tuple[str, ...]
    said: str


class PageStep(Frozen):
    """One step as the page shows it.

    Attributes:
        number: As people count, from 1.
        before: Key of the picture the decision was made on; empty if there is none.
        after: Key of what the next look saw; empty if there was none.
        before_note: Why there is no picture before, or empty.
        after_note: Why there is none after, or empty.
        size: Of the frame, device px: the drawing's own coordinates.
        mark: The gesture.
        masked: Regions that were painted over, device px.
        typed: What was typed; empty if nothing.
        notes: Mistakes, denials and what the policy was told, by kind.
        arguments: Of the decision, as JSON.
        facts: The rest, in words.
        start_s: When the look began, seconds since the run did.
    """

    number: int
    deed: str
    state: State
    state_said: str
    screen: str
    thought: str
    tool: str
    arguments: str
    result: str
    before: str
    after: str
    before_note: str
    after_note: str
    size: Size | None
    mark: Mark | None
    masked: tuple[Box, ...]
    typed: str
    notes: tuple[Told, ...]
    rung: tuple[Told, ...]
    exchanges: tuple[Exchange, ...]
    facts: tuple[Told, ...]
    spans: tuple[Span, ...]
    start_s: float


class PageRun(Frozen):
    """A run as the page's script reads it.

    Attributes:
        key: Names the run in addresses.
        opened: Index of the step that is opened first.
        parts: Messages and settings by key.
    """

    key: str
    opened: int
    steps: tuple[PageStep, ...]
    parts: dict[str, dict[str, JsonValue]]


def tell_steps(found: Recording, add: AddPicture) -> Iterator[PageStep]:
    """Put one step after another into words; ``add`` takes its pictures in."""
    following = [*found.steps[1:], None]
    for step, after, state in zip(found.steps, following, states(found), strict=False):
        yield _tell(found, step, after, state, add)


def _tell(
    found: Recording, step: RecordedStep, after: RecordedStep | None, state: State, add: AddPicture
) -> PageStep:
    seen, intent, decision = step.observation, step.intent, step.decision
    next_look = after.observation if after is not None else None
    idle = intent is None and state != "open"
    action = intent.action if intent is not None else None
    return PageStep(
        number=step.index + 1,
        deed=deed(step),
        state=state,
        state_said=STATE_SAID[state],
        screen=screen_name(step),
        thought=decision.thought if decision is not None else "",
        tool=decision.call.name if decision is not None else "",
        arguments=_json(decision.call.arguments) if decision is not None else "",
        result=_result(step),
        before=add(found, seen.frame) if seen is not None else "",
        after=add(found, next_look.frame) if next_look is not None else "",
        before_note=NO_LOOK if seen is None else "",
        after_note="" if next_look is not None else NO_ACTION if idle else NO_NEXT,
        size=seen.size if seen is not None else None,
        mark=mark_of(intent, seen.size) if seen is not None else None,
        masked=seen.masked if seen is not None else (),
        typed=action.text if isinstance(action, TypeText) else "",
        notes=_notes(step),
        rung=_rung(step),
        exchanges=tuple(
            _exchange(found, request, response, add)
            for request, response in zip_longest(step.requests, step.responses)
        ),
        facts=(*_acted(step), *(_looked(seen) if seen is not None else ())),
        spans=spans(step),
        start_s=start_s(step),
    )


def start_s(step: RecordedStep) -> float:
    """When the step's look began, seconds since the run did."""
    if step.observation is None:
        return 0.0
    # A look is written down when it is over.
    looked_s = step.result.timing.observe_s if step.result is not None else 0.0
    return max(0.0, step.observation.at_s - looked_s)


def _notes(step: RecordedStep) -> tuple[Told, ...]:
    notes = []
    if step.observation is not None and step.observation.feedback:
        notes.append(Told(label="Told before deciding", text=step.observation.feedback))
    for mistake in step.mistakes:
        denied = mistake.kind == "DeniedError"
        label = "Denied by the guard" if denied else "Mistake" if mistake.counts else "Asked again"
        notes.append(Told(label=label, text=mistake.message))
    return tuple(notes)


def _result(step: RecordedStep) -> str:
    """What the tool answered or what went wrong, unless a note says it already."""
    if step.result is None:
        return ""
    told = {mistake.message for mistake in step.mistakes}
    said = step.result.result or step.result.error
    return "" if said in told else said


def _rung(step: RecordedStep) -> tuple[Told, ...]:
    rung = step.rung
    if rung is None:
        return ()
    told = [
        Told(label="Rung", text=rung.rung),
        Told(label="Recorded step", text=f"{rung.source + 1}"),
    ]
    if rung.tiles is not None:
        told.append(Told(label="Tiles that differ", text=str(rung.tiles)))
    if rung.likeness is not None:
        told.append(Told(label="Likeness", text=f"{rung.likeness:.3f}"))
    return (*told, Told(label="Why", text=rung.reason))


def _exchange(
    found: Recording,
    request: ModelRequest | None,
    response: ModelResponse | None,
    add: AddPicture,
) -> Exchange:
    reply = response.reply if response is not None else None
    said = ""
    if reply is not None:
        counted = tokens_said(reply.usage) or "tokens not counted"
        first = f", first token after {reply.first_token_s:.2f} s" if reply.first_token_s else ""
        said = f"{counted} · {reply.latency_s:.2f} s{first} · ended by {reply.finish_reason}"
    sent: tuple[FileRef, ...] = request.images if request is not None else ()
    either = request or response
    return Exchange(
        model=either.model if either is not None else "",
        messages=request.messages if request is not None else (),
        settings=request.settings if request is not None else "",
        images={image.sha256: add(found, image, large=False) for image in sent},
        reply=reply.text if reply is not None else None,
        reasoning=reply.reasoning if reply is not None else "",
        calls=tuple(f"{call.name} {call.arguments}" for call in reply.calls) if reply else (),
        said=said,
    )


def _acted(step: RecordedStep) -> tuple[Told, ...]:
    if step.intent is None:
        return ()
    told = [Told(label="Action", text=step.intent.action.model_dump_json())]
    for link in step.intent.transforms:
        across = f"x × {link.scale_x:g} + {link.offset_x:g}"
        down = f"y × {link.scale_y:g} + {link.offset_y:g}"
        told.append(Told(label=f"To {link.space.replace('_', ' ')}", text=f"{across}, {down}"))
    anchor = step.intent.anchor
    if anchor is not None and anchor.target is not None:
        target = anchor.target
        words = target.text or target.description or target.hint
        told.append(Told(label="Target", text=f"{target.kind} “{words}” {target.resource_id}"))
        box = target.box
        corners = f"({box.left}, {box.top}) to ({box.right}, {box.bottom})"
        told.append(Told(label="Target box", text=corners))
    return tuple(told)


def _looked(seen: ObservationSeen) -> tuple[Told, ...]:
    told = [Told(label="App", text=seen.app or "unknown")]
    if seen.activity:
        told.append(Told(label="Screen", text=seen.activity))
    told.append(Told(label="Size", text=f"{seen.size}, captured by {seen.source or 'unknown'}"))
    if seen.settle:
        told.append(Told(label="Settled", text=f"{seen.settle}, after {seen.frames_taken} frames"))
    if seen.changed is not None:
        text = "yes" if seen.changed else "no: the screen is as before"
        told.append(Told(label="Changed", text=text))
    told.append(Told(label="Frame", text=seen.frame.path))
    if seen.ui_tree is not None:
        told.append(Told(label="UI tree", text=seen.ui_tree.path))
    if seen.masked:
        told.append(Told(label="Painted over", text=f"{len(seen.masked)} regions with secrets"))
    return tuple(told)


def _json(value: object) -> str:
    """On one line if it is short."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= _ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)
