"""From the goal's sentence to what is asked for; the first reading that fits is taken."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from agent.policies.rules.intent import Intent
from agent.policies.rules.lexicon import errands
from agent.policies.rules.phrasing import plain
from agent.policies.rules.read_deed import read_deed
from agent.policies.rules.read_desktop import (
    read_close,
    read_new_folder,
    read_rename,
    read_replace,
    read_sum,
)
from agent.policies.rules.read_dictated import read_message, read_note
from agent.policies.rules.read_document import read_document
from agent.policies.rules.read_errand import (
    read_alarm,
    read_alarm_switch,
    read_cart,
    read_city,
    read_contact,
    read_folder,
    read_order,
)
from agent.policies.rules.read_flight import read_flight
from agent.policies.rules.read_form import read_form
from agent.policies.rules.read_question import read_question
from agent.policies.rules.read_setting import read_nudge, read_open, read_setting, read_toggle
from agent.policies.rules.read_several import read_several
from agent.policies.rules.read_timer import read_timer

_SECRET = re.compile(r"<secret:[^<>]*>")
_WORD = "qsecret{}q"
"""Stands for a secret's name while the goal is read: one word, with no sign to stumble over."""
_IN_APP = re.compile(
    r"\s+(?:in|with|using)\s+(?:the\s+|my\s+)?(?P<app>\w[\w ]*?)(?:\s+app(?:lication)?)?$",
    re.IGNORECASE,
)

_READERS: tuple[Callable[[str, datetime], Intent | None], ...] = (
    read_replace,
    read_document,
    read_form,
    read_rename,
    read_close,
    read_new_folder,
    read_deed,
    read_timer,
    read_question,
    read_alarm_switch,
    read_alarm,
    read_message,
    read_note,
    read_contact,
    read_cart,
    read_folder,
    read_city,
    read_flight,
    read_order,
    read_sum,
    read_nudge,
    read_toggle,
    read_setting,
    read_open,
)


def read_goal(goal: str, now: datetime) -> Intent | None:
    """Understand ``goal`` as one thing to do, the first where it asks for several.

    Args:
        goal: A sentence in English or Chinese.
        now: The device's date and time, which "tomorrow" refers to.

    Returns:
        What to do, or ``None`` if no reading fits.
    """
    return next(iter(read_goals(goal, now)), None)


def read_goals(goal: str, now: datetime) -> tuple[Intent, ...]:
    """Understand all that ``goal`` asks for, in the order it is to be done; none if not at all."""
    names = dict.fromkeys(_SECRET.findall(goal))
    secrets = {_WORD.format(number): name for number, name in enumerate(names)}
    for word, name in secrets.items():
        goal = goal.replace(name, word)
    text = plain(goal)

    def read(part: str) -> Intent | None:
        return _read(part, now)

    intents = read_several(text, read(text), read)
    return tuple(_with_names(intent, secrets) if secrets else intent for intent in intents)


def _read(text: str, now: datetime) -> Intent | None:
    """Understand a goal that may name at its end the app in which it is to be done."""
    whole = _first_reading(text, now)
    said = _IN_APP.search(text)
    if said is None:
        return whole
    typed = (
        [value for want in whole.wants if want.kind == "text" for value in want.values]
        if (whole is not None)
        else []
    )
    if any(value.endswith(said["app"]) for value in typed):
        return whole  # it may as well be the end of what is to be written
    intent = _first_reading(text[: said.start()], now)
    if intent is None or said["app"].casefold() not in errands()[intent.name].app:
        return whole
    return intent.model_copy(update={"app": (said["app"], *intent.app)})


def _first_reading(text: str, now: datetime) -> Intent | None:
    readings = (reader(text, now) for reader in _READERS)
    return next((intent for intent in readings if intent is not None), None)


def _with_names(intent: Intent, secrets: Mapping[str, str]) -> Intent:
    """``intent`` with the names of secrets, as they are to be typed, where words stood for them."""

    def named(texts: tuple[str, ...]) -> tuple[str, ...]:
        for word, name in secrets.items():
            texts = tuple(text.replace(word, name) for text in texts)
        return texts

    wants = tuple(
        want.model_copy(update={"values": named(want.values), "labels": named(want.labels)})
        for want in intent.wants
    )
    told = {"wants": wants, "app": named(intent.app), "unread": named(intent.unread)}
    return intent.model_copy(update=told)
