"""Who will decide, before there is a device to decide about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from agent.model import Model, OnText
from agent.perception.seer import Seer
from agent.policy import Policy
from agent.recording.format import Origin
from agent.recording.writer import RecordingWriter
from agent.step import Episode
from tools.device import Device
from tools.registry import Registry

Notice = Callable[[str], None]
"""Told what was chosen, where the person did not choose."""
Around = Callable[[Model], Model]
"""Puts something around a model that was found, such as what lets a person stop waiting for it."""


@dataclass(frozen=True)
class Mind:
    """Who will decide, before there is a device to decide about.

    Attributes:
        policy: Name of the policy.
        wants_ui_tree: Whether it reads the accessibility tree.
        make: Makes the policy for one episode: what is offered, where exchanges are written, and
            who hears the model while it speaks.
        model: Name of the model; empty if there is none.
        dialect: How the model is spoken to; empty if there is none.
        prompt_hash: Changes when the words of the prompts do.
        origin: The recording that its decisions come from; ``None`` if it thinks for itself.
        meet: Says who decides on this very device, unwrapped as yet; ``None``: this mind does.
        after: Told how it went, while the device is still there.
        close: Lets go of the model.
        around: Puts what it needs around the device, below guard and settling.
        eyes: The model behind it for questions about a picture, every exchange of which is
            recorded; ``None`` if there is no model.
        may_get_stuck: Whether going in circles ends the episode; a person's circles do not.
    """

    policy: str
    wants_ui_tree: bool
    make: Callable[[Registry, RecordingWriter, OnText], Policy]
    model: str = ""
    dialect: str = ""
    prompt_hash: str = ""
    origin: Origin | None = None
    meet: Callable[[Device], "Mind"] | None = None
    after: Callable[[Episode], None] = lambda _: None
    close: Callable[[], None] = lambda: None
    around: Callable[[Device], Device] = lambda device: device
    eyes: Callable[[RecordingWriter], Seer] | None = None
    may_get_stuck: bool = True


@runtime_checkable
class Steering(Protocol):
    """An audience that has a say in what is done."""

    def steered(self, mind: Mind) -> Mind:
        """The mind that lets ``mind`` decide, as far as the person does not."""
        ...

    def asked(self, model: Model) -> Model:
        """The model that is asked in place of ``model``."""
        ...


def around_model(listener: object) -> Around:
    """What ``listener`` puts around a model; nothing, if it has no say."""
    return listener.asked if isinstance(listener, Steering) else as_it_is


def as_it_is(model: Model) -> Model:
    """Nothing around ``model``."""
    return model
