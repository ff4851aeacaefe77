"""What somebody did on a device by themselves, as a listener tells it."""

from dataclasses import dataclass

from tools.action import Action


@dataclass(frozen=True)
class Heard:
    """Something that was done on the device.

    Attributes:
        action: What it was.
        began_s: When it began, on this machine's monotonic clock.
        on_keyboard: Whether it was a key of the soft keyboard.
        secret: Whether it was typed into a password field: the action then has no text.
    """

    action: Action
    began_s: float
    on_keyboard: bool = False
    secret: bool = False
