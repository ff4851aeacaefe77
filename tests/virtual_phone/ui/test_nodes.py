"""The accessibility tree as XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.virtual_phone.ui.nodes import Node, to_xml

WRITABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"'")
)


def node(text: str = "", *children: Node) -> Node:
    return Node("android.widget.TextView", (1, 2, 30, 40), "a.b", text=text, children=children)


@settings(deadline=None)
@given(WRITABLE, WRITABLE)
def test_text_round_trips(text: str, inner: str) -> None:
    root = ET.fromstring(to_xml(node(text, node(inner))).encode())
    assert root[0].get("text") == text
    assert root[0][0].get("text") == inner


def test_what_xml_cannot_hold_becomes_a_full_stop() -> None:
    root = ET.fromstring(to_xml(node("a\x00b\ud800c\uffff")).encode())
    assert root[0].get("text") == "a.b.c."


def test_format_is_that_of_uiautomator() -> None:
    xml = to_xml(node("Hi"), rotation=1)
    assert xml == (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"1\">"
        '<node index="0" text="Hi" resource-id="" class="android.widget.TextView" package="a.b" '
        'content-desc="" checkable="false" checked="false" clickable="false" enabled="true" '
        'focusable="false" focused="false" scrollable="false" long-clickable="false" '
        'password="false" selected="false" bounds="[1,2][30,40]" /></hierarchy>'
    )


def test_children_are_numbered() -> None:
    root = ET.fromstring(to_xml(node("", node("a"), node("b"))).encode())
    assert [child.get("index") for child in root[0]] == ["0", "1"]
