"""Lays two recordings beside each other and shows where they part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from agent.replay.align import align
from agent.replay.faces import Basis, Face, Likeness, likeness
from agent.replay.moves import Move, move_of, same_move
from agent.replay.tape import Tape
from agent.step import StopReason, Verdict
from tools.geometry import Frozen
from tools.screen import Screenshot

_ALONE = 50
_PLACE_ONLY, _TREE_LEAST, _TREE_RANGE = 30, 5, 20
_OTHER_TARGET, _OTHER_KIND = 25, 45
"""Costs: two steps on what may be the same screen stand beside each other even if something else is
done there, because that is cheaper than two that stand alone."""


class Ending(Frozen):
    """How a recording ended.

    Attributes:
        stop: ``None`` if it crashed or still goes on.
    """

    recording: Path
    goal: str
    policy: str
    stop: StopReason | None
    verdict: Verdict
    told: str
    steps: int
    duration_s: float


class Place(Frozen):
    """Two steps beside each other, or one that stands alone.

    Attributes:
        kind: ``same`` screen and deed, the screen the same but the deed ``different``, only in the
            first (``left_out``) or only in the second (``inserted``).
        first: Index of the step in the first recording; ``None`` if it stands alone.
        second: The same in the second one.
        basis: By what the screens are the same; ``None`` for a step alone.
        share: How much of the UI tree is the same, 0..1; 1 where pictures are.
        screen: What was in front.
        first_did: What was done in the first one; empty if nothing.
        second_did: What was done in the second one.
    """

    kind: Literal["same", "different", "left_out", "inserted"]
    first: int | None
    second: int | None
    basis: Basis | None
    share: float
    screen: str
    first_did: str
    second_did: str


class Beside(Frozen):
    """Two recordings, aligned.

    Attributes:
        places: In order.
        notes: What else differs, one line each.
    """

    first: Ending
    second: Ending
    places: tuple[Place, ...]
    notes: tuple[str, ...]

    @property
    def parts_at(self) -> Place | None:
        """The first place at which they are not the same; ``None`` if there is none."""
        return next((place for place in self.places if place.kind != "same"), None)

    @property
    def same(self) -> bool:
        """Whether both did the same and ended alike."""
        return self.parts_at is None and self.first.stop == self.second.stop


@dataclass(frozen=True, eq=False)
class _Stop:
    """One step, as it is aligned."""

    face: Face
    move: Move | None

    @cached_property
    def key(self) -> tuple[str, str, int]:
        return self.face.sha256, self.move.words if self.move is not None else "", self.face.index


def lay_beside(
    first: Tape, second: Tape, *, progress: Callable[[int, int], None] = lambda *_: None
) -> Beside:
    """Align two recordings over their screens and what was done on them.

    Raises:
        RecordingError: A file of one is not as it was recorded.
    """
    known: dict[tuple[int, int], Likeness | None] = {}
    one, other = _stops(first), _stops(second)
    total = len(one) * len(other)

    def alike(a: _Stop, b: _Stop) -> Likeness | None:
        own = a.face.tape is first
        place = (a.face.index, b.face.index) if own else (b.face.index, a.face.index)
        if place not in known:
            known[place] = likeness(a.face, b.face)
            progress(len(known), total)
        return known[place]

    def cost(a: _Stop, b: _Stop) -> int | None:
        found = alike(a, b)
        return None if found is None else _screen_cost(found) + _move_cost(a.move, b.move)

    pairs = align(one, other, cost, gap=_ALONE, key=lambda stop: stop.key)
    places = []
    for a, b in pairs:
        if a is not None and b is not None:
            found = alike(one[a], other[b])
            places.append(_pair(one[a], other[b], found))
        else:
            alone = one[a] if a is not None else other[b if b is not None else 0]
            places.append(_alone(alone, own=a is not None))
    return Beside(
        first=_ending(first),
        second=_ending(second),
        places=tuple(places),
        notes=tuple(_notes(first, second)),
    )


def _stops(tape: Tape) -> Sequence[_Stop]:
    pictures: dict[str, Screenshot] = {}
    faces = [Face(tape, step.index, pictures) for step in tape.steps]
    return [
        _Stop(face, move_of(step, face.tree)) for face, step in zip(faces, tape.steps, strict=True)
    ]


def _screen_cost(found: Likeness) -> int:
    match found.basis:
        case "picture" | "tiles":
            return 0
        case "place":
            return _PLACE_ONLY
        case _:
            return _TREE_LEAST + round(_TREE_RANGE * (1 - found.share))


def _move_cost(one: Move | None, other: Move | None) -> int:
    if one is None or other is None:
        return 0 if one is other else _OTHER_KIND
    if same_move(one, other):
        return 0
    return _OTHER_TARGET if one.kind == other.kind else _OTHER_KIND


def _pair(one: _Stop, other: _Stop, found: Likeness | None) -> Place:
    same = _move_cost(one.move, other.move) == 0
    return Place(
        kind="same" if same else "different",
        first=one.face.index,
        second=other.face.index,
        basis=found.basis if found is not None else None,
        share=round(found.share, 3) if found is not None else 0.0,
        screen=_screen(one.face),
        first_did=_did(one),
        second_did=_did(other),
    )


def _alone(stop: _Stop, *, own: bool) -> Place:
    return Place(
        kind="left_out" if own else "inserted",
        first=stop.face.index if own else None,
        second=None if own else stop.face.index,
        basis=None,
        share=0.0,
        screen=_screen(stop.face),
        first_did=_did(stop) if own else "",
        second_did="" if own else _did(stop),
    )


def _did(stop: _Stop) -> str:
    return stop.move.words if stop.move is not None else "(last look)"


def _screen(face: Face) -> str:
    app, activity = face.place
    return activity.lstrip(".") or app.rpartition(".")[2] or "?"


def _ending(tape: Tape) -> Ending:
    start, end = tape.recording.start, tape.recording.end
    return Ending(
        recording=tape.recording.folder,
        goal=start.goal,
        policy=" ".join(filter(None, (start.policy, start.model))),
        stop=end.stop if end is not None else None,
        verdict=end.verdict if end is not None else Verdict.UNVERIFIED,
        told=(end.answer or end.error) if end is not None else "",
        steps=len(tape.steps),
        duration_s=end.duration_s if end is not None else 0.0,
    )


def _notes(first: Tape, second: Tape) -> list[str]:
    one, other = first.recording.start, second.recording.start
    notes = []
    if one.goal != other.goal:
        notes.append("The goals are not the same.")
    sizes = first.seen(0).size, second.seen(0).size
    if sizes[0] != sizes[1]:
        notes.append(
            f"The screens measure {sizes[0]} and {sizes[1]}: they are compared by app, activity "
            "and UI tree, not by pictures."
        )
    if one.device.locale != other.device.locale:
        notes.append(f"The languages are {one.device.locale!r} and {other.device.locale!r}.")
    return notes
