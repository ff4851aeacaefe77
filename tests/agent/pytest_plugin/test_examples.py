"""The workflow for CI and the examples of the pages are run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.agent.pytest_plugin.conftest import ROOT, WITHOUT, Run

WORKFLOW = ROOT / "docs" / "github-actions.yml"
TASKS = """\
name: airplane-{number}
tags: [smoke]
target: {{app: com.android.settings}}
steps:
  - tap: Network & internet
  - tap: {{text: Airplane mode, kind: Switch}}
checks:
  - settings: {{table: global, name: airplane_mode_on, equals: 1}}
"""


def lines(job: str) -> list[str]:
    """What the job runs, in the shell of a runner, where ``matrix.shard`` is 1."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    steps = workflow["jobs"][job]["steps"]
    found = [step["run"].replace("${{ matrix.shard }}", "1") for step in steps if "run" in step]
    assert not [line for line in found if "${{" in line]
    return found


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and the commands that a runner would have after the installation."""
    programs = tmp_path / "bin"
    programs.mkdir()
    plugin = "from importlib.metadata import entry_points\n"
    plugin += "import sys\nfound = entry_points(group='pytest11', name='tapwright')\n"
    plugin += "sys.exit(0 if found else 1)\n"
    known = subprocess.run([sys.executable, "-c", plugin], check=False).returncode == 0
    for name, words in (("agent", "-m agent"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(programs), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    named = "" if known else "-p agent.pytest_plugin"
    monkeypatch.setenv("PYTEST_ADDOPTS", f"{WITHOUT} {named}")
    monkeypatch.delenv("AGENT_RECORD_DIR")
    project = tmp_path / "project"
    (project / "tasks").mkdir(parents=True)
    text = "---\n".join(TASKS.format(number=number) for number in range(4))
    (project / "tasks" / "some.task.yaml").write_text(text)
    (project / "tests").mkdir()
    (project / "tests" / "test_some.py").write_text("def test_it(agent_device): pass\n")
    return project


@pytest.mark.parametrize("job", ["tasks", "python"])
def test_each_line_of_the_workflow_does_what_it_should(shell: Path, job: str) -> None:
    install, *others = lines(job)
    assert install.startswith("python -m pip install tapwright")
    assert len(others) == {"tasks": 2, "python": 1}[job]
    for line in others:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", line],
            cwd=shell, capture_output=True, text=True, check=False, timeout=150,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert (shell / "junit.xml").exists()
    assert list((shell / "recordings").iterdir())
    assert job == "python" or (shell / "report").is_dir()


def test_the_example_in_python_passes(pytester: pytest.Pytester, run: Run) -> None:
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert example is not None
    pytester.makepyfile(test_example=example[1])
    run("-q").assert_outcomes(passed=3)


def test_the_page_names_every_option_and_setting() -> None:
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    source = (ROOT / "agent" / "pytest_plugin" / "settings.py").read_text(encoding="utf-8")
    options = set(re.findall(r'"(--agent-[a-z]+)"', source))
    assert len(options) == 5
    assert options == set(re.findall(r"--agent-[a-z]+", page))
