"""What counts as going nowhere, and what does not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from agent.step import ToolCall
from agent.stuck import StuckDetector
from tools.action import Action, Back, Scroll, Tap, Wait
from tools.device import DeviceInfo, Observation
from tools.devices.fake import FakeDevice
from tools.geometry import Box, Point
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

ANDROID = FakeDevice().info.model_copy(update={"kind": "android", "density_dpi": 160})
CALL = ToolCall(name="tap")
Move = tuple[Observation, Action]
TAP = Tap(at=Point(x=100, y=100))


def screen(
    text: str = "", *, clock: str = "", caret: bool = False, bar: int = 0, app: str = "x"
) -> Observation:
    image = Image.new("RGB", (270, 600), "white")
    pen = ImageDraw.Draw(image)
    pen.text((4, 4), clock, fill="black", font_size=16)
    pen.text((20, 100), text, fill="black", font_size=30)
    if caret:
        pen.rectangle((200, 300, 202, 312), fill="black")
    if bar:
        pen.rectangle((20, 400, 20 + bar, 440), fill="grey")
    return Observation(screenshot=Screenshot(image=image), app=app)


def play(moves: Sequence[Move], info: DeviceInfo = ANDROID) -> tuple[int, list[str]]:
    """Steps until it is stuck (or all of them) and what the policy was told."""
    detector = StuckDetector(info)
    told = []
    for count, (seen, action) in enumerate(moves):
        sighting = detector.look(seen)
        told.append(sighting.feedback)
        if sighting.stuck:
            return count, told
        detector.acted(CALL, action)
    return len(moves), told


def test_taps_without_effect_are_told_at_once_and_stop_at_five() -> None:
    steps, told = play([(screen("a"), TAP)] * 30)
    assert steps == 5
    assert "did not change" in told[1]
    assert "3 actions in a row" in told[3]


def test_a_clock_in_the_status_bar_is_no_effect() -> None:
    moves = [(screen("a", clock=f"12:{minute}"), TAP) for minute in range(10, 40)]
    assert play(moves)[0] == 5


def test_a_blinking_caret_is_no_effect_for_long() -> None:
    moves = [(screen("a", caret=bool(n % 2)), TAP) for n in range(30)]
    assert play(moves)[0] <= 8


def test_a_counter_that_goes_up_is_progress_although_hardly_anything_changes() -> None:
    moves: list[Move] = [(screen("a", clock="", bar=n), TAP) for n in range(1, 10)]
    steps, told = play(moves)
    assert steps == len(moves)
    assert not any("circle" in text for text in told)


def test_a_word_that_changes_in_the_tree_is_progress_even_if_no_tile_does() -> None:
    detector = StuckDetector(ANDROID)
    for count in range(40):
        tree = UiTree(nodes=(UiNode(-1, -1, Box.of(ANDROID.size), text=str(count)),))
        sighting = detector.look(replace(screen("a"), ui_tree=tree))
        assert (sighting.stuck, "did not change" in sighting.feedback) == ("", False)
        detector.acted(CALL, Tap(at=Point(x=20 * (count % 10), y=20 * count)))


def test_a_clock_in_the_tree_is_no_progress() -> None:
    detector = StuckDetector(ANDROID)
    sighting = detector.look(screen("a"))
    for count in range(10):
        tree = UiTree(nodes=(UiNode(-1, -1, Box.of(ANDROID.size), text=f"09:3{count}"),))
        sighting = detector.look(replace(screen("a"), ui_tree=tree))
        detector.acted(CALL, TAP)
    assert sighting.stuck


def test_scrolling_that_moves_is_progress_and_at_the_end_it_is_not() -> None:
    scroll = Scroll(at=Point(x=100, y=300), direction="down")
    moving = [(screen(f"row {n} of the list"), scroll) for n in range(30)]
    assert play(moving)[0] == 30
    assert play([*moving[:10], *[moving[9]] * 20])[0] < 16


def test_waiting_for_a_slow_page_gets_more_patience_than_tapping() -> None:
    wait = Wait(duration_s=1.0)
    slow = [(screen("loading"), wait)] * 4 + [(screen("loaded, look"), TAP)]
    steps, told = play(slow)
    assert steps == 5
    assert not any(told[:3])
    assert 5 <= play([(screen("loading"), wait)] * 40)[0] <= 13


@pytest.mark.parametrize("length", [2, 3, 4])
def test_going_round_in_circles_is_told_and_then_stops(length: int) -> None:
    pages = [screen(f"page {number} here") for number in range(length)]
    moves: list[Move] = [
        (pages[n % length], Back() if n % 2 else Tap(at=Point(x=9 + 40 * (n % length), y=9)))
        for n in range(40)
    ]
    if length == 3:
        moves = [(seen, Tap(at=Point(x=40, y=40))) for seen, _ in moves]
    steps, told = play(moves)
    assert steps == 4 * length
    assert "circle" in told[2 * length]


def test_the_same_move_on_the_same_screen_stops_even_with_others_in_between() -> None:
    moves: list[Move] = []
    for n in range(12):
        moves += [(screen("start page"), TAP), (screen(f"other page number {n}"), Back())]
        moves += [(screen(f"a third page {n * 7}"), Back())] * (n % 2)
    steps, told = play(moves)
    assert steps < len(moves)
    assert any("on this same screen" in text for text in told)


def test_another_app_with_the_same_picture_is_another_screen() -> None:
    detector = StuckDetector(ANDROID)
    first = detector.look(screen("a", app="one"))
    detector.acted(CALL, TAP)
    second = detector.look(screen("a", app="two"))
    assert first.frame_key != second.frame_key
    assert second.feedback == ""


def test_a_screen_that_comes_back_has_the_same_key() -> None:
    detector = StuckDetector(ANDROID)
    keys = [detector.look(screen(text)).frame_key for text in ("one", "two two", "one")]
    assert keys[0] == keys[2] != keys[1]


def test_turning_the_screen_makes_another_one() -> None:
    detector = StuckDetector(ANDROID)
    upright = screen("a")
    turned = replace(upright, screenshot=Screenshot(image=Image.new("RGB", (600, 270), "white")))
    assert detector.look(upright).frame_key != detector.look(turned).frame_key


def test_the_policy_is_always_told_before_it_stops() -> None:
    scripts: list[list[Action]] = [[TAP], [Wait()], [TAP, Wait()], [Back(), TAP]]
    for actions in scripts:
        moves = [(screen("a"), actions[n % len(actions)]) for n in range(60)]
        steps, told = play(moves)
        assert steps < 60
        assert any(told[:steps]), actions
