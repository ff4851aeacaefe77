"""Scenarios: how the phone looks and misbehaves when it starts."""

import difflib
from dataclasses import dataclass
from datetime import datetime

START = datetime(2027, 1, 4, 9, 30)
"""The virtual date and time of a phone that has just started: a Monday morning."""

LOOKS: dict[str, str] = {
    "default": "light theme, English, portrait, no traps",
    "dark": "dark theme",
    "large_font": "large text (font scale 1.3)",
    "zh": "Chinese (Simplified)",
    "landscape": "turned to landscape",
}
TRAPS: dict[str, str] = {
    "permission": "a permission dialog on the first start of an app",
    "slow_results": "results come only after some seconds",
    "sold_out": "the cheapest fare is sold out when it is chosen",
    "popup": "an advertisement dialog on the start of an app",
    "session_timeout": "an app asks once whether to continue the session",
}
KNOWN: dict[str, str] = {**LOOKS, **TRAPS}


class UnknownScenarioError(ValueError):
    """A scenario was asked for that does not exist; the message lists those that do."""


@dataclass(frozen=True)
class Scenario:
    """A parsed scenario.

    Attributes:
        name: The normalised name: parts in the order given, joined by commas.
        looks: Its looks (`dark`, `zh` and so on); `default` is no look.
        traps: Its traps.
        now: The virtual local time at which a phone in this scenario starts.
    """

    name: str = "default"
    looks: frozenset[str] = frozenset()
    traps: frozenset[str] = frozenset()
    now: datetime = START

    def has(self, part: str) -> bool:
        """Whether a look or trap is part of this scenario.

        Raises:
            UnknownScenarioError: If there is no such part at all, which is a typing mistake.
        """
        if part not in KNOWN:
            raise UnknownScenarioError(_unknown(part))
        return part in self.looks or part in self.traps

    @property
    def locale(self) -> str:
        """The language the phone starts in: `en` or `zh`."""
        return "zh" if "zh" in self.looks else "en"


def parse_scenario(name: str) -> Scenario:
    """Read a scenario such as `default` or `dark,zh,slow_results`.

    Raises:
        UnknownScenarioError: If a part is not known or none is given.
    """
    parts = list(dict.fromkeys(part.strip() for part in name.split(",")))
    for part in parts:
        if part not in KNOWN:
            raise UnknownScenarioError(_unknown(part))
    chosen = [part for part in parts if part != "default"]
    return Scenario(
        name=",".join(chosen) or "default",
        looks=frozenset(part for part in chosen if part in LOOKS),
        traps=frozenset(part for part in chosen if part in TRAPS),
    )


def _unknown(part: str) -> str:
    close = difflib.get_close_matches(part, KNOWN, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    known = ", ".join(KNOWN)
    return f"unknown scenario {part!r}.{hint} Known: {known} (join several with commas)"
