"""An episode to be replayed through every dialect: screens, thoughts and what came of each step.

By default the built-in rules run three errands on the virtual phone; recordings of a person's own
runs can be taken instead.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from agent.dialects.dialect import Dialect
from agent.model import RawCall, Reply, Request
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from agent.recording.format import ObservationSeen
from agent.recording.reader import RecordedStep, Recording, read_recording
from agent.step import Step, StopReason
from agent.wiring.episode import run_goal
from tools.device import Observation
from tools.errors import AutomationError
from tools.registry import Registry
from tools.screen import Screenshot

ERRANDS = (
    "Book a round trip flight from Beijing to Shanghai tomorrow, back in three days, for 2 adults",
    "turn on airplane mode",
    "Send a message to Li Wei saying hello",
)
_SPOKEN = {
    "ui_tars": "Thought: {thought}\nAction: click(start_box='<|box_start|>({x},{y})<|box_end|>')",
    "autoglm": '<think>{thought}</think><answer>do(action="Tap", element=[{x},{y}])</answer>',
    "tools_text": '{{"thought": {quoted}, "name": "tap", "arguments": {{"at": [{x}, {y}]}}}}',
    "qvq": '{thought}\n**Final Answer**\n{{"action": "click", "coordinate": [{x}, {y}]}}',
    "": '{thought}\n<tool_call>\n{{"name": "mobile_use", "arguments": {{"action": "click", '
    '"coordinate": [{x}, {y}]}}}}\n</tool_call>',
}


@dataclass(frozen=True)
class Moment:
    """One step to be replayed.

    Attributes:
        observation: What is on the screen.
        thought: What the model will think.
        result: What it is told afterwards.
    """

    observation: Observation
    thought: str
    result: str


def errands_on_the_phone(
    folder: Path, steps: int, progress: Callable[[str], None]
) -> tuple[Path, ...]:
    """Run as many of ``ERRANDS`` on the virtual phone as ``steps`` need; gives the recordings.

    Args:
        folder: Where they are written.
        steps: How many are wanted at least.
        progress: Called before each errand with its goal.

    Raises:
        AutomationError: One of them does not come to an end.
    """
    found: list[Path] = []
    seen = 0
    for goal in ERRANDS:
        progress(goal)
        if seen >= steps:
            continue
        episode = run_goal(
            goal, device="virtual", policy="rules", approve="always", record_dir=folder
        )
        if episode.recording is None or episode.stop is not StopReason.FINISHED:
            why = episode.error or episode.answer
            raise AutomationError(f"{goal!r} ended early: {episode.stop}. {why}")
        found.append(episode.recording)
        seen += len(episode.steps)
    return tuple(found)


def moments(recordings: Iterable[Path], count: int) -> list[Moment]:
    """The first ``count`` steps of ``recordings``, one after the other.

    Raises:
        AutomationError: There are too few, or a recording cannot be read.
    """
    found: list[Moment] = []
    for folder in recordings:
        recording = read_recording(folder)
        found.extend(
            _moment(recording, step, step.observation)
            for step in recording.steps
            if step.observation is not None
        )
    if len(found) < count:
        raise AutomationError(f"The recordings have {len(found)} steps, {count} are wanted.")
    return found[:count]


def _moment(recording: Recording, step: RecordedStep, seen: ObservationSeen) -> Moment:
    decision, result = step.decision, step.result
    with Image.open(recording.file(seen.frame)) as image:
        frame = image.convert("RGB")
    return Moment(
        Observation(Screenshot(frame), app=seen.app),
        thought=(decision.thought if decision is not None else "") or "I tap what is asked for.",
        result=result.result if result is not None else "",
    )


def replayed(
    dialect: Dialect, tools: Registry, episode: Sequence[Moment], *, window: int = 0, chunk: int = 0
) -> list[Request]:
    """What a model is asked in the course of ``episode``, spoken to in ``dialect``.

    Args:
        dialect: How it is spoken to.
        tools: What is offered.
        episode: What it sees; it taps at every step.
        window: See ``VlmPolicy``.
        chunk: See ``VlmPolicy``.
    """
    replies = [tap(dialect.name, moment.thought, step) for step, moment in enumerate(episode)]
    model = ScriptedModel(replies)
    policy = VlmPolicy(model, dialect, tools, window=window, chunk=chunk)
    history: list[Step] = []
    for index, moment in enumerate(episode):
        decision = policy.decide(ERRANDS[0], moment.observation, history)
        history.append(Step(index=index, decision=decision, result=moment.result))
    return model.requests


def tap(dialect: str, thought: str, step: int) -> Reply:
    """A tap as the family writes it, at another place for each step."""
    x, y = 100 + 7 * step, 200 + 13 * step
    if dialect == "tools":
        arguments = json.dumps({"at": [x, y]})
        return Reply(
            text=thought,
            calls=(RawCall(name="tap", arguments=arguments, call_id=f"call_{step}"),),
            finish_reason="tool_calls",
        )
    form = next(form for name, form in _SPOKEN.items() if dialect.startswith(name))
    return Reply(text=form.format(thought=thought, quoted=json.dumps(thought), x=x, y=y))
