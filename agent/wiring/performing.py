"""Performs cases: each becomes one episode, whose policy plays what the task file says."""

import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from agent.config import Config
from agent.loop import Limits
from agent.model import OnText
from agent.policy import Policy
from agent.recording.folder import make_folder, new_name
from agent.recording.writer import RecordingWriter
from agent.step import Episode, StopReason, ToolCall, Verdict
from agent.suite.act.performance import Part, Performance, Performed
from agent.suite.act.policy import SuitePolicy
from agent.suite.act.scene import GoalLimits, Means
from agent.suite.checks.context import Permissions, Witness
from agent.suite.checks.witness import ModelWitness
from agent.suite.language.cases import Case
from agent.suite.runner.deadline import Deadline, Patience, StoppableDevice
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun, Failure, Status
from agent.wiring.audience import Audience, Nobody
from agent.wiring.case_cache import CaseCache, Led
from agent.wiring.case_config import config_for
from agent.wiring.device_shell import DeviceShell
from agent.wiring.episode import Stage, run_mind
from agent.wiring.mind import Mind
from agent.wiring.secrets import Shield, find_shield
from tools.action import Home
from tools.clock import Clock, SystemClock
from tools.device import Device, NamesApps
from tools.devices.android import AndroidDevice
from tools.devices.desktop import DesktopDevice
from tools.errors import ActionFailedError, DeviceError
from tools.registry import Registry

_UNLIMITED = Limits(
    max_steps=1_000_000, timeout_s=1e9, max_mistakes=1_000_000, max_reasks=1_000_000
)
"""The policy of a case ends it itself: it has a teardown to play."""
_OVER = frozenset({StopReason.FINISHED, StopReason.GAVE_UP})


@dataclass(frozen=True)
class Manner:
    """How cases are performed.

    Attributes:
        permissions: What the person allows.
        part: What is played of each case.
        audience: Who follows.
    """

    permissions: Permissions = field(default_factory=Permissions)
    part: Part = "steps"
    audience: Audience = field(default_factory=Nobody)


class SuitePerformer:
    """Performs cases with one configuration and one mind; several threads may do so at once.

    Args:
        config: How goals are pursued; what it says of the device does not matter.
        mind: Who pursues them. It is closed by ``close``, and by nothing else.
        manner: How.
    """

    def __init__(self, config: Config, mind: Mind, manner: Manner | None = None) -> None:
        self._config, self._mind = config, mind
        self._manner = manner if manner is not None else Manner()
        self._astray: set[Led] = set()
        self._closing = Lock()
        self._closed = False

    def perform(
        self, case: Case, device: LeasedDevice, folder: Path, deadline: Deadline
    ) -> CaseRun:
        """Make one attempt at ``case``; see ``Performer``.

        Raises:
            UsageError: A secret has no value, or the recording cannot be written.
            DeviceError: The device cannot be used at all.
        """
        config = config_for(case, self._config, device, folder)
        if isinstance(device.device, AndroidDevice | DesktopDevice):
            device.device.reads_ui_tree = True
        attempt = _Attempt(
            case, config, self._mind, self._manner, device.device, deadline, self._astray
        )
        run = attempt.run(folder)
        return _kept(run, case.task.trace)

    def close(self) -> None:
        """Let go of the model; a second call is idle."""
        with self._closing:
            already, self._closed = self._closed, True
        if not already:
            self._mind.close()


