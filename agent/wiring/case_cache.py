"""The step cache within test cases: goals that a case has reached before are reached from memory.

What a case's own checks have confirmed is kept, and only that. What was followed and did not end
well is forgotten, and the attempt counts for nothing: it was memory's, not the case's.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from agent.config import Config
from agent.policies.recorded.manner import Manner, OverheardLog, RungLog
from agent.policies.recorded.policy import RecordedPolicy
from agent.policies.recorded.retelling import Give
from agent.policies.recorded.source import Source
from agent.policy import Policy
from agent.recording.format import Rung
from agent.recording.reader import Recording, read_recording
from agent.step_cache import Entry, Facts, Lookup, Span, facts_of
from agent.suite.act.way import ASKED, CACHED, HEALED, NewPolicy, Thinking, Way
from agent.suite.language.cases import Case
from agent.suite.runner.status import CaseRun, Status
from agent.wiring.cache import cache_of, versions_on
from tools.device import Device
from tools.errors import RecordingError, UsageError

Use = Literal["off", "read", "auto", "refresh"]
Led: TypeAlias = tuple[str, datetime]
"""An entry that was followed, told apart from a later one in its place."""
_FROM: dict[Rung, str] = {
    "exact": CACHED,
    "shift": HEALED,
    "tree": HEALED,
    "ask": ASKED,
    "replan": ASKED,
}
"""Where a decision came from, by its rung; other rungs do nothing to the device."""
_MISLED = frozenset({"time_limit", "budget.steps", "budget.model_calls", "budget.tokens"})
"""Errors that a detour leads to."""


class CaseCache:
    """What is remembered of the goals of one attempt at a case.

    Args:
        case: The case.
        config: Where the cache is.
        use: What it may be used for.
        device: What it is performed on; not wrapped.
        log: Where rungs are written.
        give: Sees to it that a tool is not asked again for what it has answered already.
        astray: Entries that led astray in this test run, and are not followed again; added to.
    """

    def __init__(
        self,
        case: Case,
        config: Config,
        use: Use,
        device: Device,
        log: RungLog,
        give: Give,
        astray: set[Led],
    ) -> None:
        self._case, self._device, self._log, self._give = case, device, log, give
        self._use, self._astray = use, astray
        self._cache = cache_of(config)
        self._versions = versions_on(device)
        self._ways: list[_Way] = []
        self._counts: Counter[str] = Counter()
        self._said: list[str] = []

    def way(self, goal: str, new_policy: NewPolicy) -> Way:
        """The way to the next goal of the case; see ``NewWay``."""
        if self._use == "off":
            return Thinking(new_policy)
        facts = self._facts(goal)
        lookup = self._cache.find(facts, self._versions)
        recorded: RecordedPolicy | None = None
        rungs = _Rungs()
        if lookup.entry is not None and _led(lookup.entry) in self._astray:
            lookup = Lookup(None, "Miss: what is remembered led astray in this test run.")
        if lookup.entry is not None and self._use != "refresh":
            try:
                source = Source(self._cache.recording(lookup.entry))
            except UsageError as error:
                lookup = Lookup(None, f"Miss: {error.message}")
            else:
                # It may go its own way to the end: better that than a case that fails for memory.
                manner = Manner(mode="agent")
                log = OverheardLog(self._log, rungs.hear)
                recorded = RecordedPolicy(source, log, manner, new_policy(), self._give)
        self._counts["hits" if recorded is not None else "misses"] += 1
        self._said.append(lookup.why)
        way = _Way(facts, lookup.entry, new_policy, recorded, rungs)
        self._ways.append(way)
        return way

    def settle(self, run: CaseRun) -> CaseRun:
        """Keep what the checks have confirmed, forget what led astray, and tell of it.

        Args:
            run: What came of the attempt; its recording is complete.

        Returns:
            The run with what became of memory; ``misled`` if it was memory that was tried.
        """
        if self._use == "off":
            return run
        followed = [way for way in self._ways if way.followed]
        misled = bool(followed) and _went_wrong(run)
        try:
            if self._use != "read":
                self._forget([way for way in followed if misled or way.span is None])
                if run.status is Status.PASSED and run.recording is not None:
                    self._keep(read_recording(run.recording))
        except (RecordingError, OSError) as error:  # the case is what it is, remembered or not
            self._said.append(f"It could not be kept: {error}")
        if misled:
            self._astray.update(_led(way.entry) for way in followed if way.entry is not None)
            self._said.append("It did not lead there this time; what it says of the case is void.")
        said = (("step_cache_said", " ".join(self._said)),) if self._said else ()
        counts = tuple(sorted(self._counts.items()))
        return replace(run, cache=counts, misled=misled, facts=(*run.facts, *said))

    def _facts(self, goal: str) -> Facts:
        app = self._case.task.target.app or ""
        facts = facts_of(goal, app, self._device.info, case=self._case.id)
        before = sum(way.facts.goal == facts.goal for way in self._ways)
        if before:  # the same words later in a case begin somewhere else
            facts = facts.model_copy(update={"case": f"{self._case.id}#{before + 1}"})
        return facts

    def _forget(self, ways: list["_Way"]) -> None:
        for way in ways:
            self._counts["forgotten"] += self._cache.drop(way.facts.key)

    def _keep(self, recording: Recording) -> None:
        for way in self._ways:
            if way.span is not None and not way.as_remembered:
                self._cache.keep(way.facts, recording, self._versions, way.span)
                self._counts["kept"] += 1


def _led(entry: Entry) -> Led:
    return entry.facts.key, entry.kept


def _went_wrong(run: CaseRun) -> bool:
    kind = run.failure.kind if run.failure is not None else ""
    return run.status is Status.FAILED or (run.status is Status.ERROR and kind in _MISLED)


@dataclass
class _Rungs:
    """The rung that was taken last, and which there were."""

    last: Rung | None = None
    taken: set[Rung] = field(default_factory=set)

    def hear(self, rung: Rung) -> None:
        self.last = rung
        self.taken.add(rung)


@dataclass
class _Way:
    """The way to one goal; see ``Way``."""

    facts: Facts
    entry: Entry | None
    new_policy: NewPolicy
    recorded: RecordedPolicy | None
    rungs: _Rungs
    span: Span | None = None
    left: str = ""

    def __post_init__(self) -> None:
        self._fresh = self.new_policy() if self.recorded is None else None

    @property
    def followed(self) -> bool:
        """Whether memory decided anything, or was to."""
        return self.recorded is not None

    @property
    def as_remembered(self) -> bool:
        """Whether it went step by step as is remembered already."""
        return self.followed and not self.left and self.rungs.taken <= {"exact", "wait", "skip"}

    @property
    def policy(self) -> Policy:
        return self.recorded if self._fresh is None and self.recorded is not None else self._own()

    @property
    def source(self) -> str:
        if self._fresh is not None or self.rungs.last is None:
            return ASKED
        return _FROM.get(self.rungs.last, "")

    def leave(self, why: str) -> bool:
        if self._fresh is not None:
            return False
        self.left = why
        self._own()
        return True

    def reached(self, first: int, until: int, answer: str) -> None:
        self.span = Span(first=first, until=until, answer=answer)

    def _own(self) -> Policy:
        if self._fresh is None:
            self._fresh = self.new_policy()
        return self._fresh
