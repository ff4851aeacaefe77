"""What a model is shown, sized as its own processor would, and the way back to the pixel."""

import io
import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from agent.dialects import autoglm_phone, qwen2_5_vl, qwen3_vl, ui_tars
from agent.sight import Sight, Sizing, chain
from tests.agent.models.local.torchvision_shim import mend_torchvision
from tools.errors import CaptureError, ConfigError
from tools.geometry import Box, ModelPoint, Point, Projection, Size, Space
from tools.screen import Screenshot

SIDES = st.integers(1, 9000)
SIZES = st.builds(Size, width=SIDES, height=SIDES)
PHONES = [Size(width=w, height=h) for w, h in ((1080, 2400), (720, 1600), (1440, 3200), (364, 812))]


@st.composite
def sizings(draw: st.DrawFn) -> Sizing:
    factor = draw(st.sampled_from([28, 32]))
    low = draw(st.integers(1, 2000)) * factor**2
    high = draw(st.integers(low // factor**2, 16384)) * factor**2
    return Sizing(factor=factor, min_pixels=low, max_pixels=high)


def showable(size: Size) -> bool:
    return max(size.width, size.height) <= 200 * min(size.width, size.height)


@pytest.mark.parametrize(
    ("screen", "qwen25", "qwen3"),
    [
        ((364, 812), (364, 812, 377), (352, 800, 275)),
        ((720, 1600), (672, 1484, 1272), (704, 1600, 1100)),
        ((1080, 2400), (672, 1484, 1272), (768, 1696, 1272)),
        ((1920, 1080), (1316, 728, 1222), (1504, 832, 1222)),
    ],
)
def test_sizes_are_those_measured_in_the_processors(
    screen: tuple[int, int], qwen25: tuple[int, ...], qwen3: tuple[int, ...]
) -> None:
    size = Size(width=screen[0], height=screen[1])
    for sizing, expected in ((qwen2_5_vl.SIZING, qwen25), (qwen3_vl.SIZING, qwen3)):
        shown = sizing.shown(size)
        assert (shown.width, shown.height, sizing.tokens(size)) == expected


@given(sizing=sizings(), screen=SIZES)
def test_what_is_shown_is_left_alone_by_the_processor(sizing: Sizing, screen: Size) -> None:
    """Sides are whole tokens, and resizing again changes nothing: the server sees what we sent."""
    assume(showable(screen))
    shown = sizing.shown(screen)
    assert shown.width % sizing.factor == shown.height % sizing.factor == 0
    if sizing.min_pixels <= shown.width * shown.height <= sizing.max_pixels and showable(shown):
        assert sizing.shown(shown) == shown
    if max(shown.width, shown.height) < 8 * min(shown.width, shown.height):
        assert shown.width * shown.height <= sizing.max_pixels or screen != shown


@given(screen=st.builds(Size, width=st.integers(300, 9000), height=st.integers(300, 9000)))
def test_the_area_is_within_the_budget(screen: Size) -> None:
    sizing = qwen2_5_vl.SIZING
    assume(max(screen.width, screen.height) < 5 * min(screen.width, screen.height))
    shown = sizing.shown(screen)
    assert sizing.min_pixels <= shown.width * shown.height <= sizing.max_pixels
    assert shown.width / screen.width == pytest.approx(shown.height / screen.height, rel=0.1)


@pytest.mark.parametrize("size", [(1, 201), (201, 1), (40, 9000)])
def test_slivers_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(CaptureError, match="too narrow"):
        qwen2_5_vl.SIZING.shown(Size(width=size[0], height=size[1]))


def test_a_budget_replaces_the_familys() -> None:
    native = qwen2_5_vl.SIZING.budget(max_pixels=16384 * 28 * 28)
    assert native.tokens(PHONES[0]) == 3354
    small = qwen2_5_vl.SIZING.budget(max_pixels=256 * 28 * 28)
    assert small.tokens(PHONES[0]) <= 256
    large = qwen2_5_vl.SIZING.budget(min_pixels=1_000_000)
    assert large.tokens(Size(width=100, height=200)) * 784 >= 1_000_000
    assert ui_tars.SIZING.budget(max_pixels=50_000).min_pixels == 50_000


@pytest.mark.parametrize(("low", "high"), [(2000, 1000), (0, 500), (2_000_000, 0)])
def test_a_budget_without_room_is_refused(low: int, high: int) -> None:
    with pytest.raises(ConfigError, match="784 pixels"):
        qwen2_5_vl.SIZING.budget(min_pixels=low, max_pixels=high)


@pytest.fixture(scope="module")
def processors() -> None:
    """The real libraries, importable."""
    mend_torchvision()


@pytest.mark.local
@settings(max_examples=1000, deadline=None)
@given(sizing=sizings(), screen=SIZES)
@example(qwen2_5_vl.SIZING, Size(width=10, height=1000))
@example(qwen2_5_vl.SIZING, Size(width=1, height=1))
def test_equal_to_the_processors_of_transformers(
    processors: None, sizing: Sizing, screen: Size
) -> None:
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

    assume(showable(screen))
    theirs = smart_resize(
        screen.height, screen.width, sizing.factor, sizing.min_pixels, sizing.max_pixels
    )
    shown = sizing.shown(screen)
    assert (shown.height, shown.width) == theirs


@pytest.mark.local
@settings(max_examples=1000, deadline=None)
@given(sizing=sizings(), screen=SIZES)
def test_equal_to_qwen_vl_utils_but_for_slivers(
    processors: None, sizing: Sizing, screen: Size
) -> None:
    """There a side that would round to nothing counts as one token before the area is looked at,
    and none is kept when shrinking: on no real screen."""
    from qwen_vl_utils.vision_process import smart_resize

    assume(showable(screen))
    theirs = smart_resize(
        screen.height, screen.width, sizing.factor, sizing.min_pixels, sizing.max_pixels
    )
    shown = sizing.shown(screen)
    sliver = min(screen.width, screen.height) <= sizing.factor / 2 or 0 in theirs
    assert (shown.height, shown.width) == theirs or sliver


@pytest.mark.local
@settings(max_examples=1000, deadline=None)
@given(screen=st.builds(Size, width=st.integers(28, 5000), height=st.integers(28, 5000)))
def test_autoglm_is_equal_to_the_processor_of_glm(processors: None, screen: Size) -> None:
    """Its processor counts a picture twice, as two frames."""
    from transformers.models.glm4v.image_processing_glm4v import smart_resize

    assume(showable(screen))
    sizing = autoglm_phone.SIZING
    theirs = smart_resize(
        num_frames=2,
        height=screen.height,
        width=screen.width,
        factor=sizing.factor,
        min_pixels=sizing.min_pixels * 2,
        max_pixels=sizing.max_pixels * 2,
    )
    shown = sizing.shown(screen)
    assert (shown.height, shown.width) == theirs


@pytest.mark.local
@pytest.mark.parametrize("screen", [*PHONES, Size(width=1920, height=1080)])
@pytest.mark.parametrize("tokens", [256, 1280, 16384])
@pytest.mark.parametrize("patch", [14, 16])
def test_the_real_processor_takes_the_picture_as_it_is(
    processors: None, screen: Size, tokens: int, patch: int
) -> None:
    """Whatever it does inside: its grid of patches is exactly the picture that was sent."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    family = qwen2_5_vl.SIZING if patch == 14 else qwen3_vl.SIZING
    sizing = family.budget(max_pixels=tokens * family.factor**2)
    shown = Sight(sizing).look(screenshot(Image.new("RGB", (screen.width, screen.height))))
    size = {"shortest_edge": sizing.min_pixels, "longest_edge": sizing.max_pixels}
    processor = Qwen2VLImageProcessorPil(patch_size=patch, size=size)
    with Image.open(io.BytesIO(shown.image.data)) as sent:
        _, rows, columns = processor(images=sent)["image_grid_thw"][0]
    assert (columns * patch, rows * patch) == (shown.image.size.width, shown.image.size.height)


@pytest.mark.parametrize("space", Space)
@pytest.mark.parametrize("screen", PHONES)
def test_every_pixel_of_the_picture_leads_to_the_pixel_below_its_middle(
    screen: Size, space: Space
) -> None:
    shown = qwen2_5_vl.SIZING.shown(screen)
    projection = Projection(shown=shown, device=screen)
    extent = 1001 if space is Space.NORM1000 else shown.width
    for x in range(extent):
        at = projection.to_device(ModelPoint(x=x, y=0, space=space))
        exact = (
            Fraction(x * screen.width, 1000)
            if space is Space.NORM1000
            else Fraction((2 * x + 1) * screen.width, 2 * shown.width)
        )
        assert at.x == min(math.floor(exact), screen.width - 1)


@given(
    screen=st.builds(Size, width=st.integers(100, 4000), height=st.integers(100, 4000)),
    sizing=sizings(),
    data=st.data(),
)
def test_there_and_back_is_within_one_pixel_of_the_coarser_grid(
    screen: Size, sizing: Sizing, data: st.DataObject
) -> None:
    projection = Projection(shown=sizing.shown(screen), device=screen)
    point = Point(
        x=data.draw(st.integers(0, screen.width - 1)),
        y=data.draw(st.integers(0, screen.height - 1)),
    )
    again = projection.to_device(projection.to_model(point, Space.MODEL_PX))
    assert abs(again.x - point.x) <= math.ceil(screen.width / projection.shown.width)
    assert abs(again.y - point.y) <= math.ceil(screen.height / projection.shown.height)


@pytest.mark.parametrize("space", Space)
@given(
    x=st.integers(0, 499), y=st.integers(0, 999), left=st.integers(0, 50), top=st.integers(0, 50)
)
def test_the_recorded_chain_leads_to_the_same_pixel(
    space: Space, x: int, y: int, left: int, top: int
) -> None:
    projection = Projection(
        shown=Size(width=500, height=1000),
        device=Size(width=1080, height=2400),
        region=Box(left=left, top=top, right=1000, bottom=2300),
    )
    at = projection.to_device(ModelPoint(x=x, y=y, space=space))
    place = (float(x), float(y))
    for link in chain(projection, space):
        place = link.apply(*place)
    # The chain is in floating point: at the very border of two pixels either may come out.
    assert abs(place[0] - at.x - 0.5) <= 0.5 + 1e-6
    assert abs(place[1] - at.y - 0.5) <= 0.5 + 1e-6


def screenshot(image: Image.Image) -> Screenshot:
    return Screenshot(image, "drawn")


def test_one_resize_and_one_jpeg_of_exactly_that_size() -> None:
    image = Image.new("RGB", (1080, 2400), "white")
    ImageDraw.Draw(image).rectangle((540, 1200, 1079, 2399), fill="black")
    shown = Sight(qwen2_5_vl.SIZING).look(screenshot(image))
    with Image.open(io.BytesIO(shown.image.data)) as sent:
        assert (sent.format, sent.mode, sent.size) == ("JPEG", "RGB", (672, 1484))
        middle = sent.getpixel((300, 600)), sent.getpixel((400, 900))
    assert middle == ((255, 255, 255), (0, 0, 0))
    assert shown.image.size == shown.projection.shown == Size(width=672, height=1484)
    assert shown.projection.device == Size(width=1080, height=2400)
    assert shown.to_device(336, 742, Space.MODEL_PX) == (540, 1200)


def test_the_same_frame_is_encoded_once() -> None:
    frame = screenshot(Image.new("RGB", (300, 600)))
    sight = Sight(qwen2_5_vl.SIZING)
    first = sight.look(frame)
    assert sight.look(frame.again(1.0, 0.1)) is first
    assert sight.look(screenshot(Image.new("RGB", (300, 600)))) is not first


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (7680, 4320), (3, 400)])
def test_any_picture_can_be_shown(mode: str, size: tuple[int, int]) -> None:
    shown = Sight(qwen2_5_vl.SIZING).look(screenshot(Image.new(mode, size)))
    with Image.open(io.BytesIO(shown.image.data)) as sent:
        assert sent.mode == "RGB"
        assert sent.size == (shown.image.size.width, shown.image.size.height)


def test_what_is_transparent_is_black() -> None:
    shown = Sight(qwen2_5_vl.SIZING).look(screenshot(Image.new("RGBA", (100, 100), (255, 0, 0, 0))))
    with Image.open(io.BytesIO(shown.image.data)) as sent:
        assert sent.getpixel((20, 20)) == (0, 0, 0)
