"""The rungs that need nobody: the same screen, the target moved on it, the target by the UI tree.

From the surest down. A screen is the same by its tiles, a target by its patch and, where there are
UI trees, by its words too: a patch alone is fooled by a scrim, tiles alone by nothing but cost a
screen that changed elsewhere.
"""

import hashlib
from dataclasses import dataclass

from agent.policies.recorded.by_tree import Place, by_tree
from agent.policies.recorded.carry import shifted
from agent.policies.recorded.source import Due, Source
from agent.policies.recorded.titles import bare_title
from agent.policies.recorded.words import touched, window, words_of
from agent.recording.format import ObservationSeen, Rung
from tools.action import Action, Back, Home, OpenApp, Recents, Scroll, Swipe, points_of
from tools.anchor import REACH_PX, Fit, find_anchor, fit_here
from tools.device import Observation
from tools.geometry import Box
from tools.screen import SAME_TILES, Difference, compare
from tools.ui_tree import UiTree

LOCAL_TILES = 15
"""Up to so many changed tiles are a local change: a clock, a badge, a price elsewhere."""
_OTHER_LOOK = 0.6
"""Part of the tiles from which the whole look is another one, so that no patch can be found."""
_PLACELESS = (Back, Home, Recents, OpenApp)
_COVERS = 0.9
"""Part of the screen from which a window is no dialog."""


@dataclass(frozen=True)
class Found:
    """A recorded step on the present screen.

    Attributes:
        rung: How it was found.
        action: What to do here.
        reason: Why this rung, in words for people.
        tiles: Tiles that differ from the recorded screen; ``None`` if not compared.
        likeness: How well the patch fits; ``None`` if not sought.
        prepares: Whether the step itself is still to come: a field gets the focus first.
    """

    rung: Rung
    action: Action
    reason: str
    tiles: int | None = None
    likeness: float | None = None
    prepares: bool = False

    @property
    def certain(self) -> bool:
        """Whether the whole screen is the recorded one: enough for what cannot be undone."""
        return self.rung == "exact" and self.tiles is not None and self.tiles <= SAME_TILES


@dataclass(frozen=True)
class Missed:
    """Why a recorded step cannot be found on the present screen.

    Attributes:
        absent: Whether its target may only be out of sight, further along a list.
        elsewhere: Whether another app, screen or window is in front.
        covered: Whether something lies over the screen, as a dialog does.
    """

    reason: str
    tiles: int | None = None
    absent: bool = False
    elsewhere: bool = False
    covered: bool = False


