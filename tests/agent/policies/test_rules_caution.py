"""What the rules policy must not do: choose what is similar, finish without all, claim much."""

import pytest

from agent.step import Decision
from tests.agent.policies.drawn_screens import Player, button, field, label, screen

CONTACT = "add a contact named Maria Lopez with number 555-0142"
FLIGHT = "book a one-way ticket Atlantis to Beijing"


def gives_up(decision: Decision) -> str:
    """The reason; fails if it did anything else."""
    assert decision.call.name == "finish", decision
    assert decision.call.arguments["success"] is False
    return str(decision.call.arguments["answer"])


def test_nothing_is_saved_while_something_asked_for_has_no_place() -> None:
    player = Player(CONTACT)
    form = screen(
        label("New contact"),
        field("First name", "Maria"),
        field("Last name", "Lopez"),
        button("Save"),
    )

    reason = gives_up(player.sees(form))

    assert "phone" in reason
    assert "'Save'" in reason


def test_all_set_is_saved() -> None:
    form = screen(
        label("New contact"),
        field("First name", "Maria"),
        field("Last name", "Lopez"),
        field("Phone", "555-0142"),
        button("Save"),
    )

    decision = Player(CONTACT).sees(form)

    assert decision.call.name == "tap"
    assert "'Save'" in decision.thought


def test_a_field_that_does_not_hold_the_text_is_filled_again_and_then_given_up() -> None:
    player = Player(CONTACT)
    stubborn = screen(
        label("New contact"), field("First name", "Mar", focused=True), button("Save")
    )
    decisions = [player.sees(stubborn)]
    while decisions[-1].call.name != "finish" and len(decisions) < 20:
        assert decisions[-1].call.arguments == {"text": "Maria", "clear": True}
        decisions.append(player.sees(stubborn))

    assert 2 < len(decisions) < 20
    assert "would not take 'Maria'" in gives_up(decisions[-1])


def test_a_similar_answer_of_a_search_is_not_taken() -> None:
    player = Player(FLIGHT)
    form = screen(label("Search"), button("One way", selected="true"), button("From"), button("To"))
    assert "Open 'From'" in player.sees(form).thought
    empty = screen(label("Airports"), field("City or airport", focused=True), activity=".Airport")
    assert player.sees(empty).call.arguments["text"] == "Atlantis"
    similar = screen(
        label("Airports"),
        field("City or airport", "Atlantis", focused=True),
        button("Atlanta"),
        activity=".Airport",
    )

    decision = player.sees(similar)

    assert decision.call.name in {"back", "finish"}
    assert "Atlantis" in gives_up(decision if decision.call.name == "finish" else player.sees(form))


def test_the_first_answer_counts_where_names_are_written_in_another_script() -> None:
    player = Player("帮我订一张重庆江北到北京首都的单程机票")
    form = screen(label("Search"), button("One way", selected="true"), button("From"), button("To"))
    player.sees(form)
    player.sees(
        screen(label("Airports"), field("City or airport", focused=True), activity=".Airport")
    )

    decision = player.sees(
        screen(
            label("Airports"),
            field("City or airport", "重庆江北", focused=True),
            button("Chongqing Jiangbei"),
            activity=".Airport",
        )
    )

    assert decision.call.name == "tap"
    assert "Chongqing Jiangbei" in decision.thought


def test_a_pop_up_is_not_bought_from() -> None:
    pop_up = screen(
        label("Go premium for ¥9"), button("Subscribe"), button("Not now"), window=(200, 900)
    )

    assert "'Not now'" in Player(CONTACT).sees(pop_up).thought


def test_of_two_unknown_buttons_the_dangerous_one_is_left_alone() -> None:
    pop_up = screen(
        label("Premium"), button("Subscribe"), button("Perhaps another day"), window=(200, 900)
    )

    assert "'Perhaps another day'" in Player(CONTACT).sees(pop_up).thought


def test_what_shows_before_it_is_saved_is_no_evidence() -> None:
    """A preview repeats the name and the number; nothing is saved yet."""
    form = screen(
        label("New contact"),
        label("Maria Lopez 555-0142"),
        field("First name", "Maria"),
        field("Last name", "Lopez"),
        field("Phone", "555-0142"),
        button("Save"),
    )

    assert "'Save'" in Player(CONTACT).sees(form).thought


def test_after_paying_only_a_confirmation_counts() -> None:
    player = Player("book a one-way ticket Chongqing to Beijing")
    form = screen(
        label("Checkout"),
        button("One way", selected="true"),
        button("Chongqing", **{"content-desc": "From"}),
        button("Beijing", **{"content-desc": "To"}),
        button("Pay ¥630"),
    )
    assert "'Pay ¥630'" in player.sees(form).thought
    waiting = screen(
        label("Chongqing → Beijing"), label("Your bank asks for a code"), activity=".B"
    )
    assert not claims_success(player.sees(waiting))
    done = screen(label("Booking confirmed"), label("Chongqing → Beijing"), activity=".C")
    assert claims_success(player.sees(done))


@pytest.mark.parametrize(
    "goal", ["don't book a flight from Chongqing to Beijing", "取消重庆到北京的机票"]
)
def test_a_goal_that_is_not_wholly_understood_touches_nothing(goal: str) -> None:
    reason = gives_up(Player(goal).sees(screen(label("Home"), button("Bookings"))))

    assert "I did nothing" in reason


def claims_success(decision: Decision) -> bool:
    return decision.call.name == "finish" and decision.call.arguments["success"] is True


def test_a_confirmation_word_alone_is_no_evidence() -> None:
    """ "Confirmed" on a screen that was there before anything was paid finishes nothing."""
    player = Player("book a one-way ticket Chongqing to Beijing")

    decision = player.sees(screen(label("Your last booking is confirmed"), button("New search")))

    assert not (decision.call.name == "finish" and decision.call.arguments["success"])
