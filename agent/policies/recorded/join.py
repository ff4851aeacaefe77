"""Where to go on in a recording after the inner policy has done something."""

from collections.abc import Iterator

from agent.policies.recorded.progress import Move, Progress, Turn
from agent.policies.recorded.source import Source

_AHEAD = 4
_JOINS = 2
"""How often one place may be joined from elsewhere: else two policies could play ping-pong."""


def places_to_join(source: Source, at: Progress, turn: Turn, move: Move) -> Iterator[int]:
    """Places in the recording to go on at, the likeliest first; the end is one of them.

    A step like the recorded one, on the screen it was recorded on, was most likely that step;
    anything else (a dialog closed, a list scrolled) most likely led to it.
    """
    end = len(source.steps)
    if at.place >= end:
        yield end
        return
    reach = end if at.replanning else min(end, at.place + _AHEAD)
    acted, due = turn.history[-1], source.steps[at.place]
    did_it = (
        move.same_place
        and not acted.mistake
        and acted.action is not None
        and acted.action.kind == due.action.kind
    )
    later = [place for place in range(at.place + 1, reach + 1) if at.joins.get(place, 0) < _JOINS]
    if did_it:
        yield from (*later, at.place)
    else:
        yield from (at.place, *later)
