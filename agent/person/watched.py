"""A device whose every frame is put on a stage, and that does not repeat what a finger has done."""

from collections import deque
from dataclasses import replace

from agent.person.stage import Stage
from tools.action import Action
from tools.device import Device, ForwardingDevice, Observation
from tools.screen import Screenshot

_REMEMBERED = 8


class WatchedDevice(ForwardingDevice):
    """See the module.

    A quick finger may be down again before the loop has looked. Then the look that the loop gets is
    the last one from before that, if there is one.

    Args:
        device: The device itself.
        stage: Where its frames are shown, and where the acts come from.
    """

    def __init__(self, device: Device, stage: Stage) -> None:
        super().__init__(device)
        self._stage = stage
        self._frames: deque[Screenshot] = deque(maxlen=_REMEMBERED)
        self._looks: deque[tuple[float, Observation]] = deque(maxlen=_REMEMBERED)
        self._seen: Screenshot | None = None

    @property
    def seen(self) -> Screenshot:
        """The frame of the last look, as it was; above, things in it may have been hidden."""
        return self._seen if self._seen is not None else self.glance()

    def glance(self) -> Screenshot:
        """Take one frame and show it."""
        shot = self._device.glance()
        self._stage.show(shot)
        self._frames.append(shot)
        if self._stage.quick:
            self._look_around(shot)
        return shot

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look, and show the frame."""
        observation = self._device.observe(seen=seen)
        self._stage.show(observation.screenshot)
        earlier = self._before_the_finger(observation.screenshot)
        self._seen = observation.screenshot if earlier is None else earlier
        if earlier is None:
            return observation
        down_s = self._stage.touched_s
        looks = [look for over_s, look in self._looks if down_s is None or over_s <= down_s]
        if looks:
            self._seen = looks[-1].screenshot
            return replace(looks[-1], settle=observation.settle)
        return replace(observation, screenshot=earlier, ui_tree=None)

    def perform(self, action: Action) -> None:
        """Carry out ``action``, unless the person's finger has done so on the device."""
        act = self._stage.current
        if act is None or not act.happened:
            self._frames.clear()
            self._looks.clear()
            self._device.perform(action)
            return
        # What was seen since it happened is what the next act may have been done on.
        for shot in [each for each in self._frames if each.requested_s < act.began_s]:
            self._frames.remove(shot)

    def _look_around(self, shot: Screenshot) -> None:
        """Hands on a mouse are quicker than the loop: what stood around a frame is kept with it."""
        last = self._looks[-1][1] if self._looks else None
        if last is not None and last.screenshot.image is shot.image:
            look = replace(last, screenshot=shot)
        else:
            look = self._device.observe(seen=shot)
        self._looks.append((self._stage.now_s, look))

    def _before_the_finger(self, now: Screenshot) -> Screenshot | None:
        """The last frame since the act before that was here when the finger went down."""
        down_s = self._stage.touched_s
        if down_s is None or now.requested_s + now.capture_s <= down_s:
            return None
        before = [shot for shot in self._frames if shot.requested_s + shot.capture_s <= down_s]
        return before[-1] if before else None
