"""The toolkit's own words, English and Chinese, and dates as accessibility reads them."""

from __future__ import annotations

from datetime import date

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS_ZH = "一二三四五六日"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_CHINESE = {
    "Navigate up": "转到上一层级",
    "More options": "更多选项",
    "Previous month": "上个月",
    "Next month": "下个月",
    "Back": "返回",
    "Home": "主屏幕",
    "Overview": "最近用过",
    "Hide keyboard": "收起键盘",
    "Clear text": "清除文字",
    "Hour": "时",
    "Minute": "分",
    "AM": "上午",
    "PM": "下午",
    "Increase {what}": "增加{what}",
    "Decrease {what}": "减少{what}",
    "Shift": "Shift",
    "Delete": "删除",
    "Enter": "回车",
    "Search": "搜索",
    "Done": "完成",
    "Next": "下一步",
    "Send": "发送",
    "Go": "前往",
    "Space": "空格",
    "Switch language": "切换语言",
    "Symbols": "符号",
    "More symbols": "更多符号",
    "Letters": "字母",
    "Numbers": "数字",
}


def say(text: str, locale: str, **values: object) -> str:
    """The toolkit's text in the phone's language, with its placeholders filled."""
    if locale == "zh":
        text = _CHINESE.get(text, text)
    return text.format(**values)


def long_date(day: date, locale: str) -> str:
    """As "Thursday, January 28, 2027" or "2027年1月28日星期四"."""
    if locale == "zh":
        weekday = _WEEKDAYS_ZH[day.weekday()]
        return f"{day.year}年{day.month}月{day.day}日星期{weekday}"
    return f"{_WEEKDAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year}"


def month_title(day: date, locale: str) -> str:
    """As "January 2027" or "2027年1月"."""
    if locale == "zh":
        return f"{day.year}年{day.month}月"
    return f"{_MONTHS[day.month - 1]} {day.year}"


def weekday_letters(locale: str) -> tuple[str, ...]:
    """The heads of a calendar's columns, Sunday first (Monday first in Chinese)."""
    return tuple("一二三四五六日") if locale == "zh" else tuple("SMTWTFS")
