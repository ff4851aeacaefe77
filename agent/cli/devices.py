"""``agent devices``: what can be driven."""

from typing import Annotated

import typer

from agent.cli.plain import json_text


def devices(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False
) -> None:
    """List the attached devices."""
    from dataclasses import asdict

    from agent.config import load_config
    from agent.wiring.devices import attached_devices, missing_server

    config = load_config().config
    found = attached_devices(config)
    if as_json:
        typer.echo(json_text([asdict(each) for each in found]))
        return
    if not found:
        why = missing_server(config) or "No device is attached"
        typer.echo(f"{why}. agent run starts the virtual phone then.")
        typer.echo("Attach one by USB with USB debugging on, or: adb connect HOST:PORT")
        return
    width = max(len(each.serial) for each in found)
    for each in found:
        typer.echo(f"{each.serial:{width}}  {each.state:12}  {each.model}".rstrip())
