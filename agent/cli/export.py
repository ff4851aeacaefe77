"""``agent export``: recordings in other forms."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.export.film import Film

Recorded = Annotated[
    list[str],
    typer.Argument(
        metavar="RECORDING...", help="Folders, their names, the start or end of one, or 'last'."
    ),
]
RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]
Gif = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a film as GIF.")]
Mp4 = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a film as MP4.")]
Width = Annotated[
    int | None,
    typer.Option(min=64, max=2160, help="Width of a film in px. Default: 360 as GIF, 540 as MP4."),
]
Fps = Annotated[
    float,
    typer.Option(min=1, max=50, help="Pictures per second while the finger moves."),
]
StepSeconds = Annotated[float, typer.Option(min=0.2, max=60, help="How long a step is shown.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", help="Write samples to train on: sharegpt (LLaMA-Factory), trl, qwen-tool-call."
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for the training data.")]
DialectName = Annotated[
    str, typer.Option("--dialect", help="Family of models to train. Default: the one recorded.")
]
Everything = Annotated[bool, typer.Option("--all", help="Take runs that did not end well, too.")]
MaxPixels = Annotated[
    int, typer.Option(metavar="N", help="Largest area of a picture. Default: the dialect's.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over a film that is there.")]
_GIF_WIDTH, _MP4_WIDTH = 360, 540


def export(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    recordings: Recorded,
    *,
    gif: Gif = None,
    mp4: Mp4 = None,
    width: Width = None,
    fps: Fps = 10.0,
    step_seconds: StepSeconds = 1.6,
    form: Format = None,
    out: Out = None,
    dialect: DialectName = "",
    everything: Everything = False,
    max_pixels: MaxPixels = 0,
    force: Force = False,
    record_dir: RecordDir = None,
) -> None:
    """Export recordings as films, or as samples to train models on."""
    from agent.cli.export_training import write_training
    from agent.wiring.training import Wish
    from tools.errors import UsageError

    if form is not None:
        if gif is not None or mp4 is not None:
            raise UsageError("Films and training data are made one at a time.")
        if out is None:
            raise UsageError("Training data needs a folder.", hint="Add --out DIR.")
        write_training(recordings, Wish(form, out, dialect, everything, max_pixels), record_dir)
        return
    if gif is None and mp4 is None:
        hint = "Add --gif FILE, --mp4 FILE, or --format trl --out DIR."
        raise UsageError("Nothing is to be exported.", hint=hint)
    if len(recordings) > 1:
        raise UsageError("A film shows one recording.", hint="Name one of them.")
    for path in (gif, mp4):  # before anything is drawn
        if path is not None and path.is_file() and not force:
            hint = "Name another file, or write over it with --force."
            raise UsageError(f"{str(path)!r} is there already.", hint=hint)
    films = ((gif, width or _GIF_WIDTH, None), (mp4, width or _MP4_WIDTH, fps))
    for path, film_width, rate in films:
        if path is not None:
            _film(recordings[0], record_dir, path, (film_width, fps, step_seconds), rate)


def _film(
    name: str,
    record_dir: Path | None,
    path: Path,
    options: tuple[int, float, float],
    rate: float | None,
) -> None:
    """Draw one film: an MP4 of ``rate`` pictures per second, or a GIF."""
    from agent.config import load_config
    from agent.export.film import FilmOptions, plan_film
    from agent.recording.reader import find_recording, read_recording

    parent = load_config({"record_dir": record_dir}).config.record_dir
    found = read_recording(find_recording(name, parent))
    _write(plan_film(found, FilmOptions(*options)), path, rate)


def _write(film: "Film", path: Path, fps: float | None) -> None:
    """Write an MP4 of ``fps``, or a GIF, and say what became of it."""
    from agent.cli.plain import plain
    from agent.cli.progress import counting
    from agent.export.encode import write_gif, write_mp4

    with counting(f"drawing {path.name}") as on_shot:
        if fps is None:
            size = write_gif(film, path, on_shot)
        else:
            size = write_mp4(film, path, fps, on_shot)
    seconds = sum(shot.seconds for shot in film.shots)
    typer.echo(plain(f"{path}: {film.size}, {seconds:.1f} s, {size / 1e6:.2f} MB"))
    for problem in film.problems:
        typer.echo(f"Warning: {plain(problem)}", err=True)
