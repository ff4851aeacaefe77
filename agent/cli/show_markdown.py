"""A recording as Markdown for an issue.

Everything that a model, a screen or a person wrote stands in code spans and fences, which are
longer than any row of backticks in it: it can make no link, no HTML, and calls nobody by name.
"""

import re
from collections.abc import Iterable

from agent.cli.show_facts import Fact, outcome_facts, run_facts, rung_said, step_facts
from agent.recording.account import deed, failing_place, screen_name, spent_s, states
from agent.recording.reader import RecordedStep, Recording

_SHORT = 200
_FOLDED = 15
"""From so many steps on the list of them is folded away."""
_LONG = 4000
"""Characters of one fence; an issue has room for 65,536 in all."""


def code(text: str, *, limit: int = _SHORT) -> str:
    """``text`` on one line as a code span that nothing in it can end."""
    line = " ".join(text.split())
    line = line if len(line) <= limit else f"{line[:limit]}…"
    if not line:
        return "(empty)"
    ticks = "`" * (_longest_row(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fence(text: str) -> str:
    """``text`` as a fenced block that nothing in it can end."""
    short = text if len(text) <= _LONG else f"{text[:_LONG]}\n… ({len(text)} characters)"
    ticks = "`" * max(3, _longest_row(short) + 1)
    return f"{ticks}text\n{short.rstrip()}\n{ticks}"


def _longest_row(text: str) -> int:
    return max((len(row) for row in re.findall("`+", text)), default=0)


def run_markdown(found: Recording) -> str:
    """The whole run: what was asked, how it ended, a line a step, the failing one in full."""
    facts = (*run_facts(found), *outcome_facts(found))
    versions = ", ".join(f"{name} {version}" for name, version in found.start.versions.items())
    lines = [f"### {code(found.start.goal)}", ""]
    lines += _told(fact for fact in facts if fact.label not in {"Goal", "Recording"})
    lines += _told([Fact("Recording", found.folder.name), Fact("Versions", versions)])
    steps = [_line(found, place) for place in range(len(found.steps))]
    if len(steps) >= _FOLDED:
        lines += [
            "",
            f"<details><summary>{len(steps)} steps</summary>",
            "",
            *steps,
            "",
            "</details>",
        ]
    elif steps:
        lines += ["", *steps]
    failing = failing_place(found)
    if failing is not None:
        lines += ["", step_markdown(found, found.steps[failing])]
    return "\n".join(lines)


def step_markdown(found: Recording, step: RecordedStep) -> str:
    """One step in full."""
    return "\n".join([f"#### Step {step.index + 1}", "", *_told(step_facts(found, step))])


def _told(facts: Iterable[Fact]) -> list[str]:
    lines: list[str] = []
    for fact in facts:
        if fact.tone in {"verbatim", "bad"}:
            lines += ["", f"{fact.label}:", "", fence(fact.text), ""]
        else:
            lines.append(f"- {fact.label}: {code(fact.text, limit=2 * _SHORT)}")
    return lines


def _line(found: Recording, place: int) -> str:
    step, state = found.steps[place], states(found)[place]
    parts = [code(deed(step))]
    if name := screen_name(step):
        parts.append(f"on {code(name)}")
    if step.rung is not None:
        parts.append(code(rung_said(step.rung)))
    if step.result is not None:
        parts.append(f"{spent_s(step):.2f} s")
    if state not in {"done", "look"}:
        parts.append(f"**{state}**")
    thought = step.decision.thought if step.decision is not None else ""
    said = f": {code(thought)}" if thought else ""
    return f"- **{step.index + 1}** {' · '.join(parts)}{said}"
