"""The virtual phone in a browser: its screen as it is, and a mouse and a keyboard to touch it with.

Nothing is recorded, and nothing is settled: the page shows each frame as it comes.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from agent.person.door import HERE
from agent.person.server import OpenPage, served_page
from agent.person.stage import Act, Stage
from agent.phone_process import RunningPhone
from agent.step import Step
from tools.action import Action
from tools.builtin import BUILTIN
from tools.clock import SystemClock
from tools.device import Device, Observation
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.errors import AgentMistakeError, CaptureError, DeviceError, DeviceGoneError
from tools.outcome import Finish, Note, Question, ToolContext
from tools.registry import Registry

_LISTED = 200
"""Acts that the page lists; a phone may be played with all day."""
_FAREWELL_S = 1.0


@contextmanager
def phone_page(
    phone: RunningPhone, title: str, *, host: str = HERE, port: int = 0
) -> Iterator[OpenPage]:
    """Show a virtual phone at an address of this machine for as long as the block lasts.

    Args:
        phone: One that runs, with an ADB server of its own.
        title: What stands above it.
        host: Address to listen at.
        port: 0 for any that is free.

    Raises:
        ConfigError: The address or the port cannot be had.
        DeviceError: The phone does not answer.
    """
    if phone.server_port is None:
        raise DeviceGoneError("The virtual phone runs no ADB server.")
    clock = SystemClock()
    server = AdbServer(port=phone.server_port, why_gone=phone.log.failure)
    device = connect(phone.serial, server=server, clock=clock)
    device.reads_ui_tree = False
    stage = Stage(title, clock, purpose="touch")
    try:
        served = served_page(stage, host=host, port=port, flag="--web-port")
        with served as page, touched(device, stage):
            yield page
    finally:
        device.close()


@contextmanager
def touched(device: Device, stage: Stage) -> Iterator[None]:
    """Show ``device`` on ``stage`` and do to it what comes from there, in a thread of its own."""
    toucher = _Toucher(device, stage)
    thread = Thread(target=toucher.follow, name="toucher", daemon=True)
    thread.start()
    try:
        yield
    finally:
        toucher.over.set()
        thread.join()
        stage.end("The phone has ended", tuple(toucher.done), _FAREWELL_S)


class _Toucher:
    """The only one that speaks to the device."""

    def __init__(self, device: Device, stage: Stage) -> None:
        self._device, self._stage = device, stage
        self._tools = Registry(
            each for each in BUILTIN if each.needs and each.needs <= device.supports - {"wait"}
        )
        self.over = Event()
        self.done: deque[Step] = deque(maxlen=_LISTED)

    def follow(self) -> None:
        info = self._device.info
        self._stage.began(f"{info.model} · {info.size}", self._tools.names)
        try:
            self._look()  # first: a hand cannot do anything before there is a picture
            self._stage.rest(())
            while not self.over.is_set():
                act = self._stage.take(self._stage.pace_s)
                if act is not None:
                    self._carry(act)
                else:
                    self._look()
        except DeviceError as error:
            if not self.over.is_set():
                self._stage.end(str(error), tuple(self.done), _FAREWELL_S)

    def _look(self) -> None:
        try:
            self._stage.show(self._device.glance())
        except CaptureError:  # a screen that is off, or secret: it may come back
            return

    def _carry(self, act: Act) -> None:
        self._stage.carry(act)
        action, mistake = None, ""
        try:
            action = self._action(act)
            self._device.perform(action)
        except (AgentMistakeError, CaptureError) as error:  # a screen may be off, or secret
            mistake = str(error)
        step = Step(index=len(self.done), decision=act.decision, action=action, mistake=mistake)
        self.done.append(step)
        self._look()
        self._stage.rest(tuple(self.done))

    def _action(self, act: Act) -> Action:
        """What ``act`` comes to.

        Raises:
            AgentMistakeError: It is nothing that this device can do.
        """
        call = act.decision.call
        context = ToolContext(Observation(self._device.glance()), self._device.info)
        outcome = self._tools.resolve(call.name, call.arguments, context)
        assert not isinstance(outcome, Note | Question | Finish | str)  # noqa: S101 - none is offered
        return outcome
