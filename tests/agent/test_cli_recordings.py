"""``agent recordings``: its commands, what they print, and one clear line for bad input."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.recording.reader import read_recording
from agent.recording.schema import schema_text
from agent.step import StopReason, Verdict
from tests.agent.report.runs import Story

GOLDEN = Path(__file__).parents[1] / "golden" / "recordings"


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "recordings"
    for version in (1, 2):
        shutil.copytree(GOLDEN / f"v{version}", folder / f"v{version}")
    monkeypatch.setenv("AGENT_RECORD_DIR", str(folder))
    return folder


def said(capsys: pytest.CaptureFixture[str]) -> str:
    both = capsys.readouterr()
    return " ".join(f"{both.out} {both.err}".split())


@pytest.mark.parametrize("words", [["recordings"], ["recordings", "list"]])
def test_without_a_command_they_are_listed(
    parent: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(words) == 0
    assert said(capsys).count("Fill in the form for Ann") == 2
    assert run_command([*words, "--json"]) == 0
    assert [each["format"] for each in json.loads(capsys.readouterr().out)] == [1, 2]
    assert run_command([*words, "--record-dir", str(parent / "v1")]) == 0
    assert "No recordings in" in said(capsys)


def test_the_list_tells_what_checks_say_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verdict in (Verdict.FAILED, Verdict.UNVERIFIED):
        Story(tmp_path).end(StopReason.FINISHED, verdict)
    assert run_command(["recordings", "--record-dir", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert (listed.count("finished (failed)"), listed.count("finished")) == (1, 2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dance"], "No such command 'dance'"),
        (["--json", "prune", "--keep", "1"], "Put options after 'prune', not before it"),
        (["prune"], "Nothing is said of what may stay. Add --keep, --older-than or --max-size"),
        (["prune", "--keep", "-1"], "Invalid value for '--keep'"),
        (["prune", "--older-than", "soon"], "'soon' is no span of time such as 12h"),
        (["prune", "--max-size", "big"], "'big' is no size such as 500MB"),
        (["prune", "--keep", "0"], "Nobody is there to say yes. Add --yes"),
        (["verify"], "Missing argument 'REC'"),
        (["scrub", "v1"], "Nothing is said of what to take out. Add --term or --terms"),
        (["scrub", "v1", "--term", "no"], "fewer than 3 characters"),
        (["scrub", "{parent}", "--term", "Ann"], "it has 2 recordings inside. Name one, such as"),
        (["scrub", "{parent}/v1/run.json", "--term", "Ann"], "it is a file, and a recording is a"),
        (["scrub", "{parent}/v1/frames", "--term", "Ann"], "events.jsonl is not there. See those"),
        (["scrub", "v3", "--term", "Ann"], "There is no recording 'v3'"),
        (["scrub", "v1", "--terms", "nowhere.txt"], "'nowhere.txt': No such file"),
        (["scrub", "v1", "--term", "Ann", "--into", "."], "is there already. Name a new folder"),
    ],
)
def test_bad_input_is_one_clear_line(
    parent: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["recordings", *(word.format(parent=parent) for word in words)]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.err.count("\n") == 1
    assert sorted(path.name for path in parent.iterdir()) == ["v1", "v2"]


def test_verify_says_good_or_what_is_bad(parent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["recordings", "verify", "v1", "v2"]) == 0
    told = said(capsys)
    assert "good v2: 10 files, 41.4 kB, as recorded" in told
    assert "note: The events have no seal" in told
    (parent / "v2" / "frames" / "0000-before.jpg").write_bytes(b"other")
    assert run_command(["recordings", "verify", "v2", "v7", "v1"]) == 1
    told = said(capsys)
    assert "BAD v2: 10 files, 41.4 kB; not as recorded: 'frames/0000-before.jpg'" in told
    assert "has 5 bytes, and 6244 were recorded" in told
    assert "BAD v7: There is no recording 'v7'" in told
    assert "good v1" in told, "one that is bad does not hide the rest"


def test_prune_tells_what_goes_and_a_dry_run_removes_nothing(
    parent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["recordings", "prune", "--keep", "1", "--dry-run"]) == 0
    told = said(capsys)
    assert "9ebb98 Fill in the form for Ann 2026-11-25" in told
    assert "1 go (" in told
    assert "this is a dry run" in told
    assert (parent / "v1").exists()
    assert run_command(["recordings", "prune", "--keep", "1", "--yes"]) == 0
    assert "Removed 1." in said(capsys)
    assert [path.name for path in parent.iterdir()] == ["v2"]
    assert run_command(["recordings", "prune", "--max-size", "1GB", "--yes"]) == 0
    assert "Nothing goes; 1 stay" in said(capsys)


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 1, 2), ("", 1, 2)])
def test_prune_asks_at_a_terminal(parent: Path, answer: str, code: int, left: int) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "agent", "recordings", "prune", "--keep", "0"],
        stdin=theirs, capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2], env={**os.environ},
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert "Remove these 2 recordings for good? [y/N]" in done.stdout
    assert done.returncode == code, done.stderr
    assert len(list(parent.iterdir())) == left


def test_scrub_tells_what_it_did_and_what_it_could_not(
    parent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "terms.txt").write_text("Ann \r\n\nthe form\n", encoding="utf-8-sig")
    words = ["recordings", "scrub", "v2", "--terms", str(tmp_path / "terms.txt")]
    assert run_command([*words, "--into", str(parent / "clean")]) == 0
    told = said(capsys)
    assert f"Written to: {parent / 'clean'}" in told
    assert "Painted over in part: 0 pictures." in told
    assert f"The original still has all of it: {parent / 'v2'}" in told
    assert read_recording(parent / "clean").start.goal == "Fill in <redacted> for <redacted>"
    assert run_command(["recordings", "verify", "clean"]) == 0


def test_scrub_warns_of_screens_nobody_knows_and_of_texts_that_are_not_there(
    parent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (parent / "v2" / "frames").glob("*.xml"):
        path.unlink()
    assert run_command(["recordings", "scrub", "v2", "--term", "zebra"]) == 0
    told = said(capsys)
    assert "The texts were not found: this is a plain copy." in told
    assert "Warning: nobody knows what can be read on " in told


def test_terms_must_be_text(parent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (parent.parent / "terms").write_bytes(b"\xff\xfe")
    assert run_command(["recordings", "scrub", "v1", "--terms", str(parent.parent / "terms")]) == 2
    assert "are not UTF-8" in said(capsys)


def test_the_schema_is_printed_as_it_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["recordings", "schema"]) == 0
    assert capsys.readouterr().out == schema_text()
