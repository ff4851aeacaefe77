"""Tests in Python with each fixture, and a project that has nothing to do with Tapwright."""

import pytest

from tests.agent.pytest_plugin.conftest import Run


def test_each_fixture_in_a_test_in_python(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from agent.pytest_plugin import RunGoal, VirtualPhones
        from tools.action import OpenApp
        from tools.device import Device

        def test_the_device(agent_device: Device) -> None:
            agent_device.perform(OpenApp(name="Notes"))
            assert agent_device.observe().app == "com.tapwright.notes"

        def test_the_device_is_fresh_again(agent_device: Device) -> None:
            assert agent_device.observe().app != "com.tapwright.notes"

        def test_two_phones(virtual_phone: VirtualPhones) -> None:
            first, second = virtual_phone(), virtual_phone(scenario="dark", seed=3)
            assert (first.info.theme, second.info.theme) == ("light", "dark")
            assert first.observe().app and second.observe().app

        def test_a_goal(run_goal: RunGoal, agent_device: Device) -> None:
            done = run_goal("turn on airplane mode", expect=("Airplane mode",), max_steps=12)
            assert done.verdict.value == "passed"
            assert done.recording is not None and done.recording.exists()
            assert agent_device.observe().app == "com.android.settings"

        def test_a_goal_on_a_phone(run_goal: RunGoal, virtual_phone: VirtualPhones) -> None:
            phone = virtual_phone(scenario="zh")
            assert run_goal("打开飞行模式", device=phone).finished
            assert phone.observe().app == "com.android.settings"
        """
    )
    done = run("-q")
    done.assert_outcomes(passed=5)


def test_what_goes_wrong_in_them_is_told_in_one_place(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        def test_scenario(virtual_phone):
            virtual_phone(scenario="drak")

        def test_setting(run_goal):
            run_goal("turn on airplane mode", max_stepps=3)

        def test_device_setting(run_goal):
            run_goal("turn on airplane mode", seed=3)

        def test_goal(run_goal):
            assert not run_goal("turn on airplane mode").finished
        """
    )
    done = run("-q", "--junitxml=junit.xml")
    done.assert_outcomes(failed=4)
    text = done.stdout.str()
    done.stdout.fnmatch_lines(
        [
            ">       virtual_phone(scenario=*drak*)",
            "E       tools.errors.UsageError: *unknown scenario 'drak'*",
            "E       tools.errors.ConfigError: Unknown setting 'max_stepps'. Did you mean*",
            "E       tools.errors.UsageError: 'seed' cannot be set for one goal. *",
            "*- Captured agent call -*",
            "'turn on airplane mode': finished, unverified, * steps",
            "recording: *turn-on-airplane-mode-*",
        ]
    )
    assert "bench.py" not in text
    assert "fixtures.py" not in text
    assert 'name="agent_recording"' in (pytester.path / "junit.xml").read_text()


def test_a_device_that_is_not_there_is_an_error_and_no_failure(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("def test_it(agent_device): pass\ndef test_more(run_goal): run_goal('go')")
    monkeypatch.setenv("AGENT_POLICY", "scripted")
    done = run("-q", "-k", "test_it", device="emulator-none")
    done.assert_outcomes(errors=1)
    assert "items.py" not in done.stdout.str()
    pytester.makefile(".task.yaml", test_it="name: test_it\nsteps:\n  - home:\n")
    done = run("-q", "-k", "test_it", "--agent-policy=rules", device="virtul")
    done.assert_outcomes(errors=2)
    meant = "The device 'virtul' is not attached. Did you mean 'virtual'?"
    assert done.outlines.count(meant) == 2
    done = run("-q", "-k", "test_more", "--agent-policy=rules", "--agent-cache=odd")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done = run("-q", "-k", "test_more")
    done.stdout.fnmatch_lines(["E*ConfigError: The policy 'scripted' needs a script.*"])


def test_a_project_without_task_files_is_left_alone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import sys

        HEAVY = ("pydantic", "numpy", "PIL", "yaml", "openai", "adbutils", "rich", "agent.config")

        def test_nothing_was_loaded() -> None:
            assert [name for name in HEAVY if name in sys.modules] == []
        """
    )
    pytester.makefile(".yaml", task="name: of another program")
    done = run("-q", device="")
    done.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("words", "collected"),
    [((), 1), (("elsewhere",), 0), (("elsewhere/odd.task.yaml",), 1), (("tasks",), 1)],
)
def test_only_the_folders_that_are_named_hold_tests(
    pytester: pytest.Pytester, run: Run, words: tuple[str, ...], collected: int
) -> None:
    for folder, name in (("tasks", "good"), ("elsewhere", "odd")):
        (pytester.mkdir(folder) / f"{name}.task.yaml").write_text("name: a\nsteps: [home: ]\n")
    pytester.makeini("[pytest]\nagent_tasks = tasks")
    done = run("--collect-only", "-q", *words, device="")
    assert sum("::a" in line for line in done.outlines) == collected
