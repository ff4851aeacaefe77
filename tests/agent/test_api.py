"""The promised Python API."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import agent
from agent import Agent, Config, Episode, StopReason, read_recording, run_goal
from tools.errors import ConfigError


def test_the_names_are_those_promised_and_all_load() -> None:
    assert sorted(agent.__all__) == [
        "Agent", "Client", "Config", "Decision", "Episode", "Recording", "Step", "StopReason",
        "ToolCall", "Verdict", "read_recording", "run_goal",
    ]  # fmt: skip
    for name in agent.__all__:
        assert getattr(agent, name).__name__ == name
    assert set(agent.__all__) <= set(dir(agent))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        agent.__getattr__("fly")


def test_importing_it_loads_nothing_and_says_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import agent; "
        "print(sorted(set(sys.modules) - before - {'agent', 'importlib', 'typing'}))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    heavy = ("'pydantic", "'numpy", "'PIL", "'agent.", "'tools")
    assert not any(word in done.stdout for word in heavy)
    assert done.stderr == ""


def test_a_goal_runs_in_a_few_lines() -> None:
    episode = run_goal("turn on airplane mode", device="virtual", seed=3, max_steps=25)
    assert isinstance(episode, Episode)
    assert episode.stop is StopReason.FINISHED, episode.error
    assert episode.recording is not None
    assert read_recording(episode.recording).start.config["seed"] == 3
    assert Config().seed == 0


def test_one_agent_pursues_several_goals_at_once() -> None:
    with Agent(device="virtual", max_steps=25) as both, ThreadPoolExecutor(2) as pool:
        goals = ["turn on airplane mode", "turn on dark theme"]
        episodes = list(pool.map(both.run, goals))
    assert [episode.goal for episode in episodes] == goals
    assert [episode.stop for episode in episodes] == [StopReason.FINISHED] * 2
    assert len({episode.recording for episode in episodes}) == 2


def test_an_agent_is_told_what_is_wrong_when_it_is_made() -> None:
    with pytest.raises(ConfigError, match="no policy 'ruls'"):
        Agent(policy="ruls")
