"""The step cache within cases: who is asked, what is kept, and what becomes of a stale one."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.config import Config
from agent.policies.rules.policy import RulesPolicy
from agent.policies.scripted import ScriptedPolicy
from agent.policy import Policy
from agent.step import Decision, Step
from agent.step_cache import StepCache
from agent.suite.runner.job import CaseResult, job_of
from agent.suite.runner.place import InProcess
from agent.suite.runner.run import SuiteRun
from agent.suite.runner.seams import Silence
from agent.suite.runner.status import CaseRun, Status
from agent.wiring.mind import Mind
from agent.wiring.performing import SuitePerformer
from tests.agent.episodes import DONE, call
from tests.agent.suite.act.phones import (
    PhoneStation,
    SuitePhone,
    actions,
    made_by,
    mind_of,
    recording_of,
    results,
    thoughts,
    why,
)
from tools.clock import SystemClock
from tools.device import Observation
from tools.devices.android import AndroidDevice
from tools.screen import Screenshot

FLIGHT = """
    name: flight
    target: {app: Clock}
    steps:
      - tap: Timer
      - goal: Turn on airplane mode
      - home:
    checks:
      - settings: {table: global, name: airplane_mode_on, equals: 1}
"""
ASTRAY = FLIGHT.replace("settings: {table: global, name: airplane_mode_on, equals: 1}", "shell: id")
"""The same case, as long as nobody has looked whether it does what it says."""


@dataclass
class Asked:
    """Decides as the rules do, and counts how often."""

    count: int = 0

    def mind(self, inner: Callable[[], Policy] = RulesPolicy) -> Mind:
        return made_by(lambda: _Counting(self, inner()))


@dataclass
class _Counting:
    asked: Asked
    inner: Policy
    name = "counting"
    wants_ui_tree = True

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        self.asked.count += 1
        return self.inner.decide(goal, observation, history)


@dataclass(frozen=True)
class Desk:
    """A phone, and a cache of its own."""

    phone: SuitePhone
    folder: Path

    @property
    def cache(self) -> StepCache:
        return StepCache(self.folder)

    def perform(self, text: str, mind: Mind, cache: str = "auto", **others: Any) -> CaseRun:
        """One attempt, as a performer makes it."""
        settings = {"cache": cache, "cache_dir": self.folder, **others}
        return self.phone.perform(text, mind=mind, **settings)

    def run(self, text: str, mind: Mind, cache: str = "auto", *, retries: int = 0) -> CaseResult:
        """The whole run of one case, as a runner makes it."""
        config = Config.model_validate(
            {"record_dir": self.phone.folder / "recordings", "cache": cache,
             "cache_dir": self.folder}
        )  # fmt: skip
        clock = SystemClock()
        job = job_of(self.phone.case(text), retries=retries, time_s=120.0)
        place = InProcess(PhoneStation(self.phone), SuitePerformer(config, mind), clock)
        run = SuiteRun([job], [place], clock=clock, record_dir=config.record_dir)
        return run.run(Silence()).results[0]


@pytest.fixture
def desk(phone: SuitePhone, tmp_path: Path) -> Desk:
    return Desk(phone, tmp_path / "steps")


def told(run: CaseRun) -> dict[str, int]:
    return dict(run.cache)


def said(run: CaseRun) -> str:
    return dict(run.facts)["step_cache_said"]


def test_the_second_time_nobody_is_asked(desk: Desk) -> None:
    first, second = Asked(), Asked()
    learnt = desk.perform(FLIGHT, first.mind())
    assert learnt.status is Status.PASSED, why(learnt)
    assert first.count > 2
    assert told(learnt) == {"kept": 1, "misses": 1}
    found = dict(learnt.provenance)
    assert found["policy"] == first.count - 1  # all but the last, which says that it is done
    assert found["tree"] == 1

    again = desk.perform(FLIGHT, second.mind())
    assert again.status is Status.PASSED, why(again)
    assert second.count == 0
    assert told(again) == {"hits": 1}
    assert dict(again.provenance) == {"cached": found["policy"], "tree": 1, "device": 1}
    assert actions(again) == actions(learnt)
    assert "Hit: reached in" in said(again)
    assert any(each.endswith("(exact)") for each in thoughts(again))
    rungs = [step.rung.rung for step in recording_of(again).steps if step.rung is not None]
    assert rungs[-1] == "exact"


def test_what_a_tool_answered_is_answered_again_without_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever is asked on the way knows less than the one who got there first."""
    monkeypatch.syspath_prepend(desk.phone.folder)
    (desk.phone.folder / "turns.py").write_text(
        "from itertools import count\nfrom tools.registry import tool\nTURNS = count(1)\n"
        '@tool\ndef draw() -> str:\n    """Draw."""\n    return f"number {next(TURNS)}"\n'
    )
    text = FLIGHT.replace(
        "settings: {table: global, name: airplane_mode_on, equals: 1}", "answer: done"
    )
    draws = [call("draw"), call("home"), DONE]
    learnt = desk.perform(text, mind_of(draws), tools=("turns",))
    assert learnt.status is Status.PASSED, why(learnt)
    assert "number 1" in results(learnt)
    again = desk.perform(text, mind_of([]), tools=("turns",))
    assert again.status is Status.PASSED, why(again)
    assert [each for each in results(again) if "number" in each] == ["number 1"]
    assert dict(again.provenance)["cached"] == dict(learnt.provenance)["policy"] == 2


