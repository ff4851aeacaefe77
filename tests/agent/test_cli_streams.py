"""The command line where its streams are narrow, closed, full, or steered by what they show."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.app import run_command
from agent.cli.live import verdict_line
from agent.cli.plain import json_text, plain, shortened
from agent.recording.reader import read_recording
from agent.step import Episode, StopReason
from tests.agent.episodes import DONE, Rig, tap

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("look.yaml").write_text("- {tool: finish, arguments: {success: true, answer: 看见}}\n")


def shell(command: str) -> "subprocess.CompletedProcess[str]":
    """Run a line in bash, ``agent`` standing for this one."""
    line = command.replace("agent ", f"{sys.executable} -m agent ")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


RUN = "agent run look --device virtual --policy scripted --script look.yaml"


@pytest.mark.parametrize("command", ["config", "tools", "tools --json", "--help"])
def test_a_full_disk_behind_the_output_is_one_line(command: str) -> None:
    done = shell(f"agent {command} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "agent: The output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("flag", ["", "--quiet"])
def test_a_run_whose_output_cannot_be_written_is_still_whole(flag: str) -> None:
    done = shell(f"{RUN} {flag} > /dev/full")
    assert done.returncode == 0  # it was done, and must not be done again
    assert done.stderr == "agent: The output cannot be written: No space left on device.\n"
    (folder,) = Path(os.environ["AGENT_RECORD_DIR"]).iterdir()
    end = read_recording(folder).end
    assert end is not None
    assert end.stop is StopReason.FINISHED


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_reason_to_fail(closed: str) -> None:
    done = shell(f"agent config {closed}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_group_alone_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for group in ("phone", "model"):
        assert run_command([group]) == 0
        assert f"Usage: agent {group}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        (["config", "x"], "extra argument(s) (x). See: agent config --help"),
        (["run", "x", "y"], "extra argument(s) (y). Put the goal in quotes."),
        (["cache", "explain"], "Missing argument 'goal'. See: agent cache explain --help"),
        (["rum"], "No such command 'rum'. Did you mean 'run'? See: agent --help"),
        (["phone", "srve"], "Did you mean 'serve'? See: agent phone --help"),
    ],
)
def test_wrong_usage_names_the_help_of_the_very_command(
    arguments: list[str], end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments) == 2
    assert capsys.readouterr().err.endswith(f"{end}\n")


@pytest.mark.parametrize("columns", [40, 80])
def test_why_a_setting_is_there_fits_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run_command(["config", "--why"]) == 0
    printed = capsys.readouterr().out
    assert "``" not in printed
    reasons = [line for line in printed.splitlines() if line.startswith(" ")]
    assert len(reasons) > 30
    assert all(len(line) <= columns for line in reasons)
    assert re.search(r"^policy +auto +default$", printed, re.MULTILINE)


def test_json_survives_an_output_without_unicode() -> None:
    done = shell(f"PYTHONIOENCODING=ascii {RUN} --json")
    assert json.loads(done.stdout)["answer"] == "看见"


def test_json_is_readable_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert json_text("看") == '"看"'
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert json_text("看") == '"\\u770b"'


@given(st.text())
def test_nothing_that_is_shown_steers_the_terminal(text: str) -> None:
    shown = plain(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)
    shown.encode()
    if text.isprintable():
        assert shown == text


def test_a_verdict_is_one_short_line_whatever_was_said() -> None:
    said = "\x1b]0;title\x07" + "a" * 10_000
    episode = Episode(
        goal="x", steps=(), stop=StopReason.GAVE_UP, answer=said, recording=None, duration_s=1.0
    )
    line = verdict_line(episode)
    assert "\x1b" not in line
    assert len(line) < 800
    assert "(10010 characters)" in line
    assert shortened("short") == "short"


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_shows_whole_words(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = Path(os.environ["AGENT_RECORD_DIR"])
    folder = Rig(parent, policy=None, decisions=[tap([100, 130]), DONE]).run().recording
    assert folder is not None
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run_command(["recordings"]) == 0
    assert folder.name[-6:] in capsys.readouterr().out
    assert run_command(["show", "last"]) == 0
    printed = capsys.readouterr().out
    assert "tap (100, 130)" in printed
    steps = printed.partition("\n\n")[2]
    assert all(len(line) <= columns for line in steps.splitlines())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_first_look_leaves_nothing(number: signal.Signals, code: int) -> None:
    words = RUN.removeprefix("agent ").split()
    parent = Path(os.environ["AGENT_RECORD_DIR"])
    with subprocess.Popen(
        [sys.executable, "-m", "agent", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None and not list(parent.glob("*/phone.log")):
            Event().wait(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said == b"agent: interrupted.\n"
    assert list(parent.iterdir()) == []
