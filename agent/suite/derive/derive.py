"""A task from a recording."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.recording.reader import Recording
from agent.step import Verdict
from agent.suite.derive.document import commented
from agent.suite.derive.row_checks import Phones, setting_checks, table_checks
from agent.suite.derive.said import Said, with_words
from agent.suite.derive.screen_checks import switch_checks, text_checks
from agent.suite.derive.steps import is_launcher, plan_steps
from agent.suite.derive.trace import Trace, read_trace
from agent.suite.derive.values import Values, escaped
from agent.suite.language.checks import Check
from agent.suite.language.task import Task

_LONGEST_NAME = 60
_VIRTUAL = "Virtual Phone"
_ROW = "recorded"
_SHOWN = 3


@dataclass(frozen=True)
class VirtualPhone:
    """The virtual phone that a run started for itself."""

    scenario: str
    seed: int


@dataclass(frozen=True)
class Derived:
    """A task, and what a person should know before trusting it.

    Attributes:
        text: The file.
        task: What it says.
        remarks: One line each; they also stand in the file.
    """

    text: str
    task: Task
    remarks: tuple[str, ...]


def derive_task(
    recording: Recording, phones: Phones | None = None, *, name: str = "", schema: str = ""
) -> Derived:
    """Make a task file of what was done in ``recording``.

    Args:
        recording: Any run that did something.
        phones: The virtual phone after the run, and untouched ones; ``None`` for other devices.
        name: What the task is called; empty for a name from the goal.
        schema: Path of the JSON Schema from the file's folder; empty for no such line.

    Raises:
        RecordingError: There is nothing in it to make a task of.
    """
    trace = read_trace(recording)
    values = Values()
    varying = _data(phones, every=False)
    plan = plan_steps(trace.acts, Said((trace.goal,), varying), values)
    said = Said(plan.said.texts, _data(phones, every=True))
    if phones is not None and plan.rests_on:  # other seeds do not matter then
        phones = replace(phones, others=(phones.fresh,))
    checks = [*text_checks(trace, said, values), *switch_checks(trace, said, values)]
    if phones is not None:
        checks += setting_checks(phones, said)
        checks += table_checks(phones, with_words(said, plan.chosen), values)
    remarks = (*_remarks(recording, trace, phones, checks), *_resting(recording, plan.rests_on))
    given: dict[str, object] = {
        "name": name or name_of(trace.goal),
        "description": escaped(" ".join(trace.goal.split())),
        "tags": ("recorded",),
    }
    if values.row:
        row = {key: values.literal(value) for key, value in values.row.items()}
        given["params"] = ({"id": _ROW, **row},)
    if values.secrets:
        given["secrets"] = tuple(values.secrets)
    given["target"] = _target(recording, keep_seed=bool(plan.rests_on))
    given |= _setup(recording, trace)
    given["steps"] = tuple(each.step for each in plan.steps)
    if checks:
        given["checks"] = tuple(checks)
    task = Task.model_validate({key: value for key, value in given.items() if value})
    head = (_origin(recording), *remarks)
    notes = [each.note for each in plan.steps]
    return Derived(commented(task, head, notes, schema=schema), task, remarks)


def name_of(goal: str) -> str:
    """A name for a task from its goal: ``turn-on-airplane-mode``."""
    name = ""
    for word in re.findall(r"\w+", goal.casefold()):
        longer = f"{name}-{word}" if name else word[:_LONGEST_NAME]
        if len(longer) > _LONGEST_NAME:
            break
        name = longer
    return name or "recorded-run"


def virtual_phone_of(recording: Recording) -> VirtualPhone | None:
    """The virtual phone that was started for the run; ``None`` for any other device."""
    config, device = recording.start.config, recording.start.device
    scenario, seed = config.get("scenario"), config.get("seed")
    if device.model != _VIRTUAL or config.get("device") not in {"", "virtual"}:
        return None
    if not isinstance(scenario, str) or not isinstance(seed, int):
        return None
    return VirtualPhone(scenario, seed)


def _data(phones: Phones | None, *, every: bool) -> frozenset[str]:
    """Texts of the phone's data: all of them, or those that another seed replaces."""
    if phones is None:
        return frozenset()
    texts = frozenset(phones.fresh.texts())
    if every:
        return texts
    return texts - texts.intersection(*(frozenset(other.texts()) for other in phones.others))


def _target(recording: Recording, *, keep_seed: bool) -> dict[str, object]:
    config, device = recording.start.config, recording.start.device
    given: dict[str, object] = {"platform": device.kind} if device.kind == "desktop" else {}
    if (phone := virtual_phone_of(recording)) is not None:
        given |= {"scenario": phone.scenario} | ({"seed": phone.seed} if keep_seed else {})
    app = config.get("app")
    if isinstance(app, str) and app:
        given["app"] = escaped(app)
    return given


def _setup(recording: Recording, trace: Trace) -> dict[str, object]:
    app = trace.first.app
    if recording.start.config.get("app") or not app or recording.start.device.kind != "android":
        return {}
    if is_launcher(app):
        return {"setup": ({"home": {}},)}
    return {"setup": ({"open": {"app": app}},)}


def _origin(recording: Recording) -> str:
    start = recording.start
    phone = virtual_phone_of(recording)
    on = f"a virtual phone, seed {phone.seed}" if phone is not None else start.device.name
    when = f"{start.started:%Y-%m-%d %H:%M} UTC"
    who = f"policy {start.policy}" + (f", model {start.model}" if start.model else "")
    return f"Made from the recording {start.run} of {when}, {who}, on {on}."


def _remarks(
    recording: Recording, trace: Trace, phones: Phones | None, checks: Sequence[Check]
) -> tuple[str, ...]:
    told: list[str] = []
    end = recording.end
    if end is None:
        told.append("The run was cut off: these are the steps up to there.")
    elif end.stop != "finished" or end.verdict is Verdict.FAILED:
        verdict = f", {end.verdict.value}" if end.verdict is Verdict.FAILED else ""
        told.append(
            f"The run ended with {end.stop}{verdict}: what is checked is how it ended, not that it "
            "was right."
        )
    if trace.unsure:
        told.append("Its last action may or may not have been done; it is left out.")
    if trace.left_out:
        steps = "step" if trace.left_out == 1 else "steps"
        told.append(f"{trace.left_out} {steps} of it that failed or led nowhere are left out.")
    missing = sum(screen.tree is None for screen in trace.screens)
    if missing:
        looks = f"{missing} of {len(trace.screens)} looks"
        told.append(f"{looks} have no UI tree: there, places stand in for names.")
    if phones is None and virtual_phone_of(recording) is not None:
        told.append("The phone's state is not in the recording: no checks of its tables.")
    if not checks:
        told.append("No check could be proposed: the task is unverified until you add one.")
    else:
        told.append("The checks are proposals, from what changed on the device: read them.")
    return tuple(told)


def _resting(recording: Recording, texts: Sequence[str]) -> tuple[str, ...]:
    phone = virtual_phone_of(recording)
    if phone is None or not texts:
        return ()
    told = ", ".join(repr(" ".join(text.split())) for text in texts[:_SHOWN])
    return (f"The goal is about data of seed {phone.seed} ({told}), so that seed is kept.",)
