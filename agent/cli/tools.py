"""``agent tools``: what a model is offered."""

from typing import Annotated

import typer

from agent.cli.plain import json_text, report_console


def tools(
    *,
    modules: Annotated[
        list[str] | None,
        typer.Option(
            "--tools", metavar="MODULE", help="Module with further tools; may be repeated."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print them as OpenAI tool definitions.")
    ] = False,
) -> None:
    """List the tools that a model is offered."""
    from agent.config import load_config
    from agent.wiring.episode import build_registry
    from agent.wiring.seeing import told_of

    config = load_config({"tools": tuple(modules) if modules else None}).config
    plain = build_registry(config)
    registry = told_of(plain, config)
    if as_json:
        typer.echo(json_text(registry.openai_tools(), indent=2))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("TOOL", style="cyan", no_wrap=True)
    table.add_column("ARGUMENTS", overflow="fold")
    table.add_column("WHAT IT DOES", overflow="fold")
    for entry in registry:
        properties = entry.parameters.get("properties")
        required = entry.parameters.get("required")
        names = list(properties) if isinstance(properties, dict) else []
        needed = required if isinstance(required, list) else []
        shown = ", ".join(name if name in needed else f"[{name}]" for name in names)
        star = "" if entry.name in plain else " *"
        table.add_row(f"{entry.name}{star}", shown, entry.description.split("\n")[0])
    console = report_console()
    console.print(table)
    if len(registry) > len(plain):
        console.print("\n* only where a model decides; the setting seeing_tools names which")
