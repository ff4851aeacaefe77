"""What all tests share: what a missing part means, a home of their own, and no network."""

import importlib.util
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.desktop.rig import Rig

pytest_plugins = ["pytester"]  # pytest takes this from the topmost conftest only
DESKTOP_PROGRAMS = (
    "Xvfb", "openbox", "mousepad", "galculator", "thunar", "chromium", "xclip", "xprop", "xrandr",
    "dbus-daemon",
)  # fmt: skip


def _missing_programs() -> list[str]:
    return [name for name in DESKTOP_PROGRAMS if shutil.which(name) is None]


_AVAILABLE: dict[str, tuple[Callable[[], bool], str]] = {
    "adb": (lambda: shutil.which("adb") is not None, "the adb binary (apt-get install adb)"),
    "desktop": (
        lambda: not _missing_programs(),
        f"an X server and applications (see docs/devices.md): {', '.join(_missing_programs())}",
    ),
    "local": (
        lambda: all(map(importlib.util.find_spec, ("torch", "transformers", "llguidance"))),
        "torch, transformers and llguidance (pip install -e '.[local]')",
    ),
    "browser": (
        lambda: (
            shutil.which("chromium") is not None
            and importlib.util.find_spec("playwright") is not None
        ),
        "playwright and Chromium (pip install playwright; apt-get install chromium)",
    ),
    "studio": (
        lambda: importlib.util.find_spec("gradio") is not None,
        "Gradio (pip install -e '.[studio]')",
    ),
    "mcp": (
        lambda: importlib.util.find_spec("mcp") is not None,
        "the SDK of MCP (pip install -e '.[mcp]')",
    ),
    "ray": (
        lambda: importlib.util.find_spec("ray") is not None,
        "Ray (pip install -e '.[ray]')",
    ),
    "training": (
        lambda: all(map(importlib.util.find_spec, ("datasets", "trl"))),
        "datasets and trl (pip install datasets trl)",
    ),
    "serving": (
        lambda: all(map(importlib.util.find_spec, ("fastapi", "uvicorn"))),
        "transformers serve (pip install 'transformers[serving]')",
    ),
}
# What a loaded machine does to an example says nothing of what is tested. The tests that run before
# a change goes in look at the same examples each time (scripts/check.py), others at new ones.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("same_examples", settings.get_profile("any_machine"), derandomize=True)
settings.load_profile("any_machine")
_SLOW = "slow: minutes on two cores; runs with -m slow, or TAPWRIGHT_REQUIRE=slow"
# Threads of virtual phones that run in this process, and the tests that are about those phones.
_PHONES = ("adb-", "forward-")
_OF_PHONES = Path(__file__).parent / "virtual_phone"
_LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}


def pytest_configure(config: pytest.Config) -> None:
    """Refuse connections that leave this machine; a test that needs one is wrong."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background by a shell: programs that tests start would not hear Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.addaudithook(_refuse_network)
    config.addinivalue_line("markers", _SLOW)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, unless it is asked for."""
    required = os.environ.get("TAPWRIGHT_REQUIRE", "").split(",")
    if "slow" in required or "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item.get_closest_marker("slow") is None]


class Tracing:
    """Lets coverage begin in a new thread, but not in a phone's, unless the test is about phones.

    The tests of the virtual phone reach all that the others reach of it but some twenty lines, and
    traced, it takes more than twice its time.
    """

    about_phones = False

    def __init__(self, begin: Callable[[FrameType, Any, Any], Any]) -> None:
        self._begin = begin

    def __call__(self, frame: FrameType, event: Any, argument: Any) -> Any:
        if self.about_phones or not threading.current_thread().name.startswith(_PHONES):
            return self._begin(frame, event, argument)
        sys.settrace(None)
        return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: a fifth of the tests' time is waiting for programs."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (mine or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Coverage has begun by now, if it is measured."""
    begin = threading.gettrace()
    if begin is not None:
        threading.settrace(Tracing(begin))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a part that is not here; fail if TAPWRIGHT_REQUIRE names that part."""
    Tracing.about_phones = item.path.is_relative_to(_OF_PHONES)
    required = os.environ.get("TAPWRIGHT_REQUIRE", "").split(",")
    for kind, (available, what) in _AVAILABLE.items():
        if item.get_closest_marker(kind) is None or available():
            continue
        if kind in required:
            pytest.fail(f"needs {what}, which TAPWRIGHT_REQUIRE asks for", pytrace=False)
        pytest.skip(f"needs {what}")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, a working directory and an environment that no other test and no person shares."""
    home = tmp_path / "home"
    home.mkdir()
    for variable in [name for name in os.environ if name.startswith("AGENT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("AGENT_RECORD_DIR", str(tmp_path / "recordings"))
    monkeypatch.setenv("COLUMNS", "100")
    for variable in ("ANDROID_SERIAL", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture(scope="session")
def running_desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Rig"]:
    """A display of the tests' own; the environment of this process knows nothing of it."""
    from tests.desktop.rig import running_rig

    with running_rig(tmp_path_factory.mktemp("desktop") / "home") as rig:
        yield rig


@pytest.fixture
def rig(running_desktop: "Rig") -> Iterator["Rig"]:
    """The display with no program on it, and nothing in the home that another test saved."""
    running_desktop.clear_home()
    yield running_desktop
    running_desktop.end_programs()


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address and address[0] not in _LOOPBACK:
        raise RuntimeError(f"A test tried to connect to {address!r}.")