class Ladder:
    """Finds the steps of one recording on the screens of one run.

    Args:
        source: The recording.
        by_words: Whether the UI tree may be asked: not in a strict replay.
    """

    def __init__(self, source: Source, *, by_words: bool) -> None:
        self._source = source
        self._by_words = by_words

    def climb(self, due: Due, now: Observation) -> Found | Missed:
        """The surest rung on which ``due`` is found."""
        context = self.context(due.seen, now)
        if context is not None:
            return context
        difference = self.difference(due.seen, now)
        tiles = difference.count if difference is not None else None
        found = self._exact(due, now, difference) or self._shifted(due, now, difference)
        if found is not None:
            return found
        if not self._by_words:
            reason = "the screen is of another size" if tiles is None else "the screen is another"
            return Missed(reason, tiles)
        if isinstance(due.action, _PLACELESS):
            return Found("tree", due.action, "it needs no place", tiles)
        old, new = self._source.tree(due.seen), now.ui_tree
        if old is None or new is None:
            where = "the recording" if old is None else "the device"
            return Missed(f"{where} has no UI tree to find it by", tiles)
        place = by_tree(due, old, new, now.size)
        return _of_place(place, tiles)

    def same_screen(self, seen: ObservationSeen, now: Observation) -> int | None:
        """Tiles that differ, if the whole screen is the recorded one; else ``None``."""
        if self.context(seen, now) is not None:
            return None
        difference = self.difference(seen, now)
        if difference is None or difference.count > SAME_TILES:
            return None
        return difference.count

    def context(self, seen: ObservationSeen, now: Observation) -> Missed | None:
        """What is in front that was not, if anything: another app, screen or window."""
        old_tree, new_tree = self._source.tree(seen), now.ui_tree
        old_full = new_full = True
        if old_tree is not None and new_tree is not None:
            old_full = _is_full(old_tree, Box.of(seen.size))
            new_full = _is_full(new_tree, Box.of(now.size))
        covered = old_full and not new_full
        for what, old, new in (("app", seen.app, now.app), ("screen", seen.activity, now.activity)):
            if old and new and bare_title(old) != bare_title(new):
                reason = f"the {what} is {new}, recorded was {old}"
                return Missed(reason, elsewhere=True, covered=covered)
        if covered:
            return Missed("a dialog lies over the screen", elsewhere=True, covered=True)
        if new_full and not old_full:
            return Missed("the dialog that was recorded is not there", elsewhere=True)
        return None

    def difference(self, seen: ObservationSeen, now: Observation) -> Difference | None:
        """The changed tiles below the status bar; ``None`` if the frames differ in size."""
        if seen.size != now.size:
            return None
        shot = now.screenshot
        if shot.png and hashlib.sha256(shot.png).hexdigest() == seen.frame.sha256:
            return compare(shot, shot)  # the very same bytes: the recorded frame is not decoded
        found = compare(self._source.frame(seen), shot).below(self._source.bar_px)
        return found.outside(seen.masked) if seen.masked else found

    def _exact(self, due: Due, now: Observation, difference: Difference | None) -> Found | None:
        if difference is None or difference.count > LOCAL_TILES:
            return None
        tiles = difference.count
        zone = self._zone(due)
        if tiles <= SAME_TILES and not (zone is not None and difference.touches(zone)):
            return Found("exact", due.action, "the screen is the recorded one", tiles)
        if zone is None:
            if isinstance(due.action, _PLACELESS):
                return Found("exact", due.action, f"only {tiles} tiles differ", tiles)
            return None
        fit = self._fit_here(due, now)
        if fit is None:
            plain = not difference.touches(zone)
            why = f"{tiles} tiles differ, not where it acts"
            return Found("exact", due.action, why, tiles) if plain else None
        if not fit.certain or (tiles > SAME_TILES and difference.touches(zone)):
            return None
        why = f"{tiles} tiles differ, the target is as recorded"
        return Found("exact", due.action, why, tiles, fit.likeness)

    def _shifted(self, due: Due, now: Observation, difference: Difference | None) -> Found | None:
        if difference is None or due.patch is None or due.point is None:
            return None
        if difference.count > _OTHER_LOOK * difference.total:
            return None
        here = self._fit_here(due, now)
        if here is not None and here.certain:
            return self._confirmed(due, now, here, difference.count)
        if isinstance(due.action, Scroll | Swipe):
            return None  # a place on a list is not its content
        frame = self._source.frame(due.seen)
        for reach_px in (REACH_PX, max(now.size.width, now.size.height)):
            fit = find_anchor(frame, due.patch, now.screenshot, reach_px=reach_px)
            if fit is not None and fit.certain:
                return self._confirmed(due, now, fit, difference.count)
        return None

    def _confirmed(self, due: Due, now: Observation, fit: Fit, tiles: int) -> Found | None:
        """The tree, where there is one, must say the same of the place."""
        action = shifted(due.action, fit.dx, fit.dy)
        if not all(point.within(now.size) for point in points_of(action)):
            return None
        old, new = self._source.tree(due.seen), now.ui_tree
        if old is not None and new is not None and due.point is not None:
            was, is_now = touched(old, due.point), touched(new, points_of(action)[0])
            if (was is None) != (is_now is None):
                return None
            if was is not None and is_now is not None:
                same_kind = was.kind == is_now.kind and was.checked == is_now.checked
                if not same_kind or words_of(old, was) != words_of(new, is_now):
                    return None
        moved = f"moved by {fit.dx}, {fit.dy} px" if (fit.dx, fit.dy) != (0, 0) else "in its place"
        return Found("shift", action, f"the target is {moved}", tiles, fit.likeness)

    def _fit_here(self, due: Due, now: Observation) -> Fit | None:
        if due.patch is None:
            return None
        return fit_here(self._source.frame(due.seen), due.patch, now.screenshot)

    def _zone(self, due: Due) -> Box | None:
        """The part of the screen whose change matters: the element, else the patch around."""
        if due.point is None:
            return None
        tree = self._source.tree(due.seen)
        node = touched(tree, due.point) if tree is not None else None
        if node is not None and due.patch is not None and node.box.area <= due.patch.area:
            return node.box
        return due.patch


def _of_place(place: Place, tiles: int | None) -> Found | Missed:
    if place.action is None:
        return Missed(place.how, tiles, absent=place.absent)
    rung: Rung = "skip" if place.done else "tree"
    return Found(rung, place.action, place.how, tiles, prepares=place.prepares)


def _is_full(tree: UiTree, screen: Box) -> bool:
    """Whether the window in front covers the screen, as far as its tree tells."""
    box = window(tree)
    return box is None or box.intersection(screen).area >= _COVERS * screen.area
