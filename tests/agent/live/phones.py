"""A running virtual phone on which goals are pursued, recorded and performed again, as wired."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.config import Config
from agent.policies.recorded.manner import Mode
from agent.recording.format import RungTaken
from agent.recording.reader import Recording, read_recording
from agent.step import Episode
from agent.wiring.audience import Audience
from agent.wiring.episode import run_with
from agent.wiring.replay import Replayed, replay_live
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbLink, AdbServer
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.phone import Phone

BOOKINGS = "com.tapwright.bookings"


@dataclass(frozen=True)
class ReplayPhone:
    """A phone that is reset for every run.

    Attributes:
        server: The phone's ADB server.
        folder: Where recordings go.
    """

    server: PhoneServer
    folder: Path

    @property
    def serial(self) -> str:
        return str(self.server.announcement()["serial"])

    def config(self, **fields: Any) -> Config:
        """Settings for this phone; everything a rule asks for is allowed."""
        given = {
            "device": self.serial,
            "adb_server": f"127.0.0.1:{self.server.server_port}",
            "record_dir": self.folder,
            "policy": "rules",
            "approve": "always",
            "max_steps": 60,
            "timeout_s": 100.0,
            **fields,
        }
        return Config(**given)

    def reset(
        self, scenario: str = "default", seed: int = 0, *, commands: tuple[str, ...] = ()
    ) -> None:
        """A fresh phone, after these shell commands."""
        with self.server.phone.lock:
            self.server.phone.reset(scenario=scenario, seed=seed)
        for command in commands:
            self.shell(command)

    def shell(self, command: str) -> str:
        """What a shell command prints; it must succeed."""
        assert self.server.server_port is not None
        link = AdbLink(AdbServer(port=self.server.server_port), self.serial, SystemClock())
        done = link.shell(command)
        assert done.code == 0, done
        return done.text

    def record(self, goal: str, *, scenario: str = "default", **fields: Any) -> Recording:
        """Pursue ``goal`` on a fresh phone."""
        self.reset(scenario)
        return of(run_with(self.config(**fields), goal))

    def replay(
        self,
        recording: Recording,
        *,
        scenario: str = "default",
        seed: int = 0,
        mode: Mode = "heal",
        commands: tuple[str, ...] = (),
        audience: Audience | None = None,
        **fields: Any,
    ) -> Replayed:
        """Perform ``recording`` again on a fresh phone."""
        self.reset(scenario, seed, commands=commands)
        return replay_live(self.config(**fields), recording, mode=mode, audience=audience)

    def rows(self, query: str, package: str = BOOKINGS) -> list[dict[str, Any]]:
        """Rows of an app's database."""
        with self.server.phone.lock:
            database = self.server.phone.database(package)
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query).fetchall()]

    def setting(self, namespace: str, key: str) -> str:
        """A system setting, empty if it was never set."""
        with self.server.phone.lock:
            return self.server.phone.settings.get(namespace, key, "")


def of(episode: Episode) -> Recording:
    """The recording of ``episode``."""
    assert episode.recording is not None
    return read_recording(episode.recording)


def rungs_of(replayed: Replayed) -> list[RungTaken]:
    """The rungs as they stand in the new recording, the last of each step."""
    return [step.rung for step in of(replayed.episode).steps if step.rung is not None]


def counts(replayed: Replayed) -> dict[str, int]:
    """How often each rung was taken."""
    found: Counter[str] = Counter()
    found.update(replayed.tally.rungs)
    return dict(found)


def told(replayed: Replayed) -> str:
    """What a failing test shows."""
    steps = [
        f"{step.index}: {step.decision.thought} -> {step.action}"
        for step in replayed.episode.steps
        if step.decision is not None
    ]
    end = f"{replayed.episode.stop}: {replayed.episode.answer} {replayed.episode.error}"
    return "\n".join([*steps, end, str(replayed.tally)])


def copy_of(recording: Recording, folder: Path) -> Path:
    """A copy of its files, to do harm to."""
    copy = folder / f"copy-of-{recording.folder.name}"
    shutil.copytree(recording.folder, copy)
    return copy


def without_step(recording: Recording, index: int, folder: Path) -> Recording:
    """A recording in which one step was never taken."""
    copy = copy_of(recording, folder)
    kept = [
        line
        for line in (copy / "events.jsonl").read_text().splitlines()
        if f'"step":{index},' not in line or '"event":"observation"' in line
    ]
    (copy / "events.jsonl").write_text("\n".join(kept) + "\n")
    return read_recording(copy)


@contextmanager
def replay_phone(folder: Path, *, apps: Sequence[App] | None = None) -> Iterator[ReplayPhone]:
    """A running phone for as long as the block lasts; with all apps, if none are named."""
    server = PhoneServer(Phone(apps=all_apps() if apps is None else list(apps)))
    server.start()
    try:
        yield ReplayPhone(server, folder)
    finally:
        server.close()