@dataclass
class _Attempt:
    """One attempt at a case."""

    case: Case
    config: Config
    mind: Mind
    manner: Manner
    device: Device
    time: Deadline
    astray: set[Led]
    clock: Clock = field(default_factory=SystemClock)
    policy: SuitePolicy | None = None
    recorder: RecordingWriter | None = None
    cache: CaseCache | None = None

    def run(self, folder: Path) -> CaseRun:
        shield = find_shield(self.config, self.case.title)
        place = f"{self.case.place.path}:{self.case.place.line}"
        performance = Performance(self.case.plan, self.manner.part, place)
        episode = self._episode(folder, performance, shield)
        performed = performance.performed
        ended = self._ended(episode, performed)
        if self.cache is not None:
            ended = self.cache.settle(ended)
        if self._needs_teardown(episode, performed):
            self.time.begin_teardown()
            if episode.stop is StopReason.DEVICE_LOST:
                _leave_screen(self.device)
            further = self._episode(
                folder.with_name(f"{folder.name}-teardown"), performance, shield, teardown=True
            )
            trouble = performance.performed.trouble
            told = "\n".join((trouble.message, *trouble.details)) if trouble is not None else ""
            if further.stop not in _OVER:
                told = "\n".join(filter(None, (told, f"Teardown: {_line(further.error)}")))
            if told and ended.failure is not None:
                ended = replace(ended, failure=_with(ended.failure, told))
            if further.recording is not None:
                ended = replace(ended, attachments=(further.recording,))
        return _clean(ended, shield)

    def _needs_teardown(self, episode: Episode, performed: Performed) -> bool:
        return bool(self.case.plan.teardown) and not performed.torn_down and not episode.device_gone

    def _episode(
        self, folder: Path, performance: Performance, shield: Shield, *, teardown: bool = False
    ) -> Episode:
        def make(tools: Registry, recorder: RecordingWriter, on_text: OnText) -> Policy:
            means = self._means(tools, recorder, on_text, shield)
            if not teardown:
                use = self.case.task.cache or self.config.cache

                def give(call: ToolCall, answer: str) -> None:
                    tools.give(call.name, call.arguments, answer)

                self.cache = CaseCache(
                    self.case, self.config, use, self.device, recorder, give, self.astray
                )
                means = replace(means, new_way=self.cache.way)
            policy = SuitePolicy(performance, means, teardown_only=teardown)
            if not teardown:
                self.policy, self.recorder = policy, recorder
            return policy

        mind = replace(
            self.mind,
            policy=f"suite ({self.mind.policy})",
            wants_ui_tree=True,
            make=make,
            may_get_stuck=False,
        )
        device = StoppableDevice(self.device, self.time)
        stage = Stage(device, make_folder(folder), _UNLIMITED, self.time.remaining_s)
        audience = self.manner.audience
        return run_mind(self.config, self.case.title, mind, audience=audience, stage=stage)

    def _means(
        self, tools: Registry, recorder: RecordingWriter, on_text: OnText, shield: Shield
    ) -> Means:
        witnesses: list[Witness] = []

        def witness() -> Witness | None:
            if not witnesses and self.mind.eyes is not None:
                eyes = self.mind.eyes(recorder)
                witnesses.append(ModelWitness(eyes.model, eyes.sizing))
            return witnesses[0] if witnesses else None

        def new_inner() -> Policy:
            recorder.transforms = tuple
            inner = self.mind.make(tools, recorder, on_text)
            told = recorder.transforms
            recorder.transforms = lambda: told() if self._delegated else ()
            return inner

        config, device = self.config, self.device
        return Means(
            info=device.info,
            registry=tools,
            clock=self.clock,
            time=self.time,
            log=recorder,
            shell=DeviceShell(device, shield),
            witness=witness,
            new_inner=new_inner,
            limits=GoalLimits(config.max_steps, config.max_mistakes, config.max_reasks),
            budget=self.case.task.budget,
            permissions=self.manner.permissions,
            misnamed=device.misnamed if isinstance(device, NamesApps) else lambda _: "",
        )

    @property
    def _delegated(self) -> bool:
        scene = self.policy.scene if self.policy is not None else None
        return scene is not None and scene.delegated

    def _ended(self, episode: Episode, performed: Performed) -> CaseRun:
        run = _outcome(episode, performed)
        scene = self.policy.scene if self.policy is not None else None
        recorder = self.recorder
        if scene is None or recorder is None:
            return run
        facts = [
            ("policy", self.mind.policy),
            *((("model", self.mind.model),) if self.mind.model else ()),
        ]
        facts += [("warning", warning) for warning in scene.warnings]
        if self.manner.permissions.update_baselines:
            screens = (each for each in performed.judged if each.planned.check.screen is not None)
            facts += [("baseline", each.finding.evidence) for each in screens]
        return replace(
            run,
            steps=scene.actions,
            model_calls=recorder.model_calls,
            tokens=recorder.tokens,
            provenance=tuple(scene.provenance.most_common()),
            facts=tuple(facts),
        )


