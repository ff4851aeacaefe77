"""Titles of desktop windows: the same window may hold a file of the same name in another folder."""

import re

from tools.ui_tree import UiNode, UiTree

_FOLDERS = re.compile(r"(?<![\w.:/])~?/(?:[^/]+/)*(?=[^/\s])")
"""Of an absolute path all but its last part; no addresses of pages, and no activities."""
_UNSAVED = re.compile(r"^[*●•]\s*|\s*[*●•]$")
_WINDOWS = frozenset({"Window", "Dialog"})


def bare_title(title: str) -> str:
    """``title`` without the folders of a path and without the mark of what is not saved."""
    return _UNSAVED.sub("", _FOLDERS.sub("", " ".join(title.split())))


def is_title(node: UiNode) -> bool:
    """Whether the text of ``node`` is the title of a desktop's window."""
    return node.parent < 0 and node.kind in _WINDOWS


def retitled(text: str, old: UiTree, new: UiTree) -> str:
    """``text`` with the title of this window in place of the recorded one's, if it repeats it."""
    was = next((node.text for node in old.nodes if is_title(node) and node.text), "")
    now = next((node.text for node in new.nodes if is_title(node) and node.text), "")
    if not was or bare_title(was) != bare_title(now):
        return text
    return text.replace(was, now)
