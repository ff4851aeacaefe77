"""``agent recordings prune``: which recordings may go, told before they go."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.amounts import seconds, size_bytes, size_in_words
from agent.cli.plain import plain, report_console, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from agent.recording.prune import Stored


def prune(
    *,
    keep: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Keep the N newest at most.")
    ] = None,
    older_than: Annotated[
        float | None,
        typer.Option(parser=seconds, metavar="SPAN", help="Remove older ones, such as 30d or 12h."),
    ] = None,
    max_size: Annotated[
        int | None,
        typer.Option(
            parser=size_bytes, metavar="SIZE", help="Remove the oldest beyond, such as 2GB."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    record_dir: Annotated[Path | None, typer.Option(help="Folder that recordings are in.")] = None,
) -> None:
    """Remove old recordings, as far as you say.

    A recording that breaks any of the bounds goes. A run that still goes on stays, and so does
    whatever is no recording that can be read.
    """
    from agent.config import load_config
    from agent.recording.prune import Bounds, plan_prune, remove, sweep
    from tools.errors import UsageError

    bounds = Bounds(keep, older_than, max_size)
    if bounds == Bounds():
        raise UsageError(
            "Nothing is said of what may stay.", hint="Add --keep, --older-than or --max-size."
        )
    parent = load_config({"record_dir": record_dir}).config.record_dir
    plan = plan_prune(parent, bounds, datetime.now(UTC))
    for problem in plan.problems:
        typer.echo(f"Left alone: {plain(problem)}", err=True)
    for each in plan.stay:
        if each.running:
            typer.echo(f"Left alone: {plain(each.folder.name)} still goes on.", err=True)
    if not plan.go:
        typer.echo(f"Nothing goes; {len(plan.stay)} stay in {str(parent)!r}.")
        return
    report_console().print(_table(plan.go))
    freed = size_in_words(sum(each.size_bytes for each in plan.go))
    typer.echo(f"\n{len(plan.go)} go ({freed}), {len(plan.stay)} stay in {str(parent)!r}.")
    if dry_run:
        typer.echo("Nothing was removed: this is a dry run.")
        return
    if not yes:
        _ask(len(plan.go))
    sweep(parent)
    for each in plan.go:
        remove(each)
    typer.echo(f"Removed {len(plan.go)}.")


def _ask(count: int) -> None:
    from tools.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to say yes.", hint="Add --yes, or look with --dry-run.")
    what = "this recording" if count == 1 else f"these {count} recordings"
    if not typer.confirm(f"Remove {what} for good?"):
        raise typer.Exit(1)


def _table(going: "Sequence[Stored]") -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("ID", no_wrap=True, style="cyan", min_width=6)
    table.add_column("GOAL", overflow="fold", min_width=6)
    table.add_column("STARTED (UTC)", no_wrap=True)
    table.add_column("SIZE", justify="right", no_wrap=True)
    for each in going:
        table.add_row(
            each.summary.run.rpartition("-")[2],
            plain(shortened(each.summary.goal)),
            f"{each.summary.started:%Y-%m-%d %H:%M}",
            size_in_words(each.size_bytes),
        )
    return table
