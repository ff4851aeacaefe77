"""Reading goals of timers and the stopwatch."""

import re
from datetime import datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import without
from agent.policies.rules.numbers import CHINESE_NUMBER, ENGLISH_NUMBER, number

_TIMER = re.compile(r"\btimer\b|\bcount\s*-?down\b|倒计时|计时器|定时器", re.IGNORECASE)
_STOPWATCH = re.compile(
    r"(?:(?P<act>start|begin|run|stop|pause|halt|reset|open)\s+(?:the\s+|my\s+|a\s+)?stopwatch|"
    r"(?P<zh>启动|开始|打开|停止|暂停|停下|重置|清零|复位)(?:秒表|计秒)|(?:把|将)?秒表(?P<zh2>启动|打开|停止|暂停|停下|重置|清零))",
    re.IGNORECASE,
)
_UNITS = {"h": 3600, "m": 60, "s": 1, "小": 3600, "钟": 3600, "分": 60, "秒": 1}
_LENGTH = re.compile(
    rf"(?P<quarter>(?:a\s+)?quarter\s+of\s+an\s+hour|一刻钟)|(?P<half>half\s+an\s+hour|(?<!个)半个?(?:小时|钟头))|"
    rf"(?P<many>{ENGLISH_NUMBER}|{CHINESE_NUMBER})\s*-?\s*个?(?P<zh_half>半)?"
    r"(?P<unit>hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|小时|钟头|分钟|分|秒钟|秒)(?![a-z])"
    r"(?P<and_half>\s+and\s+a\s+half|半)?",
    re.IGNORECASE,
)
_ACTS = {
    "start": "start begin run open 启动 开始 打开",
    "stop": "stop pause halt 停止 暂停 停下",
    "reset": "reset 重置 清零 复位",
}
_LONGEST_S = 100 * 3600


def read_timer(goal: str, _now: datetime) -> Intent | None:
    """Count down a length of time, or work the stopwatch."""
    watch = _STOPWATCH.fullmatch(goal)
    if watch is not None:
        said = (watch["act"] or watch["zh"] or watch["zh2"]).casefold()
        act = next(name for name, words in _ACTS.items() if said in words.split())
        return make_intent("stopwatch", [Want(slot="stopwatch", kind="said", values=(act,))])
    if _TIMER.search(goal) is None:
        return None
    lengths = list(_LENGTH.finditer(goal))
    seconds = sum(_seconds(length) for length in lengths)
    if not 0 < seconds < _LONGEST_S:
        return None
    hours, rest = divmod(seconds, 3600)
    digits = f"{hours:02d}{rest // 60:02d}{rest % 60:02d}"
    want = Want(slot="timer", kind="said", values=(digits,), amount=seconds)
    return make_intent("timer", [want], rest=without(goal, [found[0] for found in lengths]))


def _seconds(length: re.Match[str]) -> int:
    if length["half"]:
        return 1800
    if length["quarter"]:
        return 900
    unit = _UNITS[length["unit"][0].casefold()]
    return (number(length["many"]) or 0) * unit + (
        unit // 2 if length["and_half"] or length["zh_half"] else 0
    )
