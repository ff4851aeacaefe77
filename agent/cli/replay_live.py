"""``agent replay REC --live``: a recording performed again on a device."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.run import (
    AsJson,
    Dialect,
    MaxSteps,
    Model,
    Quiet,
    RecordDir,
    Scenario,
    Script,
    Seed,
    Server,
    Timeout,
    Yes,
)

if TYPE_CHECKING:
    from agent.cli.perform import Output, Told
    from agent.config import LoadedConfig
    from agent.recording.reader import Recording
    from agent.wiring.replay import Replayed


def replay(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    recording: Annotated[
        str, typer.Argument(help="Folder, its name, the start or end of it, or 'last'.")
    ],
    *,
    live: Annotated[bool, typer.Option("--live", help="Perform it again on a device.")] = False,
    mode: Annotated[str, typer.Option(help="How far it may heal: strict, heal or agent.")] = "heal",
    device: Annotated[
        str | None, typer.Option(help="ADB serial, HOST:PORT or 'virtual'. Default: as recorded.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="Who is asked where it does not fit. Default: rules.")
    ] = None,
    model: Model = None,
    server: Server = None,
    dialect: Dialect = None,
    script: Script = None,
    max_steps: MaxSteps = None,
    timeout: Timeout = None,
    seed: Seed = None,
    scenario: Scenario = None,
    record_dir: RecordDir = None,
    yes: Yes = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Perform a recording again on a device."""
    from agent.cli.perform import Output
    from agent.config import load_config
    from tools.errors import UsageError

    if not live:
        raise UsageError("How is it to be replayed?", hint="On a device: add --live.")
    flags = {
        "device": device,
        "policy": policy,
        "model": model,
        "server": server,
        "dialect": dialect,
        "script": script,
        "max_steps": max_steps,
        "timeout_s": timeout,
        "seed": seed,
        "scenario": scenario,
        "record_dir": record_dir,
        "approve": "always" if yes else None,
    }
    output = Output.JSON if as_json else Output.QUIET if quiet else Output.FULL
    return replay_on_device(recording, mode, load_config(flags), output)


def replay_on_device(name: str, mode: str, loaded: "LoadedConfig", output: "Output") -> int:
    """What ``--live`` does.

    Args:
        name: The recording: a folder, its name, part of it, or ``last``.
        mode: How far it may heal.
        loaded: The settings, with where each came from.
        output: How much is printed.

    Returns:
        The exit code.

    Raises:
        UsageError: There is no such recording or mode, or it cannot be performed.
    """
    from agent.cli.live import Live
    from agent.cli.perform import follow_run
    from agent.config import did_you_mean
    from agent.wiring.replay import MODES, as_recorded, replay_live
    from tools.errors import ConfigError

    found = next((each for each in MODES if each == mode), None)
    if found is None:
        raise ConfigError(f"There is no mode {mode!r}.", hint=did_you_mean(mode, list(MODES)))
    recording = find(name, loaded.config.record_dir)

    def run(live: Live) -> "Told":
        for warning in recording.warnings:
            live.notice(f"Note: {warning}")
        config = as_recorded(loaded.config, recording, given_flags(loaded))
        return told(replay_live(config, recording, mode=found, audience=live))

    return follow_run(run, loaded.notes, output)


def go_on_from(
    name: str, step: int | None, goal: str, loaded: "LoadedConfig", output: "Output"
) -> int:
    """What ``agent run --from REC`` does: fork at ``step``, or resume at the end without one."""
    from agent.cli.live import Live
    from agent.cli.perform import follow_run
    from agent.wiring.replay import as_recorded, fork, resume

    recording = find(name, loaded.config.record_dir)

    def run(live: Live) -> "Told":
        config = as_recorded(loaded.config, recording, given_flags(loaded))
        if step is None:
            return told(resume(config, recording, goal=goal, audience=live))
        return told(fork(config, recording, step, goal=goal, audience=live))

    return follow_run(run, loaded.notes, output)


def find(name: str, parent: Path) -> "Recording":
    """The recording that a person names.

    Raises:
        RecordingError: There is none, or it cannot be read.
    """
    from agent.recording.reader import find_recording, read_recording

    return read_recording(find_recording(name, parent))


def given_flags(loaded: "LoadedConfig") -> frozenset[str]:
    """The settings that were given on the command line."""
    return frozenset(name for name, origin in loaded.origins.items() if origin.startswith("--"))


def told(replayed: "Replayed") -> "Told":
    """What is told of a run that a recording brought about."""
    from agent.cli.perform import Told

    return Told(replayed.episode, {"Rungs": str(replayed.tally)})
