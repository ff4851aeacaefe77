"""``agent tasks from``: from a run on the virtual phone to a test that passes on other data."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.suite.language.cases import load_cases
from agent.wiring.agent import Agent
from tests.agent.suite.task_files import unset


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rec")
    with Agent(device="virtual", policy="rules", record_dir=folder) as agent:
        episode = agent.run("create a note called Groceries with the text Milk and bread")
    assert episode.finished
    assert episode.recording is not None
    return episode.recording


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_command(list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_it_passes_unedited_on_another_seed(
    recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir(mode=0o700)
    (tmp_path / "task.schema.json").write_text("{}")
    code, out, err = run(  # in a project that has no folder of tasks yet
        capsys, "tasks", "from", str(recording), "--out", "tasks", "--name", "note"
    )
    assert code == 0, err
    assert "tasks/note.task.yaml: 5 steps, 3 checks." in out
    (case,) = load_cases(["tasks"], root=tmp_path, environment=unset)
    assert [step.step.verb_name for step in case.plan.steps] == [
        "open", "tap", "type", "type", "tap"
    ]  # fmt: skip
    assert run(capsys, "tasks", "lint")[0] == 0
    code, out, err = run(capsys, "test", "tasks", "--device", "virtual:1", "--seed", "5")
    assert code == 0, out + err
    text = (tmp_path / "tasks" / "note.task.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../task.schema.json\n")
    begun = text[: text.index("steps:")]
    idle = begun + "steps:\n- open: Notes\n" + text[text.index("checks:") :]
    (tmp_path / "tasks" / "note.task.yaml").write_text(idle)
    assert run(capsys, "test", "tasks", "--device", "virtual:1", "--seed", "5")[0] == 1


def test_without_the_state_it_is_printed_without_tables(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(recording, tmp_path / "copy")
    (copy / "phone-state.json").unlink()
    code, out, err = run(capsys, "tasks", "from", str(copy))
    assert code == 0
    assert "name: create-a-note-called-groceries" in out
    assert "content://" not in out
    assert "no checks of its tables" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "there.task.yaml"], "is there already"),
        (["--out", "note.yaml"], "is no name of a task file"),
        (["--out", "there.task.yaml/sub"], "cannot be written: Not a directory"),
        (["--name", "a[b]"], "cannot be called"),
    ],
)
def test_bad_input_is_one_line(
    recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.task.yaml").write_text("mine")
    code, out, err = run(capsys, "tasks", "from", str(recording), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert (tmp_path / "there.task.yaml").read_text() == "mine"


def test_half_a_task_is_not_left_in_the_way(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(recording, tmp_path / "copy")
    (copy / "phone-state.json").unlink()
    file = tmp_path / "note.task.yaml"
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, bounds[1]))
    try:
        code, _, err = run(capsys, "tasks", "from", str(copy), "--out", str(file))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
        signal.signal(signal.SIGXFSZ, ignored)
    assert code == 2
    assert "note.task.yaml' cannot be written: File too large." in err
    assert not file.exists()
    assert run(capsys, "tasks", "from", str(copy), "--out", str(file))[0] == 0


def test_a_name_that_files_cannot_have_here_is_told(recording: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(recording, tmp_path / "copy")
    (copy / "phone-state.json").unlink()
    code = "import sys; from agent.cli.app import run_command; sys.exit(run_command(sys.argv[1:]))"
    words = ["tasks", "from", str(copy), "--out", str(tmp_path / "new")]
    environ = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    events = (copy / "events.jsonl").read_text()
    (copy / "events.jsonl").write_text(events.replace("Groceries", "杂货", 1))  # in the goal
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *words],
        env=environ, capture_output=True, check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (2, 1), said
    assert "is no name of a file where names are ascii. Give another --name." in said


def test_a_recording_that_is_not_there_or_damaged_is_told(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "tasks", "from", "nowhere", "--record-dir", str(tmp_path))[0] == 2
    copy = shutil.copytree(recording, tmp_path / "copy")
    (copy / "phone-state.json").write_text("{")
    code, _, err = run(capsys, "tasks", "from", str(copy))
    assert code == 2
    assert "phone-state.json" in err
    (copy / "phone-state.json").unlink()
    next((copy / "frames").glob("*-tree.xml")).write_text("changed")
    code, _, err = run(capsys, "tasks", "from", str(copy))
    assert code == 2
    assert "changed afterwards" in err
