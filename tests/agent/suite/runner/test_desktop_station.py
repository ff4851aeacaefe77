"""Test runs on a desktop: chosen by name only, one run's alone, and the person's first."""

import json
import subprocess
from pathlib import Path

import pytest

from agent.config import Config
from agent.suite.language.task import Where
from agent.wiring.desktop_station import DesktopStation
from agent.wiring.engines import _plan
from agent.wiring.stations import open_stations
from tests.agent.suite.runner.program import ByName
from tests.desktop.rig import Rig, running_rig, until
from tools.clock import SystemClock
from tools.errors import UnknownDeviceError, UsageError

WAITING = """\
name: waits
target: {platform: desktop}
setup:
  - shell: touch begun
steps:
  - wait: {text: Nothing of the kind}
    timeout: 10m
teardown:
  - shell: touch torn-down
"""
TWO_KINDS = """\
name: on-a-desktop
target: {platform: desktop}
steps:
  - shell: echo desk > made.txt
checks:
  - file: {path: ~/made.txt, contains: desk}
---
name: on-a-phone
steps:
  - home:
checks:
  - node: {text: Clock}
"""


def run(rig: Rig, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start ``agent test`` on ``rig``; no phone is attached there."""
    variables = {"AGENT_ADB_SERVER": "127.0.0.1:1", **variables}
    return rig.agent("test", "t.task.yaml", *arguments, **variables)


def outcome(ended: subprocess.Popen[str]) -> tuple[int, dict[str, str], str]:
    """Code, the status of each case by name, and the other output."""
    printed, told = ended.communicate(timeout=120)
    assert printed, told
    cases = json.loads(printed)["cases"]
    return (
        ended.returncode,
        {each["id"].partition("::")[2]: each["status"] for each in cases},
        "\n".join([told, *(each["reason"] for each in cases)]),
    )


@pytest.mark.desktop
def test_each_case_is_run_on_its_kind_of_device_or_not_at_all(rig: Rig) -> None:
    (rig.home / "t.task.yaml").write_text(TWO_KINDS)
    code, statuses, told = outcome(run(rig, "--json"))
    assert (code, statuses) == (0, {"on-a-desktop": "skipped", "on-a-phone": "passed"})
    assert "a virtual phone is no desktop. A desktop must be named: --device desktop." in told
    assert not (rig.home / "made.txt").exists()

    code, statuses, told = outcome(run(rig, "--json", "--device", "desktop"))
    assert (code, statuses) == (0, {"on-a-desktop": "passed", "on-a-phone": "skipped"})
    assert "a desktop takes what says platform: desktop only" in told
    assert (rig.home / "made.txt").exists()

    code, statuses, _ = outcome(run(rig, "--json", "--device", "desktop,virtual"))
    assert (code, statuses) == (0, {"on-a-desktop": "passed", "on-a-phone": "passed"})


@pytest.mark.desktop
def test_what_is_skipped_is_told_in_one_line(rig: Rig) -> None:
    (rig.home / "t.task.yaml").write_text(TWO_KINDS)
    ended = run(rig, "--device", "desktop")
    printed, _ = ended.communicate(timeout=120)
    assert ended.returncode == 0
    lines = [line for line in printed.splitlines() if "No device fits" in line]
    why = "a desktop takes what says platform: desktop only"
    assert lines == [f"1 case skipped: No device fits: {why}."]


@pytest.mark.desktop
def test_a_desktop_is_one_runs_alone_and_a_stop_tears_down(rig: Rig) -> None:
    (rig.home / "t.task.yaml").write_text(WAITING)
    first = run(rig, "--json", "--device", "desktop")
    until((rig.home / "begun").exists, "the first run", 60.0)
    second = run(rig, "--device", "desktop:1")  # another part, the same mouse
    _, told = second.communicate(timeout=120)
    assert second.returncode == 3
    assert f"in use by process {first.pid} since" in told

    first.send_signal(2)
    code, statuses, _ = outcome(first)
    assert (code, statuses) == (130, {"waits": "interrupted"})
    assert (rig.home / "torn-down").exists()
    for name in ("begun", "torn-down"):
        (rig.home / name).unlink()


@pytest.mark.desktop
def test_a_hand_in_a_corner_stops_all_of_it(rig: Rig) -> None:
    (rig.home / "t.task.yaml").write_text(f"{WAITING}---\n{WAITING.replace('waits', 'next')}")
    rig.warp(600, 300)
    ended = run(rig, "--json", "--device", "desktop")
    until((rig.home / "begun").exists, "the first case", 60.0)
    rig.warp(0, 799)
    code, statuses, told = outcome(ended)
    assert (code, statuses) == (130, {"waits": "interrupted", "next": "not_run"})
    assert told.count("pushed the pointer into a corner of the screen: the run is stopped") == 1
    (rig.home / "begun").unlink()
    assert not (rig.home / "torn-down").exists()  # hands off means also that


@pytest.mark.desktop
def test_a_persons_own_desktop_is_announced_once(tmp_path: Path) -> None:
    with running_rig(tmp_path / "home", server="Xorg", manager=False) as rig:
        case = "target: {platform: desktop}\nsteps:\n  - key: escape\n"
        (rig.home / "t.task.yaml").write_text(f"name: one\n{case}---\nname: two\n{case}")
        for more, said in (((), 1), (("--yes",), 0)):
            ended = run(rig, "--json", "--device", "desktop", *more, AGENT_COUNTDOWN_S="1")
            code, statuses, told = outcome(ended)
            assert (code, set(statuses.values())) == (0, {"unverified"}), told
            assert told.count("This desktop is acted on in 1 seconds. Ctrl-C stops.") == said
            assert told.count("acted on") == said  # and not once more for each case


@pytest.mark.desktop
def test_ctrl_c_before_anything_is_done_is_obeyed_at_once(tmp_path: Path) -> None:
    with running_rig(tmp_path / "home", server="Xorg", manager=False) as rig:
        (rig.home / "t.task.yaml").write_text(WAITING)
        ended = run(rig, "--json", "--device", "desktop", AGENT_COUNTDOWN_S="60")
        assert ended.stderr is not None
        while "acted on in 60 seconds" not in (line := ended.stderr.readline()):
            assert line, "it ended without a word"
        ended.send_signal(2)
        printed, _ = ended.communicate(timeout=50)  # of the 60
        cases = json.loads(printed)["cases"]
        assert (ended.returncode, [each["status"] for each in cases]) == (130, ["not_run"])
        assert not (rig.home / "begun").exists()


@pytest.mark.desktop
def test_a_stop_leaves_no_command_behind(rig: Rig) -> None:
    hanging = "sh -c 'echo $$ > pid; sleep 500'"
    (rig.home / "t.task.yaml").write_text(
        "name: hangs\ntarget: {platform: desktop}\n"
        f"steps:\n  - shell: {hanging}\n    timeout: 9m\n"
    )
    ended = run(rig, "--json", "--device", "desktop")
    until(lambda: (rig.home / "pid").exists() and (rig.home / "pid").read_text() != "", "a command")
    ended.send_signal(2)
    code, statuses, _ = outcome(ended)
    assert (code, statuses) == (130, {"hangs": "interrupted"})
    pid = int((rig.home / "pid").read_text())
    until(lambda: not Path(f"/proc/{pid}").exists(), "the end of the command")


@pytest.mark.desktop
def test_a_part_that_is_not_there_is_told_before_anything_is_begun(rig: Rig) -> None:
    (rig.home / "t.task.yaml").write_text(WAITING)
    ended = run(rig, "--device", "desktop:7")
    _, told = ended.communicate(timeout=120)
    assert ended.returncode == 2
    assert "There is no monitor 7." in told
    assert not (rig.home / "begun").exists()


@pytest.mark.desktop
def test_no_command_is_run_where_acts_are_allowed_in_a_part_only(rig: Rig) -> None:
    (rig.home / "t.task.yaml").write_text(TWO_KINDS)
    (rig.home / "made.txt").unlink(missing_ok=True)
    ended = run(rig, "--json", "--device", "desktop:region=0,0,400,300", "-k", "desktop")
    printed, told = ended.communicate(timeout=120)
    assert ended.returncode == 1, told
    assert "Acts are only allowed in 'desktop:region=0,0,400,300'" in printed
    assert not (rig.home / "made.txt").exists()


def test_no_desktop_is_told_with_what_mends_it() -> None:
    with pytest.raises(UnknownDeviceError, match="There is no desktop here"):
        open_stations(Config(), "desktop", jobs=None, cases=1).__enter__()


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        (Where(platform="desktop"), ""),
        (Where(platform="desktop", device="desktop"), ""),
        (Where(platform="desktop", device="desktop:2"), ""),
        (Where(platform="desktop", device="desktop:1"), "desktop:2 is not desktop:1"),
        (Where(), "a desktop takes what says platform: desktop only"),
        (Where(platform="android"), "a desktop takes what says platform: desktop only"),
        (Where(device="desktop"), "a desktop takes what says platform: desktop only"),
    ],
)
def test_what_a_desktop_is_good_for(target: Where, refusal: str) -> None:
    station = DesktopStation(
        "desktop:2", Config(), SystemClock(), stop=lambda: None, tell=lambda _: None
    )
    assert station.refuses(target) == refusal


def test_one_job_at_once_is_no_place_for_two_kinds() -> None:
    with pytest.raises(UsageError, match="no place for both a desktop and a phone") as caught:
        open_stations(Config(), "desktop,virtual", jobs=1, cases=3).__enter__()
    assert "--jobs 2" in caught.value.hint


def test_a_cluster_takes_no_desktop() -> None:
    with pytest.raises(UsageError, match="'desktop' is of this machine"):
        _plan(Config(), lambda _: ByName(), {"CPU": 4.0}, "desktop", 1)
