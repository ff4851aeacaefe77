"""One episode, complete: a goal, a model that looks over HTTP, and a virtual phone over ADB."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agent.dialects.choose import dialect_named
from agent.loop import Cast, Limits, run_episode
from agent.models.openai_api import OpenAIModel
from agent.models.presets import endpoint
from agent.policies.vlm import VlmPolicy
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Decision, Episode, Step
from tests.grounding.seeing_model import SeeingModel, serving_seen
from tools.builtin import builtin_registry
from tools.clock import SystemClock
from tools.device import Observation
from tools.devices.adb_socket import AdbLink, AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.errors import NeedsHumanError
from tools.settle import SettlingDevice
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone

GOAL: Final = "book a one-way ticket Chongqing to Beijing"
BOOKINGS: Final = "com.tapwright.bookings"


@dataclass(frozen=True)
class Screen:
    """A phone's screen.

    Attributes:
        name: For the names of tests.
        size: In px as ``wm size`` takes it, held upright.
        density: Dots per inch that make things as large as on any other phone.
        scenario: Of the virtual phone.
    """

    name: str
    size: str = "1080x2400"
    density: int = 420
    scenario: str = "default"

    def __str__(self) -> str:
        return self.name


NORMAL: Final = Screen("1080x2400")
SMALL: Final = Screen("720x1600", "720x1600", 280)
LARGE: Final = Screen("1440x3120", "1440x3120", 560)
TURNED: Final = Screen("2400x1080", scenario="landscape")


@dataclass
class Silent:
    """Follows an episode and keeps it to itself."""

    steps: list[Step] = field(default_factory=list)

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        pass

    def stepped(self, step: Step) -> None:
        self.steps.append(step)


@dataclass
class Outcome:
    """What became of one episode.

    Attributes:
        episode: As the loop tells it.
        bookings: Rows in the phone's own database.
        model: Who was asked.
        requests: Bodies of the requests that reached it.
    """

    episode: Episode
    bookings: list[dict[str, Any]]
    model: SeeingModel
    requests: list[dict[str, Any]]

    @property
    def story(self) -> str:
        """The episode, a line a step: what a failing test shows."""
        told = [f"{self.episode.stop}: {self.episode.error or self.episode.answer}"]
        for step in self.episode.steps:
            thought = step.decision.thought if step.decision is not None else ""
            told.append(f"{step.index} {step.action!r} {thought} {step.mistake} {step.feedback}")
        return "\n".join(told)


@dataclass
class TicketOffice:
    """A phone that is reset for every goal.

    Attributes:
        server: The phone's ADB server.
        folder: Where recordings go.
    """

    server: PhoneServer
    folder: Path

    @contextmanager
    def phone(self, screen: Screen, *, ui_tree: bool = False) -> Iterator[AndroidDevice]:
        """A phone just out of the box, with this screen, over ADB."""
        with self.server.phone.lock:
            self.server.phone.reset(scenario=screen.scenario, seed=0)
        assert self.server.server_port is not None
        adb, clock = AdbServer(port=self.server.server_port), SystemClock()
        serial = str(self.server.announcement()["serial"])
        if screen.size != NORMAL.size:
            link = AdbLink(adb, serial, clock)
            assert link.shell(f"wm size {screen.size} && wm density {screen.density}").code == 0
        device = connect(serial, server=adb, clock=clock, ui_tree=ui_tree)
        try:
            yield device
        finally:
            device.close()

    def book(
        self,
        model: SeeingModel,
        *,
        dialect: str = "",
        screen: Screen = NORMAL,
        max_pixels: int = 0,
        max_steps: int = 25,
    ) -> Outcome:
        """Pursue the goal with ``model``.

        Args:
            model: Who looks.
            dialect: How it is spoken to and read; its own family's if left out.
            screen: Of the phone.
            max_pixels: Most pixels of a picture it is shown; 0 for the dialect's own limit.
            max_steps: When to stop.
        """
        spoken = dialect_named(dialect or model.family)
        sizing = spoken.sizing.budget(max_pixels=max_pixels)
        with self.phone(screen) as device, serving_seen(model) as server:
            clock, tools = SystemClock(), builtin_registry().offered(device.supports)
            asked = OpenAIModel("tiny-vl", endpoint(server.base_url), clock=clock)
            policy = VlmPolicy(asked, spoken, tools, sizing=sizing)
            header = Header(GOAL, policy.name, device.info, {}, {})
            recorder = RecordingWriter(new_folder(self.folder, GOAL), header, clock)
            cast = Cast(
                SettlingDevice(device, clock), policy, tools, recorder, clock, nobody, Silent()
            )
            try:
                episode = run_episode(GOAL, cast, Limits(max_steps=max_steps, timeout_s=120))
            finally:
                recorder.close()
                asked.close()
            return Outcome(episode, self.bookings(), model, server.requests)

    def bookings(self) -> list[dict[str, Any]]:
        """What was booked on the phone."""
        with self.server.phone.lock:
            database = self.server.phone.database(BOOKINGS)
            database.row_factory = sqlite3.Row
            found = database.execute("SELECT * FROM bookings ORDER BY id").fetchall()
            return [dict(row) for row in found]


def nobody(question: str) -> str:
    """There is no person to ask."""
    raise NeedsHumanError(question)


@contextmanager
def ticket_office(folder: Path) -> Iterator[TicketOffice]:
    """A running phone for the length of a block."""
    server = PhoneServer(Phone(apps=all_apps()))
    server.start()
    try:
        yield TicketOffice(server, folder)
    finally:
        server.close()
