"""Recordings that are made once for all tests of a worker: none of them changes one in place."""

from pathlib import Path

import pytest

from agent import run_goal
from agent.step import StopReason
from tests.agent.replay.made import episode_folder, form_replies, record_vlm

BOOKING = "book a one-way ticket Chongqing to Beijing"


@pytest.fixture(scope="session")
def booking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The booking by rules on the virtual phone."""
    folder = tmp_path_factory.mktemp("booking")
    episode = run_goal(BOOKING, device="virtual", record_dir=folder)
    assert episode.stop is StopReason.FINISHED, episode.error
    return episode_folder(episode)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The form by a model, in the words of Qwen2.5-VL."""
    return record_vlm(tmp_path, "qwen2_5_vl", form_replies("qwen2_5_vl"))
