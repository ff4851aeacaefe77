"""The words of ``lexicon.yaml`` and ``errands.yaml``, read once and held frozen."""

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

from agent.policies.rules.text import normal
from tools.geometry import Frozen

Words = Annotated[tuple[str, ...], Field(strict=False)]
_HERE = Path(__file__).parent


class Errand(Frozen):
    """How one kind of errand is spoken of on screens; the fields are told in ``errands.yaml``."""

    app: Words
    wants: dict[str, Words]
    section: Words = ()
    start: Words = ()
    lead: Words = ()
    commit: Words = ()
    done: Words = ()
    goal_page: Words = ()
    shows: Words = ()
    openers: dict[str, Words] = Field(default_factory=dict)


class Lexicon(Frozen):
    """Words of screens that belong to no errand; the fields are told in ``lexicon.yaml``."""

    lead: Words
    accept: Words
    dismiss: Words
    allow: Words
    permission: Words
    loading: Words
    unavailable: Words
    previous_month: Words
    next_month: Words
    hour: Words
    minute: Words
    morning: Words
    afternoon: Words
    text_input_mode: Words
    increase: Words
    decrease: Words
    search: Words
    create: Words
    danger: Words
    replace: Words
    exists: Words
    cancel: Words
    more: Words
    file_menu: Words
    up: Words
    errors: Words
    same: Annotated[tuple[Words, ...], Field(strict=False)]
    days: Annotated[tuple[Words, ...], Field(strict=False, min_length=7, max_length=7)]

    def ways_to_say(self, phrase: str) -> tuple[str, ...]:
        """``phrase`` and everything that means the same, ``phrase`` first."""
        wanted = normal(phrase)
        ways = [phrase]
        for group in self.same:
            if any(normal(word) == wanted for word in group):
                ways.extend(group)
        return tuple(dict.fromkeys(ways))


class Deed(Frozen):
    """How one kind of act is asked for; the fields are told in ``deeds.yaml``."""

    said: Words
    things: dict[str, Words]

    def app_of(self, thing: str) -> tuple[str, ...]:
        """Words for the app that keeps such things; none if it is no thing for this act."""
        return self.things.get(normal(thing), ())


@cache
def deeds() -> dict[str, Deed]:
    """Every kind of act on one thing, by the name of its errand."""
    text = (_HERE / "deeds.yaml").read_text(encoding="utf-8")
    return {name: Deed.model_validate(body) for name, body in yaml.safe_load(text).items()}


@cache
def lexicon() -> Lexicon:
    """The words that belong to no errand."""
    text = (_HERE / "lexicon.yaml").read_text(encoding="utf-8")
    return Lexicon.model_validate(yaml.safe_load(text))


@cache
def errands() -> dict[str, Errand]:
    """Every kind of errand by name."""
    text = (_HERE / "errands.yaml").read_text(encoding="utf-8")
    return {name: Errand.model_validate(body) for name, body in yaml.safe_load(text).items()}
