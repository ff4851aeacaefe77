"""Whether the screen shows what the recorded run ended on, and what to answer then.

An answer quotes the screen it was given on. What it quotes must stand on this screen too; a number,
a price or a code may be another one if its element is found again, and then that one is told.
"""

import re
from dataclasses import dataclass

from agent.policies.recorded.ladder import LOCAL_TILES, Ladder, Missed
from agent.policies.recorded.locate import locate
from agent.policies.recorded.source import Ending, Source
from agent.policies.recorded.titles import bare_title, is_title, retitled
from agent.policies.recorded.words import (
    in_another_language,
    place_in_tree,
    screen_words,
    surroundings,
    takes_input,
    words_of,
)
from agent.recording.format import Rung
from tools.device import Observation
from tools.screen import SAME_TILES
from tools.ui_tree import UiNode, UiTree

_QUOTED = 3
"""Shorter texts than this are in any answer by chance."""
_DATA = re.compile(r"\d|\b[A-Z0-9]{5,}\b")
"""What may be another one next time: numbers, prices, codes."""


@dataclass(frozen=True)
class Closing:
    """The end as it can be repeated on this screen."""

    rung: Rung
    answer: str
    reason: str
    tiles: int | None


def close_as_recorded(
    source: Source, ladder: Ladder, ending: Ending, now: Observation, *, by_words: bool
) -> Closing | Missed:
    """The recorded end on this screen, or why it cannot be claimed here.

    Args:
        source: The recording.
        ladder: Compares screens.
        ending: What the recorded run said at its end.
        now: The screen.
        by_words: Whether the UI tree may vouch for it.
    """
    context = ladder.context(ending.seen, now)
    if context is not None:
        return context
    difference = ladder.difference(ending.seen, now)
    tiles = difference.count if difference is not None else None
    if tiles is not None and tiles <= SAME_TILES:
        return Closing("exact", ending.answer, "the last screen is the recorded one", tiles)
    old, new = source.tree(ending.seen), now.ui_tree
    if old is None or new is None:
        return Missed("the last screen is another one, and no UI tree tells more", tiles)
    if not by_words and (tiles is None or tiles > LOCAL_TILES):
        return Missed(f"the last screen differs in {tiles} tiles", tiles)
    quotes = _quotes(ending.answer, old)
    answer, missing = _retold(ending.answer, quotes, old, new)
    if lack := missing or _lack(source, ending, old, new, quotes=bool(quotes)):
        return Missed(lack, tiles)
    changed = "" if answer == ending.answer else ", the answer by what it says now"
    shows = f"it shows {quotes[0]!r}" if quotes else "it is built the same"
    rung: Rung = "exact" if tiles is not None and tiles <= LOCAL_TILES else "tree"
    return Closing(rung, answer, f"the last screen is as recorded: {shows}{changed}", tiles)


def _lack(source: Source, ending: Ending, old: UiTree, new: UiTree, *, quotes: bool) -> str:
    """What speaks against the end in spite of its words, for people; empty if nothing does."""
    if state := _other_state(old, new):
        return state
    foreign = in_another_language(old, new)
    if not foreign and (unsaid := _news(source, ending, old) - screen_words(new)):
        return f"the last screen does not say {min(unsaid)!r}"
    if (foreign or not quotes) and not _same_outline(old, new):
        return "the last screen is built otherwise"
    return ""


def _other_state(old: UiTree, new: UiTree) -> str:
    """A switch of the recorded screen that stands otherwise now, in words; empty if none does."""
    for node in old.nodes:
        if not node.checkable:
            continue
        now = locate(old, node, new).node
        if now is not None and now.checked != node.checked:
            words = surroundings(old, node) if not words_of(old, node) else words_of(old, node)
            called = words[0] if words else node.kind
            return f"{called!r} is {'on' if now.checked else 'off'} on the last screen"
    return ""


def _news(source: Source, ending: Ending, old: UiTree) -> frozenset[str]:
    """What the last act made the screen say, where it stayed on the same one; no data."""
    before = source.steps[-1].seen if source.steps else None
    tree = source.tree(before) if before is not None else None
    if before is None or tree is None:
        return frozenset()
    if (before.app, before.activity) != (ending.seen.app, ending.seen.activity):
        return frozenset()
    fresh = {_text(node) for node in old.nodes if not takes_input(node)} - screen_words(tree)
    return frozenset(text for text in fresh if text and not _DATA.search(text))


def _quotes(answer: str, tree: UiTree) -> list[str]:
    """The texts of the recorded screen that the answer repeats, the longest first; no buttons."""
    said = {_text(node) for node in tree.nodes if not takes_input(node)}
    repeated = {text for text in said if len(text) >= _QUOTED and text in answer}
    return sorted(repeated, key=lambda text: (-len(text), text))


def _retold(answer: str, quotes: list[str], old: UiTree, new: UiTree) -> tuple[str, str]:
    """The answer with what this screen says in place of old data, and what is not to be found."""
    here, foreign = screen_words(new), in_another_language(old, new)
    for quote in quotes:
        if quote in here:
            continue
        fresh = ""
        if foreign:
            fresh = _in_its_place(quote, old, new)
        elif _DATA.search(quote):
            fresh = _now_says(quote, old, new)
        if not fresh:
            return answer, f"the last screen does not say {quote!r}"
        answer = answer.replace(quote, fresh)
    return retitled(answer, old, new), ""


def _in_its_place(quote: str, old: UiTree, new: UiTree) -> str:
    """What stands where ``quote`` stood, in the words of another language."""
    for node in old.nodes:
        if _text(node) == quote:
            path = place_in_tree(old, node)
            return next(
                (_text(other) for other in new.nodes if place_in_tree(new, other) == path), ""
            )
    return ""


def _now_says(quote: str, old: UiTree, new: UiTree) -> str:
    """What stands in the place of ``quote``, if the place is surely the same and holds data."""
    for node in old.nodes:
        if _text(node) != quote:
            continue
        found = _by_own_id(node, new) or _beside_label(node, old, new)
        if found is not None and _DATA.search(_text(found)):
            return _text(found)
    return ""


def _by_own_id(node: UiNode, new: UiTree) -> UiNode | None:
    named = [other for other in new.nodes if other.resource_id == node.resource_id]
    return named[0] if node.resource_id and len(named) == 1 else None


def _beside_label(node: UiNode, old: UiTree, new: UiTree) -> UiNode | None:
    """What follows the words that stood just before it: "Booking reference", "Total"."""
    labels = [other for other in old.nodes if other.index < node.index and _text(other)]
    if not labels or _DATA.search(_text(labels[-1])):
        return None
    label = _text(labels[-1])
    places = [place for place, other in enumerate(new.nodes) if _text(other) == label]
    if len(places) != 1:
        return None
    return next((other for other in new.nodes[places[0] + 1 :] if _text(other)), None)


def _text(node: UiNode) -> str:
    text = bare_title(node.text) if is_title(node) else " ".join(node.text.split())
    return "" if node.editable else text


def _same_outline(old: UiTree, new: UiTree) -> bool:
    """Whether two screens have the same elements by kind and id, whatever they say."""
    before = {(node.kind, node.resource_id) for node in old.nodes}
    now = {(node.kind, node.resource_id) for node in new.nodes}
    return 5 * len(before & now) >= 4 * len(before | now)
