"""``agent tasks``: what stands in task files, and whether it is sound."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.amounts import counted
from agent.cli.plain import NARROW, json_text, plain, report_console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from agent.suite.language.cases import Case, Collected
    from agent.suite.language.problem import Problem

app = typer.Typer(
    name="tasks",
    help="List, check or make task files, or print the schema for editors.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Task files, folders, patterns or ids of cases. Left out: the folder tasks.",
        show_default=False,
    ),
]
_Keywords = Annotated[
    str, typer.Option("-k", metavar="WORDS", help="Words in ids: 'dark and not zh'.")
]
_Tags = Annotated[str, typer.Option("--tags", metavar="TAGS", help="Tags: 'smoke or settings'.")]
_Shard = Annotated[str, typer.Option("--shard", metavar="I/N", help="One of several parts.")]


@app.command("list")
def list_cases(
    paths: _Paths = None,
    *,
    keywords: _Keywords = "",
    tags: _Tags = "",
    shard: _Shard = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> int:
    """List the cases of task files, one a line."""
    from agent.suite.language.select import Selection, parse_shard, select

    collected = collect_here(paths)
    if collected.problems:
        return tell_problems(collected.problems)
    part = parse_shard(shard) if shard else None
    cases = select(collected.cases, Selection(keywords=keywords, tags=tags, shard=part))
    if as_json:
        typer.echo(json_text([_as_json(case) for case in cases], indent=2))
    elif cases:
        console = report_console()
        if console.width < NARROW:
            console.print("\n".join(plain(case.id) for case in cases), soft_wrap=True)
        else:
            console.print(_table(cases))
        typer.echo(f"\n{counted(len(cases), 'case')}. The id of one: {plain(cases[0].id)}")
    if not cases:
        typer.echo("No case is selected.", err=True)
    return 0 if cases else 5


@app.command("lint")
def lint(
    paths: _Paths = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> int:
    """Check task files; each problem is told with its place."""
    collected = collect_here(paths)
    if as_json:
        typer.echo(
            json_text(
                [
                    {
                        "path": each.place.path,
                        "line": each.place.line,
                        "column": each.place.column,
                        "message": each.message,
                        "hint": each.hint,
                    }
                    for each in collected.problems
                ],
                indent=2,
            )
        )
    elif not collected.problems:
        files, cases = counted(collected.files, "file"), counted(len(collected.cases), "case")
        typer.echo(f"{files}, {cases}: no problems.")
    if not collected.problems:
        return 0
    return 2 if as_json else tell_problems(collected.problems)


@app.command("from")
def from_recording(
    recording: Annotated[
        str,
        typer.Argument(metavar="REC", help="Folder, its name, the start or end of it, or 'last'."),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="New file or folder. Left out: it is printed."),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the task. Left out: from the goal.")] = "",
    record_dir: Annotated[Path | None, typer.Option(help="Folder that recordings are in.")] = None,
) -> None:
    """Make a task of a recorded run: plain steps, and checks of what changed."""
    from agent.config import load_config
    from agent.recording.reader import find_recording, read_recording
    from agent.wiring.from_recording import task_of_recording, write_task

    config = load_config({"record_dir": record_dir} if record_dir is not None else {}).config
    found = read_recording(find_recording(recording, config.record_dir))

    def notice(text: str) -> None:
        typer.echo(text, err=True)

    derived = task_of_recording(found, name=name, out=out, notice=notice)
    if out is None:
        typer.echo(derived.text, nl=False)
    else:
        path = write_task(derived, out)
        steps = counted(len(derived.task.doing), "step")
        checks = counted(len(derived.task.checks), "check")
        typer.echo(f"{plain(str(path))}: {steps}, {checks}.")
    for remark in derived.remarks:
        typer.echo(plain(remark), err=True)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a task, for editors."""
    from agent.suite.language.schema import schema_text

    typer.echo(schema_text(), nl=False)


def collect_here(paths: "Sequence[str] | None") -> "Collected":
    """The cases of what was named, or of the folder ``tasks``, as seen from here.

    Raises:
        TaskError: A path leads nowhere, or there is no task file in any of them.
    """
    from agent.config import environment_keys
    from agent.suite.language.cases import collect
    from tools.errors import TaskError

    def variable(name: str) -> str | None:
        return environment_keys([name]).get(name)

    named = paths or ["tasks"]
    collected = collect(named, root=Path.cwd(), environment=variable)
    if not collected.files:
        told = ", ".join(named)
        raise TaskError(f"There is no task file in {told}.", hint="One is called *.task.yaml.")
    return collected


def tell_problems(problems: "Sequence[Problem]") -> int:
    """Print what is wrong with task files; the exit code for that."""
    from agent.suite.language.problem import at_most

    shown = at_most(problems)
    for each in shown:
        typer.echo(plain(" ".join(str(each).split())), err=True)
    more = len(problems) - len(shown)
    files = len({each.place.path for each in problems})
    told = f"{counted(len(problems), 'problem')} in {counted(files, 'file')}"
    typer.echo(f"{told}{f', {more} of them not shown' if more else ''}.", err=True)
    return 2


def _as_json(case: "Case") -> dict[str, object]:
    from agent.suite.language.fill import readable

    task = case.task
    goal = task.goal.text if task.goal is not None else ""
    return {
        "id": case.id,
        "path": case.place.path,
        "line": case.place.line,
        "name": task.name,
        "row": case.row,
        "description": task.description or "",
        "tags": list(task.tags),
        "goal": readable(goal),
        "steps": len(case.plan.steps),
        "checks": [each.check.question_name for each in case.plan.checks],
        "secrets": list(case.plan.secrets),
        "target": task.target.model_dump(mode="json", exclude_none=True),
        "solution": bool(case.plan.solution),
        "skip": task.skip or "",
    }


def _table(cases: "Sequence[Case]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("CASE", overflow="fold", style="cyan", ratio=3)
    table.add_column("DOES", no_wrap=True)
    table.add_column("CHECKS", justify="right")
    table.add_column("TAGS", overflow="fold", ratio=2)
    file = ""
    for case in cases:
        if case.place.path != file:  # ids are long, and the file is most of them
            file = case.place.path
            table.add_row(Text(plain(file), style="bold"))
        steps = "a goal" if case.task.goal else counted(len(case.plan.steps), "step")
        does = f"skipped: {case.task.skip}" if case.task.skip else steps
        table.add_row(
            f"  {plain(case.title)}",
            plain(does),
            str(len(case.plan.checks)),
            " ".join(case.task.tags),
        )
    return table
