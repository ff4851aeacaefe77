"""Reading goals of settings and apps: switches, values, opening something."""

import re
from datetime import datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.lexicon import lexicon
from agent.policies.rules.numbers import CHINESE_NUMBER, number
from agent.policies.rules.read_parts import bare, first_of
from agent.policies.rules.text import says

_OFF = frozenset({"off", "disable", "deactivate", "关闭", "关掉", "关上", "停用", "禁用", "关"})
_SLIDES = ("brightness", "volume", "亮度", "音量")
_SOUND_OR_LIGHT = (
    r"(?:(?:the|my)\s+)?(?:(?:\w+\s+)?(?:volume|brightness)|sound|music|screen|display|phone)"
)
_NUDGES = (
    rf"^(?:turn|crank|bring)\s+(?P<way>up|down)\s+(?P<what>{_SOUND_OR_LIGHT})(?:\s+a\s+(?:bit|little))?$",
    rf"^(?:turn|crank|bring)\s+(?P<what>{_SOUND_OR_LIGHT})\s+(?P<way>up|down)(?:\s+a\s+(?:bit|little))?$",
    (
        rf"^(?P<way>raise|increase|lower|decrease|reduce)\s+(?P<what>{_SOUND_OR_LIGHT})"
        r"(?:\s+a\s+(?:bit|little))?$"
    ),
    r"^(?P<what>(?:\w+\s+)?volume|brightness)\s+(?P<way>up|down)$",
    rf"^make\s+(?P<what>{_SOUND_OR_LIGHT})\s+(?:a\s+(?:bit|little)\s+)?(?P<way>brighter|dimmer|darker|louder|quieter)$",
    r"^(?:把|将)?(?P<what>音量|声音|亮度|屏幕亮度|屏幕)(?:调)?(?P<way>大|高|亮|响|小|低|暗|轻)(?:一点儿?|一些|点儿?)?$",
)
_MORE = frozenset({"up", "raise", "increase", "brighter", "louder", "大", "高", "亮", "响"})
_ENDS = {
    100: r"(?:the\s+)?(?:max(?:imum)?|highest|full|fullest|brightest|loudest|top)|最高|最大|最亮",
    50: r"half(?:\s*way)?|the\s+middle|一半|中间",
    0: r"(?:the\s+)?(?:min(?:imum)?|lowest|zero|darkest|quietest|dimmest)|最低|最小|最暗|零",
}
_WHEN = re.compile(
    r"\b(?:if|when|while|unless|until|once|except|but|at\s+\w+|in\s+(?:an?|\d)|after|before|tomorrow|tonight|"
    r"every)\b.*|如果|的时候|之后|以后|除了.*",
    re.IGNORECASE,
)
"""A switch is switched now and whatever is: what is said of when it is to be is not passed over."""
_HOME = (
    r"(?:(?:go|return|get)\s+)?(?:back\s+)?(?:to\s+)?(?:the\s+|my\s+)?home\s*screen|(?:go|return)\s+(?:back\s+)?home|"
    r"(?:回到|返回|回|去)(?:主屏幕|主屏|桌面|主页)"
)
_PAGE = r"(?P<page>.+?)\s+(?:settings|setting|preferences|page)|(?P<zh>.+?)(?:的)?设置(?:页面)?"
_NO_APP = re.compile(
    r"\.[a-z]\w{1,4}$|^(?:file|folder|note|contact|message|conversation|chat|alarm|e?mail|website|"
    r"link|page)\b"
    r"|^(?:文件夹|笔记|联系人|网站|网页)\S|https?:|\b(?:from|with|about|of)\b",
    re.IGNORECASE,
)
"""What is kept in an app is no app, though one may have a name that is alike."""


def read_toggle(goal: str, _now: datetime) -> Intent | None:
    """Turn something on or off."""
    what = r"(?:the\s+|my\s+)?(?P<what>.+?)(?:\s+(?:mode\s+)?switch)?"
    match = first_of(
        (
            rf"^(?:turn|switch|put)\s+(?P<state>on|off)\s+{what}$",
            rf"^(?:turn|switch|put)\s+{what}\s+(?P<state>on|off)$",
            rf"^(?P<state>enable|disable|activate|deactivate)\s+{what}$",
            r"^(?:把|将)(?P<what>.+?)(?P<state>打开|开启|启用|关闭|关掉|关上|停用)$",
            r"^(?P<state>打开|开启|启用|切换到|使用|开|关闭|关掉|停用|禁用|关)(?P<what>.+)$",
        ),
        goal,
    )
    if match is None:
        return _named_switch(goal)
    what_text = bare(match["what"])
    is_on = match["state"].casefold() not in _OFF
    ways, other_side = lexicon().switch_called(what_text)
    known = len(ways) > 1 or "模式" in what_text
    if match["state"] == "打开" and not known:
        return None  # 打开 also opens apps; only what is known to be a switch is switched
    toggle = _toggle(ways, on=is_on != other_side)
    when = _WHEN.search(what_text) if len(ways) == 1 else None
    return toggle.model_copy(update={"unread": (when[0].strip(),)}) if when is not None else toggle


