"""Recordings made for the tests of the export: by a model, or by a script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.dialects.choose import DIALECTS
from agent.dialects.dialect import Dialect
from agent.export.account import Exported, Plan
from agent.export.training import FORMS, export_training
from agent.loop import Cast, Limits, run_episode
from agent.model import Reply
from agent.models.exchanges import RecordingModel
from agent.models.scripted import ScriptedModel
from agent.policies.scripted import ScriptedPolicy
from agent.policies.vlm import VlmPolicy
from agent.policy import Policy
from agent.recording.reader import Recording
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Decision
from tests.agent.episodes import Listener, call, recorded
from tools.builtin import builtin_registry
from tools.clock import FakeClock
from tools.device import Device
from tools.devices.fake import FakeDevice
from tools.geometry import Projection
from tools.registry import Registry

FORM, LIST, COUNT, NAME = [100, 50], [100, 90], [100, 130], [100, 50]
NOWHERE = [100, 400]
TOOLS = builtin_registry().offered(FakeDevice().supports)
GOAL = "count to three & <image> them"
DONE = call("finish", "All is done.", success=True, answer="3")
COUNTING = [
    call("tap", "Count one.", at=COUNT),
    call("tap", "Count two.", at=COUNT),
    call("tap", "This is nothing.", at=NOWHERE),
    call("tap", "Count three.", at=COUNT),
    call("wait", "Let it settle.", duration_s=1.0),
    DONE,
]
"""Five good steps and one without effect."""
Maker = Callable[[RecordingWriter], Policy]


@dataclass
class Run:
    """How a recording is made.

    Attributes:
        parent: Folder of the recordings.
        policy: Name to be recorded.
        dialect: Name to be recorded; empty if no model decides.
        config: Settings to be recorded.
    """

    parent: Path
    policy: str = "scripted"
    dialect: str = ""
    config: dict[str, int] | None = None
    goal: str = GOAL

    def record(self, make: Maker, *, device: Device | None = None) -> Recording:
        """Run one episode on the fake device."""
        phone = device if device is not None else FakeDevice()
        header = Header(
            goal=self.goal,
            policy=self.policy,
            device=phone.info,
            config=dict(self.config or {}),
            versions={"tapwright": "0"},
            model="a model" if self.dialect else "",
            dialect=self.dialect,
            supports=phone.supports,
        )
        clock = FakeClock(tick_s=0.001)
        recorder = RecordingWriter(new_folder(self.parent, self.goal), header, clock)
        policy = make(recorder)
        cast = Cast(phone, policy, TOOLS, recorder, clock, lambda _: "yes", Listener())
        try:
            return recorded(run_episode(self.goal, cast, Limits()))
        finally:
            recorder.close()


def scripted(
    parent: Path, decisions: Sequence[Decision] = COUNTING, *, device: Device | None = None
) -> Recording:
    """A recording in which a script decided."""
    return Run(parent).record(lambda _: ScriptedPolicy(decisions), device=device)


def by_model(
    parent: Path, dialect: Dialect, replies: Sequence[Reply | str], *, window: int = 0
) -> Recording:
    """A recording in which a model of ``dialect`` gave these replies."""

    def make(recorder: RecordingWriter) -> Policy:
        model = RecordingModel(ScriptedModel(list(replies)), recorder)
        return VlmPolicy(model, dialect, TOOLS, window=window)

    run = Run(parent, "vlm", dialect.name, {"window": window} if window else None)
    return run.record(make)


def in_words(dialect: Dialect, decisions: Sequence[Decision]) -> list[Reply | str]:
    """The decisions as a model of ``dialect`` would say them on the fake device."""
    return [dialect.say(each, projection(dialect), TOOLS) for each in decisions]


def projection(dialect: Dialect) -> Projection:
    """Of a picture of the fake device."""
    size = FakeDevice().info.size
    return Projection(shown=dialect.sizing.shown(size), device=size)


def tools_of(recording: Recording) -> Registry:
    """The tools that were offered in ``recording``."""
    supports = recording.start.supports
    return builtin_registry() if supports is None else builtin_registry().offered(supports)


def plan(form: str, dialect: str, max_pixels: int = 0) -> Plan:
    """A plan by names."""
    return Plan(FORMS[form], DIALECTS[dialect](), max_pixels)


def export(out: Path, form: str, dialect: str, *recordings: Recording) -> Exported:
    """Export without further options."""
    return export_training(recordings, plan(form, dialect), tools_of, out)
