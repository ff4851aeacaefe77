"""From the goal's sentence to what is asked for; the first reading that fits is taken."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from agent.policies.rules.intent import Intent
from agent.policies.rules.read_document import read_document
from agent.policies.rules.read_errand import (
    polite_free,
    read_alarm,
    read_cart,
    read_contact,
    read_folder,
    read_message,
    read_note,
    read_open,
    read_setting,
    read_toggle,
)
from agent.policies.rules.read_flight import read_flight

_SECRET = re.compile(r"<secret:[^<>]*>")
_WORD = "qsecret{}q"
"""Stands for a secret's name while the goal is read: one word, with no sign to stumble over."""

_READERS: tuple[Callable[[str, datetime], Intent | None], ...] = (
    read_document,
    read_alarm,
    read_message,
    read_note,
    read_contact,
    read_cart,
    read_folder,
    read_flight,
    read_toggle,
    read_setting,
    read_open,
)


def read_goal(goal: str, now: datetime) -> Intent | None:
    """Understand ``goal``.

    Args:
        goal: A sentence in English or Chinese.
        now: The device's date and time, which "tomorrow" refers to.

    Returns:
        What to do, or ``None`` if no reading fits.
    """
    names = dict.fromkeys(_SECRET.findall(goal))
    secrets = {_WORD.format(number): name for number, name in enumerate(names)}
    for word, name in secrets.items():
        goal = goal.replace(name, word)
    text = polite_free(goal)
    for reader in _READERS:
        intent = reader(text, now)
        if intent is not None:
            return _with_names(intent, secrets) if secrets else intent
    return None


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
