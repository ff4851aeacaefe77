"""Text that a finger typed on the soft keyboard: what the field says tells more than the keys."""

from dataclasses import dataclass

from tools.ui_tree import UiNode, UiTree


@dataclass(frozen=True)
class Typed:
    """What became of a field.

    Attributes:
        text: What was typed.
        clear: Whether it replaces what stood there.
    """

    text: str
    clear: bool = False


def focused_field(tree: UiTree | None) -> UiNode | None:
    """The text field that has the focus; ``None`` if none has, or nobody knows."""
    if tree is None:
        return None
    return next((node for node in tree.nodes if node.focused and node.editable), None)


def same_field(one: UiNode, other: UiNode | None) -> bool:
    """Whether ``other`` is the field ``one`` a little later: it may have grown or moved."""
    return other is not None and (
        (one.resource_id, one.hint, one.password) == (other.resource_id, other.hint, other.password)
    )


def typed(before: UiNode, after: UiNode) -> Typed | None:
    """What was typed between two looks at one field; ``None`` if nothing that text can say.

    Of a password field it tells dots.
    """
    was, now = _text(before), _text(after)
    if was == now or not now:
        return None
    if now.startswith(was):
        return Typed(now[len(was) :])
    return Typed(now, clear=True)


def _text(field: UiNode) -> str:
    """What stands in it: old releases tell the hint of an empty field as its text."""
    return "" if field.text == field.hint else field.text
