"""Makes the recording that is kept for one version of the format: v1 and v2 were made by this.

Run from the root, with the code of the version that is to be kept, and move the folder that it
names to ``tests/golden/recordings/v<version>/``::

    python -m tests.golden.recordings.make /tmp/made

A scripted model fills in a form on the fake device. In it are a reply that cannot be read and is
asked for again, and a tap off the screen. From version 2 on a rung of a replay and an origin are in
it too, as if another run was performed again.
"""

import sys
from pathlib import Path
from typing import Any

from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.loop import Cast, Limits, run_episode
from agent.model import Reply, Usage
from agent.models.exchanges import RecordingModel
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from agent.recording import format as recording_format
from agent.recording.writer import Header, RecordingWriter, new_folder
from tests.agent.episodes import Listener, nobody
from tools.builtin import builtin_registry
from tools.clock import FakeClock
from tools.device import Observation
from tools.devices.fake import FakeDevice

GOAL = "Fill in the form for Ann"
RUN_BEFORE = "20261124T080000Z-fill-in-the-form-for-ann-0a1b2c"


def _call(arguments: str, said: str) -> Reply:
    text = (
        f'{said}\n<tool_call>\n{{"name": "mobile_use", "arguments": {{{arguments}}}}}\n</tool_call>'
    )
    return Reply(text=text, usage=Usage(prompt_tokens=900, completion_tokens=40), latency_s=0.5)


REPLIES = [
    Reply(text="What shall I do?", usage=Usage(prompt_tokens=900, completion_tokens=6)),
    _call('"action": "click", "coordinate": [100, 55]', "I open the form."),
    _call('"action": "click", "coordinate": [900, 55]', "I tap the field."),
    _call('"action": "click", "coordinate": [100, 55]', "I tap the field, on the screen."),
    _call('"action": "type", "text": "Ann"', "I type the name."),
    _call('"action": "click", "coordinate": [100, 135]', "I save it."),
    _call('"action": "terminate", "status": "success"', "It is saved."),
]


class _Replayed(RecordingWriter):
    """Writes a rung after the first look, as a replay does."""

    def observation(
        self, step: int, seen: Observation, *, frame_key: str = "", feedback: str = ""
    ) -> None:
        super().observation(step, seen, frame_key=frame_key, feedback=feedback)
        if step == 0:
            self.rung(0, "shift", "The target has moved by 3 px.", tiles=4, likeness=0.97)


def make(parent: Path) -> Path:
    """Make the recording in ``parent`` and return its folder."""
    device, clock = FakeDevice(), FakeClock(tick_s=0.001)
    folder = new_folder(parent, GOAL)
    header = Header(
        goal=GOAL,
        policy="vlm",
        device=device.info,
        config={"policy": "vlm", "max_steps": 10},
        versions={"tapwright": "0.1.0"},
        model="scripted",
        dialect="qwen2_5_vl",
        prompt_hash="golden",
        **_later(),
    )
    kind = _Replayed if recording_format.FORMAT_VERSION > 1 else RecordingWriter
    recorder = kind(folder, header, clock)
    registry = builtin_registry().offered(device.supports)
    model = RecordingModel(ScriptedModel(REPLIES), recorder)
    policy = VlmPolicy(model, qwen2_5_vl(), registry)
    recorder.transforms = lambda: policy.transforms
    cast = Cast(device, policy, registry, recorder, clock, nobody, Listener())
    episode = run_episode(GOAL, cast, Limits(max_steps=10))
    recorder.close()
    if device.saved != [("Ann", False)]:
        raise SystemExit(f"The form was not saved: {episode}")
    return folder


def _later() -> dict[str, Any]:
    """What headers of later versions have."""
    if recording_format.FORMAT_VERSION == 1:
        return {}
    return {"origin": recording_format.Origin(kind="replay", run=RUN_BEFORE)}


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
