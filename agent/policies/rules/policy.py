"""The policy itself: one look, a list of rules, the first that has something to do decides."""

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from agent.policies.rules.answer import answer, go_home
from agent.policies.rules.calculator import work_out
from agent.policies.rules.closing import close_app
from agent.policies.rules.counting import count_here
from agent.policies.rules.deed import do_deed
from agent.policies.rules.document import begin_document, save_document
from agent.policies.rules.evidence import finish_on_evidence
from agent.policies.rules.fill import accept_filled, fill_wants, put_into_cart
from agent.policies.rules.folders import make_folder, rename
from agent.policies.rules.intent import Intent, Want
from agent.policies.rules.interruptions import dismiss, wait_while_loading
from agent.policies.rules.lead import go_to_goal_page, lead_on
from agent.policies.rules.navigate import begin, go_to_app, go_to_section
from agent.policies.rules.patience import (
    PAUSES_S,
    await_dialog,
    await_effect,
    await_words,
    note_act,
    pause,
)
from agent.policies.rules.pick import accept, pick_from_list
from agent.policies.rules.read_goal import read_goals
from agent.policies.rules.refusal import refuse
from agent.policies.rules.replacing import replace_text
from agent.policies.rules.schedule import pick_date, time_here
from agent.policies.rules.seek import look_for, set_here
from agent.policies.rules.several import after_errand, leave_errand, resumed
from agent.policies.rules.text import says
from agent.policies.rules.timers import count_down
from agent.policies.rules.turn import MAX_TRIES, Memory, Turn, decision, finish
from agent.policies.rules.view import View
from agent.policy import Glimpse
from agent.step import Decision, Step
from tools.device import Observation
from tools.geometry import Point

_NEAR_PX = 60
_CLEARLY = 2
_OF_DESKTOPS = frozenset({"close", "replace", "rename", "sum"})
_SEVERAL = "Several apps could be"
_IN_BRACKETS = re.compile(r"\(([\w.-]+)\)")
"""How a device names each of several apps that could be meant."""


class RulesPolicy:
    """Decides by rules over the accessibility tree; holds the memory of one episode.

    Args:
        app: Whether the loop opened the right app already, so that it need not be looked for.
    """

    name = "rules"
    wants_ui_tree = True

    def __init__(self, *, in_app: bool = False) -> None:
        self._in_app = in_app
        self._memory = Memory()
        self._intents: tuple[Intent, ...] = ()
        self._begun = False

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """Decide by the first rule that has something to do; give up when none has.

        Raises:
            CaptureError: The observation has no UI tree.
        """
        return self._decide(goal, Glimpse.of(observation), history)

    def _decide(self, goal: str, seen: Glimpse, history: Sequence[Step]) -> Decision:
        now = seen.device_time or datetime.now()
        if not history or not self._begun:
            self._begin(goal, now, history)
        refusal = refuse(goal, self._intents)
        if refusal is not None:
            return refusal
        if seen.ui_tree is None and (later := self._read_later()) is not None:
            return later
        self._memory.unread = 0
        view = View(seen)
        if self._in_app and not history:
            self._memory.app = view.app
        turn = Turn(view, self._intents[self._memory.errand], self._memory, now.date())
        _learn(turn, history)
        move = next(filter(None, (rule(turn) for rule in _RULES)), None)
        if move is None:
            move = pause(turn, "nothing leads on yet") or _give_up(turn)
        if move.call.name == "finish":
            self._memory, move = after_errand(turn, move, len(self._intents))
        note_act(replace(turn, memory=self._memory), move)
        return move

    def _read_later(self) -> Decision | None:
        """An app that is busy tells nothing; one that told something before will do so again."""
        known = self._memory.acted is not None
        if self._memory.unread >= len(PAUSES_S) - (not known):
            return None
        self._memory.unread += 1
        seconds = PAUSES_S[self._memory.unread - 1]
        return decision("Wait: no UI tree could be read", "wait", duration_s=seconds)

    def follow(self, goal: str, seen: Glimpse, history: Sequence[Step], decision: Decision) -> None:
        """Learn from a step that somebody else decided, as far as it is what these rules would do.

        What the screen shows as set is remembered in any case; the rest only of a like decision.
        """
        if seen.ui_tree is None:
            return
        before = deepcopy(self._memory) if history and self._begun else Memory()
        own = self._decide(goal, seen, history)
        if _same_deed(own, decision):
            return
        learnt = self._memory
        before.verified.update(learnt.verified)
        before.app = learnt.app or before.app
        before.launcher = learnt.launcher or before.launcher
        before.tries["app pressed"] += "launcher" in seen.app
        self._memory = before
        if self._intents and _commits(seen, decision, self._intents[before.errand]):
            before.committed = True

    def _begin(self, goal: str, now: datetime, history: Sequence[Step]) -> None:
        self._begun = True
        self._intents = read_goals(goal, now)
        # In the middle of a run of somebody else's, the app is the one that was in front last.
        self._memory = resumed(history, len(self._intents))


def _same_deed(own: Decision, other: Decision) -> bool:
    """Whether two decisions come to the same, the exact pixel apart."""
    if own.call.name != other.call.name:
        return False
    mine, theirs = own.call.arguments.get("at"), other.call.arguments.get("at")
    match mine, theirs:
        case [int(x), int(y)], [int(other_x), int(other_y)]:
            return abs(x - other_x) <= _NEAR_PX and abs(y - other_y) <= _NEAR_PX
        case _:
            return own.call == other.call


