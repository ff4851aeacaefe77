"""Recordings to look at, written by the real writer: a long one, and one with everything in it."""

import io
import json
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw
from pydantic import JsonValue

from agent.model import ImagePart, RawCall, Reply, Usage
from agent.recording.format import CheckDone, Origin
from agent.recording.reader import Recording, read_recording
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Decision, Episode, Step, StepTiming, StopReason, Verdict
from tests.agent.episodes import COUNT, Rig, call, recorded
from tools.action import Action, DoubleTap, Drag, LongPress, Scroll, Swipe, Tap, TypeText
from tools.clock import FakeClock
from tools.device import DeviceInfo, Observation, Settle
from tools.errors import DeniedError, UnreadableReplyError
from tools.geometry import Box, Point, Size
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

HOSTILE = "</script><img src=x onerror=\"document.title='hacked'\"><!--<script>"
CHINESE = "选择“重庆江北”作为出发地，然后点搜索"
PHONE = Size(width=360, height=800)


def long_run(parent: Path, steps: int) -> Recording:
    """A run of ``steps`` steps on the fake device that ends at its step limit."""
    decisions = [call("tap", f"Count to {place + 1}", at=COUNT) for place in range(steps)]
    return recorded(Rig(parent, decisions).run(max_steps=steps))


@dataclass
class Story:
    """Writes a recording event by event, on screens that are drawn and numbered."""

    parent: Path
    goal: str = "book a flight"
    model: str = ""
    origin: Origin | None = None
    size: Size = PHONE
    clock: FakeClock = field(default_factory=lambda: FakeClock(tick_s=0.002))
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        info = DeviceInfo(
            name="emulator-5554", kind="android", model="Test <b>Phone</b>", release="14",
            size=self.size, density_dpi=160, locale="zh-CN", emulated=True, animated=False,
            capture="png",
        )  # fmt: skip
        policy = "vlm" if self.model else "scripted"
        header = Header(
            self.goal, policy, info, {"seed": 7}, {"tapwright": "0.1.0"}, model=self.model,
            dialect="qwen3_vl" if self.model else "", prompt_hash="ab12", origin=self.origin,
        )  # fmt: skip
        self.folder = new_folder(self.parent, "story")
        self.writer = RecordingWriter(self.folder, header, self.clock)

    def look(self, label: str, *, feedback: str = "") -> Observation:
        """Look at a screen that says ``label`` and the number of the step."""
        image = Image.new("RGB", (self.size.width, self.size.height), "white")
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 0, self.size.width, 24), fill="#dbe1ff")
        shade = (40 + 37 * len(self.steps) % 200, 90, 180)
        pen.rectangle((40, 100, 320, 160), fill=shade)
        pen.text((50, 120), f"{len(self.steps) + 1} {label}", fill="white")
        data = io.BytesIO()
        image.save(data, "PNG")
        node = UiNode(
            index=0, parent=-1, box=Box(left=40, top=100, right=320, bottom=160), kind="Button",
            text=label, package="app", clickable=True,
        )  # fmt: skip
        seen = Observation(
            screenshot=Screenshot(image=image, source="png", png=data.getvalue()),
            app="com.example.app", activity=".Main",
            ui_tree=UiTree(nodes=(node,), source="<hierarchy/>"),
            settle=Settle(reason="quiet", duration_s=0.05, frames=2, changed=bool(self.steps)),
        )  # fmt: skip
        self.writer.observation(len(self.steps), seen, frame_key="s1", feedback=feedback)
        return seen

    def ask(self, seen: Observation, reply: Reply | None) -> None:
        """Send a question with the picture, and receive ``reply``."""
        data = seen.screenshot.jpeg()
        image = ImagePart(data, "image/jpeg", seen.size)
        messages: list[JsonValue] = [
            {"role": "system", "parts": [{"text": f"You act. {HOSTILE}"}]},
            {"role": "user", "parts": [{"image": image.sha256, "size": str(seen.size)}]},
        ]
        request: dict[str, JsonValue] = {"messages": messages, "sampling": {"temperature": 0.0}}
        self.writer.sent(self.model, request, (image,))
        if reply is not None:
            self.writer.received(self.model, reply)

    def act(self, seen: Observation, decision: Decision, action: Action | None = None) -> None:
        """Decide and act, and write the result."""
        index = len(self.steps)
        self.writer.decision(index, decision, 0.01)
        if action is not None:
            self.writer.intent(index, action, seen)
        self.over(decision, action)

    def over(
        self, decision: Decision | None, action: Action | None = None, error: str = ""
    ) -> None:
        """The step is over."""
        timing = StepTiming(
            observe_s=0.07, settle_s=0.05, capture_s=0.01, decode_s=0.004, decide_s=0.42,
            act_s=0.02, record_s=0.003,
        )  # fmt: skip
        step = Step(index=len(self.steps), decision=decision, action=action, timing=timing)
        self.writer.result(step, error=error)
        self.clock.sleep(0.5)
        self.steps.append(step)

    def check(self, name: str, verdict: Verdict, evidence: str) -> None:
        """Write a check as the suite does."""
        event = CheckDone(**self.writer._stamp(), name=name, verdict=verdict, evidence=evidence)
        self.writer._append(event)

    def end(
        self,
        stop: StopReason,
        verdict: Verdict = Verdict.UNVERIFIED,
        answer: str = "",
        error: str = "",
    ) -> Recording:
        """End the run and read it."""
        episode = Episode(
            goal=self.goal, steps=tuple(self.steps), stop=stop, answer=answer, verdict=verdict,
            duration_s=self.clock.now(), error=error,
        )  # fmt: skip
        self.writer.end(episode)
        self.writer.close()
        return read_recording(self.folder)


