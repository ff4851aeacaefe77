"""Fixtures for tests in Python: the worker's device, virtual phones, and goals to pursue."""

from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from agent.pytest_plugin.settings import bench_of
from tools.errors import AutomationError

if TYPE_CHECKING:
    from agent.step import Episode
    from tools.device import Device


_INTERRUPTED = "interrupted"


class VirtualPhones(Protocol):
    """Gives virtual phones to one test."""

    def __call__(self, *, scenario: str | None = None, seed: int | None = None) -> "Device":
        """A virtual phone as fresh out of its box, another with each call.

        Args:
            scenario: What it is like, such as ``dark,zh``; ``None``: as configured.
            seed: Seed of its data; ``None``: as configured.

        Raises:
            UsageError: There is no such scenario, or they are too many at once.
            DeviceError: It does not start or answer.
        """
        ...


class RunGoal(Protocol):
    """Pursues goals in one test."""

    def __call__(self, goal: str, *, device: "Device | None" = None, **settings: Any) -> "Episode":  # noqa: ANN401 - pydantic checks them
        """Pursue ``goal`` and tell how it went. It is recorded; the device stays as it is then.

        Args:
            goal: What is to be done, in words.
            device: On what, connected and not wrapped; ``None``: on ``agent_device``.
            **settings: Fields of ``Config`` for this goal, such as ``max_steps=20`` or
                ``expect=("Saved",)``.

        Raises:
            UsageError: The goal or a setting is wrong.
            ModelError: The model cannot be loaded. Once the run has begun nothing is raised: what
                went wrong is in the episode.
            KeyboardInterrupt: The person stopped it; the recording is whole.
        """
        ...


@pytest.fixture
def agent_device(request: pytest.FixtureRequest) -> "Device":
    """The device of this process, connected. A virtual phone is as fresh out of its box.

    The device is this process's alone until the run is over; it is connected anew for each test.
    What is performed is not waited for: wrap it in ``tools.settle.SettlingDevice`` for that.
    """
    try:
        device = bench_of(request.config).device().device
    except AutomationError as error:  # in a setup: pytest counts it as an error
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    _tell(request, "agent_device", device.info.name)
    return device


@pytest.fixture
def virtual_phone(request: pytest.FixtureRequest) -> VirtualPhones:
    """Gives virtual phones, whatever device is configured.

    They are started when first asked for, and kept for later tests, which find them reset.
    """
    bench, numbers = bench_of(request.config), count()

    def lend(*, scenario: str | None = None, seed: int | None = None) -> "Device":
        __tracebackhide__ = True
        try:
            return bench.phone(next(numbers), scenario=scenario, seed=seed).device
        except AutomationError as error:  # the test that asked is to be seen, and not our own code
            raise error.with_traceback(None) from None

    return lend


@pytest.fixture
def run_goal(request: pytest.FixtureRequest) -> RunGoal:
    """Pursues goals with the policy and model of the run, which are found or loaded only once.

    Where the recordings are stands in the report of a test that fails, and in its properties.
    """
    bench = bench_of(request.config)

    def run(goal: str, *, device: "Device | None" = None, **settings: Any) -> "Episode":  # noqa: ANN401 - pydantic checks them
        __tracebackhide__ = True
        if device is None:
            device = request.getfixturevalue("agent_device")
        try:
            episode = bench.pursue(goal, device, settings)
        except AutomationError as error:
            raise error.with_traceback(None) from None
        _tell(request, "agent_recording", str(episode.recording))
        steps = "1 step" if len(episode.steps) == 1 else f"{len(episode.steps)} steps"
        told = f"{goal!r}: {episode.stop.value}, {episode.verdict.value}, {steps}"
        lines = (told, episode.error or episode.answer, f"recording: {episode.recording}", "")
        request.node.add_report_section("call", "agent", "\n".join(lines))
        if episode.stop.value == _INTERRUPTED:  # an episode ends in good order; so must the tests
            raise KeyboardInterrupt
        return episode

    return run


def _tell(request: pytest.FixtureRequest, name: str, value: str) -> None:
    request.node.user_properties.append((name, value))
