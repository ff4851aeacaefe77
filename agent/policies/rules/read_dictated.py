"""Reading goals that dictate a text: notes and messages."""

import re
from datetime import datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import without
from agent.policies.rules.read_parts import bare, first_of, name_of, quoted

_NOBODY = r"(?!(?:me|us|you|it|them|the|an?|all|every\w*|this|that|messages?|to)\b)"
_PERSON = rf"{_NOBODY}.+?"
_SHORT = rf"{_NOBODY}(?!my\b)[^\W\d][\w'’.-]*(?:\s+(?!I\b)(?-i:[A-Z])[\w’.-]*[a-z](?=\s))?"
"""A first name, or two names: it may be no more where nothing stands between it and the text."""
_NO_NAME = re.compile(
    r"\b(?:and|at|on|in|when|if|tomorrow|tonight|after|before)\b.*|(?<=..)[和与跟]..+|所有.*|大家"
)
"""What is no part of a name: a second person, a time at which it is to be sent."""
_ZH_BEGINS = r"(?:我|他|她|你|咱|今|明|后天|下[周午个]|晚上|早上|别|记得|不|会议|快|已)"
"""How a text may begin right behind a name in Chinese."""


def read_note(goal: str, _now: datetime) -> Intent | None:
    """Write a note, with a title or without."""
    if not re.search(r"\b(?:note|memo)\b|笔记|便签|备忘录|记一下|记下", goal, re.IGNORECASE):
        return None
    title = name_of(goal)
    rest = goal.replace(title, " ", 1) if title else goal
    match = first_of(
        (
            r"\b(?:saying|that says|which says|says|reading|containing)[\s:]+(?P<text>.+)$",
            r"\b(?:with|and) (?:the )?(?:text|content|body|words)[\s:]+(?P<text>.+)$",
            r"(?:内容是|内容为|内容：|内容:|写着|写上|写)[:：]?(?P<text>.+)$",
            r"(?:note|memo|笔记|便签|备忘录|记一下|记下)\s*[:：,，]\s*(?P<text>.+)$",
            r"\b(?:note|memo)\s+(?:to|about|that)\s+(?P<text>.+)$",
            r"\b(?:called|named|titled)\s+with\s+(?P<text>.+)$",
            r"(?:记一下|记下)(?P<text>.+)$",
        ),
        rest,
    )
    text = quoted(rest) or (bare(match["text"]) if match else "")
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
    match = first_of(
        (
            rf"{verb}\s+{sms}\s+to\s+(?P<who>.+?){says}(?P<text>.+)$",
            rf"{verb}\s+(?P<text>[\"“'‘「].+[\"”'’」])\s+to\s+(?P<who>.+)$",
            rf"{verb}\s+(?P<who>.+?)\s+{sms}{says}(?P<text>.+)$",
            rf"^{sms}\s+to\s+(?P<who>.+?){says}(?P<text>.+)$",
            rf"^(?:text|message|tell|sms)\s+(?P<who>{_PERSON}){says}(?P<text>.+)$",
            rf"^(?:text|message|tell|sms)\s+(?:my\s+)?(?P<who>{_SHORT})\s+(?P<text>\S.*)$",
            rf"给(?P<who>.+?)发(?:送)?(?:{zh_sms})?{zh_says}(?P<text>.+)$",
            rf"发(?:送)?{zh_sms}给(?P<who>[^，,：:说]+){zh_says}(?P<text>.+)$",
            r"(?:告诉|转告|回复)(?P<who>[^，,：:]+?)[，,：:](?P<text>.+)$",
            rf"(?:告诉|转告)(?P<who>[^，,：:\s]+?)(?:说)?(?P<text>{_ZH_BEGINS}.+)$",
            r"^(?:跟|和|对)(?P<who>[^，,：:\s]+?)说[：:，,]?(?P<text>.+)$",
        ),
        goal,
    )
    if match is None:
        return None
    who, text = bare(match["who"]), quoted(match["text"]) or bare(match["text"])
    wants = [
        Want(slot="recipient", kind="item", values=(who,)),
        Want(slot="message", kind="text", values=(text,)),
    ]
    intent = make_intent("message", wants, rest=without(goal, (text, who)))
    more = _NO_NAME.search(who)
    return intent.model_copy(update={"unread": (more[0],)}) if more is not None else intent
