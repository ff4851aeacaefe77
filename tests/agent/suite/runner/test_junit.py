"""JUnit XML: valid by a schema, readable by a reader of other people, whole at any moment."""

import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import junitparser
import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.junit import JUnitFile, class_name, fit
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from tests.agent.suite.runner.bench import job
from tools.clock import SystemClock
from tools.errors import UsageError

ROOT = Path(__file__).parents[4]
SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
NOW = datetime(2026, 11, 25, 5, 31, 12, 999_999, tzinfo=UTC)


def attempt(status: Status, seconds: float = 1.5, **changes: object) -> Attempt:
    failure = Failure("check.text", f"'Dark' not visible ({status.value})", "line 1\nline 2")
    given = failure if status in {Status.FAILED, Status.ERROR} else None
    fields: dict[str, object] = {"failure": given, **changes}
    return Attempt(CaseRun(status, **fields), "emulator-5554", NOW, seconds)  # type: ignore[arg-type]


def written(tmp_path: Path, results: list[CaseResult]) -> ElementTree.Element:
    path = tmp_path / "reports" / "junit.xml"
    file = JUnitFile(path, [each.job for each in results], NOW)
    for each in results:
        file.add(each)
    SCHEMA.validate(path)
    return ElementTree.parse(path).getroot()


def test_every_status_has_its_place(tmp_path: Path) -> None:
    dark = "tasks/dark.task.yaml"
    home = tmp_path / "recordings" / "r1"
    results = [
        CaseResult.of(
            replace(job("dark-mode[dark]", tags=("smoke", "plain")), file=dark),
            [
                attempt(Status.FAILED, 2.0),
                attempt(
                    Status.PASSED,
                    3.25,
                    steps=9,
                    model_calls=2,
                    tokens=77,
                    provenance=(("tree", 6), ("policy", 2)),
                    cache=(("hits", 1), ("kept", 2)),
                    facts=(("model", "qwen3-vl-8b"),),
                    recording=home,
                    attachments=(home / "frames" / "0003-after.png",),
                ),
            ],
        ),
        CaseResult.of(job("b"), [attempt(Status.ERROR), attempt(Status.FAILED)]),
        CaseResult.of(job("c"), [attempt(Status.ERROR), attempt(Status.ERROR)]),
        CaseResult(job("d"), Status.SKIPPED, reason="No device fits."),
        CaseResult(job("e"), Status.NOT_RUN, reason="The run was stopped."),
        CaseResult.of(job("f"), [attempt(Status.INTERRUPTED)]),
        CaseResult.of(job("g"), [attempt(Status.UNVERIFIED)]),
    ]
    root = written(tmp_path, results)
    assert root.attrib == {
        "name": "agent", "tests": "7", "failures": "1", "errors": "2", "skipped": "2",
        "time": "14.250",
    }  # fmt: skip
    flaky, *others = root.iter("testcase")
    assert flaky.attrib == {
        "classname": "tasks.dark", "name": "dark-mode[dark]", "file": dark, "line": "3",
        "time": "5.250",
    }  # fmt: skip
    facts = [(each.get("name"), each.get("value")) for each in flaky.iter("property")]
    assert facts == [
        ("id", "tasks/a.task.yaml::dark-mode[dark]"),
        ("status", "flaky"),
        ("tag", "smoke"),
        ("tag", "plain"),
        ("device", "emulator-5554"),
        ("attempts", "2"),
        ("steps", "9"),
        ("model_calls", "2"),
        ("tokens", "77"),
        ("provenance", "tree=6 policy=2"),
        ("step_cache", "hits=1 kept=2"),
        ("model", "qwen3-vl-8b"),
        ("run", "../recordings/r1"),
    ]
    assert [each.findtext("stackTrace") for each in flaky.findall("flakyFailure")] == [
        "line 1\nline 2"
    ]
    assert (flaky.findtext("system-out") or "").splitlines() == [
        "attempt 1: failed on emulator-5554, 2.0 s",
        "attempt 2: passed on emulator-5554, 3.2 s",
        "[[ATTACHMENT|../recordings/r1]]",
        "[[ATTACHMENT|../recordings/r1/frames/0003-after.png]]",
    ]
    kinds = [[part.tag for part in each if part.tag != "properties"] for each in others]
    assert kinds == [
        ["failure", "rerunError", "system-out"],
        ["error", "rerunError", "system-out"],
        ["skipped"],
        ["skipped"],
        ["error", "system-out"],
        ["system-out"],
    ]
    skipped = [each.get("message") for each in root.iter("skipped")]
    assert skipped == ["No device fits.", "not run: The run was stopped."]
    suite = root.find("testsuite[@name='tasks/dark.task.yaml']")
    assert suite is not None
    assert (suite.get("timestamp"), suite.get("hostname")) == (
        "2026-11-25T05:31:12",
        "emulator-5554",
    )


