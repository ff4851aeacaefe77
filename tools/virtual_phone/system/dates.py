"""Dates and times as the phone writes them; host locales play no part."""

from datetime import date, datetime, time

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS_ZH = "一二三四五六日"


def format_date(day: date, locale: str, *, long: bool = False) -> str:
    """A date as `Thu, Jan 28` / `Thursday, January 28, 2027`; Chinese where the locale is `zh`."""
    if locale == "zh":
        weekday = _WEEKDAYS_ZH[day.weekday()]
        if long:
            return f"{day.year}年{day.month}月{day.day}日星期{weekday}"
        return f"{day.month}月{day.day}日周{weekday}"
    weekday, month = _WEEKDAYS[day.weekday()], _MONTHS[day.month - 1]
    if long:
        return f"{weekday}, {month} {day.day}, {day.year}"
    return f"{weekday[:3]}, {month[:3]} {day.day}"


def format_time(value: time | datetime, locale: str, *, twelve_hours: bool = False) -> str:
    """A time of day as `13:05`, or with twelve hours `1:05 PM` (下午1:05)."""
    if not twelve_hours:
        return f"{value.hour:02d}:{value.minute:02d}"
    hour = value.hour % 12 or 12
    if locale == "zh":
        half = "上午" if value.hour < 12 else "下午"
        return f"{half}{hour}:{value.minute:02d}"
    half = "AM" if value.hour < 12 else "PM"
    return f"{hour}:{value.minute:02d} {half}"
