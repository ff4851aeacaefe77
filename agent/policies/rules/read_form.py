"""Reading goals of forms in a browser: fields by their labels, or by what they are for."""

import re
from datetime import datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import asks_more
from agent.policies.rules.lexicon import errands

_BROWSER = (
    r"(?P<app>chromium|chrome|google\s+chrome|firefox|edge|microsoft\s+edge|brave|opera|safari|"
    r"web\s+browser|browser)"
)
_IN_BROWSER = re.compile(
    rf"[\s,]*\b(?:in|with|using|on)\s+(?:the\s+|my\s+)?{_BROWSER}\b[\s,]*", re.IGNORECASE
)
_IN_BROWSER_ZH = re.compile(
    r"(?:在|用)(?P<app>浏览器|谷歌浏览器|火狐浏览器|火狐|chromium|chrome|firefox)(?:里面|里|中|上)?[，,]?",
    re.IGNORECASE,
)
_Q = r"(?:\"[^\"]+\"|“[^”]+”|「[^」]+」|‘[^’]+’|(?<!\w)'.+?'(?!\w))"
_PAIRS = (
    re.compile(
        rf"(?:the\s+)?(?:field\s+)?(?P<label>{_Q})\s+(?:with|as|to|:|=)\s*(?P<value>{_Q})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<value>{_Q})\s+(?:into|in|as|for)\s+(?:the\s+)?(?:field\s+)?(?P<label>{_Q})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:把|将|在)?(?P<label>{_Q})(?:一栏|栏|里|中)?(?:填写?为|填成|填上|填入|填写|设为|输入|填)(?P<value>{_Q})"
    ),
)
_BOX = (
    re.compile(
        rf"\b(?P<off>un)?(?:tick|check)\s+(?:the\s+)?(?:box\s+)?(?P<label>{_Q})", re.IGNORECASE
    ),
    re.compile(rf"(?P<off>取消)?勾选(?P<label>{_Q})"),
)
_SEND = (
    re.compile(
        rf"\b(?:press|click|tap|submit\s+(?:it\s+)?(?:with|by))\s+(?:the\s+)?(?:button\s+)?(?P<label>{_Q})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:点击|按下?|点)(?P<label>{_Q})"),
)
_SUBMIT = re.compile(r"\b(?:submit|send)\b|提交|发送", re.IGNORECASE)
_ORDER = re.compile(
    r"(?:order|register|sign\s+up|apply|request)\s+for\s+(?P<person>.+?)"
    r"(?:\s+(?:in|at|from)\s+(?P<place>.+?))?"
    r"(?P<boxes>(?:\s*,?\s*(?:and\s+)?(?:with|without|no)\s+(?:a\s+|an\s+|the\s+)?[^,]+?)*)",
    re.IGNORECASE,
)
_ONE_BOX = re.compile(
    r"\b(?P<how>with|without|no)\s+(?:a\s+|an\s+|the\s+)?(?P<label>[^,]+?)(?=\s*,|\s+(?:and|with|without|no)\s|$)",
    re.IGNORECASE,
)
_ORDER_ZH = re.compile(
    r"(?:为|给|替)(?P<place>[^的，,]+)的(?P<person>[^，,]+?)(?:下单|订购|下订单|报名|注册)"
    r"(?P<boxes>(?:[，,]?(?:不要|不需要|需要|要|带)[^，,]+)*)"
)
_ONE_BOX_ZH = re.compile(r"(?P<how>不要|不需要|需要|要|带)(?P<label>[^，,]+)")
_OFF = frozenset({"without", "no", "不要", "不需要"})


def read_form(goal: str, _now: datetime) -> Intent | None:
    """Fill in a form in a browser, which must be named: forms of apps are other errands."""
    inside = _IN_BROWSER.search(goal) or _IN_BROWSER_ZH.search(goal)
    if inside is None:
        return None
    said = f"{goal[: inside.start()]} {goal[inside.end() :]}".strip(" ,，.。")
    app = inside["app"].strip()
    return _read_labelled(said, app) or _read_order(said, app)


def _read_labelled(said: str, app: str) -> Intent | None:
    """Labels and values in quotation marks, and perhaps a button to press at the end."""
    rest, wants = said, list[Want]()
    sending = next((found for form in _SEND if (found := form.search(rest))), None)
    if sending is not None:
        rest = rest.replace(sending[0], " ", 1)
    for form in _BOX:
        for found in list(form.finditer(rest)):
            label, on = found["label"][1:-1], not found["off"]
            wants.append(Want(slot=f"box {label}", kind="toggle", labels=(label,), on=on))
            rest = rest.replace(found[0], " ", 1)
    texts = list[Want]()
    for form in _PAIRS:
        for found in list(form.finditer(rest)):
            label, value = found["label"][1:-1], found["value"][1:-1]
            texts.append(Want(slot=f"field {label}", kind="text", labels=(label,), values=(value,)))
            rest = rest.replace(found[0], " ", 1)
    if not texts:
        return None
    submits = sending is not None or _SUBMIT.search(rest) is not None
    intent = make_intent("form" if submits else "fields", [*texts, *wants], app=(app,), rest=rest)
    if sending is None:
        return intent
    named = intent.errand.model_copy(update={"commit": (sending["label"][1:-1],)})
    return intent.model_copy(update={"errand": named})


def _read_order(said: str, app: str) -> Intent | None:
    """For whom, in which city, with and without which extras."""
    english = _ORDER.fullmatch(said)
    match = english or _ORDER_ZH.fullmatch(said)
    if match is None or any(asks_more(match[name] or "") for name in ("person", "place")):
        return None
    words = errands()["form"].openers
    wants = [_field("person", match["person"], words["person"])]
    if match["place"]:
        wants.append(_field("place", match["place"], words["place"]))
    left = match["boxes"]
    for box in (_ONE_BOX if english else _ONE_BOX_ZH).finditer(match["boxes"]):
        left = left.replace(box[0], " ", 1)
        label = box["label"].strip()
        on = box["how"].casefold() not in _OFF
        wants.append(Want(slot=f"box {label}", kind="toggle", labels=(label,), on=on))
    return make_intent("form", wants, app=(app,), rest=left)


def _field(slot: str, value: str, labels: tuple[str, ...]) -> Want:
    return Want(slot=slot, kind="text", labels=labels, values=(value.strip(),))
