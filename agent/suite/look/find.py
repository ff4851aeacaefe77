"""A thing that a task names, in the UI tree of a screen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agent.suite.language.form import Target
from agent.suite.look.near import beside
from tools.ui_tree import UiNode, UiTree

Fits = Callable[[str, str], bool]
_LISTED = 4


@dataclass(frozen=True)
class Found:
    """A thing that was found.

    Attributes:
        node: The element.
        how: By what, in words: ``its text``.
    """

    node: UiNode
    how: str


@dataclass(frozen=True)
class NotFound:
    """Why a thing was not found.

    Attributes:
        why: Half a sentence: ``it is not on the screen``.
        instead: What there is instead, half a sentence that goes on from there; may be empty.
    """

    why: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.why}{self.instead}"


def reacts(tree: UiTree, node: UiNode) -> bool:
    """Whether a touch on ``node`` does something: on itself or on what it lies in."""
    return any(each.clickable or each.checkable for each in (node, *tree.ancestors(node)))


def accepts_text(_: UiTree, node: UiNode) -> bool:
    """Whether ``node`` can be typed into."""
    return node.editable


def shows_text(_: UiTree, node: UiNode) -> bool:
    """Whether there is something to read on ``node`` itself."""
    return bool(node.text)


def find(
    target: Target, tree: UiTree, *, prefer: Callable[[UiTree, UiNode], bool] = reacts
) -> Found | NotFound:
    """The one thing that ``target`` names.

    Args:
        target: What a task says of it; neither a point nor a picture.
        tree: The screen.
        prefer: Told apart by this where several things fit and the task does not say which.
    """
    candidates, how = _candidates(target, tree)
    if isinstance(how, NotFound):
        return how
    if not candidates:
        return _absent(target, tree)
    if target.index is not None:
        if target.index > len(candidates):
            return NotFound(f"there are only {len(candidates)} of them")
        return Found(candidates[target.index - 1], f"{how}, number {target.index}")
    if len(candidates) > 1 and not _is_placed(target):
        preferred = [node for node in candidates if prefer(tree, node)]
        candidates = preferred or candidates
    if len(candidates) > 1 and not _is_placed(target):
        listed = "; ".join(describe(node) for node in candidates[:_LISTED])
        more = f"; and {len(candidates) - _LISTED} more" if len(candidates) > _LISTED else ""
        told = f"{len(candidates)} things fit, say which with index, kind or id"
        return NotFound(told, f": {listed}{more}")
    return Found(candidates[0], how)


def find_all(target: Target, tree: UiTree) -> tuple[UiNode, ...]:
    """Everything that ``target`` names, in reading order; with an index only that one."""
    candidates, how = _candidates(target, tree)
    if isinstance(how, NotFound):
        return ()
    if target.index is not None:
        return tuple(candidates[target.index - 1 : target.index])
    return tuple(candidates[:1]) if _is_placed(target) else tuple(candidates)


def describe(node: UiNode) -> str:
    """A few words by which a person finds it on the screen."""
    label = " ".join(node.label.split())
    called = f" {label[:40]!r}" if label else ""
    return f"{node.kind or 'element'}{called} at {node.box.center}"


def _is_placed(target: Target) -> bool:
    return bool(target.given(("below", "above", "right_of", "left_of")))


def _candidates(target: Target, tree: UiTree) -> tuple[list[UiNode], str | NotFound]:
    """All that fit what is said, the surest reading of its words first."""
    shown = [node for node in tree.nodes if node.box.area]
    if target.id is not None:
        shown = [node for node in shown if _has_id(node, target.id)]
    by_words = target.given(("text", "description", "hint"))
    found: list[UiNode] = []
    how = "its id" if target.id is not None else "its kind"
    for fits, level in _LEVELS:
        found = _of_kind(target, tree, [node for node in shown if _says(node, target, fits)])
        how = f"its {by_words[0]}{level}" if by_words else how
        if found or not by_words:
            break
    if not _is_placed(target):
        return _in_reading_order(_once(tree, found)), how
    if not by_words and target.id is None and target.kind is None:
        found = [node for node in found if node.label or node.clickable or node.checkable]
    for side in ("below", "above", "right_of", "left_of"):
        other: Target | None = getattr(target, side)
        if other is None:
            continue
        reference = _reference(other, tree)
        if isinstance(reference, NotFound):
            return [], NotFound(f"what it is {side.replace('_', ' ')} is not there: {reference}")
        found = beside(side, reference.node, found)
        how = f"where it is, {side.replace('_', ' ')} {describe(reference.node)}"
    return _once(tree, found, inner=True), how


def _reference(target: Target, tree: UiTree) -> Found | NotFound:
    """What a relation speaks of: the words themselves, not the row they stand in."""
    found = find(target, tree)
    if isinstance(found, NotFound) or found.node.text or target.id is not None:
        return found
    below = [
        node
        for node in tree.descendants(found.node)
        if node.text and _says(node, target, _contains)
    ]
    return Found(below[0], found.how) if len(below) == 1 else found


def _exact(said: str, wanted: str) -> bool:
    return said == wanted


def _loose(said: str, wanted: str) -> bool:
    return _plain(said) == _plain(wanted)


def _contains(said: str, wanted: str) -> bool:
    return _plain(wanted) in _plain(said)


_LEVELS: tuple[tuple[Fits, str], ...] = (
    (_exact, ""),
    (_loose, ", but for case and spaces"),
    (_contains, ", as a part of it"),
)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _says(node: UiNode, target: Target, fits: Fits) -> bool:
    texts = (node.text, node.description, node.hint)
    if target.text is not None and not any(text and fits(text, target.text) for text in texts):
        return False
    for said, wanted in ((node.description, target.description), (node.hint, target.hint)):
        if wanted is not None and not (said and fits(said, wanted)):
            return False
    return True


def _has_id(node: UiNode, wanted: str) -> bool:
    return node.resource_id == wanted or node.resource_id.rpartition("/")[2] == wanted


def _of_kind(target: Target, tree: UiTree, found: list[UiNode]) -> list[UiNode]:
    """Those of the kind that is asked for; else the one of that kind in the same row."""
    if target.kind is None:
        return found
    kind = target.kind.casefold()
    own = [node for node in found if node.kind.casefold() == kind]
    if own or not target.given(("text", "description", "hint", "id")):
        return own
    rows = (_in_row(tree, node, kind) for node in found)
    return list({node.index: node for node in rows if node is not None}.values())


def _in_row(tree: UiTree, node: UiNode, kind: str) -> UiNode | None:
    """The only element of ``kind`` in the smallest part of the screen around ``node`` with any."""
    for around in (node, *tree.ancestors(node)):
        there = [each for each in tree.descendants(around) if each.kind.casefold() == kind]
        if there:
            return there[0] if len(there) == 1 and around.parent >= 0 else None
    return None


def _once(tree: UiTree, nodes: Iterable[UiNode], *, inner: bool = False) -> list[UiNode]:
    """Each thing once: of a row and what lies in it, the one that reacts, else the outer one."""
    found = list(nodes)
    indices = {node.index for node in found}
    inside = {
        node.index: [each for each in tree.ancestors(node) if each.index in indices]
        for node in found
    }
    dropped: set[int] = set()
    for node in found:
        for outer in inside[node.index]:
            keeps_inner = inner or _rank(node) > _rank(outer)
            dropped.add(outer.index if keeps_inner else node.index)
    return [node for node in found if node.index not in dropped]


def _rank(node: UiNode) -> int:
    return 2 * node.checkable + (node.clickable or node.editable)


def _in_reading_order(nodes: Sequence[UiNode]) -> list[UiNode]:
    return sorted(nodes, key=lambda node: (node.box.top, node.box.left, node.index))


def _absent(target: Target, tree: UiTree) -> NotFound:
    """What is there instead, so that a slip of the pen is seen at once."""
    words = [node.label for node in tree.nodes if node.label.strip() and node.box.area]
    shown = ", ".join(repr(" ".join(word.split())[:40]) for word in list(dict.fromkeys(words))[:12])
    if target.kind is not None and target.given(("text", "description", "hint", "id")):
        without = target.model_copy(update={"kind": None})
        others, how = _candidates(without, tree)
        if others and not isinstance(how, NotFound):
            return NotFound(f"it is no {target.kind}, but {describe(others[0])}")
    return NotFound("it is not on the screen", f", which shows {shown or 'no text at all'}")
