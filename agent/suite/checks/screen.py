"""Checks of what stands on the screen, by its UI tree."""

import re

from agent.check import visible_words
from agent.suite.checks.context import CheckContext, Finding, error, failed, found, passed
from agent.suite.checks.text_match import judge_text, shortened
from agent.suite.language.checks import NodeCheck, TextCheck
from agent.suite.look.condition import Held, described, fits, has_state, is_gone, is_visible
from agent.suite.look.find import describe, find_all
from agent.suite.look.state import in_words, wanted_states
from tools.ui_tree import UiNode, UiTree

_BLIND = "The UI tree of this screen could not be read."


def check_text(check: TextCheck, context: CheckContext) -> Finding:
    """Whether a text is visible, is not, or is like a pattern."""
    seen = context.seen
    if check.visible is not None:
        return _of(is_visible(check.visible, seen))
    if check.gone is not None:
        return _of(is_gone(check.gone, seen))
    if seen.ui_tree is None or check.matches is None:
        return error(_BLIND, lasting=False)
    shown = visible_words(seen.ui_tree)
    for words in (*shown, " ".join(shown)):
        if re.search(check.matches, words):
            return passed(f"The screen shows {shortened(words)!r}.")
    there = shortened(", ".join(map(repr, shown))) or "no text at all"
    return failed(f"Nothing on the screen is like {check.matches!r}, which shows {there}.")


def check_node(check: NodeCheck, context: CheckContext) -> Finding:
    """Whether a thing is there, how many there are, in what state, and what it shows."""
    tree = context.seen.ui_tree
    if tree is None:
        return error(_BLIND, lasting=False)
    nodes = find_all(check, tree)
    if not check.exists:
        told = f"There is {describe(nodes[0])}." if nodes else "It is not on the screen."
        return found(told, holds=not nodes)
    if check.count is not None:
        return _counted(check, tree, nodes)
    held = has_state(check, context.seen)
    if not held.holds or check.shows is None:
        return _of(held)
    said = [shown_by(tree, node) for node in nodes]
    judged = [judge_text(check.shows, text, "What it shows") for text in said]
    return next((each for each in judged if not each.passed), judged[0])


def shown_by(tree: UiTree, node: UiNode) -> str:
    """What a person reads on a thing: its own text, else that in it, else what it is called."""
    if node.text:
        return node.text
    inside = [each.text for each in tree.descendants(node) if each.text]
    return " ".join(inside) or node.description


def _counted(check: NodeCheck, tree: UiTree, nodes: tuple[UiNode, ...]) -> Finding:
    wanted = wanted_states(check)
    fitting = [node for node in nodes if fits(tree, node, wanted)]
    if check.shows is not None:
        shows = check.shows
        fitting = [node for node in fitting if judge_text(shows, shown_by(tree, node), "it").passed]
    listed = "; ".join(described(tree, node, wanted) for node in fitting[:4])
    states = f" that are {in_words(wanted)}" if wanted else ""
    told = f"There are {len(fitting)}{states}, not {check.count}"
    if len(fitting) == check.count:
        told = f"There are {len(fitting)}{states}"
    return found(f"{told}: {listed}." if listed else f"{told}.", holds=len(fitting) == check.count)


def _of(held: Held) -> Finding:
    if held.unclear:
        return error(held.why, lasting=False)
    return found(held.why, holds=held.holds)
