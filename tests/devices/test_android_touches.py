"""What `getevent` prints, in the manner of several phones, and the gestures that it tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.action import Back, DoubleTap, Drag, Home, LongPress, PressKey, Recents, Swipe, Tap
from tools.devices.android_finger import keyboard_box
from tools.devices.android_touches import (
    Axis,
    FingerTracker,
    Glass,
    Panel,
    Stroke,
    action_of,
    button_of,
    doubled,
    find_panel,
    read_event,
    read_strokes,
)
from tools.errors import DeviceError
from tools.geometry import Box, Point, Size

PORTRAIT = Size(width=1080, height=2400)
PANEL = Panel("/dev/input/event2", "ts", Axis(0, 1079), Axis(0, 2399))
GLASS = Glass(PANEL, PORTRAIT, 0, 420)

DESCRIBED = """\
add device 1: /dev/input/event5
  name:     "sound-card Headset Jack"
  events:
    KEY (0001): KEY_PLAYPAUSE         KEY_VOLUMEDOWN
    SW  (0005): SW_HEADPHONE_INSERT
  input props:
    <none>
add device 2: /dev/input/event0
  name:     "gpio-keys"
  events:
    KEY (0001): KEY_VOLUMEUP
could not get driver version for /dev/input/mice, Not a typewriter
add device 3: /dev/input/event3
  name:     "some-pad"
  events:
    KEY (0001): BTN_TOUCH
    ABS (0003): ABS_X                 : value 0, min 0, max 1000, fuzz 0, flat 0, resolution 0
                ABS_Y                 : value 0, min 0, max 500, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_POINTER
add device 4: /dev/input/event2
  name:     "fts_ts"
  events:
    KEY (0001): BTN_TOOL_FINGER       BTN_TOUCH             01c7
    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_TOUCH_MAJOR    : value 0, min 0, max 255, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max 17279, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max 38399, fuzz 0, flat 0, resolution 0
                ABS_MT_TRACKING_ID    : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_DIRECT
