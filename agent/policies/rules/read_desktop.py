"""Reading goals of a desktop: closing, replacing a text, folders and their names, sums."""

import re
from datetime import datetime

from agent.policies.rules.arithmetic import value_of
from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import asks_more
from agent.policies.rules.lexicon import errands
from agent.policies.rules.text import normal

_QUOTED = r"(?:\"[^\"]+\"|“[^”]+”|「[^」]+」|『[^』]+』|‘[^’]+’|(?<!\w)'.+?'(?!\w))"
_NAMED = frozenset({"app", "old", "new", "name"})
_MARKS = "\"'“”‘’「」『』"
_THE = r"(?:the\s+|my\s+|this\s+)?"
_CHANGES = (
    r"(?:(?:the|my|all|any|your|all\s+the)\s+)?(?:unsaved\s+)?"
    r"(?:changes|edits|work|file|text|document|it|them)"
)
_SAVING = (
    rf"(?:and\s+|while\s+|after\s+|but\s+|first\s+)*(?:sav(?:e|ing)|keep(?:ing)?)\s+"
    rf"{_CHANGES}(?:\s+first)?"
)
_LOSING = (
    rf"(?:and\s+|but\s+)*(?:without\s+(?:saving|keeping)(?:\s+{_CHANGES})?|"
    rf"(?:discard|drop|lose|throw\s+away)(?:ing)?\s+{_CHANGES}|(?:do\s+not|don't)\s+save(?:\s+{_CHANGES})?)"
)
_NOT_LOSING = rf"without\s+(?:losing|discarding)\s+{_CHANGES}"
_SAVING_ZH = r"(?:并且?|然后|同时)?(?:保存|保留)(?:所有)?(?:的)?(?:更改|修改|改动|文件|内容)?"
_LOSING_ZH = (
    r"(?:并且?|但)?(?:不要?保存|别保存|不保留|放弃|丢弃)(?:所有)?(?:的)?(?:更改|修改|改动|内容)?"
)
_CLOSE = (
    (
        rf"(?:close|quit|exit)\s+{_THE}(?P<app>[^,;，；]+?)"
        rf"(?:[\s,;]+(?:(?P<save>{_SAVING}|{_NOT_LOSING})|(?P<lose>{_LOSING})))?"
    ),
    rf"(?P<save>save)\s+{_CHANGES}\s*,?\s*(?:and|then|and\s+then)\s+(?:close|quit|exit)\s+{_THE}(?P<app>[^,;]+)",
    (
        r"(?:关闭|关掉|退出)(?P<app>[^，,；;]+?)(?:程序|窗口|应用)?[，,；;]?"
        rf"(?:(?P<save>{_SAVING_ZH})|(?P<lose>{_LOSING_ZH}))"
    ),
    r"(?:关闭|关掉|退出)(?P<app>[^，,；;]*?(?:编辑器|记事本|计算器|浏览器|文件管理器|程序|窗口))",
)
_NEGATED = re.compile(r"\b(?:not|never|no|don't|cannot)\b|[不别无勿没未]", re.IGNORECASE)
_SAVE_IT = (
    r"(?P<save>(?:\s*,?\s*(?:and|then|and\s+then)\s+save"
    r"(?:\s+(?:it|the\s+file|the\s+changes|the\s+text))?))?"
)
_SAVE_IT_ZH = r"(?P<save>[，,]?(?:并且?|然后|再)?保存(?:文件|更改|修改|它)?)?"
_REPLACE = (
    (
        rf"(?:replace|change)\s+(?:all\s+|every\s+|each\s+)?(?P<old>{_QUOTED})\s+(?:with|by|to)\s+(?P<new>{_QUOTED})"
        rf"(?:\s+everywhere)?\s+in\s+{_THE}(?P<app>[^,;]+?){_SAVE_IT}"
    ),
    (
        rf"(?:在|用)(?P<app>.+?)(?:里面|里|中)?(?:把|将)(?:所有的?)?(?P<old>{_QUOTED})(?:全部|都)?"
        rf"(?:替换|改|换)(?:为|成)(?P<new>{_QUOTED}){_SAVE_IT_ZH}"
    ),
)
_KIND = r"(?:folder|directory|file)"
_IN = rf"(?:\s+(?:in|with|using)\s+{_THE}(?P<app>[\w ]+?))?"
_NAME = rf"(?:{_QUOTED}|\S+(?:\s+\S+)*?)"
_RENAME = (
    rf"rename\s+{_THE}{_KIND}\s+(?:(?:named|called)\s+)?(?P<old>{_NAME})\s+(?:to|as|into)\s+(?P<new>{_NAME}){_IN}",
    r"(?:(?:在|用)(?P<app>.+?)(?:里面|里|中)?)?(?:把|将)(?:文件夹|目录|文件)(?P<old>.+?)(?:重命名|改名)(?:为|成)(?P<new>.+)",
)
_OTHERWISE = re.compile(
    r"\s*[,;，；。.]\s*(?:and\s+)?(?:(?:if\s+(?:there\s+is\s+(?:already\s+)?one|it|that|one|the\s+(?:folder|name)|"
    r"that\s+name)\s*(?:already)?\s*(?:exists|is\s+(?:there|taken|in\s+use))?"
    r"\s*(?:already)?)\s*,?\s*(?:then\s+)?"
    r"(?:name|call)\s+(?:it|the\s+new\s+one|the\s+(?:new\s+)?folder)\s+(?:instead\s+)?|"
    r"(?:如果|若)(?:文件夹|它|该名称|名称)?(?:已经?)?(?:存在|有了?|被占用)(?:了|同名文件夹)?[,，]?(?:就|则)?(?:把新的)?"
    rf"(?:命名为|改名为|叫做?|取名))(?P<other>{_QUOTED}|[^,，;；]+)$",
    re.IGNORECASE,
)
_FOLDER = (
    rf"(?:create|make|add)\s+(?:a\s+|the\s+)?(?:new\s+)?(?:folder|directory)\s+(?:(?:named|called)\s+)?(?P<name>{_QUOTED}){_IN}",
    rf"(?:create|make|add)\s+(?:a\s+|the\s+)?(?:new\s+)?(?:folder|directory)\s+(?:named|called)\s+(?P<name>.+?){_IN}",
    rf"(?:(?:在|用)(?P<app>.+?)(?:里面|里|中)?)?(?:新建|创建|建)(?:一个)?(?:名为|叫做?)?(?P<name>{_QUOTED})的?(?:文件夹|目录)",
    rf"(?:(?:在|用)(?P<app>.+?)(?:里面|里|中)?)?(?:新建|创建|建)(?:一个)?(?:文件夹|目录)(?:名为|叫做?)?(?P<name>{_QUOTED})",
)
_SUM = (
    (
        r"(?:calculate|compute|work\s+out|what\s+is)\s+(?P<sum>.+?)"
        r"(?:\s+(?:with|in|using|on)\s+(?:the\s+|my\s+|a\s+)?(?P<app>[\w ]+))?"
    ),
    r"(?:(?:用|在)(?P<app>.+?)(?:里面|里|中)?)?(?:计算|算出|算一下|算)(?P<sum>[\d(].*)",
)


