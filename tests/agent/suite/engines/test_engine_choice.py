"""Which places a cluster gets, and what is said when there is none."""

import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from agent.cli.app import run_command
from agent.config import Config
from agent.suite.language.task import Where
from agent.suite.runner.scripted import ScriptedPerformer
from agent.wiring.engines import Here, _plan, ray_engine
from agent.wiring.suite import RunOptions, engine_of
from tools.errors import MissingExtraError, UsageError

CONFIG = Config()


def plan(has: Mapping[str, float], named: str, most: int = 99) -> list[tuple[str, object]]:
    berths = _plan(CONFIG, lambda _: ScriptedPerformer(), has, named, most)
    return [(each.name, dict(each.takes)) for each in berths]


def test_nodes_that_have_phones_lend_them_and_others_run_virtual_ones() -> None:
    assert plan({"CPU": 3, "phone": 2}, "") == [
        ("phone-1", {"phone": 1}),
        ("phone-2", {"phone": 1}),
    ]
    assert [name for name, _ in plan({"CPU": 2}, "")] == ["virtual-1", "virtual-2"]
    assert plan({"CPU": 8}, "virtual:2") == [("virtual-1", {"CPU": 1}), ("virtual-2", {"CPU": 1})]
    assert plan({"CPU": 8, "phone:R58": 1}, "R58") == [("R58", {"phone:R58": 1})]
    both = plan({"CPU": 8, "phone": 1}, "all,virtual:1")
    assert [name for name, _ in both] == ["phone-1", "virtual-1"]


def test_a_seed_that_was_given_needs_virtual_phones_on_nodes_with_phones_too() -> None:
    seeded = CONFIG.model_copy(update={"seed": 3})
    berths = _plan(seeded, lambda _: ScriptedPerformer(), {"CPU": 1, "phone": 2}, "", 9)
    assert [each.name for each in berths] == ["virtual-1"]


def test_there_are_no_more_places_than_are_of_use() -> None:
    assert len(plan({"CPU": 64}, "virtual", most=3)) == 3


@pytest.mark.parametrize(
    ("has", "named", "said"),
    [
        ({"CPU": 2}, "virtual:3", "has 2 CPUs"),
        ({"CPU": 0}, "", "has 0 CPUs"),
        ({"CPU": 2}, "all", "says that it has phones"),
        ({"CPU": 2, "phone": 1}, "R58", "has the device 'R58'"),
        ({"CPU": 2}, "virtual:x", "is no number"),
    ],
)
def test_what_the_cluster_has_not_is_refused(
    has: Mapping[str, float], named: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        plan(has, named)


def test_a_case_goes_only_where_it_fits() -> None:
    berths = _plan(CONFIG, lambda _: ScriptedPerformer(), {"CPU": 1, "phone": 1}, "all,virtual", 9)
    phone, virtual = berths
    assert "no virtual phone" in phone.refuses(Where(scenario="dark"))
    assert not virtual.refuses(Where(scenario="dark"))
    assert "is no desktop" in phone.refuses(Where(platform="desktop"))
    assert not phone.refuses(Where())


def test_an_unknown_engine_is_refused() -> None:
    moon = engine_of(CONFIG, lambda _: ScriptedPerformer(), RunOptions(engine="moon"))
    with pytest.raises(UsageError, match="no engine 'moon'"), moon:
        pass


def test_the_performer_of_this_process_is_closed_once_when_the_run_is_over() -> None:
    performer = ScriptedPerformer()
    with engine_of(CONFIG, lambda _: performer, RunOptions()) as made:
        assert isinstance(made, Here)
        assert performer.closed == 0
    assert performer.closed == 1


def test_performers_on_nodes_are_closed_with_their_place() -> None:
    performer = ScriptedPerformer()
    [berth] = _plan(CONFIG, lambda _: performer, {"CPU": 1}, "virtual", 9)
    with berth.opening():
        assert performer.closed == 0
    assert performer.closed == 1


def test_without_ray_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    engine = ray_engine(
        CONFIG, lambda _: ScriptedPerformer(), address="auto", devices="", jobs=None
    )
    with pytest.raises(MissingExtraError, match=r"tapwright\[ray\]"), engine.places(1):
        pass


@pytest.mark.ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "127.0.0.1:99999", ":"])
def test_a_cluster_that_is_not_there_is_one_line(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.task.yaml").write_text("name: a\nsteps:\n  - home:\n")
    words = ["test", "a.task.yaml", "--engine", "ray", "--ray-address", address]
    assert run_command(words) == 2
    told = capsys.readouterr().err
    assert f"No Ray cluster answers at {address!r}" in told
    assert "Traceback" not in told


@pytest.mark.ray
def test_what_is_no_cluster_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.task.yaml").write_text("name: a\nsteps:\n  - home:\n")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        assert (
            run_command(["test", "a.task.yaml", "--engine", "ray", "--ray-address", address]) == 2
        )
        server.shutdown()
    assert "but something else" in capsys.readouterr().err
