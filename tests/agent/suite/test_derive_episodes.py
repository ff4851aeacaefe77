"""Tasks from recorded episodes on the fake device."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.recording.format import EVENTS_FILE
from agent.recording.reader import Recording, read_recording
from agent.step import Decision
from agent.suite.derive.derive import Derived, derive_task
from agent.suite.language.task import Task
from agent.suite.language.write import written
from tests.agent.episodes import DONE, FORM, LIST, NOWHERE, Rig, call, recorded, tap
from tests.agent.suite.task_files import gather, only_case, told
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError
from tools.screen import Screenshot
from tools.ui_tree import UiTree, ui_tree_xml

FIELD, SWITCH, SAVE = [135, 58], [135, 98], [135, 138]


class Sighted(FakeDevice):
    """Gives its UI tree as XML too, as a phone does, so that it is recorded."""

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        look = super().observe(seen=seen)
        assert look.ui_tree is not None
        nodes = tuple(
            dataclasses.replace(node, text="Loud" if node.checkable else node.text)
            for node in look.ui_tree.nodes
        )
        return dataclasses.replace(look, ui_tree=UiTree(nodes, ui_tree_xml(nodes)))


class Blind(FakeDevice):
    """Gives no UI tree."""

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        return dataclasses.replace(super().observe(seen=seen), ui_tree=None)


def record(
    folder: Path,
    decisions: Sequence[Decision],
    goal: str = "sign in as Bob",
    device: FakeDevice | None = None,
) -> Recording:
    rig = Rig(folder, [*decisions, DONE], goal=goal, device=device or Sighted())
    return recorded(rig.run(may_get_stuck=False))


def steps(derived: Derived) -> list[object]:
    return list(written(derived.task)["steps"])


def sound(folder: Path, derived: Derived) -> Task:
    """The task that the file reads as, which must be the one that was meant."""
    found = gather(folder, derived.text)
    assert told(found) == []
    return only_case(found).task


def test_a_form_is_filled_in(tmp_path: Path) -> None:
    done = [tap(FORM), tap(FIELD), call("type_text", text="Bob"), tap(SWITCH)]
    derived = derive_task(record(tmp_path, done))
    assert steps(derived) == [
        {"tap": "Form"},
        {"type": {"text": "${name}", "into": "Name"}},
        {"tap": "Loud"},
    ]
    assert derived.task.params == ({"id": "recorded", "name": "Bob"},)
    checks = written(derived.task)["checks"]
    assert {"node": {"text": "Loud", "checked": "true"}} in [_plain(each) for each in checks]
    task = sound(tmp_path, derived)
    assert task.name == "sign-in-as-bob"
    assert task.doing[1].type is not None
    assert task.doing[1].type.text == "Bob"


def _plain(check: dict[str, object]) -> dict[str, object]:
    node = check.get("node")
    return (
        {"node": {k: v for k, v in node.items() if k != "kind"}}
        if isinstance(node, dict)
        else check
    )


def test_mistakes_and_what_did_nothing_are_left_out(tmp_path: Path) -> None:
    done = [
        tap(NOWHERE), call("no_such_tool"), tap(FORM), call("back"), tap(LIST), call("back"),
        tap(FORM), tap(SWITCH),
    ]  # fmt: skip
    derived = derive_task(record(tmp_path, done))
    assert steps(derived) == [{"tap": "Form"}, {"tap": "Loud"}]
    assert "5 steps of it that failed or led nowhere are left out." in derived.remarks
    assert "# 5 steps of it that failed" in derived.text


def test_typing_in_pieces_is_one_text_and_a_correction_replaces(tmp_path: Path) -> None:
    pieces = [call("type_text", text="Alc"), call("type_text", text="ie")]
    fixed = [*pieces, call("type_text", text="Alice", clear=True)]
    joined = derive_task(record(tmp_path / "a", [tap(FORM), tap(FIELD), *pieces]))
    assert joined.task.params == ({"id": "recorded", "name": "Alcie"},)
    assert not any("left out" in each for each in joined.remarks)
    mended = derive_task(record(tmp_path / "b", [tap(FORM), tap(FIELD), *fixed]))
    assert mended.task.params == ({"id": "recorded", "name": "Alice"},)
    assert steps(mended)[1] == {"type": {"text": "${name}", "into": "Name", "clear": "true"}}


def test_scrolling_to_a_thing_says_which(tmp_path: Path) -> None:
    down = call("scroll", at=[135, 300], direction="down", amount=0.5)
    recording = record(tmp_path, [tap(LIST), down, down], goal="look down the list")
    assert (
        steps(derive_task(recording))[1:] == [{"swipe": {"direction": "up", "distance": "0.5"}}] * 2
    )


def test_secrets_stand_by_name_only(tmp_path: Path) -> None:
    typed = call("type_text", text="${x} <secret:PIN>")
    derived = derive_task(record(tmp_path, [tap(FORM), tap(FIELD), typed]))
    assert derived.task.secrets == ("PIN",)
    assert steps(derived)[1] == {"type": {"text": "$${x} ${secret.PIN}", "into": "Name"}}
    assert derived.task.params is None
    assert "<secret" not in derived.text
    task = sound(tmp_path, derived)
    assert task.doing[1].type is not None
    assert task.doing[1].type.text == "${x} <secret:PIN>"


def test_without_trees_places_stand_in_and_that_is_told(tmp_path: Path) -> None:
    derived = derive_task(record(tmp_path, [tap(FORM), tap(SWITCH)], device=Blind()))
    assert steps(derived) == [{"tap": {"at": ["370", "104"]}}, {"tap": {"at": ["500", "204"]}}]
    assert derived.task.checks == ()
    assert any("no UI tree" in each for each in derived.remarks)
    assert any("unverified" in each for each in derived.remarks)
    assert derived.text.count("# by its place only") == 2
    sound(tmp_path, derived)


def test_a_run_that_crashed_gives_what_it_did(tmp_path: Path) -> None:
    recording = record(tmp_path, [tap(FORM), tap(SWITCH)])
    events = recording.folder / EVENTS_FILE
    lines = events.read_bytes().splitlines(keepends=True)
    results = [n for n, line in enumerate(lines) if b'"action.result"' in line]
    events.write_bytes(b"".join(lines[: results[1]]))  # the second action is not known to be done
    derived = derive_task(read_recording(recording.folder))
    assert steps(derived) == [{"tap": "Form"}]
    assert any("cut off" in each for each in derived.remarks)
    assert any("may or may not" in each for each in derived.remarks)


def test_a_recording_that_did_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="nothing to test"):
        derive_task(record(tmp_path, [tap(NOWHERE)]))
    empty = record(tmp_path / "b", [tap(FORM)])
    events = empty.folder / EVENTS_FILE
    events.write_bytes(events.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(RecordingError, match="is empty"):
        derive_task(read_recording(empty.folder))


def test_a_goal_with_odd_signs_makes_a_sound_file(tmp_path: Path) -> None:
    goal = 'say "${x}": #1\n\t- {a}\u2028 \U0001f600 * & ! % @'
    derived = derive_task(record(tmp_path, [tap(FORM)], goal=goal))
    task = sound(tmp_path, derived)
    assert task.description == " ".join(goal.split())


def test_what_was_given_up_is_told(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [tap(FORM), call("finish", success=False, answer="no")], device=Sighted())
    derived = derive_task(recorded(rig.run()))
    assert any("gave_up" in each for each in derived.remarks)


def test_waits_at_the_end_give_the_checks_their_time(tmp_path: Path) -> None:
    waits = [call("wait", duration_s=3.0), call("wait", duration_s=2.0)]
    done = [tap(FORM), tap(FIELD), call("type_text", text="Bob")]
    checks = derive_task(record(tmp_path, [*done, *waits])).task.checks
    assert [check.timeout_s for check in checks if check.text] == [15.0] * len(checks)
    assert checks
    assert derive_task(record(tmp_path, done)).task.checks[0].timeout_s == 2.0
