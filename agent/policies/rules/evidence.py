"""When it is done: only what the screen shows counts."""

import re
from itertools import pairwise

from agent.policies.rules.intent import Want
from agent.policies.rules.text import digits, mentions, normal, same_number, says
from agent.policies.rules.turn import Turn, finish
from agent.policies.rules.when import read_time
from agent.step import Decision

_ANSWER_TEXTS = 6
_GOES_ON = r"[\w-]|\.\w|\s*(?:[*•●]|[\[(](?:modified|已修改))"
"""Behind the name of a file in a title: it is another name, or not saved."""
_REFERENCE = re.compile(r"(?=.*[A-Z])[A-Z0-9]{5,12}")


def finish_on_evidence(turn: Turn) -> Decision | None:
    """Stop with success, if everything asked for was seen set and the result is on the screen."""
    if not turn.intent.wants or turn.memory.abandoned or turn.memory.open_wants(turn.intent):
        return None
    if turn.view.on_desktop and turn.view.is_dialog:
        return None  # it asks something: the result is seen behind it
    if turn.intent.name in {"toggle", "setting"}:
        return finish(_settled_answer(turn), success=True)
    errand = turn.intent.errand
    if errand.commit and not turn.memory.committed:
        return None
    if errand.done:
        said = [text for text in turn.view.all_texts if _is_confirmation(turn, text)]
        if not said:
            return None
    if not all(_is_shown(turn, want) for want in turn.intent.wants if want.slot in errand.shows):
        return None
    return finish(_answer(turn), success=True)


def _is_confirmation(turn: Turn, text: str) -> bool:
    said = text not in turn.memory.said_before
    return said and says(text, turn.intent.errand.done) >= 1 and len(normal(text)) <= 80


def _is_shown(turn: Turn, want: Want) -> bool:
    """Whether the screen shows the value outside of input fields."""
    texts = turn.view.all_texts
    value = want.values[0] if want.values else ""
    match want.kind:
        case "time":
            return any(read_time(text) == want.clock for text in _with_neighbours(texts))
        case "count":
            return count_beside_item(turn, want)
        case "place" | "item":
            if any(mentions((text,), value) for text in texts) or mentions(texts, value):
                return True
            return want.slot in turn.memory.chosen and _chosen_is_shown(turn, want)
        case _ if want.slot == "file":
            # A tab or a list may show files of that name; the title is that of the one in hand.
            return any(names_file(title, value) for title in turn.view.titles)
        case _ if want.slot == "phone":
            return any(same_number(text, value) for text in texts)
        case _:
            wanted = " ".join(value.split())
            return any(wanted in " ".join(text.split()) for text in texts)


def names_file(title: str, path: str) -> bool:
    """Whether the title of a window is that of the file ``path``, with nothing left to save.

    Titles tell the bare name, or some or all of the way to it; "~" stands for a folder that no
    title spells so.
    """
    folder, _, name = path.replace("\\", "/").rpartition("/")
    if title.lstrip().startswith(("*", "•", "●")):
        return False
    folder = folder.removeprefix("~").strip("./")
    for found in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?!{_GOES_ON})", title):
        before = title[: found.start()].rstrip("/")
        told_way = title[: found.start()].endswith("/")
        if not told_way or not folder or f"/{before}".endswith(f"/{folder}"):
            return True
    return False


def _with_neighbours(texts: tuple[str, ...]) -> list[str]:
    """Each text, and each with the next: "6:45" and "PM" may be two texts."""
    return [
        *(f"{first} {second}" for first, second in pairwise(texts)),
        *texts,
    ]


def _chosen_is_shown(turn: Turn, want: Want) -> bool:
    """Whether a name or code of the list entry that was chosen stands on the screen."""
    shared = {
        name
        for slot in turn.memory.chosen
        if slot != want.slot
        for name in _names(turn.memory.chosen[slot])
    }
    own = _names(turn.memory.chosen[want.slot]) - shared  # both may be "China"
    return any(mentions((text,), name) for name in own for text in turn.view.all_texts)


def _names(texts: tuple[str, ...]) -> set[str]:
    parts = (normal(part) for text in texts for part in re.split(r"[·,，、|/]", text))
    return {part for part in parts if part}


def count_beside_item(turn: Turn, want: Want) -> bool:
    """Whether the wanted number stands near the item it belongs to."""
    item = next((other for other in turn.intent.wants if other.kind == "item"), None)
    if item is None:
        return True
    name = turn.memory.chosen[item.slot][0] if item.slot in turn.memory.chosen else item.values[0]
    nodes = turn.view.tree.nodes
    for named in (node for node in nodes if mentions((node.label,), name)):
        near = named.box.grown(turn.view.size.height // 9)
        for node in nodes:
            beside = near.top <= node.box.center.y < near.bottom and node.box.height < near.height
            if beside and digits(node.label) == str(want.amount) and len(node.label) <= 12:
                return True
    return False


def _settled_answer(turn: Turn) -> str:
    seen = [text for text in turn.memory.verified.values() if text]
    return f"Done, the screen shows: {'; '.join(seen)}."


def _answer(turn: Turn) -> str:
    """The most telling texts of the last screen, in reading order."""
    seen = list(dict.fromkeys(text for text in turn.view.all_texts if 1 < len(text) <= 80))
    telling = [text for text in seen if _is_telling(turn, text)]
    picked = telling or seen
    wishes = ", ".join(f"{want.slot.replace('_', ' ')} {want.wish}" for want in turn.intent.wants)
    return f"Done. Asked: {wishes}. The screen shows: {' · '.join(picked[:_ANSWER_TEXTS])}."


def _is_telling(turn: Turn, text: str) -> bool:
    """Whether it confirms, is a reference number, or says something that was asked for."""
    if _is_confirmation(turn, text) or _REFERENCE.fullmatch(text):
        return True
    values = [want.values[0] for want in turn.intent.wants if want.values]
    chosen = [name for texts in turn.memory.chosen.values() for name in _names(texts)]
    return any(mentions((text,), value) for value in (*values, *chosen))
