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
def serve(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    *,
    port: Annotated[int, typer.Option(help="For adb connect; 0: any.", min=0, max=65535)] = 6555,
    server_port: Annotated[
        int, typer.Option(help="Its own small ADB server; 0: any.", min=0, max=65535)
    ] = 5038,
    seed: Seed = 0,
    scenario: Scenario = "default",
    web: Annotated[
        bool, typer.Option("--web", help="Show it in the browser too, to touch with the mouse.")
    ] = False,
    web_port: Annotated[
        int | None, typer.Option(help="Port of that page. Default: any.", min=0, max=65535)
    ] = None,
    web_host: Annotated[
        str | None, typer.Option(help="Address that page listens at. Default: this machine only.")
    ] = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the page's address, open no browser.")
    ] = False,
) -> None:
    """Run a virtual phone until Ctrl-C, in the browser too with --web."""
    from contextlib import ExitStack

    from agent.cli.signals import StopSignals
    from agent.phone_process import PhoneOptions, running_phone

    options = PhoneOptions(scenario=scenario, seed=seed, port=port, server_port=server_port)
    with StopSignals().installed(), ExitStack() as stack:
        phone = stack.enter_context(running_phone(options))
        typer.echo(_how_to_connect(phone.adb_port, phone.server_port, scenario, seed))
        if web or web_port is not None or web_host is not None:
            from agent.cli.record import show_page
            from agent.wiring.phone_page import phone_page

            named = f"Virtual phone · {scenario}, seed {seed}"
            place = {} if web_host is None else {"host": web_host}
            page = stack.enter_context(phone_page(phone, named, port=web_port or 0, **place))
            show_page(page.url, browse=not no_open)
        try:
            phone.wait(told=_complain)
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

    if file.suffix.lower() != ".png":
        raise UsageError(f"{str(file)!r} is no name for a screenshot.", hint="Name a file *.png.")
    config = Config(seed=seed, scenario=scenario, app=app_name)
    shot = look_at_virtual_phone(config)
    try:
        shot.image.save(file, "PNG")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{str(file)!r} cannot be written: {reason}.") from None
    typer.echo(f"{file}  {shot.size}")


def _complain(text: str) -> None:
    """Say what the phone itself says, such as the traceback of an app that failed."""
    typer.echo(text, err=True, nl=False)


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
