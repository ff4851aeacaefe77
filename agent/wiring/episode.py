"""One episode, put together: a ``Config`` goes in, an ``Episode`` comes out."""

import platform
import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from agent.config import Config, load_config
from agent.loop import Cast, Limits, run_episode
from agent.recording.format import EVENTS_FILE
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Episode
from agent.wiring.audience import Audience, Nobody
from agent.wiring.desktop import CountdownDevice
from agent.wiring.devices import open_app, open_device
from agent.wiring.mind import Mind
from agent.wiring.policies import find_mind
from tools.approval import AlwaysApprover, Approver, NeverApprover, Request, TerminalApprover
from tools.builtin import BUILTIN
from tools.clock import SystemClock
from tools.device import Device
from tools.errors import ConfigError, UsageError
from tools.guard import DryRunDevice, GuardedDevice, default_rules, wants_ui_tree
from tools.plugins import load_module, load_plugins
from tools.registry import Registry
from tools.settle import SettlingDevice


@dataclass(frozen=True)
class _PausingApprover:
    """Keeps the audience off the terminal while the person is asked."""

    approver: Approver
    audience: Audience

    def approve(self, request: Request) -> bool:
        with self.audience.paused():
            return self.approver.approve(request)


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
    mind = find_mind(config, listener.notice)
    try:
        return run_mind(config, goal, mind, audience=listener)
    finally:
        mind.close()


def run_mind(config: Config, goal: str, mind: Mind, *, audience: Audience | None = None) -> Episode:
    """Pursue ``goal`` with ``mind`` deciding; it may serve several episodes and is not closed."""
    goal = check_goal(goal)
    listener = audience if audience is not None else Nobody()
    registry = build_registry(config)
    with ExitStack() as stack:
        folder = new_folder(config.record_dir, goal)
        stack.callback(_remove_unused, folder)
        plain = stack.enter_context(
            open_device(config, tree=mind.wants_ui_tree, folder=folder, notice=listener.notice)
        )
        clock = SystemClock()
        device = _wrapped(plain, config, clock, listener)
        if config.app:
            open_app(device, config.app)
        header = Header(
            goal=goal,
            policy=mind.policy,
            device=device.info,
            config=config.model_dump(mode="json"),
            versions=_versions(),
            model=mind.model,
            dialect=mind.dialect,
            prompt_hash=mind.prompt_hash,
            origin=mind.origin,
        )
        recorder = RecordingWriter(folder, header, clock)
        stack.callback(recorder.close)
        offered = registry.offered(device.supports)
        policy = mind.make(offered, recorder, listener.heard)
        listener.began(goal, device.info, policy.name)
        cast = Cast(device, policy, offered, recorder, clock, listener.ask, listener)
        return run_episode(goal, cast, _limits(config))


def check_goal(goal: str) -> str:
    """The goal without the white space around it.

    Raises:
        UsageError: Nothing is left of it, or it is no text.
    """
    if not isinstance(goal, str):  # from Python, where nobody checked the types
        raise UsageError(f"The goal must be text, not {goal!r}.", hint="Say what is to be done.")
    stripped = goal.strip()
    if not stripped.isascii() and re.search("[\ud800-\udfff]", stripped):
        raise UsageError(
            "The goal cannot be read: it is not in the encoding of this terminal.",
            hint="Write it in UTF-8, and see what is set with: locale",
        )
    if not re.search(r"\w", stripped):
        raise UsageError(
            "The goal is empty." if not stripped else f"The goal {stripped!r} has no words.",
            hint='Say what is to be done: agent run "turn on airplane mode"',
        )
    return stripped


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
    hands: Device = DryRunDevice(plain) if config.dry_run else plain
    persons_own = plain.info.kind == "desktop" and not plain.info.emulated
    if persons_own and not config.dry_run and config.approve != "always":
        hands = CountdownDevice(hands, config.countdown_s, clock)
    approver = _PausingApprover(approvers[config.approve](), audience)
    return GuardedDevice(SettlingDevice(hands, clock), rules, approver)


def _limits(config: Config) -> Limits:
    return Limits(
        max_steps=config.max_steps,
        timeout_s=config.timeout_s,
        max_mistakes=config.max_mistakes,
        max_reasks=config.max_reasks,
        dry_run=config.dry_run,
    )


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
