"""The benchmark of reports builds what it measures; no time is asserted here."""

import json
from pathlib import Path

import pytest

from benchmarks.report_size import main


def test_two_lengths_tell_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    assert main(["--steps", "2", "4", "--json", str(path)]) == 0
    short, long = json.loads(path.read_text())["costs"]
    assert (short["steps"], long["steps"]) == (2, 4)
    for size in ("recording_mb", "folder_mb", "single_mb"):
        assert 0 < short[size] < long[size]
    assert min(short["folder_cpu_s"], short["single_cpu_s"]) > 0
    assert "a folder of 4 steps is" in capsys.readouterr().out
