"""``agent recordings``: what was recorded."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import prune, recording_files
from agent.cli.plain import NARROW, json_text, plain, report_console, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from agent.recording.format import Summary

RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON list.")]

app = typer.Typer(
    name="recordings",
    help="List recordings, or check, thin out and scrub them.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def _recordings(
    context: typer.Context, *, record_dir: RecordDir = None, as_json: _AsJson = False
) -> None:
    """List recordings, or check, thin out and scrub them; without a command they are listed."""
    if context.invoked_subcommand is None:
        recordings(record_dir=record_dir, as_json=as_json)
    elif record_dir is not None or as_json:
        raise typer.BadParameter(f"Put options after {context.invoked_subcommand!r}, not before it")


@app.command("list")
def recordings(*, record_dir: RecordDir = None, as_json: _AsJson = False) -> None:
    """List the recordings, oldest first."""
    from agent.config import load_config
    from agent.recording.reader import list_recordings

    parent = load_config({"record_dir": record_dir}).config.record_dir
    found, problems = list_recordings(_folder(parent))
    if as_json:
        typer.echo(json_text([each.model_dump(mode="json") for each in found], indent=2))
    elif not found:
        typer.echo(f"No recordings in {str(parent)!r} yet. Make one with: agent run GOAL")
    else:
        console = report_console()
        console.print(_list_table(found, narrow=console.width < NARROW))
        typer.echo(f"\nThey are in {str(parent)!r}. Look at one with: agent show ID")
    for problem in problems:
        typer.echo(f"Left out: {problem}", err=True)


app.command("prune")(prune.prune)
app.command("verify")(recording_files.verify)
app.command("scrub")(recording_files.scrub)
app.command("schema")(recording_files.schema)


def _folder(parent: Path) -> Path:
    """``parent``, which need not be there yet.

    Raises:
        UsageError: It is there and is no folder, or its link leads nowhere.
    """
    from tools.errors import UsageError

    if os.path.lexists(parent) and not parent.is_dir():
        raise UsageError(f"{str(parent)!r} is no folder.", hint="Name one with --record-dir.")
    return parent


def _list_table(found: "Sequence[Summary]", *, narrow: bool) -> "Table":
    from rich.table import Table

    from agent.recording.account import ended

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("ID", no_wrap=True, style="cyan", min_width=6)
    table.add_column("GOAL", overflow="fold", min_width=6)
    table.add_column("STOP", overflow="fold")
    if not narrow:
        table.add_column("STEPS", justify="right", no_wrap=True)
        table.add_column("TIME", justify="right", no_wrap=True)
        table.add_column("STARTED (UTC)", no_wrap=True)
    for each in found:
        cells = [
            each.run.rpartition("-")[2],
            plain(shortened(each.goal)),
            ended(each),
            str(each.steps),
            f"{each.duration_s:.1f} s",
            f"{each.started:%Y-%m-%d %H:%M}",
        ]
        style = "" if each.stop is not None else "red"
        table.add_row(*cells[: len(table.columns)], style=style)
    return table
