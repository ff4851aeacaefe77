"""The benchmark of test runs tells everything it promises; no time is asserted here."""

import json
from pathlib import Path

import pytest

from benchmarks.suite import main


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
    assert "JUnit, a case" in capsys.readouterr().out
