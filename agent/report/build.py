"""Writes a report: the page, its data and its pictures, so that it opens without any network."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from agent.recording.reader import Recording
from agent.report.gallery import Detail, Gallery, Shown
from agent.report.head import RunHead, duration, tell_head
from agent.report.place import (
    PAGE,
    SIGN,
    note_files,
    prepare_file,
    prepare_folder,
    refused,
)
from agent.report.story import PageRun, tell_steps

if TYPE_CHECKING:
    import jinja2

DEFAULT_MAX_MB = 25.0
"""What mail servers mostly take."""
_SCRIPTS = ("parts.js", "drawing.js", "step.js", "run.js", "page.js")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ODD = "replace"
"""What becomes of letters that no file can hold, such as halves of surrogate pairs."""
_DETAIL_SAID: dict[Detail, str] = {
    "large": "",
    "thumbnails": "Only thumbnails of the pictures are in this page: more would not fit into "
    "{max_mb:g} MB.",
    "none": "The pictures are not in this page: they would not fit into {max_mb:g} MB.",
}

OnPicture = Callable[[int, int], None]
"""Hears how many steps are taken in, of how many."""


@dataclass(frozen=True)
class Report:
    """What was written.

    Attributes:
        page: The file to open.
        size_bytes: Of all files together.
        problems: What is missing in it or was left out, one sentence each.
    """

    page: Path
    size_bytes: int
    problems: tuple[str, ...]


def write_report(
    recordings: Sequence[Recording], folder: Path, on_picture: OnPicture, *, force: bool = False
) -> Report:
    """Write a report of ``recordings`` into ``folder``, pictures as they were recorded.

    Raises:
        UsageError: It cannot be written there, or something else is there already.
        RecordingError: A recording names files outside of it.
    """
    prepare_folder(folder, force=force)
    gallery = Gallery(folder)
    try:
        runs, heads = _tell(recordings, gallery, on_picture)
        shown, _ = gallery.shown()
        note_files(folder, gallery.written)
        page = folder / PAGE
        page.write_text(_render(runs, heads, shown, ""), encoding="utf-8", errors=_ODD)
        sizes = [(folder / name).stat().st_size for name in {PAGE, *gallery.written}]
    except OSError as error:
        raise refused(folder, error) from error
    return Report(page, sum(sizes), tuple(gallery.problems))


def write_single_page(
    recordings: Sequence[Recording],
    path: Path,
    on_picture: OnPicture,
    *,
    max_mb: float = DEFAULT_MAX_MB,
    force: bool = False,
) -> Report:
    """Write a report of ``recordings`` as one file, its pictures in it and made small.

    Args:
        recordings: At least one.
        path: Named ``.html``.
        on_picture: Told of the progress.
        max_mb: What does not fit into so many MB is left out: first the large pictures, then all.
        force: Whether to overwrite a file that is no report.

    Raises:
        UsageError: It cannot be written there, or something else is there already.
        RecordingError: A recording names files outside of it.
    """
    prepare_file(path, force=force)
    is_new = not path.exists()
    gallery = Gallery(None, room=round(max_mb * 1e6))
    try:
        runs, heads = _tell(recordings, gallery, on_picture)
        bare = len(_render(runs, heads, {}, "").encode(errors=_ODD))
        gallery.room = max(0, round(max_mb * 1e6) - bare)
        shown, detail = gallery.shown()
        notice = _DETAIL_SAID[detail].format(max_mb=max_mb)
        path.write_text(_render(runs, heads, shown, notice), encoding="utf-8", errors=_ODD)
        size = path.stat().st_size
    except OSError as error:
        if is_new:  # what is no whole page would be taken for somebody's file the next time
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise refused(path, error) from error
    told = [*gallery.problems, *([notice] if notice else [])]
    if detail == "none" and size > max_mb * 1e6:
        told.append(f"Even without pictures the page has more than {max_mb:g} MB.")
    return Report(path, size, tuple(told))


def _tell(
    recordings: Sequence[Recording], gallery: Gallery, on_picture: OnPicture
) -> tuple[list[PageRun], list[RunHead]]:
    total = sum(len(found.steps) for found in recordings)
    runs: list[PageRun] = []
    heads: list[RunHead] = []
    done = 0
    for found in recordings:
        steps = []
        for step in tell_steps(found, gallery.add):
            steps.append(step)
            done += 1
            on_picture(done, total)
        config = json.dumps(found.start.config, ensure_ascii=False, indent=2)
        key = _free(found.folder.resolve().name, {run.key for run in runs})
        head = tell_head(found, tuple(steps), key, config)
        parts = {key: dict(value) for key, value in found.parts.items()}
        runs.append(PageRun(key=key, opened=head.opened, steps=tuple(steps), parts=parts))
        heads.append(head)
    return runs, heads


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with a number behind it: two folders may have one name."""
    tries = (f"{name}~{number}" if number else name for number in range(len(taken) + 1))
    return next(each for each in tries if each not in taken)


def _render(
    runs: Sequence[PageRun], heads: Sequence[RunHead], shown: Mapping[str, Shown], notice: str
) -> str:
    folder = files("agent.report") / "page"
    style = (folder / "page.css").read_text(encoding="utf-8")
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}\n}})();\n'
    return _template().render(
        sign=SIGN,
        policy=_policy(style, script),
        style=style,
        script=script,
        heads=heads,
        notice=notice,
        title=heads[0].goal if len(heads) == 1 else f"{len(heads)} runs",
        pictures=_as_data({key: each.model_dump() for key, each in shown.items()}),
        runs=[_as_data(run.model_dump(mode="json")) for run in runs],
    )


def _upright(value: object) -> object:
    """Text with the marks that turn the direction of writing written out, as the script does.

    What is marked as safe is the page's own, or JSON for that script.
    """
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _TURNING.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def _template() -> "jinja2.Template":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("agent.report", "page"),
        autoescape=True,
        finalize=_upright,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["duration"] = duration
    return environment.get_template("page.html.j2")


def _policy(style: str, script: str) -> str:
    """What the page may do: run its own script, show its own pictures, and reach nothing else."""
    own = "'self' file: data:"
    return (
        f"default-src 'none'; img-src {own}; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _as_data(value: object) -> str:
    """``value`` as JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
