"""A recording of our own as a clip: what was on the screen, at the time it was there."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from agent.perception.pictures import Picture, local_path, rgb
from agent.perception.video.clip import Clip, ClipFacts, Frame, VideoError, VideoFile
from agent.recording.format import EVENTS_FILE
from agent.recording.pictures import open_picture
from agent.recording.reader import Recording, read_recording

_STAYS_S = 1.0
"""How long the last screen is shown; nothing in a recording tells."""


class RecordedClip:
    """The screens of a recording, each from when it was seen until the next one was.

    Args:
        recording: As read.

    Raises:
        VideoError: No screen was recorded.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        seen = [step.observation for step in recording.steps if step.observation is not None]
        if not seen:
            raise VideoError(f"No screen is in the recording {str(recording.folder)!r}.")
        begin_s = seen[0].at_s
        self._times = [each.at_s - begin_s for each in seen]
        self._refs = [each.frame for each in seen]
        end_s = recording.end.at_s - begin_s if recording.end is not None else 0.0
        length_s = max(end_s, self._times[-1] + _STAYS_S)
        self.facts = ClipFacts(str(recording.folder), length_s, seen[0].size, 0.0)

    def frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
        """See ``Clip``."""
        for time_s in times_s:
            place = max(0, bisect_right(self._times, time_s + 1e-6) - 1)
            yield Frame(self._times[place], self._open(place))

    def _open(self, place: int) -> Image.Image:
        picture = open_picture(self._recording, self._refs[place])
        if picture.image is None:
            raise VideoError(picture.problem)
        return rgb(picture.image)


def last_screens(recording: Recording, most: int) -> tuple[Picture, ...]:
    """The last screens of a recording, or of a run so far, oldest first.

    A screen that did not change from one step to the next is there once. One whose picture cannot
    be read is left out.

    Args:
        recording: As read.
        most: How many at most.
    """
    seen = [step.observation for step in recording.steps if step.observation is not None]
    frames = [
        each.frame
        for place, each in enumerate(seen)
        if not place or each.frame.sha256 != seen[place - 1].frame.sha256
    ]
    opened = (open_picture(recording, frame) for frame in frames[-most:])
    return tuple(
        Picture(f"screen {number}", rgb(found.image))
        for number, found in enumerate(opened, 1)
        if found.image is not None
    )


def open_clip(path: Path) -> Clip:
    """The clip at ``path``: a video file, or the folder of a recording; ``~`` is the home folder.

    Raises:
        VideoError: It cannot be used.
        PictureError: It is no path.
        RecordingError: It is a recording that cannot be read.
        MissingExtraError: PyAV is needed and not installed.
    """
    path = local_path(str(path))
    if (path / EVENTS_FILE).is_file():
        return RecordedClip(read_recording(path))
    return VideoFile(path)
