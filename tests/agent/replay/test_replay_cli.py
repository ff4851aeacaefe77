"""``agent replay`` as a person meets it: lines, exit codes, JSON, and bad input."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.cli.app import run_command
from tests.agent.replay.made import Event, altered, first, form_replies, record_vlm, say_done
from tests.grounding.booking import GOAL
from tests.grounding.seeing_model import SeeingModel, serving_seen
from tools.errors import ModelError

FAMILY = "qwen2_5_vl"


def off_by_one(events: list[Event]) -> None:
    first(events, "action.intent", 3)["action"]["at"]["x"] += 1


def test_without_a_mode_it_says_what_it_does(
    form: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["replay", str(form)]) == 0
    out = capsys.readouterr().out
    assert (
        "Mode       the replies are read again, then the loop runs again if rules, scripted or vlm "
        "decided\n"
    ) in out
    assert "✓ parser  7 steps, all the same" in out
    assert "✓ loop    7 steps, all the same" in out


def test_a_policy_that_cannot_run_again_is_read_only(
    form: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def other(events: list[Event]) -> None:
        first(events, "run.start")["policy"] = "person"

    folder = str(altered(form, other))
    assert run_command(["replay", folder]) == 0
    out = capsys.readouterr().out
    assert "✓ parser" in out
    assert "loop    " not in out
    assert run_command(["replay", folder, "--loop"]) == 2
    assert "'person', which cannot be run again" in capsys.readouterr().err


def test_actions_stand_side_by_side(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["replay", "--loop", str(altered(form, off_by_one))]) == 1
    out = capsys.readouterr().out
    assert "✗ loop    1 difference, the first at step 4; 3 steps not reached" in out
    (row,) = (line for line in out.splitlines() if "tap at=(101, " in line)
    assert "tap at=(100, " in row


def test_texts_are_a_unified_diff(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def other(events: list[Event]) -> None:
        for event in events:
            if event["event"] == "model.part" and event["value"].get("role") == "system":
                (text,) = event["value"]["parts"]
                text["text"] = text["text"].replace("mobile", "moblie", 1)

    assert run_command(["replay", "--loop", str(altered(form, other))]) == 1
    out = capsys.readouterr().out
    assert "Step 1  request" in out
    assert "    @@ " in out
    (line,) = (line for line in out.splitlines() if line.lstrip().startswith("-…"))
    assert "moblie" in line
    assert "Steps 2 to 7  request" in out


def test_several_are_a_line_each(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = altered(form, lambda events: events.__delitem__(slice(1, None)))
    other = altered(form, off_by_one)
    assert run_command(["replay", str(form), str(other)]) == 1
    out = capsys.readouterr().out
    assert "step 4 action: tap at=(101, " in out
    assert "1 of 2 recordings the same, 1 diverged" in out
    assert run_command(["replay", str(bad), str(form), str(other)]) == 2
    out = capsys.readouterr().out
    assert "is empty" in out
    assert "1 of 3 recordings the same, 1 diverged, 1 cannot be used" in out
    assert run_command(["replay", "nowhere", str(form)]) == 2
    out = capsys.readouterr().out
    assert "There is no recording 'nowhere'" in out
    assert "1 of 2 recordings the same, 1 cannot be used" in out


def test_json_holds_everything(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = altered(form, lambda events: events.__delitem__(slice(1, None)))
    other = altered(form, off_by_one)
    assert run_command(["replay", "--json", str(form), str(other), str(bad)]) == 2
    fields = json.loads(capsys.readouterr().out)
    assert [(each["mode"], each["same"]) for each in fields["replays"]] == [
        ("parser", True), ("loop", True), ("parser", False), ("loop", False),
    ]  # fmt: skip
    assert fields["replays"][3]["divergences"][0]["step"] == 3
    assert fields["replays"][3]["divergences"][0]["what"] == "action"
    assert [each["recording"] for each in fields["unusable"]] == [str(bad)]
    assert fields["exit_code"] == 2


def test_somebody_else_is_a_table(booking: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["replay", "--policy", "rules", str(booking)]) == 0
    out = capsys.readouterr().out
    assert "agrees at 14 of 14 steps" in out
    assert "this is not success on a device" in " ".join(out.split())
    assert run_command(["replay", "--policy", "rules", "--json", str(booking)]) == 0
    (found,) = json.loads(capsys.readouterr().out)["replays"]
    assert found["totals"]["agrees"] == [14, 14]
    assert found["scores"][0]["agrees"] is True


def test_another_model_is_asked_over_its_server(
    tmp_path: Path, booking: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that reads the screenshots, against the booking by rules."""
    with serving_seen(SeeingModel("ui_tars_1_0", seed=1)) as server:
        arguments = ["--server", server.base_url, "--model", "UI-TARS-72B-DPO", "--json"]
        code = run_command(["replay", str(booking), *arguments])
    (found,) = json.loads(capsys.readouterr().out)["replays"]
    assert code == 1  # it types the names of towns where the rules tap the list
    assert len(found["scores"]) == 14
    missed = [score["step"] for score in found["scores"] if not score["agrees"]]
    assert 3 in missed
    assert found["totals"]["agrees"][0] >= 8
    assert found["totals"]["failed"][0] == 0
    assert any("another dialect" in note for note in found["notes"])
    assert found["goal"] == GOAL


