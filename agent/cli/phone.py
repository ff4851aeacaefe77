"""``agent phone``: the virtual phone by itself."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Run or look at the virtual phone.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Scenario = Annotated[str, typer.Option(help="What it is like, such as dark,zh.")]
Seed = Annotated[int, typer.Option(help="Seed of its data.", min=0)]


@app.command()
def serve(
    *,
    port: Annotated[int, typer.Option(help="For adb connect; 0: any.", min=0, max=65535)] = 6555,
    server_port: Annotated[
        int, typer.Option(help="Its own small ADB server; 0: any.", min=0, max=65535)
    ] = 5038,
    seed: Seed = 0,
    scenario: Scenario = "default",
) -> None:
    """Run a virtual phone until Ctrl-C."""
    from agent.cli.signals import StopSignals
    from agent.phone_process import PhoneOptions, running_phone

    options = PhoneOptions(scenario=scenario, seed=seed, port=port, server_port=server_port)
    with StopSignals().installed(), running_phone(options) as phone:
        typer.echo(_how_to_connect(phone.adb_port, phone.server_port, scenario, seed))
        try:
            phone.wait()
        except KeyboardInterrupt:  # the way to end it, so no failure
            typer.echo("The virtual phone has ended.")


@app.command()
def screenshot(
    file: Annotated[Path, typer.Argument(help="PNG file to write.")],
    *,
    app_name: Annotated[str, typer.Option("--app", help="App to open first.")] = "",
    seed: Seed = 0,
    scenario: Scenario = "default",
) -> None:
    """Save what a fresh virtual phone shows."""
    from agent.config import Config
    from agent.wiring.devices import look_at_virtual_phone
    from tools.errors import UsageError

    config = Config(seed=seed, scenario=scenario, app=app_name)
    shot = look_at_virtual_phone(config)
    try:
        shot.image.save(file, "PNG")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{str(file)!r} cannot be written: {reason}.") from None
    typer.echo(f"{file}  {shot.size}")


def _how_to_connect(port: int, server_port: int | None, scenario: str, seed: int) -> str:
    here = f"127.0.0.1:{port}"
    server = f"127.0.0.1:{server_port}"
    return f"""\
The virtual phone is running (scenario {scenario}, seed {seed}). Ctrl-C ends it.

With adb:
  adb connect {here} && adb -s {here} shell
  agent run GOAL --device {here}
Without adb, through the phone's own ADB server:
  AGENT_ADB_SERVER={server} agent run GOAL --device {here}
  python -c "import adbutils; print(adbutils.AdbClient(port={server_port}).device_list())"
"""
