"""Coordinates: every conversion, at the edges and in between, for any two sizes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.errors import OffScreenError
from tools.geometry import Box, ModelPoint, Point, Projection, Size, Space

SIDES = st.integers(1, 5000)
SIZES = st.builds(lambda width, height: Size(width=width, height=height), SIDES, SIDES)
PHONE = Size(width=1080, height=2400)


@st.composite
def projections(draw: st.DrawFn, *, upscaled: bool = False) -> Projection:
    """Any; with ``upscaled`` the image shown is at least as large as what it shows."""
    device = draw(SIZES)
    region = None
    if draw(st.booleans()):
        left, top = draw(st.integers(0, device.width - 1)), draw(st.integers(0, device.height - 1))
        right = draw(st.integers(left + 1, device.width))
        bottom = draw(st.integers(top + 1, device.height))
        region = Box(left=left, top=top, right=right, bottom=bottom)
    shown = draw(SIZES)
    if upscaled:
        area = region or Box.of(device)
        shown = Size(
            width=draw(st.integers(area.width, 3 * area.width)),
            height=draw(st.integers(area.height, 3 * area.height)),
        )
    return Projection(shown=shown, device=device, region=region)


def _area(projection: Projection) -> Box:
    return projection.region or Box.of(projection.device)


def _pixels(projection: Projection) -> st.SearchStrategy[Point]:
    area = _area(projection)
    return st.builds(
        lambda x, y: Point(x=x, y=y),
        st.integers(area.left, area.right - 1),
        st.integers(area.top, area.bottom - 1),
    )


@given(st.data(), projections(upscaled=True))
def test_a_pixel_survives_the_way_to_a_larger_image_and_back(
    data: st.DataObject, projection: Projection
) -> None:
    point = data.draw(_pixels(projection))
    assert projection.to_device(projection.to_model(point, Space.MODEL_PX)) == point


@given(st.data(), projections())
def test_on_a_smaller_image_a_pixel_comes_back_within_one_of_its_pixels(
    data: st.DataObject, projection: Projection
) -> None:
    point = data.draw(_pixels(projection))
    back = projection.to_device(projection.to_model(point, Space.MODEL_PX))
    area = _area(projection)
    assert abs(back.x - point.x) <= max(1.0, area.width / projection.shown.width)
    assert abs(back.y - point.y) <= max(1.0, area.height / projection.shown.height)


@given(st.data(), projections())
def test_norm1000_comes_back_within_a_thousandth(
    data: st.DataObject, projection: Projection
) -> None:
    point = data.draw(_pixels(projection))
    back = projection.to_device(projection.to_model(point, Space.NORM1000))
    area = _area(projection)
    assert abs(back.x - point.x) <= max(1.0, area.width / 1000)
    assert abs(back.y - point.y) <= max(1.0, area.height / 1000)


@given(
    projections(),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([Space.MODEL_PX, Space.NORM1000]),
)
def test_every_position_on_the_image_is_a_pixel_of_what_it_shows(
    projection: Projection, right: float, down: float, space: Space
) -> None:
    norm = space is Space.NORM1000
    width, height = (1000, 1000) if norm else (projection.shown.width, projection.shown.height)
    point = projection.to_device(ModelPoint(x=right * width, y=down * height, space=space))
    assert _area(projection).contains(point)


@given(SIZES)
@example(Size(width=1, height=1))
@example(Size(width=1081, height=2399))
def test_the_ends_of_norm1000_are_the_outermost_pixels(size: Size) -> None:
    projection = Projection(shown=Size(width=7, height=7), device=size)
    first = projection.to_device(ModelPoint(x=0, y=0, space=Space.NORM1000))
    last = projection.to_device(ModelPoint(x=1000, y=1000, space=Space.NORM1000))
    assert (first, last) == (Point(x=0, y=0), Point(x=size.width - 1, y=size.height - 1))


@pytest.mark.parametrize(
    ("shown", "device", "position", "pixel"),
    [
        # Half the size: pixel n of the image covers 2n and 2n + 1; its middle is 2n + 1.
        (50, 100, 0.0, 1),
        (50, 100, 49.0, 99),
        # The same size: nothing moves.
        (100, 100, 0.0, 0),
        (100, 100, 57.0, 57),
        (100, 100, 57.4, 57),
        (100, 100, 99.0, 99),
        # A position at the very edge, which models do write, is the last pixel.
        (100, 100, 100.0, 99),
        (50, 100, 50.0, 99),
        # Odd sizes: 3 pixels shown as 2.
        (2, 3, 0.0, 0),
        (2, 3, 1.0, 2),
        # Twice the size: two pixels of the image are one of the screen.
        (200, 100, 0.0, 0),
        (200, 100, 1.0, 0),
        (200, 100, 2.0, 1),
        (200, 100, 199.0, 99),
    ],
)
def test_half_pixels(shown: int, device: int, position: float, pixel: int) -> None:
    projection = Projection(
        shown=Size(width=shown, height=10), device=Size(width=device, height=10)
    )
    point = ModelPoint(x=position, y=0.0, space=Space.MODEL_PX)
    assert projection.to_device(point).x == pixel


@pytest.mark.parametrize(
    ("position", "pixel"), [(0, 0), (500, 540), (999, 1078), (999.9, 1079), (1000, 1079)]
)
def test_norm1000_on_a_phone(position: float, pixel: int) -> None:
    projection = Projection(shown=Size(width=504, height=1120), device=PHONE)
    point = ModelPoint(x=float(position), y=0.0, space=Space.NORM1000)
    assert projection.to_device(point).x == pixel


def test_a_part_of_the_screen() -> None:
    region = Box(left=100, top=200, right=300, bottom=600)
    projection = Projection(shown=Size(width=400, height=800), device=PHONE, region=region)
    assert projection.to_device(ModelPoint(x=0, y=0, space=Space.NORM1000)) == Point(x=100, y=200)
    middle = Point(x=200, y=400)
    assert projection.to_device(projection.to_model(middle, Space.NORM1000)) == middle
    with pytest.raises(OffScreenError, match="outside the part"):
        projection.to_model(Point(x=99, y=200), Space.NORM1000)


@pytest.mark.parametrize(
    ("x", "y", "space"),
    [
        (-1, 0, Space.MODEL_PX), (0, -0.01, Space.MODEL_PX), (505, 0, Space.MODEL_PX),
        (0, 1121, Space.MODEL_PX), (1001, 0, Space.NORM1000), (0, 1000.5, Space.NORM1000),
        (float("nan"), 0, Space.NORM1000), (float("inf"), 0, Space.MODEL_PX),
    ],
)  # fmt: skip
def test_positions_off_the_image(x: float, y: float, space: Space) -> None:
    projection = Projection(shown=Size(width=504, height=1120), device=PHONE)
    with pytest.raises(OffScreenError):
        projection.to_device(ModelPoint(x=float(x), y=float(y), space=space))


@given(SIZES, st.integers(-10, 6000), st.integers(-10, 6000))
def test_points_on_and_off_a_screen(size: Size, x: int, y: int) -> None:
    point = Point(x=x, y=y)
    inside = 0 <= x < size.width and 0 <= y < size.height
    assert point.within(size) == inside == Box.of(size).contains(point)
    if inside:
        assert point.require_within(size) is point
    else:
        with pytest.raises(OffScreenError, match=f"screen, which is {size} pixels"):
            point.require_within(size)


BOXES = st.builds(
    lambda left, top, width, height: Box(
        left=left, top=top, right=left + width, bottom=top + height
    ),
    st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 60), st.integers(0, 60),
)  # fmt: skip


@given(BOXES, BOXES)
def test_what_two_boxes_share(one: Box, other: Box) -> None:
    shared = one.intersection(other)
    pixels = {(x, y) for x in range(one.left, one.right) for y in range(one.top, one.bottom)} & {
        (x, y) for x in range(other.left, other.right) for y in range(other.top, other.bottom)
    }
    assert shared.area == len(pixels)
    if pixels:
        assert one.encloses(shared)
        assert other.encloses(shared)
        assert (shared.center.x, shared.center.y) in pixels


@given(BOXES, st.integers(0, 9))
def test_growing(box: Box, margin: int) -> None:
    grown = box.grown(margin)
    assert grown.encloses(box)
    assert (grown.width, grown.height) == (box.width + 2 * margin, box.height + 2 * margin)
    assert grown.grown(-margin) == box


def test_values_are_strict() -> None:
    with pytest.raises(ValidationError):
        Size(width=0, height=1)
    with pytest.raises(ValidationError):
        Point.model_validate({"x": "1", "y": 2})
    with pytest.raises(ValidationError):
        Point.model_validate({"x": 1.0, "y": 2})
    with pytest.raises(ValidationError):
        Point.model_validate({"x": 1, "y": 2, "z": 3})
    assert str(Point(x=1, y=2)) == "(1, 2)"
