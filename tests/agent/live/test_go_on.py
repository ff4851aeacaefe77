"""Going on from a recording: at a step of it, or where it was cut off."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from agent.cli.app import run_command
from agent.recording.reader import Recording, read_recording
from agent.step import StopReason
from agent.wiring.replay import fork, resume
from tests.agent.live.phones import ReplayPhone, copy_of, counts, of, told
from tools.errors import UsageError

GOAL = "book a one-way ticket Chongqing to Beijing"


def bookings(phone: ReplayPhone) -> list[dict[str, Any]]:
    return phone.rows("SELECT * FROM bookings ORDER BY id")


def test_a_fork_replays_up_to_its_step_and_the_rules_go_on(
    phone: ReplayPhone, booking: Recording
) -> None:
    phone.reset()
    before = len(bookings(phone))
    replayed = fork(phone.config(), booking, 10)
    episode = replayed.episode
    assert episode.stop is StopReason.FINISHED, told(replayed)
    assert counts(replayed) == {"exact": 9}, told(replayed)
    assert len(episode.steps) == 14, told(replayed)
    assert len(bookings(phone)) == before + 1
    start = of(episode).start
    assert start.origin is not None
    assert (start.origin.kind, start.origin.step) == ("fork", 9)
    assert start.goal == GOAL


def test_a_fork_may_have_another_goal_and_another_policy(
    phone: ReplayPhone, airplane: Recording, tmp_path: Path
) -> None:
    script = tmp_path / "home.yaml"
    script.write_text(
        "- {tool: home}\n- {tool: finish, arguments: {success: true, answer: at home}}\n"
    )
    phone.reset()
    config = phone.config(policy="scripted", script=script)
    replayed = fork(config, airplane, 5, goal="go home")
    assert replayed.episode.stop is StopReason.FINISHED, told(replayed)
    assert replayed.episode.answer == "at home"
    assert [step.action.kind for step in replayed.episode.steps if step.action] == [
        "tap", "tap", "type_text", "tap", "home",
    ]  # fmt: skip
    assert replayed.episode.goal == "go home"
    assert phone.setting("global", "airplane_mode_on") != "1"


@pytest.mark.parametrize("step", [-3, 0, 16, 400])
def test_a_step_that_is_not_there_is_one_clear_line(
    phone: ReplayPhone, booking: Recording, step: int
) -> None:
    with pytest.raises(UsageError, match=f"has no step {step}.*1 to 14"):
        fork(phone.config(), booking, step)


def test_a_run_that_ended_too_early_goes_on_where_it_was(phone: ReplayPhone) -> None:
    cut = phone.record(GOAL, max_steps=6)
    assert cut.end is not None
    assert cut.end.stop is StopReason.STEP_LIMIT
    before = len(bookings(phone))
    resumed = resume(phone.config(), cut)  # the phone still shows what it showed last
    assert resumed.episode.stop is StopReason.FINISHED, told(resumed)
    assert counts(resumed) == {}
    assert len(resumed.episode.steps) == 8, told(resumed)
    assert len(bookings(phone)) == before + 1

    phone.reset()
    brought = resume(phone.config(), cut)
    assert brought.episode.stop is StopReason.FINISHED, told(brought)
    assert counts(brought) == {"exact": 6}
    assert len(brought.episode.steps) == 14
    origin = of(brought.episode).start.origin
    assert origin is not None
    assert (origin.kind, origin.run, origin.step) == ("resume", cut.start.run, 6)


def test_an_act_that_was_never_looked_after_is_not_waited_for(
    phone: ReplayPhone, booking: Recording, tmp_path: Path
) -> None:
    copy = copy_of(booking, tmp_path)  # killed right after the sixth act
    lines = (copy / "events.jsonl").read_text().splitlines()
    done = next(
        place
        for place, line in enumerate(lines)
        if '"action.result"' in line and json.loads(line)["step"] == 5
    )
    (copy / "events.jsonl").write_text("\n".join(lines[: done + 1]) + "\n")
    phone.reset()
    brought = resume(phone.config(), read_recording(copy))
    assert brought.episode.stop is StopReason.FINISHED, told(brought)
    assert counts(brought) == {"exact": 6}, told(brought)
    assert len(brought.episode.steps) == 14


def test_checks_masks_and_secrets_of_the_recording_hold_for_what_comes_of_it(
    phone: ReplayPhone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOOR_CODE", "cedar-9174")
    monkeypatch.setenv("AGENT_ADB_SERVER", f"127.0.0.1:{phone.server.server_port}")
    monkeypatch.setenv("AGENT_RECORD_DIR", str(phone.folder))
    first = phone.record(
        "turn on airplane mode",
        expect=("Airplane mode",),
        mask=("0,0,1080,200",),
        secrets=("DOOR_CODE",),
    )
    for words in (["replay", "--live"], ["run", "--step", "3", "--from"]):
        phone.reset()
        where = [first.folder.name, "--mask=0,2300,1080,2400", f"--device={phone.serial}", "--json"]
        assert run_command([*words, *where]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["verdict"] == "passed"
        again = read_recording(Path(said["recording"]))
        assert again.start.config["mask"] == ["0,0,1080,200", "0,2300,1080,2400"]
        assert again.start.config["secrets"] == ["DOOR_CODE"]
        assert all(step.observation and step.observation.masked for step in again.steps)
    phone.reset()
    where = ["home", f"--from={first.folder.name}", "--step=1", f"--device={phone.serial}"]
    run_command(["run", *where, "--json", "--max-steps=1"])
    assert json.loads(capsys.readouterr().out)["verdict"] == "unverified"  # another goal


def test_a_run_that_is_done_is_not_resumed(phone: ReplayPhone, booking: Recording) -> None:
    with pytest.raises(UsageError, match=r"is done.*--step K"):
        resume(phone.config(), booking)


def test_a_step_in_flight_is_not_repeated_blindly(
    phone: ReplayPhone, booking: Recording, tmp_path: Path
) -> None:
    # Cut off between the intent to pay and its result; and it was paid.
    lines = (booking.folder / "events.jsonl").read_text().splitlines()
    paid = next(
        place
        for place, line in enumerate(lines)
        if '"action.intent"' in line and json.loads(line)["step"] == 12
    )
    copy = copy_of(booking, tmp_path)
    (copy / "events.jsonl").write_text("\n".join(lines[: paid + 1]) + "\n")
    assert phone.replay(booking, mode="strict").episode.stop is StopReason.FINISHED
    after = bookings(phone)
    resumed = resume(phone.config(), read_recording(copy))
    assert resumed.episode.stop is StopReason.FINISHED, told(resumed)
    assert counts(resumed) == {}
    assert len(resumed.episode.steps) == 1, told(resumed)  # it looked, and saw that it is done
    assert bookings(phone) == after


def test_a_killed_run_goes_on(
    phone: ReplayPhone,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone.reset()
    folder = tmp_path / "killed"
    where = [
        f"--device={phone.serial}",
        "--policy=rules",
        f"--record-dir={folder}",
        "--yes",
    ]
    monkeypatch.setenv("AGENT_ADB_SERVER", f"127.0.0.1:{phone.server.server_port}")
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "run", GOAL, *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    late = Timer(150, process.kill)
    late.start()
    assert process.stdout is not None
    for line in process.stdout:  # a line a step, when it is over
        if line.decode().split()[:1] == ["5"]:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait(60)
    late.cancel()
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    (killed,) = folder.iterdir()
    assert read_recording(killed).crashed
    before = len(bookings(phone))

    code = run_command(["run", f"--resume={killed}", *where, "--json"])
    told_json = json.loads(capsys.readouterr().out)
    assert code == 0, told_json
    assert told_json["goal"] == GOAL
    assert told_json["rungs"] == ""
    assert 5 <= len(told_json["steps"]) <= 9
    assert len(bookings(phone)) == before + 1