def _commits(seen: Glimpse, decision: Decision, intent: Intent) -> bool:
    """Whether it presses what makes the errand final."""
    match decision.call.arguments.get("at"):
        case [int(x), int(y)] if decision.call.name == "tap":
            at = Point(x=x, y=y)
        case _:
            return False
    pressed = [item for item in View(seen).pressables if item.box.contains(at)]
    return any(item.says(intent.errand.commit) >= _CLEARLY for item in pressed)


def _learn(turn: Turn, history: Sequence[Step]) -> None:
    """Take from the last step what the screen alone does not tell."""
    memory = turn.memory
    if memory.scrolled is not None:
        before, key = memory.scrolled
        if before == turn.view.content:
            memory.ends.add(key)
        memory.scrolled = None
    if not history or history[-1].decision is None:
        return
    last = history[-1].decision
    if turn.view.place == memory.last_place and last.call.name == "tap" and _complaints(turn):
        memory.tries[f"complaint|{turn.view.place}"] += 1
    memory.last_place = turn.view.place
    if history[-1].mistake and last.call.name == "open_app":
        memory.tries["app pressed"] = 0
        several, _, listed = history[-1].mistake.partition(": ")
        memory.offered = tuple(_IN_BRACKETS.findall(listed)) if _SEVERAL in several else ()


def _pick(turn: Turn) -> Decision | None:
    """Go on in the picker that was opened for a want."""
    want = turn.memory.opened
    if want is None:
        return None
    if turn.view.place == turn.memory.opened_from:
        turn.memory.opened = None
        return None
    if turn.memory.tries[f"in picker|{want.slot}"] > 40:
        return None
    turn.memory.tries[f"in picker|{want.slot}"] += 1
    move = _pick_kind(turn, want)
    if move is None:
        turn.memory.opened = None
        if want.slot not in turn.memory.abandoned and turn.try_once(
            f"left|{want.slot}", times=MAX_TRIES
        ):
            return turn.back(f"This does not offer {want.wish!r}: go back")
    return move


def _pick_kind(turn: Turn, want: Want) -> Decision | None:
    match want.kind:
        case "date":
            return pick_date(turn, want)
        case "time":
            return time_here(turn, want)
        case "count":
            return _pick_counts(turn)
        case _:
            return pick_from_list(turn, want)


def _pick_counts(turn: Turn) -> Decision | None:
    """Several counts share one picker: set them all, then accept."""
    for want in turn.memory.open_wants(turn.intent):
        if want.kind != "count":
            continue
        move, found = count_here(turn, want)
        if found and move is not None:
            return move
    return accept(turn, "The numbers are right")


def _give_up(turn: Turn) -> Decision:
    memory = turn.memory
    reasons = [f"{slot.replace('_', ' ')}: {why}" for slot, why in memory.abandoned.items()]
    missing = [want.name for want in memory.open_wants(turn.intent)]
    if missing:
        reasons.append(f"found no place to set {', '.join(missing)}")
    complaints = _complaints(turn)
    if complaints:
        reasons.append(f"the app says {'; '.join(complaints[:3])}")
    if memory.refused:
        reasons.append(f"the app asked, and I did not agree: {memory.refused!r}")
    if not reasons:
        reasons.append(
            "nothing on this screen leads on, and it does not show that the goal is done"
        )
    title = turn.view.plain_texts[0].label if turn.view.plain_texts else turn.view.app
    return finish(f"I gave up on the screen {title!r}: {'. '.join(reasons)}.", success=False)


def _stop_if_impossible(turn: Turn) -> Decision | None:
    """No use going on to the end of a form that cannot be what was asked for."""
    return _give_up(turn) if turn.memory.abandoned else None


def _complaints(turn: Turn) -> list[str]:
    """What an app says when something is missing or wrong."""
    found = [
        node.label
        for node in turn.view.plain_texts
        if says(node.label, turn.words.errors) >= 1 and len(node.label) < 80
    ]
    return list(dict.fromkeys(found))


def _opened_app(turn: Turn) -> Decision | None:
    """The errand "open the app" ends when it is in front."""
    if turn.intent.name == "open" and turn.memory.app and turn.view.app == turn.memory.app:
        return finish(f"Done: {turn.view.app} is in front.", success=True)
    return None


def _only_on_desktops(turn: Turn) -> Decision | None:
    if turn.intent.name in _OF_DESKTOPS and not turn.view.on_desktop:
        return finish("I can do this on a desktop only, and this is none.", success=False)
    return None


_RULES: tuple[Callable[[Turn], Decision | None], ...] = (
    leave_errand,
    finish_on_evidence,
    close_app,
    await_effect,
    go_home,
    go_to_app,
    _only_on_desktops,
    close_app,
    _opened_app,
    await_words,
    await_dialog,
    work_out,
    replace_text,
    rename,
    make_folder,
    wait_while_loading,
    _pick,
    go_to_section,
    do_deed,
    count_down,
    begin_document,
    fill_wants,
    answer,
    finish_on_evidence,
    put_into_cart,
    accept_filled,
    set_here,
    finish_on_evidence,
    go_to_goal_page,
    dismiss,
    save_document,
    look_for,
    _stop_if_impossible,
    begin,
    lead_on,
)
