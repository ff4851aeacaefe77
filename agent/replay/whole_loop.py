"""Runs the whole episode again, loop, policy, dialect and all, against what was recorded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.loop import Cast, Limits, run_episode
from agent.model import Model
from agent.policy import Policy
from agent.recording.format import Origin, RunEnd
from agent.recording.reader import RecordedStep, Recording, read_recording
from agent.recording.writer import Header, RecordingWriter
from agent.replay.cassette import AsJson, RecordedModel
from agent.replay.divergence import Divergence, Replayed, differ
from agent.replay.outcomes import ServedTools, describe
from agent.replay.parser import Progress, in_words
from agent.replay.recorded_device import RecordedClock, RecordedDevice
from agent.replay.tape import Tape
from agent.step import Decision, Step, StopReason
from tools.device import Observation
from tools.errors import NeedsHumanError, RecordingError
from tools.registry import Registry

_CUT_OFF = (StopReason.INTERRUPTED, StopReason.RECORDING_LOST, StopReason.CRASHED)
"""Ends that came from outside at some moment inside a step: what is missing there is no change."""
Maker = Callable[[Registry, RecordingWriter, Model], Policy]
"""Makes the recorded policy anew; the model is the recording."""


@dataclass(frozen=True)
class Stage:
    """What a replay of the loop needs besides the recording.

    Attributes:
        tools: What was offered, as it is today.
        limits: As they were.
        make: Makes the policy.
        as_json: How requests are written down.
        folder: Empty folder in which the replay is itself recorded.
        prompt_hash: Of today's prompts; empty without a model.
        progress: Told after each step.
    """

    tools: Registry
    limits: Limits
    make: Maker
    as_json: AsJson
    folder: Path
    prompt_hash: str
    progress: Progress = lambda *_: None


def replay_loop(tape: Tape, stage: Stage) -> Replayed:
    """Run the recorded episode again; it is recorded in ``stage.folder``.

    Raises:
        RecordingError: A file is not as it was recorded.
    """
    clock = RecordedClock()
    device = RecordedDevice(tape, clock)
    model = RecordedModel(tape, device, clock, stage.as_json)
    served = ServedTools(tape)
    recorder = RecordingWriter(stage.folder, _header(tape, stage), clock)
    watcher = _Follower(tape, served, stage.progress)
    try:
        policy = stage.make(stage.tools, recorder, model)
        followed = _Followed(policy, tape, device, clock, served)
        ask = _answers(tape, device)
        cast = Cast(device, followed, served.registry(stage.tools), recorder, clock, ask, watcher)
        run_episode(tape.recording.start.goal, cast, stage.limits)
    finally:
        recorder.close()
    again = read_recording(stage.folder)
    reached = sum(step.observation is not None for step in again.steps)
    _require_played(tape, again, reached)
    found = [*model.divergences, *_compare(tape, again), *model.unasked(reached - 1)]
    found = _with_end(tape, again, sorted(found, key=lambda each: each.step))
    end = again.end
    return Replayed(
        recording=tape.recording.folder,
        mode="loop",
        goal=tape.recording.start.goal,
        steps=len(tape.steps),
        checked=min(reached, len(tape.steps)),
        divergences=tuple(found),
        notes=(*_not_recorded(tape), *_likened(model), *served.notes),
        stopped=tape.recording.end is None or end is None or end.stop is StopReason.DIVERGED,
    )


def _require_played(tape: Tape, again: Recording, reached: int) -> None:
    """What stopped the replay itself, and not the episode, is no divergence.

    Raises:
        RecordingError: A file of the recording could not be used, or the new one not be written.
        KeyboardInterrupt: The person stopped it.
    """
    old, new = tape.recording.end, again.end
    if new is None:
        raise RecordingError(f"The replay of {tape.name!r} could not be recorded.")
    if new.stop is StopReason.RECORDING_LOST:
        raise RecordingError(new.error)
    if new.stop is StopReason.INTERRUPTED:
        cut_off = old is None or old.stop in _CUT_OFF
        if not cut_off or reached < len(tape.steps):
            raise KeyboardInterrupt


def _header(tape: Tape, stage: Stage) -> Header:
    start = tape.recording.start
    return Header(
        goal=start.goal,
        policy=start.policy,
        device=start.device,
        config=start.config,
        versions=start.versions,
        model=start.model,
        dialect=start.dialect,
        prompt_hash=stage.prompt_hash,
        origin=Origin(kind="update", run=start.run),
        supports=frozenset(start.supports) if start.supports is not None else None,
    )


@dataclass
class _Follower:
    """Tells how far it is."""

    tape: Tape
    served: ServedTools
    progress: Progress

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """Nothing to tell yet."""

    def stepped(self, step: Step) -> None:
        """A step is over."""
        self.progress(step.index + 1, len(self.tape.steps))


@dataclass
class _Followed:
    """The policy, with the clock brought to the time at which each decision was made."""

    policy: Policy
    tape: Tape
    device: RecordedDevice
    clock: RecordedClock
    served: ServedTools

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def wants_ui_tree(self) -> bool:
        return self.policy.wants_ui_tree

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        index = self.device.step
        self.served.step = index
        decision = self.policy.decide(goal, observation, history)
        made = self.tape.steps[index].decision
        if made is not None:
            self.clock.reach(made.at_s)
        return decision


def _answers(tape: Tape, device: RecordedDevice) -> Callable[[str], str]:
    def ask(question: str) -> str:
        step, end = tape.steps[device.step], tape.recording.end
        unanswered = end is not None and end.stop is StopReason.NEEDS_HUMAN
        if step.result is None or (unanswered and tape.is_last(step.index)):
            raise NeedsHumanError(question)
        return step.result.result

    return ask


def _compare(tape: Tape, again: Recording) -> Iterator[Divergence]:
    """Step by step: what was told, decided, done, and what came of it."""
    end = tape.recording.end
    cut_off = end is None or end.stop in _CUT_OFF
    for old, new in zip(tape.steps, again.steps, strict=False):
        partly = cut_off and tape.is_last(old.index)
        yield from _screen(old, new)
        yield from _thinking(old, new, partly=partly)
        yield from _deed(old, new, partly=partly)


def _screen(old: RecordedStep, new: RecordedStep) -> Iterator[Divergence]:
    before, after = old.observation, new.observation
    if before is not None and after is not None:
        yield from differ(old.index, "feedback", before.feedback, after.feedback)
        yield from differ(old.index, "screen", before.frame_key, after.frame_key)


def _thinking(old: RecordedStep, new: RecordedStep, *, partly: bool) -> Iterator[Divergence]:
    told = [f"{each.kind}: {each.message}" for each in old.mistakes]
    tells = [f"{each.kind}: {each.message}" for each in new.mistakes]
    if not (partly and not told):
        expected = "\n".join(told) or "no mistake"
        yield from differ(old.index, "mistake", expected, "\n".join(tells) or "no mistake")
    if old.decision is None or new.decision is None:
        if not partly and (old.decision is None) != (new.decision is None):
            yield from differ(old.index, "decision", _decided(old), _decided(new))
        return
    yield from differ(old.index, "thought", old.decision.thought, new.decision.thought)
    yield from differ(old.index, "decision", _decided(old), _decided(new))


def _decided(step: RecordedStep) -> str:
    return in_words(step.decision.call) if step.decision is not None else "nothing"


def _deed(old: RecordedStep, new: RecordedStep, *, partly: bool) -> Iterator[Divergence]:
    done, does = old.intent, new.intent
    if not (partly and done is None):
        expected = describe(done.action) if done is not None else "no action"
        seen = describe(does.action) if does is not None else "no action"
        yield from differ(old.index, "action", expected, seen)
        if expected != seen:
            return
    if old.result is not None and new.result is not None:
        came, comes = (
            f"{'ok' if each.ok else 'not done'} {each.result} {each.error}".strip()
            for each in (old.result, new.result)
        )
        yield from differ(old.index, "outcome", came, comes)


def _with_end(tape: Tape, again: Recording, found: list[Divergence]) -> list[Divergence]:
    """How it ended counts where the whole tape was played, or where nothing else explains it."""
    old, new = tape.recording.end, again.end
    if old is None or old.stop is StopReason.RECORDING_LOST or new is None:
        return found
    if new.stop is StopReason.DIVERGED and found:
        return found
    last: int = len(tape.steps) - 1
    step = min(max(new.steps - 1, 0), last)
    if new.stop is StopReason.CRASHED and old.stop is not StopReason.CRASHED:
        trace = tuple(new.traceback.splitlines())
        told = Divergence(
            step=step, what="end", expected=_ending(old), seen=f"crashed: {new.error}", diff=trace
        )
        return [*found, told]
    return [*found, *differ(step, "end", _ending(old), _ending(new))]


def _ending(end: RunEnd) -> str:
    told = end.answer or end.error
    crashed = end.stop is StopReason.CRASHED  # where in the program is no matter
    return end.stop.value if crashed else f"{end.stop.value}: {told}".removesuffix(": ")


def _not_recorded(tape: Tape) -> Iterator[str]:
    if tape.seen(0).device_time is None:
        yield (
            "The device's clock was not recorded: dates in prompts and goals such as 'tomorrow' "
            "can come out otherwise."
        )
    if any(seen.masked for seen in map(tape.seen, range(len(tape.steps)))):
        yield "Parts of frames were painted over when they were recorded."


def _likened(model: RecordedModel) -> Iterator[str]:
    if count := model.pictures.likened:
        yield (
            f"{count} pictures were compared by their tiles, not by their bytes: their frames are "
            "stored as JPEG, so that the pixels that were seen are not known."
        )
