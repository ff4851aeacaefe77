"""A person instead of a policy: the same episode, whose decisions come from a page or a finger."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Protocol

from pydantic import JsonValue

from agent.config import Config
from agent.person.server import served_page
from agent.person.stage import Act, Stage
from agent.person.watched import WatchedDevice
from agent.policies.person import Eyes, PersonPolicy
from agent.policy import Policy
from agent.recording.untold import UNTOLD
from agent.recording.writer import RecordingWriter
from agent.step import Decision, Episode, Step, StopReason, ToolCall
from agent.wiring.audience import Audience
from agent.wiring.desktop import listen_to
from agent.wiring.episode import check_goal, run_mind
from agent.wiring.mind import Mind, Notice
from tools.action import Action, PressKey, TypeText
from tools.clock import SystemClock
from tools.device import Device, DeviceInfo, Observation
from tools.devices.android import AndroidDevice
from tools.devices.desktop import DesktopDevice
from tools.devices.heard import Heard
from tools.errors import (
    ActionFailedError,
    ConfigError,
    DeviceError,
    MissingExtraError,
    NeedsHumanError,
)
from tools.geometry import Point
from tools.registry import Registry
from tools.secrets.values import placeholder

_PATIENT = {
    "max_steps": 1000,
    "timeout_s": 86400.0,
    "max_mistakes": 100,
    "approve": "always",
    "dry_run": False,
}
"""A person is not given up on, and need not be asked about what they do themselves; rules that
deny still hold."""
_FAREWELL_S = 1.0
_ON_DESKTOP = (
    "Use the desktop. When you are done, push the pointer into a corner of the screen, or press "
    "Ctrl-C here; what is done in this terminal is not recorded."
)
_DONE = Decision(
    thought="", call=ToolCall(name="finish", arguments={"success": True, "answer": ""})
)
_ENDINGS = {
    StopReason.FINISHED: "Done",
    StopReason.GAVE_UP: "Given up",
    StopReason.INTERRUPTED: "Stopped at the terminal",
    StopReason.DEVICE_LOST: "The device went away",
}


@dataclass
class _Booth:
    """Makes the two parts that need each other: the watched device and the policy that looks.

    Attributes:
        touched: Whether the device's own touches are heard as well; ``None``: where somebody holds
            it in their hand, and if it lets.
        secret: What stands for a password that is typed there; may be empty.
    """

    stage: Stage
    touched: bool | None
    stack: ExitStack
    notice: Notice
    secret: str
    device: WatchedDevice | None = None
    plain: Device | None = None
    hears: bool = False

    def around(self, device: Device) -> Device:
        self.plain, self.device = device, WatchedDevice(device, self.stage)
        held = isinstance(device, AndroidDevice | DesktopDevice) and not device.info.emulated
        if self.touched or (self.touched is None and held):
            try:
                listening = _listening(device, self.stage, self.notice, self.secret)
                self.stack.enter_context(listening)
                self.hears = True
            except (DeviceError, MissingExtraError) as error:
                if self.touched:
                    raise
                self.notice(f"{error} Act on the page.")
        # A page on the same desktop would be used with the very hands that are heard.
        self.stage.quick = self.hears and isinstance(device, DesktopDevice)
        return self.device

    def policy(self, offered: Registry, _recorder: RecordingWriter, heard: Notice) -> Policy:
        assert self.device is not None  # noqa: S101 - for mypy: run_mind opens the device first
        assert self.plain is not None  # noqa: S101 - as above
        info = self.device.info
        self.stage.began(f"{info.model} · {info.size}", offered.names)
        watched = self.device
        eyes = Eyes(watched.glance, self.plain.observe, lambda: watched.seen)
        return PersonPolicy(self.stage, eyes, heard, eager=self.hears, secret=self.secret)


class _Listener(Protocol):
    """Hears what is done on a device itself."""

    @property
    def since_s(self) -> float | None:
        """When that began which is being done and was not told yet."""
        ...

    def listen(self, stopped: Callable[[], bool]) -> Iterator[Heard]:
        """What is done, as it is done; ends by itself when the person is done."""
        ...


def _listener_of(device: Device, notice: Notice) -> _Listener:
    if isinstance(device, AndroidDevice):
        return device.finger()
    if isinstance(device, DesktopDevice):
        return listen_to(device, notice)
    raise ConfigError(
        f"What is done on {device.info.name!r} itself cannot be heard.",
        hint="Leave --touch out, and act on the page.",
    )


@contextmanager
def _listening(device: Device, stage: Stage, notice: Notice, secret: str) -> Iterator[None]:
    """Put on ``stage`` what is done on ``device`` itself, in a thread, while the block lasts.

    Raises:
        UsageError: It cannot be heard; the hint says what mends it.
    """
    listener = _listener_of(device, notice)
    over = Event()

    def listen() -> None:
        try:
            for heard in listener.listen(over.is_set):
                with suppress(ActionFailedError):  # all is over
                    for act in acts_of(heard, secret):
                        stage.put(act)
            if not over.is_set():
                with suppress(ActionFailedError):
                    stage.put(Act(_DONE))
        except DeviceError as error:
            stage.break_off(error)

    stage.coming = lambda: listener.since_s
    thread = Thread(target=listen, name="listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_FAREWELL_S)


def acts_of(heard: Heard, secret: str) -> list[Act]:
    """What was heard as acts that have happened; of a password only ``secret`` or a note."""

    def act(call: ToolCall) -> Act:
        return Act(
            Decision(thought="", call=call),
            happened=True,
            began_s=heard.began_s,
            on_keyboard=heard.on_keyboard,
        )

    action = heard.action
    if not heard.secret or not isinstance(action, TypeText):
        return [act(call_of(action))]
    if secret:
        return [act(call_of(action.model_copy(update={"text": secret})))]
    enter = [act(call_of(PressKey(key="enter")))] if action.submit else []
    return [act(UNTOLD), *enter]


def call_of(action: Action) -> ToolCall:
    """The tool call that comes to ``action``: the built-in tools are named after the actions."""
    arguments: dict[str, JsonValue] = action.model_dump(mode="json", exclude={"kind"})
    for name in ("at", "start", "end"):
        point = getattr(action, name, None)
        if isinstance(point, Point):
            arguments[name] = [point.x, point.y]
    return ToolCall(name=action.kind, arguments=arguments)


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
    touch: bool | None = None,
    opened: Callable[[str], None] = lambda _: None,
) -> Episode:
    """Record what a person does, from the first look until they say that they are done.

    Args:
        config: The device, and where recordings go. Limits that give up on a model are not for a
            person and are left aside.
        goal: What the person is about to do.
        audience: Who follows.
        port: Of the page on 127.0.0.1; 0 for any.
        touch: Whether what is done on the device itself is recorded too, by a finger or by mouse
            and keys; ``None``: on a real phone, and on a desktop that somebody sits before.
        opened: Told the page's address as soon as the device is there.

    Raises:
        UsageError: The goal, a setting or the port is wrong, or there is no such device.
        DeviceError: The device cannot be connected to.
    """
    goal = check_goal(goal)
    stage = Stage(goal, SystemClock())
    with served_page(stage, port=port) as page, ExitStack() as stack:
        secret = placeholder(config.secrets[0]) if len(config.secrets) == 1 else ""
        booth = _Booth(stage, touch, stack, audience.notice, secret)
        mind = Mind(
            "person",
            wants_ui_tree=True,
            make=booth.policy,
            around=booth.around,
            may_get_stuck=False,
        )
        company = _Company(
            audience,
            stage,
            lambda: audience.notice(_ON_DESKTOP) if stage.quick else opened(page.url),
        )
        episode = run_mind(config.model_copy(update=_PATIENT), goal, mind, audience=company)
        stage.end(_ENDINGS.get(episode.stop, "Ended"), episode.steps, _FAREWELL_S)
    return episode
