"""A phone behind its two ports, and the program that runs one until it is told to end."""

import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.options import Options
from tools.virtual_phone.system.phone import Phone
from tools.virtual_phone.system.scenario import UnknownScenarioError
from tools.virtual_phone.system.stopwatch import timings_written
from tools.virtual_phone.wire.daemon import AdbDaemon
from tools.virtual_phone.wire.errors import WireError
from tools.virtual_phone.wire.failures import tell_the_rest
from tools.virtual_phone.wire.server import AdbServer
from tools.virtual_phone.wire.services import Services

HOST = "127.0.0.1"
EXIT_USAGE = 2


class PhoneServer:
    """Serves a phone to ADB clients of this machine.

    Args:
        phone: The phone.
        port: Port for `adb connect`; 0 lets the system pick one.
        server_port: Port of the small ADB server; 0 as above, None for none.

    Raises:
        WireError: If a port cannot be had.
    """

    def __init__(self, phone: Phone, *, port: int = 0, server_port: int | None = 0) -> None:
        self.phone = phone
        services = Services(phone)
        self._daemon = AdbDaemon(phone, HOST, port, services=services)
        self.port = self._daemon.port
        self.serial = f"{HOST}:{self.port}"
        self._server: AdbServer | None = None
        if server_port is not None:
            try:
                self._server = AdbServer(phone, HOST, server_port, self.serial, services=services)
            except WireError:
                self._daemon.close()
                raise

    @property
    def server_port(self) -> int | None:
        """The ADB server's port; None without one."""
        return self._server.port if self._server is not None else None

    def start(self) -> None:
        """Serve clients from now on."""
        self._daemon.start()
        if self._server is not None:
            self._server.start()

    def close(self) -> None:
        """Free the ports and end all clients."""
        if self._server is not None:
            self._server.close()
        self._daemon.close()

    def announcement(self) -> dict[str, Any]:
        """What a program that started this one needs to know."""
        return {
            "adb_port": self.port,
            "server_port": self.server_port,
            "serial": self.serial,
            "pid": os.getpid(),
        }


def run(options: Options, out: TextIO, err: TextIO) -> int:
    """Run a phone until a signal, or the end of standard input where that was asked for.

    Returns:
        The exit code: 0, or 2 where the phone cannot start as asked (one line says why).
    """
    try:
        if options.state_file is not None:
            _require_folder(options.state_file)
        if options.timings is not None:
            _require_folder(options.timings)
        phone = Phone(
            apps=all_apps(),
            scenario=options.scenario,
            seed=options.seed,
            realtime=options.realtime,
        )
        server = PhoneServer(phone, port=options.port, server_port=options.server_port)
    except (UnknownScenarioError, WireError, OSError) as error:
        err.write(f"virtual phone: {error}\n")
        return EXIT_USAGE
    with (
        timings_written(options.timings),
        _told_to_end(with_stdin=options.exit_with_stdin) as end,
    ):
        server.start()
        try:
            out.write(_greeting(server, announce=options.announce))
            out.flush()
            end.wait()
        finally:
            server.close()
            if options.state_file is not None:
                write_state(phone, options.state_file)
    return 0


def write_state(phone: Phone, path: Path) -> None:
    """Write the phone's whole state as JSON, so that a reader sees all of it or none.

    Raises:
        OSError: If it cannot be written there.
    """
    data = json.dumps(phone.state(), ensure_ascii=False, indent=1)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _require_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} of the file {path.name} does not exist")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise PermissionError(f"the file {path} cannot be written")


def _greeting(server: PhoneServer, *, announce: bool) -> str:
    if announce:
        return json.dumps(server.announcement()) + "\n"
    lines = [f"Virtual phone ready at {server.serial}. Ctrl-C ends it.", "With adb installed:"]
    lines.append(f"  adb connect {server.serial}")
    if server.server_port is not None:
        lines.append("Without: point any ADB client at the phone's own server:")
        lines.append(f"  ANDROID_ADB_SERVER_PORT={server.server_port}")
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _told_to_end(*, with_stdin: bool) -> Iterator[threading.Event]:
    """An event that signals set, and the end of standard input if so wished."""
    end = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        end.set()

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    if with_stdin:
        threading.Thread(target=_follow_stdin, args=(end,), daemon=True).start()
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _follow_stdin(end: threading.Event) -> None:
    # Not through sys.stdin: its lock, held by a waiting thread, would crash the program's exit.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    end.set()


def main(options: Options) -> int:
    """Run a phone as a program of its own, with warnings on standard error."""
    logging.basicConfig(level=logging.WARNING, format="virtual phone: %(message)s")
    threading.excepthook = tell_the_rest
    return run(options, sys.stdout, sys.stderr)
