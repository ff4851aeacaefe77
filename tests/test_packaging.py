"""What is installed, what importing it does, and what the Python API promises."""

import os
import pkgutil
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

import agent

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "torch", "transformers", "openai", "gradio", "pyautogui", "mss", "adbutils", "PIL", "numpy",
    "rich", "typer", "jinja2", "av",
)  # fmt: skip
API = {
    "Agent", "Client",
    "Config", "Decision", "Episode", "Recording", "Step", "StopReason", "ToolCall", "Verdict",
    "read_recording", "run_goal",
}  # fmt: skip
SLOW = ("torch", "transformers", "openai", "gradio", "pyautogui", "mss", "jinja2", "av")


def fresh_python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a new interpreter, away from the checkout and its settings."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.packaging
def test_the_wheel_holds_what_a_run_needs_and_no_tests(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stderr
    wheel = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    names = wheel.namelist()
    entries = next(name for name in names if name.endswith("entry_points.txt"))
    assert "[pytest11]\ntapwright = agent.pytest_plugin" in wheel.read(entries).decode()

    wanted = [
        "agent/person/page/hands.js",
        "agent/person/page/icon.svg",
        "agent/person/page/index.html",
        "agent/person/page/page.css",
        "agent/person/page/page.js",
        "agent/policies/rules/errands.yaml",
        "agent/policies/rules/lexicon.yaml",
        "agent/py.typed",
        "agent/report/page/page.html.j2",
        "agent/report/page/page.css",
        "agent/report/page/page.js",
        "agent/tasks/settings.task.yaml",
        "agent/tasks/task.schema.json",
        "agent/tasks/turn_on_airplane_mode.script.yaml",
        "tools/py.typed",
        "tools/virtual_phone/fonts/NotoSansSC-Regular.otf",
        "tools/virtual_phone/fonts/LICENSE-NotoSansSC.txt",
        "tools/virtual_phone/apps/bookings/airports.yaml",
        "tools/virtual_phone/apps/bookings/schema.sql",
    ]
    assert [name for name in wanted if name not in names] == []
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"agent", "tools"}
    prompts = sorted((ROOT / "agent" / "prompts").glob("*.md"))
    assert [path.name for path in prompts if f"agent/prompts/{path.name}" not in names] == []


def modules() -> list[str]:
    found = [
        module.name
        for package in ("agent", "tools")
        for module in pkgutil.walk_packages([str(ROOT / package)], prefix=f"{package}.")
    ]
    return ["agent", "tools", *(name for name in found if not name.endswith("__main__"))]


def test_importing_the_package_loads_nothing_heavy_and_says_nothing(tmp_path: Path) -> None:
    done = fresh_python(
        f"import sys, agent, tools; print([m for m in {HEAVY} if m in sys.modules])", tmp_path
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_importing_every_module_has_no_effect(tmp_path: Path) -> None:
    """No output, no files, no threads, and none of the libraries that take seconds."""
    code = (
        "import importlib, sys, threading\n"
        f"for name in {modules()!r}: importlib.import_module(name)\n"
        f"print([m for m in {SLOW} if m in sys.modules], threading.active_count())\n"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    done = fresh_python(code, empty)
    assert (done.stdout, done.stderr) == ("[] 1\n", "")
    assert list(empty.iterdir()) == []


def test_only_the_plugin_needs_pytest(tmp_path: Path) -> None:
    others = [name for name in modules() if not name.startswith("agent.pytest_plugin")]
    assert len(others) < len(modules())
    code = (
        "import importlib, sys\n"
        "sys.modules['pytest'] = sys.modules['_pytest'] = None\n"
        f"for name in {others!r}: importlib.import_module(name)\n"
        "print([name for name in sys.modules if name.startswith('agent.pytest_plugin')])"
    )
    done = fresh_python(code, tmp_path)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_python_api_is_what_was_promised() -> None:
    assert set(agent.__all__) == API
    for name in API:
        member = getattr(agent, name)
        assert getattr(import_module(member.__module__), name) is member
