"""A contact sheet: the frames that were shown, in order, with the events marked under them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from agent.lettering import lettering, wrapped
from agent.perception.video.clip import Clip
from agent.perception.video.events import Event
from agent.perception.video.plan import Plan
from agent.perception.video.timecode import clock

MOST_FRAMES: Final = 60
"""More thumbnails than that are too small to be looked at; they are chosen evenly."""
COLOURS: Final = (
    (230, 90, 70), (60, 140, 230), (70, 175, 95), (235, 165, 40),
    (150, 105, 220), (35, 170, 175), (220, 95, 165), (135, 125, 70),
)  # fmt: skip
_WIDTH: Final = 1440
_GAP: Final = 10
_TIME_PX: Final = 15
_LANE_PX: Final = 6
_LANES: Final = 4
_LINE_PX: Final = 17
_MOST_LISTED: Final = 200
"""Events that are told below the frames; more of them make a picture that nobody can open."""
_GROUND: Final = (250, 250, 248)
_INK: Final = (30, 33, 38)
_DIM: Final = (105, 110, 118)


@dataclass(frozen=True)
class _Grid:
    columns: int
    width: int
    height: int
    lanes: int

    @property
    def cell_height(self) -> int:
        return self.height + _TIME_PX + 9 + self.lanes * (_LANE_PX + 2) + _GAP


def draw_sheet(clip: Clip, plan: Plan, events: Sequence[Event]) -> Image.Image:
    """Draw the frames of ``plan``, and ``events`` as coloured bars under those that show them.

    Returns:
        A picture 1440 px wide, RGB.

    Raises:
        VideoError: A frame cannot be read.
    """
    times_s = [time_s for window in plan.windows for time_s in window.times_s]
    if len(times_s) > MOST_FRAMES:
        step = len(times_s) / MOST_FRAMES
        times_s = [times_s[int(place * step)] for place in range(MOST_FRAMES)]
    more = len(events) - _MOST_LISTED
    events = events[:_MOST_LISTED]
    lanes = lanes_of(events)
    grid = _grid(plan, len(times_s), min(_LANES, max(lanes, default=-1) + 1))
    rows = math.ceil(len(times_s) / grid.columns)
    legend = [_legend(event) for event in events]
    legend += [[f"… and {more} more"]] if more > 0 else []
    below = sum(len(lines) for lines in legend) * (_LINE_PX + 6) + len(legend) * 6
    height = _GAP + rows * grid.cell_height + (below + _GAP * 2 if legend else 0)
    sheet = Image.new("RGB", (_WIDTH, height), _GROUND)
    ends = [*times_s[1:], plan.windows[-1].end_s]
    for place, (frame, end_s) in enumerate(zip(clip.frames(times_s), ends, strict=True)):
        left = _GAP + place % grid.columns * (grid.width + _GAP)
        top = _GAP + place // grid.columns * grid.cell_height
        thumb = ImageOps.pad(frame.image, (grid.width, grid.height), color=_GROUND)
        sheet.paste(thumb, (left, top))
        _mark(sheet, (left, top), grid, (times_s[place], end_s), events, lanes)
    if legend:
        _write_legend(sheet, _GAP + rows * grid.cell_height + _GAP, legend)
    return sheet


def lanes_of(events: Sequence[Event]) -> list[int]:
    """For each event the row of its bar, from 0: those that overlap have different ones."""
    free_s: list[float] = []
    lanes: list[int] = []
    for event in events:
        lane = next((n for n, end_s in enumerate(free_s) if end_s <= event.start_s), len(free_s))
        free_s[lane : lane + 1] = [event.end_s]
        lanes.append(lane)
    return lanes


def _grid(plan: Plan, count: int, lanes: int) -> _Grid:
    upright = plan.shown.height > plan.shown.width
    columns = min(10 if upright else 6, max(3, count))
    width = (_WIDTH - _GAP) // columns - _GAP
    return _Grid(columns, width, round(width * plan.shown.height / plan.shown.width), lanes)


def _mark(
    sheet: Image.Image,
    at: tuple[int, int],
    grid: _Grid,
    span_s: tuple[float, float],
    events: Sequence[Event],
    lanes: Sequence[int],
) -> None:
    """The time under a thumbnail, and the part of each event's bar that belongs to it."""
    pen = ImageDraw.Draw(sheet)
    left, top = at[0], at[1] + grid.height
    lettering(_TIME_PX).write(pen, (left, top + _TIME_PX + 2), clock(span_s[0]), _DIM)
    begin_s, end_s = span_s
    scale = grid.width / (end_s - begin_s)
    for number, (event, lane) in enumerate(zip(events, lanes, strict=True)):
        until_s = max(event.end_s, event.start_s + (end_s - begin_s) / 10)
        if lane >= _LANES or until_s <= begin_s or event.start_s >= end_s:
            continue
        row = top + _TIME_PX + 8 + lane * (_LANE_PX + 2)
        right_gap = _GAP if until_s > end_s and (left + grid.width + _GAP < _WIDTH - _GAP) else 0
        bar = (
            left + round(max(0.0, event.start_s - begin_s) * scale),
            row,
            left + min(grid.width, round((until_s - begin_s) * scale)) + right_gap,
            row + _LANE_PX,
        )
        pen.rectangle(bar, fill=COLOURS[number % len(COLOURS)])


def _legend(event: Event) -> list[str]:
    words = f"{clock(event.start_s)} – {clock(event.end_s)}   {event.description}"
    return wrapped(words, lettering(_LINE_PX), _WIDTH - 4 * _GAP - _LINE_PX, lines=2)


def _write_legend(sheet: Image.Image, top: int, legend: Sequence[Sequence[str]]) -> None:
    pen = ImageDraw.Draw(sheet)
    letters = lettering(_LINE_PX)
    y = top
    for number, lines in enumerate(legend):
        colour = COLOURS[number % len(COLOURS)]
        pen.rectangle((_GAP, y + 3, _GAP + _LINE_PX - 3, y + _LINE_PX), fill=colour)
        for line in lines:
            letters.write(pen, (_GAP * 2 + _LINE_PX, y + _LINE_PX - 2), line, _INK)
            y += _LINE_PX + 6
        y += 6
