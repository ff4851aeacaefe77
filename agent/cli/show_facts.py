"""What ``agent show`` tells, as labelled texts: the terminal and Markdown print the same ones."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from agent.cli.amounts import counted
from agent.recording.account import (
    NO_END,
    STOP_SAID,
    deed,
    failing_place,
    in_words,
    screen_name,
    spans,
    states,
    tokens,
    tokens_said,
    verdict_said,
)
from agent.recording.format import RungTaken
from agent.recording.reader import RecordedStep, Recording

Tone = Literal["", "verbatim", "bad", "warning"]


@dataclass(frozen=True)
class Fact:
    """One labelled text.

    Attributes:
        tone: Empty for one that may be shortened and wrapped; else it is printed whole, with its
            line breaks.
    """

    label: str
    text: str
    tone: Tone = ""


def run_facts(found: Recording) -> tuple[Fact, ...]:
    """What was asked for, of whom, on what, and where it comes from."""
    start = found.start
    facts = [
        Fact("Recording", str(found.folder)),
        Fact("Goal", start.goal),
        Fact("Started", f"{start.started:%Y-%m-%d %H:%M:%S} UTC"),
        Fact("Device", f"{start.device.model} ({start.device.name}), {start.device.size}"),
        Fact("Policy", start.policy),
    ]
    if start.model:
        facts.append(Fact("Model", f"{start.model}, dialect {start.dialect or 'unknown'}"))
    if start.origin is not None:
        facts.append(Fact("Origin", origin_said(found)))
    return tuple(facts)


def origin_said(found: Recording) -> str:
    """Where the run comes from, in words; empty for a run of its own."""
    origin = found.start.origin
    if origin is None:
        return ""
    words = {
        "replay": "replay of",
        "fork": "fork of",
        "resume": "resumed from",
        "cache": "cache of",
    }
    step = f", own from step {origin.step + 1}" if origin.step is not None else ""
    return f"{words[origin.kind]} {origin.run}{step}"


def outcome_facts(found: Recording) -> tuple[Fact, ...]:
    """Why it stopped, what the checks say, which step failed, what was used, what is wrong."""
    facts: list[Fact] = []
    end = found.end
    if end is None:
        facts.append(Fact("Stop", f"no end. {NO_END}"))
    else:
        facts.append(Fact("Stop", f"{in_words(end.stop)}. {STOP_SAID[end.stop]}"))
        facts.append(Fact("Verdict", f"{end.verdict.value}. {verdict_said(found)}"))
        facts.append(Fact("Spent", f"{counted(end.steps, 'step')}, {end.duration_s:.1f} s"))
    facts += [
        Fact("Check", f"{each.verdict.value}: {each.name}. {each.evidence}")
        for each in found.checks
    ]
    if said := tokens_said(tokens(found)):
        facts.append(Fact("Tokens", said))
    rungs = Counter(step.rung.rung for step in found.steps if step.rung is not None)
    if rungs:
        facts.append(Fact("Rungs", ", ".join(f"{count} {rung}" for rung, count in rungs.items())))
    if end is not None:
        facts += [
            Fact(label, text)
            for label, text in (("Answer", end.answer), ("Reason", end.error))
            if text
        ]
    failing = failing_place(found)
    if failing is not None:
        number = found.steps[failing].index + 1
        see = f"agent show {found.folder.name.rpartition('-')[2]} --step {number}"
        label = "Failed in" if end is not None else "Ended in"  # a crash is no step's fault
        facts.append(Fact(label, f"step {number}: {deed(found.steps[failing])}. See: {see}"))
    if end is not None and end.traceback:
        facts.append(Fact("Traceback", end.traceback, "bad"))
    facts += [Fact("Warning", warning, "warning") for warning in found.warnings]
    return tuple(facts)


def rung_said(rung: RungTaken) -> str:
    """How a step of a replay found its place, with the numbers it was decided by."""
    numbers = [f"for step {rung.source + 1}"]
    if rung.tiles is not None:
        numbers.append(f"{rung.tiles} tiles differ")
    if rung.likeness is not None:
        numbers.append(f"likeness {rung.likeness:.2f}")
    return f"{rung.rung}: {', '.join(numbers)}"


def step_facts(found: Recording, step: RecordedStep) -> tuple[Fact, ...]:
    """Everything that was recorded of one step, but for its pictures."""
    return (
        *_looked(step),
        *_exchanged(found, step),
        *_decided(step),
        *_acted(found, step),
    )


def _looked(step: RecordedStep) -> list[Fact]:
    facts = [Fact("Step", f"{step.index + 1}: {deed(step)}")]
    seen = step.observation
    if seen is None:
        return [*facts, Fact("Screen", "no look was recorded")]
    settle = f", settled: {seen.settle}" if seen.settle else ""
    changed = {True: ", changed", False: ", unchanged", None: ""}[seen.changed]
    looks = "" if seen.frames_taken == 1 else f", {seen.frames_taken} frames"
    facts.append(
        Fact("Screen", f"{screen_name(step)} ({seen.app}), {seen.size}{settle}{looks}{changed}")
    )
    facts.append(Fact("Frame", seen.frame.path))
    if seen.ui_tree is not None:
        facts.append(Fact("UI tree", seen.ui_tree.path))
    if seen.masked:
        boxes = ", ".join(f"({b.left}, {b.top})-({b.right}, {b.bottom})" for b in seen.masked)
        facts.append(Fact("Masked", boxes))
    if seen.feedback:
        facts.append(Fact("Told", seen.feedback))
    return facts


def _exchanged(found: Recording, step: RecordedStep) -> list[Fact]:
    facts: list[Fact] = []
    for place, request in enumerate(step.requests):
        sent = counted(len(request.messages), "message")
        images = f", {counted(len(request.images), 'picture')}" if request.images else ""
        facts.append(Fact("Sent", f"{sent}{images} to {request.model}"))
        if request.messages:
            last = found.parts.get(request.messages[-1])
            text = json.dumps(last, ensure_ascii=False, indent=2) if last is not None else "missing"
            facts.append(Fact("Last message", text, "verbatim"))
        if place >= len(step.responses):
            facts.append(Fact("Reply", "none came"))
            continue
        reply = step.responses[place].reply
        if reply.reasoning:
            facts.append(Fact("Reasoning", reply.reasoning, "verbatim"))
        facts.append(Fact("Reply", reply.text or "(empty)", "verbatim"))
        facts += [
            Fact("Native call", f"{call.name} {call.arguments}", "verbatim") for call in reply.calls
        ]
        said = tokens_said(reply.usage) or "not counted"
        facts.append(
            Fact("Tokens", f"{said}; {reply.latency_s:.2f} s, ended by {reply.finish_reason}")
        )
    return facts


def _decided(step: RecordedStep) -> list[Fact]:
    facts = [
        Fact("Mistake" if mistake.kind != "DeniedError" else "Denied", mistake.message, "bad")
        for mistake in step.mistakes
    ]
    if step.rung is not None:
        facts.append(Fact("Rung", f"{rung_said(step.rung)}. {step.rung.reason}"))
    if step.decision is not None:
        call = step.decision.call
        facts.append(Fact("Thought", step.decision.thought or "(none)"))
        arguments = json.dumps(call.arguments, ensure_ascii=False)
        facts.append(Fact("Decision", f"{call.name} {arguments}"))
    return facts


def _acted(found: Recording, step: RecordedStep) -> list[Fact]:
    facts: list[Fact] = []
    if step.intent is not None:
        for link in step.intent.transforms:
            across = f"x * {link.scale_x:g} + {link.offset_x:g}"
            down = f"y * {link.scale_y:g} + {link.offset_y:g}"
            facts.append(Fact("Transform", f"to {link.space}: {across}, {down}"))
        facts.append(Fact("Action", step.intent.action.model_dump_json()))
        anchor = step.intent.anchor
        if anchor is not None and anchor.target is not None:
            target = anchor.target
            words = target.text or target.description or target.hint
            box = f"({target.box.left}, {target.box.top})-({target.box.right}, {target.box.bottom})"
            facts.append(Fact("Target", f"{target.kind} {words!r} {target.resource_id} {box}"))
    if states(found)[found.steps.index(step)] == "open":
        facts.append(Fact("Result", "none: the run ended in this step", "warning"))
    elif step.result is not None:
        result = step.result
        facts.append(Fact("Result", result.result or ("ok" if result.ok else result.error)))
    if step.result is not None:
        parts = ", ".join(f"{span.phase} {span.seconds * 1000:.1f} ms" for span in spans(step))
        facts.append(Fact("Time", parts or "none"))
    return facts
