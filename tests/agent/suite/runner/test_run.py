"""Whole runs with scripted performers: who runs what, and what becomes of it."""

from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event

import pytest

from agent.suite.runner.deadline import CaseStopped, Deadline
from agent.suite.runner.job import check_ids, longest_first, repeated
from agent.suite.runner.scripted import ScriptedPerformer, ScriptedStation, Turn, fails, passes
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun, Failure, Status
from tests.agent.suite.runner.bench import (
    SHORT,
    Ears,
    job,
    make_run,
    on,
    run,
    stations,
    told,
)
from tools.devices.fake import FakeDevice
from tools.errors import DeviceGoneError, ModelTimeoutError, SecureScreenError, TaskError

P, F, E, U = Status.PASSED, Status.FAILED, Status.ERROR, Status.UNVERIFIED


def test_cases_are_run_in_order_and_reported_so() -> None:
    ears = Ears()
    suite = run([job("a"), job("b"), job("c")], {"b": [fails()]}, ears=ears)
    assert told(suite) == {"a": P, "b": F, "c": P}
    assert ears.begun == [("a", "one"), ("b", "one"), ("c", "one")]
    assert [each.job.title for each in ears.results] == ["a", "b", "c"]


def test_four_workers_run_four_cases_at_once() -> None:
    together = Barrier(4)  # nobody gets past it alone: in a row, this would never end

    def meet(_device: LeasedDevice, _folder: Path, _deadline: Deadline) -> CaseRun:
        together.wait(30)
        return passes()

    names = [f"c{number}" for number in range(12)]
    places = stations("w", "x", "y", "z")
    suite = run([job(each) for each in names], {each: [meet] for each in names}, places=places)
    assert set(told(suite).values()) == {P}
    assert {each.last.device for each in suite.results if each.last} == {"w", "x", "y", "z"}
    assert [each.closed for each in places] == [1, 1, 1, 1]


def test_a_case_is_run_on_a_device_that_fits() -> None:
    refusing = ScriptedStation("one", FakeDevice(), refusals={"two": "one is not two"})
    other = ScriptedStation("two", FakeDevice(), refusals={"one": "two is not one"})
    jobs = [job("a", target=on("two")), job("b", target=on("one")), job("c", target=on("two"))]
    suite = run(jobs, places=[refusing, other])
    devices = {each.job.title: each.last.device for each in suite.results if each.last}
    assert devices == {"a": "two", "b": "one", "c": "two"}


def test_a_case_that_fits_nowhere_is_skipped_and_says_why() -> None:
    place = ScriptedStation("one", FakeDevice(), refusals={"two": "one is not two"})
    suite = run([job("a", target=on("two")), job("b", skip="broken until May")], places=[place])
    assert [each.status for each in suite.results] == [Status.SKIPPED, Status.SKIPPED]
    assert [each.reason for each in suite.results] == [
        "No device fits: one is not two.",
        "broken until May",
    ]
    assert not place.prepared
    assert place.closed


def test_retries_keep_all_attempts_and_a_late_pass_is_flaky() -> None:
    script = {
        "late": [fails("first"), fails("second"), passes()],
        "never": [fails()],
        "at_once": [passes()],
        "unverified": [CaseRun(U)],
    }
    suite = run([job(each, retries=2) for each in script], script)
    assert told(suite) == {"late": Status.FLAKY, "never": F, "at_once": P, "unverified": U}
    assert [len(each.attempts) for each in suite.results] == [3, 3, 1, 1]
    messages = [a.run.failure.message for a in suite.results[0].attempts if a.run.failure]
    assert messages == ["first", "second"]


def test_maxfail_begins_nothing_more() -> None:
    script = {"a": [fails()], "c": [CaseRun(E, Failure("x", "y"))]}
    suite = run([job(each) for each in "abcdef"], script, maxfail=2)
    rest = dict.fromkeys("def", Status.NOT_RUN)
    assert told(suite) == {"a": F, "b": P, "c": E, **rest}
    assert suite.results[3].reason == "Enough cases went wrong (--maxfail)."


def lose(device: LeasedDevice, _folder: Path, _deadline: Deadline) -> CaseRun:
    raise DeviceGoneError(f"{device.serial} was unplugged.")


