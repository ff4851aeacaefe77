"""What a tool call comes to: an action on the screen, or one of the things that touch no screen."""

from dataclasses import dataclass
from typing import Literal

from tools.action import Action
from tools.device import DeviceInfo, Observation
from tools.geometry import Frozen


class Note(Frozen):
    """Something to remember until the end of the episode."""

    kind: Literal["note"] = "note"
    text: str


class Question(Frozen):
    """Something only the person can answer."""

    kind: Literal["question"] = "question"
    text: str


class Finish(Frozen):
    """The agent's claim that it is done, or that it gives up."""

    kind: Literal["finish"] = "finish"
    success: bool
    answer: str = ""


Outcome = Action | Note | Question | Finish | str
"""A plain string is a message to the model."""


@dataclass(frozen=True, eq=False)
class ToolContext:
    """What a tool may know besides its arguments.

    Attributes:
        observation: The screen the call was decided on.
        device: What is known of the device.
    """

    observation: Observation
    device: DeviceInfo