def test_updating_tells_where_it_was_written(
    form: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def old(events: list[Event]) -> None:
        first(events, "run.end")["answer"] = "something else"

    folder = str(altered(form, old))
    out = tmp_path / "new"
    assert run_command(["replay", folder, "--update", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert f"Written    {out}" in printed
    assert "Step 7  end" in printed
    assert run_command(["replay", str(out)]) == 0


def truncated(folder: Path) -> Path:
    copy = altered(folder, lambda _: None)
    path = copy / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:100])
    return copy


def tampered(folder: Path) -> Path:
    copy = altered(folder, lambda _: None)
    path = copy / "frames" / "0001-before.png"
    path.write_bytes(path.read_bytes() + b"x")
    return copy


def without_frame(folder: Path) -> Path:
    copy = altered(folder, lambda _: None)
    (copy / "frames" / "0001-before.png").unlink()
    return copy


def of_another_size(folder: Path) -> Path:
    def edit(events: list[Event]) -> None:
        first(events, "observation", 2)["size"] = {"width": 720, "height": 1600}

    return altered(folder, edit)


def damaged(folder: Path) -> Path:
    copy = altered(folder, lambda _: None)
    path = copy / "events.jsonl"
    path.write_text(path.read_text().replace('"seq": 4', '"sex": 4', 1))
    return copy


def newer(folder: Path) -> Path:
    def edit(events: list[Event]) -> None:
        first(events, "run.start")["format"] = 99

    return altered(folder, edit)


def without_look(folder: Path) -> Path:
    def edit(events: list[Event]) -> None:
        events.remove(first(events, "observation", 1))

    return altered(folder, edit)


def odd_settings(folder: Path) -> Path:
    def edit(events: list[Event]) -> None:
        first(events, "run.start")["config"]["max_steps"] = "many"

    return altered(folder, edit)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (truncated, "is empty: it has not a single look"),
        (tampered, "it was changed afterwards"),
        (without_frame, "0001-before.png' of the recording"),
        (of_another_size, "measures 270x480, but the look says 720x1600"),
        (damaged, "events.jsonl:5: "),
        (newer, "has format 99"),
        (without_look, "the look of step 2 is missing"),
        (odd_settings, "configuration in"),
    ],
)
def test_bad_recordings_are_one_line(
    form: Path, make: Callable[[Path], Path], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["replay", str(make(form))]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "There is no recording 'nothing'"),
        ([], "Missing argument"),
        (["last", "--parser", "--policy", "rules"], "ask somebody else"),
        (["last", "--out", "x"], "Add --update"),
        (["last", "last", "--update", "--out", "x"], "One folder cannot hold several"),
        (["last", "--policy", "rulez"], "Did you mean 'rules'?"),
        (["last", "--policy", "vlm"], "needs a model"),
        (["last", "--policy", "rules", "--model", "x"], "asks no model"),
        (["last", "--model", "no/such-model-here", "--dialect", "qwen9"], "no/such-model-here"),
        (["last", "--max-pixels", "-4"], "max_pixels"),
    ],
)
def test_bad_arguments_are_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AGENT_RECORD_DIR", str(tmp_path))
    monkeypatch.setenv("AGENT_OFFLINE", "true")
    record_vlm(tmp_path, FAMILY, form_replies(FAMILY))
    assert run_command(["replay", *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_a_torn_last_line_is_told_and_the_rest_is_played(
    form: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = altered(form, lambda _: None)
    path = copy / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert run_command(["replay", str(copy)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "The last line was torn by a crash" in out


def test_a_model_whose_extra_is_missing_is_one_line(form: Path) -> None:
    """In a process of its own, to which torch is hidden."""
    arguments = ["replay", str(form), "--model", "Qwen/Qwen2.5-VL-3B-Instruct"]
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"
        "from agent.cli.app import run_command\n"
        f"sys.exit(run_command({arguments!r}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "pip install 'tapwright[local]'" in done.stderr
    assert done.stdout == ""


def test_a_run_without_a_reply_has_nothing_to_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record_vlm(tmp_path, FAMILY, [ModelError("no route")])
    assert run_command(["replay", "--parser", str(folder)]) == 2
    assert "holds no reply of a model" in capsys.readouterr().err
    assert run_command(["replay", "--loop", str(folder)]) == 0


def test_a_model_server_that_is_not_there_fails_every_step_and_ends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record_vlm(tmp_path, FAMILY, [say_done(FAMILY)])
    arguments: list[Any] = ["--server", "http://127.0.0.1:1/v1", "--model", "qwen2.5-vl-7b"]
    assert run_command(["replay", str(folder), *arguments, "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["replays"]
    assert found["totals"]["failed"] == [1, 1]
