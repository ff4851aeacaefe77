"""Runs one goal with the rules policy on a virtual phone, over ADB, as `agent run` does."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.loop import Cast, Limits, run_episode
from agent.policies.rules.policy import RulesPolicy
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Episode, Step
from agent.wiring.audience import Nobody
from tools.builtin import builtin_registry
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.settle import SettlingDevice
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone


@dataclass
class ErrandRunner:
    """A phone that is reset for every goal.

    Attributes:
        server: The phone's ADB server.
        folder: Where recordings go.
    """

    server: PhoneServer
    folder: Path

    def run(self, goal: str, *, scenario: str = "default", seed: int = 0) -> Episode:
        """Pursue ``goal`` on a fresh phone."""
        with self.server.phone.lock:
            self.server.phone.reset(scenario=scenario, seed=seed)
        assert self.server.server_port is not None
        clock = SystemClock()
        adb = AdbServer(port=self.server.server_port)
        name = str(self.server.announcement()["serial"])
        device = connect(name, server=adb, clock=clock, ui_tree=True)
        recorder = RecordingWriter(
            new_folder(self.folder, goal),
            Header(goal=goal, policy="rules", device=device.info, config={}, versions={}),
            clock,
        )
        try:
            return run_episode(
                goal,
                Cast(
                    SettlingDevice(device, clock),
                    RulesPolicy(),
                    builtin_registry().offered(device.supports),
                    recorder,
                    clock,
                    Nobody().ask,
                    Nobody(),
                ),
                Limits(max_steps=60, timeout_s=100),
            )
        finally:
            recorder.close()
            device.close()

    def rows(self, package: str, query: str) -> list[dict[str, Any]]:
        """Rows of an app's database."""
        with self.server.phone.lock:
            database = self.server.phone.database(package)
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query).fetchall()]

    def names_in(self, path: str) -> list[str]:
        """The names in a folder."""
        with self.server.phone.lock:
            return [entry.name for entry in self.server.phone.files.list(path)]

    def setting(self, namespace: str, key: str) -> str:
        """A system setting, empty if it was never set."""
        with self.server.phone.lock:
            return self.server.phone.settings.get(namespace, key, "")


def story(steps: tuple[Step, ...]) -> str:
    """The thoughts of an episode, a line each: what a failing test shows."""
    return "\n".join(step.decision.thought for step in steps if step.decision is not None)


@contextmanager
def errand_phone(folder: Path) -> Iterator[ErrandRunner]:
    """A running phone for as long as the block lasts."""
    server = PhoneServer(Phone(apps=all_apps()))
    server.start()
    try:
        yield ErrandRunner(server, folder)
    finally:
        server.close()
