"""The check of a file: on a phone by its shell, on a desktop on the disk of this machine."""

import hashlib
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.suite.checks.context import CheckContext, Finding, Shell, error, failed, found
from agent.suite.checks.text_match import judge_text
from agent.suite.language.checks import FileCheck
from tools.device import ShellAnswer
from tools.errors import ActionFailedError

DESKTOP = "desktop"
MOST_READ = 16 * 1024 * 1024
"""Bytes of a file of which a text is asked: no more is ever written in one test."""
_PIECE = 1024 * 1024
_NO_FILE = 1


class _UntoldError(ActionFailedError):
    """It cannot be told, now or later: asking again is of no use."""


class _Files(Protocol):
    """The files of a device; each call raises ``_UntoldError`` where it cannot be told."""

    def exists(self, path: str) -> bool: ...

    def text(self, path: str) -> str: ...

    def sha256(self, path: str) -> str: ...


def check_file(check: FileCheck, context: CheckContext) -> Finding:
    """Whether a file is there, and what is in it."""
    on_phone = _OnPhone(context.shell, context.timeout_s)
    files: _Files = _OnDisk() if context.info.kind == DESKTOP else on_phone
    path = check.path
    try:
        exists = files.exists(path)
        told = f"{path} is {'there' if exists else 'not there'}."
        if not exists or not check.exists:
            return found(told, holds=exists is check.exists)
        if check.sha256 is not None and (sum_ := files.sha256(path)) != check.sha256:
            return failed(f"The SHA-256 of {path} is {sum_}, not {check.sha256}.")
        if check.asks:
            return judge_text(check, files.text(path), f"What is in {path}")
    except _UntoldError as trouble:
        return error(str(trouble))
    return found(told if check.sha256 is None else f"The SHA-256 of {path} is so.", holds=True)


@dataclass(frozen=True)
class _OnPhone:
    shell: Shell
    timeout_s: float

    def exists(self, path: str) -> bool:
        answer = self._run(f"test -e {shlex.quote(path)}")
        if answer.code not in {0, _NO_FILE} or answer.err.strip():
            raise _UntoldError(f"{path} cannot be looked for: {answer.complaint}.")
        return answer.code == 0

    def text(self, path: str) -> str:
        return self._read("cat", path).out

    def sha256(self, path: str) -> str:
        return self._read("sha256sum", path).text.removeprefix("\\").partition(" ")[0].lower()

    def _read(self, program: str, path: str) -> ShellAnswer:
        answer = self._run(f"{program} {shlex.quote(path)}")
        if answer.code:
            raise _UntoldError(f"{path} cannot be read: {answer.complaint}.")
        return answer

    def _run(self, command: str) -> ShellAnswer:
        return self.shell.run(command, timeout_s=self.timeout_s)


class _OnDisk:
    """Read by this process: the disk of a desktop is its own."""

    def exists(self, path: str) -> bool:
        try:
            self._place(path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as trouble:
            raise _UntoldError(f"{path} cannot be looked for: {trouble.strerror}.") from trouble
        return True

    def text(self, path: str) -> str:
        try:
            with self._place(path).open("rb") as file:
                return file.read(MOST_READ).decode("utf-8", "replace")
        except OSError as trouble:
            raise _unreadable(path, trouble) from trouble

    def sha256(self, path: str) -> str:
        total = hashlib.sha256()
        try:
            with self._place(path).open("rb") as file:
                while piece := file.read(_PIECE):
                    total.update(piece)
        except OSError as trouble:
            raise _unreadable(path, trouble) from trouble
        return total.hexdigest()

    def _place(self, path: str) -> Path:
        home = path.removeprefix("~/")
        return Path.home() / home if home != path else Path(path)


def _unreadable(path: str, trouble: OSError) -> _UntoldError:
    return _UntoldError(f"{path} cannot be read: {trouble.strerror}.")
