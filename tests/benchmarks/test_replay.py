"""The benchmark of replays runs and tells everything it promises; no time is asserted here."""

import json
from pathlib import Path

import pytest

from benchmarks.replay import main


def test_one_round_tells_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "replay.json"
    assert main(["--rounds", "1", "--json", str(path)]) == 0
    report = json.loads(path.read_text())
    (recorded,), (exact,), (healed,), (cached,) = (
        report["rounds"][name] for name in ("recorded", "exact", "healed", "cached")
    )
    assert recorded["rungs"] == {}
    assert exact["rungs"] == {"exact": recorded["steps"]}
    assert cached["rungs"] == {"exact": recorded["steps"]}
    assert healed["rungs"] == {"tree": recorded["steps"]}
    for cost in (recorded, exact, healed, cached):
        assert cost["asked"] == 0
        assert 0 < cost["record_ms"] < cost["wall_ms"]
        assert 0 < cost["decide_ms"] < cost["wall_ms"]
        assert cost["framework_ms"] < cost["wall_ms"]
        assert cost["phone_cpu_ms"] > 0
        assert cost["written_kb"] > 50
    assert report["to_recorded"].keys() == {"exact", "healed", "cached"}
    printed = capsys.readouterr().out
    assert "exact steps a second" in printed
    assert "model or policy calls in it: 0" in printed
