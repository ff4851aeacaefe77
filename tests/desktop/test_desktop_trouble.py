"""What goes wrong under way: each is one clear error, the right exit code, a whole recording."""

import json
from pathlib import Path

import pytest

from agent.recording.reader import read_recording
from agent.step import StopReason
from tests.desktop.rig import Rig, end, until
from tools.action import Tap, TypeText
from tools.device import Observation
from tools.devices.desktop import DesktopDevice
from tools.errors import ActionFailedError
from tools.ui_tree import UiNode

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(300)]

PAGE = "<!doctype html><meta charset=utf-8><title>Short</title><input aria-label=Code maxlength=3>"


def test_a_window_closed_under_a_run_that_drives_it(rig: Rig, tmp_path: Path) -> None:
    """Exit code 3, and the recording is whole."""
    path = tmp_path / "driven.txt"
    path.write_text("to be closed")
    editor = rig.start("mousepad", "--disable-server", str(path))
    watching = rig.connect()
    until(lambda: "driven.txt" in watching.observe().activity, "Mousepad")
    watching.close()
    script = tmp_path / "script.json"
    steps = [{"tool": "wait", "arguments": {"duration_s": seconds}} for seconds in (0.1, 5)]
    script.write_text(json.dumps(steps))
    run = rig.agent(
        "run", "wait", "--device", "desktop:window=driven.txt", "--yes", "--script", str(script),
        "--policy", "scripted",
    )  # fmt: skip
    until(lambda: _intents(rig) == 2, "the second step", patience_s=60)
    end(editor)
    printed, told = run.communicate(timeout=120)
    assert run.returncode == 3, printed + told
    assert "was closed" in printed
    recording = read_recording(max((rig.home / "recordings").iterdir()))
    assert recording.end is not None
    assert recording.end.stop is StopReason.DEVICE_LOST


def test_a_field_that_does_not_take_the_text(
    rig: Rig, device: DesktopDevice, tmp_path: Path
) -> None:
    """It was typed, and the field holds something else: that is told, with what it holds."""
    page = tmp_path / "short.html"
    page.write_text(PAGE)
    told = {"ACCESSIBILITY_ENABLED": "1"}
    Rig({**rig.environment, **told}, rig.home, rig.server, rig.started).start(
        "chromium", "--no-sandbox", "--force-renderer-accessibility", "--no-first-run",
        "--disable-gpu", "--password-store=basic", "--disable-dev-shm-usage",
        f"--user-data-dir={rig.home / 'short'}", page.as_uri(),
    )  # fmt: skip
    looks: list[Observation] = []

    def there() -> bool:
        looks.append(device.observe())
        return any(_is_code(node.hint, node.box.area) for node in _nodes(looks[-1]))

    until(there, "the field", patience_s=90)
    field = next(node for node in _nodes(looks[-1]) if _is_code(node.hint, node.box.area))
    device.perform(Tap(at=field.box.center))
    with pytest.raises(ActionFailedError, match=r"field 'Code' now holds '123'"):
        device.perform(TypeText(text="12345", clear=True))
    device.perform(TypeText(text="678", clear=True))


def _is_code(hint: str, area: int) -> bool:
    return hint == "Code" and area > 0


def _nodes(seen: Observation) -> tuple[UiNode, ...]:
    return seen.ui_tree.nodes if seen.ui_tree is not None else ()


def _intents(rig: Rig) -> int:
    folders = sorted((rig.home / "recordings").glob("*/events.jsonl"))
    return folders[-1].read_text().count('"action.intent"') if folders else 0