def test_a_lost_device_is_quarantined_and_its_case_run_elsewhere() -> None:
    ears = Ears()
    one, two = stations("one", "two")
    only_one = ScriptedStation("two", FakeDevice(), refusals={"one": "no"})
    jobs = [job("a", target=on("one"))] + [job(each) for each in "bcd"]
    del two
    suite = run(jobs, {"a": [lose]}, places=[one, only_one], ears=ears)
    assert told(suite)["a"] is E  # it fits no other
    assert {told(suite)[each] for each in "bcd"} == {P}
    assert ears.losses == [("one", "one was unplugged.")]
    assert suite.lost == (("one", "one was unplugged."),)


def test_a_case_whose_device_was_lost_passes_on_another() -> None:
    suite = run([job("a")], {"a": [lose, passes()]}, places=stations("one", "two"))
    (result,) = suite.results
    assert result.status is P
    assert [each.run.device_lost for each in result.attempts] == [True, False]
    assert len({each.device for each in result.attempts}) == 2


def test_a_case_is_passed_on_before_its_lost_device_is_looked_into() -> None:
    taken_over, waited = Event(), list[bool]()

    class Slow(ScriptedStation):
        def usable(self, *, left_behind: bool) -> bool:
            waited.append(taken_over.wait(30))
            return super().usable(left_behind=left_behind)

    def take_over(*_: object) -> CaseRun:
        taken_over.set()
        return CaseRun(P)

    places = [Slow(name, FakeDevice()) for name in ("one", "two")]
    assert told(run([job("a")], {"a": [lose, take_over]}, places=places)) == {"a": P}
    assert waited == [True]


def test_a_case_that_loses_two_devices_is_given_up_and_others_go_on() -> None:
    places = stations("one", "two", "three")
    suite = run([job("a", retries=5), job("b")], {"a": [lose]}, places=places)
    assert told(suite) == {"a": E, "b": P}
    assert len(suite.results[0].attempts) == 2


def test_a_loss_is_no_retry() -> None:
    script: dict[str, list[CaseRun | Turn]] = {"a": [fails(), lose, fails(), passes()]}
    suite = run([job("a", retries=1)], script, places=stations("one", "two"))
    assert [each.run.status for each in suite.results[0].attempts] == [F, E, F]
    assert told(suite) == {"a": F}


def test_when_no_device_is_left_the_others_are_not_run() -> None:
    suite = run([job(each) for each in "abc"], {"a": [lose]})
    assert told(suite) == {"a": E, "b": Status.NOT_RUN, "c": Status.NOT_RUN}
    reason = "No device is left. The last: one: one was unplugged."
    assert suite.results[1].reason == reason


def test_a_device_that_never_comes_costs_no_case_its_run() -> None:
    absent = ScriptedStation("absent", FakeDevice(), comes=False)
    suite = run([job(each) for each in "abc"], places=[absent, *stations("there")])
    assert set(told(suite).values()) == {P}
    assert suite.lost in ((), (("absent", "absent does not come."),))
    alone = run([job("a"), job("b")], places=[ScriptedStation("x", FakeDevice(), comes=False)])
    assert set(told(alone).values()) == {Status.NOT_RUN}
    assert "x does not come." in alone.results[0].reason


def test_a_station_that_cannot_be_asked_after_a_loss_is_lost_and_settles_no_case() -> None:
    class Broken(ScriptedStation):
        def usable(self, *, left_behind: bool) -> bool:
            raise RuntimeError("nobody knows")

    ears = Ears()
    script: dict[str, list[CaseRun | Turn]] = {"a": [lose, passes()]}
    suite = run([job("a"), job("b")], script, places=[Broken("one", FakeDevice())], ears=ears)
    assert told(suite) == {"a": E, "b": Status.NOT_RUN}
    assert [each.job.title for each in ears.results] == ["a", "b"]  # each once
    assert [each.run.device_lost for each in suite.results[0].attempts] == [True]
    assert suite.lost[-1] == ("one", "RuntimeError: nobody knows")


def test_a_device_that_comes_back_is_used_again() -> None:
    place = ScriptedStation("one", FakeDevice(), comes_back=1)
    suite = run([job("a"), job("b")], {"a": [lose, passes()]}, places=[place])
    assert told(suite) == {"a": P, "b": P}


