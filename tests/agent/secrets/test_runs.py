"""Whole runs with secrets on the virtual phone: nothing of a value is left anywhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from agent.recording.format import ObservationSeen
from agent.recording.reader import read_recording
from agent.step import Episode, StopReason, Verdict
from agent.wiring.episode import run_goal
from tests.agent.secrets.runs import NOTES, SETTINGS, OnePhone, one_phone, traces
from tests.grounding.lettering import Label
from tests.grounding.reader import Picture
from tools.geometry import Box

WIFI, PIN = "Kestrel-Harbour 77&", 'Marmalade "Quartz"'
ANAGRAMS = {"WIFI_PASSWORD": "&77 ruobraH-lertseK", "NOTE_PIN": '"ztrauQ" edalamraM'}
REACH = [("open", "Settings"), ("tap", "Network & internet"), ("tap", "Internet")]


def moves(wifi: str, pin: str) -> list[tuple[str, str]]:
    """Join a network, look at its password in plain letters, and write a note."""
    return [
        *REACH,
        ("tap", "Blue Door Cafe"),
        ("type", wifi),
        ("tap", "Show password"),
        ("tap", "Connect"),
        ("open", "Notes"),
        ("tap", "New note"),
        ("tap", "Note"),
        ("type", f"Locker: {pin} (north)"),
        ("tap", "Save"),
    ]


MOVES = moves("<secret:WIFI_PASSWORD>", "<secret:NOTE_PIN>")
NAMES = ("WIFI_PASSWORD", "NOTE_PIN")


@pytest.fixture(scope="module")
def phone() -> Iterator[OnePhone]:
    with one_phone() as opened:
        yield opened


@pytest.fixture(autouse=True)
def values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIFI_PASSWORD", WIFI)
    monkeypatch.setenv("NOTE_PIN", PIN)


def folder_of(episode: Episode) -> Path:
    assert episode.stop is StopReason.FINISHED, episode.error
    assert episode.recording is not None
    assert [step.mistake for step in episode.steps if step.mistake] == []
    return episode.recording


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def frames(folder: Path) -> dict[str, Image.Image]:
    """Every picture that was stored: frames and patches."""
    files = sorted([*folder.rglob("*.jpg"), *folder.rglob("*.png")])
    assert files
    return {path.name: opened(path) for path in files}


def readable(folder: Path, text: str) -> list[str]:
    """The frames on which ``text`` can be read, in any size a field or a note has."""
    found = []
    for name, image in frames(folder).items():
        picture = Picture(image)
        if min(image.size) >= 1000 and any(
            picture.shows(Label(text, size_dp=size)) for size in (14, 16)
        ):
            found.append(name)
    return found


def test_the_device_gets_the_values_and_nothing_else_does(phone: OnePhone) -> None:
    episode, policy = phone.run(MOVES, "join the cafe", secrets=NAMES)
    folder = folder_of(episode)
    joined = phone.rows(SETTINGS, "SELECT ssid, password FROM wifi_networks WHERE connected")
    assert joined == [("Blue Door Cafe", WIFI)]
    assert (f"Locker: {PIN} (north)",) in phone.rows(NOTES, "SELECT body FROM notes")
    for value in (WIFI, PIN):
        assert traces(folder, value) == []
        assert value not in episode.model_dump_json()
        assert readable(folder, value) == []
    assert "<secret:NOTE_PIN>" in (folder / "events.jsonl").read_text()
    words = {node.text for seen in policy.seen for node in seen.ui_tree.nodes}  # type: ignore[union-attr]
    assert "<secret:WIFI_PASSWORD>" in words, "the field in which the password is shown"
    assert "Locker: <secret:NOTE_PIN> (north)" in words


def test_without_secrets_they_can_be_read_everywhere(phone: OnePhone) -> None:
    """So that the test above can fail: the same run, told the values themselves."""
    episode, _ = phone.run(moves(WIFI, PIN), "join the cafe")
    folder = folder_of(episode)
    for value in (WIFI, PIN):
        assert traces(folder, value)
        assert readable(folder, value)


def test_pictures_follow_from_the_names_alone(
    phone: OnePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs with values of the same letters leave the same files, byte by byte."""
    values = [{"WIFI_PASSWORD": WIFI, "NOTE_PIN": PIN}, ANAGRAMS]
    # Which capture is fastest is found out when connecting, and decides whether frames are kept as
    # PNG or JPEG: only runs that took the same one can be compared byte by byte. On a busy machine
    # one is as likely as the other, so runs of both values are made until two of them agree.
    by_capture: tuple[dict[str, Path], dict[str, Path]] = {}, {}
    while not (alike := by_capture[0].keys() & by_capture[1].keys()):
        for found, each in zip(by_capture, values, strict=True):
            for name, value in each.items():
                monkeypatch.setenv(name, value)
            folder = folder_of(phone.run(MOVES, "join the cafe", secrets=NAMES)[0])
            found[capture_of(folder)] = folder
    first, second = (found[min(alike)] for found in by_capture)
    assert phone.rows(SETTINGS, "SELECT password FROM wifi_networks WHERE connected") == [
        (ANAGRAMS["WIFI_PASSWORD"],)
    ]
    one, other = (
        {path.name: path.read_bytes() for path in (folder / "frames").iterdir()}
        for folder in (first, second)
    )
    assert one == other
    assert [step.frame.sha256 for step in looks(first)] == [
        step.frame.sha256 for step in looks(second)
    ]