def test_a_part_of_the_recording_is_kept_and_no_more(desk: Desk) -> None:
    run = desk.perform(FLIGHT, Asked().mind())
    [entry] = desk.cache.entries()
    whole, part = recording_of(run), desk.cache.recording(entry)
    assert entry.facts.case == "flight.task.yaml::flight" or "::flight" in entry.facts.case
    assert entry.span is not None
    assert len(part.steps) == entry.steps < len(whole.steps)
    assert part.start.goal == "Turn on airplane mode"
    assert part.steps[-1].decision is not None
    assert part.steps[-1].decision.call.name == "finish"
    frames = {each.name for each in (part.folder / "frames").iterdir()}
    assert len(frames) < len(list((whole.folder / "frames").iterdir()))
    for step in part.steps:
        assert step.observation is not None
        part.read(step.observation.frame)


def test_what_no_check_confirms_is_not_kept(desk: Desk) -> None:
    failed = desk.perform(FLIGHT.replace("equals: 1", "equals: 2"), Asked().mind())
    assert failed.status is Status.FAILED
    assert not failed.misled
    unchecked = desk.perform(FLIGHT.partition("checks")[0], Asked().mind())
    assert unchecked.status is Status.UNVERIFIED
    broken = desk.perform(FLIGHT + "    teardown:\n      - shell: exit 1\n", Asked().mind())
    assert broken.status is Status.ERROR
    assert desk.cache.entries() == ()


@pytest.mark.parametrize(
    ("use", "asked", "counts"),
    [
        ("off", True, {}),
        ("read", False, {"hits": 1}),
        ("auto", False, {"hits": 1}),
        ("refresh", True, {"kept": 1, "misses": 1}),
    ],
)
def test_what_memory_is_used_for(desk: Desk, use: str, asked: bool, counts: dict[str, int]) -> None:
    desk.perform(FLIGHT, Asked().mind())
    [before] = desk.cache.entries()
    second = Asked()
    run = desk.perform(FLIGHT, second.mind(), use)
    assert run.status is Status.PASSED, why(run)
    assert bool(second.count) is asked
    assert told(run) == counts
    [after] = desk.cache.entries()
    assert (after.kept == before.kept) is ("kept" not in counts)


def test_nothing_is_kept_by_reading(desk: Desk) -> None:
    run = desk.perform(FLIGHT, Asked().mind(), "read")
    assert run.status is Status.PASSED
    assert desk.cache.entries() == ()


