"""``agent export --format``: recordings as samples to train models on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from agent.export.account import Exported, LeftOut
    from agent.export.form import Form
    from agent.recording.reader import Recording
    from tools.registry import Registry


@dataclass(frozen=True)
class Wish:
    """What the person asked for.

    Attributes:
        form: Name of a format.
        out: Where to.
        dialect: Name of a dialect; empty for the one that was recorded.
        everything: Whether runs that did not end well are wanted.
        max_pixels: Largest area of a picture; 0 for the dialect's own.
    """

    form: str
    out: Path
    dialect: str = ""
    everything: bool = False
    max_pixels: int = 0


def write_training(names: "Sequence[str]", wish: Wish, record_dir: Path | None) -> None:
    """Write the recordings called ``names`` as training data, and say what became of it.

    Raises:
        UsageError: A name, a format, a dialect or a number is wrong, the folder is not empty, or
            none of the recordings can be exported.
    """
    from agent.config import load_config
    from agent.dialects.choose import dialect_named
    from agent.export.account import Plan
    from agent.export.training import (
        export_training,
        recorded_dialect,
        require_empty,
        require_fitting,
        sort_out,
    )

    form = _form(wish)
    require_empty(wish.out)
    if wish.dialect:
        require_fitting(dialect_named(wish.dialect), form)
    parent = load_config({"record_dir": record_dir}).config.record_dir
    read, unread = _read(names, parent)
    good, left_out = sort_out(read, everything=wish.everything, unread=unread)
    dialect = dialect_named(wish.dialect or recorded_dialect(form, good))
    plan = Plan(form, dialect, wish.max_pixels)
    done = export_training(_followed(good), plan, _offered(), wish.out, left_out=left_out)
    _tell(done, wish.out)


def _form(wish: Wish) -> "Form":
    from agent.config import did_you_mean
    from agent.export.training import FORMS
    from tools.errors import ConfigError

    form = FORMS.get(wish.form.strip().lower().replace("_", "-"))
    if form is None:
        known = list(FORMS)
        raise ConfigError(f"There is no format {wish.form!r}.", hint=did_you_mean(wish.form, known))
    if wish.max_pixels < 0:
        raise ConfigError(
            f"A picture cannot have {wish.max_pixels} pixels.", hint="0 is the dialect's own size."
        )
    return form


def _read(names: "Sequence[str]", parent: Path) -> "tuple[list[Recording], list[LeftOut]]":
    """Each recording once, and those that are there but cannot be read."""
    from agent.export.account import LeftOut
    from agent.recording.reader import find_recording, read_recording
    from tools.errors import RecordingError

    folders = dict.fromkeys(find_recording(name, parent).resolve() for name in names)
    found: list[Recording] = []
    unread: list[LeftOut] = []
    for folder in folders:
        try:
            found.append(read_recording(folder))
        except RecordingError as error:
            unread.append(LeftOut(folder.name, error.message.rstrip(".")))
    return found, unread


def _offered() -> "Callable[[Recording], Registry]":
    """The tools of this installation, as far as the device of a recording could do them."""
    from agent.config import load_config
    from agent.wiring.episode import build_registry
    from agent.wiring.seeing import as_offered_then

    registry = build_registry(load_config({}).config)

    def offered(recording: "Recording") -> "Registry":
        supports = recording.start.supports
        then = as_offered_then(registry, recording)
        return then if supports is None else then.offered(supports)

    return offered


def _followed(recordings: "Sequence[Recording]") -> "Iterable[Recording]":
    """``recordings``, with a bar on a terminal while they are gone through."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(
        recordings, "exporting", console=console, transient=True, disable=not console.is_terminal
    )


def _tell(done: "Exported", out: Path) -> None:
    from agent.cli.amounts import counted
    from agent.cli.plain import plain

    masked = sum(each.lesson.masked for each in done.taken)
    said = (
        f"{counted(done.samples, 'sample')} with {counted(done.pictures, 'picture')} "
        f"from {counted(len(done.taken), 'recording')} in {str(out)!r}"
    )
    typer.echo(plain(said))
    for each in done.left_out:
        typer.echo(f"Left out: {plain(each.run)}: {plain(each.why)}.", err=True)
    if masked:
        typer.echo(f"In {counted(masked, 'picture')} a secret is painted over.", err=True)
