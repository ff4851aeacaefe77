"""``agent run``: pursue one goal."""

from pathlib import Path
from typing import Annotated

import typer

Text = Annotated[str | None, typer.Option(metavar="NAME")]


def run(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    goal: Annotated[str, typer.Argument(help="What is to be done, in your words.")],
    *,
    device: Annotated[
        str | None,
        typer.Option(help="ADB serial, HOST:PORT or 'virtual'. Default: the one real device."),
    ] = None,
    policy: Annotated[str | None, typer.Option(help="Who decides: rules or scripted.")] = None,
    script: Annotated[
        Path | None, typer.Option(help="Decisions for the policy scripted (YAML or JSON).")
    ] = None,
    max_steps: Annotated[int | None, typer.Option(help="Give up after so many steps.")] = None,
    timeout: Annotated[
        float | None, typer.Option(help="Give up after so many seconds.", metavar="SECONDS")
    ] = None,
    app: Annotated[str | None, typer.Option(help="App to open first, by name or package.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the virtual phone.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="What the virtual phone is like, such as dark,zh.")
    ] = None,
    record_dir: Annotated[
        Path | None, typer.Option(help="Folder that recordings are put into.")
    ] = None,
    tools: Annotated[
        list[str] | None,
        typer.Option(help="Module with further tools; may be repeated.", metavar="MODULE"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Allow what a rule wants asked.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the first action, perform nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the last line only.")] = False,
) -> int:
    """Pursue a goal on a screen and record it."""
    from agent.cli.perform import Output, perform
    from agent.config import load_config

    loaded = load_config(
        {
            "device": device,
            "policy": policy,
            "script": script,
            "max_steps": max_steps,
            "timeout_s": timeout,
            "app": app,
            "seed": seed,
            "scenario": scenario,
            "record_dir": record_dir,
            "tools": tuple(tools) if tools else None,
            "approve": "always" if yes else None,
            "dry_run": dry_run or None,
        }
    )
    output = Output.JSON if as_json else Output.QUIET if quiet else Output.FULL
    return perform(goal, loaded, output)
