"""The only file that names a back end: a ``Config`` goes in, an ``Episode`` comes out."""

import platform
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from agent.config import Config, did_you_mean, load_config
from agent.loop import Cast, Limits, Watcher, run_episode
from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.policies.rules.policy import RulesPolicy
from agent.policies.scripted import read_script
from agent.policy import Policy
from agent.recording.format import EVENTS_FILE
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Decision, Episode, Step
from tools.action import OpenApp
from tools.approval import AlwaysApprover, Approver, NeverApprover, Request, TerminalApprover
from tools.builtin import BUILTIN
from tools.clock import SystemClock
from tools.device import Device, DeviceInfo, Observation
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import Attached, attached, connect
from tools.errors import (
    ActionFailedError,
    ConfigError,
    DeviceGoneError,
    NeedsHumanError,
    UnknownDeviceError,
    UsageError,
)
from tools.guard import DryRunDevice, GuardedDevice, default_rules, wants_ui_tree
from tools.plugins import load_module, load_plugins
from tools.registry import Registry
from tools.screen import Screenshot
from tools.settle import SettlingDevice

VIRTUAL = "virtual"


class Audience(Watcher, Protocol):
    """Who follows a run, and is asked."""

    def notice(self, text: str) -> None:
        """Something the person should know that is no step."""
        ...

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        """The device is connected; the first look comes next."""
        ...

    def paused(self) -> AbstractContextManager[None]:
        """Leave the terminal alone for as long as the block lasts: somebody types there."""
        ...

    def ask(self, question: str) -> str:
        """Put a question to the person.

        Raises:
            NeedsHumanError: Nobody is there.
        """
        ...


@dataclass(frozen=True)
class _PausingApprover:
    """Keeps the audience off the terminal while the person is asked."""

    approver: Approver
    audience: Audience

    def approve(self, request: Request) -> bool:
        with self.audience.paused():
            return self.approver.approve(request)


class Nobody:
    """An audience that listens to nothing and answers nothing."""

    def notice(self, text: str) -> None:
        """Not heard."""

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        """Not heard."""

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """Not seen."""

    def stepped(self, step: Step) -> None:
        """Not seen."""

    def paused(self) -> AbstractContextManager[None]:
        """Nothing to leave alone."""
        return nullcontext()

    def ask(self, question: str) -> str:
        """Not answered.

        Raises:
            NeedsHumanError: Always.
        """
        raise NeedsHumanError(question)


def run_goal(goal: str, *, audience: Audience | None = None, **settings: Any) -> Episode:  # noqa: ANN401 - pydantic checks them
    """Pursue ``goal`` and tell how it went. Every run is recorded.

    Args:
        goal: What is to be done, in words.
        audience: Who follows the run and answers questions; nobody by default.
        **settings: Fields of ``Config``, such as ``device="virtual"`` or ``max_steps=20``; what is
            not given comes from the environment, ``agent.toml`` or the defaults.

    Raises:
        UsageError: The goal or a setting is wrong, or there is no such device.
        DeviceError: The device cannot be connected to. Once the run has begun nothing is raised:
            what went wrong is in the episode.
    """
    return run_with(load_config(settings).config, goal, audience=audience)


def run_with(config: Config, goal: str, *, audience: Audience | None = None) -> Episode:
    """Pursue ``goal`` with exactly this configuration; see ``run_goal``."""
    goal = check_goal(goal)
    listener = audience if audience is not None else Nobody()
    policy, registry = build_policy(config), build_registry(config)
    with ExitStack() as stack:
        folder = new_folder(config.record_dir, goal)
        stack.callback(_remove_unused, folder)
        plain = stack.enter_context(
            open_device(config, tree=policy.wants_ui_tree, folder=folder, notice=listener.notice)
        )
        clock = SystemClock()
        device = _wrapped(plain, config, clock, listener)
        if config.app:
            _open_app(device, config.app)
        header = Header(
            goal=goal,
            policy=policy.name,
            device=device.info,
            config=config.model_dump(mode="json"),
            versions=_versions(),
        )
        recorder = RecordingWriter(folder, header, clock)
        stack.callback(recorder.close)
        offered = registry.offered(device.supports)
        listener.began(goal, device.info, policy.name)
        cast = Cast(device, policy, offered, recorder, clock, listener.ask, listener)
        return run_episode(goal, cast, _limits(config))


def check_goal(goal: str) -> str:
    """The goal without the white space around it.

    Raises:
        UsageError: Nothing is left of it, or it is no text.
    """
    stripped = goal.strip()
    if not re.search(r"\w", stripped):
        raise UsageError(
            "The goal is empty." if not stripped else f"The goal {stripped!r} has no words.",
            hint='Say what is to be done: agent run "turn on airplane mode"',
        )
    return stripped


def build_policy(config: Config) -> Policy:
    """Make the policy that ``config`` names.

    Raises:
        ConfigError: There is none of that name, or its script is missing or wrong.
    """
    if config.script is not None and config.policy != "scripted":
        raise ConfigError(
            f"The policy {config.policy!r} reads no script.", hint="Add --policy scripted."
        )
    makers: dict[str, Callable[[], Policy]] = {
        "rules": lambda: RulesPolicy(in_app=bool(config.app)),
        "scripted": lambda: _scripted(config.script),
    }
    if config.policy not in makers:
        raise ConfigError(
            f"There is no policy {config.policy!r}.",
            hint=did_you_mean(config.policy, sorted(makers)),
        )
    return makers[config.policy]()


def build_registry(config: Config) -> Registry:
    """Collect the built-in tools, those of installed packages and those ``config`` names.

    Raises:
        ConfigError: A module cannot be loaded.
        ToolDefinitionError: A tool does not fit together, or two have the same name.
    """
    tools = [*BUILTIN, *load_plugins()]
    for module in config.tools:
        tools.extend(load_module(module))
    return Registry(tools)


