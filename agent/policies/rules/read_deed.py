"""Reading goals that ask for one act on one thing that is there: delete it, pin it, pair it."""

import re
from datetime import datetime

from agent.policies.rules.intent import Intent, Want, make_intent
from agent.policies.rules.lexicon import deeds

_TRIM = " \t\n,，:：.。;；\"'“”‘’「」『』"


def read_deed(goal: str, _now: datetime) -> Intent | None:
    """One act on one thing, named by what it is and how it is called.

    The whole sentence must be of such a form: whatever is said beside it might turn the act into
    another one.
    """
    for name, deed in deeds().items():
        for pattern in deed.said:
            match = re.fullmatch(pattern, goal, re.IGNORECASE)
            if match is None:
                continue
            parts = {key: value for key, value in match.groupdict().items() if value}
            item = parts.get("name", "").strip(_TRIM)
            app = deed.app_of(parts.get("thing", ""))
            if not item or not app:
                continue
            wants = [Want(slot="item", kind="item", values=(item,))]
            if within := parts.get("within", "").strip(_TRIM):
                wants.append(Want(slot="within", kind="item", values=(within,), optional=True))
            return make_intent(name, wants, app=app)
    return None
