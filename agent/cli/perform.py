"""What ``agent run`` does: wires the episode, shows it, and tells its outcome as an exit code."""

import sys
from collections.abc import Callable
from enum import Enum

from agent.cli.live import Live, verdict_line
from agent.cli.plain import json_text, silence_output
from agent.cli.signals import StopSignals
from agent.config import Config, LoadedConfig
from agent.step import Episode, StopReason, Verdict
from agent.wiring.audience import Audience
from agent.wiring.episode import run_with

Pursue = Callable[[Config, str, Audience], Episode]
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


def perform(
    goal: str, loaded: LoadedConfig, output: Output, *, pursue: Pursue | None = None
) -> int:
    """Run ``goal`` and print what ``output`` asks for.

    Args:
        goal: What is to be done.
        loaded: How.
        output: How much is printed.
        pursue: What runs it; by default the policy that ``loaded`` names.

    Returns:
        The exit code.
    """
    live = Live(sys.stderr if output is Output.JSON else sys.stdout, muted=output is Output.QUIET)
    for note in loaded.notes:
        live.notice(f"Note: {note}")
    signals = StopSignals()
    with signals.installed(), live:
        if pursue is None:
            episode = run_with(loaded.config, goal, audience=live)
        else:
            episode = pursue(loaded.config, goal, live)
    code = exit_code(episode.stop) or _VERDICT_CODES.get(episode.verdict, 0)
    if episode.stop is StopReason.INTERRUPTED and signals.exit_code:
        code = signals.exit_code
    try:
        match output:
            case Output.FULL:
                live.summary(episode)
            case Output.QUIET:
                print(verdict_line(episode))  # noqa: T201 - the CLI speaks
            case Output.JSON:
                print(_as_json(episode, code))  # noqa: T201 - the CLI speaks
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # what was done is done: the code must not say otherwise
        silence_output()
        reason = error.strerror or error
        print(f"agent: The output cannot be written: {reason}.", file=sys.stderr)  # noqa: T201
    return code


def _as_json(episode: Episode, code: int) -> str:
    fields = episode.model_dump(mode="json")
    return json_text({**fields, "exit_code": code})
