"""What of a screen is hidden, in its tree and in its pixels."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tools.errors import ConfigError
from tools.geometry import Box, Size
from tools.secrets.masks import MASKED, Cover, Mask, painted, parse_mask
from tools.secrets.screen import DOTS, hide
from tools.secrets.values import Secrets
from tools.ui_tree import UiTree, parse_ui_tree

SCREEN = Box.of(Size(width=400, height=800))
ROOT = 'bounds="[0,0][400,800]" class="android.widget.FrameLayout" package="app"'


def tree_of(*nodes: str) -> UiTree:
    xml = f"<hierarchy><node {ROOT}>{''.join(f'<node {node} />' for node in nodes)}</node>"
    return parse_ui_tree(f"{xml}</hierarchy>".encode())


def field(text: str, **more: str) -> str:
    shown = {"class": "android.widget.EditText", "bounds": "[10,20][390,80]", **more}
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in shown.items())
    return f'text="{text}"{attributes}'


def boxes(hidden: Any) -> list[tuple[int, int, int, int]]:
    return [(c.box.left, c.box.top, c.box.right, c.box.bottom) for c in hidden.covers]


def test_a_node_with_a_secret_is_covered_and_named_in_tree_and_source() -> None:
    tree = tree_of(
        field("a &quot;&amp;&#233;x b", hint="Note"), field("free", bounds="[0,90][9,99]")
    )
    hidden = hide(tree, SCREEN, Secrets({"KEY": '"&éx'}))
    assert boxes(hidden) == [(6, 16, 394, 84)]
    assert hidden.covers[0].words == "Note a <secret:KEY> b"
    assert hidden.tree is not None
    assert [node.text for node in hidden.tree.nodes] == ["", "a <secret:KEY> b", "free"]
    again = parse_ui_tree(hidden.tree.source.encode())
    assert again.nodes == hidden.tree.nodes


def test_a_screen_without_anything_to_hide_is_left_alone() -> None:
    tree = tree_of(field("free"))
    hidden = hide(tree, SCREEN, Secrets({"KEY": "tulip"}))
    assert hidden.tree is tree
    assert hidden.covers == ()


@pytest.mark.parametrize(("shown", "wanted", "words"), [
    ("•••", DOTS, "Password ********"), ("••••••••••••", DOTS, "Password ********"),
    ("", "", "Password"), ("abc", DOTS, "Password ********"),
])  # fmt: skip
def test_a_password_is_hidden_however_long(shown: str, wanted: str, words: str) -> None:
    tree = tree_of(field(shown, password="true", hint="Password"))
    hidden = hide(tree, SCREEN, Secrets({}))
    assert hidden.tree is not None
    assert hidden.tree.nodes[1].text == wanted
    assert hidden.covers == (Cover(Box(left=6, top=16, right=394, bottom=84), words),)
    assert ElementTree.fromstring(hidden.tree.source)[0][0].get("text") == wanted


def test_a_node_off_the_screen_is_named_but_covers_nothing() -> None:
    tree = tree_of(field("tulip", bounds="[0,900][400,950]"))
    hidden = hide(tree, SCREEN, Secrets({"KEY": "tulip"}))
    assert hidden.covers[0].box.area == 0
    assert hidden.tree is not None
    assert "tulip" not in hidden.tree.source


def test_a_source_that_does_not_fit_its_nodes_is_not_kept() -> None:
    tree = tree_of(field("tulip"))
    hidden = hide(UiTree(tree.nodes, "<hierarchy/>"), SCREEN, Secrets({"KEY": "tulip"}))
    assert hidden.tree is not None
    assert hidden.tree.source == ""


@pytest.mark.parametrize("text", ["tulip", "Tulip", "TULIP 9"])
def test_resource_ids_and_the_like_are_named_in_the_source(text: str) -> None:
    tree = tree_of(field(text), field("free", resource_id="app:id/tulip"))
    hidden = hide(tree, SCREEN, Secrets({"KEY": "tulip"}))
    assert hidden.tree is not None
    assert "tulip" not in hidden.tree.source.casefold()


def test_regions_by_place_and_by_words() -> None:
    tree = tree_of(
        field("Balance: 12", bounds="[0,100][200,150]"), field("free", bounds="[0,300][400,350]")
    )
    masks = (parse_mask("200, 280,300,320"), parse_mask("text=balance"))
    hidden = hide(tree, SCREEN, Secrets({}), masks)
    assert boxes(hidden) == [(200, 280, 300, 320), (0, 96, 204, 154)]
    assert hidden.tree is not None
    assert [node.text for node in hidden.tree.nodes] == ["", MASKED, MASKED]
    assert "Balance" not in hidden.tree.source
    assert hide(None, SCREEN, Secrets({}), masks).covers == (
        Cover(Box(left=200, top=280, right=300, bottom=320), MASKED),
    )


def test_words_hide_the_row_they_are_in() -> None:
    xml = (
        f'<hierarchy><node {ROOT}><node bounds="[0,100][400,180]" clickable="true" text="">'
        '<node bounds="[0,100][100,180]" text="Token" />'
        '<node bounds="[300,100][400,180]" text="s3" />'
        "</node></node></hierarchy>"
    )
    hidden = hide(parse_ui_tree(xml.encode()), SCREEN, Secrets({}), [Mask(label="Token")])
    assert boxes(hidden) == [(0, 96, 400, 184)]
    assert hidden.tree is not None
    assert [node.text for node in hidden.tree.nodes] == ["", "", MASKED, MASKED]


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "5,5,5,9", "9,0,1,4", "-1,0,4,4", "1,2,3,4,5", "text=", "label=x", "a,b,c,d"],
)
def test_what_is_no_mask(text: str) -> None:
    with pytest.raises(ConfigError, match="is no region"):
        parse_mask(text)


NOISE = st.integers(0, 2**32 - 1)


@given(NOISE, NOISE, st.integers(0, 90), st.integers(0, 90), st.integers(1, 60), st.integers(1, 60))
def test_painted_pixels_follow_from_box_and_words(
    one: int, other: int, left: int, top: int, wide: int, high: int
) -> None:
    box = Box(left=left, top=top, right=min(100, left + wide), bottom=min(100, top + high))
    edges = (box.left, box.top, box.right, box.bottom)
    first, second = (
        Image.effect_noise((100, 100), seed % 200).convert("RGB") for seed in (one, other)
    )
    before = first.tobytes()
    covers = (Cover(box, "<secret:KEY> and a few words more"),)
    done, also = painted(first, covers), painted(second, covers)
    assert done.crop(edges).tobytes() == also.crop(edges).tobytes()
    assert first.tobytes() == before
    outside = done.copy()
    outside.paste(first.crop(edges), (box.left, box.top))
    assert outside.tobytes() == before