def _named_switch(goal: str) -> Intent | None:
    """A switch that is known, with little else: "bluetooth off", "use dark mode"."""
    match = first_of(
        (
            r"^(?:use|set|switch to|go to|change to)\s+(?:the\s+|a\s+)?(?P<what>.+)$",
            r"^(?:the\s+|my\s+)?(?P<what>.+?)\s+(?P<state>on|off)$",
            r"^(?:the\s+|a\s+)?(?P<what>.+\s(?:mode|theme))$",
        ),
        goal,
    )
    if match is None:
        return None
    ways, other_side = lexicon().switch_called(bare(match["what"]))
    if len(ways) == 1:
        return None
    state = match.groupdict().get("state") or "on"
    return _toggle(ways, on=(state.casefold() not in _OFF) != other_side)


def _toggle(ways: tuple[str, ...], *, on: bool) -> Intent:
    return make_intent("toggle", [Want(slot="switch", kind="toggle", labels=ways, on=on)])


def read_setting(goal: str, _now: datetime) -> Intent | None:
    """Set something to a value: "set the font size to large"."""
    match = first_of(
        (
            r"^(?:set|change|switch|make)\s+(?:the\s+|my\s+)?(?P<what>.+?)\s+to\s+(?:the\s+)?(?P<value>.+)$",
            r"^(?:把|将)?(?P<what>.+?)(?:设置|设定|设|改|调|切换|换|开)(?:为|成|到|至)(?P<value>.+)$",
            r"^(?:把|将)?(?P<what>.+?)调(?P<value>最[高大亮低小暗])$",
        ),
        goal,
    )
    if match is None:
        return None
    words, value = lexicon(), bare(match["value"])
    labels = words.ways_to_say(bare(match["what"]))
    want = Want(
        slot="option",
        kind="option",
        labels=labels,
        values=words.ways_to_say(value),
        amount=_percent(value, bare_number=any(says(label, _SLIDES) for label in labels)),
    )
    return make_intent("setting", [want])


def read_nudge(goal: str, _now: datetime) -> Intent | None:
    """Move what slides a little: "turn up the volume", "make the screen brighter"."""
    match = first_of(_NUDGES, goal)
    if match is None:
        return None
    said, more = match["what"].casefold(), match["way"].casefold() in _MORE
    is_light = re.search(r"bright|screen|display|dim|dark|亮|屏", said) is not None
    own = bare(re.sub(r"^(?:the|my)\s+", "", said))
    known = lexicon().ways_to_say(own)
    ways = (
        known if len(known) > 1 else lexicon().ways_to_say("brightness" if is_light else "volume")
    )
    value = "a little more" if more else "a little less"
    want = Want(
        slot="option", kind="option", labels=ways, values=(value,), nudge=20 if more else -20
    )
    return make_intent("setting", [want])


def _percent(value: str, *, bare_number: bool) -> int | None:
    """How far a slider is to go; a number alone says it only of what slides."""
    for percent, ends in _ENDS.items():
        if re.fullmatch(ends, value, re.IGNORECASE):
            return percent
    match = re.fullmatch(
        rf"(?P<digits>\d{{1,3}})\s*(?P<sign>%|％|per\s?cent)?|百分之(?P<zh>{CHINESE_NUMBER})", value
    )
    if match is None or not (match["sign"] or match["zh"] or bare_number):
        return None
    share = 100 if match["zh"] in {"百", "一百"} else number(match["digits"] or match["zh"])
    return share if share is not None and share <= 100 else None


def read_open(goal: str, _now: datetime) -> Intent | None:
    """Open an app, a page of the settings or the home screen, and do nothing else."""
    if re.fullmatch(_HOME, goal, re.IGNORECASE):
        return make_intent("home", [])
    match = first_of(
        (
            (
                r"^(?:open|launch|start|go to|show)\s+(?:(?:the|my)\s+)?"
                r"(?:app(?:lication)?\s+(?!store))?(?P<app>.+?)(?:\s+app(?:lication)?)?$"
            ),
            r"^(?:打开|启动|进入)(?:应用|软件|app)?(?P<app>.+?)(?:应用|软件|app)?$",
        ),
        goal,
    )
    if match is None or _NO_APP.search(match["app"]):
        return None
    page = re.fullmatch(_PAGE, match["app"], re.IGNORECASE)
    if page is None:
        return make_intent("open", [], app=(bare(match["app"]),))
    ways = lexicon().switch_called(bare(page["page"] or page["zh"]))[0]
    return make_intent("page", [Want(slot="page", kind="said", labels=ways, values=ways)])
