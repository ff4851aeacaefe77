"""The benchmark of documents does what it measures; no time is asserted here."""

import json
from pathlib import Path

import pytest

from benchmarks.perception_document import CELLS, LINES, main, reply
from tests.agent.perception.document.rig import read


def test_every_part_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "page.json"
    assert main(["--times", "1", "--json", str(path)]) == 0
    found = json.loads(path.read_text())
    parts = ("drawn", "shown", "read", "written", "overlay", "bare_drawn")
    assert all(found["costs"][part] > 0 for part in parts)
    assert found["ratio"] == pytest.approx(found["costs"]["ours"] / found["costs"]["bare"])
    assert "times" in capsys.readouterr().out


def test_the_page_it_reads_is_full() -> None:
    reading = read(reply())
    assert [block.type for block in reading.blocks] == ["paragraph"] * LINES + ["table"]
    assert len(reading.blocks[-1].rows[0]) == CELLS  # type: ignore[union-attr]
