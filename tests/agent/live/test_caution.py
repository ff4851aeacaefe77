"""What a replay must not do: pay on another screen, claim what it does not see, go on blindly."""

from pathlib import Path

import pytest

from agent.recording.reader import Recording
from agent.step import StopReason
from tests.agent.live.phones import ReplayPhone, counts, of, told, without_step


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """A script for an inner policy that knows nothing."""
    path = tmp_path / "nothing.yaml"
    path.write_text("[]")
    return path


@pytest.mark.parametrize(
    ("approve", "stop"),
    [("never", StopReason.GAVE_UP), ("terminal", StopReason.NEEDS_HUMAN)],
)
def test_paying_on_another_screen_needs_a_yes(
    phone: ReplayPhone, booking: Recording, approve: str, stop: StopReason
) -> None:
    phone.reset(seed=0)
    before = phone.rows("SELECT * FROM bookings")
    replayed = phone.replay(booking, scenario="dark", approve=approve)
    assert replayed.episode.stop is stop, told(replayed)
    assert counts(replayed)["tree"] == 12, told(replayed)
    assert phone.rows("SELECT * FROM bookings") == before


def test_paying_on_the_very_screen_that_was_recorded_needs_none(
    phone: ReplayPhone, booking: Recording
) -> None:
    replayed = phone.replay(booking, approve="never")
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)


def test_the_policy_that_is_asked_may_not_pay_either(
    phone: ReplayPhone, booking: Recording, tmp_path: Path
) -> None:
    script = tmp_path / "pay.yaml"
    script.write_text("- {tool: tap, arguments: {at: [540, 2179]}}\n" * 3)
    phone.reset()
    before = phone.rows("SELECT * FROM bookings")
    # On the screen of the payment a dialog that was not recorded makes the replay ask.
    replayed = phone.replay(
        without_step(booking, 12, tmp_path), policy="scripted", script=script, approve="never"
    )
    assert replayed.episode.stop is not StopReason.FINISHED, told(replayed)
    assert counts(replayed)["ask"] >= 1, told(replayed)
    assert "did not allow" in replayed.episode.answer, told(replayed)
    assert phone.rows("SELECT * FROM bookings") == before


def test_strict_stops_at_the_first_other_screen_and_says_where_to_look(
    phone: ReplayPhone, booking: Recording
) -> None:
    replayed = phone.replay(booking, scenario="dark", mode="strict")
    episode = replayed.episode
    assert episode.stop is StopReason.DIVERGED
    assert episode.error.startswith("Step 1 differs: expected com.android.launcher3 .Launcher (")
    assert booking.steps[0].observation is not None
    assert f"{booking.folder.name}/{booking.steps[0].observation.frame.path}" in episode.error
    assert "tiles differ" in episode.error
    recording = of(episode)
    last = recording.steps[-1]
    assert last.rung is not None
    assert (last.rung.rung, last.rung.source) == ("stop", 0)
    assert last.observation is not None
    assert recording.file(last.observation.frame).is_file()


def test_heal_stops_where_nobody_knows_further(
    phone: ReplayPhone, booking: Recording, nothing: Path
) -> None:
    replayed = phone.replay(booking, scenario="popup", policy="scripted", script=nothing)
    assert replayed.episode.stop is StopReason.DIVERGED
    assert "Step 2 differs" in replayed.episode.error
    assert "gave up" in replayed.episode.error
    assert counts(replayed) == {"exact": 1, "ask": 1, "stop": 1}


def test_an_end_that_is_not_there_is_not_claimed(
    phone: ReplayPhone, airplane: Recording, nothing: Path, tmp_path: Path
) -> None:
    # Without the tap on the switch the screen does not show what the recording ended on.
    recording = without_step(airplane, airplane.steps[-2].index, tmp_path)
    replayed = phone.replay(recording, policy="scripted", script=nothing)
    assert replayed.episode.stop is StopReason.DIVERGED, told(replayed)
    assert phone.setting("global", "airplane_mode_on") != "1"


def test_agent_mode_goes_its_own_way_and_comes_back(
    phone: ReplayPhone, booking: Recording, tmp_path: Path
) -> None:
    # Strayed into another app: back home and into the app again takes more than one step.
    script = tmp_path / "back.yaml"
    script.write_text(
        "- {tool: wait}\n" * 4
        + "- {tool: home}\n- {tool: wait}\n- {tool: open_app, arguments: {name: Bookings}}\n"
    )
    strayed = (
        "am start -n com.tapwright.bookings/.Search",
        "am start -n com.tapwright.notes/.NoteList",
    )
    replayed = phone.replay(
        booking, mode="agent", policy="scripted", script=script, commands=strayed
    )
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    found = counts(replayed)
    assert found["ask"] == 4, told(replayed)
    assert found["replan"] >= 1, told(replayed)


def test_without_ui_trees_pixels_are_all_there_is(phone: ReplayPhone, tmp_path: Path) -> None:
    script = tmp_path / "look.yaml"
    script.write_text(
        "- {tool: open_app, arguments: {name: Settings}}\n"
        "- {tool: tap, arguments: {at: [540, 700]}}\n"
        "- {tool: back}\n- {tool: finish, arguments: {success: true, answer: seen}}\n"
    )
    recording = phone.record("look", policy="scripted", script=script, ui_tree="never")
    assert all(step.observation is None or not step.observation.ui_tree for step in recording.steps)
    same = phone.replay(recording, policy="scripted", script=script, mode="strict")
    assert same.episode.stop is StopReason.FINISHED, told(same)
    assert counts(same) == {"exact": 4}
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text("[]")
    dark = phone.replay(recording, scenario="dark", policy="scripted", script=nothing)
    assert dark.episode.stop is StopReason.DIVERGED
    assert "Step 2 differs" in dark.episode.error, told(dark)
    asked = [step.rung for step in of(dark.episode).steps if step.rung and step.rung.rung == "stop"]
    assert asked
