"""``agent diff``: where two recordings part, and by what their screens were matched."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import run_goal
from agent.cli.app import run_command
from agent.recording.reader import read_recording
from agent.replay.beside import Beside, Place, lay_beside
from agent.replay.tape import Tape
from agent.step import StopReason
from tests.agent.replay.conftest import BOOKING
from tests.agent.replay.made import Event, altered, episode_folder, first

Variant = Callable[[str], Path]


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Variant:
    """The booking on another phone: by the name of a scenario."""
    made: dict[str, Path] = {}

    def record(scenario: str) -> Path:
        if scenario not in made:
            folder = tmp_path_factory.mktemp(scenario)
            episode = run_goal(BOOKING, device="virtual", scenario=scenario, record_dir=folder)
            assert episode.stop is StopReason.FINISHED, episode.error
            made[scenario] = episode_folder(episode)
        return made[scenario]

    return record


def beside(first_one: Path, second: Path) -> Beside:
    return lay_beside(Tape(read_recording(first_one)), Tape(read_recording(second)))


def kinds(found: Beside) -> list[str]:
    return [place.kind for place in found.places if place.kind != "same"]


def mirrored(place: Place) -> tuple[object, ...]:
    kind = {"left_out": "inserted", "inserted": "left_out"}.get(place.kind, place.kind)
    return kind, place.second, place.first, place.basis, place.second_did, place.first_did


def facts(place: Place) -> tuple[object, ...]:
    return place.kind, place.first, place.second, place.basis, place.first_did, place.second_did


def test_a_recording_is_the_same_as_itself(booking: Path) -> None:
    found = beside(booking, booking)
    assert found.same
    assert [(place.first, place.second) for place in found.places] == [
        (step, step) for step in range(14)
    ]
    assert {place.basis for place in found.places} == {"picture"}


@pytest.mark.parametrize("scenario", ["popup", "zh"])
def test_exchanging_the_two_mirrors_the_outcome(
    booking: Path, variant: Variant, scenario: str
) -> None:
    there, back = beside(booking, variant(scenario)), beside(variant(scenario), booking)
    assert sorted(map(str, map(facts, there.places))) == sorted(
        map(str, map(mirrored, back.places))
    )


def test_a_popup_is_an_inserted_step(booking: Path, variant: Variant) -> None:
    found = beside(booking, variant("popup"))
    assert kinds(found) == ["inserted"]
    assert found.parts_at is not None
    assert (found.parts_at.second, found.parts_at.first) == (1, None)
    assert "No thanks" in found.parts_at.second_did
    assert kinds(beside(variant("popup"), booking)) == ["left_out"]


def test_another_theme_is_matched_by_the_tree(booking: Path, variant: Variant) -> None:
    found = beside(booking, variant("dark"))
    assert found.same
    assert {place.basis for place in found.places} == {"tree"}


def test_another_language_is_matched_by_the_structure(booking: Path, variant: Variant) -> None:
    found = beside(booking, variant("zh"))
    # Chinese names must be typed first: two steps more.
    assert kinds(found) == ["inserted", "inserted"]
    assert "structure" in {place.basis for place in found.places}
    assert any("languages" in note for note in found.notes)


def test_another_screen_size_is_matched_without_pictures(booking: Path, variant: Variant) -> None:
    found = beside(booking, variant("landscape"))
    assert any("1080x2400 and 2400x1080" in note for note in found.notes)
    paired = [place for place in found.places if place.basis is not None]
    assert len(paired) >= 12
    assert not {"picture", "tiles"} & {place.basis for place in paired}


def test_a_step_done_differently_is_shown_with_both_deeds(booking: Path) -> None:
    def other(events: list[Event]) -> None:
        intent = first(events, "action.intent", 9)
        intent["action"] = {"kind": "back"}
        intent["anchor"] = None

    found = beside(booking, altered(booking, other))
    assert kinds(found) == ["different"]
    assert found.parts_at is not None
    assert found.parts_at.first == found.parts_at.second == 9
    assert (found.parts_at.first_did, found.parts_at.second_did) == (
        "tap (674, 2179) 'Skip'",
        "back",
    )


def test_another_point_on_the_same_target_is_the_same(booking: Path) -> None:
    def nudged(events: list[Event]) -> None:
        first(events, "action.intent", 2)["action"]["at"]["x"] -= 90

    assert beside(booking, altered(booking, nudged)).same


def test_the_same_picture_in_another_app_is_another_screen(booking: Path) -> None:
    def elsewhere(events: list[Event]) -> None:
        first(events, "observation", 6)["app"] = "com.example.copycat"

    assert kinds(beside(booking, altered(booking, elsewhere))) == ["left_out", "inserted"]


def test_the_end_counts(booking: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "run.end")["stop"] = "gave_up"

    found = beside(booking, altered(booking, other))
    assert found.parts_at is None
    assert not found.same


def test_it_fits_into_eighty_columns(
    booking: Path,
    variant: Variant,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run_command(["diff", str(booking), str(variant("popup"))]) == 1
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    row = r"^ +2 +\+ +Search +tap \(502, \d+\) 'No thanks' +only in 2nd"
    assert re.search(row, out, re.MULTILINE)
    assert "… 11 more, the same" in out
    assert "They part at step 2 of the second: 14 steps the same, 1 inserted." in out
    assert run_command(["diff", "--all", str(booking), str(variant("popup"))]) == 1
    assert "more, the same" not in capsys.readouterr().out


def test_it_speaks_json(booking: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert run_command(["diff", str(booking), str(booking), "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["same"] is True
    assert fields["parts_at"] is None
    assert len(fields["places"]) == 14


def test_bad_input_is_one_line(
    booking: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["diff", str(booking), "nothing"]) == 2
    assert "There is no recording 'nothing'" in capsys.readouterr().err
    empty = altered(booking, lambda events: events.__delitem__(slice(1, None)))
    assert run_command(["diff", str(booking), str(empty)]) == 2
    assert "is empty" in capsys.readouterr().err
    changed = altered(booking, lambda _: None)
    frame = changed / "frames" / "0003-before.png"
    frame.write_bytes(frame.read_bytes()[:-1])
    assert run_command(["diff", str(booking), str(changed)]) == 2
    assert "it was changed afterwards" in capsys.readouterr().err
