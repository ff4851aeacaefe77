"""Reading goals of everyday errands: contacts, alarms, cities, carts, orders, folders."""

import re
from datetime import datetime, time, timedelta

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import unread, without
from agent.policies.rules.lexicon import errands, lexicon
from agent.policies.rules.numbers import CHINESE_NUMBER, ENGLISH_NUMBER, number
from agent.policies.rules.read_parts import bare, first_of, name_of, quoted
from agent.policies.rules.text import digits, is_cjk
from agent.policies.rules.when import (
    FoundTime,
    find_time,
    read_dates,
    read_weekdays,
    without_weekdays,
)

_PHONE = re.compile(r"[+(]{0,2}\d[\d\s().-]{2,}\d")
_SECRET_PHONE = re.compile(
    r"(?:\b(?:phone|mobile|cell|number)|电话|手机|号码|手机号)(?:\s+number|号码)?\s*[:：是为]?\s*"
    r"(?P<name>qsecret\d+q)",
    re.IGNORECASE,
)
"""A number given by the name of a secret; see ``read_goal``."""
_WHERE_TO = re.compile(r"\b(?:to|on|onto|into)\s+(?:the|my)\s+\w+", re.IGNORECASE)
"""What somebody is added to: no part of the name."""
_NO_NAME = re.compile(
    r"\b(?:from|at|on)\s+(?!sale\b)\S.*|\b(?:cheap|cheapest|best|newest|latest|largest|biggest|smallest|most|"
    r"expensive|same|another|usual|last)\b|最\S{1,2}|便宜|\band\s.*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def read_contact(goal: str, _now: datetime) -> Intent | None:
    """Add a person with a number."""
    asks = r"\bcontacts?\b|['’]s\s+(?:\w+\s+)?number\b|联系人|通讯录|存.*(?:号码|电话)"
    if not re.search(asks, goal, re.IGNORECASE):
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
    name = quoted(rest) or name_of(rest) or _bare_name(_WHERE_TO.sub(" ", rest))
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
    return bare(re.sub(r"\s+", " ", rest))


def read_alarm(goal: str, now: datetime) -> Intent | None:
    """Set an alarm at a time, on certain days."""
    asks = r"\balarm\b|\bwake (?:me|us)\b|^get up\b|闹钟|叫醒|叫我起床|叫我$"
    if not re.search(asks, goal, re.IGNORECASE):
        return None
    found = find_time(goal) or _bare_hour(goal)
    if found is None:
        return None
    clock = found.clock
    wants = [Want(slot="time", kind="time", clock=clock, values=(clock.strftime("%H:%M"),))]
    days = read_weekdays(goal)
    if days:
        wants.append(Want(slot="days", kind="days", days=days))
    name = name_of(goal) or quoted(goal)
    if name:
        wants.append(Want(slot="label", kind="text", values=(name,)))
    rest = goal[: found.start] + " " + goal[found.end :]
    rest = without(without_weekdays(rest), (name,))
    return make_intent("alarm", wants, rest=_without_its_day(rest, clock, now))


def read_alarm_switch(goal: str, _now: datetime) -> Intent | None:
    """Turn an alarm on or off that is there; it goes by its time: "turn on my 8:30 alarm"."""
    match = first_of(
        (
            r"^(?:turn|switch)\s+(?P<state>on|off)\s+(?P<what>.*\balarms?\b.*)$",
            r"^(?P<state>enable|disable|activate|deactivate)\s+(?P<what>.*\balarms?\b.*)$",
            r"^(?P<state>打开|开启|启用|关闭|关掉|停用)(?P<what>.*闹钟)$",
        ),
        goal,
    )
    if match is None:
        return None
    found = find_time(match["what"]) or _bare_hour(match["what"])
    if found is None:  # which one is it?
        return make_intent("alarm", []).model_copy(update={"unread": (match["what"],)})
    clock, half = found.clock, "PM" if found.clock.hour >= 12 else "AM"
    times = (f"{clock:%H:%M}", f"{clock.hour % 12 or 12}:{clock.minute:02d} {half}")
    labels = tuple(way for when in times for way in (f"alarm at {when}", f"{when}的闹钟"))
    on = match["state"].casefold() not in {"off", "disable", "deactivate", "关闭", "关掉", "停用"}
    want = Want(slot="switch", kind="toggle", labels=labels, on=on)
    rest = match["what"][: found.start] + " " + match["what"][found.end :]
    intent = make_intent("toggle", [want], app=errands()["alarm"].app)
    return intent.model_copy(update={"unread": unread("alarm", rest)})


def _bare_hour(goal: str) -> FoundTime | None:
    """An hour that only stands where a time does: an alarm "for 7", "at seven"."""
    match = re.search(
        rf"\b(?:at|for|alarm)\s+(?P<hour>{ENGLISH_NUMBER})(?=$|[,;.]|\s+(?:on|every|tomorrow|called|named)\b)",
        goal,
        re.IGNORECASE,
    )
    hour = number(match["hour"]) if match is not None else None
    if match is None or hour is None or hour >= 24:
        return None
    return FoundTime(time(hour, 0), match.start("hour"), match.end("hour"))


def _without_its_day(text: str, clock: time, now: datetime) -> str:
    """An alarm rings at its next time; "tomorrow" says no more than that if it is tomorrow."""
    later = now.time() < clock
    rings = now.date() if later else now.date() + timedelta(days=1)
    for found in reversed(read_dates(text, now.date())):
        if found.day == rings:
            text = text[: found.start] + " " + text[found.end :]
    return text


def read_cart(goal: str, _now: datetime) -> Intent | None:
    """Put some of a product into the cart."""
    many = rf"(?:(?P<many>{ENGLISH_NUMBER})\s+(?:pieces? of\s+|units? of\s+|of\s+(?:the\s+)?)?)?"
    into = r"(?:in|into|to|inside)\s+(?:the|my)?\s*(?:shopping\s+)?(?:cart|basket|bag)"
    many_zh = rf"(?:(?P<many>{CHINESE_NUMBER})\s*[个件只双本台条包瓶份盒袋副支])?"
    match = first_of(
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
        *_product_wants(bare(match["what"])),
        Want(slot="quantity", kind="count", amount=amount or 1),
    ]
    said = without(goal, (match["what"], match["many"] or ""))
    return make_intent("cart", wants, rest=f"{said} {_more_than_a_name(match['what'])}")


def read_city(goal: str, _now: datetime) -> Intent | None:
    """Add a city to the world clock."""
    match = first_of(
        (
            r"^(?:add|put)\s+(?:the\s+city\s+(?:of\s+)?)?(?P<city>.+?)\s+(?:to|in|on|into)\s+.*\bworld\s+clocks?$",
            r"^(?:把|将)?(?P<city>.+?)(?:添加到|加入|加到)世界时钟(?:里|中)?$",
        ),
        goal,
    )
    if match is None:
        return None
    city = bare(match["city"])
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
    match = first_of(
        (
            rf"^(?:order|buy|purchase)\s+(?:me\s+|us\s+)?(?:(?P<many>{ENGLISH_NUMBER})\s+)?(?:of\s+)?(?:the\s+|some\s+)?(?P<what>.+?)(?:{shop})?{pay}$",
            rf"^{shop_zh}(?:订购|购买|买|下单)(?P<many>{CHINESE_NUMBER})?[个件只台包瓶份盒]?(?P<what>.+?){pay_zh}$",
        ),
        goal,
    )
    if match is None:
        return None
    wants = [*_product_wants(bare(match["what"]))]
    amount = number(match["many"]) if match["many"] else 1
    wants.append(Want(slot="quantity", kind="count", amount=amount or 1))
    if match["pay"]:
        ways = lexicon().ways_to_say(bare(match["pay"]))
        wants.append(Want(slot="payment", kind="choice", values=ways))
    more = " ".join(re.findall(r"^for\b.*", match["what"], re.IGNORECASE))
    return make_intent("order", wants, rest=f"{_more_than_a_name(match['what'])} {more}")


def _more_than_a_name(what: str) -> str:
    """What a product's name does not say: where it is from, which of several it is to be."""
    return " ".join(match[0] for match in _NO_NAME.finditer(what))


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
    match = first_of(
        (
            r"\bfolder\s+(?P<name>\S.*?)(?:\s+(?:in|inside|under)\s.*)?$",
            r"(?:文件夹|目录)[:：]?(?P<name>.+)$",
        ),
        goal,
    )
    name = quoted(goal) or name_of(goal) or (bare(match["name"]) if match else "")
    if not name or not re.search(r"\b(?:create|make|add|new)\b|新建|创建|建", goal, re.IGNORECASE):
        return None
    want = Want(slot="folder", kind="text", values=(name,))
    return make_intent("folder", [want], rest=without(goal, (name,)))
