"""The files of an export: a line a step, pictures by hash, how it was made, and the same twice."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.dialects.choose import DIALECTS
from agent.export.training import FORMS, export_training, recorded_dialect, sort_out
from agent.recording.reader import Recording, read_recording
from tests.agent.episodes import call
from tests.agent.export.lessons import (
    COUNT,
    COUNTING,
    DONE,
    GOAL,
    TOOLS,
    by_model,
    export,
    in_words,
    plan,
    projection,
    scripted,
    tools_of,
)
from tools.errors import ConfigError, UsageError
from tools.geometry import Box

PAIRS = [
    (form.name, name)
    for form in FORMS.values()
    for name in sorted(DIALECTS)
    if DIALECTS[name]().native == form.native
]


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]


def report(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "export.json").read_text())
    return found


def bytes_of(out: Path) -> dict[str, bytes]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


def placeholders(row: dict[str, Any]) -> int:
    if "conversations" in row:
        return sum(turn["value"].count("<image>") for turn in row["conversations"])
    messages = row.get("messages") or [*row["prompt"], *row["completion"]]
    return sum(part["type"] == "image" for message in messages for part in message["content"])


def rewritten(recording: Recording, event: str, **changed: Any) -> Recording:
    """``recording`` with every event of that name changed on the disk."""
    path = recording.folder / "events.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines = [{**line, **changed} if line["event"] == event else line for line in lines]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return read_recording(recording.folder)


@pytest.mark.parametrize(("form", "dialect"), PAIRS)
def test_each_step_is_a_line_with_its_pictures(form: str, dialect: str, tmp_path: Path) -> None:
    recording = scripted(tmp_path)
    done = export(tmp_path / "out", form, dialect, recording)
    found = rows(tmp_path / "out")
    assert done.samples == len(found) == 5
    assert [row["id"].rpartition(":")[2] for row in found] == ["0", "1", "3", "4", "5"]
    for row in found:
        assert placeholders(row) == len(row["images"]) > 0
        for path in row["images"]:
            data = (tmp_path / "out" / path).read_bytes()
            assert hashlib.sha256(data).hexdigest().startswith(Path(path).stem)
            shown = Image.open(io.BytesIO(data)).size
            size = projection(DIALECTS[dialect]()).shown
            assert shown == (size.width, size.height)
    kept = {path for row in found for path in row["images"]}
    assert len(list((tmp_path / "out" / "images").iterdir())) == len(kept) == done.pictures


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_same_recordings_give_the_same_bytes(form: str, tmp_path: Path) -> None:
    recording = scripted(tmp_path)
    dialect = "tools" if FORMS[form].native else "ui_tars"
    for name in ("one", "two"):
        export(tmp_path / name, form, dialect, recording)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert str(tmp_path) not in (tmp_path / "one" / "export.json").read_text()


def test_a_picture_seen_in_two_recordings_is_kept_once(tmp_path: Path) -> None:
    recordings = [scripted(tmp_path), scripted(tmp_path)]
    done = export(tmp_path / "out", "trl", "qwen3_vl", *recordings)
    assert done.samples == 10
    assert done.pictures == export(tmp_path / "one", "trl", "qwen3_vl", recordings[0]).pictures


def test_sharegpt_takes_turns_and_names_its_columns(tmp_path: Path) -> None:
    export(tmp_path / "out", "sharegpt", "qwen3_vl", scripted(tmp_path))
    for row in rows(tmp_path / "out"):
        speakers = [turn["from"] for turn in row["conversations"]]
        assert speakers == ["human", "gpt"] * (len(speakers) // 2)
        assert row["conversations"][0]["value"].startswith("The user query: count to three")
        assert row["system"].startswith("You work a phone for a person.")
        assert "<tool_call>" in row["conversations"][-1]["value"]
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())["tapwright"]
    assert set(info["columns"].values()) == rows(tmp_path / "out")[0].keys() - {"id"}
    assert (tmp_path / "out" / info["file_name"]).is_file()


def test_a_goal_that_speaks_of_pictures_stands_for_none(tmp_path: Path) -> None:
    assert "<image>" in GOAL
    export(tmp_path / "out", "sharegpt", "ui_tars", scripted(tmp_path))
    first = rows(tmp_path / "out")[0]
    assert "count to three & < image> them" in first["conversations"][0]["value"]
    assert placeholders(first) == len(first["images"]) == 1


def test_trl_parts_the_reply_from_the_question(tmp_path: Path) -> None:
    export(tmp_path / "out", "trl", "gui_owl", scripted(tmp_path))
    for row in rows(tmp_path / "out"):
        assert [message["role"] for message in row["completion"]] == ["assistant"]
        assert row["prompt"][-1]["role"] == "user"
        assert row["prompt"][-1]["content"][-1] == {"type": "image"}
        text = row["completion"][0]["content"][0]["text"]
        assert text.startswith("Thought: ")
        assert text.endswith("</tool_call>")


def test_qwen_tool_call_holds_calls_and_their_answers(tmp_path: Path) -> None:
    export(tmp_path / "out", "qwen-tool-call", "tools", scripted(tmp_path))
    last = rows(tmp_path / "out")[-1]
    roles = [message["role"] for message in last["messages"]]
    assert roles == ["system", "user", *["assistant", "tool", "user"] * 5, "assistant"]
    (asked,) = last["messages"][-1]["tool_calls"]
    assert asked["function"]["name"] == "finish"
    assert json.loads(asked["function"]["arguments"]) == {"success": True, "answer": "3"}
    offered = [each["function"]["name"] for each in json.loads(last["tools"])]
    assert offered == list(TOOLS.names)


def test_a_thinking_model_learns_its_thought_in_tags(tmp_path: Path) -> None:
    export(tmp_path / "out", "trl", "qwen3_vl_thinking", scripted(tmp_path))
    text = rows(tmp_path / "out")[0]["completion"][0]["content"][0]["text"]
    assert text.startswith("<think>\nCount one.\n</think>\n\nAction: Tap.\n<tool_call>")
    assert "<think>" not in json.dumps(rows(tmp_path / "out")[1]["prompt"])


def test_how_it_was_made_is_told(tmp_path: Path) -> None:
    good = scripted(tmp_path)
    gave_up = scripted(tmp_path, [call("finish", success=False, answer="no")])
    taken, left_out = sort_out([good, gave_up])
    export_training(taken, plan("trl", "ui_tars"), tools_of, tmp_path / "out", left_out=left_out)
    told = report(tmp_path / "out")
    assert told["dialect"] == "ui_tars"
    assert told["space"] == "model_px"
    assert told["samples"] == 5
    (first,) = told["recordings"]
    assert first["steps_not_learned"] == {"without effect": 1}
    assert first["window"] == 3
    assert first["replies"] == "said in the dialect's words"
    assert told["left_out"] == [{"run": gave_up.start.run, "why": "it ended with gave_up"}]
    readme = (tmp_path / "out" / "README.md").read_text()
    assert "Samples: 5." in readme
    assert "{{" not in readme


def test_masks_stay_and_are_told(tmp_path: Path) -> None:
    box = Box(left=0, top=0, right=9, bottom=9).model_dump()
    recording = rewritten(scripted(tmp_path), "observation", masked=[box])
    done = export(tmp_path / "out", "trl", "ui_tars", recording)
    assert done.taken[0].lesson.masked == 5
    assert report(tmp_path / "out")["recordings"][0]["pictures_with_masks"] == 5


def test_secrets_stay_placeholders(tmp_path: Path) -> None:
    typed = [
        call("tap", "Open.", at=[100, 50]),
        call("tap", "Focus.", at=[100, 50]),
        call("type_text", "The password.", text="<secret:BANK>"),
        DONE,
    ]
    export(tmp_path / "out", "trl", "qwen3_vl", scripted(tmp_path, typed))
    assert '"text\\": \\"<secret:BANK>' in (tmp_path / "out" / "train.jsonl").read_text()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"stop": "gave_up"}, "it ended with gave_up"),
        ({"stop": "crashed"}, "it ended with crashed"),
        ({"verdict": "failed"}, "its checks failed"),
        ({"verdict": "passed"}, ""),
        ({"verdict": "unverified"}, ""),
        ({"verdict": "flaky"}, ""),
    ],
)
def test_runs_that_ended_well_are_taken(changed: dict[str, str], why: str, tmp_path: Path) -> None:
    recording = rewritten(scripted(tmp_path), "run.end", **changed)
    if why:
        with pytest.raises(UsageError, match=why) as caught:
            sort_out([recording])
        assert "--all" in caught.value.hint
    else:
        assert sort_out([recording]) == ([recording], [])
    assert sort_out([recording], everything=True) == ([recording], [])


def test_a_run_without_end_is_left_out(tmp_path: Path) -> None:
    path = scripted(tmp_path).folder / "events.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    cut = read_recording(path.parent)
    with pytest.raises(UsageError, match="it has no end"):
        sort_out([cut])
    taken, _ = sort_out([cut], everything=True)
    done = export(tmp_path / "out", "trl", "ui_tars", *taken)
    assert done.samples == 5


def test_a_run_without_decisions_is_never_taken(tmp_path: Path) -> None:
    recording = scripted(tmp_path)
    path = recording.folder / "events.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:2]) + "\n")
    with pytest.raises(UsageError, match="nothing was decided"):
        sort_out([read_recording(path.parent)], everything=True)


def test_what_cannot_be_said_leaves_its_recording_out(tmp_path: Path) -> None:
    typed = [call("tap", at=COUNT), call("scroll", direction="down", amount=0.9), DONE]
    good, odd = scripted(tmp_path), scripted(tmp_path, typed)
    done = export(tmp_path / "out", "trl", "ui_tars", odd, good)
    (left,) = done.left_out
    assert left.run == odd.start.run
    assert left.why.startswith("step 2, scroll, cannot be said in ui_tars")
    assert all(row["id"].startswith(good.start.run) for row in rows(tmp_path / "out"))
    with pytest.raises(UsageError, match="step 2, scroll, cannot be said in ui_tars"):
        export(tmp_path / "none", "trl", "ui_tars", odd)
    assert not (tmp_path / "none").exists()


def test_the_dialect_is_the_one_recorded_or_has_to_be_named(tmp_path: Path) -> None:
    tars = DIALECTS["ui_tars"]()
    spoken, plain = by_model(tmp_path, tars, in_words(tars, COUNTING)), scripted(tmp_path)
    assert recorded_dialect(FORMS["trl"], [spoken, spoken]) == "ui_tars"
    assert recorded_dialect(FORMS["qwen-tool-call"], [plain]) == "tools"
    for named in ([plain], [plain, spoken]):
        with pytest.raises(ConfigError, match="For which family") as caught:
            recorded_dialect(FORMS["trl"], named)
        assert "--dialect" in caught.value.hint


@pytest.mark.parametrize(
    ("form", "dialect", "hint"),
    [
        ("trl", "tools", "--format qwen-tool-call"),
        ("sharegpt", "tools", "--dialect tools_text"),
        ("qwen-tool-call", "ui_tars", "--dialect tools"),
    ],
)
def test_calls_and_texts_are_not_mixed(form: str, dialect: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        export(tmp_path / "out", form, dialect, scripted(tmp_path))
    assert hint in caught.value.hint
    assert not (tmp_path / "out").exists()
