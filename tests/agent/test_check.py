"""Checks: what they say of a screen, and that the verdict is theirs, whatever the agent claims."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.check import TextVisible, verdict_of
from agent.cli.app import run_command
from agent.step import Checked, StopReason, Verdict
from tests.agent.episodes import COUNT, DONE, FORM, Rig, call, recorded, tap
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.geometry import Box
from tools.ui_tree import UiNode, UiTree


def seen_with(*texts: str) -> Observation:
    box = Box(left=0, top=0, right=10, bottom=10)
    nodes = (UiNode(index=i, parent=-1, box=box, text=text) for i, text in enumerate(texts))
    return Observation(FakeDevice().glance(), app="a", ui_tree=UiTree(nodes=tuple(nodes)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Booking confirmed", ("Bookings", "Booking confirmed · TWZHJN")),
        ("booking CONFIRMED", ("Booking  confirmed",)),
        ("total 630", ("Total", "630")),
        ("重庆", ("从重庆到北京",)),
        ("STRASSE", ("Straße",)),
    ],
)
def test_a_text_is_seen(text: str, shown: tuple[str, ...]) -> None:
    checked = TextVisible(text).run(seen_with(*shown))
    assert checked.verdict is Verdict.PASSED, checked.evidence
    assert checked.name == f"text {text!r} is visible"


@pytest.mark.parametrize("shown", [(), ("Bookings",), ("confirmed", "Booking")])
def test_a_text_that_is_not_there_fails_with_what_is(shown: tuple[str, ...]) -> None:
    checked = TextVisible("Booking confirmed").run(seen_with(*shown))
    assert checked.verdict is Verdict.FAILED
    assert all(repr(text) in checked.evidence for text in shown)
    assert shown or "no text at all" in checked.evidence


def test_a_long_text_is_shown_around_what_was_sought() -> None:
    checked = TextVisible("needle").run(seen_with("x" * 900 + " needle here"))
    assert checked.verdict is Verdict.PASSED
    assert "needle here" in checked.evidence
    assert len(checked.evidence) < 300


@pytest.mark.parametrize(
    ("app", "activity", "said"),
    [
        ("com.android.settings", ".NetworkSettings", "com.android.settings.NetworkSettings shows"),
        ("mousepad", "note.txt - Mousepad", "mousepad note.txt - Mousepad shows"),
        ("mousepad", "", "mousepad shows"),
        ("", "", "the last screen shows"),
    ],
)
def test_it_is_told_where_it_was_seen(app: str, activity: str, said: str) -> None:
    seen = replace(seen_with("here"), app=app, activity=activity)
    assert TextVisible("here").run(seen).evidence.startswith(said)


def test_without_a_tree_it_is_an_error_and_no_pass() -> None:
    blind = Observation(FakeDevice().glance())
    assert TextVisible("anything").run(blind).verdict is Verdict.ERROR


def test_the_worst_verdict_counts() -> None:
    passed, failed, error = (
        Checked(name="", verdict=verdict, evidence="")
        for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.ERROR)
    )
    assert verdict_of([]) is Verdict.UNVERIFIED
    assert verdict_of([passed, passed]) is Verdict.PASSED
    assert verdict_of([passed, error]) is Verdict.ERROR
    assert verdict_of([error, failed, passed]) is Verdict.FAILED


def test_the_verdict_is_that_of_the_screen_and_is_recorded(tmp_path: Path) -> None:
    checks = (TextVisible("Count 1"), TextVisible("Count 2"))
    episode = Rig(tmp_path, [tap(COUNT), DONE], checks=checks).run()
    assert (episode.stop, episode.verdict) == (StopReason.FINISHED, Verdict.FAILED)
    assert [each.verdict for each in episode.checks] == [Verdict.PASSED, Verdict.FAILED]
    recording = recorded(episode)
    assert [(each.name, each.verdict) for each in recording.checks] == [
        (each.name, each.verdict) for each in episode.checks
    ]
    assert recording.end is not None
    assert recording.end.verdict is Verdict.FAILED
    # The look that the checks were put to is in it, after the last step.
    assert len(recording.steps) == 3
    assert recording.steps[2].decision is None


def test_an_agent_that_gave_up_may_still_have_done_it(tmp_path: Path) -> None:
    give_up = call("finish", success=False, answer="I could not.")
    episode = Rig(tmp_path, [tap(COUNT), give_up], checks=(TextVisible("Count 1"),)).run()
    assert (episode.stop, episode.verdict) == (StopReason.GAVE_UP, Verdict.PASSED)


def test_at_a_limit_the_last_look_serves(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [tap(COUNT)] * 2, checks=(TextVisible("Count 2"),))
    episode = rig.run(max_steps=2)
    assert (episode.stop, episode.verdict) == (StopReason.STEP_LIMIT, Verdict.PASSED)
    assert len(recorded(episode).steps) == 3


def test_a_run_that_breaks_off_has_not_come_to_its_checks(tmp_path: Path) -> None:
    device = FakeDevice(gone_after=1)
    episode = Rig(tmp_path, [tap(FORM), DONE], device=device, checks=(TextVisible("x"),)).run()
    assert (episode.stop, episode.verdict) == (StopReason.DEVICE_LOST, Verdict.NOT_RUN)
    assert episode.checks == ()


def test_expectations_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "turn on airplane mode", "--device", "virtual"]
    assert run_command([*arguments, "--expect", "airplane mode", "--quiet"]) == 0
    assert "finished (passed)" in capsys.readouterr().out
    assert run_command([*arguments, "--expect", "airplane mode", "--expect", "Bananas"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "✗ finished failed" in said
    assert "failed: text 'Bananas' is visible." in said


def test_expectations_that_cannot_be_met(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["run", "turn on airplane mode", "--device", "virtual"]
    assert run_command([*arguments, "--expect", "  "]) == 2
    assert "--expect" in capsys.readouterr().err
    monkeypatch.setenv("AGENT_UI_TREE", "never")
    assert run_command([*arguments, "--expect", "x"]) == 2
    assert "ui_tree is 'never'" in capsys.readouterr().err
