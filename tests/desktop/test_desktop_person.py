"""A person uses their desktop; what they did is a recording, and is done again elsewhere."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import IO

import pytest

from agent.policies.person_typing import focused_field
from agent.recording.reader import read_recording
from agent.step import StopReason
from tests.desktop.person import Person, sitting_at
from tests.desktop.rig import CLOCK, Rig, until
from tools.action import Hotkey, Tap, TypeText
from tools.device import Observation
from tools.geometry import Point
from tools.ui_tree import UiNode

pytestmark = pytest.mark.desktop
MIDDLE = (640, 400)
CORNER = (1279, 799)
_PAUSE_S = 3.0
"""Between two acts: the pace of a person who looks at what happens."""


@dataclass
class Recorder:
    """`agent record` on a rig, and what it says."""

    process: subprocess.Popen[str]
    rig: Rig
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._readers = [
            Thread(target=self._read, args=(stream,))
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            self.lines.extend(stream)

    def close(self) -> None:
        """End it, if it still runs."""
        self.process.kill()
        self.process.wait(60)
        for reader in self._readers:
            reader.join(60)

    def says(self, word: str) -> bool:
        return any(word in line for line in self.lines)

    def done(self, count: int) -> bool:
        """Whether so many steps are over."""
        return any(line.startswith(f"{count:3}  ") for line in self.lines)

    def end(self) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(60)
        until(lambda: self.says("Recording  "), "the last lines")
        return code

    @property
    def folder(self) -> Path:
        """Of the recording."""
        return max((self.rig.home / "recordings").iterdir(), key=lambda each: each.name)


@contextmanager
def recording(rig: Rig, *arguments: str, **variables: str) -> Iterator[Recorder]:
    process = rig.agent(
        "record", "write a note", "--device", "desktop", "--touch", *arguments, **variables
    )
    recorder = Recorder(process, rig)
    try:
        until(lambda: recorder.says("Use the desktop"), "the recorder")
        yield recorder
    finally:
        recorder.close()


@contextmanager
def looking(rig: Rig) -> Iterator["Look"]:
    device = rig.connect(ui_tree=True)
    try:
        yield Look(device.observe)
    finally:
        device.close()


@dataclass(frozen=True)
class Look:
    """Sees what is in front."""

    observe: Callable[[], Observation]

    def title(self, part: str) -> None:
        until(lambda: part in self.observe().activity, f"the window {part!r}")

    def button(self, label: str) -> Point:
        """The middle of a button, once it shows."""
        found: list[Point] = []

        def shows() -> bool:
            tree = self.observe().ui_tree
            nodes = tree.nodes if tree is not None else ()
            found.extend(
                each.box.center for each in nodes if each.label == label and each.kind == "Button"
            )
            return bool(found)

        until(shows, label)
        return found[0]

    def field(self) -> None:
        until(lambda: focused_field(self.observe().ui_tree) is not None, "a field with the focus")


def start_editor(rig: Rig, look: Look) -> None:
    rig.start("mousepad")
    look.title("Mousepad")


def save_as(person: Person, look: Look, recorder: Recorder, name: str) -> None:
    CLOCK.sleep(_PAUSE_S)
    person.keys("Control_L", "s")
    look.title("Save As")
    look.field()
    until(lambda: recorder.done(3), "the dialog at rest")  # until then it takes no Enter
    person.keys("Control_L", "a")
    person.type(name)
    until(lambda: recorder.done(5), "the name")
    save = look.button("Save")
    CLOCK.sleep(_PAUSE_S)
    person.click(save.x, save.y)
    look.title(name)


def test_a_note_is_written_by_hand_and_again_by_its_recording(rig: Rig) -> None:
    with looking(rig) as look, sitting_at(rig) as person:
        start_editor(rig, look)
        with recording(rig) as recorder:
            person.click(*MIDDLE)
            until(lambda: recorder.done(1), "the click")
            CLOCK.sleep(_PAUSE_S)
            person.type("Hello from a person!")
            save_as(person, look, recorder, "note.txt")
            until(lambda: recorder.done(6), "the acts")
            person.move(*CORNER)
            assert recorder.end() == 0, recorder.lines
    assert (rig.home / "note.txt").read_text() == "Hello from a person!"

    kept = read_recording(recorder.folder)
    assert kept.end is not None
    assert kept.end.stop is StopReason.FINISHED
    acts = [step.intent.action for step in kept.steps if step.intent is not None]
    assert acts[:-1] == [
        Tap(at=Point(x=640, y=400)),
        TypeText(text="Hello from a person!"),
        Hotkey(keys=("ctrl", "s")),
        Hotkey(keys=("ctrl", "a")),
        TypeText(text="note.txt"),
    ]
    saved = next(
        step for step in kept.steps if step.intent is not None and step.intent.action is acts[-1]
    )
    assert saved.intent is not None
    assert saved.intent.anchor is not None
    assert saved.intent.anchor.target is not None
    assert saved.intent.anchor.target.text == "Save"

    titles = [step.observation.activity for step in kept.steps if step.observation is not None]
    assert "Untitled" in titles[1]
    assert titles[3] == "Save As"

    rig.end_programs()
    # Another home: the editor's title holds another path, and the editor knows nothing of before.
    home = rig.home / "moved here"
    home.mkdir()
    moved = replace(rig, home=home, environment={**rig.environment, "HOME": str(home)})
    with looking(moved) as look:
        start_editor(moved, look)
        told = moved.agent("replay", str(recorder.folder), "--live", "--yes", "--device", "desktop")
        out, trouble = told.communicate(timeout=120)
    assert told.returncode == 0, out + trouble
    assert (home / "note.txt").read_text() == "Hello from a person!"

    film = rig.home / "note.gif"
    exporting = rig.agent("export", str(recorder.folder), "--gif", str(film))
    out, trouble = exporting.communicate(timeout=120)
    assert exporting.returncode == 0, out + trouble
    assert film.read_bytes().startswith(b"GIF8")


PAGE = b"""<title>Door</title><form>
<input name=user aria-label=User autofocus><input type=password name=key aria-label=Key></form>"""


class _Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def door() -> Iterator[str]:
    """Address of a page with a password field."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("named", [False, True])
