"""Fingers on the screen: taps, long presses, swipes, drags."""

from __future__ import annotations

import math

from tools.virtual_phone.system.display import Display
from tools.virtual_phone.system.text_entry import TextEntry
from tools.virtual_phone.system.windows import Windows
from tools.virtual_phone.ui.scene import Hit, ScrollArea

TOUCH_SLOP_DP = 8
"""A finger that moves less than this has not moved."""
LONG_PRESS_S = 0.5

Place = tuple[float, float]
"""(x, y) in screen px as the phone is held."""


class Touch:
    """Carries out gestures on what shows at the moment."""

    def __init__(self, windows: Windows, display: Display, entry: TextEntry) -> None:
        self._windows = windows
        self._display = display
        self._entry = entry

    def tap(self, place: Place) -> str:
        """Touch and let go; gives the kind of what was hit, for the log ("" for nothing)."""
        hit = self._display.scene().hit(*place)
        if hit is None:
            return ""
        if hit.kind == "field":
            self._entry.focus(hit.field, hit.cursor)
        elif hit.kind == "slider":
            self._slide(hit)
        elif hit.kind == "key" and hit.key is not None:
            self._entry.press(hit.key)
        elif hit.kind == "nav":
            return f"nav {hit.nav}"
        elif hit.on_tap is not None:
            hit.on_tap()
        return hit.kind

    def long_press(self, place: Place) -> str:
        """Touch and hold; what knows no long press takes it as a tap."""
        hit = self._display.scene().hit(*place)
        if hit is not None and hit.on_long_press is not None:
            hit.on_long_press()
            return "long tap"
        return self.tap(place)

    def swipe(self, start: Place, end: Place, duration_s: float) -> str:
        """Move a finger: a slider follows it sideways, else the list under it scrolls with it."""
        if self._still(start, end):
            return self.long_press(start) if duration_s >= LONG_PRESS_S else self.tap(start)
        scene = self._display.scene()
        hit = scene.hit(*start)
        along = abs(end[0] - start[0]) >= abs(end[1] - start[1])
        if hit is not None and hit.kind == "slider" and along:
            left, top, right, bottom = hit.box
            x = min(max(end[0], left), right - 1)
            target = scene.hit(x, (top + bottom) / 2)
            self._slide(target if target is not None and target.kind == "slider" else hit)
            return "slider"
        if hit is not None and hit.kind in ("key", "nav"):
            return ""
        area = scene.scrollable_at(*start)
        if area is None:
            return ""
        self.scroll(area, (start[1] - end[1]) * 160 / self._display.density)
        return f"scroll {area.key}"

    def drag(self, start: Place, end: Place, duration_s: float) -> str:
        """Hold, then move: a slider follows, what knows a long press gets it, a list scrolls."""
        hit = self._display.scene().hit(*start)
        if hit is not None and hit.kind == "tap" and hit.on_long_press is not None:
            hit.on_long_press()
            return "long tap"
        return self.swipe(start, end, duration_s)

    def scroll(self, area: ScrollArea, by_dp: float) -> None:
        """Move a list's content up by some dp, as far as it goes."""
        offset = min(max(area.offset + by_dp, 0.0), area.max_offset)
        self._windows.state.top.scrolls[area.key] = round(offset, 3)
        self._windows.changed()

    def _slide(self, hit: Hit) -> None:
        if hit.on_slide is not None:
            hit.on_slide(hit.value)

    def _still(self, start: Place, end: Place) -> bool:
        slop_px = TOUCH_SLOP_DP * self._display.density / 160
        return math.dist(start, end) < slop_px
