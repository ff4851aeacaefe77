"""``agent show``: the whole run, one step in full, and Markdown that nothing can break out of."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.cli.app import run_command
from agent.cli.show_markdown import code, fence
from agent.policies.scripted import ScriptedPolicy
from agent.recording.account import deed, failing_place, spans, spent_s, states, went_wrong
from agent.recording.marks import mark_of
from agent.recording.reader import Recording, list_recordings
from agent.step import StopReason, Verdict
from tests.agent.episodes import COUNT, Rig, call, recorded, tap
from tests.agent.report.runs import (
    CHINESE,
    HOSTILE,
    PHONE,
    Story,
    crashed_run,
    empty_run,
    long_run,
    passed_run,
    rich_run,
)
from tests.agent.test_loop import Grumbler
from tools.action import Scroll
from tools.errors import ModelError
from tools.geometry import Point


@pytest.fixture
def rich(tmp_path: Path) -> Recording:
    return rich_run(tmp_path / "recordings")


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What ``agent show`` prints, on lines as long as they want to be."""
    assert run_command(["show", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_run_is_told_with_checks_tokens_rungs_and_what_failed(
    rich: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    said = flat(shown(capsys, str(rich.folder)))
    for words in (
        "Model qwen<i>3</i>, dialect qwen3_vl",
        "Origin fork of 20260101T000000Z-earlier-abc123, own from step 3",
        "[shift: for",
        "Stop stuck. Nothing changed any more.",
        "Verdict failed. A check does not hold.",
        "Check failed: it was paid once. 0 payments, expected 1",
        "Tokens 16,200 in (13,500 cached), 378 out, $0.0036",
        "Rungs 1 shift",
        "1800+42 t",
        "--step 8",
        "✗ 8",
    ):
        assert words in said, words


def test_one_step_is_told_in_full(rich: Recording, capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, str(rich.folder), "--step", "1")
    assert f"<tool_call>{HOSTILE}</tool_call>" in said
    assert f"Think: {CHINESE}" in said
    words = flat(said)
    assert "Rung shift: for step 3, 14 tiles differ, likeness 0.99. The target moved." in words
    assert "Target Button 'tap'" in words
    assert "settle 50.0 ms, capture 10.0 ms, decode 4.0 ms, look 6.0 ms, model 400.0 ms" in words
    assert "Masked (40, 200)-(320, 240)" in words
    denied = flat(shown(capsys, str(rich.folder), "--step", "8"))
    assert "Told The screen did not change." in denied
    assert "Denied Rule “payments” denies it." in denied
    assert denied.count("Sent 2 messages, 1 picture to qwen<i>3</i>") == 2


def test_of_one_step_a_long_result_is_told_to_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [f"word{number}" for number in range(500)]
    note = call("note", text=" ".join(words))
    run = Rig(tmp_path, policy=ScriptedPolicy([note, call("finish", success=True, answer="x")]))
    found = recorded(run.run())
    said = shown(capsys, str(found.folder), "--step", "1")
    result = said.partition("Result")[2].partition("Time")[0]
    assert result.split() == words


def test_transforms_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from agent.sight import Transform
    from tests.agent.report.runs import GESTURES

    story = Story(tmp_path)
    story.writer.transforms = lambda: (
        Transform(space="device_px", scale_x=1.5, scale_y=2, offset_x=0, offset_y=7),
    )
    story.act(story.look("x"), call("tap"), GESTURES[0])
    found = story.end(StopReason.GAVE_UP)
    said = flat(shown(capsys, str(found.folder), "--step", "1"))
    assert "Transform to device_px: x * 1.5 + 0, y * 2 + 7" in said


def test_a_crashed_run_names_the_step_in_flight(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = crashed_run(tmp_path)
    said = flat(shown(capsys, str(found.folder)))
    assert "Stop no end. The run crashed, or still goes on." in said
    assert "not over: the run" in said
    assert "Ended in step 2: no decision." in said
    assert "Reply none came" in flat(shown(capsys, str(found.folder), "--step", "2"))
    (summary,), _ = list_recordings(found.folder.parent)
    assert summary.stop is None
    assert summary.steps == 1  # though run.json was written when the run began
    assert summary.duration_s > 0


def test_a_run_without_a_step_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = empty_run(tmp_path)
    said = shown(capsys, str(found.folder))
    assert "no end" in said
    assert "SCREEN" not in said
    assert "### `book a flight`" in shown(capsys, str(found.folder), "--md")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--step", "99"], "There is no step 99"),
        (["--step", "0"], "'--step'"),
        (["--step", "one"], "'--step'"),
    ],
)
def test_a_step_that_is_not_there_is_told(
    rich: Recording, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["show", str(rich.folder), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_markdown_tells_the_failing_step_in_full(
    rich: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, str(rich.folder), "--md")
    assert text.startswith("### `book ")
    assert "#### Step 8" in text
    assert "- **8** " in text
    assert "**denied**" in text
    assert text.index("- **1**") < text.index("#### Step 8")


def test_markdown_folds_long_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, str(long_run(tmp_path, 40).folder), "--md")
    assert "<details><summary>41 steps</summary>" in text
    assert len(text) < 65_536


def test_hostile_words_never_leave_code(
    rich: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (("--md",), ("--md", "--step", "1"), ("--md", "--step", "8")):
        outside = outside_code(shown(capsys, str(rich.folder), *arguments))
        assert "<" not in outside
        assert "img" not in outside


def outside_code(markdown: str) -> str:
    """``markdown`` without fences and code spans, as CommonMark finds them."""
    lines, fenced = [], ""
    for line in markdown.splitlines():
        opening = re.match("`{3,}", line)
        if fenced:
            fenced = "" if line == fenced else fenced
        elif opening:
            fenced = opening[0]
        else:
            lines.append(line)
    assert not fenced
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", "\n".join(lines))


@given(st.text(alphabet=st.sampled_from("`a <>\n|[]()@#~\\"), max_size=60))
@example("```")
@example("`` ` ```` `")
@example("~~~\n```text\n")
def test_nothing_ends_a_code_span_or_a_fence(text: str) -> None:
    assert outside_code(f"before {code(text)} after") in {"before  after", "before (empty) after"}
    assert outside_code(f"before\n{fence(text)}\nafter") == "before\nafter"


def test_the_parts_of_a_step_add_up_even_if_measured_oddly(tmp_path: Path) -> None:
    found = rich_run(tmp_path)
    for step in found.steps:
        if step.result is None:
            continue
        timing = step.result.timing
        whole = timing.observe_s + timing.decide_s + timing.act_s + timing.record_s
        assert spent_s(step) == pytest.approx(whole)
        assert all(span.seconds > 0 for span in spans(step))


def test_a_step_in_which_the_model_could_not_be_asked_is_not_done(tmp_path: Path) -> None:
    trouble = ModelError("the server went away")
    found = recorded(Rig(tmp_path, policy=Grumbler(tap(COUNT), trouble)).run())
    assert states(found) == ("done", "open")
    assert deed(found.steps[1]) == "no decision"
    assert failing_place(found) == 1


def test_what_failed_is_the_last_step_with_more_than_a_look(tmp_path: Path) -> None:
    rich, passed, crashed = rich_run(tmp_path), passed_run(tmp_path), crashed_run(tmp_path)
    assert [failing_place(found) for found in (rich, passed, crashed)] == [7, None, 1]
    assert failing_place(empty_run(tmp_path)) is None
    assert states(crashed) == ("done", "open")
    unsure = Story(tmp_path).end(StopReason.FINISHED, Verdict.FAILED)
    assert went_wrong(unsure)


@pytest.mark.parametrize(
    ("direction", "to"), [("down", (180, 600)), ("up", (180, 200)), ("left", (90, 400))]
)
def test_a_scroll_points_where_the_view_goes(tmp_path: Path, direction: str, to: object) -> None:
    story = Story(tmp_path)
    action = Scroll.model_validate({"at": {"x": 180, "y": 400}, "direction": direction})
    seen = story.look("x")
    story.writer.intent(0, action, seen)
    found = story.end(StopReason.CRASHED)
    mark = mark_of(found.steps[0].intent, PHONE)
    assert mark is not None
    assert mark.to is not None
    assert (mark.to.x, mark.to.y) == to


def test_an_arrow_never_leaves_the_screen(tmp_path: Path) -> None:
    story = Story(tmp_path)
    action = Scroll(at=Point(x=180, y=790), direction="down", amount=1.0)
    story.writer.intent(0, action, story.look("x"))
    mark = mark_of(story.end(StopReason.CRASHED).steps[0].intent, PHONE)
    assert mark is not None
    assert mark.to == Point(x=180, y=PHONE.height - 1)
