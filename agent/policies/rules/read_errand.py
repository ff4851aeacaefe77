"""Reading goals of everyday errands: switches, contacts, alarms, notes, messages, carts."""

import re
from datetime import datetime, time, timedelta

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import without
from agent.policies.rules.lexicon import lexicon
from agent.policies.rules.numbers import CHINESE_NUMBER, ENGLISH_NUMBER, number
from agent.policies.rules.text import digits, is_cjk
from agent.policies.rules.when import find_time, read_dates, read_weekdays, without_weekdays

_EDGES = re.compile(r"^[^\w\"'“‘「『«(+]+|[^\w\"'”’」』»).!。！?？%]+$")
_QUOTED = re.compile(r"[\"“”「『«]([^\"“”」』»]+)[\"“”」』»]|(?<!\w)['‘]([^'’]+)['’](?!\w)")
_PHONE = re.compile(r"[+(]{0,2}\d[\d\s().-]{2,}\d")
_SECRET_PHONE = re.compile(
    r"(?:\b(?:phone|mobile|cell|number)|电话|手机|号码|手机号)(?:\s+number|号码)?\s*[:：是为]?\s*"
    r"(?P<name>qsecret\d+q)",
    re.IGNORECASE,
)
"""A number given by the name of a secret; see ``read_goal``."""
_WHERE_TO = re.compile(r"\b(?:to|on|onto|into)\s+(?:the|my)\s+\w+", re.IGNORECASE)
"""What somebody is added to: no part of the name."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_POLITE = re.compile(
    r"^\s*(?:please|can you|could you|i want to|i would like to|i'd like to|help me|请|帮我|麻烦|"
    r"我要|我想)+[\s,，]*|"
    r"[\s,，]*(?:please|thanks|thank you|谢谢|吧)[\s.!。！]*$",
    re.IGNORECASE,
)


def polite_free(goal: str) -> str:
    """``goal`` without "please" and the like, and without a full stop at the end."""
    text = goal.strip()
    for _ in range(3):
        text = _POLITE.sub("", text).strip()
    return _EDGES.sub("", text).rstrip(".。!！")


def quoted(text: str) -> str:
    """The first text in quotation marks, empty if there is none."""
    match = _QUOTED.search(text)
    return (match[1] or match[2]).strip() if match else ""


def _first(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    for pattern in patterns:
        match = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
        if match is not None:
            return match
    return None


def _clean(text: str) -> str:
    return text.strip(" \t\n,，:：.。;；\"'“”‘’「」『』")


def _name_of(text: str) -> str:
    """A name given with "called", "named", "titled" and the like; empty if there is none."""
    zh_end = r"(?=的(?:文件夹|目录|笔记|便签|闹钟|联系人)|[，,。；;]|$)"
    ends = r"(?P<name>.+?)(?=$|[,;]|\s(?:with|and|at|on|for|saying|that|in|whose|containing)\b)"
    match = _first(
        (
            rf"\b(?:called|named|titled|labell?ed|with (?:the )?(?:name|title|label))\s+{ends}",
            rf"(?:名为|叫做|叫|名称为|标题为|标题是|标签为|名字是)(?P<name>[^，,。；;]+?){zh_end}",
        ),
        text,
    )
    return _clean(match["name"]) if match else ""


def read_toggle(goal: str, _now: datetime) -> Intent | None:
    """Turn something on or off."""
    what = r"(?:the\s+|my\s+)?(?P<what>.+?)(?:\s+(?:mode\s+)?switch)?"
    dark = r"(?:dark|night)\s+(?:theme|mode)"
    match = _first(
        (
            rf"^(?:turn|switch|put)\s+(?P<state>on|off)\s+{what}$",
            rf"^(?:turn|switch|put)\s+{what}\s+(?P<state>on|off)$",
            rf"^(?P<state>enable|disable|activate|deactivate)\s+{what}$",
            rf"^(?:use|switch to|go to|change to)\s+(?:the\s+)?(?P<what>{dark})$",
            rf"^(?P<what>{dark}|airplane mode)(?:\s+(?P<state>on|off))?$",
            r"^(?:把|将)(?P<what>.+?)(?P<state>打开|开启|启用|关闭|关掉|关上|停用)$",
            r"^(?P<state>打开|开启|启用|切换到|使用|开|关闭|关掉|停用|禁用|关)(?P<what>.+)$",
        ),
        goal,
    )
    if match is None:
        return None
    what_text = _clean(match["what"])
    ways = lexicon().ways_to_say(what_text)
    if match.groupdict().get("state") == "打开" and len(ways) == 1 and "模式" not in what_text:
        return None  # 打开 also opens apps; only what is known to be a switch is switched
    state = (match.groupdict().get("state") or "on").casefold()
    off = state in {"off", "disable", "deactivate", "关闭", "关掉", "关上", "停用", "禁用", "关"}
    return make_intent("toggle", [Want(slot="switch", kind="toggle", labels=ways, on=not off)])


def read_setting(goal: str, _now: datetime) -> Intent | None:
    """Set something to a value: "set the font size to large"."""
    match = _first(
        (
            r"^(?:set|change|switch|make)\s+(?:the\s+|my\s+)?(?P<what>.+?)\s+to\s+(?:the\s+)?(?P<value>.+)$",
            r"^(?:把|将)?(?P<what>.+?)(?:设置|设定|设|改|调|切换|换)(?:为|成|到)(?P<value>.+)$",
        ),
        goal,
    )
    if match is None:
        return None
    words = lexicon()
    want = Want(
        slot="option",
        kind="option",
        labels=words.ways_to_say(_clean(match["what"])),
        values=words.ways_to_say(_clean(match["value"])),
    )
    return make_intent("setting", [want])


def read_contact(goal: str, _now: datetime) -> Intent | None:
    """Add a person with a number."""
    if not re.search(r"\bcontacts?\b|联系人|通讯录|存.*(?:号码|电话)", goal, re.IGNORECASE):
        return None
    if not re.search(
        r"\b(?:add|create|save|new|make|store|put)\b|新建|添加|创建|加|存|保存", goal, re.IGNORECASE
    ):
        return None
    rest = goal
    email = _EMAIL.search(rest)
    if email:
        rest = rest.replace(email[0], " ")
    phone = max(_PHONE.findall(rest), key=lambda found: len(digits(found)), default="")
    if (hidden := _SECRET_PHONE.search(rest)) is not None:
        phone = hidden["name"]
    rest = rest.replace(phone, " ") if phone else rest
    name = quoted(rest) or _name_of(rest) or _bare_name(_WHERE_TO.sub(" ", rest))
    if not name:
        return None
    wants = _name_wants(name)
    if phone:
        wants.append(Want(slot="phone", kind="text", values=(phone.strip(),)))
    if email:
        wants.append(Want(slot="email", kind="text", values=(email[0],)))
    return make_intent("contact", wants, rest=without(rest, name.split()))


def _name_wants(name: str) -> list[Want]:
    first, _, last = name.rpartition(" ")
    if is_cjk(name) or not first:
        return [Want(slot="first_name", kind="text", values=(name,))]
    return [
        Want(slot="first_name", kind="text", values=(first,)),
        Want(slot="last_name", kind="text", values=(last,)),
    ]


def _bare_name(text: str) -> str:
    english = (
        r"\b(?:add|create|save|new|make|a|an|the|contacts?|with|phone|mobile|cell|number|to|my|for|and|please|as|"
        r"is|his|her|their|whose|in|e-?mail|address|of|list|store|put)\b|'s\b"
    )
    chinese = (
        r"新建|添加|创建|保存|一个|联系人|通讯录|手机号码|手机号|电话号码|电话|号码|手机|邮箱|"
        r"加入|加到|加|存|到|是|为|的|，|,|、|：|:"
    )
    rest = re.sub(chinese, " ", re.sub(english, " ", text, flags=re.IGNORECASE))
    return _clean(re.sub(r"\s+", " ", rest))


def read_alarm(goal: str, now: datetime) -> Intent | None:
    """Set an alarm at a time, on certain days."""
    if not re.search(r"\balarm\b|\bwake me\b|闹钟|叫醒|叫我起床", goal, re.IGNORECASE):
        return None
    found = find_time(goal)
    if found is None:
        return None
    clock = found.clock
    wants = [Want(slot="time", kind="time", clock=clock, values=(clock.strftime("%H:%M"),))]
    days = read_weekdays(goal)
    if days:
        wants.append(Want(slot="days", kind="days", days=days))
    name = _name_of(goal) or quoted(goal)
    if name:
        wants.append(Want(slot="label", kind="text", values=(name,)))
    rest = goal[: found.start] + " " + goal[found.end :]
    rest = without(without_weekdays(rest), (name,))
    return make_intent("alarm", wants, rest=_without_its_day(rest, clock, now))


def _without_its_day(text: str, clock: time, now: datetime) -> str:
    """An alarm rings at its next time; "tomorrow" says no more than that if it is tomorrow."""
    later = now.time() < clock
    rings = now.date() if later else now.date() + timedelta(days=1)
    for found in reversed(read_dates(text, now.date())):
        if found.day == rings:
            text = text[: found.start] + " " + text[found.end :]
    return text


def read_note(goal: str, _now: datetime) -> Intent | None:
    """Write a note, with a title or without."""
    if not re.search(r"\b(?:note|memo)\b|笔记|便签|备忘录|记一下|记下", goal, re.IGNORECASE):
        return None
    title = _name_of(goal)
    rest = goal.replace(title, " ", 1) if title else goal
    match = _first(
        (
            r"\b(?:saying|that says|which says|says|reading|containing)[\s:]+(?P<text>.+)$",
            r"\b(?:with|and) (?:the )?(?:text|content|body|words)[\s:]+(?P<text>.+)$",
            r"(?:内容是|内容为|内容：|内容:|写着|写上|写)[:：]?(?P<text>.+)$",
            r"(?:note|memo|笔记|便签|备忘录|记一下|记下)\s*[:：,，]\s*(?P<text>.+)$",
            r"\b(?:note|memo)\s+(?:to|about|that)\s+(?P<text>.+)$",
            r"(?:记一下|记下)(?P<text>.+)$",
        ),
        rest,
    )
    text = quoted(rest) or (_clean(match["text"]) if match else "")
    if not text and not title:
        return None
    wants = [Want(slot="title", kind="text", values=(title,))] if title else []
    if text:
        wants.append(Want(slot="body", kind="text", values=(text,)))
    return make_intent("note", wants, rest=without(goal, (title, text)))


def read_message(goal: str, _now: datetime) -> Intent | None:
    """Send a text message to a person."""
    saying = r"saying|that says|that|with the text|and say|to say"
    says = rf"(?:\s*[:：,，]\s*|\s+(?:{saying})\s*[:：]?\s*|\s+(?=[\"“'‘「]))"
    sms = r"(?:an?\s+)?(?:text\s+message|message|text|sms)"
    verb = r"\b(?:send|write)"
    zh_sms, zh_says = (
        r"(?:一?[条个封]?)(?:短信|信息|消息|简讯)",
        r"(?:[，,：:\s]|说|内容是|内容为|写)*",
    )
    match = _first(
        (
            rf"{verb}\s+{sms}\s+to\s+(?P<who>.+?){says}(?P<text>.+)$",
            rf"{verb}\s+(?P<text>[\"“'‘「].+[\"”'’」])\s+to\s+(?P<who>.+)$",
            rf"{verb}\s+(?P<who>.+?)\s+{sms}{says}(?P<text>.+)$",
            rf"^(?:text|message|tell)\s+(?P<who>.+?){says}(?P<text>.+)$",
            rf"给(?P<who>.+?)发(?:送)?(?:{zh_sms})?{zh_says}(?P<text>.+)$",
            rf"发(?:送)?{zh_sms}给(?P<who>[^，,：:说]+){zh_says}(?P<text>.+)$",
            r"告诉(?P<who>[^，,：:]+?)[，,：:](?P<text>.+)$",
        ),
        goal,
    )
    if match is None:
        return None
    who, text = _clean(match["who"]), quoted(match["text"]) or _clean(match["text"])
    wants = [
        Want(slot="recipient", kind="item", values=(who,)),
        Want(slot="message", kind="text", values=(text,)),
    ]
    return make_intent("message", wants, rest=without(goal, (text, who)))


def read_cart(goal: str, _now: datetime) -> Intent | None:
    """Put some of a product into the cart."""
    many = rf"(?:(?P<many>{ENGLISH_NUMBER})\s+(?:pieces? of\s+|units? of\s+|of\s+(?:the\s+)?)?)?"
    into = r"(?:in|into|to|inside)\s+(?:the|my)?\s*(?:shopping\s+)?(?:cart|basket|bag)"
    many_zh = rf"(?:(?P<many>{CHINESE_NUMBER})\s*[个件只双本台条包瓶份盒袋副支])?"
    match = _first(
        (
            rf"\b(?:put|add|place)\s+{many}(?:the\s+)?(?P<what>.+?)\s+{into}\b",
            rf"(?:把|将){many_zh}(?P<what>.+?)(?:放入|加入|放进|加到|添加到|放到)购物车",
            rf"(?:放入|加入|放进|加到|添加到|往|在)?购物车(?:里|中)?(?:放入|加入|放|加|添加){many_zh}(?P<what>.+)$",
            rf"(?:加|放|添加){many_zh}(?P<what>.+?)(?:到|进|入)购物车",
        ),
        goal,
    )
    if match is None:
        return None
    amount = number(match["many"]) if match["many"] else 1
    wants = [
        *_product_wants(_clean(match["what"])),
        Want(slot="quantity", kind="count", amount=amount or 1),
    ]
    said = without(goal, (match["what"], match["many"] or ""))
    return make_intent("cart", wants, rest=said)


def read_city(goal: str, _now: datetime) -> Intent | None:
    """Add a city to the world clock."""
    match = _first(
        (
            r"^(?:add|put)\s+(?:the\s+city\s+(?:of\s+)?)?(?P<city>.+?)\s+(?:to|in|on|into)\s+.*\bworld\s+clocks?$",
            r"^(?:把|将)?(?P<city>.+?)(?:添加到|加入|加到)世界时钟(?:里|中)?$",
        ),
        goal,
    )
    if match is None:
        return None
    city = _clean(match["city"])
    want = Want(slot="city", kind="item", values=(city,))
    return make_intent("city", [want], rest=without(goal, (city,)))


def read_order(goal: str, _now: datetime) -> Intent | None:
    """Order some of a product, which is paid as the goal says."""
    shop = r"\s+(?:in|from|at)\s+(?:the|a|my)\s+(?:online\s+)?(?:shop|store)"
    pay = r"(?:\s*,?\s*(?:and\s+)?pay(?:ing)?(?:\s+(?:by|with|in|for it))*\s+(?P<pay>[^,;]+))?"
    shop_zh, pay_zh = (
        r"(?:在)?(?:商店|商城)(?:里|中)?",
        r"(?:[，,]?(?:用|以)?(?P<pay>[^，,]+?)(?:付款|支付))?",
    )
    match = _first(
        (
            rf"^(?:order|buy|purchase)\s+(?:(?P<many>{ENGLISH_NUMBER})\s+)?(?:of\s+)?(?:the\s+)?(?P<what>.+?){shop}{pay}$",
            rf"^{shop_zh}(?:订购|购买|买|下单)(?P<many>{CHINESE_NUMBER})?[个件只台包瓶份盒]?(?P<what>.+?){pay_zh}$",
        ),
        goal,
    )
    if match is None:
        return None
    wants = [*_product_wants(_clean(match["what"]))]
    amount = number(match["many"]) if match["many"] else 1
    wants.append(Want(slot="quantity", kind="count", amount=amount or 1))
    if match["pay"]:
        ways = lexicon().ways_to_say(_clean(match["pay"]))
        wants.append(Want(slot="payment", kind="choice", values=ways))
    return make_intent("order", wants)


def _product_wants(what: str) -> list[Want]:
    """A product; its first word may be a variant of it that is chosen on its page: a blue mug."""
    first, _, rest = what.partition(" ")
    if not rest or is_cjk(what):
        return [Want(slot="product", kind="item", values=(what,))]
    return [
        Want(slot="product", kind="item", values=(what, rest)),
        Want(slot="variant", kind="choice", values=(first,)),
    ]


def read_folder(goal: str, _now: datetime) -> Intent | None:
    """Make a folder."""
    if not re.search(r"\b(?:folder|directory)\b|文件夹|目录", goal, re.IGNORECASE):
        return None
    match = _first((r"\bfolder\s+(?P<name>\S.*)$", r"(?:文件夹|目录)[:：]?(?P<name>.+)$"), goal)
    name = quoted(goal) or _name_of(goal) or (_clean(match["name"]) if match else "")
    if not name or not re.search(r"\b(?:create|make|add|new)\b|新建|创建|建", goal, re.IGNORECASE):
        return None
    want = Want(slot="folder", kind="text", values=(name,))
    return make_intent("folder", [want], rest=without(goal, (name,)))


def read_open(goal: str, _now: datetime) -> Intent | None:
    """Open an app and do nothing else."""
    match = _first(
        (
            r"^(?:open|launch|start|go to|show)\s+(?:the\s+)?(?P<app>.+?)(?:\s+app(?:lication)?)?$",
            r"^(?:打开|启动|进入)(?P<app>.+?)(?:应用|软件|app)?$",
        ),
        goal,
    )
    return make_intent("open", [], app=(_clean(match["app"]),)) if match else None
