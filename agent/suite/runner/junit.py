"""JUnit XML of a run, whole and valid at any moment, whatever happens to the process.

There is no official schema. Elements and attributes are those that Surefire writes and CI servers
read: ``flakyFailure`` and ``rerunFailure`` for attempts that were not the last, properties and
``[[ATTACHMENT|path]]`` lines for the rest.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.status import Attempt, Failure, Status
from tools.errors import UsageError

# What XML 1.0 can hold, minus DEL and the C1 controls, which some readers choke on.
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTED: Mapping[Status, str] = {
    Status.FAILED: "failures",
    Status.ERROR: "errors",
    Status.INTERRUPTED: "errors",
    Status.SKIPPED: "skipped",
    Status.NOT_RUN: "skipped",
}
_PENDING = "not run: it was not reached."
_UNDER_WAY = "It was begun, and the run broke off before its end was known."


@dataclass(frozen=True)
class _Written:
    text: str
    duration_s: float
    counted: str
    device: str


class JUnitFile:
    """Keeps a JUnit file up to date while cases come to their end.

    Args:
        path: The file. Its folder is made; the file itself is replaced.
        jobs: All jobs, in the order of the report.
        started: When the run began, UTC.

    Raises:
        UsageError: It cannot be written there.
    """

    def __init__(self, path: Path, jobs: Sequence[Job[object]], started: datetime) -> None:
        self._path = path
        self._started = f"{started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        self._order: dict[str, list[str]] = {}
        for job in jobs:
            self._order.setdefault(job.file, []).append(job.label)
        pending = (CaseResult(job, Status.NOT_RUN, reason=_PENDING) for job in jobs)
        self._written = {each.job.label: self._case(each) for each in pending}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.write()
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"--junit: {str(path)!r} cannot be written: {reason}.") from None

    def began(self, job: Job[object]) -> None:
        """Note that a case is under way: as an error that stays only if the run is killed.

        Raises:
            OSError: It cannot be written any more.
        """
        self.add(CaseResult(job, Status.INTERRUPTED, reason=_UNDER_WAY))

    def add(self, result: CaseResult) -> None:
        """Take in what became of a case, and write the file.

        Raises:
            OSError: It cannot be written any more.
        """
        self._written[result.job.label] = self._case(result)
        self.write()

    def write(self) -> None:
        """Write the file beside its place, and move it there in one go.

        Raises:
            OSError: It cannot be written.
        """
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        try:
            with beside.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(self._lines())
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)

    def _lines(self) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f'<testsuites name="agent"{_sums(self._written.values())}>\n'
        for file, labels in self._order.items():
            cases = [self._written[label] for label in labels]
            devices = ",".join(dict.fromkeys(each.device for each in cases if each.device))
            further = {"timestamp": self._started, "hostname": devices or "none"}
            yield f" <testsuite name={_attribute(file)}{_sums(cases)}{_attributes(further)}>\n"
            for each in cases:
                yield each.text
            yield " </testsuite>\n"
        yield "</testsuites>\n"

    def _case(self, result: CaseResult) -> _Written:
        job, last = result.job, result.last
        name = job.title if job.rounds == 1 else f"{job.title}#{job.round}"
        heading = {
            "classname": class_name(job.file),
            "name": name,
            "file": job.file,
            "line": str(job.line),
            "time": _seconds(result.duration_s),
        }
        parts = [f"  <testcase{_attributes(heading)}>\n", *_properties(result, self._path.parent)]
        parts += _outcome(result)
        parts += _output(result, self._path.parent)
        parts.append("  </testcase>\n")
        device = last.device if last is not None else ""
        counted = _COUNTED.get(result.status, "")
        return _Written("".join(parts), result.duration_s, counted, device)


def class_name(file: str) -> str:
    """``tasks/dark.task.yaml`` -> ``tasks.dark``, by which CI servers group."""
    stem = re.sub(r"\.task\.ya?ml$", "", file)
    return ".".join(part for part in re.split(r"[/\\.]+", stem) if part) or "tasks"


def fit(text: str) -> str:
    """``text`` without what no XML file can hold; each such character becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", text)


def _properties(result: CaseResult, home: Path) -> Iterator[str]:
    yield "   <properties>\n"
    for name, value in _facts(result, home):
        yield f"    <property{_attributes({'name': name, 'value': value})}/>\n"
    yield "   </properties>\n"