def test_what_a_performer_raises_becomes_a_status() -> None:
    def crash(*_: object) -> CaseRun:
        raise ZeroDivisionError("by zero")

    def model(*_: object) -> CaseRun:
        raise ModelTimeoutError("The model said\nnothing.")

    def leave(*_: object) -> CaseRun:
        raise SystemExit(7)

    def secure(*_: object) -> CaseRun:
        raise SecureScreenError("The app forbids it.")

    script: dict[str, list[CaseRun | Turn]] = {
        "crash": [crash],
        "model": [model],
        "leave": [leave],
        "secure": [secure],
    }
    suite = run([job(each) for each in script] + [job("after")], script)
    assert told(suite) == {**dict.fromkeys(script, E), "after": P}
    failures = [each.last.run.failure for each in suite.results[:4] if each.last]
    assert [(each.kind, each.message) for each in failures if each] == [
        ("crash", "ZeroDivisionError: by zero"),
        ("model_timeout", "The model said nothing."),
        ("crash", "SystemExit: 7"),
        ("device", "The app forbids it."),
    ]
    assert failures[0] is not None
    assert "Traceback" in failures[0].details
    assert suite.lost == ()


def test_a_worker_that_breaks_takes_one_case_with_it() -> None:
    class Broken(ScriptedStation):
        def sever(self) -> None:
            raise AttributeError("a mistake of our own")

    over = Event()

    def hang(*_: object) -> CaseRun:
        over.wait(30)
        return passes()

    places = [Broken("broken", FakeDevice())]
    jobs = [job("a", time_s=0.01), job("b")]
    suite = run(jobs, {"a": [hang]}, places=places, patience=SHORT)
    over.set()
    assert told(suite) == {"a": E, "b": Status.NOT_RUN}
    last = suite.results[0].last
    assert last is not None
    assert last.run.failure is not None
    assert last.run.failure.message == "AttributeError: a mistake of our own"


def test_a_station_that_cannot_even_be_asked_ends_its_worker() -> None:
    class Mad(ScriptedStation):
        asked = 0

        def refuses(self, target: object) -> str:
            self.asked += 1
            if self.asked > 1:  # the first time, the run asks
                raise KeyError("mad")
            return ""

    place = Mad("mad", FakeDevice())
    suite = run([job("a")], places=[place])
    assert told(suite) == {"a": Status.NOT_RUN}
    assert suite.lost == (("mad", "KeyError: 'mad'"),)
    assert place.closed


def test_a_case_that_listens_is_ended_by_its_time_after_its_teardown() -> None:
    torn: list[float] = []

    def slow(_device: LeasedDevice, _folder: Path, deadline: Deadline) -> CaseRun:
        try:
            while True:
                deadline.check()
        finally:
            deadline.begin_teardown()
            deadline.check()
            torn.append(deadline.remaining_s())

    suite = run([job("a", time_s=0.02), job("b")], {"a": [slow]})
    assert told(suite) == {"a": E, "b": P}
    last = suite.results[0].last
    assert last is not None
    assert last.run.failure == Failure("time_limit", "It was not done after 0.02 s.")
    assert torn[0] > 0


def test_a_case_that_hangs_is_cut_off_from_its_device() -> None:
    place = ScriptedStation("one", FakeDevice())

    def hang(*_: object) -> CaseRun:
        place.severed.wait(30)
        raise DeviceGoneError("The connection was closed.")

    patience = replace(SHORT, sever_s=60)  # it ends by itself, once its thread has its turn
    suite = run([job("a", time_s=0.01), job("b")], {"a": [hang]}, places=[place], patience=patience)
    assert told(suite) == {"a": E, "b": P}
    last = suite.results[0].last
    assert last is not None
    assert last.run.failure is not None
    assert last.run.failure.kind == "time_limit"
    assert "cut off" in last.run.failure.message


def test_a_case_that_hangs_for_good_is_left_behind_with_its_device() -> None:
    release = Event()

    def hang(*_: object) -> CaseRun:
        release.wait(30)
        return passes()

    try:
        suite = run([job("a", time_s=0.01, retries=3), job("b")], {"a": [hang]}, patience=SHORT)
    finally:
        release.set()
    assert told(suite) == {"a": E, "b": Status.NOT_RUN}
    last = suite.results[0].last
    assert last is not None
    assert last.run.failure is not None
    assert last.run.failure.kind == "hang"
    assert len(suite.results[0].attempts) == 1
    assert suite.lost == (("one", "A case on it hangs."),)


