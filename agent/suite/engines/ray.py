"""Places attempts on the nodes of a Ray cluster that runs already.

Each place is one actor, which Ray puts on a node that has what the place takes (a CPU, or one of
the phones that the node says it has). Everything else is the runner's: it hears of each case when
it ends. A node that goes away takes its actors along; to the runner that is a lost device, so that
the case is run once more elsewhere.
"""

import re
import signal
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeAlias, TypeVar

from agent.suite.engines.host import Host, Opening, Reply, with_fact
from agent.suite.engines.parcel import MAX_BYTES, moved, unpack
from agent.suite.language.task import Where
from agent.suite.runner.deadline import Patience, StopCause
from agent.suite.runner.job import Job
from agent.suite.runner.place import Made, Place, Running
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from tools.clock import Clock
from tools.errors import MissingExtraError, UsageError

C = TypeVar("C")
_LOOK_S = 0.5
_OPEN_S = 300.0
"""For a node to come free, and to load what decides, which may be a model."""
_SLACK_S = 60.0
"""What a case may take beyond all its times until its node is taken for gone: its recording is
sent, and the node may be slow."""
_ASK_S = 15.0
_REACH_S = 5.0


@dataclass(frozen=True)
class Berth(Generic[C]):
    """What a place is like before it is anywhere.

    Attributes:
        name: How people name it.
        takes: What it takes of a node, such as ``{"CPU": 1}`` or ``{"phone": 1}``.
        refuses: Why a case with a target cannot be run there; empty if it can.
        opening: Makes the place on the node; it is sent there.
    """

    name: str
    takes: Mapping[str, float]
    refuses: Callable[[Where], str]
    opening: Opening[C]


Plan: TypeAlias = Callable[[Mapping[str, float], int], Sequence[Berth[C]]]
"""Given what all nodes have together and how many cases there are, says what places to make."""


class _AbandonedError(Exception):
    """Nothing came back in time."""


@dataclass(eq=False)
class _Call:
    """An attempt on a node, as ``Running`` knows it."""

    clock: Clock
    patience: Patience
    actor: Any = None
    stopped: bool = False
    until_s: float = field(default=float("inf"))

    def stop(self, cause: StopCause) -> None:
        """Tell the node."""
        del cause
        self.stopped = True
        if self.actor is not None:
            self.actor.stop.remote()

    def hurry(self) -> None:
        """Tell the node, and wait for it no longer than cutting a device off may take."""
        self.stopped = True
        self.until_s = min(self.until_s, self.clock.now() + self.patience.sever_s + _REACH_S)
        if self.actor is not None:
            self.actor.hurry.remote()


class _Cluster:
    """The cluster: what it has, and what of it is in use here."""

    def __init__(self, ray: ModuleType, clock: Clock) -> None:
        self.ray, self.clock = ray, clock
        self._lock = threading.Lock()
        self._used: dict[str, Mapping[str, float]] = {}

    def use(self, berth: Berth[Any]) -> bool:
        """Whether the nodes that are left have room for it beside the others."""
        with self._lock:
            self._used.pop(berth.name, None)
            has = self.ray.cluster_resources()
            for kind, amount in berth.takes.items():
                taken = sum(each.get(kind, 0.0) for each in self._used.values())
                if has.get(kind, 0.0) < taken + amount:
                    return False
            self._used[berth.name] = berth.takes
            return True

    def answer(self, reference: object, limit_s: float, call: _Call, *, leave: bool = False) -> Any:  # noqa: ANN401 - whatever was asked for
        """What a node answers.

        Args:
            reference: To the answer.
            limit_s: Seconds to wait at most.
            call: What it is part of.
            leave: Whether not to wait any longer once that is to stop.

        Raises:
            _AbandonedError: Nothing came in time.
        """
        until_s = self.clock.now() + limit_s
        while not self.ray.wait([reference], timeout=_LOOK_S)[0]:
            if self.clock.now() > min(until_s, call.until_s) or (leave and call.stopped):
                raise _AbandonedError
        return self.ray.get(reference)


