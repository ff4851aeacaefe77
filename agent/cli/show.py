"""``agent show``: one recording, or one step of it, in the terminal or as Markdown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.plain import NARROW, plain, report_console, shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from agent.cli.show_facts import Fact
    from agent.recording.account import State
    from agent.recording.reader import RecordedStep, Recording

RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]


def show(
    recording: Annotated[
        str, typer.Argument(help="Folder, its name, the start or end of it, or 'last'.")
    ],
    *,
    step: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Show this step in full, reply and all.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--md", help="Print Markdown for pasting into an issue.")
    ] = False,
    record_dir: RecordDir = None,
) -> None:
    """Show one recording, step by step."""
    from agent.cli.show_facts import outcome_facts, run_facts, step_facts
    from agent.cli.show_markdown import run_markdown, step_markdown
    from agent.config import load_config
    from agent.recording.reader import find_recording, read_recording

    parent = load_config({"record_dir": record_dir}).config.record_dir
    found = read_recording(find_recording(recording, parent))
    if step is not None:
        chosen = _chosen(found, step)
        if markdown:
            typer.echo(plain(step_markdown(found, chosen)))
        else:
            _print_facts(report_console(), step_facts(found, chosen), whole=True)
        return
    if markdown:
        typer.echo(plain(run_markdown(found)))
        return
    console = report_console()
    _print_facts(console, run_facts(found))
    console.print()
    if found.steps:
        console.print(_steps_table(found, narrow=console.width < NARROW))
        console.print()
    _print_facts(console, outcome_facts(found))


def _chosen(found: "Recording", number: int) -> "RecordedStep":
    """The step that people call ``number``, from 1.

    Raises:
        UsageError: There is none.
    """
    from tools.errors import UsageError

    for step in found.steps:
        if step.index + 1 == number:
            return step
    last = found.steps[-1].index + 1 if found.steps else 0
    hint = f"They go from 1 to {last}." if last else "The run ended before the first."
    raise UsageError(f"There is no step {number} in {found.folder.name!r}.", hint=hint)


def _print_facts(console: "Console", facts: "tuple[Fact, ...]", *, whole: bool = False) -> None:
    """Print what is told, long texts shortened unless they are asked for ``whole``."""
    from rich.text import Text

    from agent.cli.live import field_line

    for fact in facts:
        if fact.tone == "warning":
            console.print(Text(plain(f"{fact.label}: {fact.text}"), style="yellow"))
        elif fact.tone:
            console.print(Text(f"{fact.label}", style="dim"))
            console.print(Text(plain(fact.text.rstrip()), style=_TONES[fact.tone]))
        elif fact.label == "Recording":  # a path that is broken in two cannot be copied
            line = Text.assemble((f"{fact.label:10} ", "dim"), plain(fact.text))
            console.print(line, soft_wrap=True)
        else:
            console.print(field_line(fact.label, fact.text if whole else shortened(fact.text)))


_TONES = {"verbatim": "", "bad": "red"}
_STYLES = {"done": "", "look": "dim", "open": "yellow"}


def _steps_table(found: "Recording", *, narrow: bool) -> "Table":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from agent.cli.brief import Brief
    from agent.recording.account import failing_place, states

    failing, told = failing_place(found), states(found)
    rows = []
    for place, (step, state) in enumerate(zip(found.steps, told, strict=True)):
        number, *texts, said, spent = map(plain, _cells(step, state))
        answered = state == "done" and not step.mistakes
        rest = [*texts, Brief(Text(said)) if answered else said, spent]
        style = "red" if place == failing else _STYLES.get(state, "magenta")
        rows.append((f"✗ {number}" if place == failing else number, rest, style))
    if narrow:
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right", style="dim")
        table.add_column(overflow="fold")
        for number, (screen, *rest), style in rows:
            cells = [f"[{screen}]", *(each for each in rest if each)]
            table.add_row(number, Group(*cells), style=style)
        return table
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    table.add_column("#", justify="right", width=5, style="dim")
    table.add_column("SCREEN", overflow="ellipsis", no_wrap=True, width=14)
    table.add_column("THOUGHT", overflow="fold", ratio=5)
    table.add_column("ACTION", overflow="fold", ratio=3, style="cyan")
    table.add_column("RESULT", overflow="fold", ratio=3)
    table.add_column("TIME", justify="right", width=9, style="dim")
    for number, rest, style in rows:
        table.add_row(number, *rest, style=style)
    return table


def _cells(step: "RecordedStep", state: "State") -> tuple[str, ...]:
    from agent.cli.show_facts import rung_said
    from agent.recording.account import deed, screen_name, spent_s

    action = "(last look)" if state == "look" else deed(step)
    if step.rung is not None:
        action += f"\n[{rung_said(step.rung)}]"
    said = ""
    if state == "open":
        said = "not over: the run ended in this step"
    elif step.result is not None:
        said = step.result.result or ("ok" if step.result.ok else step.result.error)
    if step.mistakes:
        said = "\n".join(mistake.message for mistake in step.mistakes)
    if state == "denied":
        said = f"denied: {said}"
    spent = f"{spent_s(step):.2f} s" if step.result is not None else ""
    used = sum(reply.reply.usage.completion_tokens for reply in step.responses)
    read = sum(reply.reply.usage.prompt_tokens for reply in step.responses)
    if used or read:
        spent += f"\n{read}+{used} t"
    feedback = step.observation.feedback if step.observation is not None else ""
    told = f"[told: {feedback}]" if feedback else ""
    thought = step.decision.thought if step.decision is not None else ""
    return (
        str(step.index + 1), screen_name(step), "\n".join(filter(None, (told, thought))), action,
        said, spent,
    )  # fmt: skip
