"""What the commands that look at pictures share: their options, and the model they ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.perception.pictures import Picture
    from agent.perception.seer import Seer

Model = Annotated[
    str | None, typer.Option("--model", help="Model to ask: a name, a folder, or 'auto'.")
]
Server = Annotated[
    str | None,
    typer.Option("--server", help="Server of the model: an address, or vllm, ollama, openai, ..."),
]
Dialect = Annotated[
    str | None, typer.Option("--dialect", help="How the model is spoken to. Default: by its name.")
]
MaxPixels = Annotated[
    int | None, typer.Option("--max-pixels", help="Largest picture the model is shown.")
]
Screen = Annotated[
    bool, typer.Option("--screen", help="Look at the current screen of the device, too.")
]
Device = Annotated[
    str | None, typer.Option("--device", help="Device whose screen is looked at; see agent run.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@contextmanager
def seer_of(
    *, model: str | None, server: str | None, dialect: str | None, max_pixels: int | None = None
) -> Iterator["Seer"]:
    """The model that flags, environment and ``agent.toml`` name; closed at the end.

    Raises:
        ConfigError: There is none, or a setting is wrong.
        ModelError: It cannot be loaded or reached.
    """
    from agent.config import load_config
    from agent.wiring.models import find_seer

    flags = {"model": model, "server": server, "dialect": dialect, "max_pixels": max_pixels}
    config = load_config(flags).config
    seer = find_seer(config, tell)
    try:
        yield seer
    finally:
        seer.model.close()


def pictures_of(sources: list[str], *, screen: bool, device: str | None) -> list["Picture"]:
    """The pictures that were given, then the device's screen where it is asked for.

    Raises:
        PictureError: One of them cannot be used, or there is none.
        DeviceError: The screen cannot be had.
    """
    from agent.perception.pictures import PictureError, load_picture
    from agent.wiring.screens import screen_picture

    pictures = [load_picture(source) for source in sources]
    if screen or device is not None:
        pictures.append(screen_picture(device))
    if not pictures:
        raise PictureError(
            "There is nothing to look at.", hint="Name a picture, or add --screen or clipboard."
        )
    for note in (note for picture in pictures for note in picture.notes):
        tell(note)
    return pictures


def tell(note: str) -> None:
    """Say on standard error what a person should know beside the answer."""
    from agent.cli.plain import plain

    typer.echo(plain(note), err=True)
