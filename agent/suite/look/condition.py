"""Whether a condition of a step holds on a screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.check import TextVisible
from agent.step import Verdict
from agent.suite.language.form import Condition, NodeState
from agent.suite.look.find import describe, find_all
from agent.suite.look.state import in_words, states_of, wanted_states
from tools.device import Observation
from tools.ui_tree import UiNode, UiTree


@dataclass(frozen=True)
class Held:
    """Whether something holds, and what that rests on.

    Attributes:
        holds: Whether it does.
        why: The evidence, a sentence.
        unclear: Whether it cannot be told at all.
    """

    holds: bool
    why: str
    unclear: bool = False


def holds(condition: Condition, seen: Observation) -> Held:
    """Whether all that ``condition`` says is true of what is seen; the first that is not tells."""
    found: list[Held] = []
    if condition.text is not None:
        found.append(is_visible(condition.text, seen))
    if condition.gone is not None:
        found.append(is_gone(condition.gone, seen))
    if condition.app is not None:
        why = f"{seen.app or 'an unknown app'} is in front."
        found.append(Held(seen.app == condition.app, why))
    if condition.node is not None:
        found.append(has_state(condition.node, seen))
    return next((each for each in found if not each.holds), found[-1])


def is_visible(text: str, seen: Observation) -> Held:
    """Whether ``text`` stands on the screen, case and white space aside."""
    checked = TextVisible(text).run(seen)
    unclear = checked.verdict is Verdict.ERROR
    return Held(checked.verdict is Verdict.PASSED, checked.evidence, unclear)


def is_gone(text: str, seen: Observation) -> Held:
    """Whether ``text`` does not stand on the screen."""
    there = is_visible(text, seen)
    return there if there.unclear else Held(not there.holds, there.why)


def has_state(state: NodeState, seen: Observation) -> Held:
    """Whether the thing is there, in the states that are asked for."""
    tree = seen.ui_tree
    if tree is None:
        return Held(holds=False, why="The UI tree of this screen could not be read.", unclear=True)
    nodes, wanted = find_all(state, tree), wanted_states(state)
    if not nodes:
        return Held(holds=False, why=f"It is not on the screen of {seen.app or 'the device'}.")
    fitting = [node for node in nodes if fits(tree, node, wanted)]
    if len(fitting) == len(nodes):
        return Held(holds=True, why=f"There is {described(tree, nodes[0], wanted)}.")
    if fitting:
        why = f"{len(nodes)} things fit and only {len(fitting)} are {in_words(wanted)}"
        return Held(holds=False, why=f"{why}: say which with index, kind or id.")
    return Held(holds=False, why=f"There is {described(tree, nodes[0], wanted)}.")


def described(tree: UiTree, node: UiNode, wanted: Iterable[str]) -> str:
    """A thing and those of its states that are asked for."""
    states = states_of(tree, node)
    told = in_words({name: states[name] for name in wanted})
    return f"{describe(node)}, {told}" if told else describe(node)


def fits(tree: UiTree, node: UiNode, wanted: Mapping[str, bool]) -> bool:
    """Whether ``node`` is in all of these states."""
    states = states_of(tree, node)
    return all(states[name] is on for name, on in wanted.items())
