"""Parts that goals of many kinds have: a text in quotes, a name behind "called"."""

import re

_QUOTED = re.compile(r"[\"“”「『«]([^\"“”」』»]+)[\"“”」』»]|(?<!\w)['‘]([^'’]+)['’](?!\w)")


def quoted(text: str) -> str:
    """The first text in quotation marks, empty if there is none."""
    match = _QUOTED.search(text)
    return (match[1] or match[2]).strip() if match else ""


def first_of(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    """The first match of the first of ``patterns`` that has one, whatever the case."""
    for pattern in patterns:
        match = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
        if match is not None:
            return match
    return None


def bare(text: str) -> str:
    """``text`` without the marks and spaces around it."""
    return text.strip(" \t\n,，:：.。;；\"'“”‘’「」『』")


def name_of(text: str) -> str:
    """A name given with "called", "named", "titled" and the like; empty if there is none."""
    zh_end = r"(?=的(?:文件夹|目录|笔记|便签|闹钟|联系人)|[，,。；;]|$)"
    ends = r"(?P<name>.+?)(?=$|[,;]|\s(?:with|and|at|on|for|saying|that|in|whose|containing)\b)"
    match = first_of(
        (
            rf"\b(?:called|named|titled|labell?ed|with (?:the )?(?:name|title|label))\s+{ends}",
            rf"(?:名为|叫做|叫(?!我|醒|他|她|起)|名称为|标题为|标题是|标签为|名字是)(?P<name>[^，,。；;]+?){zh_end}",
        ),
        text,
    )
    return bare(match["name"]) if match else ""
