"""Asks about a clip, window by window, and puts what is answered together."""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from PIL import Image, ImageOps

from agent.dialects.reading.answer import split_reply
from agent.model import ClipReading, ImagePart, OnText, Part, Reply, TextPart, VideoPart
from agent.perception.families import manner_of
from agent.perception.seer import Seer
from agent.perception.video.clip import Clip, Frame, VideoError
from agent.perception.video.events import Event, merge_windows, read_events
from agent.perception.video.plan import Plan, Window
from agent.perception.video.timecode import clock
from agent.prompt import inert, load_prompt
from agent.sight import SIGHT_QUALITY
from tools.errors import ModelError, UnreadableReplyError
from tools.geometry import Frozen, Size

MOST_REPLY: Final = 4096
_CUT: Final = {
    "length": f"The reply was cut off at {MOST_REPLY} tokens.",
    "loop": "The model repeated itself and was stopped.",
    "time": "The reply was cut off, for its time was over.",
}
_SHOWN: Final = 300
_EMPTY: Final = re.compile(r'(?:```(?:json)?)?(?:\{"\w{1,20}":)?\[\]\}?(?:```)?', re.IGNORECASE)
_MOST_TOLD: Final = 3
"""Answers of windows in which nothing was found, that are told: they say the same as a rule."""


class Asking(StrEnum):
    """What is asked about a clip."""

    EVENTS = "events"
    ANSWER = "answer"
    MOMENT = "moment"


class Watched(Frozen):
    """What came of looking at a clip.

    Attributes:
        answer: In the model's words; of several windows, the one about all of them. A
            moment that was found is told in the times of the clip.
        events: With their times; none where an answer names none.
        notes: What was mended, left out or cut off, one sentence each.
        stopped: Where and why the model failed before the end, what was found until then being
            here; empty if it did not. It is the last of the notes, too.
        windows: How often the clip was looked at.
        frames: Frames that were shown.
        prompt_tokens: As the model counted them; 0 if it does not tell.
        completion_tokens: As the model counted them.
    """

    answer: str
    events: tuple[Event, ...]
    notes: tuple[str, ...]
    stopped: str = ""
    windows: int
    frames: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Listener:
    """Who follows.

    Attributes:
        on_window: Hears which window is begun, from 1, and of how many.
        on_text: Hears the model while it answers.
    """

    on_window: Callable[[int, int], None] = lambda _, __: None
    on_text: OnText | None = None


def frames_a_token(seer: Seer) -> int:
    """How many frames the model of ``seer`` takes together; see ``Wish``."""
    return 2 if isinstance(seer.model, ClipReading) and seer.model.reads_clips else 1


def watch(
    seer: Seer,
    clip: Clip,
    plan: Plan,
    question: str,
    *,
    asking: Asking,
    listener: Listener = Listener(),
) -> Watched:
    """Ask ``question`` about the frames of ``plan``.

    Args:
        seer: Whom to ask.
        clip: Where the frames come from.
        plan: Which.
        question: What to find or answer; may be empty for all events.
        asking: What is wanted.
        listener: Who follows.

    Raises:
        VideoError: A frame cannot be read, or the model's family looks at no videos.
        ModelError: The model cannot be asked about the first window.
    """
    if not manner_of(seer.dialect).sees_video:
        raise VideoError(f"{seer.dialect.name} looks at no videos.", hint="Take another model.")
    seen = _Seen()
    for number, window in enumerate(plan.windows, 1):
        listener.on_window(number, len(plan.windows))
        try:
            reply = _ask(seer, clip, window, plan.shown, _words(question, asking), listener.on_text)
        except ModelError as error:
            if not seen.replies:
                raise
            seen.stopped = (
                f"The model failed at {clock(window.begin_s)}; what was found before is kept. "
                f"Begin there to go on. {error}"
            )
            break
        seen.add(reply, window, asking)
    borders_s = [window.begin_s for window in plan.windows[1 : len(seen.parts)]]
    events = merge_windows(seen.parts, borders_s)
    answer = _told(seer, plan.windows, seen, events, question, asking, listener.on_text)
    return Watched(
        answer=answer,
        events=events,
        notes=tuple(dict.fromkeys(filter(None, (*seen.notes, seen.stopped)))),
        stopped=seen.stopped,
        windows=len(seen.parts),
        frames=sum(window.count for window in plan.windows[: len(seen.parts)]),
        prompt_tokens=sum(reply.usage.prompt_tokens for reply in seen.replies),
        completion_tokens=sum(reply.usage.completion_tokens for reply in seen.replies),
    )