def test_a_stop_ends_what_runs_after_its_teardown_and_begins_nothing_more() -> None:
    torn: list[str] = []
    begun = Event()

    def until_stopped(device: LeasedDevice, _folder: Path, deadline: Deadline) -> CaseRun:
        begun.set()
        try:
            while True:
                deadline.check()
        except CaseStopped as stop:
            deadline.begin_teardown()
            deadline.check()
            torn.append(f"{device.serial} {stop.cause.value}")
            raise

    jobs = [job("a"), job("b"), job("c")]
    performer = ScriptedPerformer({"b": [until_stopped]})
    suite = make_run(jobs, stations("one"), performer)

    class Impatient(Ears):
        def began(self, job: object, device: str) -> None:
            if getattr(job, "title", "") == "b":
                begun.wait(30)
                suite.ask_to_stop(15)

    done = suite.run(Impatient())
    assert told(done) == {"a": P, "b": Status.INTERRUPTED, "c": Status.NOT_RUN}
    assert done.stopped_by == 15
    assert done.results[2].reason == "The run was stopped."
    assert torn == ["one interrupted"]


def test_what_a_stopped_case_did_and_recorded_until_then_is_told() -> None:
    begun = Event()

    def tells(_device: LeasedDevice, _folder: Path, deadline: Deadline) -> CaseRun:
        begun.set()
        try:
            while True:
                deadline.check()
        except CaseStopped:
            kept = Path("recordings/a")
            return CaseRun(Status.ERROR, Failure("time_limit", "up"), steps=3, recording=kept)

    suite = make_run([job("a")], stations("one"), ScriptedPerformer({"a": [tells]}))

    class Impatient(Ears):
        def began(self, job: object, device: str) -> None:
            begun.wait(30)
            suite.ask_to_stop(2)

    last = suite.run(Impatient()).results[0].last
    assert last is not None
    assert (last.run.status, last.run.failure) == (Status.INTERRUPTED, None)
    assert (last.run.steps, last.run.recording) == (3, Path("recordings/a"))


def test_a_second_stop_waits_for_nothing() -> None:
    begun, place = Event(), ScriptedStation("one", FakeDevice())

    def deaf(*_: object) -> CaseRun:
        begun.set()
        place.severed.wait(30)
        raise DeviceGoneError("gone")

    suite = make_run([job("a")], [place], ScriptedPerformer({"a": [deaf]}))

    class Impatient(Ears):
        def began(self, job: object, device: str) -> None:
            begun.wait(30)
            suite.ask_to_stop(2)
            suite.ask_to_stop(2)

    ears = Impatient()
    assert told(suite.run(ears)) == {"a": Status.INTERRUPTED}
    assert ears.stops == [False, True]


def test_a_stop_before_anything_began_leaves_all_not_run() -> None:
    suite = make_run([job("a"), job("b")], stations("one", "two"), ScriptedPerformer())

    class Early(Ears):
        def ended(self, result: object) -> None:
            super().ended(result)  # type: ignore[arg-type]

    suite.ask_to_stop(2)
    done = suite.run(Early())
    assert set(told(done).values()) <= {Status.NOT_RUN, Status.PASSED, Status.INTERRUPTED}
    assert done.stopped_by == 2


def test_phones_are_let_go_of_when_the_follower_fails() -> None:
    class Full(Ears):
        def ended(self, result: object) -> None:
            raise OSError(28, "No space left on device")

    places = stations("one", "two")
    with pytest.raises(OSError, match="No space"):
        run([job(each) for each in "abcdef"], places=places, ears=Full())
    assert [each.closed for each in places] == [1, 1]


def test_repetitions_are_told_apart() -> None:
    jobs = list(repeated([job("a"), job("b")], 3))
    assert [each.label.rpartition("::")[2] for each in jobs] == [
        "a#1", "b#1", "a#2", "b#2", "a#3", "b#3",
    ]  # fmt: skip
    check_ids(jobs)
    suite = run(jobs, {"a": [passes(), fails(), passes()]})
    assert [each.status for each in suite.results] == [P, P, F, P, P, P]


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(TaskError, match=r"two cases 'tasks/a.task.yaml::a'. Give one another"):
        check_ids([job("a"), job("a")])


def test_what_took_longest_is_begun_first() -> None:
    took = {"tasks/a.task.yaml::b": 9.0, "tasks/a.task.yaml::c": 1.0, "tasks/a.task.yaml::d": 5.0}
    jobs = [job(each) for each in "abcd"]
    assert [each.title for each in longest_first(jobs, took.get)] == ["b", "a", "d", "c"]
    assert longest_first(jobs, lambda _: None) == jobs