def _facts(result: CaseResult, home: Path) -> Iterator[tuple[str, str]]:
    yield "id", result.job.id
    yield "status", result.status.value
    yield from (("tag", tag) for tag in result.job.tags)
    if result.last is None:
        return
    run = result.last.run
    yield "device", result.last.device
    yield "attempts", str(len(result.attempts))
    if lost := [each.device for each in result.attempts if each.run.device_lost]:
        yield "devices_lost", ",".join(lost)
    yield "steps", str(run.steps)
    yield "model_calls", str(run.model_calls)
    yield "tokens", str(run.tokens)
    if run.provenance:
        yield "provenance", " ".join(f"{how}={count}" for how, count in run.provenance)
    if run.cache:
        yield "step_cache", " ".join(f"{what}={count}" for what, count in run.cache)
    if any(each.run.misled for each in result.attempts):
        yield "misled", "an attempt by the step cache led elsewhere and counts for nothing"
    yield from run.facts
    if run.recording is not None:
        yield "run", _relative(run.recording, home)


def _outcome(result: CaseResult) -> Iterator[str]:
    if result.status in {Status.SKIPPED, Status.NOT_RUN}:
        reason = result.reason or "skipped"
        message = reason if result.status is Status.SKIPPED else f"not run: {reason}"
        message = message.replace("not run: not run: ", "not run: ")
        yield f"   <skipped message={_attribute(message)}/>\n"
        return
    if result.status is Status.INTERRUPTED:
        reason = _attribute(result.reason or "The run was stopped.")
        yield f'   <error type="interrupted" message={reason}/>\n'
    elif result.status in {Status.FAILED, Status.ERROR}:
        yield from _told(result)
    if result.status is Status.FLAKY:
        yield from _others(result.attempts[:-1], "flaky")


def _told(result: CaseResult) -> Iterator[str]:
    """The attempt that speaks for the case, and then the others."""
    wanted = result.status
    speaks = next(each for each in reversed(result.attempts) if each.run.status is wanted)
    element = "failure" if wanted is Status.FAILED else "error"
    if (failure := speaks.run.failure) is not None:
        yield _element(element, failure, escape(fit(failure.details or failure.message)))
    yield from _others([each for each in result.attempts if each is not speaks], "rerun")


def _others(attempts: Iterable[Attempt], prefix: str) -> Iterator[str]:
    for each in attempts:
        if (failure := each.run.failure) is not None:
            kind = "Failure" if each.run.status is Status.FAILED else "Error"
            trace = escape(fit(failure.details or failure.message))
            yield _element(f"{prefix}{kind}", failure, f"<stackTrace>{trace}</stackTrace>")


def _element(name: str, failure: Failure, inside: str) -> str:
    heading = _attributes({"type": failure.kind, "message": failure.message})
    return f"   <{name}{heading}>{inside}</{name}>\n"


def _output(result: CaseResult, home: Path) -> Iterator[str]:
    """One element: some readers take the last one only."""
    lines = []
    for number, each in enumerate(result.attempts, start=1):
        run = each.run
        lines.append(
            f"attempt {number}: {run.status.in_words} on {each.device}, {each.duration_s:.1f} s"
        )
        files = [*([run.recording] if run.recording is not None else []), *run.attachments]
        lines += [f"[[ATTACHMENT|{_relative(file, home)}]]" for file in files]
    if lines:
        text = escape(fit("\n".join(lines)))
        yield f"   <system-out>{text}</system-out>\n"


def _relative(path: Path, home: Path) -> str:
    """As seen from the XML file: whole folders are kept by CI servers, absolute paths are not."""
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()


def _sums(cases: Iterable[_Written]) -> str:
    listed = list(cases)
    counts = Counter(each.counted for each in listed)
    sums = {
        "tests": str(len(listed)),
        "failures": str(counts["failures"]),
        "errors": str(counts["errors"]),
        "skipped": str(counts["skipped"]),
        "time": _seconds(sum(each.duration_s for each in listed)),
    }
    return _attributes(sums)


def _seconds(duration_s: float) -> str:
    return f"{duration_s:.3f}"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f" {name}={_attribute(value)}" for name, value in values.items())


def _attribute(text: str) -> str:
    # A reader makes a space of a line feed in an attribute, unless it is written out.
    return quoteattr(fit(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
