"""``agent doctor``: looks for what could keep a run from working, and says how to mend it."""

import typer


def doctor() -> int:
    """Check this machine and say how to mend it."""
    from rich.console import Console
    from rich.text import Text

    from agent.cli.findings import Grade, examine

    console = Console(highlight=False, markup=False)
    marks = {
        Grade.GOOD: ("✓", "green"),
        Grade.NOTE: ("·", "yellow"),
        Grade.BAD: ("✗", "bold red"),
    }
    bad = 0
    for finding in examine():
        mark, style = marks[finding.grade]
        bad += finding.grade is Grade.BAD
        console.print(Text.assemble((f"{mark} ", style), f"{finding.about:16} {finding.what}"))
        if finding.mend:
            console.print(Text.assemble(" " * 19, ("→ ", style), finding.mend))
    typer.echo()
    typer.echo(f"{bad} to mend." if bad else "Ready: agent run GOAL will work here.")
    return 1 if bad else 0
