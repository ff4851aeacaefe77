"""A performer that goes by the names of cases, and a program that runs them, to be killed."""

import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from agent.cli.suite_run import Choice, Manner, run_tests
from agent.config import load_config
from agent.suite.language.cases import Case
from agent.suite.runner.deadline import CaseStopped, Deadline
from agent.suite.runner.scripted import fails, passes
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun, Status
from agent.wiring.suite import RunOptions
from tools.errors import DeviceError, DeviceGoneError

TASK = "name: {name}\nsteps:\n  - home:\n{more}"


def write_tasks(folder: Path, *names: str, more: str = "") -> Path:
    """One file with a task for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "some.task.yaml"
    path.write_text("---\n".join(TASK.format(name=name, more=more) for name in names))
    return path


class ByName:
    """What becomes of a case stands at the beginning of its name.

    ``passes``, ``fails``, ``unverified``, ``unplug`` (its phone dies), ``forever`` (until it is
    stopped; its teardown leaves a file ``torn-down``), ``deaf`` (until its phone is gone), or
    ``misled`` (fails for the step cache, and passes without it).
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, LeasedDevice, str]] = []
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    def perform(
        self, case: Case, device: LeasedDevice, folder: Path, deadline: Deadline
    ) -> CaseRun:
        seen = device.device.observe()
        self.seen.append((case.title, device, seen.app))
        word = case.title.partition("-")[0].partition("[")[0]
        return getattr(self, word)(device, deadline)  # type: ignore[no-any-return]

    def passes(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        return passes()

    def fails(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        return fails()

    def unverified(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        return CaseRun(Status.UNVERIFIED)

    def misled(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        if [title for title, _, _ in self.seen].count("misled") == 1:
            counts = (("forgotten", 1), ("hits", 1))
            return replace(fails(), misled=True, provenance=(("cached", 4),), cache=counts)
        return replace(passes(), provenance=(("policy", 3),), cache=(("kept", 1), ("misses", 1)))

    def unplug(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        raise DeviceGoneError(f"{device.serial} was unplugged.")

    def forever(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        print(f"forever {device.serial}", flush=True)
        try:
            while True:
                Event().wait(0.01)
                deadline.check()
        except CaseStopped:
            deadline.begin_teardown()
            device.device.observe()
            Path("torn-down").touch()
            raise

    def deaf(self, device: LeasedDevice, deadline: Deadline) -> CaseRun:
        print(f"deaf {device.serial}", flush=True)
        while True:
            device.device.observe()


def main() -> None:
    junit, devices, *paths = sys.argv[1:]
    manner = Manner(options=RunOptions(devices), junit=Path(junit))
    config = load_config({}).config
    try:
        code = run_tests(config, Choice(tuple(paths)), manner, lambda _: ByName())
    except DeviceError as error:
        sys.exit(f"device: {error}")
    sys.exit(code)


if __name__ == "__main__":
    main()
