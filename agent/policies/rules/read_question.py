"""Reading questions that a screen can answer: a fact about the phone, a person, a price."""

import re
from datetime import datetime
from functools import cache
from typing import Annotated

from pydantic import Field

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import unread, without
from agent.policies.rules.lexicon import Words, lexicon, written
from agent.policies.rules.read_parts import bare, first_of
from agent.policies.rules.text import is_cjk
from tools.geometry import Frozen

_ASKS = re.compile(
    r"^(?:what|which|how|tell\s+me|show|check|see|find\s+out|look\s+up|give\s+me|read|say|查|看|告诉我)|"
    r"\?$|多少|什么|几|哪|怎么样|查看|是啥|吗$|[?？]$",
    re.IGNORECASE,
)
_WHO = r"(?P<who>(?!my\b|the\b|this\b|your\b|it\b|phone\b)[^'’?？]+?)"
_FACT_OF = (
    r"(?P<fact>(?:phone|mobile|cell|telephone|contact)?\s*number|phone|e-?mail(?:\s+address)?)"
)
_FACT_ZH = r"(?P<fact>电话号码|手机号码|手机号|电话|号码|邮箱|电子邮箱|电子邮件)"
_ASK = (
    r"(?:(?:what|which)(?:'s|’s|\s+is)|tell\s+me|show(?:\s+me)?|look\s+up|find(?:\s+me)?|"
    r"give\s+me|get(?:\s+me)?)"
)
_PERSON = (
    rf"^{_ASK}\s+{_WHO}(?:'s|’s)\s+{_FACT_OF}$",
    rf"^{_ASK}\s+(?:the\s+)?{_FACT_OF}\s+(?:of|for)\s+(?P<who>.+)$",
    rf"^(?:does|do\s+i\s+have)\s+{_WHO}(?:'s|’s)?\s+(?:have\s+)?(?:an?\s+)?{_FACT_OF}$",
    rf"^(?:查(?:一下|找|看)?|告诉我)?(?P<who>.+?)的{_FACT_ZH}(?:是多少|是什么|多少|是啥|有吗)?$",
)
_PRICE = (
    r"^how\s+much\s+(?:is|are|does|do|for)\s+(?:the\s+|an?\s+)?(?P<what>.+?)(?:\s+cost)?(?:\s+in\s+the\s+shop)?$",
    r"^(?:what(?:'s|’s|\s+is)\s+|tell\s+me\s+|check\s+)?(?:the\s+)?price\s+(?:of|for)\s+(?:the\s+|an?\s+)?(?P<what>.+)$",
    r"^what\s+(?:does|do)\s+(?:the\s+|an?\s+)?(?P<what>.+?)\s+cost$",
    r"^(?:商店里)?(?:一[个只件双台本包瓶盒])?(?P<what>.+?)(?:的价格是|卖|要)?(?:多少钱|的价格是多少|什么价)$",
)
_STATE = (
    r"^(?:is|are)\s+(?:the\s+|my\s+)?(?P<what>.+?)\s+(?:(?:turned|switched|currently)\s+)*(?:on|off|enabled|disabled|active)$",
    r"^(?:check|tell\s+me|see)\s+(?:if|whether)\s+(?:the\s+|my\s+)?(?P<what>.+?)\s+is\s+(?:on|off|enabled|disabled)$",
    r"^(?P<what>.+?)(?:是)?(?:开着|打开了?|开了|关着|关闭了?|关了)(?:的)?(?:吗|没有|没|么)$",
)


_LAST = (
    r"^(?:what\s+did|did)\s+(?P<who>.+?)\s+(?:last\s+)?(?:write|say|text|send|message)(?:\s+me)?(?:\s+last|\s+to\s+me)?$",
    (
        r"^(?:what(?:'s|’s|\s+is|\s+was|\s+does)|show(?:\s+me)?|read(?:\s+me)?|tell\s+me|check)\s+"
        r"(?:the\s+|my\s+)?(?:last|latest|newest|most\s+recent)\s+(?:text\s+)?(?:message|text|sms)"
        r"(?:\s+(?:from|with|by)\s+(?P<who>.+?))?(?:\s+say)?$"
    ),
    r"^(?P<who>.+?)(?:最后|最近)(?:一条)?(?:给我)?(?:说|发|写)了?(?:什么|啥)$",
    r"^(?:读|念|看|查看)?(?:一下)?(?:最新|最近|最后)(?:一条)?的?(?:一条)?(?:短信|消息|信息)(?:是什么)?$",
)


class _Fact(Frozen):
    """Something that the settings tell: how it is asked for, and what its row is called."""

    asked: Annotated[Words, Field(min_length=1)]
    rows: Annotated[Words, Field(min_length=1)]


@cache
def _facts() -> tuple[_Fact, ...]:
    return tuple(_Fact.model_validate(row) for row in written("facts.yaml"))


def read_question(goal: str, _now: datetime) -> Intent | None:
    """A question that one place of one app answers."""
    text = goal.rstrip("?？ ")
    person = first_of(_PERSON, text)
    if person is not None:
        fact = person["fact"].casefold()
        slot = "email" if "mail" in fact or "邮" in fact else "phone"
        who = bare(person["who"])
        return make_intent("ask_person", [_item("person", who), _wanted(slot)])
    state = first_of(_STATE, text)
    if state is not None:
        ways = lexicon().switch_called(bare(state["what"]))[0]
        return make_intent("ask_state", [Want(slot="state", kind="said", labels=ways, values=ways)])
    return _last_message(text) or _about_phone(text, goal) or _price(text)


def _last_message(text: str) -> Intent | None:
    match = first_of(_LAST, text)
    if match is None:
        return None
    who = bare(match.groupdict().get("who") or "")
    want = Want(slot="sender" if who else "message", kind="said", values=(who or "message",))
    return make_intent("ask_message", [want])


def _about_phone(text: str, goal: str) -> Intent | None:
    """What the settings tell of the phone, named by one of its words and little else."""
    if _ASKS.search(goal) is None:
        return None
    low = text.casefold()
    for fact in _facts():
        said = [word for word in fact.asked if _names(low, word)]
        if said and not unread("question", without(low, (max(said, key=len),))):
            want = Want(slot="fact", kind="said", labels=fact.rows, values=fact.rows)
            return make_intent("ask_fact", [want])
    return None


def _price(text: str) -> Intent | None:
    match = first_of(_PRICE, text)
    if match is None:
        return None
    return make_intent("ask_price", [_item("product", bare(match["what"])), _wanted("price")])


def _names(text: str, word: str) -> bool:
    return word in text if is_cjk(word) else re.search(rf"\b{re.escape(word)}\b", text) is not None


def _item(slot: str, name: str) -> Want:
    return Want(slot=slot, kind="item", values=(name,))


def _wanted(slot: str) -> Want:
    return Want(slot=slot, kind="said", values=(slot,))
