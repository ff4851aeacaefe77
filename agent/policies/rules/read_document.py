"""Reading goals of writing a text into an editor of a desktop, and of saving it as a file."""

import re
from datetime import datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.leftover import asks_more, without
from agent.policies.rules.read_file_name import FileName, read_file_name

_TEXT = r"(?P<text>\"[^\"]+\"|“[^”]+”|「[^」]+」|『[^』]+』|(?<!\w)'.+?'(?!\w)|‘[^’]+’|.+?)"
_SAVE = (
    r"[\s,，]*(?:and|then|and then)\s+save\s+(?:it|this|that|the file|the text)?\s*"
    r"(?:as|under|to)\s+(?:the\s+name\s+)?(?P<file>.+)"
)
_SAVE_ZH = (
    r"[\s,，]*(?:并|然后|再|并且)?(?:把它|将其)?(?:保存为|另存为|存为|保存成|存成)(?P<file>.+)"
)
_FORMS = (
    rf"^(?:write|type|enter|put)\s+{_TEXT}\s+(?:in|into)\s+(?:the\s+|an?\s+)?(?P<app>.+?)(?:{_SAVE})?$",
    rf"^(?:在|用)(?P<app>.+?)(?:里面|里|中)?(?:写下|写上|写|输入|键入){_TEXT}(?:{_SAVE_ZH})?$",
)
_EDITOR = re.compile(r"\beditors?\b|\bnotepad\b|编辑器|记事本", re.IGNORECASE)
_QUOTES = "\"'“”‘’「」『』"


def read_document(goal: str, _now: datetime) -> Intent | None:
    """Write something in a text editor, and perhaps save it under a name.

    A text editor, or a file to save as, must be named: a note on a phone is another errand.
    """
    for form in _FORMS:
        match = re.search(form, goal, re.IGNORECASE | re.DOTALL)
        if match is None:
            continue
        app = match["app"].strip()
        told = (
            read_file_name(match["file"])
            if match["file"]
            else FileName("", replaces=False, rest="")
        )
        file = told.name
        if not file and not _EDITOR.search(app):
            continue
        text = match["text"].strip()
        if text[0] in _QUOTES and text[-1] in _QUOTES and len(text) > 2:
            text = text[1:-1]
        elif text[0] in _QUOTES:  # what is quoted is the text, and something else comes after it
            return make_intent("write", [], app=(app,), rest=goal)
        wants = [Want(slot="body", kind="text", values=(text,))]
        if file:
            wants.append(Want(slot="file", kind="text", values=(file,)))
        # More than a name stands there: what it asks for must not be passed over.
        named = "" if asks_more(app) else app
        head = goal[: match.start("file")] if file else goal
        said = f"{without(head, (text, named))} {told.rest}"
        name = "document" if file else "write"
        return make_intent(name, wants, app=(app,), rest=said, replaces=told.replaces)
    return None