def capture_of(folder: Path) -> str:
    return read_recording(folder).start.device.capture


def looks(folder: Path) -> list[ObservationSeen]:
    steps = read_recording(folder).steps
    return [step.observation for step in steps if step.observation is not None]


def test_the_recording_tells_what_was_masked(phone: OnePhone) -> None:
    folder = folder_of(phone.run(MOVES, "join the cafe", secrets=NAMES)[0])
    masked = {look.step: look.masked for look in looks(folder)}
    assert [step for step, boxes in masked.items() if boxes] == [4, 5, 6, 11, 12]
    for step, boxes in masked.items():
        image = opened(folder / looks(folder)[step].frame.path)
        for box in boxes:
            assert Box.of(looks(folder)[step].size).encloses(box)
            assert image.getpixel((box.left + 1, box.bottom - 2)) == pytest.approx(
                (64, 64, 64), abs=12
            )


def test_a_password_field_is_masked_without_any_secret(phone: OnePhone) -> None:
    """Its length too: eight dots for any password."""
    folders = []
    for typed in ("correct horse", "tr0ub4dor&3 and more"):
        plain = [*REACH, ("tap", "Blue Door Cafe"), ("type", typed)]
        episode, policy = phone.run(plain, "join")
        tree = policy.seen[-1].ui_tree
        assert tree is not None
        assert next(node for node in tree.nodes if node.password).text == "•" * 8
        assert len(policy.seen[-1].masked) == 1
        folders.append(folder_of(episode))
    last = [opened(folder / looks(folder)[-1].frame.path) for folder in folders]
    box = looks(folders[0])[-1].masked[0]
    edges = (box.left, box.top, box.right, box.bottom)
    assert last[0].crop(edges).tobytes() == last[1].crop(edges).tobytes()


def test_declared_regions_are_masked_in_frame_and_tree(phone: OnePhone) -> None:
    episode, policy = phone.run(REACH, "look")
    unmasked = folder_of(episode)
    tree = policy.seen[-1].ui_tree
    assert tree is not None
    add = next(node for node in tree.nodes if node.text == "Add network").box
    region = f"{add.left},{add.top},{add.right},{add.bottom}"
    episode, policy = phone.run(REACH, "look", mask=(region, "text=studio nine"))
    folder = folder_of(episode)
    seen = policy.seen[-1]
    assert seen.ui_tree is not None
    labels = {node.label for node in seen.ui_tree.nodes}
    assert "Blue Door Cafe" in labels
    assert not {"Studio Nine", "Add network"} & labels
    assert add in seen.masked
    written = (folder / "frames" / "0003-tree.xml").read_text()
    assert "Blue Door Cafe" in written
    assert not re.search("studio|add network", written, re.IGNORECASE)
    clear, hidden = (
        Picture(opened(each / looks(each)[-1].frame.path)) for each in (unmasked, folder)
    )
    for words in ("Studio Nine", "Add network"):
        assert clear.shows(Label(words))
        assert not hidden.shows(Label(words))
    assert hidden.shows(Label("Blue Door Cafe"))


def test_the_rules_write_a_note_with_a_secret_and_see_it_done(tmp_path: Path) -> None:
    """On a phone of its own, whose final state and log are in the recording too."""
    episode = run_goal(
        "add a note saying <secret:NOTE_PIN>", device="virtual", policy="rules",
        secrets=("NOTE_PIN",), expect=("<secret:NOTE_PIN>",), record_dir=tmp_path,
    )  # fmt: skip
    folder = folder_of(episode)
    assert "<secret:NOTE_PIN>" in episode.answer
    assert episode.verdict is Verdict.PASSED
    assert traces(folder, PIN) == []
    state = json.loads((folder / "phone-state.json").read_text())
    bodies = [row["body"] for row in state["databases"][NOTES]["notes"]]
    assert "<secret:NOTE_PIN>" in bodies
    assert "secret-note_pin" in folder.name


def test_a_number_that_apps_write_in_their_own_way_is_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONE", "+1 (415) 555-2671")
    episode = run_goal(
        "add a contact Bob with phone <secret:PHONE>", device="virtual", policy="rules",
        secrets=("PHONE",), record_dir=tmp_path,
    )  # fmt: skip
    folder = folder_of(episode)
    written = re.compile(rb"415.{0,3}555.{0,3}2671")
    assert [path.name for path in folder.rglob("*.*") if written.search(path.read_bytes())] == []
    state = json.loads((folder / "phone-state.json").read_text())
    assert "<secret:PHONE>" in json.dumps(state["databases"])
    assert "Bob · <secret:PHONE>" in episode.answer


def test_a_state_without_secrets_is_left_as_it_was(tmp_path: Path) -> None:
    episode = run_goal("add a note saying hello", device="virtual", record_dir=tmp_path)
    state = (folder_of(episode) / "phone-state.json").read_text()
    assert re.search(r'"body": "hello"', state)
