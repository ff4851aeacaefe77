"""A Ray cluster that runs already: what its nodes have, and what of that a run uses."""

import io
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from types import ModuleType
from typing import Any, TextIO, cast

from tools.clock import Clock
from tools.errors import MissingExtraError, UsageError

REACH_S = 5.0
_LOOK_S = 0.5
# RFC 9113: a client begins with these words and an empty frame of settings, and so does a server.
_SETTINGS = b"\x04"
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00" + _SETTINGS + bytes(5)
_TLS_ALERT = b"\x15"
_TALKER = "ray_listen_error_messages"
"""The thread in which Ray prints what it thinks of nodes, whatever it is told."""


class AbandonedError(Exception):
    """Nothing came back in time."""


class CrowdedError(Exception):
    """The nodes that are left have no room."""


class Cluster:
    """The cluster. All threads of a run may call it.

    Args:
        ray: The module, connected.
        clock: How time passes.
    """

    def __init__(self, ray: ModuleType, clock: Clock) -> None:
        self.ray, self.clock = ray, clock
        self._lock = threading.Lock()
        self._used: dict[str, Mapping[str, float]] = {}
        self._silent: set[str] = set()

    def has(self) -> dict[str, float]:
        """What all nodes have together, those left out that do not answer us."""
        total: dict[str, float] = {}
        for node in self.ray.nodes():
            if node["Alive"] and node["NodeID"] not in self._silent:
                for kind, amount in node["Resources"].items():
                    total[kind] = total.get(kind, 0.0) + amount
        return total

    def doubt(self, number: str) -> None:
        """A process on that node went away: ask the node, and count on it no more if it is silent.

        Ray itself misses a node only after a while, and offers what it had until then.

        Args:
            number: The node's own, as Ray gives it.
        """
        for node in self.ray.nodes():
            if node["NodeID"] == number and not _reached(
                node["NodeManagerAddress"], node["NodeManagerPort"]
            ):
                self._silent.add(number)

    def use(self, name: str, takes: Mapping[str, float]) -> bool:
        """Whether there is room for a place beside the others; if so, it is taken.

        Args:
            name: Of the place.
            takes: What it takes of a node.
        """
        has = self.has()
        with self._lock:
            self._used[name] = takes
            if self._overfull(name, has):
                del self._used[name]
                return False
            return True

    def leave_if_overfull(self, name: str) -> None:
        """A place that waits for a node need not wait for what no node has.

        Args:
            name: Of the place.

        Raises:
            CrowdedError: The nodes that are left have no room for all; this place gave up its.
        """
        has = self.has()
        with self._lock:
            if name not in self._used or self._overfull(name, has):
                self._used.pop(name, None)
                raise CrowdedError

    def leave(self, name: str) -> None:
        """A place is used no more."""
        with self._lock:
            self._used.pop(name, None)

    def answer(
        self,
        reference: object,
        until_s: Callable[[], float],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Any:  # noqa: ANN401 - whatever was asked for
        """What a node answers.

        Args:
            reference: To the answer.
            until_s: Until when to wait, on the clock; it may change.
            meanwhile: Called now and then; it may raise to end the waiting.

        Raises:
            AbandonedError: Nothing came in time.
        """
        while not self.ray.wait([reference], timeout=_LOOK_S)[0]:
            if self.clock.now() > until_s():
                raise AbandonedError
            meanwhile()
        return self.ray.get(reference)

    def _overfull(self, name: str, has: Mapping[str, float]) -> bool:
        return any(
            sum(each.get(kind, 0.0) for each in self._used.values()) > has.get(kind, 0.0)
            for kind in self._used[name]
        )


@contextmanager
def connected(address: str, clock: Clock) -> Iterator[Cluster]:
    """The cluster at ``address``, for as long as the block lasts; it is left as it was.

    Args:
        address: ``auto``, or ``host:port`` of its head.
        clock: How time passes.

    Raises:
        MissingExtraError: Ray is not installed.
        UsageError: There is no cluster.
    """
    try:
        import ray
    except ImportError:
        raise MissingExtraError("Running on a Ray cluster", "ray") from None
    with redirect_stdout(cast("TextIO", _WithoutRay(sys.stdout))):
        _connect(ray, address)
        try:
            yield Cluster(ray, clock)
        finally:
            # What its thread has not yet printed is printed now, by this one.
            with redirect_stdout(io.StringIO()):
                ray.shutdown()


def last_line(error: Exception) -> str:
    """What an error of Ray comes to; it may hold a traceback, in colours."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()[:200] if lines else ''}"


class _WithoutRay:
    """Standard output without what Ray's own thread prints, which would break JSON and tables."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, unless Ray does."""
        if threading.current_thread().name == _TALKER:
            return len(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the stream's own
        return getattr(self._stream, name)


def _connect(ray: ModuleType, address: str) -> None:
    hint = "Start one with: ray start --head"
    host, _, port = address.rpartition(":")
    if address != "auto":
        # Ray itself would try for minutes.
        try:
            with socket.create_connection((host, int(port)), timeout=REACH_S) as connection:
                answer = _greeted(connection)
        except (OSError, ValueError, OverflowError) as error:
            said = f"No Ray cluster answers at {address!r}: {error}."
            raise UsageError(said, hint=hint) from None
        if answer and answer[3:4] != _SETTINGS and answer[:1] != _TLS_ALERT:
            said = f"No Ray cluster answers at {address!r}, but something else."
            raise UsageError(said, hint="The port of its head is 6379, if nothing else was said.")
    kept = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise UsageError(f"No Ray cluster at {address!r}: {said}", hint=hint) from None
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, kept)  # Ray puts one of its own there


def _greeted(connection: socket.socket) -> bytes:
    """What a server says first to somebody who speaks HTTP/2, as Ray does; nothing if it waits."""
    try:
        connection.sendall(_PREFACE)
        return connection.recv(9)
    except OSError:
        return b""  # it is busy, or wants to be spoken to in TLS: Ray knows better


def _reached(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=REACH_S).close()
    except OSError:
        return False
    return True
