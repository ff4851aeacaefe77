"""``agent recordings verify``, ``scrub`` and ``schema``: what is in the files of a recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.amounts import size_in_words
from agent.cli.plain import plain

if TYPE_CHECKING:
    from agent.recording.reader import Recording
    from agent.recording.scrub import Scrubbed

_REDACTED = "<redacted>"
_SHOWN = 5
_NAME = "Folder, its name, the start or end of it, or 'last'."
RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]


def verify(
    recordings: Annotated[list[str], typer.Argument(metavar="REC", help=_NAME)],
    *,
    record_dir: RecordDir = None,
) -> None:
    """Check that files and events are as they were recorded."""
    from agent.recording.verify import verify as check
    from tools.errors import RecordingError

    good = True
    for name in recordings:
        try:
            found = _read(name, record_dir)
            result = check(found)
        except RecordingError as error:
            good = False
            typer.echo(f"BAD   {plain(name)}: {plain(str(error))}")
            _tell_damage(name, record_dir)
            continue
        good = good and result.good
        what = f"{result.files} files, {size_in_words(result.size_bytes)}"
        told = f"{what}, as recorded" if result.good else f"{what}; not as recorded:"
        typer.echo(f"{'good ' if result.good else 'BAD  '} {plain(found.folder.name)}: {told}")
        for line in result.problems:
            typer.echo(f"      {plain(line)}")
        for line in result.notes:
            typer.echo(f"      note: {plain(line)}")
    if not good:
        raise typer.Exit(1)


def scrub(
    recording: Annotated[str, typer.Argument(metavar="REC", help=_NAME)],
    *,
    term: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="A text to take out; may be repeated.")
    ] = None,
    terms: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file of texts to take out, one a line.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The new folder; beside the old by default.")
    ] = None,
    record_dir: RecordDir = None,
) -> None:
    """Copy a recording without certain texts.

    The original stays. From the copy they go out of events, UI trees and text files, be they plain,
    URL-encoded, escaped or in base64, in any case; pictures are painted over where the UI tree
    shows them.
    """
    from agent.recording.scrub import scrub as copy
    from tools.errors import UsageError

    wanted = [*(term or []), *(_lines(terms) if terms is not None else [])]
    if not wanted:
        raise UsageError("Nothing is said of what to take out.", hint="Add --term or --terms.")
    found = _read(recording, record_dir)
    done = copy(found, dict.fromkeys(wanted, _REDACTED), into)
    _tell(done, found.folder)


def schema() -> None:
    """Print the JSON Schema of the events."""
    from agent.recording.schema import schema_text

    typer.echo(schema_text(), nl=False)


def _read(name: str, record_dir: Path | None) -> "Recording":
    from agent.recording.reader import read_recording

    return read_recording(_find(name, record_dir))


def _find(name: str, record_dir: Path | None) -> Path:
    from agent.config import load_config
    from agent.recording.reader import find_recording

    parent = load_config({"record_dir": record_dir}).config.record_dir
    return find_recording(name, parent)


def _tell_damage(name: str, record_dir: Path | None) -> None:
    """Where lines are damaged, tell all of them: what reads a recording stops at the first."""
    from agent.recording.events import damaged_lines
    from tools.errors import RecordingError

    try:
        whole, bad = damaged_lines(_find(name, record_dir))
    except RecordingError:
        return
    for line in bad:
        typer.echo(f"      {plain(line)}")
    if bad:
        typer.echo(f"      note: {whole - len(bad)} of {whole} lines can be read.")


def _lines(path: Path) -> list[str]:
    from tools.errors import UsageError

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"The terms in {str(path)!r} are not UTF-8.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _tell(done: "Scrubbed", old: Path) -> None:
    from agent.cli.amounts import counted

    typer.echo(f"Written to: {done.folder}")
    texts, files = counted(done.values, "text"), counted(done.files, "other file")
    typer.echo(f"Changed: {texts} of events, {files}.")
    typer.echo(f"Painted over in part: {counted(len(done.masked), 'picture')}.")
    if not done.values + done.files + len(done.masked):
        typer.echo("The texts were not found: this is a plain copy.", err=True)
    if done.unchecked:
        some = ", ".join(done.unchecked[:_SHOWN])
        more = f" and {len(done.unchecked) - _SHOWN} more" if len(done.unchecked) > _SHOWN else ""
        typer.echo(
            f"Warning: nobody knows what can be read on {counted(len(done.unchecked), 'picture')} "
            f"without a UI tree: {some}{more}. Look at them in {done.folder}",
            err=True,
        )
    if done.names:
        names = counted(len(done.names), "name")
        typer.echo(f"Warning: a text stays in {names} of JSON members.", err=True)
    for line in done.left_out:
        typer.echo(f"Left out: {plain(line)}", err=True)
    typer.echo(f"The original still has all of it: {old}")
