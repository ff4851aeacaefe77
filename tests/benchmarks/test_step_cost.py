"""The benchmark runs and tells everything it promises; no time is asserted here."""

import json
import random
from pathlib import Path

import pytest

from benchmarks.costs import growth
from benchmarks.probes import PARTS
from benchmarks.step_cost import main
from benchmarks.switches import toggles
from tools.geometry import Point


def test_a_short_run_tells_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "costs.json"

    assert main(["--steps", "6", "--json", str(path)]) == 0

    report = json.loads(path.read_text())
    assert [cost["step"] for cost in report["steps"]] == [1, 2, 3, 4, 5, 6]
    assert tuple(report["parts_ms"]) == PARTS
    for cost in report["steps"]:
        assert sum(cost["parts_s"].values()) == pytest.approx(cost["wall_s"])
        assert cost["drawing_s"] == pytest.approx(sum(cost["parts_drawing_s"].values()))
        assert 0 < cost["drawing_s"] < cost["wall_s"]
        assert cost["framework_s"] == pytest.approx(cost["wall_s"] - cost["drawing_s"])
        assert cost["cpu_s"] > 0
        assert cost["phone_cpu_s"] > 0
        assert cost["encoded"] <= 1
        assert cost["round_trips"] >= 2
        assert cost["glances"] >= 2
        assert cost["wire_bytes"] > 10_000
        assert cost["disk_bytes"] > 10_000
    for part in ("capture", "decode", "settle", "look", "act", "record", "loop"):
        assert report["parts_ms"][part]["median"] > 0
    assert report["growth"]["cpu"] is None
    assert {goal["met"] for goal in report["goals"]} <= {True, False, None}
    printed = capsys.readouterr().out
    assert all(part in printed for part in PARTS)
    assert "ADB round trips" in printed


def _share(values: list[float], yardstick: list[float]) -> float:
    grown = growth(values, yardstick)
    assert grown is not None
    assert grown["error"] == pytest.approx(0.0, abs=1e-3)
    return grown["share"]


def test_growth_is_that_of_the_cost_not_of_the_machine() -> None:
    flat, rising = [2.0] * 200, [2.0 + 0.01 * number for number in range(200)]
    assert _share(flat, [1.0] * 200) == pytest.approx(0.0)
    assert _share(rising, [1.0] * 200) == pytest.approx((3.99 - 2.09) / 2.09, abs=1e-3)
    assert _share(rising, rising) == pytest.approx(0.0)
    assert growth(flat[:25], flat[:25]) is None


def test_growth_says_how_sure_it_is() -> None:
    chance = random.Random(1)
    noisy = [chance.uniform(1.0, 3.0) for _ in range(200)]
    grown = growth(noisy, [1.0] * 200)
    assert grown is not None
    assert abs(grown["share"]) < grown["error"] < 1.0


def test_no_screen_comes_twice() -> None:
    switches = tuple(Point(x=x, y=1) for x in range(9))
    shown, seen = frozenset[object](), set()
    for decision in toggles(switches, 300)[:-1]:
        shown ^= {json.dumps(decision.call.arguments["at"])}
        assert shown not in seen
        seen.add(shown)


def test_a_run_needs_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--steps", "0"])
    assert ended.value.code == 2
    assert "at least one step" in capsys.readouterr().err
