"""What one turn and one whole episode are: values, written down as they happen."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue

from tools.action import Action
from tools.geometry import Frozen


class StopReason(StrEnum):
    """Why the loop ended. Never a verdict: ``finished`` is what the agent claims."""

    FINISHED = "finished"
    GAVE_UP = "gave_up"
    STEP_LIMIT = "step_limit"
    TIME_LIMIT = "time_limit"
    STUCK = "stuck"
    UNREADABLE = "unreadable"
    NEEDS_HUMAN = "needs_human"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"
    DEVICE_LOST = "device_lost"
    MODEL_ERROR = "model_error"
    RECORDING_LOST = "recording_lost"
    DRY_RUN = "dry_run"
    CRASHED = "crashed"


class Verdict(StrEnum):
    """What the checks say; ``unverified`` where there are none, whatever the agent claims."""

    PASSED = "passed"
    FLAKY = "flaky"
    FAILED = "failed"
    UNVERIFIED = "unverified"
    ERROR = "error"
    SKIPPED = "skipped"
    NOT_RUN = "not_run"


class ToolCall(Frozen):
    """One tool by name, with arguments as JSON; not yet validated against the tool's schema."""

    name: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


class Decision(Frozen):
    """What the policy wants done next.

    Attributes:
        thought: Why, in a sentence a person can follow.
        call: The tool call that does it.
    """

    thought: str
    call: ToolCall


class StepTiming(Frozen):
    """Where one step's time went, in seconds.

    Attributes:
        observe_s: The look; what it waited, captured and decoded is in the next three.
        decide_s: The policy's decision, with all that it asked the model.
        act_s: Doing what was decided: the tool's own work, such as a question that it asks the
            model or a film that it takes, a person's answer, and the delivery of the action.
        record_s: Writing the step down.
    """

    observe_s: Annotated[float, Field(ge=0)] = 0.0
    settle_s: Annotated[float, Field(ge=0)] = 0.0
    capture_s: Annotated[float, Field(ge=0)] = 0.0
    decode_s: Annotated[float, Field(ge=0)] = 0.0
    decide_s: Annotated[float, Field(ge=0)] = 0.0
    guard_s: Annotated[float, Field(ge=0)] = 0.0
    act_s: Annotated[float, Field(ge=0)] = 0.0
    record_s: Annotated[float, Field(ge=0)] = 0.0


class Step(Frozen):
    """One turn: what was seen, decided and done.

    Attributes:
        index: 0 for the first step of the episode.
        app: What was in front when deciding; empty if unknown.
        activity: Its screen; empty if unknown.
        decision: What the policy decided; ``None`` if it never got that far.
        action: The screen action that the call came to; ``None`` for tools that touch no screen.
        result: What the tool answered (a note's text, a person's answer); may be empty.
        mistake: What was wrong with the decision, as the policy is told; empty if nothing.
        feedback: What else the policy is told before its next decision, such as "the screen did
            not change"; may be empty.
        frame_key: The screen the decision was made on: equal keys, same screen.
        timing: Where the time went.
    """

    index: Annotated[int, Field(ge=0)]
    app: str = ""
    activity: str = ""
    decision: Decision | None = None
    action: Action | None = None
    result: str = ""
    mistake: str = ""
    feedback: str = ""
    frame_key: str = ""
    timing: StepTiming = StepTiming()


class Checked(Frozen):
    """What one check came to.

    Attributes:
        name: What was asked, in words.
        verdict: ``passed``, ``failed``, or ``error`` if it could not be answered.
        evidence: What the answer rests on, in words.
    """

    name: str
    verdict: Verdict
    evidence: str


class Episode(Frozen):
    """One attempt at one goal, from the first look to the stop.

    Attributes:
        goal: The sentence the agent was given.
        steps: The turns, in order.
        stop: Why it ended.
        answer: What the agent says at the end: an answer, or why it gave up.
        verdict: What the checks say; ``unverified`` where there are none, ``not_run`` where it
            never came to them.
        checks: What each of them came to.
        recording: The folder that holds it all; ``None`` if nothing was recorded.
        duration_s: Seconds from the first look to the stop.
        error: What went wrong below the loop, one line; empty if nothing.
        device_gone: Whether the device went away or hangs; one that only gives no picture, as of a
            screen that an app keeps secret, is still there.
    """

    goal: str
    steps: tuple[Step, ...]
    stop: StopReason
    answer: str = ""
    verdict: Verdict = Verdict.UNVERIFIED
    checks: tuple[Checked, ...] = ()
    recording: Path | None = None
    duration_s: Annotated[float, Field(ge=0)] = 0.0
    error: str = ""
    device_gone: bool = False

    @property
    def finished(self) -> bool:
        """Whether the agent says the goal is done."""
        return self.stop is StopReason.FINISHED
