"""One device and one mind, kept for many runs one after the other: for test frameworks."""

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from typing import Any

from agent.config import Config, load_config
from agent.recording.folder import new_folder
from agent.step import Episode
from agent.suite.checks.context import Permissions
from agent.suite.language.cases import Case
from agent.suite.language.task import Where
from agent.suite.runner.choice import parse_devices
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.place import InProcess
from agent.suite.runner.run import SuiteRun
from agent.suite.runner.seams import LeasedDevice, Silence, Station
from agent.wiring.audience import Nobody
from agent.wiring.devices import check_attached
from agent.wiring.episode import Stage, check_goal, limits_of, remove_unused, run_remembering
from agent.wiring.mind import Mind, Notice
from agent.wiring.performing import Manner, SuitePerformer
from agent.wiring.policies import find_mind
from agent.wiring.stations import UNHEARD, VirtualStation, open_stations
from tools.clock import SystemClock
from tools.device import Device
from tools.errors import AutomationError, UsageError

_OF_A_RUN = frozenset(
    {
        "approve", "cache", "cache_dir", "dry_run", "expect", "guard", "mask", "max_mistakes",
        "max_reasks", "max_steps", "record_dir", "secrets", "timeout_s", "tools",
    }
)  # fmt: skip
"""Settings that leave it open who decides, so that the mind need not be found anew."""
_OF_THE_DEVICE = {"adb_server", "device", "scenario", "seed"}
_MAX_PHONES = 8
"""At once in one test. Each takes some 100 MB, and nothing is gained by more."""


class _Kept:
    """A station that stays open when the run that uses it is over."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self.name = station.name
        self.refuses = station.refuses
        self.prepare = station.prepare
        self.sever = station.sever
        self.usable = station.usable

    def close(self) -> None:
        """Not now: ``Bench.close`` does."""


class Bench:
    """What one process needs to run one thing at a time. Everything is opened when first used.

    That a device or a mind cannot be had is found out once, and told again for each later run.

    Args:
        settings: Fields of ``Config``; see ``load_config``. ``device`` may name several, as
            ``parse_devices`` reads them: one of them is taken that no other process uses.
        permissions: What checks may do.
        notice: Told what was chosen where the person did not choose.
    """

    def __init__(
        self, settings: Mapping[str, Any], permissions: Permissions, notice: Notice = UNHEARD
    ) -> None:
        self._settings = dict(settings)
        self._permissions = permissions
        self._notice = notice
        self._open = ExitStack()
        self._refusals: dict[str, AutomationError] = {}
        self._phones: list[VirtualStation] = []
        self._station: Station | None = None
        self._mind: Mind | None = None

    @cached_property
    def config(self) -> Config:
        """How things are run.

        Raises:
            ConfigError: A setting is wrong.
        """
        return load_config(self._settings).config

    def run(self, job: Job[Case]) -> CaseResult:
        """Run one case, with its retries, on this bench's device.

        Raises:
            UsageError: A device or policy that is configured does not exist.
            DeviceError: Other processes use all devices that may be taken.
            ModelError: The model cannot be loaded.
        """
        performer = SuitePerformer(self.config, self._own_mind(), Manner(self._permissions))
        clock = SystemClock()
        place = InProcess(_Kept(self._own_station()), performer, clock)
        run = SuiteRun([job], [place], clock=clock, record_dir=self.config.record_dir)
        return run.run(Silence()).results[0]

    def device(self) -> LeasedDevice:
        """This bench's device, connected anew; a virtual phone is as fresh out of its box.

        Raises:
            UsageError: There is no such device.
            DeviceError: Other processes use all that may be taken, or it does not answer.
        """
        return self._own_station().prepare(Where())

    def phone(self, number: int, *, scenario: str | None, seed: int | None) -> LeasedDevice:
        """A virtual phone, started when it is first asked for, and reset afterwards.

        Args:
            number: Which, from 0. The same number gives the same phone, and cuts off whoever was
                connected to it before.
            scenario: What it is like; ``None``: as configured.
            seed: Seed of its data; ``None``: as configured.

        Raises:
            UsageError: There is no such scenario, or too many phones are asked for.
            DeviceError: It does not start or answer.
        """
        if number >= _MAX_PHONES:
            hint = "Give some of them back: those of a test are free when it is over."
            raise UsageError(f"More than {_MAX_PHONES} virtual phones at once.", hint=hint)
        while len(self._phones) <= number:
            made = VirtualStation(len(self._phones) + 1, self.config, SystemClock())
            self._open.callback(made.close)
            self._phones.append(made)
        return self._phones[number].prepare(Where(scenario=scenario, seed=seed))

    def pursue(self, goal: str, device: Device, settings: Mapping[str, Any]) -> Episode:
        """Pursue ``goal`` on a device that is connected, and leave it open.

        Args:
            goal: What is to be done, in words.
            device: On what; not wrapped.
            settings: Fields of ``Config`` that differ from this bench's.

        Raises:
            UsageError: The goal or a setting is wrong.
            ModelError: The model cannot be loaded.
        """
        if odd := sorted(_OF_THE_DEVICE & set(settings)):
            hint = "Give the device itself: run_goal(goal, device=virtual_phone(scenario='dark'))."
            raise UsageError(f"{odd[0]!r} cannot be set for one goal.", hint=hint)
        config = load_config({**self._settings, **settings}).config
        if config.approve == "terminal":  # nobody sits at the terminal of a test
            config = config.model_copy(update={"approve": "never"})
        config = config.model_copy(update={"device": device.info.name})
        goal = check_goal(goal)
        with ExitStack() as stack:
            mind = self._own_mind()
            if not _OF_A_RUN.issuperset(settings):
                mind = find_mind(config, Nobody().notice)
                stack.callback(mind.close)
            folder = new_folder(config.record_dir, goal)
            stack.callback(remove_unused, folder)
            stage = Stage(device, folder, limits_of(config))
            return run_remembering(config, goal, mind, stage=stage)

    def close(self) -> None:
        """Let go of devices and mind, which are opened again if they are needed again."""
        self._phones.clear()
        self._station = self._mind = None
        self._open.close()

    def _own_station(self) -> Station:
        if self._station is None:
            with _Remembering(self._refusals, "device"):
                if named := self.config.device:
                    check_attached(self.config, parse_devices(named).serials)
                stations = open_stations(
                    self.config, self.config.device, jobs=1, cases=1, notice=self._notice
                )
                self._station = self._open.enter_context(stations)[0]
                self._open.callback(self._station.close)
        return self._station

    def _own_mind(self) -> Mind:
        if self._mind is None:
            with _Remembering(self._refusals, "mind"):
                self._mind = find_mind(self.config, Nobody().notice)
                self._open.callback(self._mind.close)
        return self._mind


class _Remembering:
    """Remembers that something cannot be had, and says so without trying again.

    Args:
        refusals: What could not be had, and why.
        what: What is to be had in this block.
    """

    def __init__(self, refusals: dict[str, AutomationError], what: str) -> None:
        self._refusals, self._what = refusals, what

    def __enter__(self) -> None:
        if self._what in self._refusals:
            raise self._refusals[self._what]

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AutomationError):
            self._refusals[self._what] = error
