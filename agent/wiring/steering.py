"""A run that a person watches on a page and may pause, stop, take over and give back.

What the person does becomes steps of the same episode: it is recorded, and the policy finds it in
its history when it goes on.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from agent.model import Model, OnText
from agent.person.helm import STOPPED, HandedBackError, Helm, TakenOverError
from agent.person.stage import Act
from agent.person.watched import WatchedDevice
from agent.policies.person import WAIT, Eyes, PersonPolicy
from agent.policy import Follower, Glimpse, Policy
from agent.recording.account import in_words
from agent.recording.writer import RecordingWriter
from agent.step import Decision, Episode, Step, StopReason, Verdict
from agent.wiring.mind import Mind
from agent.wiring.steered_model import steered_model
from tools.action import Action
from tools.approval import Request
from tools.device import Device, DeviceInfo, Observation
from tools.errors import AutomationError, CaptureError
from tools.registry import Registry
from tools.screen import same_screen

_FAREWELL_S = 1.0


class SteeredDevice(WatchedDevice):
    """A device whose frames are shown on a helm, and whose touches are drawn there.

    Args:
        device: The device itself.
        helm: Where it is shown.
    """

    def __init__(self, device: Device, helm: Helm) -> None:
        super().__init__(device, helm)
        self._helm = helm

    def perform(self, action: Action) -> None:
        """Carry out ``action``, and let it be seen where."""
        self._helm.touch(action)
        super().perform(action)


class SteeredPolicy:
    """Lets another policy decide, as long as the person lets it.

    Args:
        inner: Who decides.
        helm: Where the person is.
        eyes: How to look while nothing is done.
    """

    def __init__(self, inner: Policy, helm: Helm, eyes: Eyes) -> None:
        self.inner = inner
        self.name = inner.name
        self.wants_ui_tree = inner.wants_ui_tree
        self._helm, self._eyes = helm, eyes
        self._person: PersonPolicy[Act] | None = None

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """What is done next; what the agent wants is dropped if the person takes over meanwhile.

        Raises:
            KeyboardInterrupt: The person wants to stop.
            AutomationError: As the inner policy.
        """
        helm = self._helm
        while True:
            if helm.by_hand():
                try:
                    return self._by_hand(goal, observation, history)
                except HandedBackError:
                    self._person = None
                    if self._moved():
                        return WAIT
            helm.think(history)
            if self._hold():
                return WAIT
            if helm.by_hand():
                continue
            try:
                with helm.deciding():
                    decision = self.inner.decide(goal, observation, history)
            except TakenOverError:
                continue
            helm.check()
            helm.decide(decision)
            moved = self._hold()
            if not helm.by_hand():
                return WAIT if moved else decision
            helm.decide(None)

    def _by_hand(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        if self._person is None:
            self._person = PersonPolicy(self._helm, self._eyes, lambda _: None)
        decision = self._person.decide(goal, observation, history)
        if isinstance(self.inner, Follower):
            self.inner.follow(goal, Glimpse.of(observation), history, decision)
        return decision

    def _hold(self) -> bool:
        """Wait as long as the run is paused; whether the screen is another one then."""
        helm = self._helm
        if not helm.held():
            return False
        while helm.held():
            helm.wait(helm.pace_s)
            self._glance()
        return not helm.by_hand() and self._moved()

    def _glance(self) -> None:
        try:
            self._eyes.glance()
        except CaptureError:  # a screen that is off, or secret: it may come back
            return

    def _moved(self) -> bool:
        try:
            return not same_screen(self._eyes.seen(), self._eyes.glance())
        except CaptureError:
            return True


@dataclass(frozen=True)
class Watch:
    """The audience of a run that is steered on a helm; it approves and answers as the person does.

    Attributes:
        helm: Where the person is.
    """

    helm: Helm

    def steered(self, mind: Mind) -> Mind:
        """``mind``, as far as the person does not act themselves."""
        devices: list[SteeredDevice] = []
        plain: list[Device] = []

        def around(device: Device) -> Device:
            plain.append(device)
            devices.append(SteeredDevice(mind.around(device), self.helm))
            return devices[-1]

        def make(offered: Registry, recorder: RecordingWriter, on_text: OnText) -> Policy:
            device, below = devices[-1], plain[-1]
            hands = [tool.name for tool in offered if tool.needs]
            self.helm.began(f"{device.info.model} · {device.info.size}", hands)
            eyes = Eyes(device.glance, below.observe, lambda: device.seen)
            return SteeredPolicy(mind.make(offered, recorder, on_text), self.helm, eyes)

        return replace(mind, around=around, make=make)

    def asked(self, model: Model) -> Model:
        """``model``, as long as the person waits for it."""
        return steered_model(model, self.helm)

    def notice(self, text: str) -> None:
        """Shown."""
        self.helm.check()
        self.helm.note(text)

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        """Nothing more to show than the frames."""

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """Nothing: the helm knows already."""

    def stepped(self, step: Step) -> None:
        """Shown."""
        self.helm.step(step)

    def heard(self, piece: str) -> None:
        """Shown."""
        self.helm.hear(piece)

    def paused(self) -> AbstractContextManager[None]:
        """Nothing to leave alone."""
        return nullcontext()

    def ask(self, question: str) -> str:
        """What the person answers on the page."""
        return self.helm.ask(question)

    def approve(self, request: Request) -> bool:
        """What the person says on the page; they need no permission for what they do themselves."""
        if self.helm.current is not None:
            return True
        self.helm.touch(request.action)
        if self.helm.approve(str(request)):
            return True
        self.helm.touch(None)
        return False


def steer(helm: Helm, run: Callable[[Watch], Episode]) -> Episode | None:
    """Carry out a run on ``helm``, and tell there how it ended.

    Args:
        helm: Where the person is.
        run: Pursues the goal with the audience that it is given.

    Returns:
        The episode; ``None`` if it never began.
    """
    try:
        episode = run(Watch(helm))
    except KeyboardInterrupt:
        helm.end(STOPPED.capitalize(), (), _FAREWELL_S)
    except (AutomationError, OSError) as error:
        helm.end(" ".join(str(error).split()).rstrip("."), (), _FAREWELL_S)
    else:
        helm.keep(episode.recording.name if episode.recording is not None else "")
        helm.end(told(episode), episode.steps, _FAREWELL_S)
        return episode
    return None


def told(episode: Episode) -> str:
    """How an episode ended, in a line."""
    said = " ".join((episode.answer or episode.error).split()).rstrip(".")
    if episode.stop is StopReason.INTERRUPTED:
        said = ""
    words = in_words(episode.stop).capitalize()
    verdict = "" if episode.verdict is Verdict.UNVERIFIED else f" ({episode.verdict.value})"
    return f"{words}{verdict}" + (f": {said}" if said else "")
