"""The check of a file on a desktop: it reads the disk of this machine, and no shell."""

import hashlib
from pathlib import Path

import pytest

from agent.suite.checks.context import CheckContext, Permissions
from agent.suite.checks.file import check_file
from agent.suite.language.checks import FileCheck
from tools.device import ShellAnswer
from tools.devices.fake import FakeDevice

SUM = hashlib.sha256(b"\xff\x00Katze\n").hexdigest()


class NoShell:
    """Nobody may ask it."""

    def run(self, command: str, *, timeout_s: float) -> ShellAnswer:
        raise AssertionError(command, timeout_s)


def ask(**check: str) -> tuple[str, str]:
    """Verdict and evidence of a check."""
    device = FakeDevice()
    context = CheckContext(
        seen=device.observe(),
        info=device.info.model_copy(update={"kind": "desktop"}),
        folder=Path(),
        shell=NoShell(),
        witness=lambda: None,
        answer=None,
        permissions=Permissions(),
        timeout_s=1.0,
    )
    finding = check_file(FileCheck.model_validate(check), context)
    return finding.verdict.value, finding.evidence


@pytest.fixture
def file() -> Path:
    path = Path.home() / "notes" / "a b.txt"
    path.parent.mkdir()
    path.write_bytes(b"\xff\x00Katze\n")
    return path


def test_it_is_there_or_not(file: Path) -> None:
    assert ask(path=str(file)) == ("passed", f"{file} is there.")
    assert ask(path="~/notes/a b.txt") == ("passed", "~/notes/a b.txt is there.")
    assert ask(path="~/notes") == ("passed", "~/notes is there.")
    assert ask(path="~/none", exists="false") == ("passed", "~/none is not there.")
    assert ask(path="~/none") == ("failed", "~/none is not there.")
    assert ask(path=f"{file}/none") == ("failed", f"{file}/none is not there.")
    assert ask(path=str(file), exists="false") == ("failed", f"{file} is there.")


def test_what_is_in_it(file: Path) -> None:
    assert ask(path="~/notes/a b.txt", contains="Katze", lacks="Hund")[0] == "passed"
    verdict, told = ask(path=str(file), equals="Hund")
    assert (verdict, "not equal to 'Hund'" in told) == ("failed", True)
    assert ask(path="~/none", contains="x") == ("failed", "~/none is not there.")


def test_its_sum_byte_by_byte(file: Path) -> None:
    assert ask(path=str(file), sha256=SUM) == ("passed", f"The SHA-256 of {file} is so.")
    assert ask(path=str(file), sha256=SUM, contains="Hund")[0] == "failed"
    other = "0" * 64
    assert ask(path=str(file), sha256=other) == (
        "failed",
        f"The SHA-256 of {file} is {SUM}, not {other}.",
    )


def test_what_cannot_be_read_is_an_error_and_no_failure(file: Path) -> None:
    folder = str(file.parent)
    for more in ({"contains": "x"}, {"sha256": SUM}):
        assert ask(path=folder, **more) == ("error", f"{folder} cannot be read: Is a directory.")
    long = f"/{'x' * 300}"
    assert ask(path=long) == ("error", f"{long} cannot be looked for: File name too long.")
