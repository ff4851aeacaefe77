"""A document written down: HTML, Markdown, plain text, JSON; pictures cut out; an overlay."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from agent.perception.document.as_html import as_html
from agent.perception.document.as_markdown import as_markdown
from agent.perception.document.as_text import as_text
from agent.perception.document.crops import save_crops
from agent.perception.document.overlay import draw_page
from agent.perception.document.pages import DocumentError, Sheet
from agent.perception.document.values import Document, Figure, counted
from tests.agent.perception.document.manners import MANNERS
from tests.agent.perception.document.rig import document, paper

REPORT = (
    '<h2 data-bbox="310 94 658 132">Annual <em>report</em></h2>'
    '<p data-bbox="60 150 740 200" style="color:#c00">Sales <b>rose</b> by CO<sub>2</sub>,<br>and'
    " <code>x</code>.</p>"
    '<ol start="3"><li data-bbox="1 2 3 4">three<ul><li>in</li></ul></li><li>four</li></ol>'
    "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2 | 3</td></tr><tr><td>4</td></tr>"
    "</table>"
    '<table><caption>T</caption><tr><td colspan="2">wide</td></tr></table>'
    '<div class="formula"><div>$$a < b$$</div></div>'
    '<div class="image caption" data-bbox="100 200 300 400"><img/><p>A cat</p></div>'
    '<div class="chart" data-bbox="100 500 300 600"><img/><table><tr><td>7</td></tr></table></div>'
    '<div class="chemical formula" format="smiles"><div>CC(=O)O</div></div>'
    "<pre>if a:\n  b</pre>"
)

MARKDOWN = """\
## Annual *report*

Sales **rose** by CO<sub>2</sub>,  
and `x`.

3. three
   - in
4. four

| a | b |
| --- | --- |
| 1 | 2 \\| 3 |
| 4 |  |

<table><caption>T</caption><tr><td colspan="2">wide</td></tr></table>

$$
a \\lt  b
$$

*A cat*

| 7 |
| --- |

```smiles
CC(=O)O
```

```
if a:
  b
```
"""  # noqa: W291 - two spaces are a line break

TEXT = """\
Annual report

Sales rose by CO2,
and x.

3. three
   - in
4. four

a\tb
1\t2 | 3
4

T
wide

a < b

[image: A cat]

[chart]
7

[chemical formula: CC(=O)O]

if a:
  b
"""

HTML = """\
<h2 data-bbox="310 94 658 132">Annual <em>report</em></h2>
<p data-bbox="60 150 740 200"><span style="color:#cc0000">Sales <strong>rose</strong> by \
CO<sub>2</sub>,<br>and <code>x</code>.</span></p>
<ol start="3"><li data-bbox="1 2 3 4">three<ul><li>in</li></ul></li><li>four</li></ol>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2 | 3</td></tr><tr><td>4</td></tr></table>
<table><caption>T</caption><tr><td colspan="2">wide</td></tr></table>
<div class="formula">\\[a &lt; b\\]</div>
<figure class="image" data-bbox="100 200 300 400"><figcaption>A cat</figcaption></figure>
<figure class="chart" data-bbox="100 500 300 600"><table><tr><td>7</td></tr></table>\
<figcaption>(chart)</figcaption></figure>
<figure class="chemical_formula"><pre>CC(=O)O</pre></figure>
<pre>
if a:
  b</pre>
