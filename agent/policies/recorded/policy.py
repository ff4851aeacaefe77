"""Plays a recording again, a step of it at each look, and writes down how each was found."""

from collections.abc import Sequence

from agent.policies.recorded.arrival import done_before
from agent.policies.recorded.carry import decide_to, finish
from agent.policies.recorded.effect import had_effect
from agent.policies.recorded.ending import Closing, close_as_recorded
from agent.policies.recorded.final import final_touch, is_final, may_be_done
from agent.policies.recorded.join import places_to_join
from agent.policies.recorded.ladder import Found, Ladder, Missed
from agent.policies.recorded.manner import Manner, RungLog
from agent.policies.recorded.progress import Move, Progress, Turn
from agent.policies.recorded.retelling import WHY, Give, Retelling, Told
from agent.policies.recorded.screens import Screens, is_busy
from agent.policies.recorded.source import Due, Source
from agent.policies.recorded.teaching import Teaching
from agent.policy import Policy
from agent.recording.format import ObservationSeen
from agent.step import Decision, Step
from tools.action import Scroll, Swipe, Wait
from tools.device import Observation
from tools.errors import ReplayDivergedError

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 8.0
_AHEAD = 3
"""How many recorded steps further on are looked for when the due one is not to be found."""
_END_ASKS = 2
"""How often the inner policy is asked whether it is done, where the end looks otherwise."""


