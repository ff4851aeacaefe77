"""``agent cache``: what is remembered of goals that were reached."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.plain import NARROW, json_text, plain, report_console, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from agent.step_cache import Entry

app = typer.Typer(
    name="cache",
    help="See what agent run --cache remembers of goals it has reached.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_entries(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False
) -> None:
    """List the goals that were reached and verified, oldest first."""
    from agent.config import load_config
    from agent.wiring.cache import cache_of

    cache = cache_of(load_config().config)
    found = cache.entries()
    if as_json:
        listed = [{"key": each.facts.key, **each.model_dump(mode="json")} for each in found]
        typer.echo(json_text(listed, indent=2))
    elif not found:
        typer.echo(
            f"Nothing is kept in {str(cache.folder)!r} yet. Goals that are checked are kept:"
        )
        typer.echo('agent run "turn on airplane mode" --expect "Airplane mode" --cache')
    else:
        console = report_console()
        console.print(_table(found, narrow=console.width < NARROW))
        typer.echo(f"\nThey are in {str(cache.folder)!r}.")


@app.command("explain")
def explain(
    goal: Annotated[str, typer.Argument(help="The goal, as it is given to agent run.")],
    *,
    device: Annotated[
        str | None, typer.Option("--device", help="ADB serial, HOST:PORT or 'virtual'.")
    ] = None,
    app_name: Annotated[str | None, typer.Option("--app", help="App that is opened first.")] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="What the virtual phone is like.")
    ] = None,
) -> int:
    """Say whether a goal would be reached from memory on a device, and why or why not."""
    from agent.config import load_config
    from agent.wiring.cache import look_up
    from agent.wiring.devices import open_device
    from agent.wiring.episode import check_goal

    config = load_config({"device": device, "app": app_name, "scenario": scenario}).config
    with open_device(config, notice=lambda text: typer.echo(text, err=True)) as found:
        facts, lookup = look_up(config, check_goal(goal), found)
    for name, value in facts.model_dump().items():
        typer.echo(f"{name.replace('_', ' '):12}{plain(str(value)) or 'unknown'}")
    typer.echo(plain(lookup.why))
    if lookup.entry is not None:
        for name, version in lookup.entry.apps.items():
            typer.echo(f"{'':12}{name} {version}")
    return 0 if lookup.entry is not None else 1


@app.command("clear")
def clear(
    key: Annotated[
        str, typer.Argument(metavar="[KEY]", help="The beginning of one key. Left out: all.")
    ] = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Forget one goal, or all of them."""
    from agent.config import load_config
    from agent.wiring.cache import cache_of
    from tools.errors import UsageError

    cache = cache_of(load_config().config)
    chosen = [each for each in cache.entries() if each.facts.key.startswith(key)]
    if key and len(chosen) != 1:
        what = f"{len(chosen)} keys begin with" if chosen else "No key begins with"
        raise UsageError(f"{what} {key!r}.", hint="See them with: agent cache list")
    if not key and chosen and not yes:
        if not sys.stdin.isatty():
            raise UsageError("Nobody is there to say yes.", hint="Add --yes.")
        what = "1 goal" if len(chosen) == 1 else f"{len(chosen)} goals"
        typer.confirm(f"Forget {what} in {str(cache.folder)!r}?", abort=True, err=True)
    for each in chosen:
        cache.drop(each.facts.key)
        typer.echo(f"Forgotten: {plain(shortened(each.facts.goal))}")
    if not chosen:
        typer.echo(f"Nothing is kept in {str(cache.folder)!r}.")
    return 0


def _table(found: "Sequence[Entry]", *, narrow: bool) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("KEY", no_wrap=True, style="cyan")
    table.add_column("GOAL", overflow="fold", ratio=3)
    table.add_column("STEPS", justify="right", no_wrap=True)
    if not narrow:
        table.add_column("WHERE", overflow="fold", ratio=2)
        table.add_column("KEPT (UTC)", no_wrap=True)
    for each in found:
        facts = each.facts
        where = " ".join(filter(None, (facts.kind, facts.size_class, facts.locale, facts.theme)))
        cells = [
            facts.key[:8],
            plain(shortened(facts.goal)),
            str(each.steps),
            plain(where),
            f"{each.kept:%Y-%m-%d %H:%M}",
        ]
        table.add_row(*cells[: len(table.columns)])
    return table