</section>"""


def test_markdown() -> None:
    assert as_markdown(document(REPORT)) == MARKDOWN


def test_plain_text() -> None:
    assert as_text(document(REPORT)) == TEXT


def test_html() -> None:
    page = as_html(document(REPORT))
    assert page.startswith("<!doctype html>\n<html>")
    assert HTML in page
    assert 'id="page-1" aria-label="Page 1" data-size="800 1000">' in page


def test_json_goes_there_and_back() -> None:
    found = document(REPORT)
    assert Document.model_validate_json(found.model_dump_json()) == found
    written = found.model_dump(mode="json")["pages"][0]["blocks"]
    assert written[0]["type"] == "heading"
    assert written[0]["box"] == {"left": 310, "top": 94, "right": 658, "bottom": 132}
    assert written[4]["rows"][0][0]["colspan"] == 2
    assert found.pages[0].raw == REPORT


def test_pages_stand_apart() -> None:
    found = document("<p>a</p>")
    (page,) = found.pages
    two = found.with_pages([page, page.model_copy(update={"number": 2})])
    assert as_markdown(two) == "a\n\n---\n\na\n"
    assert as_text(two) == "a\n\na\n"
    assert as_html(two).count('<section class="page"') == 2


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
def test_everything_can_be_written_down(manner: object) -> None:
    found = document(manner.reply)  # type: ignore[attr-defined]
    for page in found.pages:
        text = as_text(found)
        for block in page.blocks:
            assert all(word in text for word in block.text.split())


@pytest.mark.parametrize(
    ("reply", "markdown"),
    [
        ("<p># no heading</p>", "\\# no heading"),
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p>- no list</p>", "\\- no list"),
        ("<p>a<br>- no list</p>", "a  \n\\- no list"),
        ("<p>a*b_c_d _e_ `f`</p>", "a\\*b_c_d \\_e\\_ \\`f\\`"),
        ("<p>&amp;amp; &amp; [a](b)</p>", "&amp;amp; & \\[a\\](b)"),
        (
            "<p><b>注意：</b>请<i>x</i><b>y</b></p>",
            "<strong>注意：</strong>请*x*<strong>y</strong>",
        ),
        ("<p>a<b> b </b>c</p>", "a **b** c"),
        ("<p><code>a`b</code></p>", "`` a`b ``"),
        ("<table><tr><td><code>a|b</code></td></tr></table>", "| <code>a\\|b</code> |\n| --- |"),
        ("<h3>a<br>b</h3>", "### a<br>b"),
        ("<pre>```\na</pre>", "````\n```\na\n````"),
        ('<div class="music sheet" format="abc notation" data-bbox="1 2 3 4">X:1</div>',
         "```abc\nX:1\n```"),
        ('<img data-bbox="1 2 30 40">', "*(image)*"),
    ],
)  # fmt: skip
def test_markdown_of_words_that_look_like_marks(reply: str, markdown: str) -> None:
    assert as_markdown(document(reply)) == f"{markdown}\n"


@pytest.fixture
def scan() -> Sheet:
    """A page with a red picture at 100..300, 200..400."""
    picture = paper()
    ImageDraw.Draw(picture.image).rectangle((100, 200, 299, 399), fill="red")
    return Sheet(1, picture)


def test_pictures_are_cut_out_and_linked(scan: Sheet, tmp_path: Path) -> None:
    found = document(REPORT)
    page = save_crops(scan, found.pages[0], tmp_path / "my pictures", tmp_path / "out")
    files = [block.file for block in page.blocks if isinstance(block, Figure)]
    assert files == [
        "../my pictures/page-1-image-1.png", "../my pictures/page-1-chart-1.png", "",
    ]  # fmt: skip
    with Image.open(tmp_path / "my pictures" / "page-1-image-1.png") as crop:
        assert crop.size == (200, 200)
        assert crop.getcolors() == [(200 * 200, (255, 0, 0))]
    linked = found.with_pages([page])
    assert "![A cat](../my%20pictures/page-1-image-1.png)\n\n*A cat*" in as_markdown(linked)
    assert '<img src="../my%20pictures/page-1-image-1.png" alt="A cat">' in as_html(linked)


def test_a_picture_of_nothing_is_not_cut_out(scan: Sheet, tmp_path: Path) -> None:
    found = document('<img data-bbox="5 5 6 6"><img alt="no place">')
    page = save_crops(scan, found.pages[0], tmp_path, tmp_path)
    assert [block.text for block in page.blocks] == ["", "no place"]
    assert list(tmp_path.glob("*.png")) == []


def test_a_folder_that_cannot_be_made(scan: Sheet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = document('<img data-bbox="5 5 60 60">')
    with pytest.raises(DocumentError, match="cannot be written"):
        save_crops(scan, found.pages[0], tmp_path / "file" / "in", tmp_path)


def test_blocks_are_drawn_where_they_are(scan: Sheet) -> None:
    page = document('<p data-bbox="400 500 700 600">a</p><p>no place</p>').pages[0]
    drawn = draw_page(scan, page)
    before = scan.picture.image
    assert drawn.width == before.width
    assert drawn.getpixel((550, 500)) != before.getpixel((550, 500))
    assert drawn.getpixel((400, 550)) != before.getpixel((400, 550))
    assert drawn.getpixel((550, 550)) == before.getpixel((550, 550))
    assert draw_page(scan, document("<p>a</p>").pages[0]).tobytes() == before.tobytes()


def test_a_page_in_words() -> None:
    page = document("<p>a</p><p>b</p><table><tr><td>1</td></tr></table>").pages[0]
    assert counted(page) == "2 paragraphs, 1 table"