class RayPlace(Generic[C]):
    """A place on some node of the cluster. The node is found when the first case comes.

    Args:
        berth: What it is like.
        cluster: The cluster.
    """

    def __init__(self, berth: Berth[C], cluster: _Cluster) -> None:
        self._berth, self._cluster = berth, cluster
        self._actor: Any = None
        self._node = ""
        self._barren = False

    @property
    def name(self) -> str:
        """As the berth."""
        return self._berth.name

    def refuses(self, target: Where) -> str:
        """As the berth says."""
        return self._berth.refuses(target)

    def attempt(self, job: Job[C], folder: Path, running: Running) -> Made:
        """Make one attempt on the node; see ``Place``."""
        ray, started = self._cluster.ray, datetime.now(UTC)
        call = _Call(self._cluster.clock, running.patience)
        running.begins(call)
        begun = False
        try:
            if call.stopped:
                return self._without(CaseRun(Status.INTERRUPTED), started, begun=False)
            problem = self._opened(running.patience, call)
            if problem:
                return self._without(
                    _lost(f"No case can be run on {problem}"), started, begun=False
                )
            begun = True
            reference = self._actor.attempt.remote(job, folder.name)
            return self._taken(self._cluster.answer(reference, _longest(job, call), call), folder)
        except _AbandonedError:
            self._kill()
            if call.stopped:
                return self._without(CaseRun(Status.INTERRUPTED), started, begun=begun)
            said = "answered" if begun else "was free"
            return self._without(_lost(f"No node {said} in time."), started, begun=begun)
        except ray.exceptions.RayTaskError:
            raise  # a mistake in our own code there: the worker tells it as a crash
        except ray.exceptions.RayError as error:
            where = f"The node {self._node}" if self._node else "The node"
            self._kill()
            if call.stopped:
                return self._without(CaseRun(Status.INTERRUPTED), started, begun=begun)
            self._barren = not begun
            said = f"{where} went away, or the process there: {_last_line(error)}"
            if self._barren:
                said = f"No place can be made on a node (is Tapwright there?): {_last_line(error)}"
            return self._without(_lost(said), started, begun=begun)
        finally:
            running.over(call)

    def usable(self, *, left_behind: bool) -> bool:
        """Whether the device there is usable, or the nodes that are left have room for another."""
        if self._actor is None:
            return not self._barren and self._cluster.use(self._berth)
        ray = self._cluster.ray
        try:
            asked = self._actor.usable.remote(left_behind=left_behind)
            return bool(ray.get(asked, timeout=_ASK_S))
        except ray.exceptions.RayError:
            self._kill()
            return self._cluster.use(self._berth)

    def close(self) -> None:
        """Let go of the device and of the node."""
        if self._actor is None:
            return
        ray = self._cluster.ray
        with suppress(ray.exceptions.RayError):  # gone: so is what it held
            ray.get(self._actor.close.remote(), timeout=_ASK_S)
        self._kill()

    def _opened(self, patience: Patience, call: _Call) -> str:
        """Find a node and make the place there; what stands against it."""
        if self._actor is None:
            takes = dict(self._berth.takes)
            made = self._cluster.ray.remote(
                num_cpus=takes.pop("CPU", 0), resources=takes, max_concurrency=4,
                scheduling_strategy="SPREAD",
            )  # fmt: skip
            self._actor, self._node = made(_Actor).remote(patience), ""
        call.actor = self._actor
        if not self._node:
            where = self._cluster.answer(self._actor.where.remote(), _OPEN_S, call, leave=True)
            opening = self._actor.open.remote(self._berth.opening, version("tapwright"))
            problem = self._cluster.answer(opening, _OPEN_S, call, leave=True)
            self._node = where
            if problem:
                self._kill()
                self._barren = True  # the next case would find the same
                return f"{where}: {problem}"
        return ""

    def _taken(self, reply: Reply, folder: Path) -> Made:
        made = with_fact(reply.made, "node", self._node)
        attempt, run = made.attempt, made.attempt.run
        if run.recording is None:
            return made
        there, note = run.recording, ""
        if reply.parcel is None:
            limit = MAX_BYTES // (1024 * 1024)
            note = f"more than {limit} MiB: left on {self._node} in {there}"
        else:
            try:
                unpack(reply.parcel, folder)
            except (OSError, tarfile.TarError) as error:
                note = f"cannot be written to {folder}: {error}"
        if note:
            lean = replace(run, recording=None, attachments=())
            return with_fact(replace(made, attempt=replace(attempt, run=lean)), "recording", note)
        return replace(made, attempt=replace(attempt, run=moved(run, there, folder)))

    def _without(self, run: CaseRun, started: datetime, *, begun: bool) -> Made:
        """An attempt that did not come back."""
        node = (("node", self._node),) if self._node else ()
        spent_s = (datetime.now(UTC) - started).total_seconds() if begun else 0.0
        attempt = Attempt(replace(run, facts=node), self.name, started, max(0.0, spent_s))
        return Made(attempt, begun=begun, hangs=False)

    def _kill(self) -> None:
        actor, self._actor, self._node = self._actor, None, ""
        if actor is not None:
            with suppress(self._cluster.ray.exceptions.RayError):
                self._cluster.ray.kill(actor)


