"""What the commands that look at pictures share: their options, and the model they ask."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from agent.config import Config
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
Screen = Annotated[bool, typer.Option("--screen", help="Look at the current screen of the device.")]
Device = Annotated[
    str | None, typer.Option("--device", help="Device whose screen is looked at; see agent run.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@dataclass(frozen=True)
class Asked:
    """Whom a command asks; its fields are options, see ``with_options``."""

    model: Model = None
    server: Server = None
    dialect: Dialect = None
    max_pixels: MaxPixels = None

    @property
    def config(self) -> "Config":
        """What flags, environment and ``agent.toml`` say.

        Raises:
            ConfigError: A setting is wrong.
        """
        from agent.config import load_config

        named = {field.name: getattr(self, field.name) for field in fields(Asked)}
        return load_config(named).config

    @contextmanager
    def seer(self) -> Iterator["Seer"]:
        """The model that is named; closed at the end.

        Raises:
            ConfigError: There is none, or a setting is wrong.
            ModelError: It cannot be loaded or reached.
        """
        from agent.wiring.models import find_seer

        seer = find_seer(self.config, tell)
        try:
            yield seer
        finally:
            seer.model.close()


@dataclass(frozen=True)
class Looking(Asked):
    """Whom a command asks, and whether it looks at a screen; its fields are options."""

    screen: Screen = False
    device: Device = None

    @property
    def at_screen(self) -> bool:
        """Whether the screen of a device is looked at."""
        return self.screen or self.device is not None

    def pictures(self, sources: list[str]) -> list["Picture"]:
        """The pictures that were given, then the device's screen where it is asked for.

        Raises:
            PictureError: One of them cannot be used, or there is none.
            DeviceError: The screen cannot be had.
        """
        from agent.perception.pictures import PictureError, load_picture
        from agent.wiring.screens import screen_picture

        pictures = [load_picture(source) for source in sources]
        if self.at_screen:
            pictures.append(screen_picture(self.device))
        if not pictures:
            raise PictureError(
                "There is nothing to look at.", hint="Name a picture, or add --screen or clipboard."
            )
        for note in (note for picture in pictures for note in picture.notes):
            tell(note)
        return pictures


def with_options(command: Callable[..., int]) -> Callable[..., int]:
    """``command`` as typer reads it: the fields of its ``Asked`` or ``Looking`` are options of it.

    Args:
        command: Has one parameter of such a type, by keyword.
    """
    signature, hints = inspect.signature(command), get_type_hints(command, include_extras=True)
    name, kind = next(
        (name, hint)
        for name, hint in hints.items()
        if inspect.isclass(hint) and issubclass(hint, Asked)
    )
    options = {field.name: (field.default, field.type) for field in fields(kind)}

    @functools.wraps(command)
    def spread(**given: Any) -> int:  # noqa: ANN401 - what typer read
        chosen = {option: given.pop(option) for option in options}
        return command(**given, **{name: kind(**chosen)})

    own = [each for each in signature.parameters.values() if each.name != name]
    own += [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default)
        for option, (default, _) in options.items()
    ]
    del hints[name]
    hints.update({option: annotation for option, (_, annotation) in options.items()})
    parameters = [each.replace(annotation=hints[each.name]) for each in own]
    spread.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    spread.__annotations__ = hints
    return spread


def require_words(words: str, what: str, hint: str) -> None:
    """Make sure that the last word of a command is one, and not the last of the pictures.

    Args:
        words: The last word.
        what: What it should be, such as ``question``.
        hint: How it is given.

    Raises:
        UsageError: It is a file.
    """
    from agent.perception.mentions import is_file
    from tools.errors import UsageError

    if PurePath(words).suffix and is_file(words):
        raise UsageError(f"{words!r} is a file; the {what} is missing.", hint=hint)


def tell(note: str) -> None:
    """Say on standard error what a person should know beside the answer."""
    from agent.cli.plain import plain

    typer.echo(plain(note), err=True)
