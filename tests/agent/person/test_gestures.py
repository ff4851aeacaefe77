"""From places on a shown picture to device pixels, and from gestures to tool calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.person.gestures import Posted, Spot, TurnedError, decision_of, pixel_under
from agent.wiring.person import call_of
from tools.action import ACTIONS, Action, Drag, LongPress, Scroll, Swipe, Tap, TypeText
from tools.builtin import builtin_registry
from tools.devices.fake import FakeDevice
from tools.geometry import Point, Size
from tools.outcome import ToolContext

SCREEN = Size(width=1080, height=2400)
SIZES = st.builds(Size, width=st.integers(1, 5000), height=st.integers(1, 5000))
SHARES = st.floats(0, 1)


@given(size=SIZES, x=SHARES, y=SHARES)
def test_every_place_on_the_picture_is_a_pixel_of_the_screen(
    size: Size, x: float, y: float
) -> None:
    point = pixel_under(Spot(x=x, y=y), size)
    assert point.within(size)
    assert abs((point.x + 0.5) / size.width - x) <= 0.5 / size.width + 1e-9
    assert abs((point.y + 0.5) / size.height - y) <= 0.5 / size.height + 1e-9


@given(size=SIZES, data=st.data(), scale=st.floats(0.05, 4))
def test_the_middle_of_a_pixel_is_that_pixel_at_any_scale(
    size: Size, data: st.DataObject, scale: float
) -> None:
    x = data.draw(st.integers(0, size.width - 1))
    y = data.draw(st.integers(0, size.height - 1))
    shown = ((x + 0.5) * scale, (y + 0.5) * scale)  # where it is in the window
    spot = Spot(x=shown[0] / (size.width * scale), y=shown[1] / (size.height * scale))
    assert pixel_under(spot, size) == Point(x=x, y=y)


@given(first=SHARES, second=SHARES)
def test_further_right_is_never_further_left(first: float, second: float) -> None:
    left, right = sorted((first, second))
    one, other = (pixel_under(Spot(x=x, y=0), SCREEN) for x in (left, right))
    assert one.x <= other.x


@pytest.mark.parametrize(
    ("gesture", "arguments"),
    [
        ('{"kind":"tap","at":{"x":0.5,"y":0.25}}', {"at": [540, 600]}),
        (
            '{"kind":"long_press","at":{"x":0,"y":1},"duration_s":0.8}',
            {"at": [0, 2399], "duration_s": 0.8},
        ),
        (
            '{"kind":"swipe","start":{"x":0.5,"y":0.5},"end":{"x":1,"y":0},"duration_s":0.2}',
            {"start": [540, 1200], "end": [1079, 0], "duration_s": 0.2},
        ),
        (
            '{"kind":"scroll","at":{"x":0.5,"y":0.5},"direction":"down","amount":0.5}',
            {"at": [540, 1200], "direction": "down", "amount": 0.5},
        ),
        (
            '{"kind":"type_text","text":"重庆"}',
            {"text": "重庆", "clear": False, "submit": False},
        ),
        ('{"kind":"back"}', {}),
        ('{"kind":"ask_user","question":"Which?","answer":"This"}', {"question": "Which?"}),
        ('{"kind":"finish","success":true}', {"success": True, "answer": ""}),
    ],
)
def test_gestures_become_calls_of_the_builtin_tools(
    gesture: str, arguments: dict[str, object]
) -> None:
    posted = Posted.model_validate_json(
        f'{{"gesture":{gesture},"picture":{SCREEN.model_dump_json()},"thought":" why "}}'
    )
    decision = decision_of(posted, SCREEN)
    assert decision.call.arguments == arguments
    assert decision.call.name in builtin_registry().names
    assert decision.thought == "why"


def test_a_gesture_on_a_picture_that_has_turned_is_refused() -> None:
    posted = Posted.model_validate_json(
        '{"gesture":{"kind":"tap","at":{"x":0.5,"y":0.5}},"picture":{"width":2400,"height":1080}}'
    )
    with pytest.raises(TurnedError, match="turned"):
        decision_of(posted, SCREEN)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_post_is_a_gesture_or_refused_as_agreed(body: bytes) -> None:
    with pytest.raises(ValidationError):
        Posted.model_validate_json(b'{"gesture":' + body)


@pytest.mark.parametrize(
    "action",
    [
        Tap(at=Point(x=1, y=2)),
        LongPress(at=Point(x=1, y=2), duration_s=0.7),
        Swipe(start=Point(x=1, y=2), end=Point(x=3, y=4)),
        Drag(start=Point(x=1, y=2), end=Point(x=3, y=4)),
        Scroll(at=Point(x=1, y=2), direction="up"),
        TypeText(text="x", submit=True),
        ACTIONS.validate_python({"kind": "press_key", "key": "power"}),
        ACTIONS.validate_python({"kind": "recents"}),
    ],
)
def test_what_was_heard_is_the_call_that_comes_to_it(action: Action) -> None:
    call = call_of(action)
    device = FakeDevice()
    context = ToolContext(device.observe(), device.info)
    assert builtin_registry().resolve(call.name, call.arguments, context) == action
