"""Decides recordings again without a device: who decided, and with what, is put together anew."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from agent.config import Config, did_you_mean
from agent.dialects.choose import dialect_named
from agent.model import Model
from agent.models.exchanges import RecordingModel, request_as_json
from agent.perception.seer import Seer
from agent.policies.rules.policy import RulesPolicy
from agent.policies.scripted import ScriptedPolicy
from agent.policies.vlm import VlmPolicy
from agent.policy import Policy
from agent.recording.format import EVENTS_FILE, FRAMES_FOLDER, SUMMARY_FILE
from agent.recording.reader import read_recording
from agent.recording.writer import RecordingWriter, new_folder
from agent.replay.divergence import Replayed
from agent.replay.forced import Decider, Forced, FreshDecider, PolicyDecider, replay_forced
from agent.replay.outcomes import offered_tools
from agent.replay.parser import Ear, Progress, replay_parser
from agent.replay.tape import Tape
from agent.replay.taught import TaughtDecider
from agent.replay.whole_loop import Stage, replay_loop
from agent.sight import Sizing
from agent.step import Decision, StopReason
from agent.wiring.episode import build_registry, limits_of
from agent.wiring.mind import Notice
from agent.wiring.models import find_seer, prompt_hash
from agent.wiring.seeing import as_offered_then
from tools.clock import SystemClock
from tools.errors import ConfigError, RecordingError
from tools.registry import Registry

LOOP_POLICIES = ("rules", "scripted", "vlm")
"""Policies that can be run again from what is recorded."""
FORCED_POLICIES = ("rules", "vlm")
NOT_CLOSED_LOOP = (
    "Every step is judged on the recorded screen, whatever was said before it: this is not success "
    "on a device, and another way to the same end counts as a miss."
)


@dataclass(frozen=True)
class Opened:
    """A recording and what today's code offers for it.

    Attributes:
        config: The recorded configuration, as far as it is still known.
        tools: What was offered.
        notes: What could not be taken over.
    """

    tape: Tape
    config: Config
    tools: Registry
    notes: tuple[str, ...]

    @property
    def runs_again(self) -> bool:
        """Whether the policy that decided can be run again."""
        return self.tape.recording.start.policy in LOOP_POLICIES


def open_recording(folder: Path) -> Opened:
    """Read a recording, check its files, and collect the tools that were offered.

    Raises:
        RecordingError: It cannot be read, is empty, or a file of it was changed.
        ConfigError: A module of tools that it used cannot be loaded.
    """
    recording = read_recording(folder)
    tape = Tape(recording)
    tape.verify()
    known = {key: value for key, value in recording.start.config.items() if key in _FIELDS}
    notes = [f"Warning: {warning}" for warning in recording.warnings]
    if unknown := sorted(recording.start.config.keys() - _FIELDS):
        notes.append(f"Settings that this version does not know: {', '.join(unknown)}.")
    try:
        config = Config.model_validate(known)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RecordingError(
            f"The configuration in {str(folder)!r} cannot be used: {where}: {first['msg']}."
        ) from None
    offered, told = offered_tools(as_offered_then(build_registry(config), recording), tape)
    return Opened(tape, config, offered, (*notes, *told))


_FIELDS = frozenset(Config.model_fields)


def parser_again(opened: Opened, progress: Progress) -> Replayed:
    """``--parser``: the recorded replies through today's parser and mapping.

    Raises:
        RecordingError: There are none, though a model was asked.
        ConfigError: The dialect is not known any more.
    """
    start, clock = opened.tape.recording.start, SystemClock()
    started_s = clock.now()
    ear = None
    if start.dialect:
        dialect = dialect_named(start.dialect)
        ear = Ear(dialect, _sizing(opened.config, dialect.sizing))
    elif start.model or start.policy == "vlm":
        raise RecordingError(
            f"{opened.tape.name!r} does not say in which dialect its model was asked."
        )
    found = replay_parser(opened.tape, opened.tools, ear, progress=progress)
    return _finished(found, opened, clock.now() - started_s)


def _sizing(config: Config, sizing: Sizing) -> Sizing:
    return sizing.budget(min_pixels=config.min_pixels, max_pixels=config.max_pixels)


def loop_again(opened: Opened, progress: Progress) -> Replayed:
    """``--loop``: the whole episode against recorded screens and replies.

    Raises:
        ConfigError: The policy or the dialect cannot be run again.
    """
    clock = SystemClock()
    started_s = clock.now()
    with tempfile.TemporaryDirectory(prefix="tapwright-") as parent:
        folder = Path(parent) / opened.tape.name
        found = _play(opened, folder, progress)
    return _finished(found, opened, clock.now() - started_s)


def update_again(opened: Opened, progress: Progress, out: Path | None = None) -> Replayed:
    """``--update``: the same, and its outcome is kept as a new recording.

    Args:
        opened: The recording.
        progress: Told after each step.
        out: Folder of the new recording; the recording itself to replace it. ``None`` for a new
            folder beside the recording.

    Raises:
        RecordingError: It cannot be written there.
    """
    clock = SystemClock()
    started_s = clock.now()
    original = opened.tape.recording.folder.resolve()
    in_place = out is not None and out.resolve() == original
    with ExitStack() as stack:
        target = _target(original, opened.tape.recording.start.goal, out)
        held = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix=".update-", dir=target.parent))
        )
        found = _play(opened, held / target.name, progress)
        if found.stopped:
            why = "Nothing was written: what comes after the divergence is not recorded."
            return _finished(found, opened, clock.now() - started_s, why)
        _copy_rest(original, held / target.name)
        if in_place:
            original.rename(held / "before")
        (held / target.name).rename(target)
    why = (
        "The replies in it were given to the requests as they were recorded; a model may answer "
        "the new ones otherwise."
    )
    asked = any(each.what in ("request", "picture") for each in found.divergences)
    done = found.model_copy(update={"written": target})
    return _finished(done, opened, clock.now() - started_s, *([why] if asked else []))


def _target(original: Path, goal: str, out: Path | None) -> Path:
    if out is None:
        made = new_folder(original.parent, goal)
        shutil.rmtree(made)
        return made
    if out.resolve() == original:
        return original
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RecordingError(
            f"{str(out)!r} is there already.", hint="Name a folder that does not exist with --out."
        )
    if not out.parent.is_dir():
        raise RecordingError(f"{str(out.parent)!r} is no folder.", hint="Make it first.")
    if out.is_dir():
        out.rmdir()
    return out


def _copy_rest(original: Path, copy: Path) -> None:
    """What is no part of the format, such as the virtual phone's final state."""
    for path in original.iterdir():
        if path.is_file() and path.name not in (EVENTS_FILE, SUMMARY_FILE, ".reserve"):
            shutil.copy2(path, copy / path.name)


