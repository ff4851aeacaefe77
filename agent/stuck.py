"""Notices an episode that goes nowhere: first the policy is told, then the episode ends.

Three signs are watched: actions after which the screen is the same, the same action on the same
screen again and again, and short cycles such as A-B-A-B. Two frames are the same screen if at most
two tiles differ, which forgives a blinking caret; a status bar with a clock is left out. A small
change that was never seen before (a counter going from 2 to 3) weighs less than none at all, and so
does waiting, so that neither a stepper nor a slow page is called stuck early.
"""

import hashlib
import re
from collections import deque
from dataclasses import dataclass

import numpy as np
from PIL import Image

from agent.step import ToolCall
from tools.action import Action, Wait, points_of
from tools.device import DeviceInfo, Observation
from tools.screen import Screenshot, same_screen
from tools.ui_tree import UiTree

_STATUS_BAR_DP = 32
_KEPT_SCREENS = 12
_KEPT_MOVES = 24
_LONGEST_CYCLE = 4
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
_POINT_GRID = 16
"""Points of one 16 px cell count as one place: models waver by a few pixels."""
_FULL, _SLIGHT = 1.0, 0.4
_TELL_SLIGHT = 2.0
_LIMIT_WITHOUT_EFFECT = 5.0
_TELL_REPEATED, _LIMIT_REPEATED = 4, 8
_TELL_ROUNDS, _LIMIT_ROUNDS = 2, 4


@dataclass(frozen=True)
class Sighting:
    """What a look says about the progress of an episode.

    Attributes:
        frame_key: Equal for screens that look the same.
        feedback: What the policy is told of its last action; may be empty.
        stuck: Why the episode should end; empty if it should go on.
    """

    frame_key: str
    feedback: str = ""
    stuck: str = ""


@dataclass(frozen=True)
class _Screen:
    key: str
    app: tuple[str, str]
    frame: Screenshot
    variants: set[str]


def status_bar_px(device: DeviceInfo) -> int:
    """Height in device px of the bar at the top that shows a clock; 0 where there is none."""
    if device.kind != "android":
        return 0
    return round(_STATUS_BAR_DP * device.density_dpi / 160)


class StuckDetector:
    """Follows one episode: ``look`` at every observation, ``acted`` after every decision.

    Args:
        device: Tells whether there is a status bar and how high it is.
    """

    def __init__(self, device: DeviceInfo) -> None:
        self._bar_px = status_bar_px(device)
        self._screens: deque[_Screen] = deque(maxlen=_KEPT_SCREENS)
        self._moves: deque[tuple[str, str]] = deque(maxlen=_KEPT_MOVES)
        self._made = 0
        self._here: tuple[str, str] = ("", "")
        self._acted: Action | None = None
        self._words = 0
        self._idle = 0
        self._weight = 0.0

    def look(self, seen: Observation) -> Sighting:
        """Judge the screen as it is after the last action."""
        before, acted = self._here[0], self._acted
        screen, known_variant, variant = self._recognize(seen)
        self._here, self._acted = (screen.key, variant), None
        words, self._words = self._words, _words_of(seen.ui_tree)
        if acted is None:
            return self._judge_moves(screen.key)
        if screen.key != before or words != self._words:
            self._idle, self._weight = 0, 0.0
            return self._judge_moves(screen.key)
        waited = isinstance(acted, Wait)
        self._weight += _FULL if known_variant and not waited else _SLIGHT
        self._idle += 1
        slight = (waited or not known_variant) and self._weight < _TELL_SLIGHT
        return self._judge_effect(screen.key, "" if slight else self._unchanged())

    def acted(self, call: ToolCall, action: Action | None) -> None:
        """Remember what was done on the screen last looked at."""
        self._acted = action
        self._moves.append((_name_move(call, action), "/".join(self._here)))

    def _unchanged(self) -> str:
        if self._idle == 1:
            return "The screen did not change after this action."
        return (
            f"The screen has not changed for {self._idle} actions in a row. "
            "Try something else, or finish and say why it cannot be done."
        )

    def _judge_effect(self, key: str, told: str) -> Sighting:
        moves = self._judge_moves(key)
        stuck = moves.stuck
        if self._weight >= _LIMIT_WITHOUT_EFFECT:
            stuck = "nothing on the screen changes any more"
        return Sighting(key, " ".join(filter(None, (told, moves.feedback))), stuck)

    def _judge_moves(self, key: str) -> Sighting:
        if not self._moves:
            return Sighting(key)
        repeated = self._moves.count(self._moves[-1])
        length, rounds = self._cycle()
        if repeated >= _LIMIT_REPEATED:
            return Sighting(key, stuck=f"the same action on the same screen {repeated} times")
        if rounds >= _LIMIT_ROUNDS:
            return Sighting(key, stuck=f"{rounds} rounds of the same {length} actions")
        if rounds >= _TELL_ROUNDS:
            return Sighting(
                key,
                f"You went round in a circle of {length} actions {rounds} times. Try another way.",
            )
        if repeated >= _TELL_REPEATED:
            return Sighting(
                key,
                f"You have done this {repeated} times on this same screen. Try another way.",
            )
        return Sighting(key)

    def _cycle(self) -> tuple[int, int]:
        """The shortest cycle at the end of the moves and how often it was gone through."""
        moves = list(self._moves)
        for length in range(2, _LONGEST_CYCLE + 1):
            last = moves[-length:]
            if len(set(last)) < 2:  # one move repeated is counted as such
                continue
            rounds = 1
            while moves[-length * (rounds + 1) : -length * rounds] == last:
                rounds += 1
            if rounds >= _TELL_ROUNDS:
                return length, rounds
        return 0, 0

    def _recognize(self, seen: Observation) -> tuple[_Screen, bool, str]:
        variant = self._variant(seen.screenshot)
        app = (seen.app, seen.activity)
        for screen in reversed(self._screens):
            if screen.app == app and variant in screen.variants:
                return screen, True, variant
        for screen in reversed(self._screens):
            if screen.app == app and same_screen(
                screen.frame, seen.screenshot, below_px=self._bar_px
            ):
                screen.variants.add(variant)
                return screen, False, variant
        self._made += 1
        fresh = _Screen(f"s{self._made}", app, _small(seen.screenshot), {variant})
        self._screens.append(fresh)
        return fresh, True, variant

    def _variant(self, shot: Screenshot) -> str:
        """Digest of the frame without its status bar and its finest shades."""
        rows = round(self._bar_px * shot.grey.shape[0] / shot.image.height)
        shades = (shot.grey[rows:] >> 4).astype(np.uint8)
        return hashlib.blake2b(shades.tobytes(), digest_size=8).hexdigest()


def _small(shot: Screenshot) -> Screenshot:
    """The frame as comparisons see it: 160 kB to keep in place of 8 MB."""
    return Screenshot(image=Image.fromarray(shot.grey.astype(np.uint8)))


def _words_of(tree: UiTree | None) -> int:
    """Digest of what the tree says, the time of day apart: two tiles can hide a 7 that was a 6."""
    if tree is None:
        return 0
    said = [(node.text, node.checked, node.selected) for node in tree.nodes]
    return hash(tuple((_TIME_OF_DAY.sub("", text), *marks) for text, *marks in said))


def _name_move(call: ToolCall, action: Action | None) -> str:
    if action is None:
        return call.model_dump_json()
    cells = [(point.x // _POINT_GRID, point.y // _POINT_GRID) for point in points_of(action)]
    rest = action.model_dump_json(exclude={"at", "start", "end"})
    return f"{rest}{cells}"
