"""One episode, put together: a ``Config`` goes in, an ``Episode`` comes out."""

import platform
import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from math import inf
from pathlib import Path
from typing import Any

from agent.check import TextVisible
from agent.config import Config, load_config
from agent.loop import Cast, Limits, run_episode
from agent.recording.discretion import Discretion
from agent.recording.folder import new_folder
from agent.recording.format import EVENTS_FILE
from agent.recording.writer import Header, RecordingWriter
from agent.step import Episode
from agent.wiring.audience import Audience, Nobody
from agent.wiring.desktop import CountdownDevice
from agent.wiring.devices import open_app, open_device
from agent.wiring.mind import Mind, Steering, around_model
from agent.wiring.policies import find_mind
from agent.wiring.secrets import Shield, find_shield
from agent.wiring.seeing import eyes_for, with_seeing_tools
from tools.approval import AlwaysApprover, Approver, NeverApprover, Request, TerminalApprover
from tools.builtin import BUILTIN
from tools.clock import Clock, SystemClock
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
    find_shield(config, goal)  # before a model is loaded for nothing
    listener = audience if audience is not None else Nobody()
    mind = find_mind(config, listener.notice, around_model(listener))
    try:
        return run_remembering(config, goal, mind, audience=listener)
    finally:
        mind.close()


@dataclass(frozen=True)
class Stage:
    """What is there before an episode begins, so that it is not opened for it.

    Attributes:
        device: Connected and not wrapped; it stays open, and is as it is found.
        folder: The folder of the recording, as made by ``make_folder``.
        limits: When the episode ends by itself.
        left_s: Seconds that somebody else gives it, of which ``limits`` know nothing.
    """

    device: Device
    folder: Path
    limits: Limits
    left_s: Callable[[], float] = lambda: inf

    def time_left(self, clock: Clock) -> Callable[[], float]:
        """Tells how many seconds an episode that begins now may still take; 0 if none."""
        ends_s = clock.now() + self.limits.timeout_s
        return lambda: max(0.0, min(ends_s - clock.now(), self.left_s()))


def run_remembering(
    config: Config,
    goal: str,
    mind: Mind,
    *,
    audience: Audience | None = None,
    stage: Stage | None = None,
) -> Episode:
    """Pursue ``goal`` as ``run_mind`` does, from memory where ``config`` has a step cache."""
    if config.cache == "off":
        return run_mind(config, goal, mind, audience=audience, stage=stage)
    from agent.wiring.cache import remembering  # memory is played again by way of this module

    listener = audience if audience is not None else Nobody()
    memory = remembering(config, check_goal(goal), mind, listener.notice)
    return run_mind(config, goal, memory, audience=listener, stage=stage)


def run_mind(
    config: Config,
    goal: str,
    mind: Mind,
    *,
    audience: Audience | None = None,
    stage: Stage | None = None,
) -> Episode:
    """Pursue ``goal`` with ``mind`` deciding; it may serve several episodes and is not closed.

    Args:
        config: How.
        goal: What is to be done.
        mind: Who decides.
        audience: Who follows.
        stage: A device that is open already; by default one is opened for this episode.
    """
    goal = check_goal(goal)
    shield = find_shield(config, goal)
    listener = audience if audience is not None else Nobody()
    registry = build_registry(config)
    if config.expect and config.ui_tree == "never":
        raise ConfigError(
            "ui_tree is 'never', but what is expected is looked for in the UI tree.",
            hint="Set ui_tree to 'auto', or leave out --expect.",
        )
    with ExitStack() as stack:
        stage = stage or _opened(stack, config, goal, mind, listener, shield)
        folder, plain = stage.folder, stage.device
        mind = mind if mind.meet is None else mind.meet(plain)
        mind = listener.steered(mind) if isinstance(listener, Steering) else mind
        clock = SystemClock()
        device = _wrapped(mind.around(plain), config, clock, listener, shield)
        if config.app:
            open_app(device, config.app)
        recorder = RecordingWriter(
            folder, _header(config, goal, mind, device), clock, Discretion(shield.redactor)
        )
        stack.callback(recorder.close)
        if mind.eyes is not None:
            left_s = stage.time_left(clock)
            eyes = eyes_for(mind.eyes(recorder), device, folder, clock, left_s)
            registry = with_seeing_tools(registry, eyes, config)
        offered = shield.registry(registry.offered(device.supports))
        policy = mind.make(offered, recorder, listener.heard)
        listener.began(goal, device.info, policy.name)
        ask = shield.asker(listener.ask)
        checks = tuple(TextVisible(text) for text in config.expect)
        cast = Cast(device, policy, offered, recorder, clock, ask, listener, checks)
        limits = replace(stage.limits, may_get_stuck=mind.may_get_stuck)
        episode = shield.episode(run_episode(goal, cast, limits))
        mind.after(episode)
        return episode


def _header(config: Config, goal: str, mind: Mind, device: Device) -> Header:
    return Header(
        goal=goal,
        policy=mind.policy,
        device=device.info,
        config=config.model_dump(mode="json"),
        versions=_versions(),
        model=mind.model,
        dialect=mind.dialect,
        prompt_hash=mind.prompt_hash,
        origin=mind.origin,
        supports=device.supports,
    )


def _opened(
    stack: ExitStack, config: Config, goal: str, mind: Mind, listener: Audience, shield: Shield
) -> Stage:
    """A new folder, and the device that ``config`` names, open until ``stack`` is left."""
    folder = new_folder(config.record_dir, goal)
    stack.callback(remove_unused, folder)
    aside = stack.enter_context(shield.aside(folder))
    tree = mind.wants_ui_tree or bool(config.expect) or shield.needs_ui_tree
    plain = stack.enter_context(
        open_device(config, tree=tree, folder=aside, notice=listener.notice)
    )
    return Stage(plain, folder, limits_of(config))


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
    return Registry(dict.fromkeys(tools))  # an installed module may be named too


def _wrapped(
    plain: Device, config: Config, clock: SystemClock, audience: Audience, shield: Shield
) -> Device:
    rules = (*config.guard, *default_rules(plain.info))
    if wants_ui_tree(rules) and config.ui_tree == "never" and config.approve != "always":
        raise ConfigError(
            "ui_tree is 'never', but the guard looks at the text of what is touched.",
            hint="Set ui_tree to 'auto', or allow everything with --yes.",
        )
    hands: Device = DryRunDevice(plain) if config.dry_run else plain
    persons_own = plain.info.kind == "desktop" and not plain.info.emulated
    if persons_own and not config.dry_run and config.approve != "always":
        hands = CountdownDevice(hands, config.countdown_s, clock)
    settled = shield.device(SettlingDevice(hands, clock))
    return GuardedDevice(settled, rules, approver_for(config, audience))


def approver_for(config: Config, audience: Audience) -> Approver:
    """Who says yes or no to what a rule wants asked.

    That is the audience where it can; else it leaves the terminal alone meanwhile.
    """
    if config.approve == "terminal" and isinstance(audience, Approver):
        return audience
    approvers: dict[str, Callable[[], Approver]] = {
        "terminal": TerminalApprover,
        "always": AlwaysApprover,
        "never": NeverApprover,
    }
    return _PausingApprover(approvers[config.approve](), audience)


def limits_of(config: Config) -> Limits:
    """When a run with ``config`` ends by itself."""
    return Limits(
        max_steps=config.max_steps,
        timeout_s=config.timeout_s,
        max_mistakes=config.max_mistakes,
        max_reasks=config.max_reasks,
        dry_run=config.dry_run,
    )


def remove_unused(folder: Path) -> None:
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
