"""The benchmark of test runs tells everything it promises; no time is asserted here."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.suite import Crowd, main, one_of_each_app


def test_a_short_run_tells_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "figures.json"
    assert main(["--cases", "20", "--phones", "2", "--each", "1", "--json", str(path)]) == 0
    found = json.loads(path.read_text())
    assert list(found["runner"]) == ["1", "4", "16"]
    assert all(row["wall_ms"] > 0 for row in found["runner"].values())
    assert list(found["junit"]) == ["2", "20"]
    assert found["junit"]["20"]["file_kB"] > found["junit"]["2"]["file_kB"]
    assert found["device"]["first_ms"] > 0
    (row,) = found["throughput"]
    assert (row["phones"], row["cases"], row["passed"]) == (2, 2, 2)
    assert row["per_minute"] > 0
    assert row["cpu_s"] > 0
    assert set(row["case_s"]) == {each.id for each in one_of_each_app()[:2]}
    assert "JUnit, a case" in capsys.readouterr().out


def test_cases_are_measured_against_what_the_machine_can_do() -> None:
    alone = Crowd(1, 60.0, 1.0, 1.0, 0.1, {"a": 2.0, "b": 1.0}, 2, 2, 0.0)
    processors = os.cpu_count() or 1
    crowd = replace(alone, phones=4 * processors, case_s={"a": 8.0, "b": 6.0})
    assert crowd.slower(alone) == pytest.approx({"a": 1.0, "b": 1.5})
    assert alone.slower(alone) == {"a": 1.0, "b": 1.0}


def test_every_app_has_one_case() -> None:
    cases = one_of_each_app()
    assert len({each.place.path for each in cases}) == len(cases) >= 8
    assert all("plain" in each.task.tags for each in cases)