class RecordedPolicy:
    """Decides what a recording says, where this screen lets it.

    Args:
        source: The recording.
        log: Where the rungs are written.
        manner: How far it may heal.
        inner: Who is asked where the recording does not fit; ``None``: nobody.
        give: Serves recorded answers; ``None``: steps that touched no screen are left out.
    """

    wants_ui_tree = True

    def __init__(
        self,
        source: Source,
        log: RungLog,
        manner: Manner,
        inner: Policy | None = None,
        give: Give | None = None,
    ) -> None:
        self._source, self._log, self._manner, self._inner = source, log, manner, inner
        self._teaching, self._retelling = Teaching(inner), Retelling(source, give)
        self._healing = manner.mode != "strict"
        self._ladder = Ladder(source, by_words=self._healing)
        self._screens = Screens(source, self._ladder, by_words=self._healing)
        self._at = Progress()

    @property
    def name(self) -> str:
        """The recording, and who is asked where it does not fit."""
        return f"recorded ({self._inner.name})" if self._inner is not None else "recorded"

    @property
    def steps_left(self) -> int:
        """Recorded steps that are still to be performed."""
        return len(self._source.steps) - self._at.place

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """Decide the recorded step that is due, or what leads to it.

        Raises:
            ReplayDivergedError: The screen is another one, and the mode allows nothing further.
            NeedsHumanError: Something final needs a yes, and nobody is there.
            UnreadableReplyError: The inner policy was asked and gave no decision.
            RecordingError: A file of the recording cannot be read.
        """
        turn = Turn(goal, observation, history)
        if not history:
            self._begin(turn)
        if not self._at.handed_over and self._screens.is_off(self._at.place, observation):
            raise self._diverged(
                turn, Missed("the screen is black: switch it on and unlock it, then try again")
            )
        if self._at.asking is not observation:
            self._at.asking = None
            if not self._at.handed_over:
                self._judge(turn)
                return self._due(turn)
        return self._ask_inner(turn)

    def _begin(self, turn: Turn) -> None:
        self._at, done = Progress(), 0
        if self._manner.arrived:
            done = done_before(self._source, self._ladder, turn.now)
        self._teaching.begin(turn.goal, self._source, done)
        self._at.go_to(sum(due.index < done for due in self._source.steps))
        self._retelling.begin(done)
        self._at.handed_over = bool(done) and not self.steps_left and not self._retelling.left

    def _due(self, turn: Turn) -> Decision:
        at, steps = self._at, self._source.steps
        while at.place < len(steps):
            due = steps[at.place]
            if (told := self._retelling.next(due.index, turn.history)) is not None:
                return self._tell(turn, told)
            found = self._ladder.climb(due, turn.now)
            if isinstance(found, Missed) or at.barred:
                missed = Missed(at.barred, found.tiles) if at.barred else found
                assert isinstance(missed, Missed)  # noqa: S101 - one of the two it is
                return self._recover(turn, due, missed)
            if found.rung != "skip":
                return self._perform(turn, due, found)
            self._log.rung(due.index, "skip", found.reason, tiles=found.tiles)
            at.go_to(at.place + 1)
        if (told := self._retelling.next(None, turn.history)) is not None:
            return self._tell(turn, told)
        return self._hand_over(turn) if self._manner.go_on else self._end(turn)

    def _tell(self, turn: Turn, told: Told) -> Decision:
        self._log.rung(told.index, "exact", WHY)
        decision = self._teaching.note(turn, self._retelling.tell(told))
        thought = f"{decision.thought} (exact)".strip()
        return decision.model_copy(update={"thought": thought})

    # What came of the last decision.

    def _judge(self, turn: Turn) -> None:
        at = self._at
        move, at.move = at.move, None
        if move is None:
            return
        if move.found is None:
            self._rejoin(turn, move)
        elif turn.history[-1].mistake:
            at.barred = f"it could not be done: {turn.history[-1].mistake}"
        elif not move.found.prepares:
            self._judge_effect(turn, move)

    def _judge_effect(self, turn: Turn, move: Move) -> None:
        at, due = self._at, self._source.steps[self._at.place]
        expected = due.changed is True and not isinstance(due.action, Scroll | Swipe)
        if (
            not expected
            or had_effect(move.before, turn.now, self._source.bar_px)
            or self._screens.reached(at.place + 1, turn.now)
        ):
            at.go_to(at.place + 1)
        elif move.tries:
            at.barred = "it had no effect, twice"
        else:  # it may still come: wait, then once more, then another way
            at.pending = move

    def _rejoin(self, turn: Turn, move: Move) -> None:
        """After a step of the inner policy: go on at the recorded step whose screen this is."""
        at, steps = self._at, self._source.steps
        for place in places_to_join(self._source, at, turn, move):
            if place == len(steps):
                if place > at.place and not self._screens.at_the_end(turn.now):
                    continue
            elif isinstance(self._ladder.climb(steps[place], turn.now), Missed):
                continue
            if place == at.place:
                at.stay()
                return
            at.joins[place] = at.joins.get(place, 0) + 1
            self._pass_over(at.place + 1, place, "done by the policy that was asked")
            at.go_to(place)
            at.replanning = False
            return

    # Deciding.

    def _perform(self, turn: Turn, due: Due, found: Found) -> Decision:
        at, again = self._at, self._at.pending is not None
        final = not found.certain or again
        final = final and is_final(due, self._source, found.action, turn.now)
        if again and self._may_wait(turn, due):
            return self._wait(due.index, "it had no effect yet")
        if again and final:
            at.barred = "it had no effect, and what cannot be undone is not done twice"
            return self._recover(turn, due, Missed(at.barred, found.tiles))
        if final and self._manner.approver is None:
            at.barred = "it cannot be undone, and the screen is not the recorded one"
            return self._recover(turn, due, Missed(at.barred, found.tiles))
        if (
            final
            and self._manner.approver is not None
            and not may_be_done(self._manner.approver, found.action, turn.now, step=due.index + 1)
        ):
            return self._not_allowed(due.index)
        reason = f"{found.reason}; once more, as it had no effect" if again else found.reason
        self._log.rung(due.index, found.rung, reason, tiles=found.tiles, likeness=found.likeness)
        at.waits, at.pending = 0, None
        at.move = Move(found, turn.now, tries=1 if again else 0)
        decision = self._teaching.note(turn, decide_to(found.action, due.thought))
        thought = f"{due.thought} ({found.rung})".strip()
        return decision.model_copy(update={"thought": thought})

    def _recover(self, turn: Turn, due: Due, missed: Missed) -> Decision:
        """The rungs below the screen itself: look further, wait, leave out, ask, go on, stop."""
        at, may_come = self._at, not missed.covered and not self._at.barred
        if self._healing and self._skip_to(turn, surely=True):
            return self._due(turn)
        if may_come and is_busy(turn.now) and self._may_wait(turn, due):
            return self._wait(due.index, missed.reason)
        if self._healing and missed.absent and may_come:
            scroll = at.seek.next_scroll(turn.now)
            if scroll is not None:
                reason = f"{missed.reason}: look further along"
                self._log.rung(due.index, "tree", reason, tiles=missed.tiles)
                at.move = Move(Found("tree", scroll, reason, prepares=True), turn.now)
                return self._teaching.note(
                    turn, decide_to(scroll, f"{due.thought}: look further along")
                )
        if may_come and not at.seek.begun and self._may_wait(turn, due):
            return self._wait(due.index, missed.reason)
        if self._healing and missed.elsewhere and self._skip_to(turn, surely=False):
            return self._due(turn)
        return self._ask_or_stop(turn, due.index, missed, most=self._manner.max_asks)

    def _ask_or_stop(self, turn: Turn, index: int, missed: Missed, *, most: int) -> Decision:
        at = self._at
        if not self._healing or self._inner is None:
            raise self._diverged(turn, missed)
        if at.asks < most and not at.replanning:
            at.asks += 1
            self._log.rung(index, "ask", missed.reason, tiles=missed.tiles)
            at.move = Move(None, turn.now, same_place=not missed.elsewhere)
        elif self._manner.mode == "agent":
            at.replanning = True
            self._log.rung(index, "replan", missed.reason, tiles=missed.tiles)
            at.move = Move(None, turn.now, same_place=False)
        else:
            raise self._diverged(turn, missed)
        decision = self._ask_inner(turn)
        if decision.call.name == "finish":
            return decision
        rung = "replan" if at.replanning else "ask"
        return decision.model_copy(update={"thought": f"{decision.thought} ({rung})".strip()})

    def _ask_inner(self, turn: Turn) -> Decision:
        assert self._inner is not None  # noqa: S101 - asked only where there is one
        at = self._at
        at.asking = turn.now
        decision = self._inner.decide(turn.goal, turn.now, self._teaching.history(turn))
        at.asking = None
        return decision if at.handed_over else self._checked(turn, decision)

    def _checked(self, turn: Turn, decision: Decision) -> Decision:
        """Within a replay the inner policy, too, needs a yes for what cannot be undone."""
        approver = self._manner.approver
        if decision.call.name == "finish" and self._manner.mode != "agent":
            self._check_finish(turn, decision)
        final = final_touch(decision, turn.now) if approver is not None else None
        if final is None or approver is None:
            return decision
        index = self._seen_due().step
        allowed = may_be_done(approver, final, turn.now, step=index + 1)
        return decision if allowed else self._not_allowed(index)

    def _check_finish(self, turn: Turn, decision: Decision) -> None:
        """A policy that is asked for one step may end the replay only where the recording ends."""
        said = decision.call.arguments
        if said.get("success") is not True:
            gave_up = f"the policy that was asked gave up: {said.get('answer', '')}"
            raise self._diverged(turn, Missed(gave_up))
        left = self.steps_left
        if left > 1 or (left and not self._screens.at_the_end(turn.now)):
            early = f"the policy that was asked says it is done, {left} steps too early"
            raise self._diverged(turn, Missed(early))

    def _end(self, turn: Turn) -> Decision:
        ending = self._source.ending
        if ending is None:
            end = self._source.recording.end
            why = f"it ended as {end.stop.value!r}" if end is not None else "it has no end"
            done = f"All {len(self._source.steps)} recorded steps were performed again"
            return finish(f"{done}; the recording claims no success: {why}.", success=False)
        closing = close_as_recorded(
            self._source, self._ladder, ending, turn.now, by_words=self._healing
        )
        if isinstance(closing, Closing):
            self._log.rung(ending.index, closing.rung, closing.reason, tiles=closing.tiles)
            return finish(closing.answer, success=ending.success)
        if not closing.covered and self._may_wait(turn, None):
            return self._wait(ending.index, closing.reason)
        return self._ask_or_stop(turn, ending.index, closing, most=_END_ASKS)

    def _hand_over(self, turn: Turn) -> Decision:
        """The steps before the fork are done: wait for the screen of the fork, then let go."""
        seen, steps = self._seen_due(), self._source.steps
        unseen = bool(steps) and seen.step <= steps[-1].index  # it was cut off before another look
        missed = None if unseen else self._ladder.context(seen, turn.now)
        if missed is not None and not missed.covered and self._may_wait(turn, None):
            return self._wait(seen.step, missed.reason)
        if missed is not None and not self._healing:
            raise self._diverged(turn, missed)
        self._at.handed_over = True
        return self._ask_inner(turn)

    # Smaller moves.

    def _wait(self, index: int, reason: str) -> Decision:
        at = self._at
        wait = Wait(duration_s=min(_FIRST_WAIT_S * 2**at.waits, _LONGEST_WAIT_S))
        at.waits += 1
        self._log.rung(index, "wait", reason)
        at.move = at.pending  # to be judged again, against the look before it
        return decide_to(wait, f"Wait for the screen of step {index + 1}: {reason}")

    def _may_wait(self, turn: Turn, due: Due | None) -> bool:
        most, recorded = self._manner.max_waits, due.waits if due is not None else 0
        if is_busy(turn.now) or recorded:
            return self._at.waits < most + recorded
        return self._at.waits < most // 2

    def _skip_to(self, turn: Turn, *, surely: bool) -> bool:
        """Leave out what is not needed here: a dialog that did not come, a list that is open.

        Args:
            turn: What is there.
            surely: Only to a step whose whole screen is this one.
        """
        at, steps = self._at, self._source.steps
        for place in range(at.place + 1, min(len(steps), at.place + 1 + _AHEAD)):
            left_out = steps[at.place : place]
            if any(is_final(each, self._source, each.action, None) for each in left_out):
                return False
            found = self._ladder.climb(steps[place], turn.now)
            if isinstance(found, Missed) or found.rung == "skip":
                continue
            if surely and not self._screens.reached(place, turn.now):
                continue
            number = steps[place].index + 1
            self._pass_over(at.place, place, f"the screen is that of step {number} already")
            at.go_to(place)
            return True
        return False

    def _pass_over(self, start: int, end: int, reason: str) -> None:
        for passed in self._source.steps[start:end]:
            self._log.rung(passed.index, "skip", reason)

    def _not_allowed(self, index: int) -> Decision:
        self._log.rung(index, "stop", "the person did not allow it")
        return finish(f"The person did not allow step {index + 1} here.", success=False)

    def _diverged(self, turn: Turn, missed: Missed) -> ReplayDivergedError:
        self._log.rung(self._seen_due().step, "stop", missed.reason, tiles=missed.tiles)
        return self._screens.divergence(self._at.place, turn.now, missed)

    def _seen_due(self) -> ObservationSeen:
        return self._screens.before(self._at.place)
