"""The engines of test runs: this process, or a Ray cluster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeAlias, TypeVar

from agent.config import Config
from agent.suite.engines.ray import Berth, RayEngine
from agent.suite.language.task import Where
from agent.suite.runner.choice import DeviceChoice, parse_devices
from agent.suite.runner.lease import DeviceLeasedError
from agent.suite.runner.place import Engine, InProcess, Place
from agent.suite.runner.seams import Performer
from agent.wiring.devices import attached_devices
from agent.wiring.mind import Notice
from agent.wiring.stations import (
    UNHEARD,
    AttachedStation,
    VirtualStation,
    of_virtual_phones,
    open_stations,
)
from tools.clock import SystemClock
from tools.errors import UnknownDeviceError, UsageError

C = TypeVar("C")
ENGINES = ("here", "ray")
PHONE = "phone"
"""What a node of a cluster calls its attached phones, and ``phone:SERIAL`` one of them."""
PerformerOf: TypeAlias = Callable[[Config], Performer[C]]


@dataclass(frozen=True)
class Here(Generic[C]):
    """The engine of this process; see ``Engine``.

    Attributes:
        config: How devices are reached.
        performer: Who performs the cases.
        devices: As the person wrote them.
        jobs: How many at once; ``None`` for as many as there are devices.
        notice: Told what was chosen where the person did not choose.
    """

    config: Config
    performer: Performer[C]
    devices: str
    jobs: int | None
    notice: Notice = UNHEARD

    @contextmanager
    def places(self, cases: int) -> Iterator[tuple[Place[C], ...]]:
        """One for each station; see ``open_stations``.

        Raises:
            UsageError: A device that was named is not there.
            DeviceError: Another process uses it.
        """
        clock = SystemClock()
        opening = open_stations(
            self.config, self.devices, jobs=self.jobs, cases=cases, notice=self.notice
        )
        with opening as stations:
            yield tuple(InProcess(each, self.performer, clock) for each in stations)


def ray_engine(
    config: Config, performer_of: PerformerOf[C], *, address: str, devices: str, jobs: int | None
) -> Engine[C]:
    """An engine on a Ray cluster.

    Args:
        config: How cases are performed; it is sent to the nodes.
        performer_of: Makes a performer, on each node; it is sent there.
        address: Of the cluster: ``auto``, or ``host:port``.
        devices: As the person wrote them; ``all`` are all that the nodes say they have.
        jobs: How many at once; ``None`` for as many as there is room for.
    """

    def plan(has: Mapping[str, float], cases: int) -> Sequence[Berth[C]]:
        return _plan(config, performer_of, has, devices or config.device, min(jobs or cases, cases))

    return RayEngine(address, plan, SystemClock())


def _plan(
    config: Config, performer_of: PerformerOf[C], has: Mapping[str, float], named: str, most: int
) -> list[Berth[C]]:
    """What places to make on nodes that have all that together; ``most`` at most."""
    phones, processors = int(has.get(PHONE, 0)), int(has.get("CPU", 0))
    attached = phones > 0 and not of_virtual_phones(config)
    unnamed = DeviceChoice(every=attached, wants_virtual=not attached)
    choice = parse_devices(named) if named else unnamed
    if choice.desktop:
        raise UsageError(
            f"{choice.desktop!r} is of this machine, and a cluster takes phones only.",
            hint="Leave out --engine ray, or name phones.",
        )
    clock = SystemClock()
    missing = [each for each in choice.serials if f"{PHONE}:{each}" not in has]
    if missing:
        raise UnknownDeviceError(
            f"No node of the cluster has the device {missing[0]!r}.",
            hint=f"Its node says so: ray start --resources '{{\"{PHONE}:{missing[0]}\": 1}}'",
        )
    if choice.every and not phones:
        raise UnknownDeviceError(
            "No node of the cluster says that it has phones.",
            hint=f"Say so: ray start --resources '{{\"{PHONE}\": 2}}'",
        )
    wanted = choice.virtual if choice.virtual is not None else processors
    if choice.wants_virtual and not 1 <= wanted <= processors:
        raise UsageError(
            f"The cluster has {processors} CPU{'' if processors == 1 else 's'}, and each virtual "
            "phone takes one.",
            hint="Start more nodes, or name fewer phones.",
        )
    berths: list[Berth[C]] = []
    for serial in choice.serials:
        opening = partial(_attached, config, performer_of, serial)
        refuses = AttachedStation(serial, config, clock).refuses
        berths.append(Berth(serial, {f"{PHONE}:{serial}": 1}, refuses, opening))
    for number in range(phones if choice.every else 0):
        opening = partial(_attached, config, performer_of, "")
        refuses = partial(_any_phone_refuses, AttachedStation("an attached phone", config, clock))
        berths.append(Berth(f"{PHONE}-{number + 1}", {PHONE: 1}, refuses, opening))
    for number in range(wanted if choice.wants_virtual else 0):
        refuses = VirtualStation(number + 1, config, clock).refuses
        fresh = partial(_virtual, config, performer_of, number + 1)
        berths.append(Berth(f"virtual-{number + 1}", {"CPU": 1}, refuses, fresh))
    return berths[:most]


def _any_phone_refuses(likeness: AttachedStation, target: Where) -> str:
    return likeness.refuses(target)


@contextmanager
def _virtual(config: Config, performer_of: PerformerOf[C], number: int) -> Iterator[Place[C]]:
    """On a node: room for a virtual phone."""
    clock = SystemClock()
    with closing(performer_of(config)) as performer:
        yield InProcess(VirtualStation(number, config, clock), performer, clock)


@contextmanager
def _attached(config: Config, performer_of: PerformerOf[C], serial: str) -> Iterator[Place[C]]:
    """On a node: one phone that is attached there and that nobody uses.

    Raises:
        UnknownDeviceError: None is attached.
        DeviceLeasedError: All are in use.
    """
    ready = [serial] if serial else [e.serial for e in attached_devices(config) if e.ready]
    refusal: DeviceLeasedError | None = None
    with ExitStack() as stack:
        for each in ready:
            try:
                found = stack.enter_context(open_stations(config, each, jobs=1, cases=1))
            except DeviceLeasedError as error:
                refusal = error
                continue
            performer = stack.enter_context(closing(performer_of(config)))
            yield InProcess(found[0], performer, SystemClock())
            return
        raise refusal or UnknownDeviceError("No attached device can be used there.")
