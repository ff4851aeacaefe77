"""What is kept of goals that were reached, when it is used again, and when it is not."""

import io
import re
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.recording.reader import Recording
from agent.step_cache import StepCache, facts_of, size_class
from tests.agent.episodes import COUNT, DONE, Rig, recorded, tap
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError
from tools.geometry import Size

INFO = FakeDevice().info
GOAL = "count to one"


def version_of(app: str) -> str:
    return f"1 ({app} 1.0)"


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return recorded(Rig(tmp_path / "runs", [tap(COUNT), DONE]).run())


@pytest.fixture
def cache(tmp_path: Path) -> StepCache:
    return StepCache(tmp_path / "cache" / "steps")


def test_a_goal_is_found_again(cache: StepCache, recording: Recording) -> None:
    facts = facts_of(GOAL, "", INFO)
    assert cache.find(facts, version_of).why == "Miss: this goal was not reached yet."
    kept = cache.keep(facts, recording, version_of)
    lookup = cache.find(facts_of("  count \n to one", "", INFO), version_of)
    assert lookup.entry == kept
    assert lookup.why.startswith("Hit: reached in 2 steps on 20")
    assert kept.apps == {"fake": "1 (fake 1.0)"}
    copy = cache.recording(kept)
    assert (copy.warnings, copy.steps) == ((), recording.steps)
    assert copy.folder != recording.folder
    assert not (copy.folder / "phone-state.json").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"theme": "dark"}, "theme 'dark', not 'unknown'"),
        ({"locale": "zh-CN"}, "locale 'zh-CN', not 'en-US'"),
        ({"kind": "android"}, "kind 'android', not 'fake'"),
        ({"size": Size(width=1200, height=480)}, "size class 'expanded x medium', not"),
    ],
)
def test_other_circumstances_are_a_miss_and_named(
    cache: StepCache, recording: Recording, change: dict[str, object], said: str
) -> None:
    cache.keep(facts_of(GOAL, "", INFO), recording, version_of)
    lookup = cache.find(facts_of(GOAL, "", INFO.model_copy(update=change)), version_of)
    assert lookup.entry is None
    assert said in lookup.why


def test_another_size_of_the_same_class_is_no_miss(cache: StepCache, recording: Recording) -> None:
    cache.keep(facts_of(GOAL, "", INFO), recording, version_of)
    other = INFO.model_copy(update={"size": Size(width=300, height=600)})
    assert cache.find(facts_of(GOAL, "", other), version_of).entry is not None


def test_another_version_of_an_app_is_a_miss(cache: StepCache, recording: Recording) -> None:
    facts = facts_of(GOAL, "", INFO)
    cache.keep(facts, recording, version_of)
    assert cache.find(facts, lambda _: "2 (2.0)").why == (
        "Miss: fake is version 2 (2.0) now, not 1 (fake 1.0)."
    )
    assert cache.find(facts, lambda _: "").why == "Miss: fake is not there any more."


def test_the_last_way_to_a_goal_is_kept(cache: StepCache, tmp_path: Path) -> None:
    facts = facts_of(GOAL, "", INFO)
    for taps in (1, 3):
        way = recorded(Rig(tmp_path / "runs", [tap(COUNT)] * taps + [DONE]).run())
        cache.keep(facts, way, version_of)
    [entry] = cache.entries()
    assert entry.steps == 4
    assert [each.name for each in cache.folder.iterdir()] == [facts.key]  # nothing half written


def test_what_is_damaged_or_newer_is_a_miss(cache: StepCache, recording: Recording) -> None:
    facts = facts_of(GOAL, "", INFO)
    cache.keep(facts, recording, version_of)
    (cache.folder / facts.key / "entry.json").write_text("{}")
    assert cache.find(facts, version_of).entry is None
    assert cache.entries() == ()
    cache.keep(facts, recording, version_of)
    assert cache.find(facts, version_of).entry is not None
    assert cache.drop(facts.key)
    assert not cache.drop(facts.key)


def test_a_cache_that_cannot_be_written(tmp_path: Path, recording: Recording) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match=r"step cache .* cannot be written"):
        StepCache(tmp_path / "file").keep(facts_of(GOAL, "", INFO), recording, version_of)


@pytest.mark.parametrize(
    ("size", "dpi", "expected"),
    [
        (Size(width=1080, height=2400), 420, "compact x expanded"),
        (Size(width=2400, height=1080), 420, "expanded x compact"),
        (Size(width=1599, height=2560), 320, "medium x expanded"),
        (Size(width=599, height=479), 160, "compact x compact"),
        (Size(width=600, height=480), 160, "medium x medium"),
        (Size(width=840, height=900), 160, "expanded x expanded"),
    ],
)
def test_size_classes(size: Size, dpi: int, expected: str) -> None:
    assert size_class(size, dpi) == expected


def test_on_the_command_line(
    tmp_path: Path,
    recording: Recording,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AGENT_CACHE_DIR", str(tmp_path / "steps"))
    assert run_command(["cache", "list"]) == 0
    assert "Nothing is kept" in capsys.readouterr().out
    facts = facts_of(GOAL, "", INFO)
    StepCache(tmp_path / "steps").keep(facts, recording, version_of)
    assert run_command(["cache", "list"]) == 0
    assert facts.key[:8] in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")  # the goal is read in words, not in letters
    assert run_command(["cache", "list"]) == 0
    assert re.search(rf"{facts.key[:8]} +{GOAL[:12]}", capsys.readouterr().out)
    assert run_command(["cache", "explain", GOAL, "--device", "virtual"]) == 1
    said = capsys.readouterr().out
    assert "theme       light" in said
    assert "kind 'android', not 'fake'" in said
    assert run_command(["cache", "clear", "zz"]) == 2
    assert "No key begins with 'zz'" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run_command(["cache", "clear"]) == 2
    assert "Nobody is there to say yes. Add --yes." in capsys.readouterr().err
    assert run_command(["cache", "clear", facts.key[:5]]) == 0
    assert f"Forgotten: {GOAL}" in capsys.readouterr().out
    assert run_command(["cache", "list", "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"