def test_a_password_is_not_recorded(rig: Rig, door: str, *, named: bool) -> None:
    arguments = ("--secret", "DOOR_KEY") if named else ()
    variables = {"DOOR_KEY": "Sesame-open-7431"} if named else {}
    typed = "swordfish"  # even another one than the secret
    with looking(rig) as look, sitting_at(rig) as person:
        rig.start(
            "chromium", "--no-sandbox", "--force-renderer-accessibility", "--no-first-run",
            "--disable-gpu", "--password-store=basic", "--disable-dev-shm-usage",
            f"--user-data-dir={rig.home / 'profile'}", door,
        )  # fmt: skip
        look.title("Door")

        form: list[UiNode] = []

        def shown() -> bool:
            tree = look.observe().ui_tree
            form[:] = tree.nodes if tree is not None else ()
            return any(node.password for node in form)

        until(shown, "the form")
        field_ = next(node for node in form if node.hint == "User")
        with recording(rig, *arguments, **variables) as recorder:
            person.click(field_.box.center.x, field_.box.center.y)
            until(lambda: recorder.done(1), "the click")
            for number, word in enumerate(("ali", "Tab", typed, "Tab")):
                (person.keys if word == "Tab" else person.type)(word)
                until(lambda: recorder.done(number + 2), "the act")  # noqa: B023
            person.move(*CORNER)
            assert recorder.end() == 0, recorder.lines
    kept = read_recording(recorder.folder)
    calls = [step.decision.call for step in kept.steps if step.decision is not None]
    assert calls[1].arguments["text"] == "ali"
    if named:
        assert calls[3].arguments["text"] == "<secret:DOOR_KEY>"
    else:
        assert (calls[3].name, "password" in str(calls[3].arguments)) == ("note", True)
    for path in recorder.folder.rglob("*"):
        if path.is_file():
            assert typed.encode() not in path.read_bytes(), path


def test_ctrl_c_leaves_a_whole_recording(rig: Rig) -> None:
    with recording(rig) as recorder, sitting_at(rig) as person:
        person.click(*MIDDLE)
        until(lambda: recorder.done(1), "the click")
        recorder.process.send_signal(2)
        assert recorder.end() == 130
    kept = read_recording(recorder.folder)
    assert kept.end is not None
    assert kept.end.stop is StopReason.INTERRUPTED
    assert len([step for step in kept.steps if step.intent is not None]) == 1
