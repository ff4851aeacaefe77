"""``agent test --engine ray`` on a real cluster of two nodes, of which one is killed at the end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.recording.reader import read_recording
from tests.agent.suite.engines.nodes import HEAD, ROOT, SECOND, Nodes, running_nodes, until

pytestmark = pytest.mark.ray
# A time of a virtual phone passes at once: only what waits for this machine keeps a case going.
CASE = """name: {name}
steps:
  - open: Settings
checks:
  - text: Display
  - python: {{call: gate.py:waits, with: {{name: {name}, for: "{waits_for}"}}}}
    timeout: 240s
"""
GATE = """import time
from pathlib import Path

def waits(seen, device, **what):
    (device.folder / ("came-" + what["name"])).touch()
    while not all((device.folder / each).exists() for each in what["for"].split()):
        time.sleep(0.05)
"""
# Three hundred seconds of a phone were over in one of a quick machine: a case failed before Ctrl-C.
ENDLESS = "name: {name}\nsteps:\n  - wait: {{text: Nonsense}}\n    timeout: 24h\n"
WRONG = "---\nname: wrong\nsteps:\n  - home:\nchecks:\n  - text: Nonsense\n"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with running_nodes() as running:
        yield running


def gated(folder: Path, *names: str, waits_for: str, more: str = "") -> None:
    """Cases that pass once all files are there that they wait for."""
    (folder / "gate.py").write_text(GATE)
    text = "---\n".join(CASE.format(name=name, waits_for=waits_for) for name in names)
    (folder / "a.task.yaml").write_text(text + more)


def start(
    nodes: Nodes, folder: Path, *further: str, devices: str = "virtual:2", first: str = ""
) -> "subprocess.Popen[str]":
    words = ["test", "a.task.yaml", "--engine", "ray", "--ray-address", nodes.address]
    words += ["--device", devices, "--junit", "j.xml", "--record-dir", "rec", "--allow-python"]
    return subprocess.Popen(
        [sys.executable, "-m", "agent", *words, *further],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (first, str(ROOT))))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(run: "subprocess.Popen[str]") -> tuple[str, str]:
    """What it told, once it is over."""
    try:
        return run.communicate(timeout=300)
    finally:
        run.kill()


def until_runs(run: "subprocess.Popen[str]", holds: Callable[[], bool]) -> None:
    """Wait until ``holds()``, but not for a run that is over or goes wrong."""
    try:
        until(lambda: run.poll() is not None or holds())
    except AssertionError:
        run.send_signal(signal.SIGINT)
        raise AssertionError(ended(run)) from None
    assert run.poll() is None, ended(run)


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
    gated(tmp_path, "a", "b", waits_for="came-a came-b", more=WRONG)
    run = start(nodes, tmp_path)
    told, complaints = ended(run)
    assert run.returncode == 1, told + complaints
    assert not complaints
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
    text = "---\n".join(ENDLESS.format(name=name) for name in "abc")
    (tmp_path / "a.task.yaml").write_text(text)
    run = start(nodes, tmp_path)
    until_runs(run, lambda: len(nodes.head.phones()) == len(nodes.second.phones()) == 1)
    run.send_signal(signal.SIGINT)
    told, complaints = ended(run)
    assert run.returncode == 130, told + complaints
    found = {name: each["status"] for name, each in read(tmp_path).items()}
    assert set(found.values()) <= {"interrupted", "not_run"}
    assert found["c"] == "not_run"
    assert not nodes.head.phones() | nodes.second.phones()


def test_a_driver_that_is_killed_leaves_nothing_running(nodes: Nodes, tmp_path: Path) -> None:
    text = "---\n".join(ENDLESS.format(name=name) for name in "ab")
    (tmp_path / "a.task.yaml").write_text(text)
    run = start(nodes, tmp_path)
    until_runs(run, lambda: len(nodes.head.phones()) == len(nodes.second.phones()) == 1)
    run.kill()
    run.communicate()
    # Whether the driver had been told that they were begun is a matter of moments.
    assert {each["status"] for each in read(tmp_path).values()} <= {"interrupted", "not_run"}
    until(lambda: not nodes.head.phones() | nodes.second.phones())


def test_a_phone_that_no_node_has_is_one_line(nodes: Nodes, tmp_path: Path) -> None:
    gated(tmp_path, "a", waits_for="")
    run = start(nodes, tmp_path, devices="R58M12")
    told, complaints = ended(run)
    assert run.returncode == 2, told + complaints
    assert "No node of the cluster has the device 'R58M12'" in complaints
    assert "Traceback" not in complaints


def test_another_version_on_the_nodes_is_told_in_plain_words(nodes: Nodes, tmp_path: Path) -> None:
    gated(tmp_path, "a", waits_for="")
    other = tmp_path / "other" / "tapwright-99.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: tapwright\nVersion: 99.0\n")
    run = start(nodes, tmp_path, first=str(other.parent))
    told, complaints = ended(run)
    assert run.returncode not in {0, 2}, told + complaints
    assert f"it has Tapwright {version('tapwright')}, and this machine 99.0" in told
    assert "install the same on both" in told
    assert read(tmp_path)["a"]["status"] == "not_run"


def test_the_cases_of_a_node_that_dies_are_run_on_the_other(nodes: Nodes, tmp_path: Path) -> None:
    gated(tmp_path, "a", "b", "c", waits_for="go")
    run = start(nodes, tmp_path, "--json")
    until_runs(run, lambda: len(list(tmp_path.glob("came-*"))) == 2)
    phones = frozenset(nodes.second.phones())
    assert len(phones) == 1
    nodes.second.kill(spare=phones)
    (tmp_path / "go").touch()
    told, complaints = ended(run)
    assert run.returncode == 0, told + complaints
    assert f"({SECOND}) went away" in complaints
    suite = json.loads(told)  # Ray printed nothing beside it
    assert {each["status"] for each in suite["cases"]} == {"passed"}
    cases = read(tmp_path)
    assert {each["node"].rpartition("(")[2] for each in cases.values()} == {f"{HEAD})"}
    assert sorted(each["attempts"] for each in cases.values()) == ["1", "1", "2"]
    # What the node had started ends by itself.
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in phones))
