"""``agent doctor``: looks for what could keep a run from working, and says how to mend it."""

import typer

from agent.cli.plain import plain, report_console


def doctor() -> int:
    """Check this machine and say how to mend it."""
    from rich.table import Table
    from rich.text import Text

    from agent.wiring.findings import Grade, examine

    console = report_console()
    marks = {
        Grade.GOOD: ("✓", "green"),
        Grade.NOTE: ("·", "yellow"),
        Grade.BAD: ("✗", "bold red"),
    }
    bad = 0
    for finding in examine():
        mark, style = marks[finding.grade]
        bad += finding.grade is Grade.BAD
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style=style)
        grid.add_column(width=16)
        grid.add_column(overflow="fold")
        grid.add_row(mark, finding.about, plain(finding.what))
        if finding.mend:
            grid.add_row("", "", Text.assemble(("→ ", style), plain(finding.mend)))
        console.print(grid)
    typer.echo()
    typer.echo(f"{bad} to mend." if bad else "Ready: agent run GOAL will work here.")
    return 1 if bad else 0
