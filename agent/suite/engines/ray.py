"""Places attempts on the nodes of a Ray cluster that runs already.

Each place is one actor, which Ray puts on a node that has what the place takes (a CPU, or one of
the phones that the node says it has). Everything else is the runner's: it hears of each case when
it ends. A node that goes away takes its actors along; to the runner that is a lost device, so that
the case is run once more elsewhere.
"""

import socket
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from agent.suite.engines.cluster import (
    REACH_S,
    AbandonedError,
    Cluster,
    CrowdedError,
    connected,
    last_line,
)
from agent.suite.engines.host import Host, Opening, Reply, with_fact
from agent.suite.engines.parcel import MAX_BYTES, moved, unpack
from agent.suite.language.task import Where
from agent.suite.runner.deadline import Patience, StopCause
from agent.suite.runner.job import Job
from agent.suite.runner.place import Made, Place, Running
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from tools.clock import Clock

C = TypeVar("C")
_OPEN_S = 300.0
"""For a node to come free, and to load what decides, which may be a model."""
_SLACK_S = 60.0
"""What a case may take beyond all its times until its node is taken for gone: its recording is
sent, and the node may be slow."""
_ASK_S = 15.0
_TRIES = 3
"""How many nodes may go away under a place before it is made on one."""


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


@dataclass(frozen=True)
class Whereabouts:
    """Where a place is.

    Attributes:
        name: The machine, and its address in the cluster.
        number: The node's own, as Ray gives it.
        release: The version of Tapwright there.
    """

    name: str
    number: str
    release: str


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
        self.until_s = min(self.until_s, self.clock.now() + self.patience.sever_s + REACH_S)
        if self.actor is not None:
            self.actor.hurry.remote()