def test_a_task_says_for_itself(desk: Desk) -> None:
    own = FLIGHT.replace("steps:", "cache: auto\n    steps:", 1)
    desk.perform(own, Asked().mind(), "off")
    asked = Asked()
    assert told(desk.perform(own, asked.mind(), "off")) == {"hits": 1}
    assert asked.count == 0
    assert told(desk.perform(own.replace("cache: auto", "cache: off"), asked.mind())) == {}
    assert asked.count > 0


def test_another_look_of_the_phone_is_a_miss(desk: Desk) -> None:
    desk.perform(FLIGHT, Asked().mind())
    asked = Asked()
    dark = FLIGHT.replace("{app: Clock}", "{app: Clock, scenario: dark}")
    run = desk.perform(dark, asked.mind())
    assert run.status is Status.PASSED, why(run)
    assert asked.count > 0
    assert "theme" in said(run)


@dataclass
class Forgetful:
    """A phone during whose fourth look, in the midst of the goal, somebody clears the cache."""

    device: AndroidDevice
    folder: Path
    looks: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.device, name)

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        self.looks += 1
        if self.looks == 4:
            shutil.rmtree(self.folder)
        return self.device.observe(seen=seen)


def test_memory_that_vanishes_on_the_way_is_gone_on_without(desk: Desk) -> None:
    desk.perform(FLIGHT, Asked().mind())
    asked = Asked()
    run = desk.perform(FLIGHT, asked.mind(), around=lambda device: Forgetful(device, desk.folder))
    assert run.status is Status.PASSED, why(run)
    assert asked.count > 0
    assert told(run) == {"hits": 1, "kept": 1}


def test_a_stale_cache_fails_no_case(desk: Desk) -> None:
    home = call("home", "It will do.")
    desk.perform(ASTRAY, mind_of([home, DONE]))
    [stale] = desk.cache.entries()

    asked = Asked()
    result = desk.run(FLIGHT, asked.mind())
    assert result.status is Status.PASSED, result
    astray, own = (each.run for each in result.attempts)
    assert (astray.status, astray.misled) == (Status.FAILED, True)
    assert told(astray) == {"forgotten": 1, "hits": 1}
    assert (own.status, own.misled) == (Status.PASSED, False)
    assert told(own) == {"kept": 1, "misses": 1}
    assert asked.count > 0
    [fresh] = desk.cache.entries()
    assert fresh.kept > stale.kept

    asked.count = 0
    assert desk.run(FLIGHT, asked.mind()).status is Status.PASSED
    assert asked.count == 0


def test_a_stale_cache_that_is_only_read_fails_no_case_either(desk: Desk) -> None:
    desk.perform(ASTRAY, mind_of([call("home"), DONE]))
    asked = Asked()
    result = desk.run(FLIGHT, asked.mind(), "read")
    assert result.status is Status.PASSED, result
    assert [each.run.misled for each in result.attempts] == [True, False]
    assert "led astray" in said(result.attempts[1].run)
    assert len(desk.cache.entries()) == 1


def test_a_case_that_fails_by_itself_still_does(desk: Desk) -> None:
    desk.perform(ASTRAY, mind_of([call("home"), DONE]))
    idle = made_by(lambda: ScriptedPolicy([DONE]))
    result = desk.run(FLIGHT, idle, retries=1)
    assert result.status is Status.FAILED
    assert [each.run.misled for each in result.attempts] == [True, False, False]
    assert desk.cache.entries() == ()


def test_the_same_goal_twice_in_a_case_is_remembered_twice(desk: Desk) -> None:
    text = """
        name: twice
        steps:
          - goal: Turn on airplane mode
          - shell: settings put global airplane_mode_on 0
          - home:
          - goal: Turn on airplane mode
        checks:
          - settings: {table: global, name: airplane_mode_on, equals: 1}
    """
    run = desk.perform(text, Asked().mind())
    assert run.status is Status.PASSED, why(run)
    first, second = (each.facts.case for each in desk.cache.entries())
    assert second == f"{first}#2"
    asked = Asked()
    again = desk.perform(text, asked.mind())
    assert again.status is Status.PASSED, why(again)
    assert told(again)["hits"] == 2
