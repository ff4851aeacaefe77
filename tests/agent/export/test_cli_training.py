"""``agent export --format``: what it says, and one clear line for bad input."""

import json
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.recording.reader import Recording
from tests.agent.episodes import call
from tests.agent.export.lessons import scripted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where recordings are looked for."""
    return tmp_path / "recordings"


@pytest.fixture
def good(folder: Path) -> Recording:
    return scripted(folder)


def test_it_says_what_was_written_and_what_was_left_out(
    good: Recording, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = scripted(folder, [call("finish", success=False, answer="no")])
    names = [good.start.run, bad.start.run, str(good.folder)]
    out = tmp_path / "out"
    code = run_command(
        ["export", *names, "--format", "trl", "--dialect", "ui-tars", "--out", str(out)]
    )
    said = capsys.readouterr()
    assert code == 0
    assert said.out.startswith("5 samples with ")
    assert "from 1 recording in" in said.out
    assert said.err == f"Left out: {bad.start.run}: it ended with gave_up.\n"
    assert len((out / "train.jsonl").read_text().splitlines()) == 5


def test_all_takes_what_did_not_end_well(folder: Path, tmp_path: Path) -> None:
    bad = scripted(folder, [call("finish", success=False, answer="no")])
    arguments = ["export", bad.start.run, "--format", "qwen_tool_call", "--all"]
    assert run_command([*arguments, "--out", str(tmp_path / "out")]) == 0
    (row,) = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    (asked,) = json.loads(row)["messages"][-1]["tool_calls"]
    assert json.loads(asked["function"]["arguments"]) == {"success": False, "answer": "no"}


def test_smaller_pictures(good: Recording, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["export", "last", "--format", "trl", "--dialect", "qwen3_vl", "--out", str(out)]
    assert run_command([*arguments, "--max-pixels", "65536"]) == 0
    assert json.loads((out / "export.json").read_text())["recordings"][0]["max_pixels"] == 65536


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "shargpt", "--dialect", "qvq"], "Did you mean 'sharegpt'?"),
        (["--format", "parquet"], "Known: sharegpt, trl, qwen-tool-call."),
        (["--format", "trl", "--dialect", "qwen3vl"], "Did you mean 'qwen3_vl'?"),
        (["--format", "trl"], "For which family of models is this?"),
        (["--format", "trl", "--dialect", "tools"], "--format qwen-tool-call"),
        (["--format", "trl", "--dialect", "qvq", "--max-pixels", "9"], "One token of this model"),
        (["--format", "trl", "--dialect", "qvq", "--max-pixels", "-1"], "cannot have -1 pixels"),
        (["--format", "trl", "--dialect", "qvq", "--max-pixels", "x"], "'--max-pixels'"),
        (["--dialect", "qvq"], "--format"),
        (["nope", "--format", "trl", "--dialect", "qvq"], "There is no recording 'nope'"),
    ],
)
def test_bad_input_is_one_clear_line(
    arguments: list[str],
    said: str,
    good: Recording,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    assert run_command(["export", "last", *arguments, "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert not out.exists()


def test_nothing_to_export_says_why(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = scripted(folder, [call("finish", success=False, answer="no")])
    damaged = scripted(folder)
    events = damaged.folder / "events.jsonl"
    events.write_text("{}\n" + events.read_text())
    names = [str(bad.folder), str(damaged.folder)]
    out = tmp_path / "out"
    arguments = ["export", *names, "--format", "trl", "--dialect", "qvq", "--out", str(out)]
    assert run_command(arguments) == 2
    told = capsys.readouterr().err
    assert f"{bad.start.run}: it ended with gave_up" in told
    assert damaged.start.run in told
    assert "--all" in told
    assert not out.exists()


def test_frames_that_are_gone_leave_a_recording_out(
    good: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (good.folder / "frames").iterdir():
        path.unlink()
    out = tmp_path / "out"
    arguments = ["export", "last", "--format", "trl", "--dialect", "qvq", "--out", str(out)]
    assert run_command(arguments) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_folder_in_use_is_left_alone(
    good: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["export", "last", "--format", "trl", "--dialect", "qvq", "--out"]
    out = tmp_path / "out"
    out.mkdir()
    assert run_command([*arguments, str(out)]) == 0
    before = sorted(out.rglob("*"))
    assert run_command([*arguments, str(out)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert sorted(out.rglob("*")) == before
    file = tmp_path / "file"
    file.write_text("mine")
    assert run_command([*arguments, str(file)]) == 2
    assert "is no folder" in capsys.readouterr().err
