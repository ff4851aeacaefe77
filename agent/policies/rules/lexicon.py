"""The words of ``lexicon.yaml`` and ``errands.yaml``, read once and held frozen."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field
from rapidfuzz import fuzz, process

from agent.policies.rules.text import normal
from tools.geometry import Frozen

Words = Annotated[tuple[str, ...], Field(strict=False)]
_HERE = Path(__file__).parent
_SHORTEST_MISSPELT = 6
_ALIKE = 88.0


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
    unfold: Words
    file_menu: Words
    up: Words
    errors: Words
    same: Annotated[tuple[Words, ...], Field(strict=False)]
    any_switch: Words
    switches_others: Words
    opposite: dict[str, Words]
    days: Annotated[tuple[Words, ...], Field(strict=False, min_length=7, max_length=7)]

    def switch_called(self, phrase: str) -> tuple[tuple[str, ...], bool]:
        """Everything that a switch may be called, and whether ``phrase`` is its other side.

        A name of a known switch counts with a letter missing or wrong.
        """
        wanted = normal(phrase)
        for switch, others in self.opposite.items():
            if any(normal(word) == wanted for word in others):
                return self.ways_to_say(switch), True
        ways = self.ways_to_say(phrase)
        if len(ways) > 1 or len(wanted) < _SHORTEST_MISSPELT:
            return ways, False
        names = {normal(word): word for group in self.same for word in group}
        near = process.extractOne(wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return (ways if near is None else self.ways_to_say(near[0])), False

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
    return {name: Deed.model_validate(body) for name, body in written("deeds.yaml").items()}


@cache
def lexicon() -> Lexicon:
    """The words that belong to no errand."""
    return Lexicon.model_validate(written("lexicon.yaml"))


@cache
def errands() -> dict[str, Errand]:
    """Every kind of errand by name."""
    return {name: Errand.model_validate(body) for name, body in written("errands.yaml").items()}


def written(name: str) -> Any:  # noqa: ANN401 - each reader checks what it finds
    """What the YAML file ``name`` beside this module says."""
    # Read by every run at its start: in Python alone it takes ten times as long.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (_HERE / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe ones
