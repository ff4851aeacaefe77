"""``agent export --format``: recordings as samples to train models on."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agent.export.account import Exported
    from agent.recording.reader import Recording
    from agent.wiring.training import Wish


def write_training(names: "Sequence[str]", wish: "Wish", record_dir: Path | None) -> None:
    """Write the recordings called ``names`` as training data, and say what became of it.

    Raises:
        UsageError: A name, a format, a dialect or a number is wrong, the folder is not empty, or
            none of the recordings can be exported.
    """
    from agent.config import load_config
    from agent.wiring.training import write_training as write

    parent = load_config({"record_dir": record_dir}).config.record_dir
    _tell(write(names, wish, parent, _followed), wish.out)


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

    said = (
        f"{counted(done.samples, 'sample')} with {counted(done.pictures, 'picture')} "
        f"from {counted(len(done.taken), 'recording')} in {str(out)!r}"
    )
    typer.echo(plain(said))
    for each in done.left_out:
        typer.echo(f"Left out: {plain(each.run)}: {plain(each.why)}.", err=True)
    if masked := done.masked:
        typer.echo(f"In {counted(masked, 'picture')} a secret is painted over.", err=True)
