"""A person instead of a policy: the same episode, whose decisions come from a page or a finger."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from agent.config import Config
from agent.person.server import served_page
from agent.person.stage import Stage
from agent.person.watched import WatchedDevice
from agent.policies.person import PersonPolicy
from agent.policy import Policy
from agent.recording.writer import RecordingWriter
from agent.step import Decision, Episode, Step, StopReason
from agent.wiring.audience import Audience
from agent.wiring.episode import check_goal, run_mind
from agent.wiring.mind import Mind, Notice
from tools.clock import SystemClock
from tools.device import Device, DeviceInfo, Observation
from tools.errors import NeedsHumanError
from tools.registry import Registry

_PATIENT = {"max_steps": 1000, "timeout_s": 86400.0, "max_mistakes": 100, "approve": "always"}
"""A person is not given up on, and need not be asked about what they do themselves; rules that
deny still hold."""
_FAREWELL_S = 1.0
_ENDINGS = {
    StopReason.FINISHED: "Done",
    StopReason.GAVE_UP: "Given up",
    StopReason.INTERRUPTED: "Stopped at the terminal",
    StopReason.DEVICE_LOST: "The device went away",
}


@dataclass
class _Booth:
    """Makes the two parts that need each other: the watched device and the policy that looks."""

    stage: Stage
    device: Device | None = None

    def around(self, device: Device) -> Device:
        self.device = WatchedDevice(device, self.stage)
        return self.device

    def policy(self, offered: Registry, _recorder: RecordingWriter, heard: Notice) -> Policy:
        assert self.device is not None  # noqa: S101 - for mypy: run_mind opens the device first
        info = self.device.info
        self.stage.began(f"{info.model} · {info.size}", offered.names)
        return PersonPolicy(self.stage, self.device.glance, heard)


@dataclass(frozen=True)
class _Company:
    """The person's audience; questions are answered by what the person said on the page."""

    audience: Audience
    stage: Stage
    opened: Callable[[], None]

    def notice(self, text: str) -> None:
        self.audience.notice(text)

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        self.audience.began(goal, device, policy)
        self.opened()

    def heard(self, piece: str) -> None:
        self.audience.heard(piece)

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        self.audience.decided(index, observation, decision)

    def stepped(self, step: Step) -> None:
        self.audience.stepped(step)

    def paused(self) -> AbstractContextManager[None]:
        return self.audience.paused()

    def ask(self, question: str) -> str:
        act = self.stage.current
        if act is None or not act.answer:
            raise NeedsHumanError(question)
        return act.answer


def record_person(
    config: Config,
    goal: str,
    audience: Audience,
    *,
    port: int = 0,
    opened: Callable[[str], None] = lambda _: None,
) -> Episode:
    """Record what a person does, from the first look until they say that they are done.

    Args:
        config: The device, and where recordings go. Limits that give up on a model are not for a
            person and are left aside.
        goal: What the person is about to do.
        audience: Who follows.
        port: Of the page on 127.0.0.1; 0 for any.
        opened: Told the page's address as soon as the device is there.

    Raises:
        UsageError: The goal, a setting or the port is wrong, or there is no such device.
        DeviceError: The device cannot be connected to.
    """
    goal = check_goal(goal)
    stage = Stage(goal, SystemClock())
    booth = _Booth(stage)
    mind = Mind("person", True, booth.policy, around=booth.around, may_get_stuck=False)  # noqa: FBT003 - as declared
    with served_page(stage, port=port) as page:
        company = _Company(audience, stage, lambda: opened(page.url))
        episode = run_mind(config.model_copy(update=_PATIENT), goal, mind, audience=company)
        stage.end(_ENDINGS.get(episode.stop, "Ended"), episode.steps, _FAREWELL_S)
    return episode