"""


def lines(*events: tuple[float, str, int | str]) -> list[str]:
    """Lines of `getevent -lt` on all devices."""
    kinds = {"SYN": "EV_SYN", "BTN": "EV_KEY", "KEY": "EV_KEY"}
    return [
        f"[{at:15.6f}] /dev/input/event2: {kinds.get(code[:3], 'EV_ABS'):12} {code:20} "
        f"{value if isinstance(value, str) else format(value & 0xFFFFFFFF, '08x')}            "
        for at, code, value in events
    ]


def slots(*path: tuple[float, int, int], up_s: float, tracking: int = 7) -> list[str]:
    """One finger in protocol B."""
    down_s, x, y = path[0]
    events: list[tuple[float, str, int | str]] = [
        (down_s, "ABS_MT_TRACKING_ID", tracking),
        (down_s, "BTN_TOUCH", "DOWN"),
        (down_s, "ABS_MT_POSITION_X", x),
        (down_s, "ABS_MT_POSITION_Y", y),
        (down_s, "SYN_REPORT", 0),
    ]
    for at, next_x, next_y in path[1:]:
        events += [
            (at, "ABS_MT_POSITION_X", next_x),
            (at, "ABS_MT_POSITION_Y", next_y),
            (at, "SYN_REPORT", 0),
        ]
    events += [
        (up_s, "ABS_MT_TRACKING_ID", -1),
        (up_s, "BTN_TOUCH", "UP"),
        (up_s, "SYN_REPORT", 0),
    ]
    return lines(*events)


def only(stream: list[str]) -> Stroke:
    (stroke,) = read_strokes(stream)
    return stroke


def test_the_touch_screen_is_found_among_the_devices() -> None:
    assert find_panel(DESCRIBED) == Panel(
        "/dev/input/event2", "fts_ts", Axis(0, 17279), Axis(0, 38399)
    )


def test_a_description_without_names_of_axes_will_do() -> None:
    text = DESCRIBED.replace("ABS_MT_POSITION_X ", "0035 ").replace("ABS_MT_POSITION_Y ", "0036 ")
    assert find_panel(text).x == Axis(0, 17279)


def test_an_old_screen_for_one_finger_will_do() -> None:
    assert find_panel(DESCRIBED.partition("add device 4")[0]).path == "/dev/input/event3"


@pytest.mark.parametrize("text", ["", "add device 1: /dev/input/event0\n", "Permission denied"])
def test_without_a_touch_screen_that_is_said(text: str) -> None:
    with pytest.raises(DeviceError, match="no touch screen"):
        find_panel(text)


@pytest.mark.parametrize(
    ("path", "up_s", "action"),
    [
        ([(1.0, 100, 200)], 1.08, Tap(at=Point(x=100, y=200))),
        ([(1.0, 100, 200), (1.02, 104, 203)], 1.1, Tap(at=Point(x=100, y=200))),
        ([(1.0, 0, 0)], 1.9, LongPress(at=Point(x=0, y=0), duration_s=0.9)),
        (
            [(1.0, 500, 2000), (1.1, 500, 1500), (1.2, 510, 900)],
            1.25,
            Swipe(start=Point(x=500, y=2000), end=Point(x=510, y=900), duration_s=0.25),
        ),
        (
            [(1.0, 500, 2000), (1.7, 500, 1500)],
            1.8,
            Drag(start=Point(x=500, y=2000), end=Point(x=500, y=1500), duration_s=0.8),
        ),
        (
            [(1.0, 500, 2000), (1.2, 500, 1800), (2.4, 500, 1500)],
            2.5,
            Drag(start=Point(x=500, y=2000), end=Point(x=500, y=1500), duration_s=1.5),
        ),
    ],
)
def test_shape_and_time_tell_the_gesture(
    path: list[tuple[float, int, int]], up_s: float, action: object
) -> None:
    assert action_of(only(slots(*path, up_s=up_s)), GLASS) == action


def test_a_finger_down_again_at_the_same_column_keeps_what_the_kernel_does_not_repeat() -> None:
    first = slots((1.0, 100, 200), up_s=1.1)
    second = [line for line in slots((2.0, 100, 900), up_s=2.1) if "POSITION_X" not in line]
    one, two = read_strokes(first + second)
    assert (one.path, two.path) == (((1.0, 100, 200),), ((2.0, 100, 900),))


def test_two_fingers_are_no_action() -> None:
    stream = lines(
        (1.0, "ABS_MT_SLOT", 0), (1.0, "ABS_MT_TRACKING_ID", 1),
        (1.0, "ABS_MT_POSITION_X", 100), (1.0, "ABS_MT_POSITION_Y", 100),
        (1.0, "ABS_MT_SLOT", 1), (1.0, "ABS_MT_TRACKING_ID", 2),
        (1.0, "ABS_MT_POSITION_X", 500), (1.0, "ABS_MT_POSITION_Y", 500),
        (1.0, "SYN_REPORT", 0),
        (1.2, "ABS_MT_SLOT", 0), (1.2, "ABS_MT_TRACKING_ID", -1), (1.2, "SYN_REPORT", 0),
        (1.3, "ABS_MT_SLOT", 1), (1.3, "ABS_MT_TRACKING_ID", -1), (1.3, "SYN_REPORT", 0),
    )  # fmt: skip
    stroke = only(stream)
    assert stroke.fingers == 2
    assert action_of(stroke, GLASS) is None


def test_protocol_a_tells_fingers_anew_in_each_report() -> None:
    stream = lines(
        (1.00, "ABS_MT_POSITION_X", 300), (1.00, "ABS_MT_POSITION_Y", 900),
        (1.00, "SYN_MT_REPORT", 0), (1.00, "BTN_TOUCH", "DOWN"), (1.00, "SYN_REPORT", 0),
        (1.05, "ABS_MT_POSITION_X", 300), (1.05, "ABS_MT_POSITION_Y", 500),
        (1.05, "SYN_MT_REPORT", 0), (1.05, "SYN_REPORT", 0),
        (1.20, "SYN_MT_REPORT", 0), (1.20, "BTN_TOUCH", "UP"), (1.20, "SYN_REPORT", 0),
    )  # fmt: skip
    assert only(stream) == Stroke(((1.0, 300, 900), (1.05, 300, 500)), 1.2, 1)


def test_protocol_a_without_a_button_ends_with_an_empty_report() -> None:
    stream = lines(
        (1.0, "ABS_MT_POSITION_X", 300), (1.0, "ABS_MT_POSITION_Y", 900),
        (1.0, "SYN_MT_REPORT", 0), (1.0, "SYN_REPORT", 0),
        (1.1, "SYN_MT_REPORT", 0), (1.1, "SYN_REPORT", 0),
    )  # fmt: skip
    assert only(stream) == Stroke(((1.0, 300, 900),), 1.1, 1)


def test_a_screen_for_one_finger() -> None:
    stream = lines(
        (1.0, "ABS_X", 30), (1.0, "ABS_Y", 90), (1.0, "BTN_TOUCH", "DOWN"), (1.0, "SYN_REPORT", 0),
        (1.1, "BTN_TOUCH", "UP"), (1.1, "SYN_REPORT", 0),
    )  # fmt: skip
    assert only(stream) == Stroke(((1.0, 30, 90),), 1.1, 1)


def test_protocol_b_with_the_old_axes_beside_it_is_heard_once() -> None:
    stream = slots((1.0, 100, 200), up_s=1.1)
    beside = lines((1.0, "ABS_X", 100), (1.0, "ABS_Y", 200))
    assert read_strokes(stream[:4] + beside + stream[4:]) == read_strokes(stream)


@pytest.mark.parametrize(
    ("turns", "corner"),
    [(0, (0, 0)), (1, (0, 1079)), (2, (1079, 2399)), (3, (2399, 0))],
)
def test_the_panel_does_not_turn_with_the_picture(turns: int, corner: tuple[int, int]) -> None:
    screen = PORTRAIT if turns % 2 == 0 else Size(width=2400, height=1080)
    glass = Glass(PANEL, screen, turns, 420)
    assert glass.pixel(0, 0) == Point(x=corner[0], y=corner[1])


@given(
    x=st.integers(-5, 20_000),
    y=st.integers(-5, 50_000),
    turns=st.integers(0, 3),
    first=st.integers(-100, 100),
    last=st.integers(101, 40_000),
)
def test_every_place_of_the_panel_is_on_the_screen(
    x: int, y: int, turns: int, first: int, last: int
) -> None:
    panel = Panel("/dev/input/event2", "", Axis(first, last), Axis(first, last))
    screen = PORTRAIT if turns % 2 == 0 else Size(width=2400, height=1080)
    assert Glass(panel, screen, turns, 420).pixel(x, y).within(screen)


@given(x=st.integers(0, 1079), y=st.integers(0, 2399), steps=st.integers(1, 16))
def test_finer_panels_mean_the_same_pixels(x: int, y: int, steps: int) -> None:
    panel = Panel("p", "", Axis(0, 1080 * steps - 1), Axis(0, 2400 * steps - 1))
    glass = Glass(panel, PORTRAIT, 0, 420)
    assert glass.pixel(x * steps, y * steps + steps - 1) == Point(x=x, y=y)


def test_two_taps_soon_and_near_are_a_double_tap() -> None:
    one = only(slots((1.0, 100, 200), up_s=1.05))
    soon = only(slots((1.2, 110, 205), up_s=1.25))
    late = only(slots((2.0, 110, 205), up_s=2.05))
    far = only(slots((1.2, 900, 205), up_s=1.25))
    tap = Tap(at=Point(x=100, y=200))
    assert doubled((one, tap), (soon, Tap(at=Point(x=110, y=205))), 420) == DoubleTap(at=tap.at)
    assert doubled((one, tap), (late, Tap(at=Point(x=110, y=205))), 420) is None
    assert doubled((one, tap), (far, Tap(at=Point(x=900, y=205))), 420) is None
    held = LongPress(at=tap.at, duration_s=1.0)
    assert doubled((one, tap), (soon, held), 420) is None


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("KEY_BACK", Back()),
        ("KEY_HOMEPAGE", Home()),
        ("KEY_APPSELECT", Recents()),
        ("KEY_POWER", PressKey(key="power")),
        ("KEY_VOLUMEUP", PressKey(key="volume_up")),
        ("KEY_UNKNOWN", None),
    ],
)
def test_keys_of_the_phone(code: str, action: object) -> None:
    down, up = (read_event(line) for line in lines((1.0, code, "DOWN"), (1.1, code, "UP")))
    assert down is not None
    assert up is not None
    assert button_of(down) == action
    assert button_of(up) is None


def test_a_line_of_one_device_alone_names_none() -> None:
    event = read_event("[  414624.659047] EV_ABS       ABS_MT_POSITION_X    000003f0")
    assert event is not None
    assert (event.path, event.value, event.time_s) == ("", 1008, 414624.659047)


@given(st.text() | st.from_regex(r"\[ *\d+\.\d+\] /dev/x: EV_[A-Z]+ +\w+ +\w+", fullmatch=True))
def test_any_line_is_read_or_left_out(line: str) -> None:
    event = read_event(line)
    assert event is None or event.value >= 0


@given(st.text() | st.lists(st.sampled_from(DESCRIBED.splitlines())).map("\n".join))
def test_any_description_is_read_or_refused_as_agreed(text: str) -> None:
    try:
        panel = find_panel(text)
    except DeviceError:
        return
    assert panel.x.last > panel.x.first


CODES = [
    "ABS_MT_SLOT", "ABS_MT_TRACKING_ID", "ABS_MT_POSITION_X", "ABS_MT_POSITION_Y", "ABS_X",
    "ABS_Y", "BTN_TOUCH", "SYN_MT_REPORT", "SYN_REPORT",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from([0, 1, 5, 900, -1]))))
def test_events_in_any_order_give_strokes_that_are_whole(
    events: list[tuple[str, int]],
) -> None:
    tracker = FingerTracker()
    timed = lines(*((float(at), code, value) for at, (code, value) in enumerate(events)))
    for line in timed:
        event = read_event(line)
        assert event is not None
        stroke = tracker.feed(event)
        if stroke is not None:
            assert stroke.path
            assert stroke.up_s >= stroke.path[-1][0]
            assert not tracker.down
            action_of(stroke, GLASS)


def test_the_keyboard_is_where_its_window_takes_touches() -> None:
    told = (
        "orientation=0\n"
        "  Window #3 Window{556e637 u0 InputMethod}:\n"
        "    touchable region=SkRegion((0,1512,1080,2259))\n"
        "  Window #5 Window{a7cd7a7 u0 com.example/.Main}:\n"
        "    touchable region=SkRegion((0,0,1080,2400))\n"
    )
    box = Box(left=0, top=1512, right=1080, bottom=2259)
    assert keyboard_box(f"{told}mInputShown=true\n") == box
    assert keyboard_box(told) is None
    assert keyboard_box("mInputShown=true\n" + told.partition("  Window #5")[2]) is None
