"""What a page may send: gestures on the picture it shows, and how they become tool calls.

A place is told as a part of the picture's width and height, so that neither the page's scale nor
the density of the person's monitor matters; only here it becomes a device pixel.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from agent.step import Decision, ToolCall
from tools.action import Direction, Duration, Key
from tools.errors import ActionFailedError
from tools.geometry import Frozen, ModelPoint, Point, Projection, Size, Space

LONGEST_TEXT = 10_000
"""Characters of one text: more than anyone types before a pause."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Aside = Annotated[str, Field(max_length=LONGEST_TEXT)]


class Spot(Frozen):
    """A place on the picture: 0 is its left or upper edge, 1 the opposite one."""

    x: Share
    y: Share


class Touch(Frozen):
    """A finger that stays where it is."""

    kind: Literal["tap", "double_tap"]
    at: Spot


class Hold(Frozen):
    """A finger that stays for a while."""

    kind: Literal["long_press"]
    at: Spot
    duration_s: Duration


class Stroke(Frozen):
    """A finger that moves; ``drag`` if it is slow or waited first."""

    kind: Literal["swipe", "drag"]
    start: Spot
    end: Spot
    duration_s: Duration


class Wheel(Frozen):
    """A turn of the wheel."""

    kind: Literal["scroll"]
    at: Spot
    direction: Direction
    amount: Annotated[float, Field(gt=0, le=1)]


class Typed(Frozen):
    """Text that was typed until a pause or Enter."""

    kind: Literal["type_text"]
    text: Words
    clear: bool = False
    submit: bool = False


class Pressed(Frozen):
    """A key that is no text."""

    kind: Literal["press_key"]
    key: Key


class Button(Frozen):
    """One of the phone's own buttons."""

    kind: Literal["back", "home", "recents"]


class Opened(Frozen):
    """An app by its name."""

    kind: Literal["open_app"]
    name: Words


class Waited(Frozen):
    """Nothing, for a while."""

    kind: Literal["wait"]
    duration_s: Duration


class Noted(Frozen):
    """Something to remember."""

    kind: Literal["note"]
    text: Words


class Asked(Frozen):
    """What an agent would have to ask here, and what the person would answer."""

    kind: Literal["ask_user"]
    question: Words
    answer: Words


class Ended(Frozen):
    """The person is done, or gives up."""

    kind: Literal["finish"]
    success: bool
    answer: Aside = ""


Gesture = Annotated[
    Touch
    | Hold
    | Stroke
    | Wheel
    | Typed
    | Pressed
    | Button
    | Opened
    | Waited
    | Noted
    | Asked
    | Ended,
    Field(discriminator="kind"),
]


class Posted(Frozen):
    """One gesture as the page sends it.

    Attributes:
        gesture: What was done.
        picture: Size of the picture it was done on, in its own pixels; ``None`` for gestures that
            point nowhere.
        thought: Why, if the person said so.
    """

    gesture: Gesture
    picture: Size | None = None
    thought: Aside = ""


class TurnedError(ActionFailedError):
    """The gesture was made on a picture of another size than the screen has now."""


def decision_of(posted: Posted, screen: Size) -> Decision:
    """The decision that does what ``posted`` asks for, in device px of ``screen``.

    Raises:
        TurnedError: It points at a picture that is not the screen any more.
    """
    gesture = posted.gesture
    arguments: dict[str, JsonValue] = gesture.model_dump(exclude={"kind", "at", "start", "end"})
    places = [name for name in ("at", "start", "end") if name in type(gesture).model_fields]
    if places and posted.picture != screen:
        raise TurnedError("The screen has turned or changed its size. Look again.")
    for name in places:
        point = pixel_under(getattr(gesture, name), screen)
        arguments[name] = [point.x, point.y]
    if isinstance(gesture, Asked):
        del arguments["answer"]
    return Decision(
        thought=posted.thought.strip(), call=ToolCall(name=gesture.kind, arguments=arguments)
    )


def pixel_under(spot: Spot, screen: Size) -> Point:
    """The device pixel under ``spot``; the far edges belong to the last pixels."""
    place = ModelPoint(x=spot.x * 1000, y=spot.y * 1000, space=Space.NORM1000)
    return Projection(shown=screen, device=screen).to_device(place)


def pixel_share(point: Point, screen: Size) -> Spot:
    """The middle of a device pixel as a part of the screen; what lies beyond is at its edge."""
    x, y = (point.x + 0.5) / screen.width, (point.y + 0.5) / screen.height
    return Spot(x=min(max(x, 0.0), 1.0), y=min(max(y, 0.0), 1.0))
