"""Look until the screen is quiet, and hand that last look on as the next observation.

After an action the frames are compared by tiles until nothing but a caret has moved for a while.
There is no fixed sleep: what is waited for is a first change, then quiet, both with a limit.
"""

from dataclasses import dataclass, field, replace

from tools.action import Action, Wait
from tools.clock import Clock
from tools.device import Device, ForwardingDevice, LooksTwice, Observation, Settle
from tools.geometry import Box, Frozen
from tools.screen import Difference, Screenshot, compare, same_screen

_RECENT = 4
_GRAIN_S = 1e-6  # polls of 0.1 s must add up to 0.3 s whatever binary fractions do


class SettleLimits(Frozen):
    """When a screen counts as at rest. All durations in seconds.

    Attributes:
        quiet_s: How long nothing may move on a device with animations.
        first_change_s: How long to wait for a first change there.
        still_first_change_s: The same on a device without animations.
        poll_s: From one look to the next, at least; a slow capture makes it longer.
        still_poll_s: The same while nothing has changed on a device without animations.
        soft_s: From when on a small moving part is accepted.
        hard_s: When it is given up.
        caret_tiles: Changed tiles that do not count as motion.
        local_share: Largest part of the screen that counts as a small moving part.
    """

    quiet_s: float = 0.3
    first_change_s: float = 0.4
    still_first_change_s: float = 0.12
    poll_s: float = 0.1
    still_poll_s: float = 0.03
    soft_s: float = 2.5
    hard_s: float = 6.0
    caret_tiles: int = 1
    local_share: float = 0.03


@dataclass
class _Watch:
    """The looks since one action."""

    before: Screenshot
    last: Screenshot
    start_s: float
    quiet_since_s: float
    frames: int = 1
    recent: list[Difference] = field(default_factory=list)

    def add(self, frame: Screenshot, looked_s: float, caret_tiles: int) -> None:
        difference = compare(self.last, frame)
        if difference.count > caret_tiles:
            self.quiet_since_s = looked_s
        self.recent = [*self.recent[1 - _RECENT :], difference]
        self.last = frame
        self.frames += 1

    @property
    def has_changed(self) -> bool:
        """Whether the last look differs from the screen before the action."""
        return not same_screen(self.before, self.last)

    def is_local(self, share: float) -> bool:
        """Whether the last differences stay inside one small region."""
        moved = [bounds for entry in self.recent if (bounds := entry.bounds) is not None]
        if len(self.recent) < _RECENT or not moved:
            return False
        around = Box(
            left=min(box.left for box in moved),
            top=min(box.top for box in moved),
            right=max(box.right for box in moved),
            bottom=max(box.bottom for box in moved),
        )
        return around.area <= share * Box.of(self.last.size).area


class SettlingDevice(ForwardingDevice):
    """A device whose every observation after an action is of a screen at rest.

    Args:
        device: The device itself.
        clock: How time passes.
        limits: When a screen counts as at rest.
    """

    def __init__(self, device: Device, clock: Clock, limits: SettleLimits | None = None) -> None:
        super().__init__(device)
        self._clock = clock
        self._limits = limits if limits is not None else SettleLimits()
        self._twice = device if isinstance(device, LooksTwice) else None
        self._seen: Screenshot | None = None
        self._before: Screenshot | None = None
        self._waited = False

    def perform(self, action: Action) -> None:
        """Carry out ``action``; the next observation waits for what comes of it."""
        if self._before is None:
            self._before = self._seen if self._seen is not None else self._device.glance()
        self._waited = isinstance(action, Wait)
        self._device.perform(action)

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look; after an action, wait for rest first. ``settle`` tells how that went.

        Args:
            seen: A frame taken just now, for a look without an action before it.

        Raises:
            DeviceError: The device cannot be looked at.
        """
        before, self._before = self._before, None
        observation = self._device.observe(seen=seen) if before is None else self._settle(before)
        self._seen = observation.screenshot
        return observation

    def _settle(self, before: Screenshot) -> Observation:
        start_s = self._clock.now()
        still = not self._device.info.animated
        pair = self._twice.observe_twice() if self._twice is not None and still else None
        first = self._device.glance() if pair is None else pair[0]
        watch = _Watch(before, first, start_s, start_s)
        looked_s, reason = start_s, ""
        if pair is not None:
            observation = pair[1]
            looked_s = max(start_s, observation.screenshot.requested_s)
            watch.add(observation.screenshot, looked_s, self._limits.caret_tiles)
            reason = self._verdict(watch, looked_s)
            if reason:
                return replace(observation, settle=self._settled(watch, reason))
        while not reason:
            self._pause(watch, looked_s)
            looked_s = self._clock.now()
            watch.add(self._device.glance(), looked_s, self._limits.caret_tiles)
            reason = self._verdict(watch, looked_s)
        settle = self._settled(watch, reason)
        return replace(self._device.observe(seen=watch.last), settle=settle)

    def _settled(self, watch: _Watch, reason: str) -> Settle:
        spent_s = self._clock.now() - watch.start_s
        return Settle(reason, spent_s, watch.frames, watch.has_changed)

    def _verdict(self, watch: _Watch, looked_s: float) -> str:
        """Why to stop looking now; empty to go on."""
        limits, animated = self._limits, self._device.info.animated
        quiet_s = looked_s - watch.quiet_since_s + _GRAIN_S
        still = watch.recent[-1].count <= limits.caret_tiles
        if still and quiet_s >= (limits.quiet_s if animated else 0.0):
            patience_s = limits.first_change_s if animated else limits.still_first_change_s
            if self._waited or looked_s - watch.start_s >= patience_s or watch.has_changed:
                return "quiet"
        if looked_s - watch.start_s >= limits.soft_s and watch.is_local(limits.local_share):
            return "local_motion"
        if self._clock.now() - watch.start_s >= limits.hard_s:
            return "timeout"
        return ""

    def _pause(self, watch: _Watch, looked_s: float) -> None:
        """Wait for the next look, which is due ``poll_s`` after the one before."""
        if self._device.info.animated:
            interval_s = self._limits.poll_s
        elif self._waited or (watch.frames == 1 and watch.has_changed):
            return  # the second of two equal frames: at once
        else:
            interval_s = self._limits.still_poll_s
        self._clock.sleep(interval_s - (self._clock.now() - looked_s))
