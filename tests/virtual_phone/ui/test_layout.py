"""Layout keeps children inside their parents and siblings apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.virtual_phone.ui import widgets as w
from tools.virtual_phone.ui.layout import UNBOUNDED, Box, Limits, ScrollBox
from tools.virtual_phone.ui.lowering import make_context
from tools.virtual_phone.ui.theme import make_theme
from tools.virtual_phone.ui.view import Metrics, ViewState

WORDS = st.text(alphabet="ab cd你好, ", min_size=1, max_size=40)


def nothing(*_args: object) -> None:
    pass


# What may stand in a cell of a few dozen dp.
NARROW = st.one_of(
    st.builds(w.Text, WORDS, style=st.sampled_from(["title", "body", "caption"])),
    st.just(w.Icon("plus")),
    st.just(w.Divider()),
    st.just(w.Gap(8)),
    st.builds(w.Button, WORDS, st.just(nothing), expand=st.booleans()),
)
LEAVES = st.one_of(
    NARROW,
    st.builds(w.ListItem, WORDS, subtitle=WORDS, on_tap=st.just(nothing)),
    st.builds(w.SwitchRow, WORDS, st.booleans(), st.just(nothing)),
    st.builds(w.PickerField, WORDS, WORDS, st.just(nothing)),
    st.builds(w.Stepper, WORDS, st.integers(0, 9), st.just(nothing)),
    st.builds(w.TextField, st.just("k"), WORDS, supporting=WORDS),
)


def groups(inner: st.SearchStrategy[w.Widget]) -> st.SearchStrategy[w.Widget]:
    some = st.lists(inner, min_size=1, max_size=4)
    cells = st.lists(NARROW, min_size=1, max_size=3)
    aligned = st.sampled_from(["stretch", "start", "center", "end"])
    return st.one_of(
        st.builds(w.Column, some, gap=st.integers(0, 12), align=aligned),
        st.builds(lambda parts: w.Row([w.Expand(part) for part in parts], gap=4), cells),
        st.builds(w.Card, inner),
        st.builds(w.Wrap, some),
        st.builds(w.Pad, inner, st.just((8, 4))),
        st.builds(w.Grid, cells, columns=st.just(2)),
    )


TREES = st.recursive(LEAVES, groups, max_leaves=10)
METRICS = st.sampled_from([Metrics(), Metrics(font_scale=1.5), Metrics(size=(2400, 1080))])


def arranged(tree: w.Widget, metrics: Metrics, *, height: int = UNBOUNDED) -> Box:
    width = metrics.size[0]
    context = make_context(ViewState(), make_theme(), metrics)
    return context.arrange(tree, Limits(width, width, 0, height))


@settings(deadline=None)  # the first example loads the fonts
@given(TREES, METRICS)
def test_children_lie_inside_their_parents(tree: w.Widget, metrics: Metrics) -> None:
    pending = [arranged(tree, metrics)]
    while pending:
        box = pending.pop()
        for child in box.children:
            assert child.x >= 0
            assert child.y >= 0
            assert child.y + child.box.height <= box.height
            assert child.x + child.box.width <= box.width
            pending.append(child.box)


@settings(deadline=None)  # the first example loads the fonts
@given(TREES, METRICS)
def test_siblings_of_a_column_do_not_overlap(tree: w.Widget, metrics: Metrics) -> None:
    pending = [arranged(tree, metrics)]
    while pending:
        box = pending.pop()
        pending.extend(child.box for child in box.children)
        if isinstance(box.widget, w.Column):
            for above, below in zip(box.children, box.children[1:], strict=False):
                assert above.y + above.box.height <= below.y


def test_expanding_children_share_the_rest_by_weight() -> None:
    row = w.Row([w.Expand(w.Gap(0)), w.Gap(80), w.Expand(w.Gap(0), weight=3)])
    widths = [child.box.width for child in arranged(row, Metrics()).children]
    assert widths == [218, 210, 652]


def test_wide_text_gives_way_to_its_neighbour() -> None:
    long = "a text that is far too long for one line " * 3
    box = arranged(w.Row([w.Text(long), w.Text("short")]), Metrics())
    first, second = box.children
    assert second.x + second.box.width <= box.width
    assert first.box.height > second.box.height


def test_scroll_view_clamps_its_offset() -> None:
    content = w.Column([w.Text(f"row {number}") for number in range(100)])
    context = make_context(ViewState(scroll={"list": 1e6}), make_theme(), Metrics())
    box = context.arrange(w.Scroll(content), Limits(1080, 1080, 1000, 1000))
    assert isinstance(box, ScrollBox)
    assert box.offset == box.content_height - 1000


def test_scroll_view_in_a_column_takes_the_rest() -> None:
    content = w.Column([w.Text(f"row {number}") for number in range(100)])
    tree = w.Column([w.Text("head"), w.Scroll(content), w.Text("foot")])
    box = arranged(tree, Metrics(), height=1000)
    assert box.children[-1].y + box.children[-1].box.height == 1000
