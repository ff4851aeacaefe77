"""What could keep a run from working here, and how to mend it. Nothing is printed."""

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from agent.config import Config, LoadedConfig, load_config, user_file
from agent.wiring.desktop import is_desktop, look_at_desktop
from agent.wiring.devices import (
    VIRTUAL,
    Attached,
    attached_devices,
    look_at_virtual_phone,
    missing_server,
)
from agent.wiring.episode import build_registry
from agent.wiring.graphics import (
    Card,
    broken_torchvision,
    find_cards,
    missing_extras,
    processor_torch,
    room_in,
)
from agent.wiring.policies import find_mind
from tools.clock import SystemClock
from tools.errors import AutomationError, UsageError

_OLDEST = (3, 11)


class Grade(Enum):
    """How bad a finding is: a note is only in the way of some things."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: What was looked at.
        what: What was found.
        mend: What to do about it; empty if nothing needs to be done.
    """

    grade: Grade
    about: str
    what: str
    mend: str = ""


def _policy(config: Config) -> str:
    mind = find_mind(config, lambda _: None)
    mind.close()
    return " ".join(filter(None, (mind.policy, mind.model, mind.dialect)))


def examine() -> Iterator[Finding]:
    """Look at everything, one after the other, cheap things first."""
    yield _python()
    loaded, finding = _config()
    yield finding
    config = loaded.config if loaded is not None else Config()
    for note in loaded.notes if loaded is not None else ():
        yield Finding(Grade.NOTE, "environment", note, "Rename the variable.")
    yield _record_dir(config.record_dir)
    yield _guarded("policy", lambda: _policy(config))
    yield _guarded("tools", lambda: f"{len(build_registry(config))} tools")
    yield _adb_binary()
    yield from _devices(config)
    yield desktop_finding(config)
    yield _guarded("virtual phone", _phone)
    yield from _graphics()
    yield from _extras()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _OLDEST:
        return Finding(
            Grade.BAD, "python", version, "Install Python 3.11 or newer and set up there."
        )
    return Finding(Grade.GOOD, "python", f"{version} ({sys.executable})")


def _config() -> tuple[LoadedConfig | None, Finding]:
    try:
        loaded = load_config()
    except UsageError as error:
        return None, Finding(Grade.BAD, "configuration", error.message, error.hint or "Correct it.")
    files = [str(path) for path in (Path("agent.toml"), user_file()) if path.exists()]
    return loaded, Finding(
        Grade.GOOD, "configuration", ", ".join(files) or "no agent.toml: all defaults"
    )


def _record_dir(folder: Path) -> Finding:
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent  # looking leaves no new folder behind
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(b"x")
        free_mb = shutil.disk_usage(there).free // 1_000_000
    except OSError as error:
        reason = error.strerror or str(error)
        return Finding(
            Grade.BAD, "recordings", f"{folder}: {reason}",
            "Name another folder: record_dir in agent.toml, AGENT_RECORD_DIR or --record-dir.",
        )  # fmt: skip
    if free_mb < 200:  # a long run takes about 20 MB
        return Finding(Grade.NOTE, "recordings", f"{folder}: {free_mb} MB free", "Make room.")
    return Finding(Grade.GOOD, "recordings", f"{folder} (writable)")


