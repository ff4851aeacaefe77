"""Recordings performed again on the virtual phone: what it holds afterwards is what counts."""

from pathlib import Path
from typing import Any

import pytest

from agent.recording.reader import Recording
from agent.step import StopReason
from tests.agent.live.phones import ReplayPhone, counts, of, rungs_of, told


def bookings(phone: ReplayPhone) -> list[dict[str, Any]]:
    return phone.rows("SELECT * FROM bookings ORDER BY id")


def test_the_same_phone_gives_the_same_run_and_asks_nobody(
    phone: ReplayPhone, booking: Recording
) -> None:
    phone.reset()
    fresh = bookings(phone)
    replayed = phone.replay(booking, mode="strict")
    episode = replayed.episode
    assert episode.stop is StopReason.FINISHED, told(replayed)
    assert counts(replayed) == {"exact": 14}
    assert [rung.tiles for rung in rungs_of(replayed)] == [0] * 14
    assert booking.end is not None
    assert episode.answer == booking.end.answer
    assert [step.action for step in episode.steps] == [
        step.intent.action if step.intent is not None else None for step in booking.steps
    ]
    again = of(episode)
    assert again.start.origin is not None
    assert (again.start.origin.kind, again.start.origin.run) == ("replay", booking.start.run)
    assert again.start.policy == "recorded"
    after = bookings(phone)
    assert len(after) == len(fresh) + 1
    # Which capture is fastest is found out when connecting, and decides how frames are kept: those
    # of two runs are the same bytes where both took the same one, else only the same picture.
    if again.start.device.capture == booking.start.device.capture:
        frames = [step.observation.frame.sha256 for step in again.steps if step.observation]
        assert frames == [
            each.observation.frame.sha256 for each in booking.steps if each.observation
        ]
    assert phone.replay(booking, mode="strict").episode.stop is StopReason.FINISHED
    assert bookings(phone) == after


def test_a_replay_is_a_recording_that_can_be_replayed(
    phone: ReplayPhone, airplane: Recording
) -> None:
    healed = phone.replay(airplane, scenario="dark")
    assert "tree" in counts(healed), told(healed)
    again = phone.replay(of(healed.episode), scenario="dark", mode="strict")
    assert again.episode.stop is StopReason.FINISHED, told(again)
    assert set(counts(again)) == {"exact"}
    assert phone.setting("global", "airplane_mode_on") == "1"
    assert [step.thought for step in of(again.episode).steps] == [
        step.thought for step in airplane.steps
    ]  # a rung is named once, not once more with every replay of a replay
    assert "(exact)" not in "".join(step.thought for step in of(again.episode).steps)


HEALS: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("another theme", {"scenario": "dark"}, {"tree": 14}),
    ("larger letters", {"scenario": "large_font"}, {"tree": 14}),
    ("another language", {"scenario": "zh"}, {"tree": 14}),
    ("on its side", {"scenario": "landscape"}, {"tree": 19}),
    (
        "another screen",
        {"commands": ("wm size 720x1600", "wm density 280")},
        {"tree": 14},
    ),
]


@pytest.mark.parametrize(("what", "where", "rungs"), HEALS, ids=[heal[0] for heal in HEALS])
def test_it_heals(
    phone: ReplayPhone,
    booking: Recording,
    what: str,
    where: dict[str, Any],
    rungs: dict[str, int],
) -> None:
    replayed = phone.replay(booking, **where)
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    assert counts(replayed) == rungs, told(replayed)
    latest = bookings(phone)[-1]
    assert latest["reference"] in replayed.episode.answer


def test_other_data_are_asked_about_and_the_answer_is_not_stale(
    phone: ReplayPhone, booking: Recording
) -> None:
    replayed = phone.replay(booking, seed=3)
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    found = counts(replayed)
    assert found["ask"] == 1, told(replayed)
    assert found["exact"] >= 8, told(replayed)
    reference = bookings(phone)[-1]["reference"]
    assert booking.end is not None
    assert reference not in booking.end.answer
    assert reference in replayed.episode.answer


def test_a_popup_is_closed_by_the_policy_that_is_asked(
    phone: ReplayPhone, booking: Recording
) -> None:
    replayed = phone.replay(booking, scenario="popup")
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    assert counts(replayed) == {"exact": 14, "ask": 1}, told(replayed)


def test_what_came_in_the_way_when_recorded_is_left_out_where_it_does_not_come(
    phone: ReplayPhone, tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text("[]")
    recording = phone.record("book a one-way ticket Chongqing to Beijing", scenario="popup")
    replayed = phone.replay(recording, policy="scripted", script=nothing)
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    found = counts(replayed)
    assert (found["exact"], found["skip"]) == (14, 1), told(replayed)
    assert "ask" not in found


def test_a_slow_screen_is_waited_for_and_its_wait_is_not_repeated(
    phone: ReplayPhone, booking: Recording
) -> None:
    slow = phone.replay(booking, scenario="slow_results", mode="strict")
    assert slow.episode.stop is StopReason.FINISHED, told(slow)
    found = counts(slow)
    assert found["exact"] == 14, told(slow)
    assert 1 <= found["wait"] <= 4
    quick = phone.replay(of(slow.episode), mode="strict")
    assert quick.episode.stop is StopReason.FINISHED, told(quick)
    assert counts(quick) == {"exact": 14}


def test_a_fare_that_is_gone_is_chosen_anew(phone: ReplayPhone, booking: Recording) -> None:
    replayed = phone.replay(booking, scenario="sold_out")
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    assert counts(replayed)["ask"] == 2, told(replayed)
    phone_says = bookings(phone)[-1]
    assert phone_says["reference"] in replayed.episode.answer


ERRANDS: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "add a contact named Maria Lopez with number 555-0142",
        {"scenario": "landscape"},
        "com.android.contacts",
        "SELECT first_name, last_name, phone FROM contacts ORDER BY id",
    ),
    (
        "set an alarm at 6:45 on weekdays",
        {"scenario": "zh"},
        "com.android.deskclock",
        "SELECT hour, minute, days, enabled FROM alarms ORDER BY id",
    ),
    (
        "send a message to Alice saying I'll be late",
        {"seed": 5},
        "com.android.messaging",
        "SELECT body FROM messages ORDER BY id",
    ),
]


@pytest.mark.parametrize(("goal", "where", "package", "query"), ERRANDS)
def test_other_errands_have_the_same_outcome_elsewhere(
    phone: ReplayPhone, goal: str, where: dict[str, Any], package: str, query: str
) -> None:
    recording = phone.record(goal)
    wanted = phone.rows(query, package)[-1]
    replayed = phone.replay(recording, **where)
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    assert phone.rows(query, package)[-1] == wanted
    assert "replan" not in counts(replayed)
