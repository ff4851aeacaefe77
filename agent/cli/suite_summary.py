"""What a test run came to, for a person and for a program."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from agent.cli.amounts import counted
from agent.cli.plain import hanging, plain, shortened
from agent.cli.suite_live import MARKS, reasons
from agent.suite.runner.job import CaseResult
from agent.suite.runner.run import SuiteResult
from agent.suite.runner.status import Attempt, Status, Strictness

_BAD = (Status.FAILED, Status.ERROR, Status.INTERRUPTED)
_STRICT = {
    Status.UNVERIFIED: "It has no checks, and --require-checks wants some.",
    Status.FLAKY: "It passed only when tried again, and --fail-flaky minds that.",
}
_MOST_TOLD = 20
_MOST_FURTHER = 5


def summary(
    suite: SuiteResult,
    strictness: Strictness,
    written: Sequence[tuple[str, Path]] = (),
    columns: int = 0,
) -> Text:
    """The whole run in a few lines: what went wrong, how often what, what it took, and its files.

    Args:
        suite: The run.
        strictness: What else makes it fail.
        written: Files that were written, and what each is.
        columns: Of the terminal; 0 if there is none.
    """
    files = Text("\n".join(f"{what:7} {plain(str(path))}" for what, path in written), style="dim")
    bad = _bad(suite.results, strictness, columns)
    blocks = [bad, _unbegun(suite.results), _sums(suite), files]
    return Text("\n").join([Text(), *(block for block in blocks if block)])


def _bad(results: Iterable[CaseResult], strictness: Strictness, columns: int) -> Text:
    bad = [each for each in results if each.status in {*_BAD, *strictness.failing}]
    text = Text()
    if bad:
        text.append("Not passed:\n", style="bold")
    for result in bad[:_MOST_TOLD]:
        _tell_bad(text, result, columns)
    if len(bad) > _MOST_TOLD:
        text.append(f"  and {len(bad) - _MOST_TOLD} more\n", style="dim")
    return text


def _unbegun(results: Iterable[CaseResult]) -> Text:
    """Cases that were not run, by reason: fifty lines that say the same help nobody."""
    found = Counter(
        f"{each.status.in_words}: {plain(each.reason)}"
        for each in results
        if each.status in {Status.SKIPPED, Status.NOT_RUN}
    )
    lines = (f"{counted(cases, 'case')} {reason}\n" for reason, cases in found.most_common())
    return Text("".join(lines), style="dim")


def _tell_bad(text: Text, result: CaseResult, columns: int) -> None:
    mark, style = MARKS[result.status]
    text.append(f"  {mark} ", style=style)
    text.append(f"{plain(result.job.label.rpartition('::')[2])}  ")
    text.append(f"{plain(result.job.file)}:{result.job.line}\n", style="dim")
    if result.status in _STRICT:
        text.append(f"      {_STRICT[result.status]}\n", style="yellow")
    for said in (*reasons(result), *_further(result)):
        text.append(f"{hanging(plain(said), 6, columns)}\n", style="red")
    last = result.last
    if last is not None and last.run.recording is not None:
        text.append(f"      agent show {plain(str(last.run.recording))}\n", style="dim")


def _further(result: CaseResult) -> list[str]:
    """What else the last attempt missed: further checks, a teardown that failed too."""
    failure = result.last.run.failure if result.last is not None else None
    if failure is None or failure.kind == "crash":  # which goes on with a traceback
        return []
    _, found, rest = failure.details.partition(f"{failure.message}\n")
    lines = rest.splitlines() if found else []
    more = len(lines) - _MOST_FURTHER
    said = [f"also: {shortened(line)}" for line in lines[:_MOST_FURTHER]]
    return [*said, f"and {more} more"] if more > 0 else said


def _sums(suite: SuiteResult) -> Text:
    counts = Counter(suite.statuses)
    line = Text()
    for status, (_, style) in MARKS.items():
        if count := counts[status]:
            line.append(", " if line else "", style="dim")
            line.append(f"{count} {status.in_words}", style=style)
    line.append(f" in {suite.duration_s:.1f} s\n{_spent(suite)}", style="dim")
    return line


def _spent(suite: SuiteResult) -> str:
    attempts = _attempts(suite.results)
    parts = [
        counted(sum(each.run.steps for each in attempts), "step"),
        counted(sum(each.run.model_calls for each in attempts), "model call"),
    ]
    if tokens := sum(each.run.tokens for each in attempts):
        parts.append(f"{tokens:,} tokens")
    if provenance := _sum(each.run.provenance for each in attempts):
        parts.append("found by " + ", ".join(f"{how} {n}" for how, n in provenance.items()))
    if cache := _sum(each.run.cache for each in attempts):
        parts.append("step cache: " + ", ".join(f"{what} {n}" for what, n in cache.items()))
    if suite.lost:
        lost = dict.fromkeys(plain(device) for device, _ in suite.lost)
        parts.append(f"lost: {', '.join(lost)}")
    return " · ".join(parts)


def _attempts(results: Iterable[CaseResult]) -> list[Attempt]:
    return [attempt for each in results for attempt in each.attempts]


def _sum(counted_things: Iterable[Iterable[tuple[str, int]]]) -> dict[str, int]:
    """How often what, over all attempts; the most frequent first."""
    sums: Counter[str] = Counter()
    for each in counted_things:
        sums.update(dict(each))
    return dict(sums.most_common())


def as_json(suite: SuiteResult, code: int) -> dict[str, object]:
    """The whole run as data; durations in seconds, times in UTC."""
    return {
        "started": suite.started.isoformat(timespec="seconds"),
        "duration_s": round(suite.duration_s, 3),
        "exit_code": code,
        "stopped_by": suite.stopped_by,
        "counts": {status.value: n for status, n in Counter(suite.statuses).items()},
        "lost": [{"device": device, "why": why} for device, why in suite.lost],
        "cases": [_case(each) for each in suite.results],
    }


def _case(result: CaseResult) -> dict[str, object]:
    job = result.job
    return {
        "id": job.id,
        "round": job.round,
        "file": job.file,
        "line": job.line,
        "tags": list(job.tags),
        "status": result.status.value,
        "reason": result.reason,
        "duration_s": round(result.duration_s, 3),
        "attempts": [_attempt(each) for each in result.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, object]:
    run, failure = attempt.run, attempt.run.failure
    return {
        "status": run.status.value,
        "device": attempt.device,
        "started": attempt.started.isoformat(timespec="seconds"),
        "duration_s": round(attempt.duration_s, 3),
        "failure": asdict(failure) if failure is not None else None,
        "device_lost": run.device_lost,
        "misled": run.misled,
        "steps": run.steps,
        "model_calls": run.model_calls,
        "tokens": run.tokens,
        "provenance": dict(run.provenance),
        "step_cache": dict(run.cache),
        "facts": dict(run.facts),
        "recording": str(run.recording) if run.recording is not None else None,
    }