def _guarded(about: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(Grade.GOOD, about, look())
    except UsageError as error:
        return Finding(Grade.BAD, about, error.message, error.hint or "Correct it.")
    except AutomationError as error:
        return Finding(
            Grade.BAD,
            about,
            str(error),
            "Reinstall with: python -m pip install --force-reinstall .",
        )


def _adb_binary() -> Finding:
    path = shutil.which("adb")
    if path is None:
        return Finding(
            Grade.NOTE, "adb", "not installed; only real phones need it",
            "apt-get install adb, or Android's platform-tools in PATH.",
        )  # fmt: skip
    return Finding(Grade.GOOD, "adb", path)


def _devices(config: Config) -> Iterator[Finding]:
    try:
        found = attached_devices(config)
    except AutomationError as error:
        mend = "adb kill-server && adb start-server"
        if config.adb_server != Config().adb_server:
            mend = "Correct adb_server (AGENT_ADB_SERVER)."
        yield Finding(Grade.NOTE, "devices", str(error), mend)
        return
    if not found:
        why = missing_server(config)
        if why:
            mend = "Start one there, or correct adb_server (AGENT_ADB_SERVER)."
            yield Finding(Grade.NOTE, "devices", f"{why}: the virtual phone is used", mend)
        else:
            yield Finding(Grade.GOOD, "devices", "none attached: the virtual phone is used")
    yield from chosen(config, found)
    for each in found:
        if each.state == "device":
            yield Finding(Grade.GOOD, "device", f"{each.serial} {each.model}".rstrip())
        else:
            mend = _MENDS.get(each.state, "Plug it in again, or: adb reconnect")
            yield Finding(Grade.NOTE, "device", f"{each.serial} is {each.state}", mend)


def chosen(config: Config, found: Sequence[Attached]) -> Iterator[Finding]:
    """Whether ``agent run GOAL`` knows which device to take."""
    ready = [each.serial for each in found if each.ready]
    wanted = config.device
    if is_desktop(wanted):
        return
    if wanted not in {"", VIRTUAL, *(each.serial for each in found)}:
        mend = f"Attach it, or: adb connect {wanted}" if ":" in wanted else "Attach it."
        what = f"{wanted} is configured, but not attached"
        yield Finding(Grade.NOTE if ":" in wanted else Grade.BAD, "device", what, mend)
    elif not wanted and len(ready) > 1:
        what = f"{len(ready)} can be used, and none is chosen"
        mend = f"agent run GOAL --device {ready[0]}, or device in agent.toml, or AGENT_DEVICE"
        yield Finding(Grade.BAD, "device", what, mend)
    elif not wanted and found and not ready:
        mend = "Mend it as below, or: agent run GOAL --device virtual"
        yield Finding(Grade.BAD, "device", "none that is attached can be used", mend)


def desktop_finding(config: Config) -> Finding:
    """Whether the desktop of this machine can be driven; no matter where nobody wants to."""
    try:
        facts = look_at_desktop()
    except UsageError as error:
        grade = Grade.BAD if is_desktop(config.device) else Grade.NOTE
        return Finding(grade, "desktop", error.message, error.hint)
    monitors = ", ".join(f"{each.area.width}x{each.area.height}" for each in facts.monitors)
    what = f"{monitors} ({facts.manager or 'no window manager'})"
    if facts.without_tree:
        mend = "For rules on it, and for exact checks of typed text: apt-get install at-spi2-core"
        return Finding(
            Grade.NOTE, "desktop", f"{what}; no accessibility tree: {facts.without_tree}", mend
        )
    if not facts.manager:
        mend = "Start a window manager there, such as openbox: without one no window gets the keys."
        return Finding(Grade.NOTE, "desktop", what, mend)
    return Finding(Grade.GOOD, "desktop", f"{what}, with the accessibility tree")


_MENDS = {
    "unauthorized": "Unlock the phone and accept this computer in the dialog there.",
    "offline": "Plug it in again, or: adb reconnect offline",
    "no permissions": "Add a udev rule for it: apt-get install android-sdk-platform-tools-common",
}


def _phone() -> str:
    clock = SystemClock()
    start_s = clock.now()
    size = look_at_virtual_phone(Config()).size
    return f"starts and shows a screen of {size} in {clock.now() - start_s:.1f} s"


def _graphics() -> Iterator[Finding]:
    try:
        cards = find_cards()
    except UsageError as error:
        yield Finding(Grade.NOTE, "graphics card", error.message, error.hint)
        return
    if not cards:
        yield Finding(Grade.GOOD, "graphics card", "none; models behind a server need none here")
    for card in cards:
        extras = missing_extras(room_in(card.gib).extras)
        yield card_finding(card, extras, processor_torch())


def card_finding(card: Card, missing: Sequence[str], processor_torch: str) -> Finding:
    """What ``card`` has room for, and what is missing for using it.

    Args:
        card: The card.
        missing: Extras that are not installed.
        processor_torch: Version of a torch that would leave the card alone; empty for none.
    """
    room = room_in(card.gib)
    what = f"{card.name}, {card.gib:.0f} GiB: {room}"
    if not room.models:
        return Finding(Grade.GOOD, "graphics card", what)
    if missing:
        mend = f"To run them here: python -m pip install 'tapwright[{','.join(missing)}]'"
        return Finding(Grade.NOTE, "graphics card", what, mend)
    if processor_torch:
        what = f"{what}; but torch {processor_torch} uses the processor only"
        mend = "Install torch as built for this card: https://pytorch.org/get-started/locally"
        return Finding(Grade.NOTE, "graphics card", what, mend)
    return Finding(Grade.GOOD, "graphics card", what)


def _extras() -> Iterator[Finding]:
    try:
        package = importlib.metadata.distribution("tapwright")
    except importlib.metadata.PackageNotFoundError:
        yield Finding(Grade.NOTE, "installation", "run from a folder", "python -m pip install -e .")
        return
    for extra in package.metadata.get_all("Provides-Extra") or []:
        if extra == "dev":
            continue
        missing = [name for name in _needed(package, extra) if not _installed(name)]
        if missing:
            mend = f"If you want it: python -m pip install 'tapwright[{extra}]'"
            what = f"not installed: {', '.join(missing)}"
            yield Finding(Grade.NOTE, f"extra {extra}", what, mend)
        elif extra == "local":
            yield local_finding(broken_torchvision())
        else:
            yield Finding(Grade.GOOD, f"extra {extra}", "installed")


def local_finding(problem: str) -> Finding:
    """Whether models can be run in this process.

    Args:
        problem: Why torchvision cannot be loaded; empty if it can.
    """
    if not problem:
        return Finding(Grade.GOOD, "extra local", "installed")
    return Finding(
        Grade.NOTE, "extra local", f"torchvision does not work with this torch: {problem}",
        "For models in this process install both as https://pytorch.org/get-started/locally says, "
        "or do without: python -m pip uninstall torchvision",
    )  # fmt: skip


def _needed(package: importlib.metadata.Distribution, extra: str) -> list[str]:
    wanted = re.compile(rf"extra\s*==\s*[\"']{re.escape(extra)}[\"']")
    return [
        re.split(r"[\s<>=!~;\[]", line)[0] for line in package.requires or [] if wanted.search(line)
    ]


def _installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
