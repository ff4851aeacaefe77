"""What on a screen is to be hidden: password fields, nodes that show a secret, declared regions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException, ElementTree

from tools.geometry import Box
from tools.secrets.masks import MASKED, Cover, Mask, around, words_of
from tools.secrets.values import Secrets
from tools.ui_tree import UiNode, UiTree

DOTS: Final = "••••••••"
"""What a password field that is not empty shows, however long the password is."""
_HIDDEN: Final = "********"
_ATTRIBUTES: Final = {"text": "text", "content-desc": "description", "hint": "hint"}


@dataclass(frozen=True)
class Hidden:
    """What is to be hidden of one screen.

    Attributes:
        covers: What to paint over.
        tree: The tree without it; the same object if nothing in it had to be changed.
    """

    covers: tuple[Cover, ...]
    tree: UiTree | None


def hide(
    tree: UiTree | None,
    screen: Box,
    secrets: Secrets,
    masks: Sequence[Mask] = (),
    *,
    typed: bool = False,
) -> Hidden:
    """Find what is to be hidden.

    Args:
        tree: The tree of the screen; without one only boxes that were declared are known.
        screen: The frame.
        secrets: Whose values nobody may see.
        masks: Regions nobody may see.
        typed: Whether a secret has been typed, so that fields may hold pieces of it.
    """
    regions = [box for mask in masks for box in mask.boxes(tree, screen) if box.area]
    covers = [Cover(box, MASKED) for box in regions]
    if tree is None:
        return Hidden(tuple(covers), None)
    changed: dict[int, UiNode] = {}
    for node in tree.nodes:
        if node.password:
            fresh = replace(_named(node, secrets, typed=typed), text=DOTS if node.text else "")
        elif secrets:
            fresh = _named(node, secrets, typed=typed)
        else:
            continue
        if node.password or fresh is not node:
            covers.append(Cover(around(node.box, screen), _sign(fresh)))
            changed[node.index] = fresh
    for node in tree.nodes if regions else ():
        if words_of(node) and any(node.box.intersection(box).area for box in regions):
            changed[node.index] = _blank(node)
    if not changed:
        return Hidden(tuple(covers), tree)
    nodes = tuple(changed.get(node.index, node) for node in tree.nodes)
    return Hidden(tuple(covers), UiTree(nodes, _source(tree.source, nodes, secrets)))


def _named(node: UiNode, secrets: Secrets, *, typed: bool) -> UiNode:
    """``node`` with names in the place of values; the same object if there are none."""
    if not secrets:
        return node
    text, description, hint = map(secrets.named, (node.text, node.description, node.hint))
    if typed and node.editable:
        text = secrets.named_in_part(text)
    if (text, description, hint) == (node.text, node.description, node.hint):
        return node
    return replace(node, text=text, description=description, hint=hint)


def _blank(node: UiNode) -> UiNode:
    return replace(
        node,
        text=MASKED if node.text else "",
        description=MASKED if node.description else "",
        hint=MASKED if node.hint else "",
    )


def _sign(node: UiNode) -> str:
    """What is painted where ``node`` was: what the tree says of it now."""
    if node.password or node.editable:
        text = _HIDDEN if node.text == DOTS else node.text
        return " ".join(filter(None, (node.hint, text)))
    return node.text or node.description or node.hint


def _source(source: str, nodes: Sequence[UiNode], secrets: Secrets) -> str:
    """The XML with the words of ``nodes``; empty if the two do not belong together.

    It is written anew from what was read of it, so that how a value was escaped does not matter.
    """
    if not source:
        return ""
    try:
        root: Element = ElementTree.fromstring(source)
    except (ParseError, DefusedXmlException, ValueError):
        return ""
    elements = list(root.iter())[1:]
    if len(elements) != len(nodes):
        return ""
    for element in root.iter():
        for name, value in element.attrib.items():
            element.set(name, secrets.named(value))
    for element, node in zip(elements, nodes, strict=True):
        for name, field in _ATTRIBUTES.items():
            if name in element.attrib:
                element.set(name, getattr(node, field))
    return tostring(root, encoding="unicode")
