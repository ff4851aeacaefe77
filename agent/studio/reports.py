"""Recordings as the studio shows them: listed, as a report, and as files to take along."""

import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agent.config import load_config
from agent.export.account import Exported
from agent.export.encode import write_gif, write_mp4
from agent.export.film import FilmOptions, plan_film
from agent.recording.account import ended
from agent.recording.format import Summary
from agent.recording.reader import Recording, find_recording, list_recordings, read_recording
from agent.report.build import write_single_page
from agent.wiring.training import Wish, write_training
from tools.errors import RecordingError

OnPart = Callable[[int, int], None]
Form = Literal["gif", "mp4", "zip"]
_GIF_WIDTH, _MP4_WIDTH, _MP4_FPS = 360, 540, 10.0


@dataclass
class Reports:
    """Reports and exports of one studio.

    Attributes:
        folder: Where they are written; removed with the studio.
    """

    folder: Path
    _pages: dict[str, Path] = field(default_factory=dict)

    def get(self, key: str) -> Path | None:
        """The page of a report that was made."""
        return self._pages.get(key)

    def make(self, name: str, on_part: OnPart) -> str:
        """Write the report of a recording, pictures and all in one page.

        Returns:
            The key of its page.

        Raises:
            UsageError: There is no such recording, or it cannot be read.
        """
        recording = read_recording(_find(name))
        key = secrets.token_urlsafe(9)
        done = write_single_page([recording], self.folder / f"{key}.html", on_part)
        self._pages[key] = done.page
        return key

    def export(self, name: str, form: Form, on_part: OnPart) -> Path:
        """Write a film of a recording, or all its files as one archive.

        Raises:
            UsageError: There is no such recording, or a film of it cannot be drawn.
            MissingExtraError: An MP4 needs the extra ``video``.
        """
        folder = _find(name)
        target = self.folder / secrets.token_urlsafe(9)
        target.mkdir()
        if form == "zip":
            made = shutil.make_archive(str(target / folder.name), "zip", folder.parent, folder.name)
            return Path(made)
        recording = read_recording(folder)
        path = target / f"{folder.name}.{form}"
        if form == "gif":
            write_gif(plan_film(recording, FilmOptions(width=_GIF_WIDTH)), path, on_part)
        else:
            film = plan_film(recording, FilmOptions(width=_MP4_WIDTH, fps=_MP4_FPS))
            write_mp4(film, path, _MP4_FPS, on_part)
        return path

    def train(
        self, names: Sequence[str], lesson: "Lesson", on_part: OnPart
    ) -> tuple[Path, Exported]:
        """Write samples to train models on, as one archive; and tell what is in it.

        Raises:
            UsageError: There is no such recording, or nothing to be learned from them.
        """
        folders = [str(_find(name)) for name in names]
        target = self.folder / secrets.token_urlsafe(9)
        out = target / f"{lesson.form}-{len(names)}"
        wish = Wish(lesson.form, out, lesson.dialect, lesson.everything)

        def followed(recordings: Sequence[Recording]) -> Iterator[Recording]:
            for number, each in enumerate(recordings):
                on_part(number, len(recordings))
                yield each

        done = write_training(folders, wish, load_config().config.record_dir, followed)
        made = shutil.make_archive(str(target / out.name), "zip", target, out.name)
        shutil.rmtree(out)
        return Path(made), done


@dataclass(frozen=True)
class Lesson:
    """How samples are written.

    Attributes:
        form: Name of a format.
        dialect: Name of a dialect; empty for the one that was recorded.
        everything: Whether runs that did not end well are taken, too.
    """

    form: str
    dialect: str = ""
    everything: bool = False


def _find(name: str) -> Path:
    return recording_named(name, load_config().config.record_dir)


def recording_named(name: str, parent: Path) -> Path:
    """The folder of the recording that is called so; a page names no other folders.

    Raises:
        RecordingError: There is none.
    """
    if name in {"", ".."} or Path(name).name != name:
        raise RecordingError(f"{name!r} is no name of a recording.")
    exactly = parent / name
    return exactly if exactly.is_dir() else find_recording(name, parent)


def listed() -> tuple[list[tuple[str, str]], list[str]]:
    """The recordings, latest first, as label and folder's name; and what was left out.

    Raises:
        UsageError: The folder of recordings cannot be read.
    """
    parent = load_config().config.record_dir
    if not parent.is_dir():
        return [], []
    found, problems = list_recordings(parent)
    return [(label(each), each.run) for each in reversed(found)], problems


def label(summary: Summary) -> str:
    """A recording in a line."""
    return (
        f"{summary.goal} · {ended(summary)}, {summary.steps} steps, {summary.duration_s:.0f} s · "
        f"{summary.started:%Y-%m-%d %H:%M} · {summary.run.rpartition('-')[2]}"
    )
