"""The shell of a device, as the steps and checks of a case use it."""

from agent.wiring.devices import VIRTUAL_MODEL
from agent.wiring.secrets import Shield
from tools.device import Device, RunsShell, ShellAnswer
from tools.errors import ActionFailedError, DeviceTimeoutError

_CLOCK = "date +%s.%N"
"""Nobody can set the clock of a virtual phone, so it tells how long something took there."""


class DeviceShell:
    """The shell of a device, into which secrets are put at the last moment.

    Args:
        device: The device itself, not wrapped.
        shield: Knows the secrets.
    """

    def __init__(self, device: Device, shield: Shield) -> None:
        self._device, self._shield = device, shield

    def run(self, command: str, *, timeout_s: float) -> ShellAnswer:
        """Run ``command``; see ``Shell``. The time is the device's.

        A virtual phone sleeps without wasting anybody's time, so that nothing can be cut off there:
        the time is found to be over when the command has ended.

        Raises:
            ActionFailedError: There is no shell, or the command takes too long.
            DeviceError: The device went away.
        """
        device = self._device
        if not isinstance(device, RunsShell):
            raise ActionFailedError(
                f"{device.info.kind.capitalize()} has no shell to run {command!r}."
            )
        revealed = self._shield.secrets.revealed(command)
        virtual = device.info.model == VIRTUAL_MODEL
        began_s = _virtual_s(device) if virtual else 0.0
        try:
            answer = device.shell(revealed, timeout_s=timeout_s)
        except DeviceTimeoutError:
            raise _too_long(command, timeout_s, "and was cut off") from None
        if virtual and (took_s := _virtual_s(device) - began_s) > timeout_s:
            raise _too_long(command, timeout_s, f"of the phone's time, but within {took_s:.3g} s")
        return ShellAnswer(
            answer.code, self._shield.text(answer.out), self._shield.text(answer.err)
        )


def _virtual_s(device: RunsShell) -> float:
    return float(device.shell(_CLOCK).text)


def _too_long(command: str, timeout_s: float, further: str) -> ActionFailedError:
    return ActionFailedError(f"{command!r} did not end within {timeout_s:.3g} s {further}.")