def perform_case(
    case: Case,
    config: Config,
    mind: Mind,
    device: Device,
    manner: Manner | None = None,
) -> CaseRun:
    """Perform one case on a device that is connected and as the case wants to find it.

    Args:
        case: What is to be done.
        config: How goals are pursued, and where the recording goes.
        mind: Who pursues them.
        device: Connected and not wrapped.
        manner: How.

    Raises:
        UsageError: A secret has no value, or the recording cannot be written.
    """
    own_s = case.task.budget.time_s
    deadline = Deadline(SystemClock(), own_s if own_s is not None else config.timeout_s, Patience())
    deadline.begin()
    folder = config.record_dir / new_name(datetime.now(UTC), case.title)
    leased = LeasedDevice(device, device.info.name)
    return SuitePerformer(config, mind, manner).perform(case, leased, folder, deadline)


def _outcome(episode: Episode, performed: Performed) -> CaseRun:
    """What an episode says of its case."""
    recording = episode.recording
    trouble = performed.trouble
    if episode.stop not in _OVER:
        lost = episode.device_gone
        kind = episode.stop.value
        if episode.stop is StopReason.DEVICE_LOST:
            kind = "device" if lost else "no_picture"
        message = episode.error or episode.answer or f"It ended as {episode.stop.value}."
        failure = Failure(kind, _line(message))
        if trouble is not None:  # what was found before
            failure = _with(failure, "\n".join((trouble.message, *trouble.details)))
        return CaseRun(Status.ERROR, failure, device_lost=lost, recording=recording)
    if trouble is None:
        return CaseRun(Status(performed.verdict.value), recording=recording)
    details = "\n".join((trouble.message, *trouble.details))
    failure = Failure(trouble.kind, _line(trouble.message), details)
    failed = trouble.verdict is Verdict.FAILED
    return CaseRun(Status.FAILED if failed else Status.ERROR, failure, recording=recording)


def _leave_screen(device: Device) -> None:
    """Go where there is something to see: a teardown that sees nothing can do nothing."""
    with suppress(DeviceError, ActionFailedError):
        if Home().kind in device.supports:
            device.perform(Home())


def _clean(run: CaseRun, shield: Shield) -> CaseRun:
    """The run without secrets in what it says."""
    facts = tuple((name, shield.text(value)) for name, value in run.facts)
    if run.failure is None:
        return replace(run, facts=facts)
    message, details = shield.text(run.failure.message), shield.text(run.failure.details)
    failure = replace(run.failure, message=message, details=details)
    return replace(run, facts=facts, failure=failure)


def _line(text: str) -> str:
    return " ".join(text.split())


def _with(failure: Failure, further: str) -> Failure:
    details = "\n".join(filter(None, (failure.details, further)))
    return replace(failure, details=details)


def _kept(run: CaseRun, trace: str | None) -> CaseRun:
    """The run with its recording, or without where the task does not want it."""
    unwanted = trace == "never" or (
        trace == "on_failure" and run.status in {Status.PASSED, Status.UNVERIFIED}
    )
    if not unwanted or run.recording is None:
        return run
    for folder in (run.recording, *run.attachments):  # that of a teardown of its own, too
        shutil.rmtree(folder, ignore_errors=True)
    return replace(run, recording=None, attachments=())
