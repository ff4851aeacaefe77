"""Several goals in one sentence: "set an alarm for 7 and turn on dark mode".

They are taken apart only where each part is understood by itself to its last word. A text that is
dictated may go on behind "and" as well as a new goal may begin there; what cannot be told apart is
not guessed.
"""

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from agent.policies.rules.intent import Intent
from agent.policies.rules.lexicon import lexicon
from agent.policies.rules.phrasing import begins_command, plain

Reader = Callable[[str], Intent | None]

_JOINT = re.compile(
    r"\s*[,;，；。]?\s*(?:\b(?:and\s+(?:then|also|after\s+that)|after\s+that|then|and|also|plus)\b|"
    r"然后再?|接着|之后|并且|同时|顺便|还要|再|并|和)\s*|\s*[,;，；。]\s*",
    re.IGNORECASE,
)
_CLEARLY_NEXT = re.compile(r"\bthen\b|\bafter that\b|然后|接着|之后", re.IGNORECASE)
_QUOTES = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|‘[^’]*’|(?<!\w)'[^']*'(?!\w)")
_HEAD = re.compile(
    r"(?:turn|switch|put)\s+(?:on|off)\s+|(?:enable|disable|activate|deactivate)\s+|"
    r"打开|开启|启用|关闭|关掉|停用|禁用",
    re.IGNORECASE,
)
"""A verb that goes for a switch that is named behind "and" too: turn off wifi and bluetooth."""
_DICTATED = frozenset({"body", "message"})
_WHOLE = frozenset({"document", "write", "form", "fields", "close", "replace", "rename", "sum"})
"""Goals of a desktop have parts of their own behind "and": what to save, press and answer."""
_MOST_PARTS = 8


def read_several(goal: str, whole: Intent | None, read: Reader) -> tuple[Intent, ...]:
    """The goals in ``goal``, in the order they are said; none if it is not understood.

    Args:
        goal: The sentence, in plain words.
        whole: How it is read as one goal, if it is.
        read: Reads one goal.
    """
    if whole is not None and whole.name in _WHOLE:
        return (whole,)
    several = _take_apart(goal, read)
    text = _dictated_text(goal, whole)
    if not several and whole is not None and (more := _second_in_name(whole)):
        return (whole.model_copy(update={"unread": (more,)}),)
    if whole is None or not text:
        return several or ((whole,) if whole is not None else ())
    joint = _next_goal_in(text, read)
    if joint is None:
        return (whole,)
    if several and _CLEARLY_NEXT.search(joint[0]):
        return several
    return (whole.model_copy(update={"unread": (joint[0].strip(), joint[1])}),)


def _dictated_text(goal: str, whole: Intent | None) -> str:
    """The text that ``whole`` would type, if no quotes say where it ends."""
    if whole is None:
        return ""
    texts = [want.values[0] for want in whole.wants if want.slot in _DICTATED and want.values]
    bare = [text for text in texts if not any(text in said for said in _QUOTES.findall(goal))]
    return bare[0] if bare else ""


def _next_goal_in(text: str, read: Reader) -> tuple[str, str] | None:
    """What joins another goal to a text, and that goal; it need not be one that can be reached."""
    for joint in _joints(text):
        rest = text[joint.end() :]
        if not text[: joint.start()].strip() or not rest:
            continue
        commands = _CLEARLY_NEXT.search(joint[0]) is not None and begins_command(plain(rest))
        if commands or _is_understood(read(plain(rest))):
            return joint[0], rest
    return None


def _take_apart(goal: str, read: Reader) -> tuple[Intent, ...]:
    """The fewest parts that are all understood; none if there are no two such parts."""
    joints = [joint for joint in _joints(goal) if joint.start() > 0 and joint.end() < len(goal)]
    if not 0 < len(joints) < _MOST_PARTS:
        return ()
    starts = (0, *(joint.end() for joint in joints))
    ends = (*(joint.start() for joint in joints), len(goal))
    last = len(ends) - 1

    @cache
    def from_part(first: int, head: str) -> tuple[Intent, ...] | None:
        """The fewest goals that the parts from ``first`` on are."""
        best: tuple[Intent, ...] | None = () if first > last else None
        for end in range(first, last + (first > 0)):  # all of it as one goal is no taking apart
            said = plain(goal[starts[first] : ends[end]])
            intent = _understood(said, head, read)
            if intent is None:
                continue
            own_head = _HEAD.match(said)
            later = from_part(end + 1, own_head[0] if own_head else head)
            if later is not None and (best is None or len(later) + 1 < len(best)):
                best = (intent, *later)
        return best

    found = from_part(0, "") or ()
    if any(one == other for one, other in pairwise(found)):
        return ()
    if all(intent.name == "toggle" for intent in found):
        return tuple(sorted(found, key=lambda intent: not _switches_others(intent)))
    return found


def _switches_others(intent: Intent) -> bool:
    return any(label in lexicon().switches_others for label in intent.wants[0].labels)


def _understood(said: str, head: str, read: Reader) -> Intent | None:
    is_switch = bool(head) and len(lexicon().switch_called(said)[0]) > 1
    for text in (said, f"{head}{said}" if is_switch else ""):
        intent = read(text) if text else None
        if _is_understood(intent) and not (intent is not None and _second_in_name(intent)):
            return intent
    return None


def _second_in_name(intent: Intent) -> str:
    """What stands behind a joint in the name of a switch or in a value; no switch is two things."""
    names = [want.labels[0] for want in intent.wants if want.kind == "toggle" and want.labels]
    names += [want.values[0] for want in intent.wants if want.kind == "option" and want.values]
    return next((name[joint.start() :] for name in names for joint in _joints(name)), "").strip()


def _is_understood(intent: Intent | None) -> bool:
    return intent is not None and not intent.unread


def _joints(text: str) -> list[re.Match[str]]:
    quotes = [match.span() for match in _QUOTES.finditer(text)]
    return [
        joint
        for joint in _JOINT.finditer(text)
        if joint[0] and not any(start <= joint.start() < end for start, end in quotes)
    ]
