"""What is remembered from one run to the next: which cases failed, and how long each took.

It is only ever a help: a file that is damaged or from another version counts as none.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from agent.suite.runner.job import CaseResult
from agent.suite.runner.status import Status
from tools.geometry import Frozen

_MAX_BYTES = 50_000_000
_SETTLED = {Status.PASSED, Status.FLAKY, Status.FAILED, Status.ERROR, Status.UNVERIFIED}
_BAD = {Status.FAILED, Status.ERROR, Status.INTERRUPTED}


class Remembered(Frozen):
    """What is known of one case.

    Attributes:
        failed: Whether it failed, ended in an error or was interrupted when it was last run.
        seconds: What its last attempt that came to an end took; ``None`` if none did.
    """

    failed: bool
    seconds: Annotated[float, Field(ge=0)] | None


class _File(Frozen):
    version: Literal[1]
    cases: dict[str, Remembered]


class Memory:
    """The cases of one folder.

    Args:
        path: The file.
        cases: What is known, by id of the case.
        exists: Whether anything was ever remembered.
    """

    def __init__(self, path: Path, cases: Mapping[str, Remembered], *, exists: bool) -> None:
        self._path = path
        self._cases = dict(cases)
        self.exists = exists

    @classmethod
    def of(cls, parent: Path, root: Path) -> "Memory":
        """Read what is known.

        Args:
            parent: Folder of all memories of this user.
            root: The folder that ids of cases are told from.
        """
        digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
        path = parent / f"{digest}.json"
        try:
            if path.stat().st_size > _MAX_BYTES:
                return cls(path, {}, exists=False)
            found = _File.model_validate(json.loads(path.read_bytes()))
        except (OSError, ValueError, ValidationError, RecursionError):
            return cls(path, {}, exists=False)
        return cls(path, found.cases, exists=True)

    @property
    def failed(self) -> frozenset[str]:
        """Ids of the cases that did not come to a good end when they were last run."""
        return frozenset(key for key, each in self._cases.items() if each.failed)

    def seconds(self, case_id: str) -> float | None:
        """What the case took last time; ``None`` if that is not known."""
        found = self._cases.get(case_id)
        return found.seconds if found is not None else None

    def keep(self, results: Iterable[CaseResult]) -> None:
        """Take in what became of cases, and write the file in one go. Others stay as they were.

        Raises:
            OSError: It cannot be written.
        """
        failed: dict[str, bool] = {}
        for result in results:
            case_id, last = result.job.id, result.last
            if last is None or not _can_be_written(case_id):
                continue
            failed[case_id] = failed.get(case_id, False) or result.status in _BAD
            known = self.seconds(case_id)
            took = last.duration_s if result.status in _SETTLED else known
            self._cases[case_id] = Remembered(failed=failed[case_id], seconds=took)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        try:
            text = _File(version=1, cases=self._cases).model_dump_json()
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)
        self.exists = True


def _can_be_written(text: str) -> bool:
    """Names of files need not be UTF-8; such cases are run and reported, but not remembered."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
