"""Task files as tests: ids, selection, outcomes, and how they are told."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.agent.pytest_plugin.conftest import Run

AIRPLANE = """\
name: airplane
tags: [settings, smoke-test]
target: {app: com.android.settings}
steps:
  - tap: Network & internet
  - tap: {text: Airplane mode, kind: Switch}
checks:
  - settings: {table: global, name: airplane_mode_on, equals: 1}
"""
ROWS = """\
name: rows
tags: [rows, skip]
params: [{id: right, want: "0"}, {id: wrong, want: "1"}]
steps:
  - home:
checks:
  - settings: {table: global, name: airplane_mode_on, equals: "${want}"}
"""


def write(pytester: pytest.Pytester, *tasks: str, name: str = "tasks/some.task.yaml") -> Path:
    path = pytester.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n".join(tasks), encoding="utf-8")
    return path


def test_outcomes_are_told_without_any_python(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, AIRPLANE, ROWS, "name: nothing-asked\nsteps:\n  - home:\n")
    write(pytester, "name: later\nskip: not yet\nsteps: [home: ]\n", name="tasks/b.task.yml")
    done = run("-v", "--junitxml=junit.xml")
    done.assert_outcomes(passed=2, failed=1, skipped=1)
    assert done.ret == 1
    text = done.stdout.str()
    done.stdout.fnmatch_lines(
        [
            "tasks/b.task.yml::later SKIPPED (not yet)*",
            "tasks/some.task.yaml::airplane PASSED*",
            "tasks/some.task.yaml::rows[[]right] PASSED*",
            "tasks/some.task.yaml::rows[[]wrong] FAILED*",
            "tasks/some.task.yaml::nothing-asked UNVERIFIED*",
            "*_ rows[[]wrong] _*",
            "tasks/some.task.yaml:16: settings global airplane_mode_on equals '1': *is '0'*",
            "  last thought, at step 1: tasks/some.task.yaml:14: *",
            "  recording: *rows-wrong-*",
            "  look at it: agent report *rows-wrong-*",
            "FAILED tasks/some.task.yaml::rows[[]wrong] - tasks/some.task.yaml:16: *",
            "*1 failed, 2 passed, 1 skipped, 1 unverified in *",
        ]
    )
    assert "Traceback" not in text
    assert "items.py" not in text

    cases = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    facts = {
        each.get("name"): {p.get("name"): p.get("value") for p in each.iter("property")}
        for each in cases
    }
    told = facts["airplane"]
    assert (told["agent_status"], told["agent_device"]) == ("passed", "virtual-1")
    assert (told["agent_steps"], told["agent_model_calls"]) == ("3", "0")
    assert told["agent_provenance"] == "tree=2"
    assert (Path(str(told["agent_recording"])) / "events.jsonl").exists()
    assert facts["rows[wrong]"]["agent_status"] == "failed"
    assert facts["nothing-asked"]["agent_status"] == "unverified"


def test_what_cannot_be_performed_is_an_error_and_no_failure(
    pytester: pytest.Pytester, run: Run
) -> None:
    broken = "name: setup\nsetup: [tap: Frobnicate]\nsteps: [home: ]\n"
    odd = "name: odd\ntarget: {scenario: drak}\nsteps: [home: ]\n"
    elsewhere = "name: elsewhere\ntarget: {device: emulator-7}\nsteps: [home: ]\n"
    write(pytester, odd, broken, elsewhere)
    done = run("--junitxml=junit.xml")
    done.assert_outcomes(errors=2, skipped=1)
    done.stdout.fnmatch_lines(
        [
            "*unknown scenario 'drak'. Did you mean 'dark'?*",
            "Setup: tasks/some.task.yaml:6: tap 'Frobnicate'*",
            "SKIPPED*tasks/some.task.yaml:9: No device fits: a virtual phone is not emulator-7.",
            "ERROR tasks/some.task.yaml::odd - *unknown scenario*",
        ]
    )
    assert "items.py" not in done.stdout.str()
    found = ElementTree.parse(pytester.path / "junit.xml")
    assert len(list(found.iter("error"))) == 2
    assert not list(found.iter("failure"))


def test_cases_are_chosen_by_words_tags_ids_and_last_failures(
    pytester: pytest.Pytester, run: Run
) -> None:
    write(pytester, AIRPLANE, ROWS)
    listing = ("--collect-only", "-q")

    def ids(done: pytest.RunResult) -> list[str]:
        return [line.partition("::")[2] for line in done.outlines if "::" in line]

    assert ids(run(*listing)) == ["airplane", "rows[right]", "rows[wrong]"]
    assert ids(run(*listing, "-k", "rows and not wrong")) == ["rows[right]"]
    assert ids(run(*listing, "-k", "skip")) == ["rows[right]", "rows[wrong]"]
    assert ids(run(*listing, "-m", "smoke-test")) == ["airplane"]
    assert ids(run(*listing, "-m", "not rows")) == ["airplane"]
    assert ids(run(*listing, "tasks/some.task.yaml::rows[wrong]")) == ["rows[wrong]"]
    run("-k", "rows").assert_outcomes(passed=1, failed=1)
    again = run("--lf", "-v")
    again.assert_outcomes(failed=1)
    assert "rows[right]" not in again.stdout.str()


def test_a_bad_file_is_an_error_of_collection_with_its_places(
    pytester: pytest.Pytester, run: Run
) -> None:
    write(pytester, "name: bad\nstepps: []\n", "name: worse\nsteps:\n  - tapp: x\n")
    write(pytester, AIRPLANE, name="tasks/good.task.yaml")
    done = run(device="")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        [
            "*ERROR collecting tasks/some.task.yaml*",
            "tasks/some.task.yaml:2:1: *'stepps'*'steps'*",
            "tasks/some.task.yaml:6:5: *'tapp'*'tap'*",
        ]
    )
    assert "Traceback" not in done.stdout.str()


def test_workers_have_a_phone_each(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, *(AIRPLANE.replace("airplane\n", f"airplane-{n}\n", 1) for n in range(4)))
    write(pytester, ROWS, name="tasks/rows.task.yaml")
    pytester.makeconftest(
        """
        def pytest_runtest_logreport(report):
            if report.when == "call" and hasattr(report, "node"):
                print(report.nodeid, report.node.gateway.id, dict(report.user_properties))
        """
    )
    done = run("-n", "2", "-s", "--dist", "load")
    done.assert_outcomes(passed=5, failed=1)
    assert len(set(re.findall(r"::airplane-\d (gw\d)", done.stdout.str()))) == 2
    done.stdout.fnmatch_lines(
        ["tasks/rows.task.yaml:*: settings global airplane_mode_on equals '1': *is '0'*"]
    )
    assert "FAILED tasks/rows.task.yaml::rows[wrong] - tasks/rows" in done.stdout.str()


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("virtual:1", "There are 2 workers, but --agent-device virtual:1 has a device for 1 only*"),
        ("virtual:x", "--agent-device: 'virtual:x' is no number of virtual phones*"),
    ],
)
def test_devices_that_do_not_do_are_refused_at_once(
    pytester: pytest.Pytester, run: Run, device: str, told: str
) -> None:
    write(pytester, AIRPLANE)
    done = run("-n", "2", device=device)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: {told}"])


FLAKY = """\
name: flaky
{retries}steps:
  - home:
