"""``agent replay REC --live``: a recording performed again on a device."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.cli.perform import Output, Told
    from agent.config import LoadedConfig
    from agent.recording.reader import Recording
    from agent.wiring.replay import Replayed


def replay_on_device(name: str, mode: str, flags: "Mapping[str, object]", output: "Output") -> int:
    """What ``--live`` does.

    Args:
        name: The recording: a folder, its name, part of it, or ``last``.
        mode: How far it may heal.
        flags: What was given on the command line, ``None`` for what was not.
        output: How much is printed.

    Returns:
        The exit code.

    Raises:
        UsageError: There is no such recording or mode, or it cannot be performed.
    """
    from agent.cli.live import Live
    from agent.cli.perform import follow_run
    from agent.config import did_you_mean, load_config
    from agent.wiring.replay import MODES, as_recorded, replay_live
    from tools.errors import ConfigError

    found = next((each for each in MODES if each == mode), None)
    if found is None:
        raise ConfigError(f"There is no mode {mode!r}.", hint=did_you_mean(mode, list(MODES)))
    loaded = load_config(flags)
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
        given = given_flags(loaded) | ({"expect"} if goal else frozenset())  # of the other goal
        config = as_recorded(loaded.config, recording, given)
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
