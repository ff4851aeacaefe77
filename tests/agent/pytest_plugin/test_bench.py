"""The bench: one device and one mind for many runs, each opened once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.pytest_plugin import SUFFIXES
from agent.pytest_plugin.settings import CACHES, POLICIES
from agent.pytest_plugin.telling import Trouble, properties
from agent.suite.checks.context import Permissions
from agent.suite.language import library
from agent.suite.language.cases import Case, load_cases
from agent.suite.language.task import CACHE
from agent.suite.runner.job import CaseResult, job_of
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from agent.wiring.bench import Bench
from agent.wiring.policies import KNOWN
from tools.action import OpenApp
from tools.errors import ConfigError, DeviceGoneError, UsageError

TASK = """\
name: look
steps:
  - open: Notes
checks:
  - settings: {table: global, name: airplane_mode_on, equals: 0}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench({"device": "virtual", "record_dir": tmp_path / "recordings"}, Permissions())
    yield made
    made.close()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    (tmp_path / "a.task.yaml").write_text(TASK)
    return load_cases(["a.task.yaml"], root=tmp_path, environment=lambda _: None)[0]


def test_the_plugin_knows_by_heart_what_it_does_not_import() -> None:
    assert SUFFIXES == library.SUFFIXES
    assert POLICIES == KNOWN
    assert set(CACHES) == set(CACHE)


def test_cases_tests_and_goals_share_one_device(bench: Bench, case: Case) -> None:
    result = bench.run(job_of(case, retries=None, time_s=60))
    assert (result.status, result.attempts[0].device) == (Status.PASSED, "virtual-1")
    first = bench.device()
    first.device.perform(OpenApp(name="Notes"))
    assert bench.run(job_of(case, retries=None, time_s=60)).status is Status.PASSED
    second = bench.device()
    assert second.serial == first.serial
    done = bench.pursue("turn on airplane mode", second.device, {"expect": ("Airplane mode",)})
    assert done.verdict.value == "passed"
    assert second.device.observe().app == "com.android.settings"

    bench.close()
    with pytest.raises(DeviceGoneError):
        second.device.observe()
    assert bench.device().device.observe().app


def test_phones_are_told_apart_by_number(bench: Bench) -> None:
    first, other = (bench.phone(n, scenario=None, seed=None) for n in (0, 1))
    again = bench.phone(0, scenario="dark", seed=2)
    assert (again.serial, again.scenario, again.seed) == (first.serial, "dark", 2)
    assert other.serial != first.serial
    with pytest.raises(UsageError, match="More than 8 virtual phones at once"):
        bench.phone(8, scenario=None, seed=None)


def test_a_goal_of_another_policy_has_a_mind_of_its_own(bench: Bench) -> None:
    device = bench.device().device
    with pytest.raises(ConfigError, match="needs a script"):
        bench.pursue("go home", device, {"policy": "scripted"})
    with pytest.raises(UsageError, match="goal is empty"):
        bench.pursue(" ", device, {})
    assert not list(Path(bench.config.record_dir).glob("*"))
    assert bench.pursue("turn on airplane mode", device, {}).finished


def test_what_cannot_be_had_is_not_tried_again(case: Case, tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    bench = Bench({"device": "virtual", "policy": "scripted", "script": script}, Permissions())
    job = job_of(case, retries=None, time_s=60)
    with pytest.raises(UsageError) as first:
        bench.run(job)
    script.write_text("steps: []\n")
    with pytest.raises(UsageError) as second:
        bench.run(job)
    assert second.value is first.value
    bench.close()


def result_of(case: Case, *runs: CaseRun) -> CaseResult:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    attempts = [Attempt(each, "virtual-1", now, 1.0) for each in runs]
    return CaseResult.of(job_of(case, retries=None, time_s=60), attempts)


def test_a_result_is_told_with_all_there_is(case: Case, tmp_path: Path) -> None:
    failure = Failure("check.text", "a.task.yaml:5: no", "a.task.yaml:5: no\nTeardown: also no")
    run = CaseRun(
        Status.FAILED,
        failure,
        steps=3,
        model_calls=2,
        tokens=9,
        provenance=(("tree", 2), ("policy", 1)),
        facts=(("model", "m"),),
        recording=tmp_path,
        attachments=(tmp_path / "more",),
    )
    result = result_of(case, run, run)
    trouble = Trouble.of(result)
    assert trouble.message == "a.task.yaml:5: no"
    assert trouble.further == (
        "Teardown: also no",
        "It was tried 2 times.",
        f"recording: {tmp_path}",
        f"look at it: agent report {tmp_path}",
    )
    assert properties(result) == [
        ("agent_status", "failed"),
        ("agent_device", "virtual-1"),
        ("agent_attempts", 2),
        ("agent_steps", 3),
        ("agent_model_calls", 2),
        ("agent_tokens", 9),
        ("agent_provenance", "tree=2 policy=1"),
        ("agent_model", "m"),
        ("agent_recording", str(tmp_path)),
        ("agent_attachment", str(tmp_path / "more")),
    ]


def test_a_case_that_was_not_run_says_why(case: Case) -> None:
    job = job_of(case, retries=None, time_s=60)
    result = CaseResult(job, Status.NOT_RUN, reason="No device is left.")
    assert Trouble.of(result).message == "No device is left."
    assert properties(result) == [("agent_status", "not_run")]
    assert Trouble.of(result_of(case, CaseRun(Status.INTERRUPTED))).message == "It was interrupted."
