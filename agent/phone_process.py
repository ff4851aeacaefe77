"""The virtual phone as a child process: the only other thing shared with it is its ADB port.

It ends with this process whatever becomes of it, because it ends when its standard input does.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from typing import IO, TypeAlias

from pydantic import ValidationError

import tools
from tools.errors import DeviceError, DeviceGoneError, UsageError
from tools.geometry import Frozen

_Process: TypeAlias = "subprocess.Popen[bytes]"
_START = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('tools.virtual_phone', run_name='__main__', alter_sys=True)"
)
"""Not ``python -m``: that would take a folder ``tools`` where the person happens to be."""
_START_S = 20.0
_END_S = 5.0
_PACE_S = 1.0
_WRONG, _ERROR = 2, "python -m tools.virtual_phone: error: "
"""Exit code and beginning of the line with which it refuses its options."""
_FAILED = "virtual phone: failure in "
"""Beginning of the line in which it tells whose code has failed."""
_TRACEBACK = "Traceback (most recent call last):"
STATE_FILE = "phone-state.json"
LOG_FILE = "phone.log"


class Announcement(Frozen):
    """The line that the phone prints when it is ready.

    Attributes:
        adb_port: Where ``adb connect`` finds it.
        server_port: Port of its own small ADB server; ``None`` if it runs none.
        serial: How that server names it.
        pid: Its process.
    """

    adb_port: int
    server_port: int | None
    serial: str
    pid: int


class PhoneLog:
    """What a virtual phone complains of; several threads may ask.

    Args:
        reader: Reads it.
        place: How a person finds it; empty if there is no such place as long as nothing fails.
    """

    def __init__(self, reader: IO[bytes], place: str) -> None:
        self._reader, self._place = reader, place
        self._kept: Path | None = None
        self._lock = Lock()
        self._told = self._explained = 0

    def text(self) -> str:
        """All of it; nothing once the phone has ended."""
        with self._lock:
            if self._reader.closed:
                return ""
            self._reader.seek(0)
            return self._reader.read().decode("utf-8", "replace")

    def news(self) -> str:
        """What was complained of since this was asked last."""
        text = self.text()
        fresh, self._told = text[self._told :], len(text)
        return fresh

    def failure(self) -> str:
        """Which code of the phone has failed since this was asked last; empty if none has."""
        text = self.text()
        fresh, self._explained = text[self._explained :], len(text)
        found = [line for line in fresh.splitlines() if line.startswith(_FAILED)]
        if not found:
            return ""
        said = found[-1].removeprefix(_FAILED).removesuffix(".")
        return (
            f"The virtual phone hung up: {said}. The traceback is in {self._place or self.kept()}."
        )

    def kept(self) -> Path:
        """A file in the folder for temporary files that has all of it, and stays."""
        if self._kept is None:
            self._kept = _new_file()
        self._kept.write_text(self.text(), encoding="utf-8")
        return self._kept

    def close(self) -> None:
        """The phone has ended."""
        with self._lock:
            self._reader.close()


@dataclass(frozen=True)
class RunningPhone:
    """A virtual phone that runs; see ``Announcement``.

    Attributes:
        log: What it complains of.
    """

    adb_port: int
    server_port: int | None
    serial: str
    process: _Process
    log: PhoneLog

    def wait(self, told: Callable[[str], None]) -> None:
        """Return when it has ended by itself.

        Args:
            told: Told meanwhile what it complains of.

        Raises:
            DeviceError: It ended with an error.
        """
        code = None
        while code is None:
            with suppress(subprocess.TimeoutExpired):
                code = self.process.wait(_PACE_S)
            if news := self.log.news():
                told(news)
        if code:
            raise DeviceGoneError(f"The virtual phone ended with code {code}.")


@dataclass(frozen=True)
class PhoneOptions:
    """What phone is wanted.

    Attributes:
        folder: Where ``phone-state.json`` (its final state) and ``phone.log`` (what it complained
            about, if anything) are written; ``None`` for nowhere, but for a log with a traceback,
            which stays in the folder for temporary files.
    """

    scenario: str = "default"
    seed: int = 0
    port: int = 0
    server_port: int = 0
    folder: Path | None = None

    def command(self) -> list[str]:
        """The command line that starts it."""
        words = [*_program(), "--announce", "--exit-with-stdin"]
        words += ["--port", str(self.port), "--server-port", str(self.server_port)]
        words += [f"--scenario={self.scenario}", "--seed", str(self.seed)]
        if self.folder is not None:
            words += ["--state-file", str(self.folder.absolute() / STATE_FILE)]
        return words


def check_scenario(name: str) -> None:
    """Ask the virtual phone, without starting one, whether it knows a scenario.

    Raises:
        UsageError: It does not.
        DeviceError: It does not answer.
    """
    words = [*_program(), "--check", f"--scenario={name}"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_START_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise DeviceError(f"The virtual phone did not answer within {_START_S:g} s.") from None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    reason = said[-1] if said else f"exit code {done.returncode}"
    if done.returncode == _WRONG:
        raise UsageError(reason.removeprefix(_ERROR))
    if done.returncode:
        raise DeviceError(f"The virtual phone does not run: {reason}")


def _program() -> list[str]:
    root = str(Path(tools.__path__[0]).absolute().parent)
    return [sys.executable, "-P", "-c", _START, root]


@contextmanager
def running_phone(options: PhoneOptions) -> Iterator[RunningPhone]:
    """Run a virtual phone for as long as the block lasts.

    Raises:
        UsageError: It does not like its options: an unknown scenario, a port that is taken.
        DeviceError: It does not start.
    """
    with _log(options.folder) as (log, errors):
        # A group of its own: Ctrl-C in the terminal must end the run, not the phone under it.
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            options.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - for mypy
        try:
            told = _read_announcement(process.stdout, process, log)
            yield RunningPhone(told.adb_port, told.server_port, told.serial, process, log)
        finally:
            process.stdin.close()  # this asks it to end
            process.stdout.close()
            _end(process)


@contextmanager
def _log(folder: Path | None) -> Iterator[tuple[PhoneLog, IO[bytes]]]:
    """A file, not a pipe: nobody need read along, and a full pipe would stop the phone.

    Returns:
        What reads it, and what is written to.
    """
    path = folder / LOG_FILE if folder is not None else _new_file()
    place = f"{LOG_FILE} of the recording" if folder is not None else ""
    try:
        with path.open("wb") as errors, closing(PhoneLog(path.open("rb"), place)) as log:
            if folder is None:
                with suppress(PermissionError):  # where what is open keeps its name, until the end
                    path.unlink()
            yield log, errors
    finally:
        if folder is None or (path.exists() and not path.stat().st_size):
            path.unlink(missing_ok=True)


def _new_file() -> Path:
    handle, name = tempfile.mkstemp(prefix="tapwright-phone-", suffix=".log")
    os.close(handle)
    return Path(name)


def _read_announcement(pipe: IO[bytes], process: _Process, log: PhoneLog) -> Announcement:
    too_late = Timer(_START_S, process.kill)
    too_late.daemon = True  # else this program could not end before it, were it not cancelled
    try:
        too_late.start()
        line = pipe.readline()
    finally:
        too_late.cancel()
    if not line:
        raise _not_started(process, log)
    try:
        return Announcement.model_validate(json.loads(line))
    except (ValueError, ValidationError):
        raise DeviceError(f"The virtual phone said {line[:200]!r} instead of its ports.") from None


def _not_started(process: _Process, log: PhoneLog) -> Exception:
    process.wait(_END_S)
    said = log.text()
    words = said.strip().splitlines()
    reason = words[-1] if words else f"exit code {process.returncode}"
    if process.returncode < 0:
        reason = f"it was not ready after {_START_S:g} s"
    if process.returncode == _WRONG:
        return UsageError(reason.removeprefix(_ERROR))
    told = f"The virtual phone did not start: {reason}"
    if _TRACEBACK not in said:
        return DeviceError(told)
    # Not in the recording: one in which nothing happened does not stay.
    return DeviceError(f"{told}. The traceback is in {log.kept()}.")


def _end(process: _Process) -> None:
    """Wait for the end, and insist if it does not come."""
    for signal_name in ("", "SIGTERM", "SIGKILL"):
        if signal_name == "SIGTERM":
            process.terminate()
        elif signal_name == "SIGKILL":
            process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
            return