def _play(opened: Opened, folder: Path, progress: Progress) -> Replayed:
    make, prompt_hash = _maker(opened)
    (folder / FRAMES_FOLDER).mkdir(parents=True)
    stage = Stage(
        tools=opened.tools,
        limits=limits_of(opened.config),
        make=make,
        as_json=request_as_json,
        folder=folder,
        prompt_hash=prompt_hash,
        progress=progress,
    )
    return replay_loop(opened.tape, stage)


Maker = Callable[[Registry, RecordingWriter, Model], Policy]


def _maker(opened: Opened) -> tuple[Maker, str]:
    """How the recorded policy is made anew, and the hash of today's prompts."""
    start, config = opened.tape.recording.start, opened.config
    if not opened.runs_again:
        raise ConfigError(
            f"{opened.tape.name!r} was decided by {start.policy!r}, which cannot be run again.",
            hint="Its calls can be checked with: agent replay --parser",
        )
    if start.policy == "rules":
        return (lambda *_: RulesPolicy(in_app=bool(config.app))), ""
    if start.policy == "scripted":
        made = [step.decision for step in opened.tape.steps if step.decision is not None]
        script = [Decision(thought=each.thought, call=each.call) for each in made]
        return (lambda *_: ScriptedPolicy(script)), ""
    dialect = dialect_named(start.dialect)
    sizing = _sizing(config, dialect.sizing)

    def make(tools: Registry, recorder: RecordingWriter, model: Model) -> Policy:
        recorded = RecordingModel(model, recorder)
        policy = VlmPolicy(recorded, dialect, tools, window=config.window, sizing=sizing)
        policy.secrets = config.secrets
        recorder.transforms = lambda: policy.transforms
        return policy

    return make, prompt_hash(dialect, config)