GESTURES: tuple[Action, ...] = (
    Tap(at=Point(x=180, y=130)),
    DoubleTap(at=Point(x=180, y=130)),
    LongPress(at=Point(x=180, y=130)),
    Swipe(start=Point(x=180, y=600), end=Point(x=180, y=200)),
    Drag(start=Point(x=60, y=130), end=Point(x=300, y=500)),
    Scroll(at=Point(x=180, y=400), direction="down"),
    TypeText(text=f"重庆 {HOSTILE}"),
)


def rich_run(parent: Path) -> Recording:
    """A failed run with everything in it: a model, mistakes, a denial, checks, hostile words."""
    origin = Origin(kind="fork", run="20260101T000000Z-earlier-abc123", step=2)
    story = Story(parent, goal=f"book {HOSTILE} 机票", model="qwen<i>3</i>", origin=origin)
    usage = Usage(prompt_tokens=1800, completion_tokens=42, cached_tokens=1500, cost_usd=0.0004)
    for place, action in enumerate(GESTURES):
        seen = story.look(HOSTILE if place == 1 else action.kind)
        story.ask(
            seen,
            Reply(
                text=f"<tool_call>{HOSTILE}</tool_call>", reasoning=f"Think: {CHINESE}",
                calls=(RawCall(name="tap", arguments='{"at": [1, 2]}'),), usage=usage,
                latency_s=0.4, first_token_s=0.1,
            ),
        )  # fmt: skip
        if place == 0:
            story.writer.rung(2, "shift", f"The target moved. {HOSTILE}", tiles=14, likeness=0.987)
        story.act(seen, call(action.kind, f"{CHINESE} {HOSTILE}", note=HOSTILE), action)
    seen = story.look("unreadable", feedback="The screen did not change.")
    story.ask(seen, Reply(text="I cannot say.", usage=usage, latency_s=0.2))
    story.writer.mistake(7, UnreadableReplyError(f"No call in it. {HOSTILE}"), counts=False)
    story.ask(seen, Reply(text='{"name": "pay"}', usage=usage, latency_s=0.2))
    story.writer.decision(7, call("tap", "Pay now", at=[180, 130]), 0.4)
    story.writer.mistake(7, DeniedError(f"Rule “payments” denies it. {HOSTILE}"), counts=True)
    story.over(call("tap"), error="denied")
    story.look("last")
    story.check("the booking is there", Verdict.PASSED, f"1 booking {HOSTILE}")
    story.check("it was paid once", Verdict.FAILED, f"0 payments, expected 1 {HOSTILE}")
    found = story.end(
        StopReason.STUCK, Verdict.FAILED, answer=f"Not done. {HOSTILE}", error=f"stuck {HOSTILE}"
    )
    return with_masks(found)


def with_masks(found: Recording) -> Recording:
    """The same with a region of the first frame told as painted over."""
    path = found.folder / "events.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines):
        event = json.loads(line)
        if event["event"] == "observation":
            event["masked"] = [{"left": 40, "top": 200, "right": 320, "bottom": 240}]
            lines[place] = json.dumps(event, ensure_ascii=False)
            break
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_recording(found.folder)


def crashed_run(parent: Path) -> Recording:
    """A run that was killed while a model was asked in its second step."""
    story = Story(parent, model="qwen3")
    seen = story.look("first")
    story.act(seen, call("tap", "go", at=[180, 130]), GESTURES[0])
    story.ask(story.look("second"), None)
    story.writer.close()
    return read_recording(story.folder)


def empty_run(parent: Path) -> Recording:
    """A run that was killed before the first look."""
    story = Story(parent)
    story.writer.close()
    return read_recording(story.folder)


def passed_run(parent: Path, size: Size = PHONE) -> Recording:
    """A run that was done and whose check holds."""
    story = Story(parent, goal="turn it on", size=size)
    seen = story.look("switch")
    story.act(seen, call("tap", "Turn it on", at=[180, 130]), GESTURES[0])
    story.act(story.look("on"), call("finish", "It is on", success=True, answer="on"))
    story.check("it is on", Verdict.PASSED, "switch: on")
    return story.end(StopReason.FINISHED, Verdict.PASSED, answer="on")
