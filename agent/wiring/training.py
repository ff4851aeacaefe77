"""Recordings by their names as samples to train models on, with the tools of this installation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.config import did_you_mean, load_config
from agent.dialects.choose import dialect_named
from agent.export.account import Exported, LeftOut, Plan
from agent.export.form import Form
from agent.export.training import (
    FORMS,
    export_training,
    recorded_dialect,
    require_empty,
    require_fitting,
    sort_out,
)
from agent.recording.reader import Recording, find_recording, read_recording
from agent.wiring.episode import build_registry
from agent.wiring.seeing import as_offered_then
from tools.errors import ConfigError, RecordingError
from tools.registry import Registry

Follow = Callable[[Sequence[Recording]], Iterable[Recording]]
"""Passes recordings on, and shows how far they are gone through."""


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


def write_training(
    names: Sequence[str], wish: Wish, record_dir: Path, follow: Follow = iter
) -> Exported:
    """Write the recordings called ``names`` as training data.

    Args:
        names: Folders, their names, the start or end of one, or ``last``.
        wish: How, and where to.
        record_dir: Folder that recordings are in.
        follow: Told of the recordings as they are gone through.

    Raises:
        UsageError: A name, a format, a dialect or a number is wrong, the folder is not empty, or
            none of the recordings can be exported.
    """
    form = _form(wish)
    require_empty(wish.out)
    if wish.dialect:
        require_fitting(dialect_named(wish.dialect), form)
    read, unread = _read(names, record_dir)
    good, left_out = sort_out(read, everything=wish.everything, unread=unread)
    dialect = dialect_named(wish.dialect or recorded_dialect(form, good))
    plan = Plan(form, dialect, wish.max_pixels)
    return export_training(follow(good), plan, _offered(), wish.out, left_out=left_out)


def _form(wish: Wish) -> Form:
    form = FORMS.get(wish.form.strip().lower().replace("_", "-"))
    if form is None:
        known = list(FORMS)
        raise ConfigError(f"There is no format {wish.form!r}.", hint=did_you_mean(wish.form, known))
    if wish.max_pixels < 0:
        raise ConfigError(
            f"A picture cannot have {wish.max_pixels} pixels.", hint="0 is the dialect's own size."
        )
    return form


def _read(names: Sequence[str], parent: Path) -> tuple[list[Recording], list[LeftOut]]:
    """Each recording once, and those that are there but cannot be read."""
    folders = dict.fromkeys(find_recording(name, parent).resolve() for name in names)
    found: list[Recording] = []
    unread: list[LeftOut] = []
    for folder in folders:
        try:
            found.append(read_recording(folder))
        except RecordingError as error:
            unread.append(LeftOut(folder.name, error.message.rstrip(".")))
    return found, unread


def _offered() -> Callable[[Recording], Registry]:
    """The tools of this installation, as far as the device of a recording could do them."""
    registry = build_registry(load_config({}).config)

    def offered(recording: Recording) -> Registry:
        supports = recording.start.supports
        then = as_offered_then(registry, recording)
        return then if supports is None else then.offered(supports)

    return offered
