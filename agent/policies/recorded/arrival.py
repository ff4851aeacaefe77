"""Whether a device already shows what a recording ends on, so that nothing need be replayed."""

from agent.policies.recorded.ladder import Ladder
from agent.policies.recorded.source import Source, in_flight
from agent.policies.recorded.words import screen_words
from agent.recording.format import ObservationSeen
from tools.device import Observation

_SAME_WORDS = 0.8


def is_where_it_ends(source: Source, ladder: Ladder, now: Observation) -> bool:
    """Whether the run can go on from ``now`` as it is.

    That is so if this is the last screen that was seen; or, where a step was being delivered when
    the run was cut off, if that step's app is in front with a screen that it may have led to.
    """
    steps = source.recording.steps
    last = steps[-1].observation
    if last is None:
        return False
    if looks_like(source, ladder, last, now):
        return True
    cut_off = in_flight(source.recording)
    first = steps[0].observation
    if cut_off is None or first is None or not now.app or now.app != last.app:
        return False
    return not any(
        step.observation is not None and looks_like(source, ladder, step.observation, now)
        for step in steps
    )


def looks_like(source: Source, ladder: Ladder, seen: ObservationSeen, now: Observation) -> bool:
    """Whether ``now`` is the recorded screen ``seen``, by its tiles or by its words."""
    if ladder.same_screen(seen, now) is not None:
        return True
    if ladder.context(seen, now) is not None:
        return False
    old, new = source.tree(seen), now.ui_tree
    if old is None or new is None:
        return False
    before, here = screen_words(old), screen_words(new)
    return len(before & here) >= _SAME_WORDS * max(1, len(before | here))
