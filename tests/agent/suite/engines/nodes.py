"""A Ray cluster of the tests' own: two nodes with one CPU each, on addresses of the loopback."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

ROOT = Path(__file__).parents[4]
# Addresses of its own for each process that runs tests at once, as some of Ray's ports are fixed;
# 127.0.0.1 it takes for the address of the network card.
_FIRST = 2 + 2 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
HEAD, SECOND = f"127.0.0.{_FIRST}", f"127.0.0.{_FIRST + 1}"
# A node that is killed refuses connections, and is missed soon; one that is slow is no dead one,
# nor are its processes, however long they take to start or however little memory others leave.
_QUICK = {
    "RAY_agent_register_timeout_ms": "300000",
    "RAY_worker_register_timeout_seconds": "300",
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_health_check_initial_delay_ms": "500",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "20000",
    "RAY_health_check_failure_threshold": "5",
}


class Node:
    """One ``ray start --block`` and all that it started."""

    def __init__(self, *arguments: str, log: Path) -> None:
        words = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *arguments]
        words += ["--num-cpus=1", "--object-store-memory=80000000", "--disable-usage-stats"]
        words += ["--include-log-monitor=false"]  # nobody reads what it sends
        environment = {**os.environ, **_QUICK, "RAY_USAGE_STATS_ENABLED": "0"}
        environment |= {"PYTHONPATH": str(ROOT), "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                words, env=environment, stdout=out, stderr=out, start_new_session=True
            )

    def commands(self) -> dict[int, str]:
        """Its processes: number and command line."""
        found: dict[int, str] = {}
        waiting = [self.process.pid]
        while waiting:
            pid = waiting.pop()
            with suppress(OSError):
                found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
                for task in Path(f"/proc/{pid}/task").iterdir():
                    waiting += [int(each) for each in (task / "children").read_text().split()]
        return found

    def phones(self) -> set[int]:
        """Its virtual phones."""
        return {pid for pid, command in self.commands().items() if "tools.virtual_phone" in command}

    def kill(self, *, spare: frozenset[int] = frozenset()) -> None:
        """End it like a power cut, but for ``spare``."""
        for pid in self.commands().keys() - spare:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(30)


class Nodes:
    """The cluster."""

    def __init__(self, address: str, head: Node, second: Node) -> None:
        self.address, self.head, self.second = address, head, second


@contextmanager
def running_nodes() -> Iterator[Nodes]:
    folder = Path(tempfile.mkdtemp(prefix="tw-ray-"))  # short: sockets lie in it
    with socket.socket() as free:
        free.bind((HEAD, 0))
        port = free.getsockname()[1]
    address = f"{HEAD}:{port}"
    # Away from the ports for workers, which Ray takes from 10002 to 19999 otherwise.
    away = ["--min-worker-port=0", "--max-worker-port=0"]
    nodes = []
    try:
        nodes.append(
            Node("--head", f"--node-ip-address={HEAD}", f"--port={port}", *away,
                 "--include-dashboard=false", "--no-monitor", f"--temp-dir={folder}",
                 log=folder / "head.log")
        )  # fmt: skip
        until(lambda: "block forever" in (folder / "head.log").read_text())
        nodes.append(
            Node(f"--address={address}", f"--node-ip-address={SECOND}", *away,
                 "--resources", '{"phone": 2}', log=folder / "second.log")
        )  # fmt: skip
        until(lambda: "block forever" in (folder / "second.log").read_text())
        yield Nodes(address, *nodes)
    finally:
        for each in nodes:
            each.kill()
        shutil.rmtree(folder, ignore_errors=True)


def until(holds: Callable[[], bool], limit_s: float = 180) -> None:
    """Wait until ``holds()``; no test rests on how long that takes."""
    pause = Event()
    for _ in range(int(limit_s / 0.1)):
        if holds():
            return
        pause.wait(0.1)
    raise AssertionError(f"It did not come in {limit_s} s.")
