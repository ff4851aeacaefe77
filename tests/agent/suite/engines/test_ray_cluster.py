"""``agent test --engine ray`` on a real cluster of two nodes, of which one is killed at the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.recording.reader import read_recording
from tests.agent.suite.engines.nodes import HEAD, ROOT, SECOND, Nodes, running_nodes, until

pytestmark = pytest.mark.ray
LONG = "name: {name}\nsteps:\n  - open: Settings\n  - wait: {wait}\nchecks:\n  - text: Display\n"
WRONG = "---\nname: wrong\nsteps:\n  - home:\nchecks:\n  - text: Nonsense\n"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with running_nodes() as running:
        yield running


def tasks(folder: Path, *names: str, wait: str, more: str = "") -> None:
    text = "---\n".join(LONG.format(name=name, wait=wait) for name in names)
    (folder / "a.task.yaml").write_text(text + more)


def start(nodes: Nodes, folder: Path) -> "subprocess.Popen[str]":
    words = ["test", "a.task.yaml", "--engine", "ray", "--ray-address", nodes.address]
    words += ["--device", "virtual:2", "--junit", "j.xml", "--record-dir", "rec"]
    return subprocess.Popen(
        [sys.executable, "-m", "agent", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until_runs(run: "subprocess.Popen[str]", holds: Callable[[], bool]) -> None:
    """Wait until ``holds()``, but not for a run that is over or goes wrong."""
    try:
        until(lambda: run.poll() is not None or holds())
    except AssertionError:
        run.send_signal(signal.SIGINT)
        raise AssertionError(run.communicate(timeout=60)[0]) from None
    assert run.poll() is None, run.communicate()[0]


def read(folder: Path) -> dict[str, dict[str, str]]:
    """The properties of each case in the JUnit file."""
    tree = ElementTree.parse(folder / "j.xml")
    return {
        case.get("name", ""): {
            each.get("name", ""): each.get("value", "") for each in case.iter("property")
        }
        for case in tree.iter("testcase")
    }


def test_cases_run_on_both_nodes_and_their_recordings_come_back(
    nodes: Nodes, tmp_path: Path
) -> None:
    tasks(tmp_path, "a", "b", wait="1s", more=WRONG)
    run = start(nodes, tmp_path)
    told, _ = run.communicate(timeout=90)
    assert run.returncode == 1, told
    cases = read(tmp_path)
    assert {name: each["status"] for name, each in cases.items()} == {
        "a": "passed", "b": "passed", "wrong": "failed",
    }  # fmt: skip
    assert {cases["a"]["node"].rpartition("(")[2], cases["b"]["node"].rpartition("(")[2]} == {
        f"{HEAD})", f"{SECOND})",
    }  # fmt: skip
    assert "2 passed, 1 failed" in told
    for each in cases.values():
        recording = read_recording(tmp_path / each["run"])
        assert Path(each["run"]).parent == Path("rec")
        assert recording.end is not None
        assert not recording.warnings
        frames = [step.observation.frame for step in recording.steps if step.observation]
        assert frames
        assert all((recording.folder / frame.path).is_file() for frame in frames)
    assert not nodes.head.phones() | nodes.second.phones()


def test_ctrl_c_ends_the_cases_on_the_nodes(nodes: Nodes, tmp_path: Path) -> None:
    tasks(tmp_path, "a", "b", "c", wait="60s")
    run = start(nodes, tmp_path)
    until_runs(run, lambda: len(nodes.head.phones()) == len(nodes.second.phones()) == 1)
    run.send_signal(signal.SIGINT)
    told, _ = run.communicate(timeout=60)
    assert run.returncode == 130, told
    found = {name: each["status"] for name, each in read(tmp_path).items()}
    assert set(found.values()) <= {"interrupted", "not_run"}
    assert found["c"] == "not_run"
    assert not nodes.head.phones() | nodes.second.phones()


def test_the_cases_of_a_node_that_dies_are_run_on_the_other(nodes: Nodes, tmp_path: Path) -> None:
    tasks(tmp_path, "a", "b", "c", wait="4s")
    run = start(nodes, tmp_path)
    until_runs(run, lambda: bool(nodes.second.phones()))
    phones = frozenset(nodes.second.phones())
    nodes.second.kill(spare=phones)
    told, _ = run.communicate(timeout=90)
    assert run.returncode == 0, told
    assert f"({SECOND}) went away" in told
    assert "3 passed" in told
    cases = read(tmp_path)
    assert {each["node"].rpartition("(")[2] for each in cases.values()} == {f"{HEAD})"}
    assert sorted(each["attempts"] for each in cases.values()) == ["1", "1", "2"]
    # What the node had started ends by itself.
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in phones))
