"""Replies in all manners become blocks, and what was wrong with them is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.reading.answer import LONGEST
from agent.model import Reply
from agent.perception.document.reader import read_reply
from agent.perception.document.values import Figure, Listing, Page, Table, Words
from tests.agent.perception.document.manners import MANNERS, Manner, line
from tests.agent.perception.document.rig import PAGE, read
from tools.geometry import Box, Point, Projection, Size, Space


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
def test_a_reply_is_read_in_every_manner(manner: Manner) -> None:
    reading = read(manner.reply, manner.finish)
    assert tuple(map(line, reading.blocks)) == manner.blocks
    assert reading.outcome == manner.outcome
    told = "\n".join(reading.notes)
    assert [note for note in manner.notes if note not in told] == []
    assert bool(manner.notes) == bool(reading.notes), told


def test_there_are_enough_manners() -> None:
    assert len({manner.name for manner in MANNERS}) == len(MANNERS) >= 30


def test_words_keep_how_they_look() -> None:
    (block,) = read(
        '<p style="COLOR:#F00!important">a <strong>b <em>c</em></strong> <code>d</code>'
        '<font color="navy">e</font><span style="color:url(x)">f</span></p>'
    ).blocks
    assert isinstance(block, Words)
    looks = [(run.text, run.strong, run.emphasis, run.code, run.colour) for run in block.runs]
    assert looks == [
        ("a ", False, False, False, "#ff0000"),
        ("b ", True, False, False, "#ff0000"),
        ("c", True, True, False, "#ff0000"),
        (" ", False, False, False, "#ff0000"),
        ("d", False, False, True, "#ff0000"),
        ("e", False, False, False, "#000080"),
        ("f", False, False, False, "#ff0000"),
    ]


def test_a_table_keeps_its_cells_and_their_places() -> None:
    (block,) = read(
        '<table><tr><th colspan="2" data-bbox="1 2 30 40">h</th></tr>'
        '<tr><td rowspan="9999999">a<ul><li>b</li><li>c</li></ul></td><td colspan="x">d</td></tr>'
        "</table>"
    ).blocks
    assert isinstance(block, Table)
    ((head,), (first, second)) = block.rows
    assert (head.header, head.colspan, head.box) == (
        True, 2, Box(left=1, top=2, right=30, bottom=40),
    )  # fmt: skip
    assert (first.text, first.rowspan, first.header) == ("a\nb\nc", 1, False)
    assert second.colspan == 1
    assert block.spans


def test_lists_keep_their_depth_and_number() -> None:
    (block,) = read('<ol start="7"><li>a<ul><li>b</li></ul></li></ol>').blocks
    assert isinstance(block, Listing)
    assert (block.ordered, block.start) == (True, 7)
    (item,) = block.items
    assert [run.text for run in item.runs] == ["a"]
    assert (item.lists[0].ordered, item.lists[0].items[0].text) == (False, "b")


def test_an_outline_is_kept_beside_the_box() -> None:
    (block,) = read('<p data-bbox="1 2 9 9" data-polygon="1 2 9 2 9 9">a</p>').blocks
    assert block.box == Box(left=1, top=2, right=9, bottom=9)
    assert block.polygon == (Point(x=1, y=2), Point(x=9, y=2), Point(x=9, y=9))


@pytest.mark.parametrize(
    ("space", "written", "box"),
    [
        (Space.MODEL_PX, "100 50 200 100", (200, 200, 400, 400)),
        (Space.NORM1000, "100 50 200 100", (160, 100, 320, 200)),
        (Space.NORM1000, "0 0 1000 1000", (0, 0, 1600, 2000)),
        (Space.MODEL_PX, "0 0 800 500", (0, 0, 1600, 2000)),
        (Space.MODEL_PX, "799.9 499.9 800 500", (1599, 1999, 1600, 2000)),
    ],
)
def test_boxes_come_out_in_pixels_of_the_page(
    space: Space, written: str, box: tuple[int, int, int, int]
) -> None:
    shown, page = Size(width=800, height=500), Size(width=1600, height=2000)
    reply = Reply(text=f'<p data-bbox="{written}">a</p>')
    (block,) = read_reply(reply, Projection(shown=shown, device=page), space).blocks
    left, top, right, bottom = box
    assert block.box == Box(left=left, top=top, right=right, bottom=bottom)


def test_deep_lists_end_somewhere() -> None:
    (block,) = read("<ul><li>a" * 50).blocks
    assert isinstance(block, Listing)
    depth, items = 0, block.items
    while items:
        depth, items = depth + 1, items[0].lists[0].items if items[0].lists else ()
    assert depth == 8


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 30_000 + "end",
        "".join(f"<font a={number}>" for number in range(6000)) + "<p>x" * 20_000,
        "<p>" + "".join(f"<font a={number}>" for number in range(2000)) + "<p>x" * 20_000,
        "<b>" * 20_000 + "</b>" * 20_000 + "<p>x",
        "<table><tr><td>" * 8000 + "x",
        "<p " + 'a="<p ' * 20_000,
        "<" * 150_000 + "<p>x",
        "<p>" + "&#60;p&#62;" * 10_000,
        "<!--" * 40_000 + "<p>x",
        '<p data-bbox="' + "1 " * 80_000 + '">x</p>',
        '<p data-polygon="' + "1 " * 80_000 + '">x</p>',
        "```markdown\n" + "> " * 50_000 + "x",
        "```markdown\n" + "[" * 50_000 + "x",
    ],
    ids=lambda bomb: bomb[:12],
)
def test_a_reply_that_went_mad_costs_little(bomb: str) -> None:
    reading = read(bomb, "length")
    assert reading.outcome in {"cut", "unread"}
    assert len(reading.blocks) < 60_000


def test_a_reply_without_end_is_told() -> None:
    reading = read("<p>a</p>" * (LONGEST // 8 + 1))
    assert reading.outcome == "unread"
    assert reading.blocks == ()


tags = st.sampled_from(
    ["p", "div", "h2", "table", "tr", "td", "ul", "li", "img", "b", "span", "script", "svg", "pre"]
)
markup = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.builds("<{}>".format, tags),
        st.builds("</{}>".format, tags),
        st.builds(
            '<{} {}="{}">'.format,
            tags,
            st.sampled_from(["data-bbox", "data-polygon", "class", "style", "colspan", "start"]),
            st.one_of(st.text(max_size=20), st.just("1 2 3 4"), st.just("image formula chart")),
        ),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(text=markup, finish=st.sampled_from(["stop", "length"]))
def test_on_any_reply_there_is_a_page_and_it_is_what_its_json_says(text: str, finish: str) -> None:
    reading = read(text, finish)
    page = Page(
        number=1, size=PAGE, outcome=reading.outcome, blocks=reading.blocks, notes=reading.notes
    )
    assert Page.model_validate_json(page.model_dump_json()) == page
    frame = Box.of(PAGE)
    for block in page.blocks:
        assert block.box is None or (block.box.area > 0 and frame.encloses(block.box))
        assert block.text or isinstance(block, Figure) or block.box is not None
        assert all(corner.within(PAGE) for corner in block.polygon)


@given(
    words=st.text(
        st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cf")), min_size=1
    )
)
def test_words_come_through_as_they_are(words: str) -> None:
    import html

    (block,) = read(f'<p data-bbox="1 2 3 4">{html.escape(words)}</p>').blocks
    assert block.text == words
