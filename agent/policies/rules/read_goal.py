"""From the goal's sentence to what is asked for; the first reading that fits is taken."""

from collections.abc import Callable
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
    text = polite_free(goal)
    for reader in _READERS:
        intent = reader(text, now)
        if intent is not None:
            return intent
    return None
