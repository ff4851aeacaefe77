"""Every sample page, in every appearance: it draws, and can be touched where its nodes say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from tools.virtual_phone.ui import widgets as w
from tools.virtual_phone.ui.gallery import Sample, samples
from tools.virtual_phone.ui.layout import UnknownWidgetError
from tools.virtual_phone.ui.nodes import Node, to_xml
from tools.virtual_phone.ui.scene import Scene, compose
from tools.virtual_phone.ui.theme import make_theme
from tools.virtual_phone.ui.view import Chrome, Metrics, ViewState

LOOKS = {
    "light": (Metrics(), False),
    "dark": (Metrics(), True),
    "large": (Metrics(font_scale=1.5), False),
    "zh": (Metrics(locale="zh", hours24=False), False),
    "landscape": (Metrics(size=(2400, 1080)), False),
}


def _cases() -> Iterator[ParameterSet]:
    for look, (metrics, _) in LOOKS.items():
        for sample in samples(metrics.locale):
            yield pytest.param(sample, look, id=f"{sample.name}-{look}")


CASES = tuple(_cases())


def scene_of(sample: Sample, look: str) -> Scene:
    metrics, dark = LOOKS[look]
    theme = make_theme(dark=dark)
    return compose(sample.page, sample.view, sample.chrome, theme, metrics)


def nothing(*_args: object) -> None:
    pass


def page_scene(page: w.Page, view: ViewState | None = None) -> Scene:
    return compose(page, view or ViewState(), Chrome(), make_theme(), Metrics())


def by_text(scene: Scene, text: str) -> Node:
    return next(node for node in scene.node("p").walk() if node.text == text)


@pytest.mark.parametrize(("sample", "look"), CASES)
def test_clickable_nodes_are_hit_in_their_middle(sample: Sample, look: str) -> None:
    scene = scene_of(sample, look)
    clickable = [node for node in scene.node("a.b").walk() if node.clickable]
    assert clickable or sample.name == "texts"
    for node in clickable:
        hit = scene.hit(*node.center)
        assert hit is not None
        assert hit.kind in ("tap", "field")
        assert hit.box == node.bounds


@pytest.mark.parametrize(("sample", "look"), CASES)
def test_nodes_lie_inside_their_parents_and_the_screen(sample: Sample, look: str) -> None:
    root = scene_of(sample, look).node("a.b")
    width, height = LOOKS[look][0].size
    for node in root.walk():
        left, top, right, bottom = node.bounds
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        for child in node.children:
            assert left <= child.bounds[0] <= child.bounds[2] <= right
            assert top <= child.bounds[1] <= child.bounds[3] <= bottom


@pytest.mark.parametrize(("sample", "look"), CASES)
def test_controls_say_what_they_are(sample: Sample, look: str) -> None:
    scene = scene_of(sample, look)
    cut = {edge for area in scene.scrollables for edge in (area.box[1], area.box[3])}
    for node in scene.node("a.b").walk():
        # What is cut off by a scroll view's edge may have lost its texts.
        if (node.clickable or node.checkable) and not cut & {node.bounds[1], node.bounds[3]}:
            below = [child.text for child in node.walk() if child.text]
            assert node.content_desc or node.hint or below, node


@pytest.mark.parametrize(("sample", "look"), CASES)
def test_picture_is_the_same_each_time(sample: Sample, look: str) -> None:
    first, second = scene_of(sample, look).image(), scene_of(sample, look).image()
    assert first.size == LOOKS[look][0].size
    assert first.mode == "RGB"
    assert len(first.getcolors(1 << 22) or ()) > 40
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("sample", [pytest.param(s, id=s.name) for s in samples()])
def test_xml_can_be_read(sample: Sample) -> None:
    root = scene_of(sample, "light").node("a.b")
    parsed = ET.fromstring(to_xml(root).encode())
    assert len(list(parsed.iter("node"))) == len(list(root.walk()))


def test_only_the_overlay_is_in_the_tree_and_a_tap_outside_dismisses() -> None:
    dismissed: list[str] = []
    dialog = w.Dialog("Sure?", w.Text("Really"), (), on_dismiss=lambda: dismissed.append("x"))
    scene = page_scene(w.Page(w.Button("Under", nothing), overlay=dialog))
    texts = [node.text for node in scene.node("p").walk() if node.text]
    assert texts == ["Sure?", "Really"]
    hit = scene.hit(10, 300)
    assert hit is not None
    assert hit.kind == "dismiss"
    assert hit.on_tap is not None
    hit.on_tap()
    assert dismissed == ["x"]
    inside = scene.hit(*by_text(scene, "Really").center)
    assert inside is not None
    assert inside.kind == "block"


def test_long_dialog_scrolls_and_keeps_its_buttons_on_the_screen() -> None:
    body = w.Column([w.Text(f"line {number}") for number in range(200)])
    dialog = w.Dialog("Long", body, (w.Button("OK", nothing, kind="text"),))
    scene = page_scene(w.Page(w.Gap(0), overlay=dialog))
    assert [area.key for area in scene.scrollables] == ["dialog-body"]
    assert scene.scrollables[0].max_offset > 0
    assert by_text(scene, "OK").bounds[3] < 2400


def test_what_is_scrolled_away_is_not_in_the_tree() -> None:
    rows = w.Column([w.ListItem(f"row {number}", on_tap=nothing) for number in range(60)])
    page = w.Page(w.Scroll(rows), top=w.TopBar("Rows"))
    first = [n.text for n in page_scene(page).node("p").walk() if n.text.startswith("row")]
    later_scene = page_scene(page, ViewState(scroll={"list": 1000}))
    later = [n.text for n in later_scene.node("p").walk() if n.text.startswith("row")]
    assert first[0] == "row 0"
    assert "row 0" not in later
    assert later_scene.scrollables[0].offset == pytest.approx(1000, abs=0.5)
    list_node = next(n for n in later_scene.node("p").walk() if n.scrollable)
    assert list_node.class_name == "android.widget.ScrollView"
    assert list_node.resource_id == "p:id/list"


def test_body_that_is_too_high_scrolls_as_a_whole() -> None:
    rows = w.Column([w.Text(f"row {number}") for number in range(90)])
    scene = page_scene(w.Page(rows))
    assert [area.key for area in scene.scrollables] == ["page"]


def test_last_row_can_be_scrolled_clear_of_the_floating_button() -> None:
    rows = w.Column([w.ListItem(f"row {number}", on_tap=nothing) for number in range(60)])
    page = w.Page(w.Scroll(rows), fab=w.Fab("plus", "", nothing, description="Add"))
    scene = page_scene(page, ViewState(scroll={"list": 1e6}))
    button = next(n for n in scene.node("p").walk() if n.resource_id == "p:id/fab")
    assert by_text(scene, "row 59").bounds[3] <= button.bounds[1]


def test_slider_gives_the_value_under_the_finger() -> None:
    scene = page_scene(w.Page(w.Slider("s", 0.2, nothing)))
    bar = next(n for n in scene.node("p").walk() if n.class_name.endswith("SeekBar"))
    left, top, right, bottom = bar.bounds
    values = []
    for x in (left, (left + right) / 2, right - 1):
        hit = scene.hit(x, (top + bottom) // 2)
        assert hit is not None
        assert hit.kind == "slider"
        values.append(hit.value)
    assert values == [0.0, pytest.approx(0.5, abs=0.01), 1.0]


def test_disabled_button_swallows_the_touch() -> None:
    scene = page_scene(w.Page(w.Card(w.Button("Off", nothing, enabled=False), on_tap=nothing)))
    node = by_text(scene, "Off")
    hit = scene.hit(*node.center)
    assert hit is not None
    assert hit.kind == "block"
    assert not node.enabled
    assert not node.clickable


@pytest.mark.parametrize("size", [(1080, 2400), (2400, 1080)])
def test_navigation_bar_has_its_own_window(size: tuple[int, int]) -> None:
    page = w.Page(w.Gap(0))
    metrics = Metrics(size=size)
    scene = compose(page, ViewState(), Chrome(), make_theme(), metrics)
    (window,) = scene.system_nodes()
    found = {}
    for node in window.children:
        hit = scene.hit(*node.center)
        assert hit is not None
        found[hit.nav] = node.content_desc
    assert found == {"back": "Back", "home": "Home", "recents": "Overview"}


def test_stranger_in_the_tree_is_named() -> None:
    class Stranger(w.Widget):
        pass

    with pytest.raises(UnknownWidgetError, match="Stranger"):
        page_scene(w.Page(Stranger()))
