"""``agent test`` from the outside: what it prints, writes and remembers, and how it is ended."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from agent.cli.app import run_command
from agent.cli.suite_run import Choice, Manner, run_tests
from agent.config import Config
from agent.phone_process import PhoneOptions, running_phone
from agent.suite.language.cases import Case
from agent.suite.runner.deadline import Deadline, Patience
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun, Strictness
from agent.wiring.suite import RunOptions
from tests.agent.episodes import COUNT, DONE, Rig, tap
from tests.agent.suite.runner.program import ByName, write_tasks
from tools.clock import SystemClock
from tools.errors import UsageError

ROOT = Path(__file__).parents[4]
SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
VIRTUAL = RunOptions("virtual")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def run(choice: Choice | None = None, performer: ByName | None = None, **manner: object) -> int:
    made = performer if performer is not None else ByName()
    fields: dict[str, object] = {"options": VIRTUAL, **manner}
    return run_tests(
        Config(record_dir=Path("recordings"), adb_server="127.0.0.1:1"),
        choice if choice is not None else Choice(),
        Manner(**fields),  # type: ignore[arg-type]
        lambda _: made,
    )


def test_a_run_tells_what_became_of_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "passes-one", "fails-two", "unverified-three")
    write_tasks(Path("tasks/skipped"), "passes-four", more="skip: broken until May\n")
    performer = ByName()
    assert run(performer=performer) == 1
    told = capsys.readouterr().out
    assert "✗ failed" in told
    assert "tasks/some.task.yaml::fails-two  virtual-1\n    check: the check failed" in told
    assert "tasks/some.task.yaml:5" in told  # where the task stands
    assert "1 case skipped: broken until May" in told
    assert "1 passed, 1 failed, 1 unverified, 1 skipped in " in told
    assert "0 steps · 0 model calls" in told
    serials = {device.serial for _, device, _ in performer.seen}
    assert len(serials) == 1  # one phone, reset in between


def test_an_attempt_that_the_step_cache_led_astray_is_told_and_void(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_tasks(Path("tasks"), "misled")
    assert run(junit=Path("junit.xml"), strictness=Strictness(fail_flaky=True)) == 0
    told = capsys.readouterr().out
    assert "attempt 1, led astray by the step cache and void: check: the check failed" in told
    assert "1 passed in " in told
    assert "found by cached 4, policy 3" in told
    assert "step cache: forgotten 1, hits 1, kept 1, misses 1" in told
    SCHEMA.validate("junit.xml")
    facts = {
        each.get("name"): each.get("value")
        for each in ElementTree.parse("junit.xml").iter("property")
    }
    assert facts["step_cache"] == "kept=1 misses=1"
    assert facts["provenance"] == "policy=3"
    assert "misled" in facts
    assert run(as_json=True) == 0
    first, second = json.loads(capsys.readouterr().out)["cases"][0]["attempts"]
    assert (first["misled"], first["step_cache"]) == (True, {"forgotten": 1, "hits": 1})
    assert (second["misled"], second["provenance"]) == (False, {"policy": 3})


def test_strictness_decides_over_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "unverified-one")
    assert run() == 0
    assert "Not passed" not in capsys.readouterr().out
    assert run(strictness=Strictness(require_checks=True)) == 1
    told = capsys.readouterr().out
    assert "Not passed:\n  ? unverified-one" in told
    assert "It has no checks, and --require-checks wants some." in told


def test_several_phones_and_a_lost_one(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "unplug", *(f"passes-{n}" for n in range(4)))
    assert run(options=RunOptions("virtual:2"), junit=Path("junit.xml")) == 3
    told = capsys.readouterr().out
    assert "was unplugged." in told
    assert "4 passed, 1 error" in told
    SCHEMA.validate("junit.xml")
    cases = {each.get("name"): each for each in ElementTree.parse("junit.xml").iter("testcase")}
    assert cases["unplug"].find("error") is not None
    assert len(cases["unplug"].findall("rerunError")) == 1


def test_only_what_failed_is_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "passes-one", "fails-two", "fails-three")
    lf = Choice(last_failed=True)
    assert run(lf) == 1  # nothing is remembered as yet: all of them
    assert "1 passed, 2 failed" in capsys.readouterr().out
    write_tasks(Path("tasks"), "passes-one", "fails-two", "passes-three")
    assert run(lf) == 1
    assert "1 failed in" in capsys.readouterr().out
    write_tasks(Path("tasks"), "passes-one", "passes-two")
    assert run(Choice(keywords="one")) == 0
    assert run(lf) == 5
    said = "No case is selected of 2. None of them failed the last time.\n"
    assert capsys.readouterr().err == said
    write_tasks(Path("tasks"), "passes-one", "fails-two")
    assert run(Choice(last_failed=True, keywords="one")) == 5
    assert capsys.readouterr().err == "No case is selected of 2.\n"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice(keywords="nothing"), "No case is selected of 2."),
        (Choice(tags="smoke"), "No case is selected of 2."),
    ],
)
def test_an_empty_selection(choice: Choice, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "passes-one", "passes-two")
    assert run(choice, junit=Path("junit.xml")) == 5
    assert capsys.readouterr().err.strip() == said
    assert not Path("junit.xml").exists()


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "passes-one", "fails-two")
    assert run(as_json=True, repeat=2, retries=1) == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert "failed" in err
    assert (told["exit_code"], told["counts"]) == (1, {"passed": 2, "failed": 2})
    assert [(each["id"].rpartition("::")[2], each["round"]) for each in told["cases"]] == [
        ("passes-one", 1),
        ("fails-two", 1),
        ("passes-one", 2),
        ("fails-two", 2),
    ]
    assert [len(each["attempts"]) for each in told["cases"]] == [1, 2, 1, 2]
    assert told["cases"][1]["attempts"][0]["failure"] == {
        "kind": "check",
        "message": "the check failed",
        "details": "",
    }


@pytest.mark.parametrize("option", ["--report", "--record-dir"])
def test_a_folder_that_cannot_be_written_is_told_before_any_case_is_run(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tasks(Path("tasks"), "passes-one")
    Path("taken").touch()
    Path("nowhere").symlink_to("gone")
    for folder, why in (("taken/in", "Not a directory"), ("nowhere", "No such file or directory")):
        code, out, err = command("--junit", "junit.xml", option, folder)(capsys)
        assert (code, out) == (2, "")
        said = f"agent: {option}: '{folder}' cannot be written: {why}. Name another folder.\n"
        assert err == said
    assert not Path("junit.xml").exists()


SECRET = "secrets: [SHOP_PASSWORD]\n"


def test_a_secret_without_a_value_is_told_before_any_case_is_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    write_tasks(Path("tasks/open"), "home")
    write_tasks(Path("tasks/shut"), "home", more=SECRET)
    code, out, err = command("--junit", "junit.xml", "--device", "virtual")(capsys)
    assert (code, out) == (2, "")
    said = "agent: tasks/shut/some.task.yaml:1:1: The secret SHOP_PASSWORD has no value. Set"
    assert err.startswith(said)
    assert err.count("\n") == 1
    assert not Path("junit.xml").exists()


def test_a_secret_of_a_case_that_is_not_run_may_lack_its_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    write_tasks(Path("tasks/open"), "passes-one")
    write_tasks(Path("tasks/later"), "home", more=f"{SECRET}skip: not yet\n")
    desktop = f"name: a\n{SECRET}target: {{platform: desktop}}\nsteps: [key: enter]\n"
    Path("tasks/desktop.task.yaml").write_text(desktop)
    assert run() == 0
    assert "1 passed, 2 skipped" in capsys.readouterr().out


def test_a_report_needs_recordings(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "passes-one")
    assert run(report=Path("report")) == 0
    told, err = capsys.readouterr()
    assert err == "agent: There is no report: nothing was recorded.\n"
    assert "index.html" not in told


def test_a_report_of_what_was_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    class Recording(ByName):
        """Records each case as an episode of one step."""

        def perform(
            self, case: Case, device: LeasedDevice, folder: Path, deadline: Deadline
        ) -> CaseRun:
            episode = Rig(folder.parent, [tap(COUNT), DONE], goal=case.title).run()
            done = super().perform(case, device, folder, deadline)
            return replace(done, recording=episode.recording)

    write_tasks(Path("tasks"), "passes-one", "fails-two")
    performer = Recording()
    assert run(performer=performer, report=Path("report"), junit=Path("out/junit.xml")) == 1
    page = Path("report/index.html").read_text()
    assert "passes-one" in page
    assert "fails-two" in page
    told, err = capsys.readouterr()
    assert err == ""
    assert told.endswith("\nJUnit   out/junit.xml\nReport  report/index.html\n")
    attachments = Path("out/junit.xml").read_text().count("[[ATTACHMENT|../recordings/")
    assert attachments == 2


def command(*words: str) -> Callable[[pytest.CaptureFixture[str]], tuple[int, str, str]]:
    def called(capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
        code = run_command(["test", *words])
        return code, *capsys.readouterr()

    return called


def test_what_was_chosen_for_the_person_is_told_beside_the_outcome(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-weights"))
    write_tasks(Path("tasks"), "home")
    code, out, err = command("--model", "auto", "--device", "virtual", "--json")(capsys)
    assert code == 0
    assert json.loads(out)["counts"] == {"unverified": 1}
    assert err.startswith("Model: none (")
    assert "the built-in rules decide" in err


def test_a_performer_is_closed_when_the_run_is_over() -> None:
    write_tasks(Path("tasks"), "passes-one", "fails-two")
    performer = ByName()
    run(performer=performer)
    assert performer.closed == 1


def test_listing(capsys: pytest.CaptureFixture[str]) -> None:
    write_tasks(Path("tasks"), "passes-one", "fails-two", more="tags: [smoke]\n")
    out = "tasks/some.task.yaml::passes-one\ntasks/some.task.yaml::fails-two\n"
    assert command("--list")(capsys) == (0, out, "")
    code, text, _ = command("--list", "--json", "-k", "two")(capsys)
    assert code == 0
    assert json.loads(text) == [
        {
            "id": "tasks/some.task.yaml::fails-two",
            "file": "tasks/some.task.yaml",
            "line": 6,
            "tags": ["smoke"],
        }
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "There is no 'nowhere'."),
        (["-k", "("], "-k: a word is missing"),
        (["--shard", "3/2"], "'3/2' is no part of a whole"),
        (["--jobs", "0"], "'--jobs'"),
        (["--repeat", "0"], "'--repeat'"),
        (["--retries", "-1"], "'--retries'"),
        (["--timeout", "soon"], "'--timeout'"),
        (["--timeout", "-1"], "--timeout"),
        (["--cache", "never"], "--cache"),
        (["--scenario", "nonsense"], "unknown scenario 'nonsense'"),
        (["--scenario", "dark,chinese"], "unknown scenario 'chinese'"),
        (["--scenario", ""], "unknown scenario ''"),
        (["--scenario", "dark", "--device", "desktop"], "A scenario is for virtual phones, and"),
        (["--seed", "3", "--device", "all"], "A seed is for virtual phones, and 'all' names none"),
        (["--seed", "x"], "'--seed'"),
        (["--seed", "-1"], "--seed"),
        (["--device", "virtual:0"], "'virtual:0' is not 1 to 64 virtual phones"),
        (["--device", "virtual:x"], "'virtual:x' is no number"),
        (["--device", "a,a"], "'a' stands there twice"),
        (["--device", "virtua"], "The device 'virtua' is not attached. Did you mean 'virtual'?"),
        (["--device", "virtual,nosuch"], "The device 'nosuch' is not attached"),
        (["--engine", "moon"], "no engine 'moon'"),
        (["--policy", "nobody"], "no policy 'nobody'"),
    ],
)
def test_wrong_usage_is_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tasks(Path("tasks"), "passes-one")
    code, _, err = command("--junit", "junit.xml", *words)(capsys)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
    assert not Path("junit.xml").exists()  # nothing was begun
    assert not Path("recordings").exists()


@pytest.mark.parametrize(
    ("devices", "code", "said"),
    [("virtual:0", 2, "virtual:0"), ("all", 2, "No attached device"), ("a,,b", 2, "no device")],
)
def test_devices_that_are_none(
    devices: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tasks(Path("tasks"), "passes-one")
    with pytest.raises(UsageError, match=said):
        run(options=RunOptions(devices))
    assert capsys.readouterr().out == ""


def test_task_files_with_mistakes_are_told_before_any_device_is_touched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_tasks(Path("tasks"), "passes-one", more="retires: 3\n")
    assert run() == 2
    assert "tasks/some.task.yaml:4:1" in capsys.readouterr().err


def program(
    *names: str, device: str = "virtual", junit: str = "junit.xml"
) -> "subprocess.Popen[str]":
    write_tasks(Path("tasks"), *names)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.agent.suite.runner.program", junit, device, "tasks"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", wanted: str) -> str:
    """Read until a line that begins with ``wanted``; the rest of it."""
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line)
        if line.startswith(f"{wanted} "):
            return line.removeprefix(wanted).strip()
    pytest.fail("".join(told))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_good_order(number: signal.Signals, code: int) -> None:
    with program("passes-one", "forever-two", "passes-three") as process:
        read_until(process, "forever")
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == code, rest
    assert Path("torn-down").exists()
    assert "Stopping after the teardown of 1 case; Ctrl-C again stops at once.\n" in rest
    assert "1 case not run: The run was stopped." in rest
    assert "1 passed, 1 not run, 1 interrupted" in rest
    assert "Traceback" not in rest
    SCHEMA.validate("junit.xml")
    cases = {each.get("name"): each for each in ElementTree.parse("junit.xml").iter("testcase")}
    interrupted = cases["forever-two"].find("error")
    assert interrupted is not None
    assert interrupted.get("type") == "interrupted"
    assert cases["passes-three"].find("skipped") is not None


def test_two_runs_on_one_phone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir(mode=0o700)
    with running_phone(PhoneOptions()) as phone:
        server = f"127.0.0.1:{phone.server_port}"
        monkeypatch.setenv("AGENT_ADB_SERVER", server)
        with program("forever-one", device=phone.serial) as first:
            read_until(first, "forever")
            with program("passes-one", device=phone.serial, junit="other.xml") as second:
                told, _ = second.communicate(timeout=60)
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=60)
        assert (
            f"The device '{phone.serial} at {server}' is in use by process {first.pid} since 2"
            in told
        )
        with program("passes-one", device=phone.serial) as third:
            told, _ = third.communicate(timeout=60)
        assert third.returncode == 0, told


@pytest.mark.parametrize("sink", ["> /dev/full", "| true"])
def test_a_run_goes_on_when_nobody_can_read_it(sink: str) -> None:
    write_tasks(Path("tasks"), "passes-one", "fails-two", "passes-three")
    words = f"{sys.executable} -m tests.agent.suite.runner.program junit.xml virtual tasks {sink}"
    done = subprocess.run(
        ["bash", "-c", f"{words}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr  # a case failed; the output is another matter
    assert "Traceback" not in done.stderr
    root = ElementTree.parse("junit.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "0")


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_kill_leaves_a_whole_file_and_no_phone() -> None:
    with program("passes-one", "forever-two", "passes-three") as process:
        phone = read_until(process, "forever")
        assert listens(phone)
        process.kill()
        process.communicate()
    clock = SystemClock()
    until_s = clock.now() + 60
    while listens(phone) and clock.now() < until_s:
        clock.sleep(0.05)
    assert not listens(phone)
    SCHEMA.validate("junit.xml")
    root = ElementTree.parse("junit.xml").getroot()
    assert (root.get("tests"), root.get("errors"), root.get("skipped")) == ("3", "1", "1")
    cases = {each.get("name"): each for each in root.iter("testcase")}
    broken, waiting = cases["forever-two"].find("error"), cases["passes-three"].find("skipped")
    assert broken is not None
    assert str(broken.get("message")).startswith("It was begun, and the run broke off")
    assert waiting is not None
    assert waiting.get("message") == "not run: it was not reached."


def test_a_case_that_does_not_listen_is_cut_off_from_its_phone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_tasks(Path("tasks/1"), "deaf-one", more="budget: {time: 200ms}\n")
    write_tasks(Path("tasks/2"), "passes-two")
    patience = Patience(leave_s=0.1, sever_s=60)
    assert run(options=RunOptions("virtual", patience=patience)) == 3
    told = capsys.readouterr().out
    assert "time_limit: It was not done in time" in told
    assert "1 passed, 1 error" in told