@contextmanager
def other_decider(config: Config, notice: Notice) -> Iterator[Callable[[Opened, Progress], Forced]]:
    """Somebody else who decides, for as long as the block lasts: ``--policy`` or ``--model``.

    Args:
        config: Names the policy, or the model with its server and dialect.
        notice: Told what was chosen, where the person did not choose.

    Raises:
        ConfigError: There is no such policy, model, server or dialect.
        MissingExtraError: The model needs an extra that is not installed.
        ModelError: The model cannot be loaded.
    """
    wanted = "vlm" if config.policy == "auto" else config.policy
    if wanted not in FORCED_POLICIES:
        raise ConfigError(
            f"There is no policy {wanted!r} that could decide here.",
            hint=did_you_mean(wanted, list(FORCED_POLICIES)),
        )
    if wanted == "vlm" and config.model == "auto":
        raise ConfigError("Here the model must be named.", hint="Add --model NAME.")
    seer = find_seer(config, notice) if wanted == "vlm" else None

    def decide(opened: Opened, progress: Progress) -> Forced:
        clock = SystemClock()
        started_s = clock.now()
        decider, notes = _decider(opened, seer, config)
        found = replay_forced(opened.tape, opened.tools, decider, progress=progress)
        update = {
            "notes": (NOT_CLOSED_LOOP, *notes, *_unfinished(opened.tape), *opened.notes),
            "duration_s": clock.now() - started_s,
        }
        return found.model_copy(update=update)

    try:
        yield decide
    finally:
        if seer is not None:
            seer.model.close()


def _unfinished(tape: Tape) -> tuple[str, ...]:
    end = tape.recording.end
    if end is not None and end.stop is StopReason.FINISHED:
        return ()
    how = end.stop.value.replace("_", " ") if end is not None else "crashed"
    return (f"The recorded run did not finish ({how}): it is no example of how it is done.",)


def _decider(opened: Opened, seer: Seer | None, config: Config) -> tuple[Decider, tuple[str, ...]]:
    tape = opened.tape
    if seer is None:
        if all(tape.seen(index).ui_tree is None for index in range(len(tape.steps))):
            raise RecordingError(
                f"{tape.name!r} holds no UI trees, which the policy 'rules' reads.",
                hint="Record with the setting: ui_tree = 'always'",
            )
        return PolicyDecider(RulesPolicy(in_app=bool(opened.config.app))), ()

    def make(model: Model) -> VlmPolicy:
        policy = VlmPolicy(
            model, seer.dialect, opened.tools, window=config.window, sizing=seer.sizing
        )
        policy.secrets = opened.config.secrets
        return policy

    if seer.dialect.name == tape.recording.start.dialect:
        return TaughtDecider(seer.model, seer.dialect, opened.tools, make), ()
    note = (
        "The model speaks another dialect than the recorded one: it is told the steps before as "
        "text, and sees one picture, that of the step."
    )
    named = make(seer.model).name
    return FreshDecider(named, lambda: make(seer.model)), (note,)


def _finished(found: Replayed, opened: Opened, spent_s: float, *notes: str) -> Replayed:
    told = (*found.notes, *opened.notes, *notes)
    return found.model_copy(update={"notes": told, "duration_s": spent_s})