def test_others_read_it_as_it_was_meant(tmp_path: Path) -> None:
    results = [
        CaseResult.of(job("a"), [attempt(Status.FAILED), attempt(Status.PASSED)]),
        CaseResult.of(job("b"), [attempt(Status.FAILED), attempt(Status.ERROR)]),
        CaseResult(job("c"), Status.SKIPPED, reason="why"),
    ]
    written(tmp_path, results)
    read = junitparser.JUnitXml.fromfile(str(tmp_path / "reports" / "junit.xml"))
    assert (read.tests, read.failures, read.errors, read.skipped) == (3, 1, 0, 1)
    (suite,) = read
    passed, failed, skipped = suite
    assert passed.is_passed
    assert failed.is_failure
    assert failed.result[0].message == "'Dark' not visible (failed)"
    assert skipped.is_skipped
    assert skipped.result[0].message == "why"


texts = st.text(st.characters(exclude_categories=[]), max_size=40)
statuses = st.sampled_from([Status.PASSED, Status.FAILED, Status.ERROR, Status.UNVERIFIED])


@st.composite
def hostile(draw: st.DrawFn) -> CaseResult:
    title = draw(texts)
    one = Job(
        id=f"x::{title}", file=draw(texts), line=1, title=title, case=title, tags=(draw(texts),)
    )
    attempts = []
    for status in draw(st.lists(statuses, min_size=1, max_size=3)):
        bad = status in {Status.FAILED, Status.ERROR}
        failure = Failure(draw(texts), draw(texts), draw(texts)) if bad else None
        run = CaseRun(status, failure, facts=((draw(texts), draw(texts)),))
        attempts.append(Attempt(run, draw(texts), NOW, draw(st.floats(0, 1e6))))
    return CaseResult.of(one, attempts)


@settings(max_examples=60, deadline=None)
@given(results=st.lists(hostile(), min_size=1, max_size=3, unique_by=lambda each: each.job.id))
def test_whatever_names_and_messages_hold_the_file_is_valid(
    tmp_path_factory: pytest.TempPathFactory, results: list[CaseResult]
) -> None:
    root = written(tmp_path_factory.mktemp("junit"), results)
    names = [case.get("name") for suite in root for case in suite]
    files = list(dict.fromkeys(each.job.file for each in results))
    in_order = sorted(results, key=lambda each: files.index(each.job.file))
    assert names == [fit(each.job.title) for each in in_order]


def test_what_no_xml_can_hold_is_replaced_and_nothing_else() -> None:
    assert (
        fit("a\x00b\x1bc\ud800d\x7fe\x9ff\ufffeg") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg"
    )
    whole = "<&\"'> ]]> \t\r\n 看见 🙂 \x85\xa0"
    assert fit(whole) == whole


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("tasks/dark.task.yaml", "tasks.dark"),
        ("a.task.yml", "a"),
        ("../x/y.task.yaml", "x.y"),
        ("C:\\tasks\\a.task.yaml", "C:.tasks.a"),
        ("", "tasks"),
    ],
)
def test_class_names(file: str, name: str) -> None:
    assert class_name(file) == name


def test_from_the_beginning_all_cases_are_there(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    JUnitFile(path, [job("a"), job("b")], NOW)
    SCHEMA.validate(path)
    messages = [each.get("message") for each in ElementTree.parse(path).getroot().iter("skipped")]
    assert messages == ["not run: it was not reached."] * 2
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["junit.xml"]


def test_where_it_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "junit.xml", tmp_path):
        with pytest.raises(UsageError, match=r"--junit: .* cannot be written"):
            JUnitFile(path, [job("a")], NOW)


_WRITE_ON_AND_ON = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.junit import JUnitFile
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status

now = datetime.now(UTC)
jobs = [
    Job(id=f"t::{n}", file=f"tasks/{n % 7}.task.yaml", line=1, title=str(n), case=n)
    for n in range(50)
]
file = JUnitFile(Path(sys.argv[1]), jobs, now)
print("begun", flush=True)
for n in itertools.count():
    run = CaseRun(Status.FAILED, Failure("check", f"round {n}", "x" * 20_000))
    file.add(CaseResult.of(jobs[n % 50], [Attempt(run, "one", now, 1.0)]))
    print(n, flush=True)
"""


def test_a_kill_at_any_moment_leaves_a_valid_file(tmp_path: Path) -> None:
    dice = random.Random(5)
    path = tmp_path / "junit.xml"
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITE_ON_AND_ON, str(path)], stdout=subprocess.PIPE, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            for _ in range(dice.randrange(1, 30)):
                process.stdout.readline()
            # The line was printed after a write, so this falls into the next one, or close to it.
            SystemClock().sleep(dice.random() * 0.01)
            process.send_signal(signal.SIGKILL)
        SCHEMA.validate(path)
        root = ElementTree.parse(path).getroot()
        assert len(list(root.iter("testcase"))) == 50
        assert int(root.get("failures", 0)) == len(list(root.iter("failure"))) > 0
