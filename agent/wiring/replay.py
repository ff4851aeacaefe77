"""A recording performed again on a device; a run that goes on from one, at a step or at its end."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import get_args

from pydantic import JsonValue, ValidationError

from agent.config import Config
from agent.model import OnText
from agent.policies.recorded.manner import MODES as MODES
from agent.policies.recorded.manner import Manner, Mode, OverheardLog, RungLog
from agent.policies.recorded.policy import RecordedPolicy
from agent.policies.recorded.source import Source, in_flight
from agent.policy import Policy
from agent.recording.format import Origin, Rung
from agent.recording.reader import Recording
from agent.recording.writer import RecordingWriter
from agent.step import Episode, StopReason, ToolCall
from agent.wiring.audience import Audience, Nobody
from agent.wiring.devices import VIRTUAL, VIRTUAL_MODEL
from agent.wiring.episode import approver_for, run_mind
from agent.wiring.mind import Mind, around_model
from agent.wiring.policies import find_mind
from tools.errors import RecordingError, UsageError
from tools.registry import Registry

_ROOM_STEPS = 20
"""Steps that waiting, scrolling and asking may take beyond twice the recorded ones."""
_MOST_STEPS = 1000


@dataclass
class Tally:
    """Counts the rungs on their way into the recording."""

    rungs: Counter[Rung] = field(default_factory=Counter)

    def into(self, log: RungLog) -> RungLog:
        """A log that is counted and passed on to ``log``."""
        return OverheardLog(log, lambda rung: self.rungs.update((rung,)))

    def __str__(self) -> str:
        order: tuple[Rung, ...] = get_args(Rung)
        return ", ".join(f"{self.rungs[rung]} {rung}" for rung in order if self.rungs[rung])


@dataclass(frozen=True)
class Replayed:
    """A run that was brought about by a recording.

    Attributes:
        episode: How it went.
        tally: How often each rung was taken; those of a fork up to where it begins.
    """

    episode: Episode
    tally: Tally


def replay_live(
    config: Config, recording: Recording, *, mode: Mode = "heal", audience: Audience | None = None
) -> Replayed:
    """Perform ``recording`` again.

    Args:
        config: For the device, see ``as_recorded``; its policy is who is asked where the recording
            does not fit.
        recording: What to perform.
        mode: How far it may heal; in ``strict`` nobody is asked.
        audience: Who follows the run and may be asked.

    Raises:
        UsageError: There is nothing in the recording to perform, or the device is not there.
        RecordingError: Its files are not those that were recorded.
        DeviceError: The device cannot be connected to.
    """
    source = Source(recording)
    if not source.steps and source.ending is None:
        raise UsageError(
            f"The recording {source.name!r} has no step that could be performed again.",
            hint="See what is in it with: agent show",
        )
    origin = Origin(kind="replay", run=recording.start.run)
    return _perform(config, source, origin, Manner(mode=mode), audience=audience)


def fork(
    config: Config,
    recording: Recording,
    step: int,
    *,
    goal: str = "",
    audience: Audience | None = None,
) -> Replayed:
    """Bring the device to ``step`` of ``recording``, and let the policy of ``config`` go on.

    Args:
        config: As for ``replay_live``.
        recording: Where to go on from.
        step: The first step that is decided anew, counted from 1 as steps are listed.
        goal: What is to be done; empty for the recorded goal.
        audience: Who follows the run and may be asked.

    Raises:
        UsageError: There is no such step; else as for ``replay_live``.
    """
    source = Source(recording, until=step - 1)
    origin = Origin(kind="fork", run=recording.start.run, step=step - 1)
    manner = Manner(go_on=True)
    return _perform(config, source, origin, manner, goal=goal, audience=audience)


def resume(
    config: Config, recording: Recording, *, goal: str = "", audience: Audience | None = None
) -> Replayed:
    """Go on with a run that was interrupted, or ended too early.

    If the device shows what it showed last, nothing is performed again. A step that was being
    delivered when the run was cut off is not repeated: the policy looks at what became of it.

    Raises:
        UsageError: The recorded run is done; else as for ``replay_live``.
    """
    if recording.end is not None and recording.end.stop is StopReason.FINISHED:
        raise UsageError(
            f"The run {recording.folder.name!r} is done: there is nothing to go on with.",
            hint="Go on from one of its steps with: agent run --from REC --step K",
        )
    cut_off = in_flight(recording)
    if cut_off is not None:
        until = cut_off.index
    else:
        done = [step.index for step in recording.steps if step.result is not None]
        until = max(done, default=-1) + 1
        ended = recording.steps[-1].decision if recording.steps else None
        if ended is not None and ended.call.name == "finish":
            until = recording.steps[-1].index  # it gave up there: that is to be decided anew
    source = Source(recording, until=until)
    arrived = config.device != VIRTUAL  # which is a new one each time
    if arrived:  # to open the app anew might lose where it is
        config = config.model_copy(update={"app": ""})
    origin = Origin(kind="resume", run=recording.start.run, step=until)
    manner = Manner(go_on=True, arrived=arrived)
    return _perform(config, source, origin, manner, goal=goal, audience=audience)


def recorded_mind(
    source: Source, inner: Mind | None, manner: Manner, origin: Origin, tally: Tally
) -> Mind:
    """Who decides in a replay.

    Args:
        source: The recording.
        inner: Who is asked where it does not fit; ``None``: nobody. It is closed with the mind.
        manner: How far it may heal.
        origin: What the new recording says of where it comes from.
        tally: Counts the rungs.
    """

    def make(tools: Registry, recorder: RecordingWriter, on_text: OnText) -> Policy:
        asked = inner.make(tools, recorder, on_text) if inner is not None else None

        def give(call: ToolCall, answer: str) -> None:
            tools.give(call.name, call.arguments, answer)

        return RecordedPolicy(source, tally.into(recorder), manner, asked, give)

    if inner is None:
        return Mind("recorded", RecordedPolicy.wants_ui_tree, make, origin=origin)
    return Mind(
        policy="recorded",
        wants_ui_tree=RecordedPolicy.wants_ui_tree,
        make=make,
        model=inner.model,
        dialect=inner.dialect,
        prompt_hash=inner.prompt_hash,
        origin=origin,
        close=inner.close,
        eyes=inner.eyes,
    )


def as_recorded(config: Config, recording: Recording, given: Collection[str]) -> Config:
    """``config`` with what the recording was made with, as far as nothing else was asked for.

    That is the device, the app to open, and the texts to check for. Masks and secrets of the
    recording are added to those of ``config``: a replay shows no more than the recording does.

    Args:
        config: What the person has set.
        recording: Tells the device; of the virtual phone also the scenario and the seed.
        given: Names of the fields that the person gave for this very run.

    Raises:
        RecordingError: The recording was made with a value that is none.
    """
    start = recording.start
    fields: dict[str, object] = {}
    kept = start.config
    ours = kept.get("device") == VIRTUAL or (
        not kept.get("device") and start.device.model == VIRTUAL_MODEL
    )
    if "device" not in given and not ({"scenario", "seed"} & set(given)):
        fields["device"] = VIRTUAL if ours else (kept.get("device") or start.device.name)
    elif "device" not in given:
        fields["device"] = VIRTUAL
    if fields.get("device", config.device) == VIRTUAL and ours:
        names = [name for name in ("scenario", "seed") if name not in given and name in kept]
        fields.update({name: kept[name] for name in names})
    for name in ("app", "expect"):
        if name not in given and kept.get(name):
            fields[name] = kept[name]
    for name in ("mask", "secrets"):  # what was hidden then is hidden again, whatever else is
        fields[name] = tuple(dict.fromkeys((*_names(kept.get(name)), *getattr(config, name))))
    if "max_steps" not in given:
        room = 2 * len(recording.steps) + _ROOM_STEPS
        fields["max_steps"] = min(max(config.max_steps, room), _MOST_STEPS)
    try:
        return Config.model_validate({**config.model_dump(), **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecordingError(
            f"The recording {recording.folder.name!r} was made with a setting that cannot be used: "
            f"{where}: {first['msg']}.",
            hint="Give the setting on the command line.",
        ) from None


def _names(kept: JsonValue) -> list[str]:
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


def _perform(
    config: Config,
    source: Source,
    origin: Origin,
    manner: Manner,
    *,
    goal: str = "",
    audience: Audience | None = None,
) -> Replayed:
    listener = audience if audience is not None else Nobody()
    asks = manner.mode != "strict" or manner.go_on
    inner = find_mind(config, listener.notice, around_model(listener)) if asks else None
    approver = approver_for(config, listener)
    manner = Manner(**{**vars(manner), "approver": approver})
    tally = Tally()
    mind = recorded_mind(source, inner, manner, origin, tally)
    try:
        episode = run_mind(config, goal or source.recording.start.goal, mind, audience=listener)
    finally:
        mind.close()
    return Replayed(episode, tally)
