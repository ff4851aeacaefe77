"""``agent studio``: the web page."""

from threading import Event
from typing import Annotated

import typer

Port = Annotated[int, typer.Option(help="Of the page; 0: any.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address it listens at. Default: this machine only.")]
NoOpen = Annotated[
    bool, typer.Option("--no-open", help="Print the page's address, open no browser.")
]


def studio(*, port: Port = 0, host: Host = "127.0.0.1", no_open: NoOpen = False) -> None:
    """Open a web page to run, watch and steer, and to ask models."""
    from agent.cli.record import show_page
    from agent.cli.signals import StopSignals
    from agent.studio.studio import serve_studio

    with StopSignals().installed():
        try:
            with serve_studio(host=host, port=port, notice=_tell) as url:
                show_page(url, browse=not no_open)
                Event().wait()
        except KeyboardInterrupt:  # the way to end it, so no failure
            typer.echo("The studio has ended.")


def _tell(text: str) -> None:
    typer.echo(text, err=True)
