"""A recording as a film: what was on the screen, where it was touched, and why.

A film is planned first, as shots without pictures, and then drawn one shot after another: however
long it is, one screen is in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from agent.export.caption import Caption, caption_height, draw_caption
from agent.export.pointer import draw_pointer
from agent.recording.account import deed, in_words, states
from agent.recording.format import FileRef
from agent.recording.marks import Mark, mark_of
from agent.recording.pictures import open_picture
from agent.recording.reader import RecordedStep, Recording
from tools.action import TypeText
from tools.errors import RecordingError
from tools.geometry import Size

_STILL = 0.45
"""Part of a step's time in which only the screen is seen."""
_GESTURE = 0.35
"""Part of it in which the finger moves; after that it rests."""
_NOTHING = (58, 63, 74)
_SCREEN_GROUND = (0, 0, 0)


@dataclass(frozen=True)
class FilmOptions:
    """How a film looks.

    Attributes:
        width: Of the film in px; made even.
        fps: Pictures per second while something moves.
        step_s: Seconds that one step is shown.
    """

    width: int = 360
    fps: float = 10.0
    step_s: float = 1.6


@dataclass(frozen=True)
class Shot:
    """One picture of the film, before it is drawn.

    Attributes:
        step: Number of the step as people count, from 1.
        frame: The screen; ``None`` if none was recorded.
        seconds: How long it is shown.
        progress: How far the gesture is, 0..1; ``None`` before it begins.
    """

    step: int
    frame: FileRef | None
    seconds: float
    caption: Caption
    mark: Mark | None = None
    progress: float | None = None


@dataclass
class Film:
    """A planned film.

    Attributes:
        shots: In order.
        size: Of every picture, in px; both sides even, as video wants it.
        problems: Pictures that could not be shown, one sentence each; filled while it is drawn.
    """

    recording: Recording
    shots: tuple[Shot, ...]
    size: Size
    problems: list[str] = field(default_factory=list)

    def draw(self, shots: tuple[Shot, ...] | None = None) -> Iterator[Image.Image]:
        """Draw ``shots``, by default all, one after another, in RGB."""
        screen: tuple[FileRef | None, Image.Image, float] | None = None
        for shot in self.shots if shots is None else shots:
            if screen is None or screen[0] is not shot.frame:
                screen = (shot.frame, *self._screen(shot))
            yield self._draw(shot, screen[1], screen[2])

    def _screen(self, shot: Shot) -> tuple[Image.Image, float]:
        """The device's frame as large as it fits, and film px per device px."""
        room = Size(
            width=self.size.width, height=self.size.height - caption_height(self.size.width)
        )
        problem = f"Step {shot.step} has no picture."
        if shot.frame is not None:
            picture = open_picture(self.recording, shot.frame)
            problem = picture.problem
            if picture.image is not None:
                image = picture.image
                scale = min(room.width / image.width, room.height / image.height)
                wide, high = max(1, round(image.width * scale)), max(1, round(image.height * scale))
                # reducing_gap halves in whole blocks first, which is most of the work saved.
                scaled = image.convert("RGB").resize(
                    (wide, high), Image.Resampling.LANCZOS, reducing_gap=2.0
                )
                self._tell(problem)
                return scaled, scale
        self._tell(problem)
        blank = Image.new("RGB", (room.width, room.height), _NOTHING)
        draw_caption(blank, Caption(problem), blank.height // 2)
        return blank, 0.0

    def _tell(self, problem: str) -> None:
        if problem and problem not in self.problems:
            self.problems.append(problem)

    def _draw(self, shot: Shot, screen: Image.Image, scale: float) -> Image.Image:
        canvas = Image.new("RGB", (self.size.width, self.size.height), _SCREEN_GROUND)
        top = self.size.height - caption_height(self.size.width)
        if shot.mark is not None and shot.progress is not None and scale:
            screen = draw_pointer(screen, shot.mark, shot.progress, scale)
        canvas.paste(screen, ((canvas.width - screen.width) // 2, (top - screen.height) // 2))
        draw_caption(canvas, shot.caption, top)
        return canvas


def plan_film(recording: Recording, options: FilmOptions) -> Film:
    """Plan the film of ``recording``.

    Raises:
        RecordingError: There is no step in it.
    """
    steps = [step for step in recording.steps if step.observation is not None]
    if not steps:
        raise RecordingError(
            f"{str(recording.folder)!r} has no step that could be shown: the run ended before "
            "the first look."
        )
    width = max(2, options.width // 2 * 2)
    sizes = [step.observation.size for step in steps if step.observation is not None]
    # All pictures of a film have one size: as high as the first screen, others are fitted in.
    high = round(width * sizes[0].height / sizes[0].width) // 2 * 2
    total = sum(state != "look" for state in states(recording))
    shots: list[Shot] = []
    for step in steps:
        shots += _shots_of(step, total, options)
    shots.append(_closing(recording, steps[-1], options))
    size = Size(width=width, height=max(2, high) + caption_height(width))
    return Film(recording=recording, shots=tuple(shots), size=size)


def _shots_of(step: RecordedStep, total: int, options: FilmOptions) -> Iterator[Shot]:
    seen = step.observation
    if seen is None:
        return
    number = step.index + 1
    thought = step.decision.thought if step.decision is not None else seen.feedback
    mark = mark_of(step.intent, seen.size)
    typed = (
        step.intent.action.text if step.intent and isinstance(step.intent.action, TypeText) else ""
    )
    place = f"{number}/{total} · " if number <= total else ""
    head = f"{place}{deed(step)}"
    moves = mark is not None or len(typed) > 1
    count = max(2, round(_GESTURE * options.step_s * options.fps)) if moves else 0
    still_s = options.step_s * (_STILL if moves else 1.0)
    first = f"{place}type" if typed else head
    yield Shot(number, seen.frame, still_s, Caption(first if moves else head, thought), mark)
    for drawn in range(count):
        progress = drawn / (count - 1)
        words = f"{first} {typed[: max(1, round(len(typed) * progress))]}" if typed else head
        last = drawn == count - 1
        rest_s = options.step_s * (1 - _STILL - _GESTURE) if last else 0.0
        seconds = options.step_s * _GESTURE / count + rest_s
        yield Shot(number, seen.frame, seconds, Caption(words, thought), mark, progress)


def _closing(recording: Recording, step: RecordedStep, options: FilmOptions) -> Shot:
    end = recording.end
    head, text = "no end: the run crashed", ""
    if end is not None:
        head, text = f"{in_words(end.stop)} · {end.verdict.value}", end.answer or end.error
    frame = step.observation.frame if step.observation is not None else None
    return Shot(step.index + 1, frame, options.step_s * 1.5, Caption(head, text))
