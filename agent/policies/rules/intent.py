"""What a goal asks for: a kind of errand and the things that must come true on the screen."""

from datetime import date, time
from typing import Literal

from agent.policies.rules.leftover import unread
from agent.policies.rules.lexicon import Errand, errands
from tools.geometry import Frozen

WantKind = Literal[
    "text", "choice", "place", "item", "date", "time", "count", "days", "toggle", "option", "said"
]


class Want(Frozen):
    """One thing to set.

    Attributes:
        slot: What it is: ``origin``, ``phone``.
        kind: How it is set: typed, chosen among a few, searched for in a list, counted ...; what is
            ``said`` no general move sets, only the one of its errand.
        labels: How its field may be called on the screen.
        openers: How a control may be called that leads to its field.
        values: Ways to say its value; the first is the goal's own.
        day: The date, for ``date``.
        clock: The time of day, for ``time``.
        amount: How many, for ``count``; per cent of a slider, for ``option``.
        nudge: By how many per cent a slider is to be moved, for ``option``; 0 where it is not.
        days: Days of the week, 0 for Monday, for ``days``.
        on: The state, for ``toggle``.
        optional: Whether the goal can be met where the screen offers no such field.
    """

    slot: str
    kind: WantKind
    labels: tuple[str, ...] = ()
    openers: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    day: date | None = None
    clock: time | None = None
    amount: int | None = None
    nudge: int = 0
    days: frozenset[int] = frozenset()
    on: bool | None = None
    optional: bool = False

    @property
    def name(self) -> str:
        """What it is, in words for a person: a switch goes by its own name."""
        named = self.kind in {"toggle", "option"} and self.labels
        return repr(self.labels[0]) if named else self.slot.replace("_", " ")

    @property
    def wish(self) -> str:
        """The value in words for a person."""
        if self.day is not None:
            return self.day.isoformat()
        if self.clock is not None:
            return self.clock.strftime("%H:%M")
        if self.amount is not None and self.kind == "count":
            return str(self.amount)
        if self.on is not None:
            return "on" if self.on else "off"
        if self.days:
            names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
            return ", ".join(names[day] for day in sorted(self.days))
        return self.values[0]


class Intent(Frozen):
    """A goal, understood.

    Attributes:
        name: The kind of errand.
        errand: Its vocabulary.
        wants: What to set, in the order to try.
        app: Words for the app, the goal's own before the errand's.
        buys: Whether the goal asks to go through with a purchase.
        replaces: Whether a file that is called so already may be replaced.
        unread: Words of the goal that were not understood; nothing is done while there are any.
    """

    name: str
    errand: Errand
    wants: tuple[Want, ...]
    app: tuple[str, ...]
    buys: bool = False
    replaces: bool = False
    unread: tuple[str, ...] = ()

    def want(self, slot: str) -> Want | None:
        """The want of that slot, if the goal has it."""
        return next((want for want in self.wants if want.slot == slot), None)


def make_intent(
    name: str,
    wants: list[Want],
    *,
    app: tuple[str, ...] = (),
    buys: bool = False,
    replaces: bool = False,
    rest: str = "",
) -> Intent:
    """Join wants with the vocabulary of their errand.

    Args:
        name: The errand.
        wants: What was read.
        app: The goal's own words for the app.
        buys: Whether it is a purchase.
        replaces: Whether an old file may be replaced.
        rest: The goal without what was read.
    """
    errand = errands()[name]
    labelled = tuple(
        want.model_copy(
            update={
                "labels": (*want.labels, *errand.wants.get(want.slot, ())),
                "openers": errand.openers.get(want.slot, ()),
            }
        )
        for want in wants
    )
    return Intent(
        name=name,
        errand=errand,
        wants=labelled,
        app=(*app, *errand.app),
        buys=buys,
        replaces=replaces,
        unread=unread(name, rest) if rest.strip() else (),
    )