def read_close(goal: str, _now: datetime) -> Intent | None:
    """Close a program, with its changes kept, lost, or neither said."""
    match = _whole(_CLOSE, goal)
    if match is None:
        return None
    wish = "save" if match["save"] else "lose" if match.groupdict().get("lose") else ""
    app = match["app"].strip()
    if _NEGATED.search(app):
        return None  # "without need to save" is no name of a program, and not "save"
    wants = [Want(slot="changes", kind="said", values=(wish,))] if wish else []
    return make_intent("close", wants, app=(_program(app),))


def read_replace(goal: str, _now: datetime) -> Intent | None:
    """Replace one text with another in an editor, and perhaps save."""
    match = _whole(_REPLACE, goal)
    if match is None:
        return None
    wants = [
        Want(slot="old", kind="said", values=(match["old"][1:-1],)),
        Want(slot="new", kind="said", values=(match["new"][1:-1],)),
    ]
    if match["save"]:
        wants.append(Want(slot="saved", kind="said", values=("save",)))
    return make_intent("replace", wants, app=(match["app"].strip(),))


def read_rename(goal: str, _now: datetime) -> Intent | None:
    """Give a folder or a file another name."""
    match = _whole(_RENAME, goal)
    if match is None:
        return None
    wants = [
        Want(slot=slot, kind="said", values=(match[slot].strip().strip(_MARKS),))
        for slot in ("old", "new")
    ]
    return make_intent("rename", wants, app=(match["app"].strip(),) if match["app"] else ())


def read_new_folder(goal: str, _now: datetime) -> Intent | None:
    """Make a folder in a program that is named, or under another name where the first is taken.

    What is no such goal is left to ``read_folder``, which reads all others.
    """
    other = _OTHERWISE.search(goal)
    match = _whole(_FOLDER, goal[: other.start()] if other is not None else goal)
    if match is None:
        return None
    app = (match["app"] or "").strip()
    known = {normal(each) for each in errands()["folder"].app}
    if (app and normal(app) not in known) or (other is None and not app):
        return None
    names = [match["name"], *([other["other"]] if other is not None else [])]
    values = tuple(name.strip().strip(_MARKS) for name in names)
    want = Want(slot="folder", kind="text", values=values)
    return make_intent("folder", [want], app=(app,) if app else ())


def read_sum(goal: str, _now: datetime) -> Intent | None:
    """Work out a sum on a calculator."""
    match = _whole(_SUM, goal)
    if match is None or value_of(match["sum"]) is None:
        return None
    want = Want(slot="sum", kind="said", values=(match["sum"].strip(),))
    return make_intent("sum", [want], app=(match["app"].strip(),) if match["app"] else ())


def _program(name: str) -> str:
    """``name`` without "window" and the like behind it."""
    bare = re.sub(r"\s+(?:window|program|app|application)$", "", name, flags=re.IGNORECASE)
    return re.sub(r"(?:程序|窗口|应用)$", "", bare).strip() or name


def _whole(forms: tuple[str, ...], goal: str) -> re.Match[str] | None:
    """The first of ``forms`` that is all of ``goal``: nothing said beside it is passed over."""
    matches = (re.fullmatch(form, goal, re.IGNORECASE | re.DOTALL) for form in forms)
    match = next((match for match in matches if match is not None), None)
    if match is None:
        return None
    named = {name: text for name, text in match.groupdict().items() if text and name in _NAMED}
    bare = [text for text in named.values() if text[0] not in _MARKS or text[-1] not in _MARKS]
    return None if any(asks_more(text) for text in bare) else match
