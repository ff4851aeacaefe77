"""Reading the goal of a flight booking: from where to where, when, who, in which class."""

import re
from datetime import date, datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import without
from agent.policies.rules.lexicon import lexicon
from agent.policies.rules.numbers import CHINESE_NUMBER, ENGLISH_NUMBER, number
from agent.policies.rules.text import normal
from agent.policies.rules.when import FoundDate, read_dates

_ASKS = re.compile(
    r"\b(?:flights?|fly|plane|airfare|one[- ]way|round[- ]?trip)\b|\btickets?\b.*\bto\b|"
    r"\bseats?\b.*\b(?:from|to)\b|机票|航班|飞机|飞往|单程|往返|订.*到.*票|从.+[到去飞].+[舱票]",
    re.IGNORECASE,
)
_ROUND = re.compile(
    r"\bround[- ]?trip\b|\breturn (?:ticket|flight|trip)\b|往返|来回", re.IGNORECASE
)
_ONE_WAY = re.compile(r"\b(?:one|single)[- ]way\b|\bsingle (?:ticket|trip)\b|单程", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:return(?:ing)?|back|until|till)\b|返程|返回|回程|回来|回$|到$|至$", re.IGNORECASE
)
_BEFORE_DATE = re.compile(
    r"\b(?:(?:and|,)?\s*(?:leaving|departing|returning|return|back|coming back)\s*)?"
    r"(?:\b(?:on|from|to|until|till|for)\s*)?$",
    re.IGNORECASE,
)
_AFTER_DATE = re.compile(r"^\s*(?:返程|返回|回程|回来|回|出发|去)")
_NOT_PLACES = frozenset({"me", "us", "him", "her", "them", "here", "home", "我", "我们", "这里"})
_NO_PLACE = re.compile(r"取消|退票|退订|退掉|改签|不要|不想|别|删除|查询|查|多少|什么|吗|怎么")
_CABINS = (
    ("premium economy", r"premium[- ]economy(?: class)?|超级经济舱|高端经济舱"),
    ("business", r"business(?: class)?|商务舱|公务舱"),
    ("first class", r"first[- ]class|头等舱"),
    ("economy", r"economy(?: class)?|coach(?: class)?|经济舱"),
)
_PEOPLE = (
    ("children", r"child(?:ren)?|kids?|儿童|小孩|孩子"),
    ("infants", r"infants?|bab(?:y|ies)|婴儿"),
    ("adults", r"adults?|grown-?ups?|成人|成年人|大人"),
    ("adults", r"people|persons?|passengers?|travell?ers?|seats|人|乘客|tickets|张"),
)
_LEAD_IN = re.compile(
    r"^.*\b(?:tickets?|flights?|trip|seats?|fly)\b(?!.*\b(?:tickets?|flights?|trip)\b)|"
    r"^.*?(?:预订|预定|订购|购买|订|买|查|找)(?:一下|好|个|张)?",
    re.IGNORECASE,
)
_ROUTE_EN = (
    re.compile(r"\bfrom\s+(?P<origin>.+?)\s+to\s+(?P<destination>.+)", re.IGNORECASE),
    re.compile(r"\bto\s+(?P<destination>.+?)\s+from\s+(?P<origin>.+)", re.IGNORECASE),
    re.compile(r"^(?P<origin>.+?)\s*(?:\bto\b|→|->|—|–)\s*(?P<destination>.+)", re.IGNORECASE),
    re.compile(r"\bto\s+(?P<destination>.+)", re.IGNORECASE),
)
_ROUTE_ZH = (
    re.compile(
        r"(?:从|由)?(?P<origin>[^从由到至飞去，,。]+?)(?:飞往|飞到|飞|到|至|去|→|-)(?P<destination>[^，,。的]+)"
    ),
    re.compile(r"(?:飞往|飞到|飞|到|去)(?P<destination>[^，,。的]+)"),
)
_TRAILING = re.compile(
    r"\s*(?:[,.;!?，。；、]|\b(?:on|for|in|with|and|at|by|leaving|departing|returning|please|the|a|as|"
    r"return|back|coming|class)\b|(?:的|机票|航班|飞机|票|单程|往返|请|谢谢|，)).*$",
    re.IGNORECASE | re.DOTALL,
)


