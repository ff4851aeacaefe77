"""A project of its own for each test, in which pytest runs with the plugin."""

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., pytest.RunResult]
# Installed for our own tests, not for these projects: half of the time that pytest needs to begin.
WITHOUT = "-p no:hypothesispytest -p no:anyio"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pytest, on virtual phones; the plugin is found as installed, or named."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config -ra")
    monkeypatch.setenv("PYTEST_ADDOPTS", WITHOUT)
    installed = entry_points(group="pytest11", name="tapwright")
    plugin = [] if installed else ["-p", "agent.pytest_plugin"]

    def run(*words: str, device: str = "virtual") -> pytest.RunResult:
        options = [f"--agent-device={device}"] if device else []
        return pytester.runpytest_subprocess(*plugin, *options, *words, timeout=150)

    return run
