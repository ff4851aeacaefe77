"""A case whose device fails, is stopped or has no shell."""

import pytest

from agent.config import Config
from agent.recording.reader import read_recording
from agent.step import StopReason
from agent.suite.runner.deadline import Deadline, Patience, StopCause
from agent.suite.runner.job import job_of
from agent.suite.runner.place import InProcess
from agent.suite.runner.run import SuiteRun
from agent.suite.runner.seams import LeasedDevice, Silence
from agent.suite.runner.status import Status
from agent.wiring.performing import SuitePerformer
from tests.agent.suite.act.phones import (
    PhoneStation,
    SuitePhone,
    mind_of,
    recording_of,
    why,
)
from tools.clock import SystemClock
from tools.device import ForwardingDevice, Observation, ShellAnswer
from tools.devices.android import AndroidDevice
from tools.errors import (
    CaptureError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    SecureScreenError,
)
from tools.screen import Screenshot


class Failing(ForwardingDevice):
    """A phone that cannot be looked at any more after some looks, and has no shell."""

    def __init__(
        self, device: AndroidDevice, looks: int = 1_000, error: BaseException | None = None
    ) -> None:
        super().__init__(device)
        self.phone = device
        self._looks = looks
        self._error = error if error is not None else DeviceGoneError("it is gone")

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        self._looks -= 1
        if self._looks == 0:
            raise self._error
        return super().observe(seen=seen)


class FailingWithShell(Failing):
    def shell(self, command: str, *, timeout_s: float = 10.0) -> ShellAnswer:
        return self.phone.shell(command, timeout_s=timeout_s)


class StoppedAtAGlance(ForwardingDevice):
    """A phone whose run is stopped while somebody waits for its screen to be at rest."""

    def __init__(self, device: AndroidDevice, deadline: Deadline) -> None:
        super().__init__(device)
        self._deadline = deadline
        self.later: list[str] = []

    def glance(self) -> Screenshot:
        self._note("glance")
        self._deadline.stop(StopCause.INTERRUPTED)
        return super().glance()

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        self._note("observe")
        return super().observe(seen=seen)

    def _note(self, verb: str) -> None:
        if self._deadline.cause is not None:
            self.later.append(verb)


def test_a_stop_does_not_wait_for_a_screen_to_be_at_rest(phone: SuitePhone) -> None:
    case = phone.case("name: t\nsteps:\n  - home:\n  - back:\n")
    deadline = Deadline(SystemClock(), 60.0, Patience())
    deadline.begin()
    device = StoppedAtAGlance(phone.connect(), deadline)
    performer = SuitePerformer(Config(), mind_of())
    run = performer.perform(case, LeasedDevice(device), phone.folder / "stopped", deadline)
    assert device.later == []
    end = recording_of(run).end
    assert end is not None
    assert (end.stop, end.error) == (StopReason.INTERRUPTED, "the run was stopped")


_TORN = """
    name: t
    steps:
      - home:
      - back:
    teardown:
      - shell: touch /sdcard/torn
"""


def test_a_lost_device_says_nothing_of_the_case(phone: SuitePhone) -> None:
    run = phone.perform(_TORN, around=lambda device: FailingWithShell(device, looks=2))
    assert run.status is Status.ERROR
    assert run.device_lost
    assert run.failure is not None
    assert run.failure.message == "it is gone"


@pytest.mark.parametrize(
    ("error", "kind", "lost"),
    [
        (DeviceGoneError("it is gone"), "device", True),
        (DeviceTimeoutError("it hangs"), "device", True),
        (CaptureError("the screen is off"), "no_picture", False),
        (SecureScreenError("the app forbids it"), "no_picture", False),
        (DeviceError("it is odd"), "no_picture", False),
    ],
)
def test_only_a_device_that_is_gone_is_lost(
    phone: SuitePhone, error: DeviceError, kind: str, lost: bool
) -> None:
    run = phone.perform(_TORN, around=lambda device: FailingWithShell(device, 2, error))
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert (run.failure.kind, run.failure.message) == (kind, str(error))
    assert run.device_lost is lost
    torn = phone.shell("ls /sdcard/torn 2>/dev/null")
    assert bool(torn) is not lost  # where the phone is there, so is the teardown


def test_a_teardown_of_its_own_tells_all_that_failed_and_is_kept_like_its_case(
    phone: SuitePhone,
) -> None:
    text = f"{_TORN.rstrip()}\n      - shell: exit 3\n      - shell: exit 4\n"
    blind = CaptureError("the screen is off")
    run = phone.perform(text, around=lambda device: FailingWithShell(device, 2, blind))
    assert run.failure is not None
    assert "t.task.yaml:8: shell 'exit 3': The exit code is 3" in run.failure.details
    assert "t.task.yaml:9: shell 'exit 4': The exit code is 4" in run.failure.details
    assert [each.name.endswith("-teardown") for each in run.attachments] == [True]
    kept = set((phone.folder / "recordings").iterdir())
    run = phone.perform(
        f"    trace: never{text}", around=lambda device: FailingWithShell(device, 2, blind)
    )
    assert (run.status, run.recording, run.attachments) == (Status.ERROR, None, ())
    assert set((phone.folder / "recordings").iterdir()) == kept


def test_a_secure_screen_is_an_error_of_the_case_and_the_phone_goes_on(phone: SuitePhone) -> None:
    secret = """
        name: secret
        steps:
          - shell: settings put global virtual_phone_secure_screen 1
          - tap: Anything
        teardown:
          - open: Settings
    """
    clock = SystemClock()
    jobs = [
        job_of(phone.case(secret, "secret"), retries=0, time_s=60.0),
        job_of(phone.case("name: plain\nsteps:\n  - home:\n", "plain"), retries=0, time_s=60.0),
    ]
    config = Config(record_dir=phone.folder / "recordings")
    place = InProcess(PhoneStation(phone), SuitePerformer(config, mind_of()), clock)
    suite = SuiteRun(jobs, [place], clock=clock, record_dir=config.record_dir).run(Silence())
    assert suite.lost == ()
    assert suite.statuses == (Status.ERROR, Status.UNVERIFIED)
    [attempt] = suite.results[0].attempts
    failure = attempt.run.failure
    assert failure is not None
    assert failure.kind == "no_picture"
    assert failure.message == "Android refuses screenshots of this screen."
    assert failure.details == f"Teardown: {failure.message}"


def test_the_teardown_is_done_even_after_a_crash(phone: SuitePhone) -> None:
    run = phone.perform(
        _TORN, around=lambda device: FailingWithShell(device, 2, RuntimeError("our own mistake"))
    )
    assert run.status is Status.ERROR
    assert not run.device_lost
    assert run.failure is not None
    assert run.failure.kind == "crashed"
    assert "our own mistake" in run.failure.message
    assert phone.shell("ls /sdcard/torn") == "/sdcard/torn"
    (further,) = run.attachments
    assert further.name.endswith("-teardown")
    end = read_recording(further).end
    assert end is not None
    assert end.stop is StopReason.FINISHED


def test_a_device_without_a_shell_says_so(phone: SuitePhone) -> None:
    run = phone.perform("name: t\nsteps:\n  - shell: id\n", around=Failing)
    assert run.status is Status.FAILED
    assert "Android has no shell to run 'id'." in why(run)
