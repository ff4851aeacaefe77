"""``agent export``: recordings in other forms."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.export.film import Film

Recorded = Annotated[
    str,
    typer.Argument(
        metavar="RECORDING", help="Folder, its name, the start or end of it, or 'last'."
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
    float, typer.Option(min=1, max=50, help="Pictures per second while the finger moves.")
]
StepSeconds = Annotated[float, typer.Option(min=0.2, max=60, help="How long a step is shown.")]
_GIF_WIDTH, _MP4_WIDTH = 360, 540


def export(
    recording: Recorded,
    *,
    gif: Gif = None,
    mp4: Mp4 = None,
    width: Width = None,
    fps: Fps = 10.0,
    step_seconds: StepSeconds = 1.6,
    record_dir: RecordDir = None,
) -> None:
    """Export a recording as a film."""
    from agent.config import load_config
    from agent.recording.reader import find_recording, read_recording
    from tools.errors import UsageError

    if gif is None and mp4 is None:
        raise UsageError("Nothing is to be exported.", hint="Add --gif FILE or --mp4 FILE.")
    parent = load_config({"record_dir": record_dir}).config.record_dir
    found = read_recording(find_recording(recording, parent))

    from agent.export.film import FilmOptions, plan_film

    if gif is not None:
        options = FilmOptions(width or _GIF_WIDTH, fps, step_seconds)
        _write(plan_film(found, options), gif, None)
    if mp4 is not None:
        options = FilmOptions(width or _MP4_WIDTH, fps, step_seconds)
        _write(plan_film(found, options), mp4, fps)


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
