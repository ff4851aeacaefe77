"""An X server, a window manager and a session bus of the tests' own, on a free display."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.clock import SystemClock
from tools.devices.desktop import DesktopDevice
from tools.devices.desktop_connect import connect_desktop
from tools.devices.desktop_session import VARIABLES, DesktopSession, authority
from tools.devices.x11_windows import XWindows

CLOCK = SystemClock()
ROOT = Path(__file__).parents[2]
# Mousepad takes its own writing for somebody else's where the notice of it comes later than half a
# second, as it may on a loaded machine, and asks whether to reload: no test is about that. Nor is
# one about what it keeps each half minute of a text that is not saved: after a test has killed it,
# it would ask the next one whether to restore that, in place of the window that is waited for.
SETTINGS = """\
[org/xfce/mousepad/preferences/file]
monitor-changes=false
session-restore='never'
autosave-timer=uint32 0
"""


def until(happened: Callable[[], bool], what: str, patience_s: float = 60.0) -> None:
    """Wait for something, and fail if it does not come."""
    end_s = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < end_s, f"{what} did not come within {patience_s:g} s"
        CLOCK.sleep(0.02)


@dataclass
class Rig:
    """A desktop for programs only.

    Attributes:
        environment: What a program needs to be on it.
        home: Home of those programs.
        server: The X server.
    """

    environment: Mapping[str, str]
    home: Path
    server: subprocess.Popen[bytes]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def session(self) -> DesktopSession:
        """The session as the product sees it."""
        return DesktopSession.of({k: v for k, v in self.environment.items() if k in VARIABLES})

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program on it; it ends with the rig or with ``end_programs``."""
        process = subprocess.Popen(
            command,
            env=dict(self.environment),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def output(self, *command: str) -> bytes:
        """Run a short program on it and return what it prints."""
        environment = dict(self.environment)
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
        return done.stdout

    def run(self, *command: str) -> str:
        """The same as text."""
        return self.output(*command).decode()

    def connect(self, name: str = "desktop", **options: object) -> DesktopDevice:
        """A device on it."""
        return connect_desktop(name, self.session, CLOCK, **options)  # type: ignore[arg-type]

    def agent(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the command line of the product on it; its recordings go to ``home/recordings``."""
        return subprocess.Popen(
            [sys.executable, "-m", "agent", *arguments],
            env={**self.environment, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **variables},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def display(self) -> Any:
        """A connection of python3-Xlib to it; the caller closes it."""
        from Xlib import display

        with authority(self.session):
            return display.Display(self.environment["DISPLAY"])

    def warp(self, x: int, y: int) -> None:
        """Move the pointer as a hand would."""
        hand = self.display()
        hand.screen().root.warp_pointer(x, y)
        hand.sync()
        hand.close()

    def end_programs(self) -> None:
        """End all that was started on it, by the tests or by the product."""
        for process in self.started:
            end(process)
        self.started.clear()
        windows = XWindows(self.session)
        for window in windows.windows():
            if window.pid:
                with suppress(ProcessLookupError):
                    os.kill(window.pid, signal.SIGKILL)
        until(lambda: not windows.windows(), "an empty desktop")
        windows.close()
        self.let_go()

    def let_go(self) -> None:
        """Press and release alt: ends a switch of windows that a loaded machine left open."""
        from Xlib import XK, X
        from Xlib.ext import xtest

        hand = self.display()
        alt = hand.keysym_to_keycode(XK.XK_Alt_L)
        for kind in (X.KeyPress, X.KeyRelease):
            xtest.fake_input(hand, kind, alt)
        hand.sync()
        hand.close()

    def clear_home(self) -> None:
        """Remove what a test left in the home: the next one may save a file of the same name."""
        for entry in self.home.iterdir():
            if entry.name == "runtime" or entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, and wait for it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)


@contextmanager
def running_rig(
    home: Path, *, screen: str = "1280x800x24", manager: bool = True, server: str = "Xvfb"
) -> Iterator[Rig]:
    """Start a rig for as long as the block lasts.

    Args:
        home: Home of its programs; made here.
        screen: Width, height and depth.
        manager: Whether a window manager runs.
        server: What the X server calls itself: by any other name it is a person's own.
    """
    home.mkdir(parents=True, exist_ok=True)
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in VARIABLES and not key.startswith("AGENT_")
    }
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    environment = kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"}
    environment.pop("XDG_CONFIG_HOME", None)
    environment["GSETTINGS_BACKEND"] = "keyfile"
    settings = home / ".config/glib-2.0/settings/keyfile"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(SETTINGS)
    reader, writer = os.pipe()
    (home / server).symlink_to(shutil.which("Xvfb") or "Xvfb")
    drawing = subprocess.Popen(
        [
            str(home / server),
            "-displayfd",
            str(writer),
            "-screen",
            "0",
            screen,
            "-nolisten",
            "tcp",
            "-noreset",
        ],
        env=environment,
        pass_fds=[writer],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(writer)
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    rig: Rig | None = None
    started: list[subprocess.Popen[bytes]] = []
    try:
        with os.fdopen(reader) as told:
            environment["DISPLAY"] = f":{told.readline().strip()}"
        assert bus.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        rig = Rig(environment, home, drawing)
        if manager:
            started.append(rig.start("openbox"))
            rig.started.clear()
            until(
                lambda: "window id" in rig.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"),
                "openbox",
            )
        yield rig
    finally:
        if rig is not None:
            for each in rig.started:
                end(each)
        for process in (*started, bus):
            end(process)
        assert bus.stdout is not None
        bus.stdout.close()
        end(drawing)
        _end_accessibility(home)


def _end_accessibility(home: Path) -> None:
    """The accessibility bus is a child of nobody once its session bus is gone."""
    mark = f"HOME={home}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            ours = mark in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if ours:
            os.kill(int(folder.name), signal.SIGKILL)