class RayPlace(Generic[C]):
    """A place on some node of the cluster. The node is found when the first case comes.

    Args:
        berth: What it is like.
        cluster: The cluster.
    """

    def __init__(self, berth: Berth[C], cluster: Cluster) -> None:
        self._berth, self._cluster = berth, cluster
        self._actor: Any = None
        self._at = Whereabouts("a node", "", "")
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
            problem = "" if call.stopped else self._opened(call)
            begun = not problem and not call.stopped
            if begun:
                reference = self._actor.attempt.remote(job, folder.name)
                return self._taken(self._answer(reference, _longest(job, call), call), folder)
        except AbandonedError:
            self._kill()
            problem = f"{self._at.name} did not answer in time." if begun else "No node was free."
        except CrowdedError:
            self._barren, problem = True, "The nodes that are left have no room for it."
        except ray.exceptions.RayTaskError:
            raise  # a mistake in our own code there: the worker tells it as a crash
        except ray.exceptions.RayError as error:
            self._gone()
            self._barren = not begun
            problem = f"No place can be made on a node (is Tapwright there?): {last_line(error)}"
            if begun:
                problem = f"{self._at.name} went away, or the process there: {last_line(error)}"
        finally:
            running.over(call)
        run = CaseRun(Status.INTERRUPTED) if call.stopped else _lost(problem)
        return self._without(run, started, begun=begun)

    def usable(self, *, left_behind: bool) -> bool:
        """Whether the device there is usable, or the nodes that are left have room for another."""
        if self._actor is None:
            return not self._barren and self._cluster.use(self.name, self._berth.takes)
        ray = self._cluster.ray
        try:
            asked = self._actor.usable.remote(left_behind=left_behind)
            return bool(ray.get(asked, timeout=_ASK_S))
        except ray.exceptions.RayError:
            self._gone()
            return self._cluster.use(self.name, self._berth.takes)

    def close(self) -> None:
        """Let go of the device and of the node."""
        self._cluster.leave(self.name)
        if self._actor is None:
            return
        ray = self._cluster.ray
        with suppress(ray.exceptions.RayError):  # gone: so is what it held
            ray.get(self._actor.close.remote(), timeout=_ASK_S)
        self._kill()

    def _opened(self, call: _Call) -> str:
        """Find a node and make the place there, if it is not; what stands against it.

        Raises:
            AbandonedError: No node came free, or the run is to stop.
            CrowdedError: None that is left has room.
            RayError: No process can be started on a node.
        """
        call.actor = self._actor
        tries = _TRIES
        while self._actor is None:
            tries -= 1
            try:
                problem = self._open(call)
            except self._cluster.ray.exceptions.RayActorError as error:
                self._gone()
                if error.actor_init_failed or not tries:
                    raise
                self._cluster.leave_if_overfull(self.name)
            else:
                self._barren = bool(problem)  # the next case would find the same
                return problem
        return ""

    def _open(self, call: _Call) -> str:
        takes = dict(self._berth.takes)
        made = self._cluster.ray.remote(
            num_cpus=takes.pop("CPU", 0), resources=takes, max_concurrency=4,
            scheduling_strategy="SPREAD",
        )  # fmt: skip
        call.actor = actor = made(_Actor).remote(call.patience)
        try:
            self._at = Whereabouts("a node", "", "")
            self._at = self._answer(actor.about.remote(), _OPEN_S, call, self._seek)
            own, there = version("tapwright"), self._at.release
            problem = (
                f"it has Tapwright {there}, and this machine {own}: install the same on both"
                if there != own
                else self._answer(actor.open.remote(self._berth.opening), _OPEN_S, call, self._heed)
            )
            if problem:
                return f"No case can be run on {self._at.name}: {problem}"
            self._actor = actor
            return ""
        finally:
            if self._actor is None:
                self._end(actor)

    def _heed(self, call: _Call) -> None:
        """A stop ends the waiting, where no case is under way."""
        if call.stopped:
            raise AbandonedError

    def _seek(self, call: _Call) -> None:
        """So does a loss of nodes, where none is found yet."""
        self._heed(call)
        self._cluster.leave_if_overfull(self.name)

    def _answer(
        self,
        reference: object,
        limit_s: float,
        call: _Call,
        look: Callable[[_Call], None] = lambda _: None,
    ) -> Any:  # noqa: ANN401 - whatever was asked for
        latest_s = self._cluster.clock.now() + limit_s
        return self._cluster.answer(
            reference, lambda: min(latest_s, call.until_s), lambda: look(call)
        )

    def _taken(self, reply: Reply, folder: Path) -> Made:
        made = with_fact(reply.made, "node", self._at.name)
        attempt, run = made.attempt, made.attempt.run
        if run.recording is None:
            return made
        there, note = run.recording, ""
        if reply.parcel is None:
            limit = MAX_BYTES // (1024 * 1024)
            note = f"more than {limit} MiB: left on {self._at.name} in {there}"
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
        node = (("node", self._at.name),) if begun else ()
        spent_s = (datetime.now(UTC) - started).total_seconds() if begun else 0.0
        attempt = Attempt(replace(run, facts=node), self.name, started, max(0.0, spent_s))
        return Made(attempt, begun=begun, hangs=False)

    def _gone(self) -> None:
        """The process on the node went away, and perhaps the node."""
        self._kill()
        self._cluster.doubt(self._at.number)

    def _kill(self) -> None:
        actor, self._actor = self._actor, None
        if actor is not None:
            self._end(actor)

    def _end(self, actor: Any) -> None:  # noqa: ANN401 - Ray's own handle
        with suppress(self._cluster.ray.exceptions.RayError):
            self._cluster.ray.kill(actor)


class _Actor(Host[Any]):
    """A host that knows its node."""

    def about(self) -> Whereabouts:
        """What the driver must know before it sends anything that both must understand."""
        import ray

        name = f"{socket.gethostname()} ({ray.util.get_node_ip_address()})"
        return Whereabouts(name, ray.get_runtime_context().get_node_id(), version("tapwright"))


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
        with connected(self.address, self.clock) as cluster:
            berths = self.plan(cluster.has(), cases)
            for each in berths:
                cluster.use(each.name, each.takes)
            yield tuple(RayPlace(each, cluster) for each in berths)


def _longest(job: Job[Any], call: _Call) -> float:
    """Seconds until an attempt is over, if its node lives: it watches over all of them itself."""
    patience = call.patience
    around_s = patience.ready_s + 2 * patience.leave_s + patience.teardown_s + patience.sever_s
    return job.time_s + around_s + _SLACK_S


def _lost(message: str) -> CaseRun:
    return CaseRun(Status.ERROR, Failure("device", message), device_lost=True)
