"""``agent caption``: pictures in words."""

from typing import Annotated

import typer

from agent.cli.plain import json_text, plain
from agent.cli.seeing import AsJson, Looking, tell, with_options

System = Annotated[str, typer.Option("--system", help="System prompt of the model.")]


@with_options
def caption(
    images: Annotated[
        list[str] | None,
        typer.Argument(metavar="[IMAGE]...", help="Files, addresses, or 'clipboard'."),
    ] = None,
    *,
    style: Annotated[
        str,
        typer.Option("--style", help="short, detailed, alt, tags, or a manner in your own words."),
    ] = "short",
    system: System = "",
    look: Looking,
    as_json: AsJson = False,
) -> int:
    """Say what pictures show, each by itself."""
    from agent.perception.ask import caption as describe

    pictures = look.pictures(images or [])
    with look.seer() as seer:
        told = []
        for picture in pictures:
            told.append(describe(seer, picture, style=style, system=system))
            if not as_json:
                name = f"{picture.name}: " if len(pictures) > 1 else ""
                typer.echo(plain(f"{name}{told[-1].text}"))
    if as_json:
        listed = [each.model_dump(mode="json") for each in told]
        typer.echo(json_text({"captions": listed}, indent=2))
    for each in told:
        if not each.text:
            tell(f"The model said nothing about {each.picture}.")
        elif each.cut:
            tell(f"The words about {each.picture} are cut off.")
    return 0 if all(each.text for each in told) else 1
