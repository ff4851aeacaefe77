"""Old recordings go as far as was said, and nothing else ever does."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.amounts import seconds, size_bytes, size_in_words
from agent.recording.prune import Bounds, Stored, plan_prune, remove, sweep
from agent.recording.reader import read_recording
from tests.agent.episodes import COUNT, DONE, Rig, tap
from tools.action import Action
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError

GOLDEN = Path(__file__).parents[1] / "golden" / "recordings" / "v2"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
NOW = BEGAN + timedelta(days=10)


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """Ten recordings, one a day, and what is none: none of it may ever go."""
    folder = tmp_path / "recordings"
    started = read_recording(GOLDEN).start.model_dump(mode="json")["started"]
    for day in range(10):
        made = Path(shutil.copytree(GOLDEN, folder / f"r{day}"))
        for name in ("events.jsonl", "run.json"):
            began = (BEGAN + timedelta(days=day)).isoformat().replace("+00:00", "Z")
            (made / name).write_text((made / name).read_text().replace(started, began))
        (made / "more.bin").write_bytes(bytes(1000 * day))
    (folder / "notes").mkdir()
    (folder / "notes" / "todo.txt").write_text("mine")
    (folder / "damaged").mkdir()
    (folder / "damaged" / "events.jsonl").write_text("mine too\n")
    shutil.copy(GOLDEN / "run.json", folder / "damaged")
    (folder / "link").symlink_to(GOLDEN)
    (folder / "file.txt").write_text("mine as well")
    return folder


def names(stored: Sequence[Stored]) -> list[str]:
    return [each.folder.name for each in stored]


@pytest.mark.parametrize(
    ("bounds", "going"),
    [
        (Bounds(keep=10), 0),
        (Bounds(keep=11), 0),
        (Bounds(keep=3), 7),
        (Bounds(keep=0), 10),
        (Bounds(older_than_s=86400.0 * 10), 0),
        (Bounds(older_than_s=86400.0 * 4.5), 6),
        (Bounds(keep=8, older_than_s=86400.0 * 4.5), 6),
        (Bounds(keep=2, older_than_s=86400.0 * 4.5), 8),
        (Bounds(max_bytes=10**9), 0),
        (Bounds(max_bytes=0), 10),
        (Bounds(), 0),
    ],
)
def test_what_breaks_any_bound_goes_oldest_first(parent: Path, bounds: Bounds, going: int) -> None:
    plan = plan_prune(parent, bounds, NOW)
    assert names(plan.go) == [f"r{day}" for day in range(going)]
    assert names(plan.stay) == [f"r{day}" for day in range(going, 10)]
    assert len(plan.problems) == 2
    assert any("damaged" in problem for problem in plan.problems)
    assert any("is a link" in problem for problem in plan.problems)


@pytest.mark.parametrize("kept", range(11))
def test_the_newest_stay_that_have_room(parent: Path, kept: int) -> None:
    sizes = [each.size_bytes for each in plan_prune(parent, Bounds(), NOW).stay][::-1]
    assert sizes[0] - sizes[1] == 1000, "all files of the folder count"
    room = sum(sizes[:kept])
    assert len(plan_prune(parent, Bounds(max_bytes=room), NOW).stay) == kept
    if kept:
        assert len(plan_prune(parent, Bounds(max_bytes=room - 1), NOW).stay) == kept - 1


def test_only_recordings_are_removed(parent: Path) -> None:
    for each in plan_prune(parent, Bounds(keep=0), NOW).go:
        remove(each)
    left = {path.name for path in parent.iterdir()}
    assert left == {"notes", "damaged", "link", "file.txt"}
    assert (GOLDEN / "events.jsonl").exists()
    assert (parent / "notes" / "todo.txt").exists()


def test_links_in_a_recording_are_removed_and_what_they_lead_to_is_not(
    parent: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (parent / "r0" / "way out").symlink_to(precious)
    (first, *_) = plan_prune(parent, Bounds(keep=9), NOW).go
    remove(first)
    assert not (parent / "r0").exists()
    assert (precious / "file").exists()


def test_what_cannot_be_removed_is_told(parent: Path) -> None:
    (first, *_) = plan_prune(parent, Bounds(keep=9), NOW).go
    remove(first)
    with pytest.raises(RecordingError, match="cannot be removed: No such file or directory"):
        remove(first)


def test_what_a_killed_prune_left_is_swept_and_never_listed(parent: Path) -> None:
    (parent / "r3").rename(parent / ".pruned-r3")
    assert len(plan_prune(parent, Bounds(), NOW).stay) == 9
    sweep(parent)
    assert not (parent / ".pruned-r3").exists()
    assert (parent / "r4").exists()


def test_a_run_that_still_goes_on_stays(tmp_path: Path) -> None:
    seen: list[str] = []

    class Pruning(FakeDevice):
        def perform(self, action: Action) -> None:
            plan = plan_prune(tmp_path, Bounds(keep=0), datetime.now(UTC))
            assert plan.go == ()
            assert [each.running for each in plan.stay] == [True]
            with pytest.raises(RecordingError) as caught:
                remove(plan.stay[0])
            seen.append(str(caught.value))
            super().perform(action)

    episode = Rig(tmp_path, [tap(COUNT), DONE], device=Pruning()).run()
    (said,) = seen
    assert "stays: its run still goes on" in said
    assert episode.recording is not None
    assert episode.recording.exists()
    (over,) = plan_prune(tmp_path, Bounds(keep=0), datetime.now(UTC)).go
    remove(over)
    assert not episode.recording.exists()


def test_no_folder_is_no_recordings(tmp_path: Path) -> None:
    plan = plan_prune(tmp_path / "nowhere", Bounds(keep=0), NOW)
    assert (plan.go, plan.stay, plan.problems) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "value"),
    [("30d", 2592000), ("12h", 43200), ("1.5w", 907200), ("90 s", 90), ("5M", 300)],
)
def test_spans_are_read(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2GB", 2 * 10**9), ("2GiB", 2**31), ("500 mb", 5 * 10**8), ("1.5k", 1500), ("12", 12)],
)
def test_sizes_are_read(text: str, value: int) -> None:
    assert size_bytes(text) == value


@given(st.text(max_size=8))
def test_no_text_is_read_as_a_negative_amount_or_fails_otherwise(text: str) -> None:
    import typer

    for read in (seconds, size_bytes):
        try:
            assert read(text) >= 0
        except typer.BadParameter as error:
            assert repr(text) in str(error.message)  # noqa: PT017


@pytest.mark.parametrize(
    ("size", "said"), [(5, "5 bytes"), (1500, "1.5 kB"), (2 * 10**6, "2.0 MB"), (10**10, "10.0 GB")]
)
def test_sizes_are_written(size: int, said: str) -> None:
    assert size_in_words(size) == said


def test_the_age_is_that_of_the_run_not_of_the_file(parent: Path) -> None:
    os.utime(parent / "r0" / "events.jsonl", (NOW.timestamp(), NOW.timestamp()))
    assert names(plan_prune(parent, Bounds(older_than_s=86400.0 * 9.5), NOW).go) == ["r0"]
