"""What is remembered of cases from run to run."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.suite.runner.job import CaseResult
from agent.suite.runner.memory import Memory
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from tests.agent.suite.runner.bench import job


def result(name: str, status: Status, seconds: float = 1.0) -> CaseResult:
    if status in {Status.NOT_RUN, Status.SKIPPED}:
        return CaseResult(job(name), status, reason="because")
    failure = Failure("check", "no") if status in {Status.FAILED, Status.ERROR} else None
    attempt = Attempt(CaseRun(status, failure), "one", datetime.now(UTC), seconds)
    return CaseResult.of(job(name), [attempt])


def of(folder: Path) -> Memory:
    return Memory.of(folder / "memory", folder)


def key(name: str) -> str:
    return job(name).id


def test_what_failed_is_remembered_until_it_passes(tmp_path: Path) -> None:
    assert not of(tmp_path).exists
    results = [
        result("a", Status.FAILED),
        result("b", Status.PASSED, 7.0),
        result("c", Status.ERROR),
        result("d", Status.INTERRUPTED),
        result("e", Status.UNVERIFIED),
    ]
    of(tmp_path).keep(results)
    assert of(tmp_path).exists
    assert of(tmp_path).failed == {key("a"), key("c"), key("d")}
    assert of(tmp_path).seconds(key("b")) == 7.0
    assert of(tmp_path).seconds(key("d")) is None  # how long it would have taken is not known
    of(tmp_path).keep([result("a", Status.PASSED), result("c", Status.NOT_RUN)])
    assert of(tmp_path).failed == {key("c"), key("d")}
    assert of(tmp_path).seconds(key("b")) == 7.0


def test_of_repetitions_one_failure_is_enough(tmp_path: Path) -> None:
    of(tmp_path).keep([result("a", Status.FAILED), result("a", Status.PASSED)])
    assert of(tmp_path).failed == {key("a")}


def test_folders_do_not_mix(tmp_path: Path) -> None:
    Memory.of(tmp_path / "memory", tmp_path / "x").keep([result("a", Status.FAILED)])
    assert not Memory.of(tmp_path / "memory", tmp_path / "y").exists


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    of(tmp_path).keep([result("a", Status.FAILED)])
    assert len(list((tmp_path / "memory").iterdir())) == 1


def test_a_case_whose_file_has_no_name_in_utf8_is_not_remembered(tmp_path: Path) -> None:
    of(tmp_path).keep([result("\udcff", Status.FAILED), result("a", Status.FAILED)])
    assert of(tmp_path).failed == {key("a")}


@given(st.binary(max_size=200))
def test_a_damaged_memory_is_none(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("memory")
    of(folder).keep([result("a", Status.FAILED)])
    (path,) = (folder / "memory").iterdir()
    path.write_bytes(data)
    assert not of(folder).exists
    assert of(folder).failed == frozenset()
    of(folder).keep([result("a", Status.FAILED)])
    assert of(folder).failed == {key("a")}
