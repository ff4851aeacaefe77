"""A phone with small apps and a shell on it, without any wire."""

from dataclasses import dataclass

from tests.virtual_phone.system.demo import Hand, make_phone
from tools.virtual_phone.shell.command import Streams
from tools.virtual_phone.shell.session import ShellMaker
from tools.virtual_phone.shell.streams import BytesSink, BytesSource
from tools.virtual_phone.system.phone import Phone


@dataclass(frozen=True)
class Result:
    """What a script did: exit code, stdout and stderr."""

    rc: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        """Stdout as text."""
        return self.raw.decode("utf-8")


class AndroidShell:
    """Runs scripts on a phone: one with the launcher and two small apps, if none is given."""

    def __init__(self, scenario: str = "default", *, phone: Phone | None = None) -> None:
        self.phone = phone or make_phone(scenario)
        self.hand = Hand(self.phone)
        self._shells = ShellMaker(self.phone)

    def __call__(self, script: str) -> Result:
        out, err = BytesSink(), BytesSink()
        rc = self._shells.shell().run_text(script, Streams(BytesSource(), out, err))
        return Result(rc, out.value(), err.value().decode("utf-8"))

    def ok(self, script: str) -> str:
        """Run what must succeed and say nothing on stderr; give its stdout."""
        result = self(script)
        assert (result.rc, result.err) == (0, ""), (script, result)
        return result.out

    def toasts(self) -> list[str]:
        """All messages that apps have shown."""
        return [event.detail for event in self.phone.events if event.kind == "toast"]

    def form(self) -> Hand:
        """Show the demo app's form, its name field focused."""
        self.phone.start("com.example.demo", "Form", given="a test")
        self.hand.focus("name")
        return self.hand