def attached_devices(config: Config) -> tuple[Attached, ...]:
    """The devices that the ADB server knows; none where there is no server and no adb.

    Raises:
        DeviceGoneError: What listens there is no ADB server.
    """
    return attached(_adb_server(config), start=shutil.which("adb") is not None)


@contextmanager
def open_device(
    config: Config,
    *,
    tree: bool = False,
    folder: Path | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> Iterator[Device]:
    """Connect to the device that ``config`` asks for, for as long as the block lasts.

    Args:
        config: Names the device, or leaves it open.
        tree: Whether the policy reads the accessibility tree.
        folder: Where the virtual phone leaves its final state; ``None`` for nowhere.
        notice: Told what was chosen, where the person did not choose.

    Raises:
        UnknownDeviceError: It is not there, or there are several to choose from.
        DeviceError: It does not answer as it should.
    """
    name = config.device or _choose(config, notice)
    if name != VIRTUAL and config.scenario != Config().scenario:
        raise ConfigError(
            f"A scenario is for the virtual phone, not for {name!r}.", hint="Leave one of them out."
        )
    with ExitStack() as stack:
        server = _adb_server(config)
        if name == VIRTUAL:
            phone = stack.enter_context(
                running_phone(
                    PhoneOptions(scenario=config.scenario, seed=config.seed, folder=folder)
                )
            )
            name, server = phone.serial, _server_of(phone)
        else:
            # The guard asks before what cannot be undone, and knows that by the words on it.
            tree = True
        tree = config.ui_tree == "always" or (
            config.ui_tree == "auto" and (tree or wants_ui_tree(config.guard))
        )
        device = connect(name, server=server, clock=SystemClock(), ui_tree=tree)
        stack.callback(device.close)
        yield device


def look_at_virtual_phone(config: Config) -> Screenshot:
    """Start a virtual phone, open ``config.app`` if it names one, and take a settled frame.

    Raises:
        UsageError: The scenario or the app is unknown.
        DeviceError: The phone does not start or answer.
    """
    virtual = config.model_copy(update={"device": VIRTUAL})
    with open_device(virtual) as plain:
        device = SettlingDevice(plain, SystemClock())
        if config.app:
            _open_app(device, config.app)
        return device.observe().screenshot


def _choose(config: Config, notice: Callable[[str], None]) -> str:
    if config.scenario != Config().scenario:
        notice("A scenario is given: starting the virtual phone.")
        return VIRTUAL
    try:
        found = attached_devices(config)
    except DeviceGoneError as error:
        notice(f"{error} Starting the virtual phone instead.")
        return VIRTUAL
    if not found:
        notice("No device is attached: starting the virtual phone.")
        return VIRTUAL
    ready = [each for each in found if each.ready]
    names = ", ".join(f"{each.serial} ({each.model or each.state})" for each in found)
    if len(ready) == 1:
        notice(f"Using the attached device {ready[0].serial}.")
        return ready[0].serial
    if not ready:
        raise UnknownDeviceError(
            f"The attached device cannot be used yet: {names}.",
            hint="See what to do with: agent doctor; or take the virtual phone: --device virtual",
        )
    raise UnknownDeviceError(
        f"There are several devices: {names}.",
        hint=f"Choose one with --device {ready[0].serial}",
    )


def _wrapped(plain: Device, config: Config, clock: SystemClock, audience: Audience) -> Device:
    rules = (*config.guard, *default_rules(plain.info))
    if wants_ui_tree(rules) and config.ui_tree == "never" and config.approve != "always":
        raise ConfigError(
            "ui_tree is 'never', but the guard looks at the text of what is touched.",
            hint="Set ui_tree to 'auto', or allow everything with --yes.",
        )
    approvers: dict[str, Callable[[], Approver]] = {
        "terminal": TerminalApprover,
        "always": AlwaysApprover,
        "never": NeverApprover,
    }
    hands = DryRunDevice(plain) if config.dry_run else plain
    approver = _PausingApprover(approvers[config.approve](), audience)
    return GuardedDevice(SettlingDevice(hands, clock), rules, approver)


def _open_app(device: Device, name: str) -> None:
    try:
        device.observe()
        device.perform(OpenApp(name=name))
    except ActionFailedError as error:
        raise UsageError(str(error), hint="Name it as it stands under its icon.") from error


def _scripted(script: Path | None) -> Policy:
    if script is None:
        raise ConfigError("The policy 'scripted' needs a script.", hint="Add --script FILE.")
    return read_script(script)


def _limits(config: Config) -> Limits:
    return Limits(
        max_steps=config.max_steps,
        timeout_s=config.timeout_s,
        max_mistakes=config.max_mistakes,
        max_reasks=config.max_reasks,
        dry_run=config.dry_run,
    )


def _adb_server(config: Config) -> AdbServer:
    host, _, port = config.adb_server.rpartition(":")
    return AdbServer(host, int(port))


def _server_of(phone: RunningPhone) -> AdbServer:
    if phone.server_port is None:
        raise DeviceGoneError("The virtual phone runs no ADB server.")
    return AdbServer(port=phone.server_port)


def _remove_unused(folder: Path) -> None:
    """A folder without a single event is no recording: the device could not be opened."""
    events = folder / EVENTS_FILE
    if not events.exists() or events.stat().st_size == 0:
        shutil.rmtree(folder, ignore_errors=True)


def _versions() -> dict[str, str]:
    try:
        installed = version("tapwright")
    except PackageNotFoundError:
        installed = "from a folder"
    return {"tapwright": installed, "python": platform.python_version()}
