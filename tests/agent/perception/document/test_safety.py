"""Whatever a model writes, what we write has words and places in it and nothing that acts."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent.perception.document.as_html import address, as_html
from agent.perception.document.as_markdown import as_markdown
from agent.perception.document.as_text import as_text
from tests.agent.perception.document.attacks import ATTACKS
from tests.agent.perception.document.rig import document

WRITTEN = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "ul", "ol", "li", "table", "caption", "tr",
    "th", "td", "figure", "figcaption", "div", "section", "img", "span", "strong", "em", "code",
    "sub", "sup", "br",
}  # fmt: skip
FRAME = {"html", "head", "meta", "title", "style", "body"}
RENDERED = WRITTEN | {"thead", "tbody", "blockquote", "hr"}
ATTRIBUTES: dict[str, str] = {
    "data-bbox": r"\d+ \d+ \d+ \d+",
    "style": r"color:#[0-9a-f]{6}|text-align:left",
    "class": r"[a-z_]+|language-[a-z]*",
    "colspan": r"\d+",
    "rowspan": r"\d+",
    "start": r"\d+",
    "alt": r"(?s).*",
    "src": r"pictures/a\.png",
    "id": r"page-\d+",
    "aria-label": r"Page \d+",
    "data-size": r"\d+ \d+",
}


class Strict(HTMLParser):
    """Another parser than the product's, which refuses what is not expected."""

    def __init__(self, tags: set[str]) -> None:
        super().__init__()
        self._tags = tags
        self._in_head = True
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_head = self._in_head and tag != "body"
        if tag not in self._tags:
            self.bad.append(f"<{tag}>")
        if tag in FRAME:
            return
        for name, value in attrs:
            if name not in ATTRIBUTES or not re.fullmatch(ATTRIBUTES[name], value or ""):
                self.bad.append(f"{tag} {name}={value!r}")

    def handle_comment(self, data: str) -> None:
        self.bad.append(f"<!--{data}-->")

    def unknown_decl(self, data: str) -> None:
        self.bad.append(f"<!{data}>")


def bad_in(html: str, tags: set[str]) -> list[str]:
    parser = Strict(tags)
    parser.feed(html)
    parser.close()
    return parser.bad


def rendered(markdown: str) -> str:
    """As a program shows Markdown that lets HTML through."""
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


def check(reply: str) -> None:
    found = document(reply)
    assert bad_in(as_html(found), WRITTEN | FRAME) == []
    assert bad_in(rendered(as_markdown(found)), RENDERED) == []
    assert as_text(found).endswith("\n")


def test_the_check_can_fail() -> None:
    hostile = [reply for reply in ATTACKS if bad_in(reply, WRITTEN)]
    assert len(hostile) > 50
    assert len(set(ATTACKS)) == len(ATTACKS) >= 40


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_words_or_nothing(attack: str) -> None:
    check(attack)
    check(f'```html\n<html><body><p data-bbox="1 2 3 4">{attack}</p></body></html>\n```')
    check(f"<table><tr><td>{attack}</td></tr></table>")
    check(f'<div class="formula">{attack}</div><div class="image caption">{attack}</div>')


def test_what_was_left_out_is_said() -> None:
    (page,) = document("<p onclick=x>a</p><script>b</script>").pages
    assert page.notes == ("Left out what is no part of a page: 1 x event handler, 1 x script.",)
    assert [block.text for block in page.blocks] == ["a"]


pieces = st.one_of(
    st.sampled_from(ATTACKS),
    st.sampled_from(["<p>", "</p>", "<b>", "<table><tr><td>", "<ul><li>", '<div class="formula">']),
    st.sampled_from(['"', "'", "`", "$$", "](", "<!--", "-->", "&lt;", "&#60;", "\n", "|", "\\"]),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(pieces, max_size=8).map("".join))
def test_no_mix_of_attacks_gets_through(reply: str) -> None:
    check(f"<p>a</p>{reply}")


signs = st.text(alphabet="<>&\"'`*_[]()!#|\\$~:-+=. \n1aé中/", max_size=40)


@settings(max_examples=200, deadline=None)
@example(words="\n```", kind="p")
@example(words="a\n```\nb", kind="p")
@given(words=signs, kind=st.sampled_from(["p", "h2", "li", "td", "pre"]))
def test_no_word_of_a_page_is_a_mark(words: str, kind: str) -> None:
    import html

    wrap = {"li": "<ul>{}</ul>", "td": "<table><tr>{}</tr></table>"}.get(kind, "{}")
    found = document(wrap.format(f"<{kind}>{html.escape(words)}</{kind}>"))
    markdown = rendered(as_markdown(found))
    assert bad_in(markdown, RENDERED) == []
    assert "".join(texts(markdown).split()) == "".join(words.split())


def texts(html: str) -> str:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    reader = Reader()
    reader.feed(html)
    reader.close()
    return "".join(found)


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("images/a b.png", "images/a%20b.png"),
        ("javascript:alert(1).png", "javascript%3Aalert%281%29.png"),
        ('x" onerror="y.png', "x%22%20onerror%3D%22y.png"),
        ("..\\a.png", "../a.png"),
        ("图.png", "%E5%9B%BE.png"),
    ],
)
def test_an_address_is_never_more_than_a_path(path: str, link: str) -> None:
    assert address(path) == link
