"""Dates, times and days of the week in English and Chinese goals.

Everything is relative to the device's own date. "Friday" and "this Friday" are the coming one,
today excluded; "next Friday" and 下周五 are the Friday of next week, weeks beginning on Monday. A
day without a year is the next one that comes.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta

from agent.policies.rules.numbers import CHINESE_NUMBER, ENGLISH_NUMBER, number

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december")  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r")\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_WEEKDAY = "(?P<weekday>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in DAYS) + ")"
_ZH_DAYS = "一二三四五六日"
_FURTHEST = 10_000
"""So many days or weeks from now; what is further off is no date that anybody means."""
_LEAP_GAP = 8
"""Years from one 29 February to the next, at most."""


@dataclass(frozen=True)
class FoundDate:
    """A date and where in the text it stood."""

    day: date
    start: int
    end: int


_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("calendar", r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b"),
        ("calendar", rf"\b{_MONTH}\s+{_DAY}\b{_YEAR}"),
        ("calendar", rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}\b{_YEAR}"),
        (
            "calendar",
            rf"(?:(?P<year>\d{{4}})年)?(?P<month>{CHINESE_NUMBER})月(?P<day>{CHINESE_NUMBER})[日号]?",
        ),
        ("offset", r"\b(?P<phrase>the day after tomorrow|day after tomorrow)\b"),
        ("offset", r"\b(?P<phrase>today|tonight|tomorrow)\b"),
        ("offset", r"(?P<phrase>大后天|后天|明天|今天|明日|今日)"),
        ("later", rf"\bin\s+(?P<count>{ENGLISH_NUMBER})\s+(?P<unit>days?|weeks?)\b"),
        ("later", rf"(?P<count>{CHINESE_NUMBER})(?P<unit>天|周|个星期)(?:之)?后"),
        ("weekday", rf"\b(?:(?P<which>this|next|coming)\s+)?{_WEEKDAY}\b"),
        (
            "weekday",
            r"(?P<which>下下|下个?|这个?|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])",
        ),
    )
)
_OFFSETS = {
    "today": 0, "tonight": 0, "今天": 0, "今日": 0, "tomorrow": 1, "明天": 1, "明日": 1, "后天": 2,
    "大后天": 3,
    "day after tomorrow": 2, "the day after tomorrow": 2,
}  # fmt: skip


def read_dates(text: str, today: date) -> tuple[FoundDate, ...]:
    """All dates in ``text``, in the order they stand there; overlapping readings are dropped."""
    found: list[FoundDate] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            if name == "weekday" and any(_beside(match, other) for other in found):
                continue  # "Thursday, January 28" is one date
            day = _resolve(name, match, today)
            if day is not None:
                found.append(FoundDate(day, match.start(), match.end()))
    return tuple(sorted(found, key=lambda item: item.start))


def _beside(match: re.Match[str], other: FoundDate) -> bool:
    gap = max(other.start - match.end(), match.start() - other.end)
    return gap <= 2


def _resolve(name: str, match: re.Match[str], today: date) -> date | None:
    parts = match.groupdict()
    match name:
        case "calendar":
            return _calendar(parts, today)
        case "offset":
            return today + timedelta(days=_OFFSETS[parts["phrase"].casefold()])
        case "later":
            count = number(parts["count"])
            if count is None or count > _FURTHEST:
                return None
            return today + timedelta(days=count * (1 if parts["unit"][0] in "d天" else 7))
        case _:
            return _weekday(parts["weekday"].casefold(), (parts["which"] or "").casefold(), today)


def _calendar(parts: dict[str, str | None], today: date) -> date | None:
    month = _month(parts["month"] or "")
    day = number(parts["day"] or "")
    if month is None or day is None:
        return None
    year = parts.get("year")
    years = (int(year),) if year else range(today.year, today.year + _LEAP_GAP + 1)
    for each in years:
        with suppress(ValueError):  # 31 April is never a date, 29 February in few years only
            found = date(each, month, day)
            if year or found >= today:
                return found
    return None


def _month(text: str) -> int | None:
    for index, name in enumerate(MONTHS, start=1):
        if text.casefold()[:3] == name[:3]:
            return index
    value = number(text)
    return value if value is not None and 1 <= value <= 12 else None


def _weekday(word: str, which: str, today: date) -> date:
    index = _weekday_index(word)
    monday = today - timedelta(days=today.weekday())
    if which == "next" or which.startswith("下"):
        return monday + timedelta(days=index + (14 if which == "下下" else 7))
    day = monday + timedelta(days=index)
    return day if day > today else day + timedelta(days=7)


def _weekday_index(word: str) -> int:
    if word in "天日":
        return 6
    if word in _ZH_DAYS:
        return _ZH_DAYS.index(word)
    return next(i for i, name in enumerate(DAYS) if name.startswith(word[:3]))


_TIME_EN = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?:\s*(?P<half>a\.?m\b\.?|p\.?m\b\.?|o'?clock))?"
    r"(?:\s+(?:in the )?(?P<part>morning|afternoon|evening|at night))?",
    re.IGNORECASE,
)
_LATE = frozenset({"afternoon", "evening", "at night", "night", "下午", "傍晚", "晚上"})
_NIGHT = frozenset({"at night", "night", "晚上", "凌晨"})
"""Here twelve is midnight, and the small hours are those of the morning."""
_SMALL_HOURS = 5
_NOON_UNTIL = 3
_TIME_SPOKEN = re.compile(
    rf"\b(?P<share>half|(?:a\s+)?quarter)\s+(?P<way>past|to)\s+(?P<hour>{ENGLISH_NUMBER})"
    r"(?:\s+(?:in the |at )?(?P<part>morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_TIME_NAMED = re.compile(r"\b(?:noon|midnight)\b|正午|午夜", re.IGNORECASE)
_TIME_ZH = re.compile(
    rf"(?P<part>早上|早晨|上午|凌晨|中午|下午|傍晚|晚上)?\s*(?P<hour>{CHINESE_NUMBER})(?:[点时]|[:：](?=\d\d分?))"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{CHINESE_NUMBER})分?)?"
)


@dataclass(frozen=True)
class FoundTime:
    """A time of day and where in the text it stood."""

    clock: time
    start: int
    end: int


def read_time(text: str) -> time | None:
    """The first time of day in ``text``: 6:45, 6.45 pm, 7 am, 早上六点半; ``None`` if none."""
    found = find_time(text)
    return found.clock if found is not None else None


def find_time(text: str) -> FoundTime | None:
    """The first time of day in ``text`` and where it stands; ``None`` if there is none."""
    for reader, pattern in (
        (_chinese_time, _TIME_ZH),
        (_spoken_time, _TIME_SPOKEN),
        (_english_time, _TIME_EN),
        (_named_time, _TIME_NAMED),
    ):
        for match in pattern.finditer(text):
            clock = reader(match)
            if clock is not None:
                return FoundTime(clock, match.start(), match.end())
    return None


def _chinese_time(match: re.Match[str]) -> time | None:
    if match["part"] is None and ":" in match[0]:
        return None  # 6:45 without 早上 or the like: read below, where "pm" may follow it
    hour, minute = number(match["hour"]), number(match["minute"] or "0")
    if hour is None or minute is None:
        return None
    minute = 30 if match["half"] else {"一": 15, "三": 45}.get(match["quarter"] or "", minute)
    return _time(hour, minute, match["part"] or "")


def _spoken_time(match: re.Match[str]) -> time | None:
    """Half past six, quarter to seven in the evening."""
    hour = number(match["hour"])
    if hour is None:
        return None
    minutes = 30 if match["share"].casefold() == "half" else 15
    if match["way"].casefold() == "to":
        hour, minutes = (hour - 1) or 12, 60 - minutes
    return _time(hour, minutes, (match["part"] or "").casefold())


def _english_time(match: re.Match[str]) -> time | None:
    if not (match["minute"] or match["half"] or match["part"]):
        return None
    half = (match["half"] or "").replace(".", "").casefold()
    if half == "pm":
        part = "afternoon"
    else:
        part = "night" if half == "am" and match["hour"] == "12" else match["part"] or ""
    return _time(int(match["hour"]), int(match["minute"] or 0), part.casefold())


def _named_time(match: re.Match[str]) -> time:
    return time(12, 0) if match[0].casefold() in {"noon", "正午"} else time(0, 0)


def _time(hour: int, minute: int, part: str) -> time | None:
    """The time of day, given the part of the day that stands beside it; empty for none."""
    late = part in _LATE and not (part in _NIGHT and hour < _SMALL_HOURS)
    if part in _NIGHT and hour == 12:
        hour = 0
    elif hour < 12 and (late or (part == "中午" and hour <= _NOON_UNTIL)):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_weekdays(text: str) -> frozenset[int]:
    """Days of the week to repeat on, 0 for Monday; empty if none are named."""
    low = text.casefold()
    if re.search(r"\bweekdays?\b|\bworkdays?\b|工作日|平日", low):
        return frozenset(range(5))
    if re.search(r"\bweekends?\b|周末", low):
        return frozenset({5, 6})
    if re.search(r"\bevery ?day\b|\bdaily\b|每天|每日", low):
        return frozenset(range(7))
    span = re.search(
        r"(?:周|星期)([一二三四五六日天])(?:到|至|-)(?:周|星期)?([一二三四五六日天])", text
    )
    if span:
        return _span(span[1], span[2])
    names = rf"\b{_WEEKDAY}s?\b"
    span_en = re.search(names + r"\s+(?:to|through|-)\s+" + names.replace("weekday", "other"), low)
    if span_en:
        return _span(span_en["weekday"], span_en["other"])
    days = {_weekday_index(match["weekday"]) for match in re.finditer(names, low)}
    days |= {_weekday_index(char) for group in re.findall(r"(?:周|星期)([一二三四五六日天]+)", text)
             for char in group}  # fmt: skip
    return frozenset(days)


def _span(first: str, last: str) -> frozenset[int]:
    """From one day of the week to another, over Sunday if need be."""
    start = _weekday_index(first)
    return frozenset((start + day) % 7 for day in range((_weekday_index(last) - start) % 7 + 1))


def without_weekdays(text: str) -> str:
    """``text`` without the words that ``read_weekdays`` reads."""
    names = rf"\b(?:on\s+|every\s+)?{_WEEKDAY}s?\b(?:\s*(?:,|and|to|through|-)\s*)?"
    words = r"\b(?:on\s+)?(?:weekdays?|workdays?|weekends?|every ?day|daily)\b"
    words = f"{words}|工作日|平日|周末|每天|每日"
    chinese = r"每?(?:周|星期)[一二三四五六日天]+(?:[到至、和-](?:周|星期)?[一二三四五六日天])*"
    return re.sub(f"{words}|{chinese}|{names}", " ", text, flags=re.IGNORECASE)