class _Actor(Host[Any]):
    """A host that knows its node."""

    def where(self) -> str:
        """The name of this machine and its address in the cluster."""
        import ray

        return f"{socket.gethostname()} ({ray.util.get_node_ip_address()})"


@dataclass(frozen=True)
class RayEngine(Generic[C]):
    """Places attempts on a Ray cluster; see ``Engine``.

    Attributes:
        address: Of the cluster: ``auto``, or ``host:port`` of its head.
        plan: Says what places to make.
        clock: How time passes.
    """

    address: str
    plan: Plan[C]
    clock: Clock

    @contextmanager
    def places(self, cases: int) -> Iterator[tuple[Place[C], ...]]:
        """Connect to the cluster, and leave it at the end as it was.

        Raises:
            MissingExtraError: Ray is not installed.
            UsageError: There is no cluster, or it has not what was named.
        """
        try:
            import ray
        except ImportError:
            raise MissingExtraError("Running on a Ray cluster", "ray") from None
        _connect(ray, self.address)
        try:
            cluster = _Cluster(ray, self.clock)
            berths = self.plan(ray.cluster_resources(), cases)
            for each in berths:
                cluster.use(each)
            yield tuple(RayPlace(each, cluster) for each in berths)
        finally:
            ray.shutdown()


def _connect(ray: ModuleType, address: str) -> None:
    hint = "Start one with: ray start --head"
    host, _, port = address.rpartition(":")
    if address != "auto":
        # Ray itself would try for minutes.
        try:
            socket.create_connection((host, int(port)), timeout=_REACH_S).close()
        except (OSError, ValueError, OverflowError) as error:
            said = f"No Ray cluster answers at {address!r}: {error}."
            raise UsageError(said, hint=hint) from None
    kept = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise UsageError(f"No Ray cluster at {address!r}: {said}", hint=hint) from None
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, kept)  # Ray puts one of its own there


def _last_line(error: Exception) -> str:
    """What an error of Ray comes to; it may hold a traceback, in colours."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()[:200] if lines else ''}"


def _longest(job: Job[Any], call: _Call) -> float:
    """Seconds until an attempt is over, if its node lives: it watches over all of them itself."""
    patience = call.patience
    around_s = patience.ready_s + 2 * patience.leave_s + patience.teardown_s + patience.sever_s
    return job.time_s + around_s + _SLACK_S


def _lost(message: str) -> CaseRun:
    return CaseRun(Status.ERROR, Failure("device", message), device_lost=True)
