"""``--parser``: recorded replies through today's parser and mapping, and what turns it red."""

from pathlib import Path

import pytest

from agent.config import Config
from agent.dialects.choose import DIALECTS, dialect_named
from agent.recording.reader import read_recording
from agent.replay.divergence import Replayed
from agent.replay.outcomes import offered_tools
from agent.replay.parser import Ear, replay_parser
from agent.replay.tape import Tape
from agent.step import StopReason
from agent.wiring.episode import build_registry
from agent.wiring.redecide import open_recording, parser_again
from tests.agent.episodes import DONE, Rig, call, tap
from tests.agent.replay.made import (
    Event,
    altered,
    first,
    form_replies,
    record_vlm,
    say_done,
    say_tap,
)
from tools.errors import ConfigError, ModelError, RecordingError

EVERY = [name for name in DIALECTS if name != "qvq"]


def again(folder: Path) -> Replayed:
    return parser_again(open_recording(folder), lambda *_: None)


def told(found: Replayed) -> list[tuple[int, str]]:
    return [(each.step, each.what) for each in found.divergences]


@pytest.mark.parametrize("family", EVERY)
def test_what_was_recorded_is_read_the_same_in_every_dialect(tmp_path: Path, family: str) -> None:
    folder = record_vlm(tmp_path, family, form_replies(family))
    end = read_recording(folder).end
    assert end is not None
    assert end.stop is StopReason.FINISHED
    found = again(folder)
    assert found.divergences == ()
    assert found.steps == 7


def test_the_calls_of_a_policy_without_a_model_go_through_the_registry(booking: Path) -> None:
    found = again(booking)
    assert found.same
    assert found.steps == 14
    assert "No model was asked" in found.notes[0]


def test_an_action_that_is_one_pixel_off_is_found_at_its_step(form: Path) -> None:
    def off_by_one(events: list[Event]) -> None:
        first(events, "action.intent", 3)["action"]["at"]["x"] += 1

    found = again(altered(form, off_by_one))
    assert told(found) == [(3, "action")]
    assert found.divergences[0].expected.startswith("tap at=(101, ")


def test_a_reply_that_says_something_else_is_found_at_its_step(form: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "model.response", 5)["reply"]["text"] = say_tap("qwen2_5_vl", [10, 10])

    found = again(altered(form, other))
    assert told(found) == [(5, "decision"), (5, "action")]
    assert found.divergences[1].seen == "tap at=(10, 10)"


def test_a_mapping_that_is_off_is_found_at_every_point(form: Path) -> None:
    """As if somebody had changed how pictures are sized: the same numbers mean other pixels."""
    tape = Tape(read_recording(form))
    dialect = dialect_named("qwen2_5_vl")
    tools, _ = offered_tools(build_registry(Config()), tape)
    found = replay_parser(tape, tools, Ear(dialect, dialect.sizing.budget(max_pixels=60_000)))
    assert {(0, "picture"), (0, "action"), (4, "action")} <= set(told(found))
    assert (2, "action") not in told(found)  # typing has no place


def test_a_mistake_must_be_the_same_kind_of_mistake(form: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "mistake", 1)["kind"] = "BadArgumentsError"

    found = again(altered(form, other))
    assert told(found) == [(1, "reply")]
    assert found.divergences[0].seen == "mistake UnreadableReplyError"


def test_a_reply_that_is_no_mistake_any_more_is_told(form: Path) -> None:
    def readable(events: list[Event]) -> None:
        first(events, "model.response", 1)["reply"]["text"] = say_done("qwen2_5_vl")

    found = again(altered(form, readable))
    assert told(found) == [(1, "reply")]
    assert found.divergences[0].seen.startswith("finish(")


def test_an_end_with_another_answer_is_told(booking: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "run.end")["answer"] = "Nothing was done."

    assert told(again(altered(booking, other))) == [(13, "action")]


def test_refused_calls_must_be_refused_the_same_way(tmp_path: Path) -> None:
    far = call("tap", at=[9999, 1])
    folder = Rig(tmp_path, [far, call("tap", at="here"), tap([100, 50]), DONE]).run().recording
    assert folder is not None
    assert again(folder).same

    def other(events: list[Event]) -> None:
        first(events, "mistake", 0)["kind"] = "UnknownToolError"

    found = again(altered(folder, other))
    assert told(found) == [(0, "action")]
    assert found.divergences[0].seen == "mistake OffScreenError"


def test_a_tool_that_answers_with_text_is_not_called_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asking_tools.py").write_text(
        '"""Tools that ask the world."""\n'
        "from pathlib import Path\n"
        "from tools.registry import tool\n\n\n"
        "@tool\n"
        "def ask_weather(town: str) -> str:\n"
        '    """Ask for the weather.\n\n'
        "    Args:\n"
        "        town: Where.\n"
        '    """\n'
        f"    with Path({str(tmp_path / 'asked')!r}).open('a') as file:\n"
        "        file.write('x')\n"
        "    return f'rain in {town}'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    script = tmp_path / "script.yaml"
    script.write_text(
        "- {tool: ask_weather, arguments: {town: Oslo}}\n"
        "- {tool: finish, arguments: {success: true}}\n"
    )
    from agent import run_goal

    episode = run_goal(
        "ask", device="virtual", policy="scripted", script=script, tools=("asking_tools",)
    )
    assert episode.steps[0].result == "rain in Oslo"
    assert episode.recording is not None
    found = again(episode.recording)
    assert found.same
    assert (tmp_path / "asked").read_text() == "x"
    assert "Tools that answer with text were not called again (1 times)." in found.notes

    def other(events: list[Event]) -> None:
        first(events, "decision", 0)["call"]["arguments"] = {"village": "Oslo"}

    changed = again(altered(episode.recording, other))
    assert told(changed) == [(0, "action")]
    assert changed.divergences[0].seen == "mistake BadArgumentsError"


def test_a_run_without_a_reply_cannot_be_read_again(tmp_path: Path) -> None:
    folder = record_vlm(tmp_path, "qwen2_5_vl", [ModelError("no route")])
    with pytest.raises(RecordingError, match="holds no reply of a model"):
        again(folder)


def test_a_dialect_that_is_gone_is_one_clear_line(form: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "run.start")["dialect"] = "qwen9"

    with pytest.raises(ConfigError, match="no dialect 'qwen9'"):
        again(altered(form, other))
