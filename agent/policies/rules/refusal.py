"""What is told where a goal is not understood: why nothing was done, and what would be."""

import re
from collections.abc import Sequence

from agent.policies.rules.examples import nearest_examples
from agent.policies.rules.intent import Intent
from agent.policies.rules.turn import finish
from agent.step import Decision

_MARKS = re.compile(r"[\"“”「」『』‘]|(?<!\w)'")


def refuse(goal: str, intents: Sequence[Intent]) -> Decision | None:
    """The decision to do nothing, unless all of ``goal`` is understood."""
    unread = [word for intent in intents for word in intent.unread]
    if intents and not unread:
        return None
    examples = "; ".join(f"“{each}”" for each in nearest_examples(goal))
    if not intents:
        return finish(
            f"I do not understand {goal!r}, so I did nothing. "
            f"What I can do is, for example: {examples}.",
            success=False,
        )
    words = ", ".join(repr(word) for word in unread)
    dictated = any(intent.want(slot) for intent in intents for slot in ("body", "message"))
    ambiguous = dictated and _MARKS.search(goal) is None
    quotes = " What belongs to a text goes in quotes." if ambiguous else ""
    return finish(
        f"I did nothing: I do not understand {words} in {goal!r}, and will not guess. "
        f"Say it without, if it does not matter, or as in {examples}.{quotes}",
        success=False,
    )
