"""The rules policy books flights on the virtual phone, and only what was asked for."""

from typing import Any

import pytest

from agent.step import StopReason
from tests.agent.policies.errand_runner import ErrandRunner, story

BOOKINGS = "com.tapwright.bookings"
PLAIN = "book a one-way ticket Chongqing to Beijing"
BUSINESS = "book a flight from Chongqing to Beijing on January 28 for two adults in business class"
CHINESE = "帮我订一张1月28日重庆江北到北京首都的单程机票"
ROUND = (
    "book a round trip from Shanghai to Chengdu, leaving February 3 and returning February 10, "
    "for two adults and one child in premium economy"
)
FRIDAY = "book a one-way ticket from London to New York next Friday in first class"

ASKED: dict[str, dict[str, Any]] = {
    PLAIN: {"trip_type": "one_way", "origin": "CKG", "adults": 1, "return_date": None},
    BUSINESS: {
        "trip_type": "one_way",
        "origin": "CKG",
        "depart_date": "2027-01-28",
        "adults": 2,
        "cabin": "business",
    },
    CHINESE: {
        "trip_type": "one_way",
        "origin": "CKG",
        "destination": "PEK",
        "depart_date": "2027-01-28",
        "adults": 1,
    },
    ROUND: {
        "trip_type": "round_trip",
        "depart_date": "2027-02-03",
        "return_date": "2027-02-10",
        "adults": 2,
        "children": 1,
        "cabin": "premium_economy",
    },
    # The phone's Monday, 4 January 2027: "next Friday" is the one of the following week.
    FRIDAY: {"trip_type": "one_way", "depart_date": "2027-01-15", "cabin": "first"},
}
LOOKS = ("default", "dark", "large_font", "zh", "landscape")
TRAPS = ("permission,popup", "slow_results", "sold_out", "session_timeout")


def booked(errands: ErrandRunner) -> list[dict[str, Any]]:
    return errands.rows(BOOKINGS, "SELECT * FROM bookings")


@pytest.mark.parametrize(
    ("goal", "scenario", "seed"),
    [
        *((PLAIN, look, 0) for look in LOOKS),
        *((PLAIN, trap, 1) for trap in TRAPS),
        *((BUSINESS, look, 2) for look in LOOKS),
        *((CHINESE, look, 3) for look in ("default", "zh")),
        *((ROUND, look, 4) for look in ("default", "zh,large_font,slow_results")),
        (FRIDAY, "default", 5),
    ],
)
def test_exactly_what_was_asked_for_is_booked_once(
    errands: ErrandRunner, goal: str, scenario: str, seed: int
) -> None:
    episode = errands.run(goal, scenario=scenario, seed=seed)

    assert episode.stop is StopReason.FINISHED, f"{episode.answer}\n{story(episode.steps)}"
    rows = booked(errands)
    assert len(rows) == 1
    assert {key: rows[0][key] for key in ASKED[goal]} == ASKED[goal]
    if goal == PLAIN:
        assert rows[0]["destination"] in {"PEK", "PKX"}


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        ("book a one-way ticket from Atlantis to Beijing", "Atlantis"),
        ("book a one-way ticket Chongqing to Beijing on January 3 2026", "2026-01-03"),
    ],
)
def test_what_cannot_be_booked_is_said_and_nothing_is_booked(
    errands: ErrandRunner, goal: str, reason: str
) -> None:
    episode = errands.run(goal)

    assert episode.stop is StopReason.GAVE_UP
    assert reason in episode.answer
    assert booked(errands) == []


def test_the_answer_quotes_the_reference_on_the_screen(errands: ErrandRunner) -> None:
    episode = errands.run(PLAIN, seed=7)

    assert booked(errands)[0]["reference"] in episode.answer
