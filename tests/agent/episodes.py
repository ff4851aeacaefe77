"""Ready-made episodes on the fake device, for the tests of this folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.check import Check
from agent.loop import Cast, Limits, run_episode
from agent.policies.scripted import ScriptedPolicy
from agent.policy import Policy
from agent.recording.reader import Recording, read_recording
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Decision, Episode, Step, ToolCall
from tools.builtin import builtin_registry
from tools.clock import Clock, FakeClock
from tools.device import Device, Observation
from tools.devices.fake import FakeDevice
from tools.errors import NeedsHumanError
from tools.registry import Registry, Tool

FORM, LIST, COUNT = [100, 50], [100, 90], [100, 130]
NAME, LOUD, SAVE = [100, 50], [100, 90], [100, 130]
NOWHERE = [100, 400]


def call(tool: str, thought: str = "", **arguments: Any) -> Decision:
    """A decision to call ``tool``."""
    return Decision(thought=thought, call=ToolCall(name=tool, arguments=arguments))


def tap(at: list[int]) -> Decision:
    """A decision to tap."""
    return call("tap", at=at)


DONE = call("finish", success=True, answer="done")


@dataclass
class Listener:
    """Writes down what it was told."""

    decisions: list[Decision] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        self.decisions.append(decision)

    def stepped(self, step: Step) -> None:
        self.steps.append(step)


def nobody(question: str) -> str:
    """The asker of a run without a terminal."""
    raise NeedsHumanError(question)


@dataclass
class Rig:
    """One episode with everything replaceable."""

    folder: Path
    decisions: Sequence[Decision] = ()
    policy: Policy | None = None
    device: Device = field(default_factory=FakeDevice)
    clock: Clock = field(default_factory=lambda: FakeClock(tick_s=0.001))
    ask: Callable[[str], str] = nobody
    listener: Listener = field(default_factory=Listener)
    goal: str = "try things"
    writer: type[RecordingWriter] = RecordingWriter
    checks: tuple[Check, ...] = ()
    tools: Sequence[Tool] = ()

    def run(self, **limits: Any) -> Episode:
        """Run it."""
        policy = self.policy if self.policy is not None else ScriptedPolicy(self.decisions)
        folder = new_folder(self.folder, self.goal)
        header = Header(self.goal, policy.name, self.device.info, {}, {"tapwright": "0"})
        recorder = self.writer(folder, header, self.clock)
        registry = Registry([*builtin_registry().offered(self.device.supports), *self.tools])
        cast = Cast(
            self.device,
            policy,
            registry,
            recorder,
            self.clock,
            self.ask,
            self.listener,
            self.checks,
        )
        try:
            return run_episode(self.goal, cast, Limits(**limits))
        finally:
            recorder.close()


def recorded(episode: Episode) -> Recording:
    """The recording of ``episode``."""
    assert episode.recording is not None
    return read_recording(episode.recording)
