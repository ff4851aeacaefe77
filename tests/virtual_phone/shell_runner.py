"""Runs shell scripts on a stand-in phone, without any wire."""

import builtins
from typing import NamedTuple, cast

from tests.virtual_phone.stand_in import StandIn
from tools.virtual_phone.shell.command import Source, Streams
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.shell.session import ShellMaker
from tools.virtual_phone.shell.streams import BytesSink, BytesSource


class Result(NamedTuple):
    """What a script gave."""

    rc: int
    out: str
    err: str


class ShellRunner:
    """A stand-in phone and a maker of its shells."""

    def __init__(self) -> None:
        self.phone = StandIn()
        self._shells = ShellMaker(cast("PhonePort", self.phone))

    def __call__(self, script: str, stdin: builtins.bytes = b"") -> Result:
        """Run `script`, or stdin as one where it is empty, in a new shell."""
        rc, out, err = self.bytes(script, stdin)
        return Result(rc, out.decode(), err.decode())

    def bytes(
        self, script: str, stdin: builtins.bytes = b""
    ) -> tuple[int, builtins.bytes, builtins.bytes]:
        """Run `script` and give its outputs as they are."""
        return self.stream(script, BytesSource(stdin))

    def stream(self, script: str, stdin: Source) -> tuple[int, builtins.bytes, builtins.bytes]:
        """Run `script` with a stdin that may wait."""
        out, err = BytesSink(), BytesSink()
        streams = Streams(stdin, out, err)
        shell = self._shells.shell()
        rc = shell.run_text(script, streams) if script else shell.run_lines(streams)
        return rc, out.value(), err.value()
