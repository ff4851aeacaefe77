"""``agent devices``: what can be driven."""

from typing import Annotated

import typer

from agent.cli.plain import json_text


def devices(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False
) -> None:
    """List the attached devices, and the desktop of this machine."""
    from dataclasses import asdict

    from agent.config import load_config
    from agent.wiring.devices import attached_devices, desktops, missing_server

    config = load_config().config
    phones, own = attached_devices(config), desktops()
    if as_json:
        typer.echo(json_text([asdict(each) for each in (*phones, *own)]))
        return
    if not phones:
        why = missing_server(config) or "No device is attached"
        typer.echo(f"{why}. agent run starts the virtual phone then.")
        typer.echo("Attach one by USB with USB debugging on, or: adb connect HOST:PORT")
    found = (*phones, *own)
    width = max((len(each.serial) for each in found), default=0)
    for each in found:
        typer.echo(f"{each.serial:{width}}  {each.state:12}  {each.model}".rstrip())
