"""A clip to look into: a video file, frame by frame or far apart, however long it is."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from PIL import Image

from tools.errors import MissingExtraError, UsageError
from tools.geometry import Size

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

_FAR_S: Final = 3.0
"""A frame that is further ahead is jumped to; what is nearer is decoded through. Key frames are
mostly 2 to 10 s apart, and a jump decodes from the one before."""
_BACK_S: Final = 4.0
"""How much earlier is looked where a jump lands too late, as in MPEG-TS; doubled each time."""
_TAIL_S: Final = 60.0
"""How much of the end is read to find the last frame."""
_UNKNOWN_FPS: Final = 25.0


class VideoError(UsageError):
    """A clip that was given cannot be used."""


@dataclass(frozen=True)
class ClipFacts:
    """What is known of a clip before its frames are read.

    Attributes:
        name: What it was given as.
        duration_s: From its first to the end of its last frame.
        size: Of its frames, upright, in px.
        fps: Frames per second on average; of a recording, 0: it has a frame where one was taken.
    """

    name: str
    duration_s: float
    size: Size
    fps: float


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture of a clip.

    Attributes:
        at_s: When it is shown, in seconds from the clip's first frame.
        image: RGB, upright.
    """

    at_s: float
    image: Image.Image


class Clip(Protocol):
    """Pictures with times."""

    @property
    def facts(self) -> ClipFacts:
        """What is known of it."""
        ...

    def frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
        """The frame that is on the screen at each of ``times_s``, which ascend.

        Raises:
            VideoError: There is none that can be read.
        """
        ...


class VideoFile:
    """A file that PyAV reads (extra ``video``).

    Args:
        path: The file.
        name: How it is called in messages; empty for its path.

    Raises:
        MissingExtraError: PyAV is not installed.
        VideoError: It is missing, empty, no video, or has no frames.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self._path, self._name = path, name or str(path)
        _require_file(path, self._name)
        with self._opened() as container:
            first = next(_decoded(container), None)
            if first is None:
                raise VideoError(f"{self._name!r} has no frames.", hint="Is it the whole file?")
            self._begin_s = first.time or 0.0
            stream = container.streams.video[0]
            fps = float(stream.average_rate or stream.guessed_rate or _UNKNOWN_FPS)
            told_s = _told_end_s(container)
        last_s = self._last_s(from_s=told_s - _TAIL_S) or self._last_s(from_s=0.0)
        length_s = max(last_s - self._begin_s, 0.0) + 1 / fps
        upright = _upright(first).size
        self.facts = ClipFacts(self._name, length_s, Size(width=upright[0], height=upright[1]), fps)

    def frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
        """See ``Clip``; after a damaged stretch the frame before it stands for it."""
        with self._opened() as container:
            decoder = _decoded(container)
            shown: VideoFrame | None = None
            coming = next(decoder, None)
            far_s = _FAR_S
            for time_s in times_s:
                wanted = time_s + self._begin_s
                if coming is not None and wanted - _at(coming) > far_s:
                    passed_s = _at(coming)
                    decoder, coming = self._jumped(container, wanted)
                    if coming is None or _at(coming) <= passed_s:
                        far_s *= 2  # nothing was left out: key frames are further apart here
                while coming is not None and (shown is None or _at(coming) <= wanted + 1e-6):
                    shown, coming = coming, next(decoder, None)
                if shown is None:
                    raise VideoError(f"No frame of {self._name!r} can be read.")
                yield Frame(max(0.0, _at(shown) - self._begin_s), _upright(shown))

    def _jumped(
        self, container: "InputContainer", to_s: float
    ) -> tuple[Iterator["VideoFrame"], "VideoFrame | None"]:
        """The frames from a key frame at or before ``to_s`` on, and the first of them."""
        back_s = 0.0
        while True:
            _jump(container, to_s - back_s)
            decoder = _decoded(container)
            first = next(decoder, None)
            there = first is not None and _at(first) <= to_s + 1e-6
            if there or to_s - back_s < self._begin_s:
                return decoder, first
            back_s = max(_BACK_S, back_s * 2)

    def _last_s(self, *, from_s: float) -> float:
        """When the last packet is shown; 0 if none is found from ``from_s`` on.

        What a file says of its length is not enough: MKV counts from 0, MP4 from the first frame,
        a torn file tells what it once was, and some tell nothing.
        """
        with self._opened() as container:
            stream = container.streams.video[0]
            if from_s > 0:
                _jump(container, from_s)
            times = [
                float(packet.pts * packet.time_base)
                for packet in container.demux(stream)
                if packet.pts is not None and packet.time_base is not None
            ]
        return max(times, default=0.0)

    @contextmanager
    def _opened(self) -> Iterator["InputContainer"]:
        try:
            import av
        except ImportError:
            raise MissingExtraError("Looking into a video", "video") from None
        try:
            with av.open(str(self._path), metadata_errors="replace") as container:
                if not container.streams.video:
                    raise VideoError(
                        f"{self._name!r} has no pictures, only sound or nothing.",
                        hint="Give it a video.",
                    )
                if container.format.name.endswith("_pipe"):  # FFmpeg's name for single pictures
                    raise VideoError(
                        f"{self._name!r} is a picture, and no video.",
                        hint="Ask about it with: agent ask",
                    )
                container.streams.video[0].thread_type = "AUTO"
                yield container
        except av.error.FFmpegError as error:
            reason = error.strerror or str(error)
            raise VideoError(
                f"{self._name!r} cannot be read as a video: {reason}.",
                hint="Does it play elsewhere? MP4, WebM, MKV, MOV and GIF are read.",
            ) from None


def _require_file(path: Path, name: str) -> None:
    if re.match(r"https?:/", name, re.IGNORECASE) and not path.exists():
        raise VideoError(f"{name!r} is an address, and no file.", hint="Fetch it: curl -O ADDRESS")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise VideoError(
            f"The video {name!r} cannot be read: {error.strerror or error}.",
            hint="Is the path right?",
        ) from None
    if path.is_dir():
        raise VideoError(f"{name!r} is a folder, and no recording.", hint="Name a video.")
    if size == 0:
        raise VideoError(f"{name!r} is empty, 0 bytes.", hint="Give it a video.")


def _decoded(container: "InputContainer") -> Iterator["VideoFrame"]:
    """The frames from where ``container`` stands on; damaged ones are left out."""
    import av

    stream = container.streams.video[0]
    for packet in container.demux(stream):
        try:
            yield from (frame for frame in packet.decode() if isinstance(frame, av.VideoFrame))
        except av.error.InvalidDataError:
            continue


def _jump(container: "InputContainer", to_s: float) -> None:
    """Go on at the key frame before ``to_s``, or somewhat later."""
    stream = container.streams.video[0]
    if stream.time_base is not None:
        container.seek(int(max(to_s, 0.0) / stream.time_base), stream=stream, backward=True)


def _told_end_s(container: "InputContainer") -> float:
    """Where the file says that it ends, or somewhat later; 0 if it says nothing."""
    stream = container.streams.video[0]
    length_s = float(container.duration / 1_000_000) if container.duration else 0.0
    if stream.duration and stream.time_base:
        length_s = max(length_s, float(stream.duration * stream.time_base))
    return length_s


def _at(frame: "VideoFrame") -> float:
    return frame.time if frame.time is not None else 0.0


def _upright(frame: "VideoFrame") -> Image.Image:
    """The picture in RGB, turned as the camera says."""
    image: Image.Image = frame.to_image()
    turn: Any = getattr(frame, "rotation", 0)  # PyAV tells it from version 14 on
    return image.rotate(turn, expand=True) if turn % 360 else image
