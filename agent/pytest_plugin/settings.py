"""What a test run is told: options, ``agent_tasks``, and the bench that follows from them."""

import warnings
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agent.wiring.bench import Bench

POLICIES = ("auto", "rules", "scripted", "vlm")
CACHES = ("off", "read", "auto", "refresh")
BENCH: "pytest.StashKey[Bench]" = pytest.StashKey()
"""The bench of this process, once there is one."""
_FIELDS = ("device", "policy", "model", "server", "cache")


def add_options(parser: pytest.Parser) -> None:
    """Add the options and the setting ``agent_tasks``."""
    group = parser.getgroup("tapwright", "tasks on screens (Tapwright)")
    add = group.addoption
    add(
        "--agent-device",
        metavar="DEVICE",
        help="One of a,b, 'all', 'virtual', 'virtual:4' or 'desktop' for each process. "
        "Default: what is attached, else a virtual phone.",
    )
    add("--agent-policy", choices=POLICIES, help="Who pursues goals.")
    add("--agent-model", metavar="MODEL", help="Model to ask. Makes vlm decide.")
    add("--agent-server", metavar="SERVER", help="Its server: an address, or vllm, ollama, ...")
    add("--agent-cache", choices=CACHES, help="Whether goals are reached from memory.")
    parser.addini(
        "agent_tasks",
        type="paths",
        default=[],
        help="Folders in which *.task.yaml are tests. Left out: wherever pytest comes across them.",
    )


def given(config: pytest.Config) -> dict[str, str]:
    """What was given on the command line, by field of ``agent.config.Config``."""
    options = {each: config.getoption(f"agent_{each}") for each in _FIELDS}
    return {field: value for field, value in options.items() if value is not None}


def check_options(config: pytest.Config) -> None:
    """Check what was given, before anything is collected.

    Raises:
        pytest.UsageError: It, or a setting of ``agent.toml``, is wrong.
    """
    flags = given(config)
    if not flags:
        return
    from agent.config import load_config
    from agent.suite.runner.choice import parse_devices
    from tools.errors import UsageError

    try:
        load_config(flags)
        if "device" in flags:
            parse_devices(flags["device"])
    except UsageError as error:
        raise pytest.UsageError(str(error).replace("--device", "--agent-device")) from None


def check_workers(config: pytest.Config, workers: int) -> None:
    """Each worker of pytest-xdist has a device of its own.

    Raises:
        pytest.UsageError: There are more workers than devices that were named.
    """
    named = given(config).get("device")
    if not named:
        return
    from agent.suite.runner.choice import parse_devices

    choice = parse_devices(named)
    if choice.every or (choice.wants_virtual and choice.virtual is None):
        return
    devices = len(choice.serials) + (choice.virtual or 0) + bool(choice.desktop)
    if workers > devices:
        raise pytest.UsageError(
            f"There are {workers} workers, but --agent-device {named} has a device for {devices} "
            f"only. Give -n {devices}, or name more devices."
        )


def bench_of(config: pytest.Config) -> "Bench":
    """The bench of this process. Nothing is opened by asking for it."""
    if BENCH not in config.stash:
        from agent.suite.checks.context import Permissions
        from agent.wiring.bench import Bench

        # Who runs pytest runs the Python of the project anyway.
        config.stash[BENCH] = Bench(given(config), Permissions(python=True), _warn)
    return config.stash[BENCH]


def _warn(text: str) -> None:
    """Tell it where pytest tells what is no outcome; workers of pytest-xdist pass it on."""
    warnings.warn(pytest.PytestWarning(text), stacklevel=2)
