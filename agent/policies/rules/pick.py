"""Choosing out of a list, short or long: by what is seen, then by the list's own search field."""

from agent.policies.rules.intent import Want
from agent.policies.rules.matching import field_label, options_for
from agent.policies.rules.navigate import starts_here
from agent.policies.rules.text import closeness, is_cjk, mentions, normal, says
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.policies.rules.view import Element
from agent.step import Decision

_BUYS = frozenset({"order"})
_SEVERAL = 2


def pick_from_list(turn: Turn, want: Want) -> Decision | None:
    """Press the entry that is wanted; else search for it; else look further down."""
    entries = candidates(turn, want)
    unsure = _make_sure(turn, want, entries) if turn.intent.name in _BUYS else None
    if unsure is not None:
        return unsure
    if entries:
        best = entries[0]
        if best.is_on and want.kind in {"choice", "option"}:
            turn.memory.verified[want.slot] = best.label
            return accept(turn, f"{best.label!r} is chosen") or decision(
                f"{best.label!r} is chosen: close this", "back"
            )
        if turn.pressed(best) < 2:
            turn.memory.chosen[want.slot] = best.texts
            turn.memory.tries[f"chosen|{want.slot}"] += 1
            if want.kind == "item":
                turn.memory.opened_from = turn.view.place
            return turn.tap(best, f"Choose {_short(best)!r} for {want.values[0]!r}")
    searched = _search(turn, want)
    if searched is not None:
        return searched
    if want.kind == "item" and turn.memory.opened is None and not _listed(turn):
        return None
    return turn.scroll(f"Look further for {want.values[0]!r}")


def _make_sure(turn: Turn, want: Want, entries: list[Element]) -> Decision | None:
    """What is bought is called so, or the only thing that a search for its name finds."""
    value = name_sought(turn, want)
    if want.kind != "item" or any(mentions((value,), item.label) for item in entries):
        return None
    if not any(normal(field.node.text) == normal(value) for field in turn.view.fields):
        return _search(turn, want) if entries else None
    names = tuple(dict.fromkeys(item.label for item in entries))
    if len(names) < _SEVERAL:
        return None
    listed = ", ".join(names[:5])
    return finish(f"Several things could be {value!r}: {listed}. Name one of them.", success=False)


def seek_in_list(turn: Turn, want: Want) -> Decision | None:
    """Look for what is not on the screen: by the list's search, else further down."""
    return _search(turn, want) or turn.scroll(f"Look further for {want.values[0]!r}")


def accept(turn: Turn, why: str) -> Decision | None:
    """Press what closes a picker with its value taken over."""
    button = turn.find(turn.words.accept, least=3) or turn.find(turn.words.accept)
    if button is not None and turn.pressed(button) < MAX_TRIES:
        return turn.tap(button, f"{why}; press {button.label!r}")
    return None


def candidates(turn: Turn, want: Want) -> list[Element]:
    """Entries that are what is wanted, the likeliest first."""
    if want.kind in {"choice", "option"}:
        return options_for(turn, want.values)
    value = name_sought(turn, want)
    found = [
        item
        for item in turn.view.pressables
        if mentions(item.texts, value)
        and item.key not in turn.view.looks_like_nav
        and not says(item.label, turn.words.unavailable)
        and not _is_control(turn, item)
    ]
    return sorted(found, key=lambda item: -closeness(item.texts, value))


def name_sought(turn: Turn, want: Want) -> str:
    """The name that is looked for now: of an item the next one, once the one before is nowhere."""
    if want.kind != "item":
        return want.values[0]
    return want.values[min(turn.memory.tries[f"name|{want.slot}"], len(want.values) - 1)]


def _seek_next_name(turn: Turn, want: Want) -> bool:
    """Go on to the next name of an item; whether there is one."""
    if want.kind != "item" or turn.memory.tries[f"name|{want.slot}"] >= len(want.values) - 1:
        return False
    turn.memory.tries[f"name|{want.slot}"] += 1
    return True


