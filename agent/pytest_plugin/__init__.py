"""The pytest plugin: task files as tests, and a device, phones and goals for tests in Python.

Imported by pytest in every project of an environment in which Tapwright is installed. So it imports
nothing but pytest, until a task file is met or a fixture is asked for.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.pytest_plugin.fixtures import RunGoal as RunGoal
from agent.pytest_plugin.fixtures import VirtualPhones as VirtualPhones
from agent.pytest_plugin.fixtures import agent_device as agent_device
from agent.pytest_plugin.fixtures import run_goal as run_goal
from agent.pytest_plugin.fixtures import virtual_phone as virtual_phone
from agent.pytest_plugin.settings import BENCH, add_options, check_options, check_workers

if TYPE_CHECKING:
    from agent.pytest_plugin.items import TaskFile

SUFFIXES = (".task.yaml", ".task.yml")
"""As ``agent.suite.language`` has them, which takes longer to import than most test runs want."""
_UNUSUAL = {"flaky": ("flaky", "f"), "unverified": ("unverified", "u")}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the setting ``agent_tasks``."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Check what was given on the command line."""
    check_options(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: list[object]) -> None:
    """Refuse more workers than there are devices."""
    check_workers(config, len(specs))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "TaskFile | None":
    """Take task files, in the folders of ``agent_tasks`` if it names any."""
    if not file_path.name.endswith(SUFFIXES):
        return None
    folders = parent.config.getini("agent_tasks")
    wanted = not folders or any(file_path.is_relative_to(each) for each in folders)
    if not wanted and not parent.session.isinitpath(file_path):
        return None
    from agent.pytest_plugin import items

    if not parent.config.pluginmanager.is_registered(items):
        parent.config.pluginmanager.register(items)
    found: TaskFile = items.TaskFile.from_parent(parent, path=file_path)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Tell apart from what passed what did so only when tried again, or had no checks."""
    if not isinstance(report, pytest.TestReport) or report.when != "call" or not report.passed:
        return None
    found = _UNUSUAL.get(str(dict(report.user_properties).get("agent_status")))
    return (*found, (found[0].upper(), {"yellow": True})) if found is not None else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give back the device, end the phones, let go of the model."""
    bench = config.stash.get(BENCH, None)
    if bench is not None:
        bench.close()
