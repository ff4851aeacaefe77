"""What the last screen shows that the first did not: texts and switches, as checks."""

import re
from collections.abc import Iterator

from agent.suite.derive.naming import touched
from agent.suite.derive.said import Said, plain
from agent.suite.derive.trace import Screen, Trace
from agent.suite.derive.values import Values
from agent.suite.language.checks import Check, NodeCheck, TextCheck
from agent.suite.language.form import Target
from agent.suite.look.find import find_all
from agent.suite.look.state import states_of
from tools.ui_tree import UiNode, UiTree

MOST_TEXTS = 4
_MOST_OTHERS = 2
_LONG_S = 10.0
_PATIENCE = 3
"""Where the run waited for its end, a check may take so many times as long, and 10 s at least."""
_LONGEST = 80
_LIST = 3
_SECRET = re.compile(r"<secret:[^<>]*>")


def text_checks(trace: Trace, said: Said, values: Values) -> list[Check]:
    """Up to four texts that are on the last screen and were not on the first.

    Those that were asked for or typed come first, then two that were on no screen before. Numbers,
    codes and names of the device's data are none, unless they were asked for or typed.
    """
    last = trace.last
    if last.tree is None or last.same_as(trace.first):
        return []
    if trace.first.tree is None:
        return []
    first = _shown(trace.first)
    before = first.union(*map(_shown, trace.screens[:-1]))
    texts = dict.fromkeys(_stable_texts(last.tree, said))
    fresh = [text for text in texts if plain(text) not in first]
    new = [text for text in fresh if plain(text) not in before]
    about = [text for text in fresh if said.is_about(text)]
    meant = [text for text in about if text in new] or about
    others = [text for text in new if text not in meant] or ([] if meant else fresh)
    chosen = (meant + others[:_MOST_OTHERS])[:MOST_TEXTS]
    chosen.sort(key=fresh.index)
    longer = {"timeout": max(_LONG_S, _PATIENCE * trace.waited_s)} if trace.waited_s else {}
    return [
        Check.model_validate({"text": TextCheck(visible=values.shown(text)), **longer})
        for text in chosen
    ]


def switch_checks(trace: Trace, said: Said, values: Values) -> list[Check]:
    """The switches and boxes of the last screen that were the other way when first seen."""
    tree = trace.last.tree
    if tree is None:
        return []
    found: list[Check] = []
    for node in tree.nodes:
        if not node.checkable or not node.box.area:
            continue
        was = next(filter(None, (_same_switch(each, tree, node) for each in trace.screens)), None)
        if was is None or was.checked == node.checked:
            continue
        target = _switch_target(tree, node, said)
        if target is None:
            continue
        written = values.shown(target.text) if target.text is not None else None
        given = {"text": written, "id": target.id, "kind": target.kind}
        check = NodeCheck.model_validate(
            {key: value for key, value in given.items() if value} | {"checked": node.checked}
        )
        found.append(Check(node=check))
    return found


def _shown(screen: Screen) -> frozenset[str]:
    if screen.tree is None:
        return frozenset()
    return frozenset(
        plain(text)
        for node in screen.tree.nodes
        if not node.editable
        for text in (node.text, node.description)
        if text.strip()
    )


def _stable_texts(tree: UiTree, said: Said) -> Iterator[str]:
    for node in tree.nodes:
        text = " ".join((node.text or node.description).split())
        if not text or not node.box.area or len(text) > _LONGEST or _SECRET.search(text):
            continue
        if not plain(text) or said.is_data(text):
            continue
        if node.editable and not said.names(text):
            continue
        if _in_list(tree, node) and not said.is_about(text):
            continue
        if not node.text and not said.names(text):
            continue
        yield text


def _in_list(tree: UiTree, node: UiNode) -> bool:
    """Whether ``node`` stands on an item of a list: what is on it is data, as a rule."""
    for each in (node, *tree.ancestors(node)):
        parent = tree.parent(each)
        if parent is None or not each.clickable:
            continue
        like = [other for other in tree.children(parent) if other.kind == each.kind]
        if sum(other.clickable for other in like) >= _LIST and each.kind != "Button":
            return True
    return False


def _same_switch(screen: Screen, tree: UiTree, node: UiNode) -> UiNode | None:
    """The switch ``node`` on an earlier screen."""
    if screen.tree is None:
        return None
    words = _row_words(tree, node)
    for other in screen.tree.nodes:
        if other.checkable and other.kind == node.kind and other.resource_id == node.resource_id:
            there = _row_words(screen.tree, other)
            if words[:1] == there[:1] and (words or node.resource_id):
                return other
    return None


def _row_words(tree: UiTree, node: UiNode) -> tuple[str, ...]:
    """What a switch is called: its own words, else those of the row it lies in."""
    for around in (node, *tree.ancestors(node)):
        parts = (around, *tree.descendants(around))
        words = tuple(
            text for part in parts for text in (part.text, part.description) if text.strip()
        )
        if words:
            alone = sum(part.checkable for part in parts) == 1 and around.parent >= 0
            return words if alone or around.index == node.index else ()
    return ()


def _switch_target(tree: UiTree, node: UiNode, said: Said) -> Target | None:
    words = [word for word in _row_words(tree, node) if not said.is_data(word)]
    short = node.resource_id.rpartition("/")[2]
    candidates: list[Target] = [Target(text=word) for word in words]
    candidates += [Target(text=word, kind=node.kind) for word in words if node.kind]
    if short and not said.is_data(short.replace("_", " ")):
        candidates.append(Target(id=short))
    return next((each for each in candidates if _tells(each, tree, node)), None)


def _tells(target: Target, tree: UiTree, node: UiNode) -> bool:
    """Whether ``target`` names this very switch and no other one."""
    there = find_all(target, tree)
    if len(there) != 1:
        return False
    hit = touched(tree, node.box.center)
    inside = node.index == there[0].index or any(
        each.index == there[0].index for each in tree.ancestors(node)
    )
    same = inside or (hit is not None and hit.index == there[0].index)
    return same and states_of(tree, there[0])["checked"] is node.checked
