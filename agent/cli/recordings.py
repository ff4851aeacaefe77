"""``agent recordings`` and ``agent show``: what was recorded."""

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
    from agent.recording.reader import RecordedStep, Recording

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

    from agent.cli.live import in_words

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
            in_words(each.stop) if each.stop is not None else "no end",
            str(each.steps),
            f"{each.duration_s:.1f} s",
            f"{each.started:%Y-%m-%d %H:%M}",
        ]
        style = "" if each.stop is not None else "red"
        table.add_row(*cells[: len(table.columns)], style=style)
    return table


def show(
    recording: Annotated[
        str, typer.Argument(help="Folder, its name, the start or end of it, or 'last'.")
    ],
    *,
    record_dir: RecordDir = None,
) -> None:
    """Show one recording, step by step."""
    from rich.text import Text

    from agent.cli.live import counted, field_line, in_words
    from agent.config import load_config
    from agent.recording.reader import find_recording, read_recording

    parent = load_config({"record_dir": record_dir}).config.record_dir
    found = read_recording(find_recording(recording, parent))
    console = report_console()
    start = found.start
    for label, text in (
        ("Recording", str(found.folder)),
        ("Goal", shortened(start.goal)),
        ("Started", f"{start.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("Device", f"{start.device.model} ({start.device.name}), {start.device.size}"),
        ("Policy", start.policy),
    ):
        console.print(Text.assemble((f"{label:10} ", "dim"), plain(text)), soft_wrap=True)
    console.print()
    console.print(_steps_table(found, narrow=console.width < NARROW))
    console.print()
    if found.end is not None:
        end = found.end
        steps = counted(end.steps, "step")
        said = f"{in_words(end.stop)}, {end.verdict.value}, {steps}, {end.duration_s:.1f} s"
        console.print(field_line("Stop", said))
        for label, text in (("Answer", end.answer), ("Reason", end.error)):
            if text:
                console.print(field_line(label, shortened(text)))
        if end.traceback:
            console.print(Text(plain(end.traceback.rstrip()), style="red"))
    for warning in found.warnings:
        console.print(Text(plain(f"Warning: {warning}"), style="yellow"))


def _steps_table(found: "Recording", *, narrow: bool) -> "Table":
    from rich.table import Table

    if narrow:
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right", style="dim")
        table.add_column(overflow="fold")
        for step in found.steps:
            number, screen, *rest = map(plain, _cells(step))
            table.add_row(number, "\n".join(filter(None, (f"[{screen}]", *rest))))
        return table
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    table.add_column("#", justify="right", width=3, style="dim")
    table.add_column("SCREEN", overflow="ellipsis", no_wrap=True, width=14)
    table.add_column("THOUGHT", overflow="fold", ratio=5)
    table.add_column("ACTION", overflow="fold", ratio=3, style="cyan")
    table.add_column("RESULT", overflow="fold", ratio=3)
    table.add_column("TIME", justify="right", width=7, style="dim")
    for step in found.steps:
        table.add_row(*map(plain, _cells(step)))
    return table


def _cells(step: "RecordedStep") -> tuple[str, ...]:
    import json

    from tools.action import describe_action

    seen, decision, result = step.observation, step.decision, step.result
    screen = "" if seen is None else (seen.activity.lstrip(".") or seen.app.rpartition(".")[2])
    action = ""
    if step.intent is not None:
        action = describe_action(step.intent.action)
    elif decision is not None and decision.call.name == "finish":
        action = "finish" if decision.call.arguments.get("success") else "give up"
    elif decision is not None:
        arguments = json.dumps(decision.call.arguments, ensure_ascii=False)
        action = f"{decision.call.name} {arguments}".removesuffix(" {}")
    said, spent = "", ""
    if result is not None:
        said = result.result or ("ok" if result.ok else result.error)
        timing = result.timing
        spent = f"{timing.observe_s + timing.decide_s + timing.act_s + timing.record_s:.2f} s"
    if decision is None:
        action = "(last look)"
    if step.mistakes:
        said = "\n".join(mistake.message for mistake in step.mistakes)
    feedback = seen.feedback if seen is not None else ""
    thought = decision.thought if decision is not None else ""
    told = f"[told: {feedback}]" if feedback else ""
    return (
        str(step.index + 1), screen, "\n".join(filter(None, (told, thought))), action, said, spent,
    )  # fmt: skip