@dataclass
class _Seen:
    """What windows showed so far: of each its events and answer, in order."""

    parts: list[tuple[Event, ...]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: str = ""

    def add(self, reply: Reply, window: Window, asking: Asking) -> None:
        """Read what was answered about ``window``."""
        said = self.said(reply)
        read = read_events(said, window.end_s - window.begin_s, begin_s=window.begin_s)
        self.answers.append(said)
        self.notes += read.notes
        self.parts.append(read.events)
        if asking is Asking.EVENTS and not read.events and not _empty_list(said):
            self.notes.append(f"{_place(window)}: {_without_events(said)}")

    def said(self, reply: Reply) -> str:
        """The answer in ``reply``; empty if there is none, which is noted."""
        self.replies.append(reply)
        if cut := _CUT.get(reply.finish_reason):
            self.notes.append(cut)
        try:
            return split_reply(reply).text.strip()
        except UnreadableReplyError as error:
            self.notes.append(str(error))
            return ""


def _told(
    seer: Seer,
    windows: Sequence[Window],
    seen: _Seen,
    events: Sequence[Event],
    question: str,
    asking: Asking,
    on_text: OnText | None,
) -> str:
    """The answer in words, where one is wanted."""
    if asking is Asking.EVENTS:
        return ""
    if asking is Asking.MOMENT and events:
        return "\n".join(map(_happens, events))
    if len(windows) == 1:
        if windows[0].begin_s and seen.answers[0]:
            from_s = clock(windows[0].begin_s)
            seen.notes.append(f"Times in the answer, if any, count from {from_s}.")
        return seen.answers[0]
    if asking is Asking.MOMENT:
        return "\n".join([*dict.fromkeys(filter(None, seen.answers))][:_MOST_TOLD])
    parts = [
        f"{_place(window)}: {inert(answer) or '(nothing)'}"
        for window, answer in zip(windows, seen.answers, strict=False)
    ]
    if not seen.stopped:
        try:
            return seen.said(_together(seer, parts, question, on_text))
        except ModelError as error:
            seen.stopped = f"The answers about the parts were not put together: {error}"
    return "\n\n".join(parts)


def video_part(frames: Iterable[Frame], size: Size, fps: float) -> VideoPart:
    """``frames`` as they are sent, all of ``size``, with black beside those of another shape.

    They are taken one by one: all frames of a question at full size would fill the memory.
    """
    return VideoPart(tuple(_encoded(frame.image, size) for frame in frames), fps)


def _ask(
    seer: Seer, clip: Clip, window: Window, size: Size, words: str, on_text: OnText | None
) -> Reply:
    part = video_part(clip.frames(window.times_s), size, window.fps)
    timing = load_prompt("perception/video/timing").fill(
        length=clock(window.end_s - window.begin_s),
        count=str(window.count),
        step=f"{1 / window.fps:.2f}",
    )
    parts: list[Part] = [part]
    if frames_a_token(seer) == 1:  # single pictures: nothing but words tells when each one was
        parts = []
        for place, frame in enumerate(part.frames):
            parts += [TextPart(f"<{clock(place / window.fps)}>"), frame]
    return seer.ask(f"{timing}\n{words}", parts, max_tokens=MOST_REPLY, on_text=on_text)


def _words(question: str, asking: Asking) -> str:
    if asking is Asking.ANSWER:
        return load_prompt("perception/video/question").fill(question=inert(question))
    if asking is Asking.MOMENT:
        return load_prompt("perception/video/moment").fill(what=inert(question))
    if question:
        return load_prompt("perception/video/events_of").fill(what=inert(question))
    return load_prompt("perception/video/events").text


def _together(seer: Seer, parts: Sequence[str], question: str, on_text: OnText | None) -> Reply:
    words = load_prompt("perception/video/together").fill(
        parts="\n\n".join(parts), question=inert(question)
    )
    return seer.ask(words, max_tokens=MOST_REPLY, on_text=on_text)


def _place(window: Window) -> str:
    return f"{clock(window.begin_s)} – {clock(window.end_s)}"


def _happens(event: Event) -> str:
    """As the models are asked to say it, but in the times of the clip."""
    return f"The event happens in {clock(event.start_s)} - {clock(event.end_s)}."


def _without_events(said: str) -> str:
    words = " ".join(said.split())
    if not words:
        return "the model said nothing."
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return f'the model answered without events: "{shown}"'


def _empty_list(said: str) -> bool:
    return _EMPTY.fullmatch("".join(said.split())) is not None


def _encoded(image: Image.Image, size: Size) -> ImagePart:
    wanted = (size.width, size.height)
    ratio = (image.width * size.height) / (image.height * size.width)
    if 0.9 < ratio < 1.1:
        fitted = image.resize(wanted, Image.Resampling.BICUBIC)
    else:
        fitted = ImageOps.pad(image, wanted, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    fitted.save(buffer, "JPEG", quality=SIGHT_QUALITY, subsampling=2)
    return ImagePart(data=buffer.getvalue(), media_type="image/jpeg", size=size)
