"""The command line: what it prints, its exit codes, and one clear line for bad input."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.cli.perform import exit_code
from agent.config import Config
from agent.recording.reader import read_recording
from agent.step import StopReason
from agent.wiring.findings import chosen
from tests.agent.episodes import COUNT, DONE, Rig, tap
from tests.agent.test_loop import Grumbler
from tools.devices.android_connect import Attached

GOLDEN = Path(__file__).parent / "golden" / "help.txt"
LOOK = """\
- {tool: open_app, arguments: {name: Settings}, thought: Look there}
- {tool: finish, arguments: {success: true, answer: seen}}
"""


@pytest.fixture(autouse=True)
def no_adb_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test here may find a phone that happens to be attached to this machine."""
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "look.yaml"
    path.write_text(LOOK)
    return str(path)


def test_help_is_as_agreed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--help"]) == 0
    printed = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip().splitlines())
    assert printed + "\n" == GOLDEN.read_text()


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([]) == 0
    assert "Usage: agent" in capsys.readouterr().out


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, resource\n"
        "from agent.cli.app import run_command\n"
        "run_command(['--help'])\n"
        "heavy = {'numpy', 'PIL', 'pydantic', 'adbutils', 'rich.console'} & set(sys.modules)\n"
        "usage = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(sorted(heavy), usage.ru_utime + usage.ru_stime, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    heavy, _, spent = done.stderr.strip().rpartition(" ")
    assert heavy == "[]"
    assert float(spent) < 0.3


def test_every_stop_reason_has_an_exit_code() -> None:
    codes = {stop.value: exit_code(stop) for stop in StopReason}
    assert codes == {
        "finished": 0, "dry_run": 0, "gave_up": 1, "step_limit": 1, "time_limit": 1, "stuck": 1,
        "unreadable": 1, "diverged": 1, "needs_human": 4, "interrupted": 130, "device_lost": 3,
        "model_error": 3, "recording_lost": 3, "crashed": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run"], 2, 'Say what is to be done: agent run "turn on airplane mode"'),
        (["run", ""], 2, "The goal is empty."),
        (["run", " \t\n"], 2, "The goal is empty."),
        (["run", "?!"], 2, "has no words"),
        (["run", "go \udcff"], 2, "it is not in the encoding of this terminal"),
        (["run", "x", "--record-dir", "\udcff"], 2, "record_dir must be text in UTF-8"),
        (["run", "x", "--device", "virtul"], 2, "Did you mean 'virtual'?"),
        (["show", "x" * 5000], 2, "There is no recording"),
        (["show", ""], 2, "There is no recording"),
        (["recordings", "--record-dir", "/etc/hostname"], 2, "is no folder"),
        (["run", "turn", "on", "wifi"], 2, "Put the goal in quotes."),
        (["run", "x", "--max-step", "3"], 2, "--max-steps"),
        (["run", "x", "--max-steps", "many"], 2, "'--max-steps'"),
        (["run", "x", "--max-steps", "0"], 2, "--max-steps: max_steps must be greater"),
        (["run", "x", "--timeout", "-1"], 2, "--timeout: timeout_s must be greater than 0"),
        (["run", "x", "--policy", "rulez"], 2, "Did you mean 'rules'?"),
        (["run", "x", "--policy", "scripted"], 2, "Add --script FILE."),
        (["run", "x", "--script", "s.yaml"], 2, "Add --policy scripted."),
        (["run", "x", "--policy", "scripted", "--script", "no.yaml"], 2, "'no.yaml' cannot be"),
        (["run", "x", "--tools", "no.such.module"], 2, "no module"),
        (["run", "x", "--device", "nothere"], 2, "no device 'nothere'"),
        (["run", "x", "--device", "127.0.0.1:1"], 3, "127.0.0.1:1"),
        (["run", "x", "--scenario", "drak"], 2, "Did you mean 'dark'?"),
        (["run", "x", "--device", "abc", "--scenario", "dark"], 2, "scenario is for the virtual"),
        (["run", "x", "--record-dir", "/proc/nowhere"], 2, "cannot be written to '/proc/nowhere'"),
        (["run", "x", "--app", "Zebra", "--device", "virtual"], 2, "Zebra"),
        (["fly"], 2, "No such command 'fly'"),
        (["show", "nothing"], 2, "There is no recording 'nothing': there are none in"),
        (["run", "x", "--expect", ""], 2, "--expect: expect.0 is empty."),
        (["phone", "screenshot", "/proc/x.png"], 2, "'/proc/x.png' cannot be written"),
        (["phone", "screenshot", "x.jpg"], 2, "'x.jpg' is no name for a screenshot. Name a file"),
        (["phone", "screenshot", "x.png", "--scenario", "drak"], 2, "Did you mean 'dark'?"),
        (["phone", "serve", "--port", "99999"], 2, "'--port'"),
        (["tools", "--tools", "no.such"], 2, "no module"),
    ],
)
def test_bad_input_is_one_clear_line_and_the_right_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments) == code
    printed = capsys.readouterr()
    line = printed.err.strip().splitlines()[-1]
    assert line.startswith("agent: ")
    assert said in line
    assert "Traceback" not in printed.out + printed.err
    assert not list(Path(os.environ["AGENT_RECORD_DIR"]).glob("*"))


