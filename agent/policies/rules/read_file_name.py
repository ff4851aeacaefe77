"""Reading the name of a file at the end of a goal, and whether an old file may be replaced."""

import re
from typing import NamedTuple

_QUOTED = re.compile(
    r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|‘([^’]+)’|(?<!\w)'(.+?)'(?!\w)"
)
_EXTENSION = re.compile(r".*?[^\s.]\.[A-Za-z][A-Za-z0-9]{0,7}(?!\.?[A-Za-z0-9_-])", re.DOTALL)
"""An extension ends a bare name, unless another one follows: ``site.tar.gz``."""
_CLAUSE = re.compile(
    r"[,，;；]|\s(?:and|then|but|without|replacing|overwriting|even\s+if|if|by)\s|"
    r"(?:并|然后|再)(?:且)?(?:覆盖|替换|关闭|打印)",
    re.IGNORECASE,
)
"""Where a name without an extension ends, and something else is asked for."""
_FILE = (
    r"(?:it|that|this|(?:the|any)?\s*(?:old|existing|previous)?\s*(?:file|one|version)?"
    r"(?:\s+(?:of|with|by|called|named)\s+(?:that|the\s+same|this)(?:\s+name)?|\s+there)?"
    r"(?:\s+(?:that\s+is|which\s+is)\s+there)?)"
)
_EXISTS = (
    r"(?:it|that\s+file|the\s+file|(?:there\s+is\s+)?one|a\s+file\s+(?:of|with)\s+(?:that|the\s+same)"
    r"\s+name)?\s*(?:(?:is|exists)\s*(?:there)?\s*)?(?:already)?(?:\s*exists)?"
)
_FILE_ZH = (
    r"(?:掉)?(?:已有的?|原有的?|旧的?|现有的?|已存在的?|原来的?)?(?:同名)?(?:的)?"
    r"(?:那个)?(?:文件|版本)?"
)
_REPLACES = (
    (
        rf"(?:and\s+|then\s+|by\s+)*(?:replac(?:e|ing)|overwrit(?:e|ing))\s+{_FILE}"
        rf"(?:,?\s*(?:even\s+)?if\s+{_EXISTS})?"
    ),
    rf"even\s+if\s+{_EXISTS}",
    rf"(?:and\s+)?if\s+{_EXISTS}\s*,?\s*(?:then\s+)?(?:replace|overwrite)\s+{_FILE}",
    rf"(?:并且|并|然后|再)?(?:覆盖|替换){_FILE_ZH}",
    rf"(?:如果|若)(?:文件|它|同名文件)?(?:已经?)?(?:存在|有了?)(?:同名文件)?[,，]?(?:就|则)?(?:覆盖|替换){_FILE_ZH}",
)
_KEEPS = (
    (
        rf"(?:but\s+|and\s+)*(?:without\s+(?:replacing|overwriting)|(?:do\s+not|don't|never)\s+"
        rf"(?:replace|overwrite))\s+(?:{_FILE}|anything)"
    ),
    rf"(?:但)?(?:不要|不|别)(?:覆盖|替换){_FILE_ZH}",
)


class FileName(NamedTuple):
    """A name of a file as a goal gives it.

    Attributes:
        name: The name or path, without quotation marks.
        replaces: Whether a file that is called so already may be replaced.
        rest: What else is said there, and is not understood here; mostly empty.
    """

    name: str
    replaces: bool
    rest: str


def read_file_name(text: str) -> FileName:
    """Take ``text``, all that stands after "save it as", apart.

    A quoted name ends with its quotation mark, a bare one with its extension, and one without an
    extension where something else begins to be asked for.
    """
    text = text.strip()
    name, rest = _split(text)
    said = rest.strip(" \t\n,，;；.。")
    if any(re.fullmatch(form, said, re.IGNORECASE) for form in _REPLACES):
        return FileName(name, replaces=True, rest="")
    if any(re.fullmatch(form, said, re.IGNORECASE) for form in _KEEPS):
        return FileName(name, replaces=False, rest="")
    return FileName(name, replaces=False, rest=said)


def _split(text: str) -> tuple[str, str]:
    if (quoted := _QUOTED.match(text)) is not None:
        return next(part for part in quoted.groups() if part).strip(), text[quoted.end() :]
    clause = _CLAUSE.search(text)
    bare = text[: clause.start()] if clause is not None else text
    extension = _EXTENSION.match(text)
    if extension is not None and (clause is None or extension.end() <= clause.start()):
        return extension[0].strip(), text[extension.end() :]
    return bare.strip(), text[len(bare) :]
