"""Recordings made for the tests of this folder, and the same with one thing changed."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.config import Config
from agent.dialects.choose import dialect_named
from agent.loop import Cast, run_episode
from agent.model import Reply
from agent.models.exchanges import RecordingModel
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Episode
from agent.wiring.episode import limits_of
from tests.agent.episodes import COUNT, FORM, LOUD, NAME, SAVE, Listener
from tools.builtin import builtin_registry
from tools.clock import Clock, FakeClock
from tools.device import Device, DeviceInfo, Observation
from tools.devices.fake import FakeDevice
from tools.errors import ModelError
from tools.geometry import Point, Projection, Size
from tools.screen import Screenshot

GOAL = "fill in the form"
SCREEN = Size(width=270, height=480)
Event = dict[str, Any]
FAMILIES = ("qwen2_5_vl", "qwen3_vl", "ui_tars_1_0", "autoglm_phone", "tools")


class Pictured(FakeDevice):
    """The fake phone as one that gives PNGs and no UI tree, as a model is shown it."""

    @property
    def info(self) -> DeviceInfo:
        return super().info.model_copy(update={"kind": "android"})

    def glance(self) -> Screenshot:
        shot = super().glance()
        buffer = io.BytesIO()
        shot.image.save(buffer, "PNG")
        return Screenshot(image=shot.image, source="drawn", png=buffer.getvalue())

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        whole = super().observe(seen=seen)
        return Observation(
            whole.screenshot, whole.app, whole.activity, device_time=whole.device_time
        )


class Grainy(Pictured):
    """The same as one that gives raw pixels, which are stored as a JPEG."""

    def glance(self) -> Screenshot:
        return Screenshot(image=super().glance().image, source="drawn")


def say_tap(family: str, at: Sequence[int]) -> str:
    """A tap as the family writes it, on the fake phone's screen."""
    dialect = dialect_named(family)
    shown = dialect.sizing.shown(SCREEN)
    where = Projection(shown=shown, device=SCREEN).to_model(Point(x=at[0], y=at[1]), dialect.space)
    x, y = round(where.x), round(where.y)
    if family.startswith("ui_tars"):
        return f"Thought: Press it.\nAction: click(start_box='<|box_start|>({x},{y})<|box_end|>')"
    if family.startswith("autoglm"):
        return f'<think>Press it.</think><answer>do(action="Tap", element=[{x},{y}])</answer>'
    if family.startswith("tools"):
        return json.dumps({"thought": "Press it.", "name": "tap", "arguments": {"at": [x, y]}})
    return _qwen(action="click", coordinate=[x, y])


def say_type(family: str, text: str) -> str:
    """Typing as the family writes it."""
    if family.startswith("ui_tars"):
        return f"Thought: Type.\nAction: type(content='{text}')"
    if family.startswith("autoglm"):
        return f'<think>Type.</think><answer>do(action="Type", text="{text}")</answer>'
    if family.startswith("tools"):
        return json.dumps({"thought": "T.", "name": "type_text", "arguments": {"text": text}})
    return _qwen(action="type", text=text)


def say_done(family: str) -> str:
    """The end as the family writes it."""
    if family.startswith("ui_tars"):
        return "Thought: It is done.\nAction: finished(content='saved')"
    if family.startswith("autoglm"):
        return '<think>Done.</think><answer>finish(message="saved")</answer>'
    if family.startswith("tools"):
        arguments = {"success": True, "answer": "saved"}
        return json.dumps({"thought": "Done.", "name": "finish", "arguments": arguments})
    return _qwen(action="terminate", status="success")


def _qwen(**arguments: Any) -> str:
    call = {"name": "mobile_use", "arguments": arguments}
    return f"Next.\n<tool_call>\n{json.dumps(call)}\n</tool_call>"


def form_replies(family: str) -> list[str]:
    """Fill in the form: seven steps, in the second an unreadable reply that is asked for again."""
    return [
        say_tap(family, FORM),
        "I wonder what to do.",
        say_tap(family, NAME),
        say_type(family, "Ann"),
        say_tap(family, LOUD),
        say_tap(family, SAVE),
        say_tap(family, COUNT),
        say_done(family),
    ]


def record_vlm(
    parent: Path,
    family: str,
    replies: Sequence[str | Reply | ModelError],
    *,
    device: Device | None = None,
    clock: Clock | None = None,
    answer: str = "",
    **settings: Any,
) -> Path:
    """Record a run in which a model that answers ``replies`` is asked in its dialect."""
    config = Config(record_dir=parent, **settings)
    dialect = dialect_named(family)
    phone: Device = device if device is not None else Pictured()
    time = clock if clock is not None else FakeClock(tick_s=0.001)
    header = Header(
        goal=GOAL,
        policy="vlm",
        device=phone.info,
        config=config.model_dump(mode="json"),
        versions={"tapwright": "0"},
        model=f"tiny-{family}",
        dialect=dialect.name,
        prompt_hash=dialect.prompt_hash,
        supports=phone.supports,
    )
    recorder = RecordingWriter(new_folder(parent, GOAL), header, time)
    tools = builtin_registry().offered(phone.supports)
    model = RecordingModel(ScriptedModel(replies, name=f"tiny-{family}"), recorder)
    sizing = dialect.sizing.budget(max_pixels=config.max_pixels)
    policy = VlmPolicy(model, dialect, tools, window=config.window, sizing=sizing)
    recorder.transforms = lambda: policy.transforms
    cast = Cast(phone, policy, tools, recorder, time, lambda _: answer, Listener())
    try:
        run_episode(GOAL, cast, limits_of(config))
    finally:
        recorder.close()
    return recorder.folder


def episode_folder(episode: Episode) -> Path:
    """Where ``episode`` was recorded."""
    assert episode.recording is not None, episode.error
    return episode.recording


def altered(folder: Path, edit: Callable[[list[Event]], None]) -> Path:
    """A copy of the recording with its events changed by ``edit``, numbered anew."""
    copy = folder.parent / f"{folder.name}-altered-{len(list(folder.parent.iterdir()))}"
    shutil.copytree(folder, copy)
    path = copy / "events.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()]
    edit(events)
    for number, event in enumerate(events):
        event["seq"] = number
    path.write_text("".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in events))
    return copy


def first(events: list[Event], kind: str, step: int = 0) -> Event:
    """The first event of a kind, of a step where it belongs to one."""
    return next(each for each in events if each["event"] == kind and each.get("step", step) == step)


def with_frame(folder: Path, step: int, paint: Callable[[Any], None]) -> Path:
    """A copy in which the frame of a step is another picture, and its hash is right."""
    from PIL import Image

    copy = altered(folder, lambda _: None)
    lines = [json.loads(line) for line in (copy / "events.jsonl").read_text().splitlines()]
    ref = first(lines, "observation", step)["frame"]
    path = copy / ref["path"].replace("frames/", "frames/painted-")
    with Image.open(copy / ref["path"]) as image:
        picture, kind = image.convert("RGB"), image.format
    paint(picture)
    picture.save(path, kind)
    data = path.read_bytes()
    ref |= {
        "path": f"frames/{path.name}",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
    }
    (copy / "events.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return copy
