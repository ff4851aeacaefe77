"""What stands above the steps of a run: how it ended, what was checked, where the time went."""

from collections import Counter
from dataclasses import dataclass

from agent.recording.account import (
    NO_END,
    STOP_SAID,
    Phase,
    failing_place,
    in_words,
    spans,
    tokens,
    tokens_said,
    verdict_said,
    went_wrong,
)
from agent.recording.reader import Recording
from agent.report.story import PageStep, Told
from agent.step import StopReason, Verdict

_CALM = {StopReason.FINISHED, StopReason.DRY_RUN}
"""Stop reasons that are no trouble. None is good news: what the agent claims is no verdict."""
_VERDICT_TONE = {
    Verdict.PASSED: "good", Verdict.FLAKY: "warn", Verdict.FAILED: "bad", Verdict.ERROR: "bad",
}  # fmt: skip
_THINNEST = 0.0004
"""Parts of the time bar narrower than this share of it cannot be seen and are left out."""


@dataclass(frozen=True)
class Chip:
    """One word with its meaning.

    Attributes:
        tone: ``good``, ``warn``, ``bad`` or ``plain``.
    """

    word: str
    said: str
    tone: str


@dataclass(frozen=True)
class Check:
    """One check and its evidence."""

    name: str
    verdict: str
    tone: str
    evidence: str


@dataclass(frozen=True)
class Bar:
    """One part of the time bar; ``left`` and ``width`` are shares of it in per cent."""

    phase: Phase
    left: float
    width: float


@dataclass(frozen=True)
class Slot:
    """One step on the time bar."""

    number: int
    left: float
    width: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class RunHead:
    """Everything above the steps.

    Attributes:
        key: Names the run in addresses.
        wrong: Whether the run neither finished nor passed its checks.
        opened: Index of the step that is opened first.
        failing: Number of the step that the run failed in, from 1; ``None`` if it did not fail.
        counted: How many steps were taken; a last look is none.
        row: The facts that are always seen.
        facts: All of them.
        sums: Seconds by phase, the longest first.
    """

    key: str
    goal: str
    stop: Chip
    verdict: Chip
    answer: str
    error: str
    traceback: str
    failing: int | None
    wrong: bool
    opened: int
    row: tuple[Told, ...]
    facts: tuple[Told, ...]
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]
    config: str
    counted: int
    steps: tuple[PageStep, ...]
    slots: tuple[Slot, ...]
    sums: tuple[tuple[Phase, float], ...]
    duration_s: float


def duration(seconds: float) -> str:
    """Seconds as people read them: ``85 ms``, ``1.20 s``, ``14.0 s``, as in the page's script."""
    if seconds >= 1:
        return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"
    return f"{seconds * 1000:.{0 if seconds >= 0.1 else 1}f} ms"


def tell_head(found: Recording, steps: tuple[PageStep, ...], key: str, config: str) -> RunHead:
    """Put what is above the steps into words."""
    end, failing = found.end, failing_place(found)
    counted = sum(step.state != "look" for step in steps)
    duration_s = end.duration_s if end is not None else _last_s(steps)
    sums: dict[Phase, float] = {}
    for step in found.steps:
        for span in spans(step):
            sums[span.phase] = sums.get(span.phase, 0.0) + span.seconds
    return RunHead(
        key=key,
        goal=found.start.goal,
        stop=_stop(found),
        verdict=_verdict(found),
        answer=end.answer if end is not None else "",
        error=end.error if end is not None else "",
        traceback=end.traceback if end is not None else "",
        failing=steps[failing].number if failing is not None else None,
        wrong=went_wrong(found),
        opened=failing if failing is not None else 0,
        row=_row(found, counted, duration_s),
        facts=_facts(found),
        checks=tuple(
            Check(
                each.name,
                each.verdict.value,
                _VERDICT_TONE.get(each.verdict, "plain"),
                each.evidence,
            )
            for each in found.checks
        ),
        warnings=found.warnings,
        config=config,
        counted=counted,
        steps=steps,
        slots=_slots(steps, max(duration_s, _last_s(steps))),
        sums=tuple(sorted(sums.items(), key=lambda each: -each[1])),
        duration_s=duration_s,
    )


def _stop(found: Recording) -> Chip:
    if found.end is None:
        return Chip("no end", NO_END, "bad")
    stop = found.end.stop
    return Chip(in_words(stop), STOP_SAID[stop], "plain" if stop in _CALM else "bad")


def _verdict(found: Recording) -> Chip:
    verdict = found.end.verdict if found.end is not None else Verdict.NOT_RUN
    said = verdict.value.replace("_", " ")
    return Chip(said, verdict_said(found), _VERDICT_TONE.get(verdict, "plain"))


def _row(found: Recording, steps: int, duration_s: float) -> tuple[Told, ...]:
    start = found.start
    row = [("Steps", str(steps)), ("Time", duration(duration_s))]
    if said := tokens_said(tokens(found)):
        row.append(("Tokens", said))
    row.append(("Device", f"{start.device.model}, {start.device.size}"))
    row.append(("Policy", start.policy))
    if start.model:
        row.append(("Model", start.model))
    if start.origin is not None:
        row.append(("Origin", f"{start.origin.kind} of {start.origin.run}"))
    return tuple(Told(label=label, text=text) for label, text in row)


def _facts(found: Recording) -> tuple[Told, ...]:
    start, device = found.start, found.start.device
    facts = [
        ("Recording", found.folder.name),
        ("Started", f"{start.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("Device", f"{device.model} ({device.name}), {device.kind} {device.release}"),
        ("Screen", f"{device.size}, {device.density_dpi} dpi, {device.locale or 'no locale'}"),
        ("Capture", device.capture),
        ("Policy", start.policy),
    ]
    if start.model:
        facts += [("Model", start.model), ("Dialect", start.dialect)]
    if start.prompt_hash:
        facts.append(("Prompt hash", start.prompt_hash))
    if start.origin is not None:
        own = f", own from step {start.origin.step + 1}" if start.origin.step is not None else ""
        facts.append(("Origin", f"{start.origin.kind} of {start.origin.run}{own}"))
    rungs = Counter(step.rung.rung for step in found.steps if step.rung is not None)
    if rungs:
        facts.append(("Rungs", ", ".join(f"{count} {rung}" for rung, count in rungs.items())))
    facts += [(f"Version of {name}", version) for name, version in start.versions.items()]
    facts.append(("Format", str(start.format)))
    return tuple(Told(label=label, text=text) for label, text in facts)


def _last_s(steps: tuple[PageStep, ...]) -> float:
    return max((step.start_s + sum(s.seconds for s in step.spans) for step in steps), default=0.0)


def _slots(steps: tuple[PageStep, ...], total_s: float) -> tuple[Slot, ...]:
    """The steps side by side as they followed each other, each in its parts."""
    if total_s <= 0:
        return ()
    slots = []
    for step in steps:
        bars, at_s = [], step.start_s
        for span in step.spans:
            if span.seconds >= _THINNEST * total_s:
                bars.append(Bar(span.phase, _share(at_s, total_s), _share(span.seconds, total_s)))
            at_s += span.seconds
        left, width = _share(step.start_s, total_s), _share(at_s - step.start_s, total_s)
        slots.append(Slot(step.number, left, width, tuple(bars)))
    return tuple(slots)


def _share(part: float, whole: float) -> float:
    return round(100 * part / whole, 3)
