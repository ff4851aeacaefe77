"""What ``agent test`` does: selects cases, runs them, shows it, and tells the outcome as a code."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

from agent.cli.live import RunConsole
from agent.cli.plain import json_text, plain, silence_output
from agent.cli.signals import StopSignals, told_of_signals
from agent.cli.suite_live import SuiteLive, terminal_columns
from agent.cli.suite_summary import as_json, summary
from agent.cli.tasks import collect_here, tell_problems
from agent.config import Config
from agent.suite.language.cases import Case
from agent.suite.language.select import Selection, parse_shard, select
from agent.suite.runner.job import CaseResult, Job, check_ids, job_of, repeated
from agent.suite.runner.junit import JUnitFile
from agent.suite.runner.memory import Memory
from agent.suite.runner.place import Engine
from agent.suite.runner.run import SuiteResult
from agent.suite.runner.seams import Performer
from agent.suite.runner.status import NOTHING_CODE, Strictness, exit_code
from agent.wiring.suite import RunOptions, check_cases, check_run, engine_of, memory_of, run_on
from tools.clock import SystemClock
from tools.errors import RecordingError, UsageError


@dataclass(frozen=True)
class Choice:
    """Which cases to take; see ``Selection``."""

    paths: tuple[str, ...] = ()
    keywords: str = ""
    tags: str = ""
    shard: str = ""
    last_failed: bool = False


@dataclass(frozen=True)
class Manner:
    """How to run them, and what to tell.

    Attributes:
        options: Where, and when to leave off.
        retries: How often each is tried again; ``None`` for what its task says.
        repeat: How often each is run.
        strictness: What else makes the run fail.
        junit: JUnit file to write; ``None`` for none.
        report: Folder of the report; ``None`` for none.
        listing: Only say what would be run.
        as_json: Print one JSON object instead of words.
    """

    options: RunOptions = field(default_factory=RunOptions)
    retries: int | None = None
    repeat: int = 1
    strictness: Strictness = field(default_factory=Strictness)
    junit: Path | None = None
    report: Path | None = None
    listing: bool = False
    as_json: bool = False


def run_tests(
    config: Config,
    choice: Choice,
    manner: Manner,
    performer_of: Callable[[Config], Performer[Case]],
) -> int:
    """Run the cases that are chosen, or list them.

    Returns:
        The exit code; see ``exit_code``, and 2 for task files that cannot be used.
    """
    with StopSignals().installed():
        check_run(config, manner.options)
        memory = memory_of(Path.cwd())
        collected = collect_here(choice.paths)
        if collected.problems:
            return tell_problems(collected.problems)
        cases = _select(collected.cases, choice, memory)
        jobs = [job_of(each, retries=manner.retries, time_s=config.timeout_s) for each in cases]
        if not jobs:
            said = f"No case is selected of {len(collected.cases)}."
            known = memory.failed.intersection(each.id for each in collected.cases)
            if choice.last_failed and memory.exists and not known:
                said += " None of them failed the last time."
            print(said, file=sys.stderr)  # noqa: T201 - the CLI speaks
            return NOTHING_CODE
        check_ids(jobs)
        if manner.listing:
            _list(jobs, as_data=manner.as_json)
            return 0
        check_cases(jobs, config, manner.options)
        if manner.report is not None:
            _check_writable(manner.report, "--report")
        _check_writable(config.record_dir, "--record-dir")
        rounds = tuple(repeated(jobs, manner.repeat))
        with engine_of(config, performer_of, manner.options, tell_notice) as engine:
            suite = _run(config, rounds, engine, manner, memory)
        code = exit_code(suite.statuses, manner.strictness, stopped_by=suite.stopped_by)
        _tell(suite, code, manner)
    return code


def tell_notice(text: str) -> None:
    """Tell, beside the outcome, what was chosen where the person did not choose."""
    print(plain(text), file=sys.stderr)  # noqa: T201 - the CLI speaks


def _select(cases: Sequence[Case], choice: Choice, memory: Memory) -> tuple[Case, ...]:
    ids = memory.failed if choice.last_failed and memory.exists else None
    shard = parse_shard(choice.shard) if choice.shard else None
    wanted = Selection(keywords=choice.keywords, tags=choice.tags, shard=shard, ids=ids)
    return select(cases, wanted)


def _list(jobs: Sequence[Job[Case]], *, as_data: bool) -> None:
    if as_data:
        listed = [
            {"id": each.id, "file": each.file, "line": each.line, "tags": list(each.tags)}
            for each in jobs
        ]
        print(json_text(listed, indent=2))  # noqa: T201 - the CLI speaks
        return
    for each in jobs:
        skipped = f"  (skipped: {each.skip})" if each.skip else ""
        print(plain(f"{each.id}{skipped}"))  # noqa: T201 - the CLI speaks


class _Together:
    """Tells the live view, then the file."""

    def __init__(self, live: SuiteLive, junit: JUnitFile | None) -> None:
        self._live = live
        self._junit = junit

    def began(self, job: Job[object], device: str) -> None:
        """Pass it on."""
        if self._junit is not None:
            self._junit.began(job)
        self._live.began(job, device)

    def ended(self, result: CaseResult) -> None:
        """Pass it on."""
        if self._junit is not None:
            self._junit.add(result)
        self._live.ended(result)

    def lost(self, device: str, why: str) -> None:
        """Pass it on."""
        self._live.lost(device, why)

    def stopping(self, *, at_once: bool) -> None:
        """Pass it on."""
        self._live.stopping(at_once=at_once)


def _run(
    config: Config,
    jobs: Sequence[Job[Case]],
    engine: Engine[Case],
    manner: Manner,
    memory: Memory,
) -> SuiteResult:
    junit = None
    if manner.junit is not None:
        junit = JUnitFile(manner.junit, jobs, datetime.now(UTC))
    stream = sys.stderr if manner.as_json else sys.stdout
    with ExitStack() as stack:
        live = stack.enter_context(SuiteLive(stream, len(jobs), SystemClock()))
        suite = run_on(
            engine,
            jobs,
            config,
            _Together(live, junit),
            options=manner.options,
            memory=memory,
            stopping=told_of_signals,
        )
    try:
        memory.keep(suite.results)
    except OSError as error:
        _warn(f"What failed could not be remembered: {error.strerror or error}.")
    return suite


def _tell(suite: SuiteResult, code: int, manner: Manner) -> None:
    try:
        page = _report(suite, manner.report) if manner.report is not None else None
        if manner.as_json:
            print(json_text(as_json(suite, code)))  # noqa: T201 - the CLI speaks
        else:
            console = RunConsole(highlight=False, soft_wrap=True)
            written, columns = _written(manner, page), terminal_columns(console)
            console.print(summary(suite, manner.strictness, written, columns))
            if console.trouble is not None:
                raise console.trouble
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # what was found is found: the code must not say otherwise
        silence_output()
        _warn(f"The output cannot be written: {error.strerror or error}.")


def _check_writable(folder: Path, option: str) -> None:
    """Refuse a folder that cannot be written before all cases were run for it; makes nothing."""
    whole = folder.absolute()
    try:
        there = next(each for each in (whole, *whole.parents) if os.path.lexists(each))
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        told = f"{option}: {str(folder)!r} cannot be written: {error.strerror or error}."
        raise UsageError(told, hint="Name another folder.") from None


def _written(manner: Manner, page: Path | None) -> list[tuple[str, Path]]:
    """What was asked for and is there now, and what it is."""
    files = (("JUnit", manner.junit), ("Report", page))
    return [(what, path) for what, path in files if path is not None]


def _report(suite: SuiteResult, folder: Path) -> Path | None:
    """The page that was written; ``None``, which is told, if there is none."""
    from agent.recording.reader import Recording, read_recording
    from agent.report.build import write_report

    paths = [
        attempt.run.recording
        for result in suite.results
        for attempt in result.attempts
        if attempt.run.recording is not None
    ]
    found: list[Recording] = []
    for path in paths:
        try:
            found.append(read_recording(path))
        except RecordingError as error:
            _warn(str(error))
    if not found:
        _warn("There is no report: nothing was recorded.")
        return None
    try:
        done = write_report(found, folder, lambda _done, _total: None, force=True)
    except UsageError as error:  # the outcome of the run is still to be told
        _warn(f"There is no report. {error.message}")
        return None
    for problem in done.problems:
        _warn(problem)
    return done.page


def _warn(text: str) -> None:
    print(f"agent: {plain(text)}", file=sys.stderr)  # noqa: T201 - the CLI speaks