def read_flight(goal: str, now: datetime) -> Intent | None:
    """Read ``goal`` as a flight booking; ``None`` if it is none or names no destination."""
    if _ASKS.search(goal) is None:
        return None
    rest = goal
    dates = read_dates(rest, now.date())
    depart, back = _split_dates(rest, dates)
    for found in reversed(dates):
        before = _BEFORE_DATE.sub(" ", rest[: found.start])
        rest = before + _AFTER_DATE.sub(" ", rest[found.end :])
    is_round = _ROUND.search(rest) is not None or back is not None
    rest = _ROUND.sub(_keep_noun, _ONE_WAY.sub(_keep_noun, rest))
    cabin, rest = _take_cabin(rest)
    counts, rest = _take_people(rest)
    route = _read_route(rest)
    if route is None:
        return None
    origin, destination = route
    words = lexicon()
    trip = "round trip" if is_round else "one way"
    wants = [Want(slot="trip", kind="choice", values=words.ways_to_say(trip))]
    if origin:
        wants.append(Want(slot="origin", kind="place", values=(origin,)))
    wants.append(Want(slot="destination", kind="place", values=(destination,)))
    if depart is not None:
        wants.append(Want(slot="depart", kind="date", day=depart))
    if back is not None:
        wants.append(Want(slot="return", kind="date", day=back))
    wants.extend(Want(slot=who, kind="count", amount=many) for who, many in counts.items())
    if cabin:
        wants.append(Want(slot="cabin", kind="choice", values=words.ways_to_say(cabin)))
    told = (depart is not None) + (back is not None)
    more = " ".join(found.day.isoformat() for found in dates[told:])
    # Chinese has no spaces: a word that is no part of a place sticks to it.
    stuck = " ".join(_NO_PLACE.findall(origin + destination))
    left = f"{without(rest, (origin, destination))} {stuck}"
    return make_intent("flight", wants, buys=True, rest=f"{left} {more}")


def _keep_noun(match: re.Match[str]) -> str:
    """A "return ticket" says two things; "three one-way tickets" must stay "three tickets"."""
    noun = re.search(r"(?:ticket|flight|trip)$", match[0], re.IGNORECASE)
    return f" {noun[0]} " if noun and " " in match[0] else " "


def _split_dates(text: str, dates: tuple[FoundDate, ...]) -> tuple[date | None, date | None]:
    """Departure and return: a date after "return" or "back", else the second one, is the return."""
    depart: date | None = None
    back: date | None = None
    before = 0
    for found in dates:
        lead = text[before : found.start].rstrip()
        after = text[found.end : found.end + 3]
        says_back = _BACK.search(lead[-24:]) is not None or after.startswith(("回", "返"))
        if back is None and (says_back or depart is not None) and (depart or len(dates) == 1):
            if depart is None and not says_back:
                depart = found.day
            else:
                back = found.day
        elif depart is None:
            depart = found.day
        before = found.end
    return depart, back


def _take_people(text: str) -> tuple[dict[str, int], str]:
    counts: dict[str, int] = {}
    for who, words in _PEOPLE:
        for pattern in (
            rf"(?:\bfor\s+|\band\s+)?(?P<many>\b{ENGLISH_NUMBER})\s+(?:{words})\b",
            rf"(?P<many>{CHINESE_NUMBER})\s*(?:个|位|名)?(?:{words})",
        ):
            match = re.search(pattern, text, re.IGNORECASE)
            if match is None:
                continue
            many = number(match["many"])
            if many is not None and who not in counts:
                counts[who] = many
                # "Tickets" tells where the request ends and the route begins.
                stays = " tickets " if match[0].casefold().endswith("tickets") else " , "
                text = text[: match.start()] + stays + text[match.end() :]
    return counts, text


def _take_cabin(text: str) -> tuple[str, str]:
    for name, pattern in _CABINS:
        latin = rf"(?:,?\s*\b(?:in|by|with)\s+(?:the\s+)?)?\b(?:{pattern})\b"
        match = re.search(rf"{latin}|(?:{pattern})", text, re.IGNORECASE)
        if match is not None:
            return name, text[: match.start()] + " " + text[match.end() :]
    return "", text


def _read_route(text: str) -> tuple[str, str] | None:
    lead_in = _LEAD_IN.sub(" ", text, count=1)
    for source in (lead_in, text):
        for pattern in (*_ROUTE_EN, *_ROUTE_ZH):
            match = pattern.search(source.strip(" ,，"))
            if match is None:
                continue
            parts = match.groupdict()
            origin = _clean(parts.get("origin") or "")
            origin = "" if normal(origin) in _NOT_PLACES else origin
            destination = _clean(parts["destination"])
            if destination:
                return origin, destination
    return None


def _clean(place: str) -> str:
    trimmed = re.sub(
        r"^(?:\s|,|，|from\b|a\b|an\b|the\b|一张|从|由)+", "", place, flags=re.IGNORECASE
    )
    return _TRAILING.sub("", trimmed).strip(" ,，")
