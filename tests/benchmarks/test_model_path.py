"""The benchmark of the way to the model tells everything it promises; no time is asserted here."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.dialects.choose import DIALECTS
from agent.model import ImagePart, Message, Request, TextPart
from benchmarks.model_path import WINDOWS, main
from benchmarks.request_costs import byte_share, prefix_share, request_costs
from benchmarks.shown_episode import tap
from tools.action import PHONE_KINDS
from tools.builtin import builtin_registry
from tools.geometry import Projection, Size

STEPS = 4


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("model-path") / "figures.json"
    wanted = ["--dialect", "ui_tars", "--dialect", "tools", "--dialect", "qvq"]
    assert main(["--steps", str(STEPS), *wanted, "--json", str(path)]) == 0
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_a_short_run_tells_all(report: dict[str, Any]) -> None:
    path = report["image_path"]
    assert (path["frame"], path["shown"], path["tokens"]) == ("1080x2400", "672x1484", 1272)
    assert path["whole_ms"]["median"] > path["encode_ms"]["median"] > 0
    assert path["picture_bytes"]["median"] > 10_000
    assert list(report["dialects"]) == ["ui_tars", "tools", "qvq"]
    assert report["machine"]["cpus"] >= 1
    assert report["local"] is None
    assert [(row["window"], row["chunk"]) for row in report["windows"]] == list(WINDOWS)
    told = {goal["what"]: goal["met"] for goal in report["goals"]}
    assert told["prefix share, qvq"] is False
    assert told["bytes of a request, new"] is True


@pytest.mark.parametrize("name", ["ui_tars", "tools"])
def test_the_pictures_of_an_episode_grow_at_its_end(report: dict[str, Any], name: str) -> None:
    figures = report["dialects"][name]
    steps = figures["steps"]
    assert [step["pictures"] for step in steps] == [1, 2, 3, 4]
    assert steps[0]["known_tokens"] == 0
    for before, after in pairwise(steps):
        assert after["known_tokens"] == pytest.approx(before["tokens"], abs=1)
        assert after["new_bytes"] < after["body_bytes"]
    low, high = figures["prefix_share_range"]
    assert 0.4 < low <= figures["prefix_share"] <= high < 1


def test_a_single_turn_has_its_picture_last(report: dict[str, Any]) -> None:
    figures = report["dialects"]["qvq"]
    assert figures["single_turn"] is True
    assert [step["pictures"] for step in figures["steps"]] == [1] * STEPS


def _request(*parts: TextPart | ImagePart) -> Request:
    return Request(messages=(Message("user", parts),))


def test_the_share_is_that_of_the_beginning() -> None:
    picture = ImagePart(b"one", "image/jpeg", Size(width=280, height=280))
    other = ImagePart(b"two", "image/jpeg", Size(width=280, height=280))
    words, more = TextPart("a" * 400), TextPart("b" * 400)
    first = _request(words, picture)
    same, longer, swapped = first, _request(words, picture, more), _request(words, other)
    costs = request_costs([first, same, longer, swapped], 28)
    assert [round(cost.known_tokens) for cost in costs] == [0, 206, 206, 104]
    assert [round(cost.tokens) for cost in costs] == [206, 206, 306, 206]
    assert prefix_share(costs) == pytest.approx((206 + 206 + 104) / (206 + 306 + 206), abs=0.01)
    assert costs[1].new_bytes == 0
    assert 0 < byte_share(costs) < 1


@pytest.mark.parametrize("name", DIALECTS)
def test_the_taps_are_read_in_every_dialect(name: str) -> None:
    dialect = DIALECTS[name]()
    screen = Projection(shown=Size(width=672, height=1484), device=Size(width=1080, height=2400))
    decision = dialect.read(
        tap(name, 'I see "On".', 29), screen, builtin_registry().offered(PHONE_KINDS)
    )
    assert decision.call.name == "tap"
    assert "I see" in decision.thought


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--steps", "1"], "at least two steps"), (["--dialect", "x"], "invalid choice")],
)
def test_bad_arguments(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_recording_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--recording", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
