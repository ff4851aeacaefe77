"""A device whose every frame is put on a stage, and that does not repeat what a finger has done."""

from agent.person.stage import Stage
from tools.action import Action
from tools.device import Device, DeviceInfo, Observation
from tools.screen import Screenshot


class WatchedDevice:
    """See the module.

    Args:
        device: The device itself.
        stage: Where its frames are shown, and where the acts come from.
    """

    def __init__(self, device: Device, stage: Stage) -> None:
        self._device = device
        self._stage = stage

    @property
    def info(self) -> DeviceInfo:
        """That of the device."""
        return self._device.info

    @property
    def supports(self) -> frozenset[str]:
        """That of the device."""
        return self._device.supports

    def glance(self) -> Screenshot:
        """Take one frame and show it."""
        shot = self._device.glance()
        self._stage.show(shot)
        return shot

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look, and show the frame."""
        observation = self._device.observe(seen=seen)
        self._stage.show(observation.screenshot)
        return observation

    def perform(self, action: Action) -> None:
        """Carry out ``action``, unless the person's finger has done so on the device."""
        act = self._stage.current
        if act is None or not act.happened:
            self._device.perform(action)

    def close(self) -> None:
        """Let go of the device."""
        self._device.close()