checks:
  - python: second.py:second_time
"""
SECOND = """\
from pathlib import Path

def second_time(screen, query):
    mark = Path(__file__).with_name("mark")
    again = mark.exists()
    mark.touch()
    return again
"""


def test_a_server_that_does_not_answer_is_a_warning_of_the_run(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    write(pytester, AIRPLANE)
    done = run(device="")
    done.assert_outcomes(passed=1, warnings=1)
    done.stdout.fnmatch_lines(["*PytestWarning: No ADB server answers at 127.0.0.1:1: *virtual*"])
    strict = run("-W", "error", device="")
    strict.assert_outcomes(errors=1)
    strict.stdout.fnmatch_lines(["ERROR *airplane* - No ADB server answers at 127.0.0.1:1: *"])
    assert "stations.py" not in strict.stdout.str()


def test_retries_of_the_task_make_it_flaky(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, FLAKY.format(retries="retries: 1\n"))
    (pytester.path / "tasks/second.py").write_text(SECOND)
    done = run("-v")
    assert done.ret == 0
    done.stdout.fnmatch_lines(["tasks/some.task.yaml::flaky FLAKY*", "*1 flaky in *"])


def test_rerunfailures_runs_a_case_again(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, FLAKY.format(retries=""))
    (pytester.path / "tasks/second.py").write_text(SECOND)
    done = run("--reruns", "2", "--junitxml=junit.xml")
    assert done.ret == 0
    done.stdout.fnmatch_lines(["*1 passed, 1 rerun in *"])
    last = list(ElementTree.parse(pytester.path / "junit.xml").iter("testcase"))[-1]
    names = [each.get("name") for each in last.iter("property")]
    assert names.count("agent_status") == 1


def test_fixtures_that_all_tests_have_are_there_for_cases_too(
    pytester: pytest.Pytester, run: Run
) -> None:
    write(pytester, ROWS)
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(autouse=True, scope="module")
        def of_the_file():
            print("\\nthe file begins")
            yield
            print("\\nthe file ends")

        @pytest.fixture(autouse=True)
        def around():
            print("\\nbefore")
            yield
            print("\\nafter")
        """
    )
    text = run("-s", "-q").stdout.str()
    said = re.findall(r"^(the file begins|before|after|the file ends)", text, re.MULTILINE)
    assert said == ["the file begins", "before", "after", "before", "after", "the file ends"]


def test_only_a_plan_or_the_fixtures_touch_no_device(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, AIRPLANE)
    for flag in ("--setup-only", "--setup-plan"):
        done = run(flag, device="emulator-none")
        done.assert_outcomes()
        assert "ERROR" not in done.stdout.str()
