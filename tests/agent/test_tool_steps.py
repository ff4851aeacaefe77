"""Steps whose tool works long, fails, or answers at length: how they are timed, told and shown."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.cli.live import Live
from agent.recording.account import spans, spent_s, states
from agent.recording.reader import Recording, read_recording
from agent.report.build import write_report
from agent.step import Decision, Step, StopReason
from tests.agent.episodes import COUNT, DONE, Rig, call, recorded, tap
from tests.agent.report.runs import Story
from tools.clock import FakeClock
from tools.errors import ModelError
from tools.registry import Tool, tool

FILMED_S = 30.0
LONG = " ".join(f"word{number}" for number in range(250))


@dataclass
class Filming:
    """A tool that takes its time, and then answers or fails."""

    clock: FakeClock
    trouble: BaseException | None = None
    answer: str = "a cat"

    def tool(self) -> Tool:
        """The tool ``film``."""

        @tool
        def film() -> str:
            """Film the screen."""
            self.clock.sleep(FILMED_S)
            if self.trouble is not None:
                raise self.trouble
            return self.answer

        return film


def filmed(folder: Path, *then: Decision, trouble: BaseException | None = None) -> Recording:
    """A run that taps, films, and does ``then``."""
    clock = FakeClock(tick_s=0.001)
    filming = Filming(clock, trouble)
    rig = Rig(folder, [tap(COUNT), call("film"), *then], clock=clock, tools=[filming.tool()])
    return recorded(rig.run())


def before_the_mend(found: Recording) -> Recording:
    """The same as it was written when a tool that failed was ok and its time was in no step."""
    path = found.folder / "events.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines):
        event = json.loads(line)
        if event["event"] == "action.result":
            event |= {"ok": True, "error": "", "timing": {**event["timing"], "act_s": 0.0}}
            lines[place] = json.dumps(event)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_recording(found.folder)


def test_the_work_of_a_tool_is_in_the_time_of_its_step(tmp_path: Path) -> None:
    found = filmed(tmp_path, DONE)
    assert spent_s(found.steps[0]) < 1
    assert FILMED_S <= spent_s(found.steps[1]) < FILMED_S + 1
    longest = max(spans(found.steps[1]), key=lambda span: span.seconds)
    assert longest.phase == "act"
    assert found.end is not None
    whole = sum(spent_s(step) for step in found.steps)
    assert whole == pytest.approx(found.end.duration_s, abs=1)  # nothing long is in no step


def test_the_work_of_a_tool_is_seen_wherever_times_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, stream = FakeClock(tick_s=0.001), io.StringIO()
    rig = Rig(tmp_path, [call("film"), DONE], clock=clock, tools=[Filming(clock).tool()])
    episode = rig.run()
    Live(stream).stepped(episode.steps[0])
    assert "30.0" in stream.getvalue()
    found = recorded(episode)
    assert run_command(["show", str(found.folder), "--md"]) == 0
    assert "30.0" in next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("- **1**")
    )
    page = write_report([found], tmp_path / "report", lambda done, total: None).page
    assert "act <b>30.0 s</b>" in page.read_text(encoding="utf-8")


def test_the_time_until_a_person_has_answered_is_in_it_too(tmp_path: Path) -> None:
    clock = FakeClock(tick_s=0.001)

    def slowly(question: str) -> str:
        clock.sleep(20)
        return f"{question} yes"

    decisions = [call("ask_user", question="Shall I?"), DONE]
    episode = Rig(tmp_path, decisions, clock=clock, ask=slowly).run()
    assert 20 <= episode.steps[0].timing.act_s < 21


def test_the_time_of_a_tool_that_failed_counts(tmp_path: Path) -> None:
    found = filmed(tmp_path, trouble=ModelError("the server answered 500"))
    assert spent_s(found.steps[1]) >= FILMED_S


def test_what_a_tool_asks_is_no_time_of_the_decision(tmp_path: Path) -> None:
    from agent.model import Reply

    story = Story(tmp_path, model="qwen3")
    seen = story.look("one")
    story.ask(seen, Reply(text="film", latency_s=0.1))
    story.writer.decision(0, call("film"), 0.1)
    story.ask(seen, Reply(text="a cat", latency_s=9.0))
    story.over(call("film"))
    found = story.end(StopReason.STEP_LIMIT)
    told = {span.phase: span.seconds for span in spans(found.steps[0])}
    assert told["model"] == pytest.approx(0.1)
    assert told["decide"] == pytest.approx(0.42 - 0.1)


def as_written(found: Recording) -> Recording:
    return found


@pytest.mark.parametrize("age", [as_written, before_the_mend])
@pytest.mark.parametrize("trouble", [ModelError("it answered 500"), KeyboardInterrupt()])
def test_a_step_whose_tool_failed_is_not_done(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: BaseException,
    age: Callable[[Recording], Recording],
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    found = age(filmed(tmp_path / "recordings", trouble=trouble))
    assert states(found) == ("done", "open")
    assert run_command(["show", str(found.folder)]) == 0
    assert "not over: the run ended in this step" in capsys.readouterr().out
    assert run_command(["show", str(found.folder), "--step", "2"]) == 0
    assert "Result: none: the run ended in this step" in capsys.readouterr().out
    page = write_report([found], tmp_path / "report", lambda done, total: None).page
    said = page.read_text(encoding="utf-8")
    assert '"state":"open","state_said":"Not over: the run ended in this step"' in said


def test_a_recording_says_of_a_tool_that_failed_that_it_did_not_end(tmp_path: Path) -> None:
    results = [step.result for step in filmed(tmp_path, trouble=ModelError("500")).steps]
    assert [result is not None and result.ok for result in results] == [True, False]
    assert results[1] is not None
    assert results[1].error == "The run ended before this was done."


def test_a_decision_for_which_no_time_was_left_is_not_done(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [tap(COUNT)], clock=FakeClock(tick_s=1.0))
    found = recorded(rig.run(timeout_s=7))
    assert found.end is not None
    assert found.end.stop is StopReason.TIME_LIMIT
    assert found.steps[-1].decision is not None
    assert states(found) == ("open",)


def test_a_tool_that_answered_before_the_run_broke_off_is_done(tmp_path: Path) -> None:
    clock = FakeClock(tick_s=0.001)
    rig = Rig(tmp_path, [call("film")], clock=clock, tools=[Filming(clock).tool()])
    found = recorded(rig.run(timeout_s=FILMED_S))
    assert found.end is not None
    assert found.end.stop is StopReason.TIME_LIMIT
    assert states(found) == ("done", "look")


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_long_answer_takes_three_lines_while_it_runs(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", f"{width}")
    stream = io.StringIO()
    Live(stream).stepped(Step(index=0, decision=call("film", "Look"), result=LONG))
    lines = stream.getvalue().splitlines()
    assert len(lines) <= 5
    assert sum("word" in line for line in lines) == 3
    assert f"… ({len(LONG)} characters)" in stream.getvalue()
    assert all(len(line) <= width for line in lines)


def test_a_short_answer_is_whole_while_it_runs() -> None:
    stream = io.StringIO()
    Live(stream).stepped(Step(index=0, decision=call("film", "Look"), result="one\ntwo\nthree"))
    assert [word for word in stream.getvalue().split() if word in {"one", "two", "three"}] == [
        "one", "two", "three",
    ]  # fmt: skip
    assert "…" not in stream.getvalue()


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_long_answer_takes_three_lines_in_the_table(
    tmp_path: Path,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = FakeClock(tick_s=0.001)
    films = Filming(clock, answer=LONG).tool()
    found = recorded(Rig(tmp_path, [call("film"), DONE], clock=clock, tools=[films]).run())
    monkeypatch.setenv("COLUMNS", f"{width}")
    assert run_command(["show", str(found.folder)]) == 0
    said = capsys.readouterr().out
    assert sum("word" in line for line in said.splitlines()) <= 3
    assert "word0" in said
    assert "…" in said
    assert run_command(["show", str(found.folder), "--step", "1"]) == 0
    whole = "".join(capsys.readouterr().out.split())
    assert f"({len(LONG)}characters)" in whole or LONG.replace(" ", "") in whole
