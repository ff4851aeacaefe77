"""What room a cluster has, told by nodes that are made up; a node that died answers no more."""

import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from agent.suite.engines.cluster import Cluster, CrowdedError
from tools.clock import SystemClock


def node(number: str, port: int = 1, *, alive: bool = True, **has: float) -> dict[str, Any]:
    return {
        "NodeID": number,
        "Alive": alive,
        "NodeManagerAddress": "127.0.0.1",
        "NodeManagerPort": port,
        "Resources": has,
    }


def cluster(nodes: list[dict[str, Any]]) -> Cluster:
    ray = ModuleType("ray")
    vars(ray)["nodes"] = lambda: nodes
    return Cluster(ray, SystemClock())


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_nodes_have_their_resources_together() -> None:
    made = cluster([node("a", CPU=1), node("b", CPU=2, phone=1), node("c", alive=False, CPU=8)])
    assert made.has() == {"CPU": 3, "phone": 1}


def test_no_more_places_are_used_than_there_is_room_for() -> None:
    made = cluster([node("a", CPU=1), node("b", CPU=1)])
    assert made.use("one", {"CPU": 1})
    assert made.use("two", {"CPU": 1})
    assert not made.use("three", {"CPU": 1})
    assert made.use("two", {"CPU": 1})  # in place of what it used before
    assert not made.use("phone", {"phone": 1})


def test_a_node_that_is_silent_is_not_counted_on(port: int) -> None:
    made = cluster([node("lives", port, CPU=1), node("dead", CPU=1)])
    made.doubt("lives")
    assert made.has() == {"CPU": 2}  # only a process of it died
    made.doubt("dead")
    assert made.has() == {"CPU": 1}
    made.doubt("")  # a place that was nowhere yet
    assert made.has() == {"CPU": 1}


def test_who_waits_for_what_no_node_has_is_told_and_the_others_stay() -> None:
    nodes = [node("a", CPU=1), node("b", CPU=1)]
    made = cluster(nodes)
    assert made.use("one", {"CPU": 1})
    assert made.use("two", {"CPU": 1})
    made.leave_if_overfull("two")
    nodes[1]["Alive"] = False  # as Ray finds out in the end
    with pytest.raises(CrowdedError):
        made.leave_if_overfull("two")
    made.leave_if_overfull("one")
    with pytest.raises(CrowdedError):
        made.leave_if_overfull("two")  # for it there was no room in the first place
    made.leave("one")
    assert made.use("three", {"CPU": 1})
