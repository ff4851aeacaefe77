"""Which frames are shown, and what they cost."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.perception.video.clip import ClipFacts, VideoError
from agent.perception.video.plan import (
    FEWEST_FRAMES,
    FEWEST_TOKENS,
    MOST_FRAMES,
    MOST_TOKENS,
    MOST_WINDOWS,
    Wish,
    plan_frames,
)
from agent.sight import Sizing
from tools.errors import UsageError
from tools.geometry import Size

QWEN = Sizing(factor=28, min_pixels=3136, max_pixels=12_845_056)


def facts(
    duration_s: float, *, fps: float = 30.0, size: tuple[int, int] = (1280, 720)
) -> ClipFacts:
    return ClipFacts("film.mp4", duration_s, Size(width=size[0], height=size[1]), fps)


def test_a_short_clip_is_shown_whole_at_two_frames_a_second() -> None:
    plan = plan_frames(facts(12.0), QWEN, Wish())
    (window,) = plan.windows
    assert (window.count, window.fps) == (24, 2.0)
    assert window.times_s[:3] == (0.0, 0.5, 1.0)
    assert plan.shown.width % 56 == plan.shown.height % 56 == 0
    assert plan.tokens == 12 * plan.shown.width * plan.shown.height // 28**2
    assert plan.told(facts(12.0)) == (
        f"00:12.00 of 1280x720: 24 frames, 2 a second, shown at {plan.shown}, "
        f"about {plan.tokens:,} visual tokens"
    )


def test_a_moment_has_four_frames_at_least() -> None:
    plan = plan_frames(facts(0.2), QWEN, Wish())
    assert plan.frames == FEWEST_FRAMES
    assert plan.windows[0].fps == pytest.approx(20)


def test_a_longer_clip_is_shown_smaller_then_more_thinly_then_in_windows() -> None:
    minutes = {minutes: plan_frames(facts(minutes * 60), QWEN, Wish()) for minutes in (1, 5, 20)}
    assert [round(plan.windows[0].fps, 2) for plan in minutes.values()] == [2, 1, 0.25]
    assert minutes[1].shown.width > minutes[5].shown.width
    day = plan_frames(facts(8 * 3600), QWEN, Wish())
    assert len(day.windows) == 20
    assert day.windows[0].begin_s == 0
    assert day.windows[-1].end_s == pytest.approx(8 * 3600)
    assert "in 20 windows" in day.told(facts(8 * 3600))


def test_single_pictures_cost_twice_as_much() -> None:
    clip = plan_frames(facts(30), QWEN, Wish(budget=4000))
    single = plan_frames(facts(30), QWEN, Wish(budget=4000, frames_a_token=1))
    assert single.frames < clip.frames
    assert single.tokens <= 4000 * 1.1


def test_a_slow_clip_is_not_shown_more_often_than_it_has_frames() -> None:
    plan = plan_frames(facts(100, fps=0.1), QWEN, Wish())
    assert plan.frames == 10


def test_a_stretch_and_a_rate_are_as_asked() -> None:
    plan = plan_frames(facts(60), QWEN, Wish(fps=4, begin_s=10, end_s=15))
    (window,) = plan.windows
    assert (window.begin_s, window.end_s, window.count) == (10, 15, 20)
    assert plan_frames(facts(60), QWEN, Wish(begin_s=50, end_s=500)).windows[-1].end_s == 60


@pytest.mark.parametrize(
    "wish", [Wish(begin_s=60), Wish(begin_s=70), Wish(begin_s=9, end_s=9), Wish(begin_s=9, end_s=2)]
)
def test_a_stretch_that_is_not_there_is_told(wish: Wish) -> None:
    with pytest.raises(VideoError, match="There is nothing from"):
        plan_frames(facts(60), QWEN, wish)


def test_more_questions_than_anyone_means_are_told() -> None:
    with pytest.raises(UsageError, match="in 1849 windows, and 200 are the most"):
        plan_frames(facts(8 * 3600), QWEN, Wish(fps=24))


@pytest.mark.parametrize("fps", [float("inf"), float("nan"), -1.0, 1e300])
def test_a_rate_that_is_none_is_told(fps: float) -> None:
    with pytest.raises(UsageError, match=r"frames a second cannot be shown\. 0 to 120 can"):
        plan_frames(facts(12.0), QWEN, Wish(fps=fps))


def test_a_budget_without_room_is_told() -> None:
    with pytest.raises(UsageError, match="no room for 4 frames"):
        plan_frames(facts(60), QWEN, Wish(budget=200))


@settings(deadline=None)
@given(
    duration_s=st.floats(0.05, 40_000),
    fps=st.sampled_from([0.0, 0.05, 1.0, 23.976, 60.0]),
    width=st.integers(16, 4000),
    height=st.integers(16, 4000),
    budget=st.integers(600, 100_000),
    wanted=st.sampled_from([0.0, 0.1, 1.0, 8.0]),
    a_token=st.sampled_from([1, 2]),
)
def test_every_plan_keeps_its_bounds(
    duration_s: float,
    fps: float,
    width: int,
    height: int,
    budget: int,
    wanted: float,
    a_token: int,
) -> None:
    clip = facts(duration_s, fps=fps, size=(width, height))
    assume(1 / 8 < width / height < 8)
    assume(duration_s * max(wanted, 0.25) * FEWEST_TOKENS / budget < MOST_WINDOWS / 4)
    plan = plan_frames(clip, QWEN, Wish(fps=wanted, budget=budget, frames_a_token=a_token))
    assert plan.windows[0].begin_s == 0
    assert plan.windows[-1].end_s == pytest.approx(duration_s)
    for left, right in pairwise(plan.windows):
        assert left.end_s == right.begin_s
    each = plan.shown.width * plan.shown.height / 28**2
    assert 4 <= each <= MOST_TOKENS
    if width * height > 200 * 28**2 and 0.5 < width / height < 2:
        assert each > FEWEST_TOKENS / 2
    for window in plan.windows:
        assert FEWEST_FRAMES <= window.count <= MOST_FRAMES
        assert window.count % 2 == 0
        assert window.begin_s <= window.times_s[0]
        assert window.times_s[-1] < window.end_s
        assert window.count * each / a_token <= budget
