"""Finds things in a picture: asks for boxes or points, and gives them in pixels of the picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.answer import split_reply
from agent.dialects.reading.boxes import BoxesRead, Detection, read_boxes
from agent.dialects.slot_schema import point_schema
from agent.model import OnText, Reply
from agent.perception.draw import Drawn
from agent.perception.families import manner_of
from agent.perception.pictures import Picture
from agent.perception.seer import Held, Seer
from agent.prompt import inert, load_prompt
from agent.sight import Shown
from tools.builtin import tap
from tools.errors import AgentMistakeError, UnreadableReplyError, UsageError
from tools.geometry import NORM1000, Frozen, Point, Projection, Size, Space
from tools.registry import Registry

ROOM: Final = 4096
"""Tokens of a reply: about a hundred boxes with their labels."""
_FENCE: Final = ("```json\n", "\n```")
_MOST_THINGS: Final = 300
_LONGEST_LABEL: Final = 120
_TOUCH: Final = Registry([tap])


class Grounding(Frozen):
    """What was found in a picture.

    Attributes:
        picture: As it was named.
        size: Of the picture; everything found is in its pixels.
        what: What was looked for.
        found: Everything that was found, in the model's order.
        notes: What was mended or left out, and what was done to find it, a sentence each.
        reply: What the model said, thoughts left out.
        formed: Whether it answered with a list at all, empty or not; if not, it said prose.
    """

    picture: str
    size: Size
    what: str
    found: tuple[Detection, ...]
    notes: tuple[str, ...] = ()
    reply: str = ""
    formed: bool = True

    @property
    def points(self) -> tuple[Point, ...]:
        """Where to touch each thing, as ``tap`` takes it if the picture is a screen."""
        return tuple(each.point for each in self.found)

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """The things to draw; those of one label have one colour."""
        return drawn_of(self.found)


def ground(
    seer: Seer,
    picture: Picture,
    what: str,
    *,
    point: bool = False,
    on_text: OnText | None = None,
    max_tokens: int = ROOM,
) -> Grounding:
    """Find ``what`` in ``picture``.

    Args:
        seer: Whom to ask.
        picture: Where to look.
        what: In words: a thing, a kind of things, or who or what fits a description.
        point: Whether to ask for points instead of boxes.
        on_text: Hears the reply as it comes.
        max_tokens: Room for the reply.

    Raises:
        UsageError: ``what`` says nothing.
        ModelError: The model could not be asked.
        CaptureError: The picture is more than 200 times as long as wide.
    """
    words = wanted(what)
    shown = seer.shown(picture)
    read, reply = look_for(seer, shown, words, point=point, on_text=on_text, max_tokens=max_tokens)
    return Grounding(
        picture=picture.name,
        size=picture.size,
        what=words,
        found=read.found,
        notes=read.notes,
        reply=reply,
        formed=read.formed,
    )


def wanted(what: str) -> str:
    """What is looked for, without the white space around it.

    Raises:
        UsageError: Nothing is left of it.
    """
    words = what.strip()
    if not words:
        raise UsageError("What is to be found is empty.", hint='Say it in words: "the dog".')
    return words


def look_for(
    seer: Seer,
    shown: Shown,
    what: str,
    *,
    point: bool,
    on_text: OnText | None = None,
    max_tokens: int = ROOM,
) -> tuple[BoxesRead, str]:
    """Ask for ``what`` in a picture that is ready to be sent; what was read, and the reply."""
    space, size = seer.dialect.space, shown.projection.shown
    units = load_prompt(f"perception/units_{'grid' if space is Space.NORM1000 else 'px'}")
    prompt = load_prompt("perception/ground_point" if point else "perception/ground")
    words = prompt.fill(
        what=inert(what), units=units.fill(**({"size": str(size)} if units.places else {}))
    )
    held = Held(_schema(space, size, point=point), _FENCE)
    room = max(max_tokens, seer.dialect.sampling.max_tokens) if max_tokens == ROOM else max_tokens
    reply = seer.ask(words, (shown.image,), max_tokens=room, on_text=on_text, held=held)
    return _read(seer, reply, shown.projection)


def _read(seer: Seer, reply: Reply, projection: Projection) -> tuple[BoxesRead, str]:
    text = answer_of(reply, seer)
    read = read_boxes(text, projection, seer.dialect.space)
    if not read.formed and (touched := _touched(seer, reply, projection)):
        return BoxesRead((touched,), (), formed=True), text
    if reply.cut and not read.cut:
        read = replace(read, notes=(*read.notes, "The reply was cut off at its longest."), cut=True)
    return read, text


def answer_of(reply: Reply, seer: Seer) -> str:
    """What ``seer`` said in ``reply``, without its thoughts."""
    try:
        answer = split_reply(reply, final_marker=manner_of(seer.dialect).ends_with_marker)
    except UnreadableReplyError:
        return reply.text if reply.text.strip() else ""
    return answer.text.strip()


def _touched(seer: Seer, reply: Reply, projection: Projection) -> Detection | None:
    """Where a model that knows only to act would touch; ``None`` if it says no such thing."""
    try:
        call = seer.dialect.read(reply, projection, _TOUCH).call
    except AgentMistakeError:
        return None
    match call.arguments.get("at"):
        case [int(x), int(y)] if call.name == "tap":
            return Detection(point_2d=(x, y))
        case _:
            return None


def drawn_of(found: Sequence[Detection]) -> tuple[Drawn, ...]:
    """What was found, ready to be drawn."""
    return tuple(
        Drawn(
            box=each.box if each.bbox_2d is not None else None,
            point=each.point if each.point_2d is not None else None,
            polygon=tuple(Point(x=x, y=y) for x, y in each.polygon),
            label=each.title,
            kind=each.title if each.sub_label else each.label,
        )
        for each in found
    )


def _schema(space: Space, shown: Size, *, point: bool) -> dict[str, JsonValue]:
    """A list of things, everything in it bounded, so that not even random weights run on."""
    label: dict[str, Any] = {"type": "string", "maxLength": _LONGEST_LABEL}
    place = _corners(space, shown) if not point else point_schema(space, shown)
    name = "point_2d" if point else "bbox_2d"
    thing: dict[str, Any] = {
        "type": "object",
        "properties": {name: place, "label": label, "sub_label": label},
        "required": [name, "label"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": thing, "maxItems": _MOST_THINGS}


def _corners(space: Space, shown: Size) -> dict[str, Any]:
    limits = [int(NORM1000)] * 2 if space is Space.NORM1000 else [shown.width, shown.height]
    sides = [{"type": "integer", "minimum": 0, "maximum": limit} for limit in limits * 2]
    return {
        "type": "array",
        "prefixItems": sides,
        "items": False,
        "minItems": len(sides),
        "maxItems": len(sides),
    }
