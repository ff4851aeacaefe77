"""Kill -9 at any moment: what is left can be read, and it names the one step that is not whole."""

import os
import random
import select
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.recording.alive import is_held
from agent.recording.events import gaps, read_events
from agent.recording.reader import Recording, read_recording
from agent.step import Step
from tests.agent.episodes import COUNT, FORM, Listener, Rig, call, tap
from tools.action import Action
from tools.clock import FakeClock
from tools.devices.fake import FakeDevice

KILLS = 220
_LONGEST_S = 0.05
_ROUND = [tap(COUNT), tap(FORM), call("note", text="n"), call("back")]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="only Unix can fork")


@dataclass
class Pipe(Listener):
    """Tells the one that will kill how far the run has come; what was written there is certain."""

    write_fd: int = -1

    def tell(self, letter: bytes) -> None:
        os.write(self.write_fd, letter)

    def stepped(self, step: Step) -> None:
        self.tell(b"s")


class TellingDevice(FakeDevice):
    """Tells before and after it does anything."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def perform(self, action: Action) -> None:
        self._pipe.tell(b"(")
        super().perform(action)
        self._pipe.tell(b")")


def run_until_killed(folder: Path, write_fd: int) -> None:
    """In the child; never returns."""
    try:
        pipe = Pipe(write_fd=write_fd)
        pipe.tell(b"r")
        rig = Rig(folder, _ROUND * 500, device=TellingDevice(pipe), clock=FakeClock(tick_s=1e-6))
        rig.listener = pipe
        rig.run(max_steps=2000)
    finally:
        os._exit(3)


def killed_run(folder: Path, delay_s: float) -> str:
    """Run, kill ``delay_s`` after the child is ready, and return what it had told until then."""
    read_fd, write_fd = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_fd)
        run_until_killed(folder, write_fd)
    os.close(write_fd)
    with open(read_fd, "rb", buffering=0) as told:  # noqa: PTH123 - a descriptor has no path
        assert told.read(1) == b"r"
        select.select([], [], [], delay_s)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the run ended before it was killed"
        return told.read().decode()


def check(recording: Recording, told: str) -> str:
    """Hold what is left against what the run had told; return the moment it was killed at."""
    begun, delivered, whole = told.count("("), told.count(")"), told.count("s")
    steps = recording.steps
    results = [step for step in steps if step.result is not None]
    intents = [step for step in steps if step.intent is not None]
    assert recording.crashed
    assert gaps(read_events(recording.folder).events) == []
    assert not any("missing" in warning for warning in recording.warnings)
    assert whole <= len(results) <= whole + 1, "more than the step in flight is lost"
    assert begun <= len(intents) <= begun + 1, "something was done without being on the disk before"
    assert steps[: len(results)] == tuple(results), "a step in the middle is not whole"
    assert len(steps) <= len(results) + 1
    for ref in recording.refs:
        recording.read(ref)
    named = [each for each in recording.warnings if "was under way" in each]
    if len(steps) == len(results):
        assert named == []
        return "between steps"
    assert len(named) == 1
    assert named[0].startswith(f"Step {len(steps)} was under way: ")
    unsure = "whether it was delivered is not known" in named[0]
    assert unsure == (steps[-1].intent is not None)
    if begun > delivered:
        assert unsure, "an action was going on, and the reader says nothing was performed"
    return "acting" if unsure else "before acting"


def test_kill_9_at_any_moment_loses_at_most_the_step_in_flight(tmp_path: Path) -> None:
    chance = random.Random(20261125)
    moments: dict[str, int] = {}
    Rig(tmp_path, [*_ROUND, call("finish", success=True)]).run()  # everything is imported by now
    for _ in range(KILLS):
        parent = tmp_path / "killed"
        parent.mkdir()
        told = killed_run(parent, chance.uniform(0, _LONGEST_S))
        moment = "before the first event"
        for path in parent.glob("*/events.jsonl"):
            assert not is_held(path.parent)
            if path.stat().st_size:
                moment = check(read_recording(path.parent), told)
        moments[moment] = moments.get(moment, 0) + 1
        shutil.rmtree(parent)
    print(moments)
    assert moments.keys() >= {"between steps", "acting", "before acting"}