def _is_control(turn: Turn, item: Element) -> bool:
    """A "clear the search" button repeats the query in its description: no entry of the list."""
    return any(
        item.box.top >= field.box.top - 4 and item.box.bottom <= field.box.bottom + 4
        for field in turn.view.fields
    )


def _search(turn: Turn, want: Want) -> Decision | None:
    field = _search_field(turn, want)
    if field is None:
        return _open_search(turn, want)
    tried = turn.memory.queries.setdefault(f"{want.slot}|{turn.view.activity}", [])
    query = field.node.text.strip()
    if tried and normal(query) == normal(tried[-1]):
        answer = _answer(want, _results(turn, field), query)
        if answer is not None and turn.pressed(answer) == 0:
            turn.memory.chosen[want.slot] = answer.texts
            return turn.tap(answer, f"Take the answer to {query!r}: {_short(answer)!r}")
        if want.kind == "item" and turn.try_once(f"submit|{want.slot}|{query}"):
            return decision("Submit the search", "press_key", key="enter")
        shorter = _shorter(tried[-1])
        if not shorter and _seek_next_name(turn, want):
            shorter = name_sought(turn, want)
        if not shorter:
            if not starts_here(turn):
                turn.memory.abandoned[want.slot] = f"a search for {want.values[0]!r} finds nothing"
            return None
        tried.append(shorter)
    if not tried:
        tried.append(name_sought(turn, want))
    return turn.edit(field, tried[-1], f"Search for {tried[-1]!r}")


def _search_field(turn: Turn, want: Want) -> Element | None:
    """The list's search field: labelled so, or for the want, or the only field there is."""
    words = (*turn.words.search, *want.labels)
    labelled = [field for field in turn.view.fields if says(field_label(turn, field), words) >= 1]
    if labelled:
        return labelled[0]
    fields = turn.view.fields
    return fields[0] if len(fields) == 1 and turn.memory.opened is not None else None


def _open_search(turn: Turn, want: Want) -> Decision | None:
    if want.kind in {"choice", "option"}:
        return None
    button = turn.find(turn.words.search)
    if button is not None and turn.pressed(button) == 0 and not button.is_on:
        return turn.tap(button, f"Search for {want.values[0]!r}")
    return None


def _results(turn: Turn, field: Element) -> list[Element]:
    return [
        item
        for item in turn.view.pressables
        if item.box.top >= field.box.bottom - 4
        and item.label
        and item.key not in turn.view.looks_like_nav
    ]


def _listed(turn: Turn) -> bool:
    """Whether this looks like a list to search through: several rows of the same width."""
    widths = [item.box.width for item in turn.view.pressables if item.label]
    return any(widths.count(width) >= 3 for width in set(widths))


def _answer(want: Want, found: list[Element], query: str) -> Element | None:
    """The answer of a search that can be trusted though it does not say what was wanted.

    Names may be written in another script than the goal's: then the search knows better, and its
    first answer to the whole name is taken, or its only one to a part of it. In the same script the
    answer must at least say the part that was searched for.
    """
    if want.kind != "place" or not found:
        return None
    whole = normal(query) == normal(want.values[0])
    foreign = [item for item in found if is_cjk(" ".join(item.texts)) != is_cjk(query)]
    if foreign == found:
        return found[0] if whole or len(found) == 1 else None
    saying = [item for item in found if mentions(item.texts, query)]
    return saying[0] if saying and (whole or len(saying) == 1) else None


def _shorter(query: str) -> str:
    """``query`` without its last word, or the first two characters of a Chinese name."""
    words = query.split()
    if len(words) > 1:
        return " ".join(words[:-1])
    return query[:2] if is_cjk(query) and len(query) > 2 else ""


def _short(item: Element) -> str:
    return " · ".join(item.texts[:2])[:60]
