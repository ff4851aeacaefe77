"""The accessibility tree: what is read, and that no bytes can do harm."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import CaptureError
from tools.geometry import Box
from tools.ui_tree import MAX_BYTES, UiNode, parse_ui_tree, ui_tree_xml

DUMP = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<hierarchy rotation="0">
 <node index="0" text="" resource-id="" class="android.widget.FrameLayout" package="com.x"
  content-desc="" checkable="false" checked="false" clickable="false" enabled="true"
  focusable="false" focused="false" scrollable="true" long-clickable="false" password="false"
  selected="false" bounds="[0,0][1080,2400]">
  <node text="Pay &amp; go &#10;北京 😀" class="android.widget.Button" package="com.x"
   clickable="true" enabled="false" selected="true" bounds="[10,20][110,70]" />
  <node text="" class="android.widget.EditText" hint="From" focused="true" focusable="true"
   password="true" long-clickable="true" checkable="true" checked="true"
   resource-id="com.x:id/from" content-desc="Origin" bounds="[-5,80][100,120]">
   <node text="inner" class="View" bounds="[0,0][0,0]" />
  </node>
 </node>
</hierarchy>UI hierchary dumped to: /dev/tty
"""


def test_what_is_read() -> None:
    tree = parse_ui_tree(DUMP.encode())
    root, button, field, inner = tree.nodes
    assert tree.package == "com.x"
    assert (root.scrollable, root.enabled, root.parent) == (True, True, -1)
    assert button.text == "Pay & go \n北京 😀"
    assert (button.kind, button.clickable, button.enabled, button.selected) == (
        "Button", True, False, True,
    )  # fmt: skip
    assert button.box == Box(left=10, top=20, right=110, bottom=70)
    assert (field.hint, field.focused, field.password, field.editable) == ("From", True, True, True)
    assert field.label == "Origin"
    assert field.resource_id == "com.x:id/from"
    assert tree.children(root) == (button, field)
    assert list(tree.descendants(root)) == [button, field, inner]
    assert list(tree.ancestors(inner)) == [field, root]
    assert tree.parent(root) is None
    assert tree.source.startswith("<hierarchy")
    assert tree.source.endswith("</hierarchy>")


def test_an_empty_tree() -> None:
    tree = parse_ui_tree(b"<hierarchy rotation='0'></hierarchy>")
    assert (tree.nodes, tree.package) == ((), "")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no UI tree"),
        (b"ERROR: could not get idle state.", "could not get idle state"),
        (DUMP.encode()[:-200], "cannot be read"),
        (DUMP.encode().replace(b"[0,0][1080,2400]", b"[0,0]"), "no bounds"),
        (b"<hierarchy><node /></hierarchy>", "no bounds"),
        (b"<hierarchy>\xff\xfe</hierarchy>", "cannot be read"),
        (b"<hierarchy>&unknown;</hierarchy>", "cannot be read"),
        (b"<hierarchy>" + b" " * MAX_BYTES + b"</hierarchy>", "bytes, more than"),
    ],
    ids=["nothing", "error", "cut", "no_bounds", "empty_node", "bytes", "entity", "large"],
)
def test_what_is_no_tree(data: bytes, told: str) -> None:
    with pytest.raises(CaptureError, match=told):
        parse_ui_tree(data)


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><hierarchy>&b;</hierarchy>'
    with pytest.raises(CaptureError):
        parse_ui_tree(bomb)


def test_depth_is_no_danger() -> None:
    deep = b'<node class="V" bounds="[0,0][1,1]">' * 20_000 + b"</node>" * 20_000
    tree = parse_ui_tree(b"<hierarchy>" + deep + b"</hierarchy>")
    assert len(tree.nodes) == 20_000
    assert len(list(tree.ancestors(tree.nodes[-1]))) == 19_999
    assert len(list(tree.descendants(tree.nodes[0]))) == 19_999


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(CaptureError):
        parse_ui_tree(data)


@given(st.binary(max_size=60), st.integers(0, len(DUMP)), st.integers(0, 60))
def test_a_damaged_dump(junk: bytes, at: int, cut: int) -> None:
    whole = DUMP.encode()
    with contextlib.suppress(CaptureError):
        parse_ui_tree(whole[:at] + junk + whole[at + cut :])


@given(st.text())
def test_any_text_in_a_dump(text: str) -> None:
    data = f'<hierarchy><node text="{text}" bounds="[0,0][1,1]" /></hierarchy>'
    with contextlib.suppress(CaptureError):
        parse_ui_tree(data.encode("utf-8", "surrogatepass"))


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)


@st.composite
def trees(draw: st.DrawFn) -> tuple[UiNode, ...]:
    """Any tree, numbered parents first as every dump is."""
    parents: list[int] = []
    open_nodes = [-1]
    for index in range(draw(st.integers(0, 12))):
        while len(open_nodes) > 1 and draw(st.booleans()):
            open_nodes.pop()
        parents.append(open_nodes[-1])
        open_nodes.append(index)
    flags = (
        "clickable", "long_clickable", "checkable", "checked", "enabled", "focusable", "focused",
        "scrollable", "selected", "password",
    )  # fmt: skip
    return tuple(
        UiNode(
            index=index,
            parent=parent,
            box=Box(left=draw(st.integers(-9, 9)), top=0, right=draw(st.integers(-9, 9)), bottom=5),
            kind=draw(st.sampled_from(["Button", "EditText", ""])),
            text=draw(LINES),
            description=draw(LINES),
            hint=draw(LINES),
            resource_id=draw(LINES),
            package=draw(LINES),
            **{flag: draw(st.booleans()) for flag in flags},
        )
        for index, parent in enumerate(parents)
    )


@given(trees())
def test_what_is_written_is_read_again(nodes: tuple[UiNode, ...]) -> None:
    assert parse_ui_tree(ui_tree_xml(nodes).encode()).nodes == nodes


def test_what_xml_cannot_hold_is_marked() -> None:
    box = Box(left=0, top=0, right=1, bottom=1)
    written = ui_tree_xml([UiNode(index=0, parent=-1, box=box, text="a\x00b\x1b\ud800\ttab\nline")])
    assert parse_ui_tree(written.encode()).nodes[0].text == "a\ufffdb\ufffd\ufffd\ttab\nline"
