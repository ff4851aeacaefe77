"""``agent mcp``: a device for any client that speaks the Model Context Protocol."""

import os
import sys

import typer

from agent.cli.run import (
    Device,
    Dialect,
    Mask,
    Model,
    Policy,
    RecordDir,
    Scenario,
    Secret,
    Seed,
    Server,
    Tools,
    Yes,
)

_FOR_PROGRAMS = (
    "This speaks MCP, for programs: put the command 'agent mcp' into the settings of your client "
    "(docs/mcp.md). Ctrl-C ends it."
)


def mcp(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    *,
    device: Device = None,
    policy: Policy = None,
    model: Model = None,
    server: Server = None,
    dialect: Dialect = None,
    seed: Seed = None,
    scenario: Scenario = None,
    record_dir: RecordDir = None,
    tools: Tools = None,
    secret: Secret = None,
    mask: Mask = None,
    yes: Yes = False,
) -> None:
    """Serve a device to any MCP client, on standard input and output."""
    from agent.cli.signals import told_of_signals
    from agent.config import load_config
    from agent.mcp.server import serve_stdio, with_looking
    from agent.wiring.visit import Visits

    flags = {
        "device": device,
        "policy": policy,
        "model": model,
        "server": server,
        "dialect": dialect,
        "seed": seed,
        "scenario": scenario,
        "record_dir": record_dir,
        "tools": tuple(tools) if tools else None,
        "secrets": tuple(secret) if secret else None,
        "mask": tuple(mask) if mask else None,
        "approve": "always" if yes else None,
    }
    if sys.stdin is not None and sys.stdin.isatty():
        typer.echo(_FOR_PROGRAMS, err=True)
    config = with_looking(load_config(flags).config)
    with Visits(config, notice=lambda text: typer.echo(text, err=True)) as visits:
        visits.check()

        def stop(number: int) -> None:
            visits.close()
            # Nothing else ends the thread that waits for standard input.
            os._exit(128 + number)

        with told_of_signals(stop):
            serve_stdio(visits, config)
