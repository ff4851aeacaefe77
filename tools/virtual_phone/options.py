"""The command line of `python -m tools.virtual_phone`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

DEFAULT_PORT = 6555
"""Outside 5555..5585, which adb servers scan on their own and would list a second time."""
DEFAULT_SERVER_PORT = 5038
"""Not 5037, where a real adb server would be hidden."""


@dataclass(frozen=True)
class Options:
    """How to run a phone; port 0 lets the system pick, a server port of None means no server."""

    port: int = DEFAULT_PORT
    server_port: int | None = DEFAULT_SERVER_PORT
    scenario: str = "default"
    seed: int = 0
    realtime: bool = False
    state_file: Path | None = None
    exit_with_stdin: bool = False
    announce: bool = False
    timings: Path | None = None
    check: bool = False


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the command line; a mistake ends the program with code 2 and one line."""
    parser = _Parser(
        prog="python -m tools.virtual_phone",
        description="A whole Android phone in software behind a real ADB port.",
    )
    add = parser.add_argument
    add("--port", type=_port, default=DEFAULT_PORT, help="port for `adb connect`; 0: any free one")
    add("--server-port", type=_port, default=DEFAULT_SERVER_PORT, help="port of the ADB server")
    add("--no-server", action="store_true", help="no ADB server: use a real one")
    add("--scenario", default="default", help="for example dark or zh,slow_results")
    add("--seed", type=int, default=0, help="all invented data depends on it")
    add("--realtime", action="store_true", help="let the phone's clock follow the host's")
    add("--state-file", type=Path, help="write the phone's whole state there as JSON on exit")
    add("--exit-with-stdin", action="store_true", help="end when standard input ends")
    add("--announce", action="store_true", help="print one JSON line with the ports when ready")
    add("--timings", type=Path, help="write how long the phone's own work takes, a line each")
    add("--check", action="store_true", help="run nothing: only say whether the scenario is known")
    given = parser.parse_args(arguments)
    return Options(
        port=given.port,
        server_port=None if given.no_server else given.server_port,
        scenario=given.scenario,
        seed=given.seed,
        realtime=given.realtime,
        state_file=given.state_file,
        exit_with_stdin=given.exit_with_stdin,
        announce=given.announce,
        timings=given.timings,
        check=given.check,
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"virtual phone: {message} (--help lists what there is)\n")
        sys.exit(2)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port (0 to 65535)")
    return int(text)
