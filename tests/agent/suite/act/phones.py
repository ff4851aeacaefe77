"""A running virtual phone on which cases of task files are performed, as wired."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.config import Config
from agent.dialects.choose import dialect_named
from agent.models.exchanges import RecordingModel
from agent.models.scripted import ScriptedModel
from agent.perception.seer import Seer
from agent.policies.scripted import ScriptedPolicy
from agent.policy import Policy
from agent.recording.reader import Recording, read_recording
from agent.recording.writer import RecordingWriter
from agent.sight import Sizing
from agent.step import Decision
from agent.suite.act.performance import Part
from agent.suite.checks.context import Permissions
from agent.suite.language.cases import Case, load_cases
from agent.suite.language.task import Where
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun
from agent.wiring.mind import Mind
from agent.wiring.performing import Manner, perform_case
from agent.wiring.policies import find_mind
from tests.agent.suite.task_files import unset
from tools.clock import SystemClock
from tools.device import Device
from tools.devices.adb_socket import AdbLink, AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone

SIZING = Sizing(factor=28, min_pixels=28 * 28, max_pixels=256 * 28 * 28)


@dataclass(frozen=True)
class SuitePhone:
    """A phone that is reset for every case.

    Attributes:
        server: The phone's ADB server.
        folder: Where recordings go, and task files are written.
    """

    server: PhoneServer
    folder: Path

    def case(self, text: str, name: str = "t") -> Case:
        """The only case of a task file with ``text``."""
        path = self.folder / f"{name}.task.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        (case,) = load_cases([path.name], root=self.folder, environment=unset)
        return case

    def connect(self) -> AndroidDevice:
        assert self.server.server_port is not None
        return connect(server=AdbServer(port=self.server.server_port), ui_tree=True)

    def perform(
        self,
        text: str,
        *,
        mind: Mind | None = None,
        around: Callable[[AndroidDevice], Device] = lambda device: device,
        permissions: Permissions | None = None,
        part: Part = "steps",
        **settings: Any,
    ) -> CaseRun:
        """Perform the case of ``text`` on a fresh phone."""
        case = self.case(text)
        target = case.task.target
        with self.server.phone.lock:
            self.server.phone.reset(scenario=target.scenario or "default", seed=target.seed or 0)
        config = Config(**{"record_dir": self.folder / "recordings", "timeout_s": 60.0, **settings})
        manner = Manner(permissions if permissions is not None else Permissions(), part)
        device = self.connect()
        decides = mind if mind is not None else find_mind(config, lambda _: None)
        try:
            return perform_case(case, config, decides, around(device), manner)
        finally:
            device.close()

    def shell(self, command: str) -> str:
        """What a shell command prints."""
        assert self.server.server_port is not None
        serial = str(self.server.announcement()["serial"])
        link = AdbLink(AdbServer(port=self.server.server_port), serial, SystemClock())
        return link.shell(command).text


class PhoneStation:
    """Gives the phone of these tests, reset, for each attempt."""

    name = "virtual-1"

    def __init__(self, phone: SuitePhone) -> None:
        self._phone = phone
        self._device: Device | None = None

    def refuses(self, target: Where) -> str:
        del target
        return ""

    def prepare(self, target: Where) -> LeasedDevice:
        self.close()
        with self._phone.server.phone.lock:
            self._phone.server.phone.reset(scenario=target.scenario or "default", seed=0)
        self._device = device = self._phone.connect()
        return LeasedDevice(device)

    def sever(self) -> None:
        """Nothing hangs here."""

    def usable(self, *, left_behind: bool) -> bool:
        return not left_behind

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()


def recording_of(run: CaseRun) -> Recording:
    """The recording of an attempt."""
    assert run.recording is not None
    return read_recording(run.recording)


def why(run: CaseRun) -> str:
    """Why a case did not pass, in full."""
    assert run.failure is not None, run
    return f"{run.failure.kind}\n{run.failure.message}\n{run.failure.details}"


def thoughts(run: CaseRun) -> list[str]:
    """What stands in the recording as the reason of each step."""
    steps = recording_of(run).steps
    return [step.decision.thought for step in steps if step.decision is not None]


def results(run: CaseRun) -> list[str]:
    """What was noted as the result of each step."""
    steps = recording_of(run).steps
    return [step.result.result for step in steps if step.result is not None]


def actions(run: CaseRun) -> list[str]:
    """The kinds of the actions that were carried out, waiting aside."""
    done = [step.intent.action.kind for step in recording_of(run).steps if step.intent is not None]
    return [kind for kind in done if kind != "wait"]


def checked(run: CaseRun) -> Mapping[str, str]:
    """The checks of the recording: verdict by name."""
    return {each.name: each.verdict.value for each in recording_of(run).checks}


def mind_of(
    decisions: Sequence[Decision] = (), *, model: ScriptedModel | None = None, **others: Any
) -> Mind:
    """A mind that decides as it is told, with a model that answers as it is told."""

    def eyes(recorder: RecordingWriter) -> Seer:
        assert model is not None
        return Seer(RecordingModel(model, recorder), dialect_named("tools"), SIZING)

    mind = Mind("scripted", wants_ui_tree=False, make=lambda *_: ScriptedPolicy(decisions))
    return replace(mind, eyes=eyes if model is not None else None, **others)


def made_by(policy: Callable[[], Policy]) -> Mind:
    """A mind whose policy is made by ``policy``."""
    return Mind("made", wants_ui_tree=True, make=lambda *_: policy())


@contextmanager
def suite_phone(folder: Path) -> Iterator[SuitePhone]:
    """A running phone with all apps, for as long as the block lasts."""
    server = PhoneServer(Phone(apps=all_apps()))
    server.start()
    try:
        yield SuitePhone(server, folder)
    finally:
        server.close()
