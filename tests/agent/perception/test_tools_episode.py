"""An episode on the virtual phone in which a model calls the tools that describe, watch and think.

What each call was shown, answered and recorded is checked, and that a replay asks nobody.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent import Episode, StopReason, run_goal
from agent.cli.app import run_command
from agent.perception.seeing_tools import silent_tools
from agent.recording.reader import RecordedStep, read_recording
from agent.wiring.seeing import as_offered_then
from tests.agent.models.fault_server import FaultServer, Json, serving, words
from tools.registry import Registry

GOLDEN = Path(__file__).parents[2] / "golden" / "recordings" / "v2"
PAGE = "<html><body><p>Files, Settings, Trains</p></body></html>"


class Curious:
    """Opens an app between looking at where it is in all ways that there are.

    A question of a tool is told by the words of its prompt, a decision by its tools being offered.
    """

    CALLS: tuple[tuple[str, Json], ...] = (
        ("describe_screen", {"style": "short"}),
        ("chat_about", {"message": "Remember this screen."}),
        ("mobile_use", {"action": "open", "text": "Settings"}),
        ("look_back", {"question": "What was there before?"}),
        ("chat_about", {"message": "What has changed?"}),
        ("watch_screen", {"question": "Does anything move?", "seconds": 2}),
        ("read_document", {}),
        ("reason_about", {"problem": "How many rows would fit twice?"}),
        ("mobile_use", {"action": "terminate", "status": "success"}),
    )

    def __init__(self) -> None:
        self.decisions = 0
        self.asked = 0
        self.told: list[str] = []

    def answer(self, body: Json) -> Any:
        self.asked += 1
        told = json.dumps(body["messages"], ensure_ascii=False)
        self.told.append(told)
        if "mobile_use" in told:
            name, arguments = self.CALLS[self.decisions]
            self.decisions += 1
            call = json.dumps({"name": name, "arguments": arguments})
            return words(f"<tool_call>\n{call}\n</tool_call>")
        for mark, reply in (
            ("Describe the picture", "A home screen with apps."),
            ("What has changed?", "Settings is open now."),
            ("Remember this screen.", "I see the home screen."),
            ("last 2 screens of a device", "The home screen."),
            ("The video lasts", "Nothing moves."),
            ("QwenVL HTML", PAGE),
            ("How many rows", "Twelve times two.\n\n**Final Answer**\n\\boxed{24}"),
        ):
            if mark in told:
                return words(reply)
        raise AssertionError(told)


@pytest.fixture
def curious() -> Iterator[tuple[Curious, FaultServer]]:
    model = Curious()
    with serving(model.answer) as server:
        yield model, server


def look_around(server: FaultServer, folder: Path, **settings: Any) -> Episode:
    return run_goal(
        "look around",
        device="virtual",
        record_dir=folder,
        model="Qwen2.5-VL-7B-Instruct",
        server=server.base_url,
        **settings,
    )


def pictures(step: RecordedStep, folder: Path) -> list[Image.Image]:
    """What the tool's own question showed, as it lies in the recording."""
    [request] = [each for each in step.requests if each not in step.deciding.requests]
    return [Image.open(folder / ref.path).convert("RGB") for ref in request.images]


def test_every_tool_is_answered_recorded_and_replayed(
    curious: tuple[Curious, FaultServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, server = curious
    episode = look_around(server, tmp_path)
    assert episode.stop is StopReason.FINISHED, episode
    assert [step.result for step in episode.steps] == [
        "A home screen with apps.", "I see the home screen.", "", "The home screen.",
        "Settings is open now.", "Nothing moves.", "Files, Settings, Trains", "24", "",
    ]  # fmt: skip
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    steps = recording.steps
    home, before = pictures(steps[0], recording.folder)[0], pictures(steps[3], recording.folder)
    assert len(before) == 2
    assert alike(before[0], home)
    assert not alike(before[1], home)
    assert len(pictures(steps[4], recording.folder)) == 2
    assert 1 <= len(pictures(steps[5], recording.folder)) <= 4
    [watched] = [told for told in model.told if "The video lasts" in told]
    length = re.search(r"The video lasts 00:(\d\d\.\d\d)\. Its 4 frames", watched)
    assert length is not None, watched
    assert float(length[1]) >= 2
    assert all(len(step.deciding.requests) == 1 for step in steps)
    asked = model.asked
    capsys.readouterr()
    for how in ("--parser", "--loop"):
        assert run_command(["replay", str(episode.recording), how]) == 0, capsys.readouterr()
    assert run_command(["recordings", "verify", str(episode.recording)]) == 0
    page = ["report", str(episode.recording), "--out", str(tmp_path / "page")]
    assert run_command(page) == 0, capsys.readouterr()
    assert model.asked == asked


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures, perhaps of other sizes, show the same screen."""
    small = [list(image.convert("L").resize((27, 60)).tobytes()) for image in (one, other)]
    apart = [abs(a - b) > 24 for a, b in zip(small[0], small[1], strict=True)]
    return sum(apart) < len(apart) // 50


def test_what_is_masked_is_hidden_from_them_too(
    curious: tuple[Curious, FaultServer], tmp_path: Path
) -> None:
    """Watching and looking back see what the loop sees, and no more."""
    _, server = curious
    episode = look_around(server, tmp_path, mask=("0,0,1080,1200",))
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    for place in (3, 5):
        for shown in pictures(recording.steps[place], recording.folder):
            below_label, middle = shown.height // 20, shown.height // 2
            upper = shown.crop((0, below_label, shown.width, middle - 20)).convert("L")
            lower = shown.crop((0, middle + 20, shown.width, shown.height)).convert("L")
            assert shades(upper) < 20, place
            assert shades(lower) > 100, place


def shades(image: Image.Image) -> int:
    """How far apart its darkest and its lightest pixel are."""
    counts = image.histogram()
    found = [shade for shade, count in enumerate(counts) if count]
    return found[-1] - found[0]


def test_a_recording_is_read_with_those_of_them_that_it_was_offered(
    curious: tuple[Curious, FaultServer], tmp_path: Path
) -> None:
    """One of an older version, or of a machine without the extra for documents, knew fewer."""
    _, server = curious
    episode = look_around(server, tmp_path, max_steps=1)
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    names = {each.name for each in silent_tools()}
    assert set(as_offered_then(Registry(()), recording).names) == names
    told = json.dumps({key: dict(part) for key, part in recording.parts.items()})
    fewer = replace(recording, parts=json.loads(told.replace("watch_screen", "another")))
    assert set(as_offered_then(Registry(()), fewer).names) == names - {"watch_screen"}
    assert not as_offered_then(Registry(()), read_recording(GOLDEN)).names
