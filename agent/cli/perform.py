"""What ``agent run`` does: wires the episode, shows it, and tells its outcome as an exit code."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from agent.cli.live import Live, verdict_line
from agent.cli.plain import json_text, silence_output
from agent.cli.signals import StopSignals
from agent.config import LoadedConfig
from agent.step import Episode, StopReason, Verdict
from agent.wiring.episode import run_with

_EXIT_CODES = {
    StopReason.FINISHED: 0,
    StopReason.DRY_RUN: 0,
    StopReason.GAVE_UP: 1,
    StopReason.STUCK: 1,
    StopReason.STEP_LIMIT: 1,
    StopReason.TIME_LIMIT: 1,
    StopReason.UNREADABLE: 1,
    StopReason.DIVERGED: 1,
    StopReason.DEVICE_LOST: 3,
    StopReason.MODEL_ERROR: 3,
    StopReason.RECORDING_LOST: 3,
    StopReason.CRASHED: 3,
    StopReason.NEEDS_HUMAN: 4,
    StopReason.INTERRUPTED: 130,
}


_VERDICT_CODES = {Verdict.FAILED: 1, Verdict.ERROR: 3}
"""Where the agent says that it is done, but the checks do not."""


class Output(Enum):
    """How much is printed."""

    FULL = "full"
    JSON = "json"
    QUIET = "quiet"


def exit_code(stop: StopReason) -> int:
    """The exit code for a stop reason; 130 for an interruption, whatever the signal."""
    return _EXIT_CODES[stop]


def perform(goal: str, loaded: LoadedConfig, output: Output) -> int:
    """Run ``goal`` and print what ``output`` asks for.

    Returns:
        The exit code.
    """
    return follow_run(
        lambda live: Told(run_with(loaded.config, goal, audience=live)), loaded.notes, output
    )


@dataclass(frozen=True)
class Told:
    """An episode and what else is told of it.

    Attributes:
        lines: Label and text of further lines of the summary; also fields of the JSON object.
    """

    episode: Episode
    lines: Mapping[str, str] = field(default_factory=dict)


def follow_run(run: Callable[[Live], Told], notes: Sequence[str], output: Output) -> int:
    """Show a run while it happens, and then what ``output`` asks for.

    Returns:
        The exit code.
    """
    live = Live(sys.stderr if output is Output.JSON else sys.stdout, muted=output is Output.QUIET)
    for note in notes:
        live.notice(f"Note: {note}")
    signals = StopSignals()
    with signals.installed(), live:
        told = run(live)
    episode = told.episode
    code = exit_code(episode.stop) or _VERDICT_CODES.get(episode.verdict, 0)
    if episode.stop is StopReason.INTERRUPTED and signals.exit_code:
        code = signals.exit_code
    try:
        match output:
            case Output.FULL:
                live.summary(episode, told.lines)
            case Output.QUIET:
                said = "".join(f" [{text}]" for text in told.lines.values() if text)
                print(verdict_line(episode) + said)  # noqa: T201 - the CLI speaks
            case Output.JSON:
                print(_as_json(told, code))  # noqa: T201 - the CLI speaks
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # what was done is done: the code must not say otherwise
        silence_output()
        reason = error.strerror or error
        print(f"agent: The output cannot be written: {reason}.", file=sys.stderr)  # noqa: T201
    return code


def _as_json(told: Told, code: int) -> str:
    fields = told.episode.model_dump(mode="json")
    further = {label.lower(): text for label, text in told.lines.items()}
    return json_text({**fields, **further, "exit_code": code})
