"""A run with a model behind a server: what is asked is recorded, trouble is told in one line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import StopReason, run_goal
from agent.recording.reader import read_recording
from tests.agent.models.fault_server import FaultServer, refuse, serving, words
from tools.errors import UsageError

GOAL = "turn on airplane mode"


def call(**arguments: object) -> str:
    """A reply in the words of Qwen2.5-VL."""
    body = json.dumps({"name": "mobile_use", "arguments": arguments})
    return f"<tool_call>\n{body}\n</tool_call>"


HOME = call(action="system_button", button="Home")
CLICK = call(action="click", coordinate=[100, 200])
DONE = call(action="terminate", status="success")


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return {"device": "virtual", "record_dir": tmp_path, "model": "Qwen2.5-VL-7B-Instruct"}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving(words(HOME), words(CLICK), words(DONE)) as running:
        yield running


def test_a_served_model_decides_and_every_exchange_is_on_disk(
    server: FaultServer, settings: dict[str, Any]
) -> None:
    episode = run_goal(GOAL, server=server.base_url, max_pixels=400_000, **settings)

    assert episode.stop is StopReason.FINISHED, episode.error
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.start.model == "Qwen2.5-VL-7B-Instruct"
    assert recording.start.dialect == "qwen2_5_vl"
    assert recording.start.prompt_hash
    requests = [request for step in recording.steps for request in step.requests]
    replies = [response.reply for step in recording.steps for response in step.responses]
    assert [reply.text for reply in replies] == [HOME, CLICK, DONE]
    assert recording.warnings == ()
    assert [len(event.messages) for event in requests] == sorted(len(e.messages) for e in requests)
    for event in requests:
        assert {*event.messages, event.settings} <= recording.parts.keys()
        for image in event.images:
            assert (episode.recording / image.path).stat().st_size == image.size_bytes
    assert len(recording.parts) < sum(
        len(event.messages) + 1 for event in requests
    )  # prefixes are shared


def test_a_click_is_mapped_through_the_chain_that_is_recorded(
    server: FaultServer, settings: dict[str, Any]
) -> None:
    episode = run_goal(GOAL, server=server.base_url, max_pixels=400_000, **settings)

    assert episode.recording is not None
    [intent] = [
        step.intent
        for step in read_recording(episode.recording).steps
        if step.intent is not None and step.intent.action.kind == "tap"
    ]
    x, y = 100.0, 200.0
    for link in intent.transforms:
        x, y = x * link.scale_x + link.offset_x, y * link.scale_y + link.offset_y
    assert intent.action.kind == "tap"
    assert (intent.action.at.x, intent.action.at.y) == (int(x), int(y))


def test_a_point_off_the_screen_is_told_to_the_model_and_the_run_goes_on(
    settings: dict[str, Any],
) -> None:
    off = call(action="click", coordinate=[100_000, 5])
    with serving(words(off), words(DONE)) as running:
        episode = run_goal(GOAL, server=running.base_url, **settings)

    assert episode.stop is StopReason.FINISHED, episode.error
    assert "off the screen" in episode.steps[0].mistake
    assert "off the screen" in str(running.requests[1]["messages"])


def test_three_points_off_the_screen_in_a_row_end_the_run(settings: dict[str, Any]) -> None:
    with serving(words(call(action="click", coordinate=[100_000, 5]))) as running:
        episode = run_goal(GOAL, server=running.base_url, max_mistakes=3, **settings)

    assert episode.stop is StopReason.STUCK
    assert len(episode.steps) == 3


def test_a_model_that_cannot_be_asked_ends_the_run_as_model_error(
    settings: dict[str, Any],
) -> None:
    with serving(*[refuse(401, "no such key")] * 9) as refusing:
        episode = run_goal(GOAL, server=refusing.base_url, **settings)

    assert episode.stop is StopReason.MODEL_ERROR
    assert "401" in episode.error


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"model": "", "policy": "vlm"}, "needs a model"),
        ({"server": "nonsense"}, "neither a known kind of server nor an address"),
        ({"server": "vllm", "dialect": "klingon"}, "no dialect 'klingon'"),
        ({"server": "vllm", "max_pixels": 10}, "pixels"),
    ],
)
def test_wrong_model_settings_are_one_line_before_any_device_is_touched(
    settings: dict[str, Any], wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        run_goal(GOAL, **{**settings, **wrong})


def test_the_rules_decide_where_they_are_asked_to_whatever_model_is_configured(
    settings: dict[str, Any],
) -> None:
    episode = run_goal(GOAL, server="vllm", policy="rules", **settings)

    assert episode.stop is StopReason.FINISHED
    assert episode.recording is not None
    assert read_recording(episode.recording).start.model == ""


def test_auto_falls_back_to_the_rules_where_nothing_fits(tmp_path: Path) -> None:
    episode = run_goal(GOAL, device="virtual", record_dir=tmp_path, model="auto")

    assert episode.stop is StopReason.FINISHED
    assert episode.recording is not None
    assert read_recording(episode.recording).start.policy == "rules"
