"""The words at the end of a run."""

from agent.cli.suite_live import case_line
from agent.cli.suite_summary import summary
from agent.suite.runner.status import CaseRun, Failure, Status, Strictness
from tests.agent.suite.runner.bench import job, run


def said(failure: Failure, status: Status = Status.FAILED) -> list[str]:
    suite = run([job("a")], {"a": [CaseRun(status, failure)]})
    return summary(suite, Strictness()).plain.splitlines()


def test_all_checks_that_do_not_hold_are_told() -> None:
    lines = said(Failure("check.text", "no 'x'", "no 'x'\nno 'y'\nTeardown: no 'z'"))
    at = lines.index("      check.text: no 'x'")
    assert lines[at + 1 : at + 3] == ["      also: no 'y'", "      also: Teardown: no 'z'"]


def test_what_its_message_says_already_is_not_said_twice() -> None:
    setup = Failure("setup", "Setup: t.task.yaml:2: shell 'false': The exit code is 1, not 0")
    assert f"      {setup.message}" in said(setup, Status.ERROR)
    late = Failure("time_limit", "Setup: t.task.yaml:2: The time of the case is up.")
    assert f"      time_limit: {late.message}" in said(late, Status.ERROR)


def test_of_many_only_the_first_are() -> None:
    others = "\n".join(f"no {number}" for number in range(9))
    lines = said(Failure("check.text", "no 'x'", f"no 'x'\n{others}"))
    assert [each.strip() for each in lines if "also: " in each][-1] == "also: no 4"
    assert "      and 4 more" in lines


def test_a_traceback_is_not_for_the_terminal() -> None:
    lines = said(Failure("crash", "KeyError: 'x'", "KeyError: 'x'\n  File ..."))
    assert not any("File" in each for each in lines)


def test_what_passed_only_when_tried_again_is_told_where_it_counts() -> None:
    bad = CaseRun(Status.FAILED, Failure("check", "no"))
    suite = run([job("a", retries=1)], {"a": [bad, CaseRun(Status.PASSED)]})
    assert "Not passed" not in summary(suite, Strictness()).plain
    strict = summary(suite, Strictness(fail_flaky=True)).plain
    assert "  ≈ a  tasks/a.task.yaml:3\n" in strict
    assert "It passed only when tried again, and --fail-flaky minds that." in strict


def test_warnings_and_baselines_are_told_below_the_case() -> None:
    facts = (("policy", "rules"), ("warning", "a: no 'x'"), ("baseline", "'s.png' was made"))
    suite = run([job("a")], {"a": [CaseRun(Status.PASSED, facts=facts)]})
    below = case_line(suite.results[0]).plain.splitlines()[1:]
    assert below == ["    warning: a: no 'x'", "    baseline: 's.png' was made"]


def test_on_a_terminal_a_reason_is_broken_between_words() -> None:
    path = f"recordings/{'x' * 50}"
    message = f"no 'nothing like this', but 'Settings' and 'Network & internet'; see {path} for it"
    suite = run([job("a")], {"a": [CaseRun(Status.FAILED, Failure("check.text", message))]})
    told = (case_line(suite.results[0], 40), summary(suite, Strictness(), columns=40))
    for lines, margin in zip((each.plain.splitlines() for each in told), (4, 6), strict=True):
        reason = [line for line in lines if line.startswith(" " * margin)]
        assert " ".join(line.strip() for line in reason).startswith(f"check.text: {message}")
        assert path in [line.strip() for line in reason]  # a path is to be copied
        assert all(len(line) <= 40 for line in reason if path not in line)
    assert f"    check.text: {message}" in case_line(suite.results[0]).plain.splitlines()