def test_a_slip_in_agent_toml_is_one_line_with_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("agent.toml").write_text("# mine\nmax_step = 3\n")
    assert run_command(["run", "x"]) == 2
    printed = capsys.readouterr().err
    assert printed == ("agent: agent.toml:2:1: unknown key 'max_step'. Did you mean 'max_steps'?\n")


def test_a_record_dir_that_is_a_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    assert run_command(["run", "x", "--record-dir", "file"]) == 2
    assert "Name another folder with --record-dir." in capsys.readouterr().err


def test_a_run_prints_its_steps_and_ends_with_verdict_answer_and_recording(
    script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "look", "--policy", "scripted", "--script", script]
    assert run_command(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "No ADB server answers at 127.0.0.1:1: starting the virtual phone."
    assert any("Look there" in line and "open Settings" in line for line in lines)
    assert re.match(r"✓ finished  unverified  2 steps, [\d.]+ s", lines[-3])
    assert lines[-2].split() == ["Answer", "seen"]
    folder = Path(lines[-1].removeprefix("Recording").strip())
    assert read_recording(folder).end is not None
    state = json.loads((folder / "phone-state.json").read_text())
    assert state


def test_json_is_one_object_on_standard_output(
    script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "look", "--policy", "scripted", "--script", script, "--json"]
    assert run_command(arguments) == 0
    printed = capsys.readouterr()
    value = json.loads(printed.out)
    assert (value["stop"], value["exit_code"], value["answer"]) == ("finished", 0, "seen")
    assert "Look there" in printed.err


def test_quiet_prints_one_line(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "look", "--policy", "scripted", "--script", script, "--quiet"]
    assert run_command([*arguments, "--max-steps", "1"]) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    assert re.fullmatch(r"step limit \(unverified\): 1 steps were taken \[.+\]\n", printed.out)


def test_a_dry_run_shows_the_first_action(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "look", "--policy", "scripted", "--script", script, "--dry-run"]
    assert run_command(arguments) == 0
    printed = capsys.readouterr().out
    assert "✓ dry run" in printed
    assert "open Settings" in printed.splitlines()[-2]


def test_a_question_without_a_terminal_needs_a_human(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ask.yaml"
    path.write_text("- {tool: ask_user, arguments: {question: 'Which day?'}}\n")
    assert run_command(["run", "x", "--policy", "scripted", "--script", str(path)]) == 4
    assert "Which day?" in capsys.readouterr().out


def test_a_goal_in_an_unknown_language_is_given_up_with_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command(["run", "забронировать билет в Пекин", "--device", "virtual"]) == 1
    printed = capsys.readouterr().out
    assert "✗ gave up" in printed


def test_show_and_recordings_tell_what_happened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = Path(os.environ["AGENT_RECORD_DIR"])
    folder = Rig(parent, policy=Grumbler(tap(COUNT), tap([9999, 0]), DONE)).run().recording
    assert folder is not None
    Rig(parent, policy=Grumbler(tap(COUNT), ZeroDivisionError("oops"))).run()
    assert run_command(["recordings"]) == 0
    listed = capsys.readouterr().out
    assert folder.name[-6:] in listed
    assert "crashed" in listed
    assert run_command(["show", folder.name[-6:]]) == 0
    shown = capsys.readouterr().out
    assert "tap (100, 130)" in shown
    assert "goes from 0 to 269" in " ".join(shown.split())
    (folder / "events.jsonl").write_bytes((folder / "events.jsonl").read_bytes()[:-5])
    assert run_command(["show", str(folder)]) == 0
    assert "Warning: The last line was torn" in capsys.readouterr().out
    assert run_command(["show", "last"]) == 0
    assert "ZeroDivisionError: oops" in capsys.readouterr().out
    assert run_command(["recordings", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_without_recordings_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["recordings"]) == 0
    assert "No recordings in" in capsys.readouterr().out


def test_config_says_where_each_value_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    Path("agent.toml").write_text("\nseed = 7\n")
    os.environ["AGENT_MAX_STEP"] = "1"
    try:
        assert run_command(["config"]) == 0
    finally:
        del os.environ["AGENT_MAX_STEP"]
    printed = capsys.readouterr()
    assert re.search(r"^seed +7 +agent.toml:2:1$", printed.out, re.MULTILINE)
    assert re.search(r"^adb_server .* AGENT_ADB_SERVER$", printed.out, re.MULTILINE)
    assert "did you mean AGENT_MAX_STEPS?" in printed.err
    assert run_command(["config", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == {"value": 7, "from": "agent.toml:2:1"}
    assert run_command(["config", "--why"]) == 0
    assert "needs no weights" in " ".join(capsys.readouterr().out.split())


def test_tools_are_listed_and_exported(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["tools"]) == 0
    assert "type_text" in capsys.readouterr().out
    assert run_command(["tools", "--json"]) == 0
    assert {"type", "function"} == set(json.loads(capsys.readouterr().out)[0])


def test_the_tools_of_a_model_that_sees_are_listed_as_such(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_command(["tools"]) == 0
    listed = capsys.readouterr().out
    assert re.search(r"^watch_screen \* +question, \[seconds\]", listed, re.MULTILINE)
    assert re.search(r"^tap +at", listed, re.MULTILINE)
    assert "only where a model decides" in listed
    monkeypatch.setenv("AGENT_SEEING_TOOLS", "false")
    assert run_command(["tools"]) == 0
    left = capsys.readouterr().out
    assert "watch_screen" not in left
    assert "only where a model decides" not in left


def test_devices_without_any_says_what_happens_then(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["devices"]) == 0
    assert "agent run starts the virtual phone" in capsys.readouterr().out
    assert run_command(["devices", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_doctor_finds_a_bare_machine_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"✓ virtual phone +starts and shows a screen of 1080x2400", printed)
    assert "Ready" in printed


def test_doctor_tells_how_to_mend_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    Path("agent.toml").write_text("polcy = 'x'\n")
    Path("taken").write_text("")
    os.environ["AGENT_RECORD_DIR"] = "taken"
    assert run_command(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "unknown key 'polcy'" in printed
    assert "Did you mean 'policy'?" in printed


@pytest.mark.parametrize(
    ("device", "states", "said"),
    [
        ("", [], ""),
        ("", ["device"], ""),
        ("", ["device", "device"], "2 can be used, and none is chosen"),
        ("s1", ["device", "device"], ""),
        ("virtual", ["offline"], ""),
        ("", ["unauthorized"], "none that is attached can be used"),
        ("", ["device", "offline"], ""),
        ("s7", ["device"], "s7 is configured, but not attached"),
    ],
)
def test_doctor_knows_whether_a_device_would_be_found(
    device: str, states: list[str], said: str
) -> None:
    found = [Attached(f"s{number}", state, "") for number, state in enumerate(states)]
    told = [finding.what for finding in chosen(Config(device=device), found)]
    assert told == ([said] if said else [])


def test_doctor_leaves_nothing_behind() -> None:
    assert run_command(["doctor"]) == 0
    assert list(Path().iterdir()) == []
    assert not Path(os.environ["AGENT_RECORD_DIR"]).exists()


def test_a_screenshot_of_the_virtual_phone_is_saved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["phone", "screenshot", "x.png", "--app", "设置", "--scenario", "zh"]) == 0
    assert Path("x.png").read_bytes().startswith(b"\x89PNG")
    assert "1080x2400" in capsys.readouterr().out


def test_a_taken_port_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = run_command(["phone", "serve", "--port", str(port), "--server-port", "0"])
    printed = capsys.readouterr().err
    assert code == 2
    assert str(port) in printed
    assert len(printed.splitlines()) == 1


@pytest.fixture
def long_script(tmp_path: Path) -> str:
    path = tmp_path / "long.yaml"
    notes = [f"- {{tool: note, arguments: {{text: n{number}}}}}" for number in range(900)]
    path.write_text("\n".join(notes))
    return str(path)


@pytest.fixture
def running(long_script: str) -> Iterator["subprocess.Popen[str]"]:
    words = ["run", "x", "--device", "virtual", "--policy", "scripted", "--script", long_script]
    with subprocess.Popen(
        [sys.executable, "-m", "agent", *words, "--max-steps", "900"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "n2" in line:
                break
        yield process
        process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_at_once_with_its_recording_whole(
    running: "subprocess.Popen[str]", number: signal.Signals, code: int
) -> None:
    running.send_signal(number)
    running.send_signal(number)
    assert running.wait(60) == code
    assert running.stdout is not None
    printed = running.stdout.read()
    assert "Traceback" not in printed
    assert f"stopped by {number.name}" in printed
    (folder,) = Path(os.environ["AGENT_RECORD_DIR"]).iterdir()
    recording = read_recording(folder)
    assert recording.end is not None
    assert recording.end.stop is StopReason.INTERRUPTED
    assert recording.warnings == ()


def test_the_virtual_phone_dies_with_a_killed_run(running: "subprocess.Popen[str]") -> None:
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    assert children
    running.kill()
    running.wait(60)
    for _ in range(600):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            break
        subprocess.run(["sleep", "0.1"], check=True)
    assert not any(Path(f"/proc/{child}/exe").exists() for child in children)


def shell(command: str) -> "subprocess.CompletedProcess[str]":
    """Run a line in a shell, ``agent`` standing for this one."""
    return subprocess.run(
        command.replace("agent ", f"{sys.executable} -m agent "),
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


@pytest.mark.parametrize("command", ["tools --json", "tools", "config", "--help"])
def test_a_reader_that_hangs_up_gets_no_traceback(command: str) -> None:
    done = shell(f"agent {command} | head -c 1")
    assert done.stderr == ""


def test_a_run_goes_on_when_its_reader_hangs_up(script: str) -> None:
    shell(f"agent run look --policy scripted --script {script} | head -c 1")
    (folder,) = Path(os.environ["AGENT_RECORD_DIR"]).iterdir()
    end = read_recording(folder).end
    assert end is not None
    assert end.stop is StopReason.FINISHED


def test_a_terminal_without_unicode_is_no_reason_to_fail(script: str) -> None:
    done = shell(f"PYTHONIOENCODING=ascii agent run 看 --policy scripted --script {script}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "? finished" in done.stdout


def test_on_a_terminal_the_person_is_asked_and_may_refuse(tmp_path: Path) -> None:
    path = tmp_path / "ask.yaml"
    path.write_text(
        "- {tool: ask_user, arguments: {question: 'Which day?'}}\n"
        "- {tool: home}\n"
        "- {tool: finish, arguments: {success: true, answer: fine}}\n"
    )
    Path("agent.toml").write_text("[[guard]]\nverdict = 'ask'\nactions = ['home']\n")
    words = ["run", "x", "--device", "virtual", "--policy", "scripted", "--script", str(path)]
    screen, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agent", *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        os.close(terminal)
        shown = b""
        answers = {b"Which day?": b"Monday\n", b"[y/n]": b"n\n"}
        while chunk := _read(screen):
            shown += chunk
            for question in [each for each in answers if each in shown]:
                os.write(screen, answers.pop(question))
        assert process.wait(60) == 0
    os.close(screen)
    text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown.decode())
    assert "Monday" in text
    assert "The person did not allow home" in " ".join(text.split())
    assert "finished" in text


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 4096)
    except OSError:  # how Linux says that the other side was closed
        return b""
