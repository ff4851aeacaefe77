"""``agent ground``: where things are in a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.amounts import counted
from agent.cli.plain import json_text
from agent.cli.seeing import AsJson, Looking, tell, with_options

if TYPE_CHECKING:
    from agent.perception.ground import Grounding
    from agent.perception.pictures import Picture

_DRAWN = (".png", ".jpg", ".jpeg", ".webp")


@with_options
def ground(  # noqa: PLR0913 - one for each flag
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[IMAGE] WHAT",
            help="A file, an address or 'clipboard', then what to find; with --screen only that.",
        ),
    ],
    *,
    point: Annotated[bool, typer.Option("--point", help="Points instead of boxes.")] = False,
    zoom: Annotated[
        bool,
        typer.Option("--zoom", help="Look again, enlarged, where it may be: for small things."),
    ] = False,
    draw: Annotated[
        Path | None, typer.Option("--draw", help="Write the picture with what was found on it.")
    ] = None,
    crop: Annotated[
        Path | None, typer.Option("--crop", help="Folder for each thing as a picture of its own.")
    ] = None,
    coco: Annotated[
        Path | None, typer.Option("--coco", help="Write what was found as a COCO file.")
    ] = None,
    look: Looking,
    as_json: AsJson = False,
) -> int:
    """Find things in a picture: boxes or points as JSON, in pixels of the picture."""
    from agent.perception.ground import ground as find
    from agent.perception.zoom import ground_closely

    picture, what = _picture_and_what(words, look)
    _check_outputs(words, draw, crop, coco)
    with look.seer() as seer:
        found = (ground_closely if zoom else find)(seer, picture, what, point=point)
    for note in found.notes:
        tell(note)
    if as_json:
        listed = [each.as_json() for each in found.found]
        whole = found.model_dump(mode="json", exclude={"found"})
        typer.echo(json_text({**whole, "found": listed}, indent=2))
    else:
        _print_list(found)
    _write_outputs(picture, found, draw, crop, coco)
    if found.found:
        return 0
    if found.formed:
        tell(f"Nothing was found: {what}")
    else:
        tell(
            f"The model gave no boxes, it said: {' '.join(found.reply.split())[:300] or 'nothing'}"
        )
    return 1


def _picture_and_what(words: list[str], look: Looking) -> tuple["Picture", str]:
    from agent.perception.ground import wanted
    from tools.errors import UsageError

    *sources, what = words
    if len(sources) + look.at_screen != 1:
        told = "only what to find" if look.at_screen else "a picture and what to find"
        raise UsageError(
            f"agent ground takes {told}, not {counted(len(words), 'word')}.",
            hint='Like this: agent ground photo.jpg "the dog"',
        )
    what = wanted(what)
    [picture] = look.pictures(sources)
    return picture, what


def _check_outputs(
    words: list[str], draw: Path | None, crop: Path | None, coco: Path | None
) -> None:
    """What could not be written is said before a model is asked for nothing.

    Raises:
        UsageError: An output cannot be where it is wanted.
    """
    from agent.perception.pictures import is_same_file
    from tools.errors import UsageError

    if draw is not None and draw.suffix.lower() not in _DRAWN:
        raise UsageError(
            f"--draw {str(draw)!r} is of no kind that can be written.",
            hint=f"Its name ends in {', '.join(_DRAWN)}.",
        )
    for option, path in (("--draw", draw), ("--coco", coco)):
        if path is not None and not path.absolute().parent.is_dir():
            raise UsageError(f"{option} {str(path)!r}: its folder is not there.")
        if path is not None and path.is_dir():
            raise UsageError(f"{option} {str(path)!r} is a folder.", hint="Name a file in it.")
        if path is not None and any(is_same_file(path, source) for source in words[:-1]):
            raise UsageError(
                f"{option} {str(path)!r} is the picture itself.", hint="Give another name."
            )
    if crop is not None and crop.exists() and not crop.is_dir():
        raise UsageError(f"--crop {str(crop)!r} is no folder.")


def _write_outputs(
    picture: "Picture",
    found: "Grounding",
    draw: Path | None,
    crop: Path | None,
    coco: Path | None,
) -> None:
    if draw is not None:
        from agent.perception.draw import draw_things
        from agent.perception.pictures import save_picture

        save_picture(draw_things(picture.image, found.drawn), draw)
    if crop is not None:
        from agent.perception.crops import save_crops

        saved = save_crops(picture, found.found, crop)
        tell(f"{counted(len(saved), 'picture')} in {crop}")
    if coco is not None:
        from agent.perception.crops import as_coco

        written = as_coco(found).model_dump(mode="json", exclude_defaults=False)
        coco.write_text(json_text(written, indent=1) + "\n", encoding="utf-8")


def _print_list(found: "Grounding") -> None:
    """A thing a line, so that people can read it too."""
    lines = [json_text(each.as_json()) for each in found.found]
    typer.echo("[\n  " + ",\n  ".join(lines) + "\n]" if lines else "[]")
