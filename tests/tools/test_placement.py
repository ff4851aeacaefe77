"""From device px to the points of a desktop: one monitor, several, and dense screens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import OffScreenError
from tools.geometry import (
    Box,
    DesktopPoint,
    ModelPoint,
    Placement,
    Point,
    Projection,
    Size,
    Space,
    free_corners,
)


@st.composite
def placements(draw: st.DrawFn, *, scales: tuple[float, ...] = (1, 1.25, 1.5, 2, 3)) -> Placement:
    """A frame of any part of a desktop, at the scales that desktops have."""
    left, top = draw(st.integers(-4000, 4000)), draw(st.integers(-4000, 4000))
    width, height = draw(st.integers(1, 4000)), draw(st.integers(1, 3000))
    scale = draw(st.sampled_from(scales))
    return Placement(
        area=Box(left=left, top=top, right=left + width, bottom=top + height),
        frame=Size(width=max(1, round(width * scale)), height=max(1, round(height * scale))),
    )


@given(placements(), st.data())
def test_a_pixel_is_touched_at_the_point_that_draws_it(
    where: Placement, data: st.DataObject
) -> None:
    pixel = Point(
        x=data.draw(st.integers(0, where.frame.width - 1)),
        y=data.draw(st.integers(0, where.frame.height - 1)),
    )
    point = where.to_desktop(pixel)
    assert where.area.contains(Point(x=point.x, y=point.y))
    touched = Box(left=point.x, top=point.y, right=point.x + 1, bottom=point.y + 1)
    assert where.to_frame(touched).contains(pixel)


@given(placements(scales=(1,)), st.data())
def test_without_scaling_a_pixel_is_a_point(where: Placement, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, where.frame.width - 1))
    y = data.draw(st.integers(0, where.frame.height - 1))
    assert where.to_desktop(Point(x=x, y=y)) == DesktopPoint(
        x=where.area.left + x, y=where.area.top + y
    )


@given(placements(scales=(2,)))
def test_on_a_dense_screen_two_pixels_are_a_point(where: Placement) -> None:
    last = Point(x=where.frame.width - 1, y=where.frame.height - 1)
    at = where.to_desktop(last)
    assert (at.x, at.y) == (where.area.right - 1, where.area.bottom - 1)
    first = where.to_desktop(Point(x=0, y=0))
    assert first == where.to_desktop(Point(x=1, y=1))
    assert where.scale == 2


@given(placements(), st.data())
def test_the_whole_way_from_the_model(where: Placement, data: st.DataObject) -> None:
    """Model space, image px, monitor, points: what the model means is within one of its pixels."""
    shown = Size(
        width=data.draw(st.integers(28, 2000), "shown width"),
        height=data.draw(st.integers(28, 2000), "shown height"),
    )
    projection = Projection(shown=shown, device=where.frame)
    meant = ModelPoint(
        x=data.draw(st.floats(0, 1000), "x"), y=data.draw(st.floats(0, 1000), "y"),
        space=Space.NORM1000,
    )  # fmt: skip
    point = where.to_desktop(projection.to_device(meant))
    exact = where.area.left + meant.x / 1000 * where.area.width
    assert abs(point.x + 0.5 - exact) <= 0.5 + 1 / where.scale
    exact = where.area.top + meant.y / 1000 * where.area.height
    assert abs(point.y + 0.5 - exact) <= 0.5 + 1 / where.scale


@given(placements(), st.integers(-5, 5), st.integers(-5, 5))
def test_boxes_stay_on_the_frame(where: Placement, across: int, down: int) -> None:
    area = where.area
    moved = Box(
        left=area.left + across, top=area.top + down,
        right=area.right + across, bottom=area.bottom + down,
    )  # fmt: skip
    assert Box.of(where.frame).encloses(where.to_frame(moved))
    assert where.to_frame(area) == Box.of(where.frame)


def test_what_is_not_shown_is_nowhere() -> None:
    where = Placement(
        area=Box(left=100, top=0, right=200, bottom=100), frame=Size(width=100, height=100)
    )
    assert where.to_frame(Box(left=0, top=0, right=100, bottom=50)).area == 0
    with pytest.raises(OffScreenError):
        where.to_desktop(Point(x=100, y=0))


def box(left: int, top: int, width: int, height: int) -> Box:
    return Box(left=left, top=top, right=left + width, bottom=top + height)


@pytest.mark.parametrize(
    ("monitors", "corners"),
    [
        ([box(0, 0, 100, 50)], {(0, 0), (99, 0), (0, 49), (99, 49)}),
        # Side by side: the pointer crosses where they meet.
        ([box(0, 0, 100, 50), box(100, 0, 100, 50)], {(0, 0), (0, 49), (199, 0), (199, 49)}),
        # A low one beside a high one: the lower corners of both are corners.
        (
            [box(0, 0, 100, 50), box(100, 0, 100, 80)],
            {(0, 0), (0, 49), (199, 0), (199, 79), (100, 79)},
        ),
        # Left of the main one and higher.
        (
            [box(0, 0, 100, 50), box(-100, -20, 100, 50)],
            {(-100, -20), (-1, -20), (-100, 29), (99, 0), (99, 49), (0, 49)},
        ),
    ],
)
def test_where_a_pointer_can_go_no_further(
    monitors: list[Box], corners: set[tuple[int, int]]
) -> None:
    found = {(corner.x, corner.y) for corner in free_corners(tuple(monitors))}
    assert found == corners
