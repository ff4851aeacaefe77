"""Where in a recording a device is already, so that what is done need not be done again."""

from agent.policies.recorded.ladder import Ladder
from agent.policies.recorded.source import Source
from agent.policies.recorded.words import screen_words
from agent.recording.format import ObservationSeen
from tools.device import Observation


def done_before(source: Source, ladder: Ladder, now: Observation) -> int:
    """Index of the first recorded step that is still to be done on the screen ``now``.

    A screen that was recorded tells it. So does, where the last act was never looked at because the
    run was cut off, a new screen of the same app: that act led there, and is not repeated.

    Returns:
        0 if nothing is done; one more than the last step's index if all is.
    """
    looks = [step.observation for step in source.recording.steps if step.observation is not None]
    for seen in reversed(looks):
        if looks_like(source, ladder, seen, now):
            return seen.step
    last, first = looks[-1], looks[0]
    acted = source.step_at(last.step)
    if acted is None or acted.intent is None or not now.app:
        return 0
    went_on = now.app == last.app or (
        last.app == first.app and now.app not in {seen.app for seen in looks}
    )
    return last.step + 1 if went_on else 0


def looks_like(source: Source, ladder: Ladder, seen: ObservationSeen, now: Observation) -> bool:
    """Whether ``now`` is the recorded screen ``seen``, by its tiles or by its words."""
    if ladder.same_screen(seen, now) is not None:
        return True
    if ladder.context(seen, now) is not None:
        return False
    old, new = source.tree(seen), now.ui_tree
    if old is None or new is None:
        return False
    return screen_words(old) == screen_words(new) and bool(screen_words(old))
