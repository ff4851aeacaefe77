"""Grounding, proved without weights: a model that only sees books the ticket, in every dialect.

What it points at is found in the picture it was sent. If a picture were resized wrongly, a number
read in the wrong units or a position mapped back wrongly, it would touch something else.
"""

import math
from itertools import cycle, product

import pytest

from agent.dialects.choose import dialect_named
from agent.step import StopReason
from tests.grounding.booking import LARGE, NORMAL, SMALL, TURNED, Outcome, Screen, TicketOffice
from tests.grounding.plan import Tap as TapIntent
from tests.grounding.seeing_model import SeeingModel
from tests.grounding.voices import VOICES
from tools.action import Tap
from tools.geometry import Size

NATIVE, USUAL, LOW = 16384 * 28 * 28, 0, 600_000
BUDGETS = {NATIVE: "native", USUAL: "usual", LOW: "low"}
SCREENS = (NORMAL, SMALL, LARGE)
FAMILIES = sorted(VOICES)
MATRIX = [
    (family, screen, budget)
    for family, screen, budget in product(FAMILIES, SCREENS, BUDGETS)
    if (screen, budget) != (NORMAL, USUAL)
]
"""What is not in ``test_every_family_books``."""


def _spread() -> list[tuple[str, Screen, int]]:
    """Every other pair of screen and budget, turned screens included, each with another family."""
    pairs = [*product(SCREENS, BUDGETS), *product((TURNED,), BUDGETS)]
    pairs.remove((NORMAL, USUAL))
    return [
        (family, screen, budget)
        for family, (screen, budget) in zip(cycle(FAMILIES), pairs, strict=False)
    ]


def _name(value: object) -> str:
    return BUDGETS.get(value, str(value)) if isinstance(value, int) else str(value)


def check_booked(outcome: Outcome, screen: Screen, budget: int) -> None:
    """One ticket as asked, and every touch where the model meant it."""
    assert outcome.episode.stop is StopReason.FINISHED, outcome.story
    assert len(outcome.bookings) == 1, outcome.story
    booked = outcome.bookings[0]
    assert booked["trip_type"] == "one_way"
    assert booked["origin"] == "CKG"
    assert booked["destination"] in {"PEK", "PKX"}
    assert booked["status"] == "confirmed"

    width, height = map(int, screen.size.split("x"))
    if screen is TURNED:
        width, height = 2400, 1080
    sizing = dialect_named(outcome.model.family).sizing.budget(max_pixels=budget)
    shown = sizing.shown(Size(width=width, height=height))
    assert set(outcome.model.sizes) == {(shown.width, shown.height)}
    assert max(misses(outcome, width / shown.width, height / shown.height)) <= 1


def misses(outcome: Outcome, across: float, down: float) -> list[float]:
    """How far each touch was from what the model meant, by the finest step of its numbers."""
    missed = []
    pairs = zip(outcome.model.intents, outcome.episode.steps, strict=True)
    for intent, step in pairs:
        if not (isinstance(intent, TapIntent) and isinstance(step.action, Tap)):
            continue
        x, y = intent.hit.middle[0] * across, intent.hit.middle[1] * down
        # A number of the model's is a whole one; a box has two of them on each side.
        width, height = outcome.model.sizes[0]
        grid = VOICES[outcome.model.family].units == "grid"
        step_x = (width / 1000 if grid else 1) * across + 1
        step_y = (height / 1000 if grid else 1) * down + 1
        at = step.action.at
        missed.append(max(abs(at.x - x) / step_x, abs(at.y - y) / step_y))
    return missed


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_books(office: TicketOffice, family: str) -> None:
    place = FAMILIES.index(family)
    model = SeeingModel(family, seed=place, streams=place % 3 != 0)
    check_booked(office.book(model), NORMAL, USUAL)


@pytest.mark.parametrize(("family", "screen", "budget"), _spread(), ids=_name)
def test_on_other_screens_and_budgets(
    office: TicketOffice, family: str, screen: Screen, budget: int
) -> None:
    outcome = office.book(SeeingModel(family, seed=7), screen=screen, max_pixels=budget)
    check_booked(outcome, screen, budget)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "screen", "budget"), MATRIX, ids=_name)
def test_every_family_on_every_screen_and_budget(
    office: TicketOffice, family: str, screen: Screen, budget: int
) -> None:
    outcome = office.book(SeeingModel(family, seed=11), screen=screen, max_pixels=budget)
    check_booked(outcome, screen, budget)


@pytest.mark.parametrize(
    ("spoken", "read_as"),
    [
        ("qwen2_vl", "qwen2_5_vl"),
        ("qwen2_5_vl", "qwen2_vl"),
        ("ui_tars_1_0", "ui_tars"),
        ("ui_tars", "ui_tars_1_0"),
        ("gui_owl_1_5", "gui_owl"),
        ("gui_owl", "gui_owl_1_5"),
    ],
)
def test_numbers_read_in_the_wrong_units_miss(
    office: TicketOffice, spoken: str, read_as: str
) -> None:
    assert VOICES[spoken].units != VOICES[read_as].units
    outcome = office.book(SeeingModel(spoken), dialect=read_as, max_steps=12)
    check_missed(outcome)


def test_pixels_of_a_picture_that_the_server_shrank_miss(office: TicketOffice) -> None:
    check_missed(office.book(SeeingModel("qwen2_5_vl", shrinks_to=LOW), max_steps=12))


def test_a_grid_is_the_same_on_a_picture_that_the_server_shrank(office: TicketOffice) -> None:
    outcome = office.book(SeeingModel("qwen3_vl", shrinks_to=LOW))
    assert outcome.episode.finished, outcome.story
    assert len(outcome.bookings) == 1


def check_missed(outcome: Outcome) -> None:
    """The words were understood, the touches went astray, and nothing was booked."""
    assert outcome.bookings == []
    assert outcome.episode.stop in {StopReason.STUCK, StopReason.STEP_LIMIT}, outcome.story
    taps = [step.action for step in outcome.episode.steps if isinstance(step.action, Tap)]
    meant = [intent for intent in outcome.model.intents if isinstance(intent, TapIntent)]
    assert taps, outcome.story
    width, height = outcome.model.looked[0]
    x, y = meant[0].hit.middle
    away = math.hypot(taps[0].at.x - x * 1080 / width, taps[0].at.y - y * 2400 / height)
    assert away > 40, "the first touch was right after all"
